"""The sets beside the test rows, out-of-distribution and retention rows, each scored alone."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from tunesmith.answers import Answers, is_classification
from tunesmith.evaluation.tables import BASE, CHAMPION, MODELS, OVERALL, TEST, about, differences
from tunesmith.metrics import METRICS, metrics_for
from tunesmith.metrics.measure import Measured, unpaired
from tunesmith.metrics.metric import Metric
from tunesmith.metrics.params import EvaluateParams

if TYPE_CHECKING:
    import pandas as pd

OOD = "ood:"
BEHAVIOUR = "behaviour"  # judged case by case, see tunesmith/behaviour
OF_TEXT = ("bits_per_byte",)  # what plain text is scored by

# set → its metrics, and the candidate's answers
Sets: TypeAlias = Mapping[str, tuple[list[Measured], Answers]]


def sets_of(rows: "pd.DataFrame") -> list[str]:
    """Return the names of the sets that are scored beside the test rows."""
    return sorted(set(rows["split"]) - {TEST, BEHAVIOUR})


def metrics_of(rows: "pd.DataFrame", settings: EvaluateParams) -> list[Metric]:
    """Return the metrics of a set: of plain text its own, otherwise those that are set."""
    if len(rows) and (rows["task"] == "text").all():
        return [METRICS[name] for name in OF_TEXT]
    return metrics_for(settings.metrics, is_classification(rows))


def by_set(sets: Sets) -> dict[tuple[str, str], list[Measured]]:
    """Return the metrics of each set under its name, as a whole."""
    return {(name, OVERALL): measured for name, (measured, _) in sets.items()}


def scores_tree(sets: Sets) -> dict[str, Any]:
    """Return set → model → metric → score."""
    return {
        name: {
            model: {one.metric.name: one.score(model).as_dict() for one in measured}
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
    """Return what pins down the metrics of all sets, by the metric's name."""
    return {
        one.metric.name: about(one.metric, answers)
        for measured, answers in sets.values()
        for one in measured
    }
