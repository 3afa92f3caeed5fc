"""The rules of auto mode: each dial with its value and why, and the rivals that a race is run with.

They are rules of thumb, in numbers that can be argued with: what no rule decides stays with the
trainer (batches, packs, kernels), and what a rule only guesses (the learning rate, the method of a
small model) is what the race looks at.
"""

from typing import Any

from tunesmith.auto.facts import Facts
from tunesmith.component import Component
from tunesmith.errors import UserError

SMALL_MODEL = 50_000_000  # weights; below, training all of them is no matter of memory
RANKS = ((100_000, 8), (10_000_000, 16), (100_000_000, 32))  # tokens of all rows, below which
EPOCHS = ((1_000, 5), (10_000, 3), (100_000, 2))  # rows, below which
MANY_ROWS, FEW_STEPS = 16, 100
UNEVEN = 5.0  # the commonest class over the rarest
LORA_RATE, LORA_WEIGHTS, SHRINKS = 2e-4, 1e9, 0.45
ALL_WEIGHTS = 0.1  # of LoRA's learning rate, where all weights are trained
OF_CLASSES = 1e-3  # LoRA's highest rate for a classifier, however small the model
FACTOR = 3.0  # of the learning rate, to a rival
WIDER = 4  # times the rank, of a rival
STEPS_WITHOUT_GAIN = 3


class Reason(Component):
    """One dial, the value it gets, and why."""

    dial: str
    value: Any
    why: str


class Candidate(Component):
    """Dials of a phase under a name."""

    name: str
    dials: dict[str, Any]


def choose(facts: Facts) -> list[Reason]:
    """Return every dial that the rules set.

    Raises:
        UserError: no method fits this device.
    """
    method = _method(facts)
    kind = str(method.value["kind"])
    found = [method, _rate(facts, kind), _epochs(facts), *_batch(facts, kind)]
    found.append(_patience(found[2].value))
    if facts.task == "classification" and facts.commonest >= UNEVEN:
        why = f"the commonest class has {facts.commonest:.0f} times the rows of the rarest"
        found.append(Reason(dial="class_weights", value="balanced", why=why))
    return found


def dials_of(reasons: list[Reason]) -> dict[str, Any]:
    """Return the dials by their names below the phase."""
    return {one.dial: one.value for one in reasons}


def rivals(facts: Facts, reasons: list[Reason]) -> list[Candidate]:
    """Return the choice of the rules, and what a race holds it against.

    No rate above the rules' is among them: on a short training it looks better than it is in the
    end (docs/search.md has the numbers).
    """
    own = dials_of(reasons)
    rate, method = float(own["learning_rate"]), own["method"]
    found = [
        Candidate(name="rules", dials=own),
        Candidate(name="slower", dials={**own, "learning_rate": rounded(rate / FACTOR)}),
    ]
    if "r" in method:
        wider = {**method, "r": WIDER * method["r"], "alpha": WIDER * method["alpha"]}
        found.append(Candidate(name="wider", dials={**own, "method": wider}))
    other = {"kind": "full"} if method["kind"] != "full" else _low_rank(facts, "lora")
    if facts.fits[other["kind"]].fit == "yes":
        dials = {**own, "method": other, "learning_rate": rate_of(facts, other["kind"])}
        found.append(Candidate(name=str(other["kind"]), dials=dials))
    return found


def _method(facts: Facts) -> Reason:
    """Return LoRA, or what takes less memory where LoRA does not fit."""
    fit = {kind: one.fit for kind, one in facts.fits.items()}
    if fit["lora"] != "no" and (fit["lora"] == "yes" or not facts.gpu or fit["qlora"] == "no"):
        rank = _low_rank(facts, "lora")
        why = (
            f"LoRA fits {facts.device}; rank {rank['r']} for {facts.tokens:,.0f} tokens, and alpha "
            "twice the rank"
        )
        return Reason(dial="method", value=rank, why=why)
    if facts.gpu and fit["qlora"] != "no":
        why = f"LoRA does not fit {facts.device} as it is, the base in 4 bits does"
        return Reason(dial="method", value=_low_rank(facts, "qlora"), why=why)
    raise UserError(
        f"auto: neither LoRA nor a base in 4 bits fits {facts.device}; take a smaller base model, "
        "or shorter rows (`tunesmith advise` has the numbers)"
    )


def _low_rank(facts: Facts, kind: str) -> dict[str, Any]:
    """Return a low-rank method whose rank grows with the data."""
    rank = next((r for most, r in RANKS if facts.tokens < most), 64)
    return {"kind": kind, "r": rank, "alpha": 2 * rank}


def rate_of(facts: Facts, kind: str) -> float:
    """Return the learning rate that the size of the model calls for.

    2e-4 for LoRA on a billion weights, as most recipes have it; more for less, by a power between
    that and the rates that benchmarks/methods.py uses for models of 1 and 22 million weights. All
    weights take a tenth. A classifier has a new head, which such rates for the smallest models
    throw about: LoRA stayed at chance on ten classes (docs/search.md), so it gets no more than the
    rate that was good at 22 million weights.
    """
    rate = LORA_RATE * max(1.0, LORA_WEIGHTS / facts.weights) ** SHRINKS
    if kind in ("full", "freeze"):
        return rounded(rate * ALL_WEIGHTS)
    return rounded(min(rate, OF_CLASSES) if facts.task == "classification" else rate)


def _rate(facts: Facts, kind: str) -> Reason:
    """Return the learning rate with why."""
    why = f"a model of {facts.weights / 1e6:,.0f} million weights; smaller ones take larger steps"
    rate = rate_of(facts, kind)
    if facts.task == "classification" and rate == OF_CLASSES:
        why += f", but a classifier none above {OF_CLASSES:g}"
    return Reason(dial="learning_rate", value=rate, why=why)


def rounded(value: float) -> float:
    """Return two significant figures: more would pretend to be known."""
    return float(f"{value:.1e}")


def _epochs(facts: Facts) -> Reason:
    """Return how often the rows are gone through: the fewer, the oftener."""
    epochs = next((n for most, n in EPOCHS if facts.rows < most), 1)
    return Reason(dial="epochs", value=epochs, why=f"{facts.rows:,} rows")


def _batch(facts: Facts, kind: str) -> list[Reason]:
    """Return what the memory asks for; else the trainer decides, but for few rows."""
    fit = facts.fits[kind]
    found: list[Reason] = []
    if fit.fit == "smaller":
        why = f"what fits {facts.device}"
        sizes = {"per_device_batch_size": fit.rows, "pack_tokens": fit.pack_tokens}
        sizes["gradient_accumulation_steps"] = fit.accumulation
        found = [Reason(dial=d, value=v, why=why) for d, v in sizes.items() if v is not None]
    elif facts.rows < MANY_ROWS * FEW_STEPS / _epochs(facts).value:
        why = f"{facts.rows:,} rows: so that there are more steps to learn in"
        found = [Reason(dial="per_device_batch_size", value=MANY_ROWS // 2, why=why)]
    if fit.checkpointing:
        why = "activations computed twice, so that they fit"
        found.append(Reason(dial="activation_checkpointing", value=True, why=why))
    return found


def _patience(epochs: int) -> Reason:
    """Return when a training without gain is ended."""
    why = f"{epochs} epochs may be too many; the best checkpoint is kept anyway"
    return Reason(dial="early_stopping_patience", value=STEPS_WITHOUT_GAIN, why=why)
