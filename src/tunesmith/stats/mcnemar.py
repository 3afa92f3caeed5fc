"""McNemar's exact test: do two models differ in the rows that they get right?"""


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the exact two-sided p-value.

    Args:
        only_first: rows that only the first model gets right.
        only_second: rows that only the second gets right.

    Returns:
        p in [0, 1]; 1 when the models disagree nowhere.

    Source: McNemar 1947, https://doi.org/10.1007/BF02295996, with the binomial in place of its
    normal approximation.
    """
    n = only_first + only_second
    tail, term = 0, 1
    for k in range(min(only_first, only_second) + 1):
        tail += term
        term = term * (n - k) // (k + 1)
    return float(min(1.0, 2 * tail / 2**n))
