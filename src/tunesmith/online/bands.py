"""The bands in which a training has to stay; outside of them nothing good is learnt any more."""

from tunesmith.errors import UserError
from tunesmith.objectives.base.online import OnlineObjective


def refuse_outside(objective: OnlineObjective, record: dict[str, float], phase: str) -> None:
    """Stop a training that has left its bands.

    Args:
        objective: its `max_kl`, `min_entropy` and `max_entropy`.
        record: of a step.
        phase: its name.

    Raises:
        UserError: says what left its band, where, and what to do.
    """
    kl, entropy, step = record["kl"], record["entropy"], int(record["step"])
    most = objective.max_entropy
    if not kl <= objective.max_kl:  # NaN is outside too
        _stop(phase, step, f"KL {kl:.2f} nats of an answer is above max_kl", objective.max_kl, FAR)
    if not entropy >= objective.min_entropy:
        low = f"entropy {entropy:.4f} nats of a token is below min_entropy"
        _stop(phase, step, low, objective.min_entropy, NARROW)
    if most is not None and not entropy <= most:
        _stop(phase, step, f"entropy {entropy:.4f} nats of a token is above max_entropy", most, FAR)


FAR = "lower learning_rate or passes, or raise kl.beta"
NARROW = "lower learning_rate, or raise kl.beta or the entropy's bonus"


def _stop(phase: str, step: int, what: str, limit: float, way_out: str) -> None:
    raise UserError(f"{phase}: stopped at step {step}: {what} ({limit:g}); {way_out}")
