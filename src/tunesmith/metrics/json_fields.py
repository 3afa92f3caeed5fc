"""Which fields of a JSON answer are right."""

import numpy as np

from tunesmith.answers import Answers
from tunesmith.errors import UserError
from tunesmith.metrics.metric import Metric
from tunesmith.metrics.strict_json import NotJsonError, fields, is_json, read, same, unfenced
from tunesmith.stats.resample import Floats


class JsonFields(Metric):
    """F1 of the fields of all answers: right are those with the reference's path and value.

    A field is a string, number, true, false, null or empty list or object, known by the keys and
    places in lists that lead to it. Values are compared with their type; the order of keys does
    not count, that of lists does. A code block around the answer is taken off; an answer that
    still is no JSON has no field, so all of its reference's are missed.
    """

    name = "json_fields"
    title = "JSON field F1"

    def statistics(self, answers: Answers) -> Floats:
        """Return (N, 3): right fields, fields of the prediction, fields of the reference.

        Raises:
            UserError: a reference is no JSON.
        """
        table = np.zeros((len(answers), 3))
        pairs = zip(answers.predictions, answers.references, strict=True)
        for row, (prediction, reference) in enumerate(pairs):
            expected = fields(self._reference(reference, row))
            given = _predicted(prediction)
            right = sum(path in given and same(given[path], expected[path]) for path in expected)
            table[row] = right, len(given), len(expected)
        return table

    def shows(self, answers: Answers) -> bool:
        """Return whether every reference is JSON; a set of prose has no field."""
        return all(map(is_json, answers.references))

    def finish(self, totals: Floats) -> Floats:
        """Return 2·right / (predicted + expected)."""
        f1: Floats = 2 * totals[..., 0] / (totals[..., 1] + totals[..., 2])
        return f1

    def _reference(self, text: str, row: int) -> object:
        """Return the value of a reference."""
        try:
            return read(text)
        except NotJsonError as error:
            raise UserError(
                f'params.yaml: evaluate.metrics: "{self.name}": the reference of row '
                f'{row + 1}, "{text[:60]}", is no JSON ({error}); mend it or take the metric off '
                "the list"
            ) from None


def _predicted(text: str) -> dict[tuple[str | int, ...], object]:
    """Return the fields of an answer, none if it is no JSON."""
    try:
        return fields(read(unfenced(text)))
    except NotJsonError:
        return {}
