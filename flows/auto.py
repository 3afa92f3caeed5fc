"""Auto mode: rules choose method and dials of a phase, a race of short trainings corrects them."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from flows import experiment, search, trial, workcopy
from flows.console import show_line
from flows.trial import Measured
from tunesmith.auto import page
from tunesmith.auto.facts import Facts, Fits
from tunesmith.auto.race import Heat, race, winner
from tunesmith.auto.rules import Candidate, choose, rivals
from tunesmith.dials import Dials
from tunesmith.errors import UserError
from tunesmith.files import sha256_text, write_json, write_text
from tunesmith.params import PARAMS_FILE, load_yaml, plain

PAGES = Path("reports/auto")
KINDS = ("lora", "qlora", "full", "freeze")


def run(phase: str | None, with_race: bool, only_show: bool) -> str:
    """Choose, race if asked to, write the reasons down and set the dials; return it in words.

    Raises:
        UserError: no such phase, no rows to look at, or nothing fits this device.
    """
    dials = Dials.read()
    name = phase or dials.searched_phase
    if name not in dials.phases:
        raise UserError(f'auto: no phase "{name}"; known: {", ".join(dials.phases)}')
    facts = look(dials, name)
    reasons = choose(facts)
    candidates = rivals(facts, reasons)
    heats = raced(dials, name, candidates) if with_race else []
    lower = dials.phases[name].chosen_by == "loss"
    won = winner(heats, lower) if heats else "rules"
    if won is None:
        raise UserError(f"auto: every candidate failed; the last: {heats[-1].reason}")
    chosen = next(one for one in candidates if one.name == won)
    return _written(name, page.record(name, facts, reasons, heats, chosen), only_show)


def _written(phase: str, found: dict[str, Any], only_show: bool) -> str:
    """Write page and record, and set the dials unless they are only to be shown."""
    place = PAGES / f"{phase}.html"
    write_text(place, page.render(found))
    write_json(place.with_suffix(".json"), found)
    dials = found["chosen"]["dials"]
    rules = {one["dial"]: one for one in found["reasons"]}
    won = found["chosen"]["name"]
    lines = []
    for dial, value in dials.items():
        why = rules[dial]["why"]
        if value != rules[dial]["value"]:
            why = f"{won} won the race; the rules had {json.dumps(rules[dial]['value'])}: {why}"
        lines.append(f"phases.{phase}.{dial} = {json.dumps(value)}: {why}")
    if found["race"]:
        lines.append(f"the race was won by: {won}")
    if not only_show:
        from tunesmith.recipes import turn

        turn(settings(phase, dials), PARAMS_FILE)
        lines.append("params.yaml has them now; `git diff params.yaml` shows how")
    return "\n".join([*lines, f"page: {place}"])


def settings(phase: str, dials: dict[str, Any]) -> dict[str, Any]:
    """Return dials of a phase by their whole paths."""
    return {f"phases.{phase}.{dial}": value for dial, value in dials.items()}


def look(dials: Dials, name: str) -> Facts:
    """Return what there is: rows, model, device, and what fits."""
    from tunesmith.advice.device import found
    from tunesmith.advice.shape import read_configuration
    from tunesmith.advice.way import Ask
    from tunesmith.cli.advise import CLASSES, advised, data
    from tunesmith.methods import read_method

    phase = dials.phases[name]
    classes = _classes()
    ask = Ask(
        task=phase.task,
        classes=len(classes) or CLASSES,
        batch=None,
        accumulation=1,
        max_length=phase.max_length,
        epochs=phase.epochs,
    )
    lengths = data(Path(), dials.base, ask, None, None)
    config, device = read_configuration(dials.base), found()
    methods = [read_method({"kind": kind}) for kind in KINDS]
    advices, refused = advised(config, methods, ask, lengths, device)
    fits = {kind: Fits(fit="no", why_not=why) for kind, why in refused.items()}
    fits |= {one.asked.method: _fits(one) for one in advices}
    return Facts(
        task=phase.task,
        rows=lengths.rows,
        mean_tokens=lengths.mean_tokens,
        weights=_weights(config, ask),
        device=device.name,
        gpu=device.gpu,
        commonest=max(classes.values()) / min(classes.values()) if classes else 1.0,
        fits={kind: fits[kind] for kind in KINDS},
    )


def _weights(config: Any, ask: Any) -> int:
    """Return the weights of the base model."""
    from tunesmith.advice.counts import bare

    return sum(weight.numel() for weight in bare(config, ask.task, ask.classes).parameters())


def _fits(advice: Any) -> Fits:
    """Return what an advice says of a method."""
    if advice.fits:
        return Fits(fit="yes")
    if advice.instead is None:
        return Fits(fit="no")
    one = advice.instead
    return Fits(
        fit="smaller",
        rows=one.batch,
        pack_tokens=one.pack_tokens,
        accumulation=one.accumulation,
        checkpointing=one.checkpointing,
    )


def _classes() -> "Counter[str]":
    """Return how many rows each class has, empty where rows have none."""
    from tunesmith.cli.advise import TABLES
    from tunesmith.rows import read_rows, to_rows

    table = next((Path(one) for one in TABLES if Path(one).exists()), None)
    rows = to_rows(read_rows(table)) if table else []
    return Counter(str(row["label"]) for row in rows if row.get("label") is not None)


def raced(dials: Dials, name: str, candidates: list[Candidate]) -> list[Heat]:
    """Run the race; each training is a DVC experiment, and none is run a second time."""
    measured = Measured(name, dials.phases[name].chosen_by)
    params = plain(load_yaml(PARAMS_FILE))
    at = search.committed()

    def run_one(one: Candidate, epochs: float, rung: int) -> tuple[float | None, str]:
        turned = settings(name, {**one.dials, "epochs": epochs})
        key = sha256_text(json.dumps([at, params, turned], sort_keys=True))[:8]
        called = f"auto-{key}-{one.name}"
        if experiment.ref_of(called):
            ended = trial.result(called, measured)
        else:
            show_line(f"rung {rung + 1} {one.name}", f"{epochs:g} epochs")
            ended = trial.run(
                called,
                turned,
                params,
                measured,
                lambda _: False,
                lambda line: show_line(f"rung {rung + 1} {one.name}", line),
            )
        return ended.value, ended.reason

    workcopy.check()
    with workcopy.claimed():
        return race(candidates, run_one, measured.metric == "loss")
