"""The exam: every row that base, candidate and champion are asked, in one frozen table."""

from pydantic import PositiveInt

from tunesmith.params import Params


class ExamParams(Params):
    """How much is asked beside the test rows, which are all asked."""

    ood_rows: PositiveInt = 2000  # of each out-of-distribution set, at most
    validation_rows: PositiveInt = 1000  # at most; stage propose looks for weak slices among them
    retention_rows: PositiveInt = 200  # of each retention set, at most
