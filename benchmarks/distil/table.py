"""What is printed of students: a line a way, differences paired by seed."""

from collections.abc import Mapping, Sequence

import numpy as np

HEAD = "| way | loss | {right} | loss minus {name} | {right} minus {name} | CPU-s |"
RULE = "|---|--:|--:|--:|--:|--:|"


def interval(values: Sequence[float]) -> str:
    """Return a mean and Student's interval over seeds, in words."""
    from scipy.stats import t

    mean, n = float(np.mean(values)), len(values)
    if n < 2:
        return f"{mean:+.3f}"
    half = float(t.ppf(0.975, n - 1) * np.std(values, ddof=1) / n**0.5)
    return f"{mean:+.3f} ({mean - half:+.3f} to {mean + half:+.3f})"


def table(
    found: Mapping[str, Sequence[Mapping[str, float]]],
    teacher: Mapping[str, float],
    against: str,
    right: str,
) -> str:
    """Return the lines of a table.

    Args:
        found: of every way what came of each seed, in the order of the seeds.
        teacher: `loss` and `right` of it.
        against: the way that differences are to.
        right: what the share of right rows is called.
    """
    lines = [HEAD.format(name=against, right=right), RULE]
    lines.append(f"| (teacher) | {teacher['loss']:.3f} | {teacher['right']:.3f} | | | |")
    for name, seeds in found.items():
        told = ["", ""]
        if name != against and against in found:
            pairs = list(zip(seeds, found[against], strict=True))
            told = [interval([a[key] - b[key] for a, b in pairs]) for key in ("loss", "right")]
        loss, share, seconds = (mean(seeds, key) for key in ("loss", "right", "seconds"))
        lines.append(f"| {name} | {loss:.3f} | {share:.3f} | {' | '.join(told)} | {seconds:.0f} |")
    return "\n".join(lines)


def mean(seeds: Sequence[Mapping[str, float]], key: str) -> float:
    """Return the mean of a number over seeds."""
    return float(np.mean([one[key] for one in seeds]))
