"""Decides whether a candidate takes the champion's place, and says why."""

from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from tunesmith.errors import UserError
from tunesmith.params import Params
from tunesmith.slices import MIN_ROWS
from tunesmith.stats.paired import LEVELS

Verdict = Literal["SHIP", "HOLD", "REJECT"]


class GateParams(Params):
    """When a candidate is better for sure."""

    metric: str
    confidence: float = 0.95
    min_gain: Annotated[float, Field(ge=0)] = 0.0  # in the metric's own unit
    protected_slices: tuple[str, ...] = ()  # must not get worse

    @field_validator("confidence")
    @classmethod
    def _known_level(cls, confidence: float) -> float:
        """Refuse a level that stage evaluate keeps no interval for."""
        if confidence not in LEVELS:
            raise ValueError(f"{confidence:g} is not one of {', '.join(map(str, LEVELS))}")
        return confidence


@dataclass(frozen=True)
class Decision:
    """The verdict with its reasons in words, and the interval that it rests on."""

    verdict: Verdict
    reasons: list[str]
    metric: str
    difference: float
    low: float
    high: float
    confidence: float
    min_gain: float
    slices: list[dict[str, Any]]

    def as_dict(self) -> dict[str, Any]:
        """Return the parts by name."""
        return asdict(self)


@dataclass(frozen=True)
class Gain:
    """Candidate minus champion, turned so that more is better."""

    value: float
    low: float
    high: float
    n: int

    def words(self) -> str:
        """Return the gain with its interval."""
        return f"{self.value:+.4f} [{self.low:+.4f}, {self.high:+.4f}], n = {self.n}"


def decide(comparisons: dict[str, Any], metrics: dict[str, Any], settings: GateParams) -> Decision:
    """Return SHIP, HOLD or REJECT from the paired difference to the champion.

    SHIP: the whole interval lies above `min_gain` and no protected slice is worse for sure.
    REJECT: the whole interval lies below 0, or a protected slice's does. HOLD: anything else.
    Slices of fewer than 30 rows are shown and not judged.

    Args:
        comparisons: what stage evaluate wrote.
        metrics: what stage evaluate wrote; it says whether more of the metric is better.
        settings: the metric and the limits.

    Raises:
        UserError: the metric or a slice was not evaluated, or the metric has no better side.
    """
    sign = _sign(metrics, settings.metric)
    against = comparisons["against"]["champion"]
    gain = _gain(against["overall"], settings, sign)
    slices = _protected(against["slices"], settings, sign)
    worse = [s for s in slices if s["judged"] and s["high"] < 0]
    reasons = [_overall_reason(gain, settings), *(_slice_reason(s, settings) for s in slices)]
    return Decision(
        _verdict(gain, bool(worse), settings.min_gain),
        [reason for reason in reasons if reason],
        settings.metric,
        gain.value,
        gain.low,
        gain.high,
        settings.confidence,
        settings.min_gain,
        slices,
    )


def _verdict(gain: Gain, worse_slice: bool, min_gain: float) -> Verdict:
    """Return the verdict of an interval and the slices."""
    if gain.high < 0 or worse_slice:
        return "REJECT"
    return "SHIP" if gain.low > min_gain else "HOLD"


def _sign(metrics: dict[str, Any], name: str) -> int:
    """Return 1 where more of the metric is better, -1 where less is."""
    about = metrics["about"]
    known = [key for key, value in about.items() if value["higher_is_better"] is not None]
    if name not in known:
        raise UserError(
            f'params.yaml: gate.metric: "{name}" cannot decide; evaluate.metrics has these that '
            f"can: {', '.join(known)}"
        )
    return 1 if about[name]["higher_is_better"] else -1


def _gain(part: dict[str, Any], settings: GateParams, sign: int) -> Gain:
    """Return the gain with the interval of the gate's confidence."""
    found = part[settings.metric]
    low, high = sorted(sign * bound for bound in found["intervals"][str(settings.confidence)])
    return Gain(sign * found["difference"], low, high, found["n"])


def _protected(slices: dict[str, Any], settings: GateParams, sign: int) -> list[dict[str, Any]]:
    """Return the gain of every value of the protected slices."""
    found = []
    for name in settings.protected_slices:
        if name not in slices:
            raise UserError(
                f'params.yaml: gate.protected_slices: "{name}" was not evaluated; add it to '
                f"evaluate.slices (there now: {', '.join(slices) or 'none'})"
            )
        for value, part in slices[name].items():
            gain = _gain(part, settings, sign)
            judged = gain.n >= MIN_ROWS
            found.append({"slice": f"{name}={value}", "judged": judged, **asdict(gain)})
    return found


def _overall_reason(gain: Gain, settings: GateParams) -> str:
    """Say what the overall interval means."""
    if gain.high < 0:
        what = "is worse than the champion's"
    elif gain.low > settings.min_gain:
        what = "is better than the champion's"
        what += f" by more than {settings.min_gain:g}" if settings.min_gain else ""
    elif gain.low == gain.high == 0:
        what = "is the champion's on every row that was drawn"
    else:
        what = f"may or may not gain more than {settings.min_gain:g} over the champion's"
    sure = f"{settings.confidence:.0%} interval"
    return f"{settings.metric} {what}: {gain.words()} ({sure})"


def _slice_reason(part: dict[str, Any], settings: GateParams) -> str | None:
    """Say what a protected slice adds, or None where it adds nothing."""
    words = Gain(part["value"], part["low"], part["high"], part["n"]).words()
    if not part["judged"]:
        return f"{part['slice']} has fewer than {MIN_ROWS} rows and was not judged: {words}"
    if part["high"] < 0:
        return f"{part['slice']}, which is protected, got worse in {settings.metric}: {words}"
    return None
