"""The sets beside the test rows, out-of-distribution and retention rows, each scored alone."""

from collections import ChainMap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from tunesmith.answers import Answers, is_classification
from tunesmith.errors import UserError
from tunesmith.evaluation.tables import BASE, CHAMPION, MODELS, OVERALL, TEST, about, differences
from tunesmith.metrics import METRICS, metrics_for
from tunesmith.metrics.measure import Measured, unpaired
from tunesmith.metrics.metric import GENERATION, Metric
from tunesmith.metrics.params import EvaluateParams
from tunesmith.sets import BEHAVIOUR, OF_TEXT, OOD, VALIDATION

if TYPE_CHECKING:
    import pandas as pd


# set → its metrics, and the candidate's answers
Sets: TypeAlias = Mapping[str, tuple[list[Measured], Answers]]


def sets_of(rows: "pd.DataFrame") -> list[str]:
    """Return the names of the sets that are scored beside the test rows.

    Validation rows are no such set: they have scores of single rows, and no score of a model.
    """
    return sorted(set(rows["split"]) - {TEST, VALIDATION, BEHAVIOUR})


def metrics_of(rows: "pd.DataFrame", settings: EvaluateParams) -> list[Metric]:
    """Return the metrics of the test rows: those that are set.

    Raises:
        UserError: one does not apply to them; plain text has no answer to look at.
    """
    metrics = metrics_for(settings.metrics, is_classification(rows))
    if not is_text(rows):
        return metrics
    looked = [one.name for one in metrics if of_answers(one)]
    looked += ["judge"] if settings.judge else []
    if looked:
        raise UserError(
            f'params.yaml: evaluate: "{looked[0]}" needs answers, and the test rows are '
            f"plain text; these fit: {', '.join(_fit_for_text())}"
        )
    return metrics


def metrics_beside(rows: "pd.DataFrame", settings: EvaluateParams) -> list[Metric]:
    """Return the metrics of a set beside the test rows: those that are set.

    Plain text among metrics of answers is scored in bits a byte.
    """
    if is_text(rows) and not set(settings.metrics) <= set(_fit_for_text()):
        return [METRICS[OF_TEXT]]
    return metrics_for(settings.metrics, is_classification(rows))


def is_text(rows: "pd.DataFrame") -> bool:
    """True when every row is plain text, False when none is.

    Raises:
        UserError: the set mixes plain text with rows that are answered.
    """
    text = (rows["task"] == "text").to_numpy()
    if text.any() and not text.all():
        raise UserError(
            f"the {rows['split'].iloc[0]} rows mix plain text with questions, whose scores do not "
            "compare; make two sets of them"
        )
    return bool(text.all())


def of_answers(metric: Metric) -> bool:
    """Whether a metric looks at what a model answers, and not only at how probable a text is."""
    return not {"predictions", "rewards"}.isdisjoint(metric.inputs)


def _fit_for_text() -> list[str]:
    """Return the metrics that plain text can have."""
    return [
        name for name, one in METRICS.items() if GENERATION in one.tasks and not of_answers(one)
    ]


def by_set(sets: Sets) -> dict[tuple[str, str], list[Measured]]:
    """Return the metrics of each set under its name, as a whole."""
    return {(name, OVERALL): measured for name, (measured, _) in sets.items()}


def scores_tree(sets: Sets) -> dict[str, Any]:
    """Return set → model → metric → score."""
    return {
        name: {
            model: {one.metric.name: one.score(model).with_intervals() for one in measured}
            for model in MODELS
        }
        for name, (measured, _) in sets.items()
    }


def gaps_tree(test: list[Measured], sets: Sets) -> dict[str, Any]:
    """Return out-of-distribution set → model → metric → set minus test: the generalisation gap.

    The two are drawn from different rows, so their draws are independent of each other.
    """
    own = {one.metric.name: one for one in test}
    return {
        name: {
            model: {
                one.metric.name: unpaired(one, own[one.metric.name], model).as_dict()
                for one in measured
                if one.metric.name in own
            }
            for model in MODELS
        }
        for name, (measured, _) in sets.items()
        if name.startswith(OOD)
    }


def comparisons_of(sets: Sets) -> dict[str, Any]:
    """Return other model → set → metric → candidate minus other."""
    return {
        other: {name: differences(measured, other) for name, (measured, _) in sets.items()}
        for other in (BASE, CHAMPION)
    }


def about_sets(sets: Sets) -> dict[str, Any]:
    """Return set → metric → what pins it down there, as the tokens of the set's language."""
    return {
        name: {one.metric.name: about(one.metric, answers) for one in measured}
        for name, (measured, answers) in sets.items()
    }


def about_all(test: dict[str, Any], sets: dict[str, Any]) -> dict[str, Any]:
    """Return metric → what pins it down on the test rows, or on the first set that has it."""
    return dict(ChainMap(test, *sets.values()))
