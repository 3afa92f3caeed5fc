"""Trains an adapter for each group, compares it with the shared one, and writes a bundle."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from tunesmith.bundles.bundle import Bundle, write_bundle
from tunesmith.bundles.rule import Rule
from tunesmith.combining.fit import manifests_of, refuse_unswappable
from tunesmith.errors import UserError
from tunesmith.files import read_json, sha256_text, sha256_tree, write_json
from tunesmith.methods import read_method
from tunesmith.models.load import Loaded, dtype, load
from tunesmith.models.manifest import Manifest
from tunesmith.personal import Personal
from tunesmith.personal.groups import NOT_BETTER, Group, groups_of
from tunesmith.personal.learn import Learner
from tunesmith.personal.measure import Compared, line, losses, summary, surely_better
from tunesmith.progress import Countdown
from tunesmith.rows import Row
from tunesmith.training.examples import Encoded, encode_rows

SHARED = "shared"
GAINED = ("shared_loss", "own_loss", "gain", "low", "high")
LOSSES = ".losses.json"  # beside the folder of a group's adapter: it is done


@dataclass(frozen=True)
class Personalised:
    """What is told of it: all groups together, and a line for each."""

    outcome: dict[str, Any]
    lines: list[dict[str, Any]]


def personalise(
    name: str,
    dials: Personal,
    shared: Path,
    rows: list[Row],
    validation: list[Row],
    seed: int,
    work: Path,
    out: Path,
) -> Personalised:
    """Write a bundle of the shared adapter and one for each group that has rows enough.

    Args:
        name: of the bundle.
        dials: of the personalisation.
        shared: folder of the adapter that every group starts from.
        rows: of training.
        validation: rows of the same groups that the shared adapter was not trained on.
        seed: of orders, dropout and resampling.
        work: folder that keeps the groups that are done, so that a killed run goes on.
        out: of the bundle.

    Raises:
        UserError: the shared model is no adapter of a kind that lies beside others, is no chat
            or completion model, or no group has rows enough.
    """
    chats, held_out = (
        [row for row in some if row["task"] == "chat"] for some in (rows, validation)
    )
    groups = groups_of(chats, held_out, dials)
    taught = [group for group in groups if not group.left]
    manifest = manifests_of({dials.starts_from: shared})[dials.starts_from]
    refuse_unswappable({dials.starts_from: manifest})
    learner = Learner(_loaded(shared, manifest), dials, seed)
    progress, compared = Countdown("personalise", len(taught)), []
    for group in taught:
        compared.append(_taught(group, learner, manifest, dials, seed, work))
        progress.add(1)
    measured = (dials.confidence, dials.resamples, seed)
    kept = [one.group for one in compared if dials.keep == "all" or surely_better(one, *measured)]
    members = {SHARED: shared, **{group.member: work / group.member for group in kept}}
    write_bundle(_bundle(name, dials, kept, shared, seed), members, out)
    left = [group for group in groups if group.left]
    left += [replace(one.group, left=NOT_BETTER) for one in compared if one.group not in kept]
    nothing = np.zeros(0)
    all_lines = [*compared, *(Compared(group, nothing, nothing) for group in groups if group.left)]
    return Personalised(
        summary(compared, left, *measured), [line(one, *measured) for one in all_lines]
    )


def _loaded(shared: Path, manifest: Manifest) -> Loaded:
    """Load the shared adapter to be trained further."""
    if manifest.task not in ("chat", "completion"):
        raise UserError(
            f"personalise: from is a model of task {manifest.task}; only chat and completion are "
            "personalised"
        )
    options = read_method(manifest.method).load_options(dtype())
    return load(shared, manifest.task, [], trainable=True, options=options)


def _taught(
    group: Group, learner: Learner, manifest: Manifest, dials: Personal, seed: int, work: Path
) -> Compared:
    """Train a group's adapter and compare it; one that is done is read."""
    folder, done = work / group.member, work / f"{group.member}{LOSSES}"
    if done.exists():
        found = read_json(done)
        return Compared(group, np.array(found["shared"]), np.array(found["own"]))
    loaded = learner.loaded
    encode = (manifest.task, loaded.tokenizer, dials.max_length, list[str]())
    train = encode_rows(group.train, *encode)
    held_out: list[Encoded] = encode_rows(group.held_out, *encode) if group.held_out else []
    learner.reset()
    before = losses(loaded, held_out)
    learner.learn(group.value, train)
    after = losses(loaded, held_out)
    method = read_method(manifest.method)
    learner.save(folder, method.save)
    (folder / "README.md").unlink(missing_ok=True)
    compared = Compared(group, before, after)
    _own_manifest(compared, manifest, dials, seed).write(folder)
    write_json(done, {"own": after.tolist(), "shared": before.tolist()})
    return compared


def _own_manifest(compared: Compared, manifest: Manifest, dials: Personal, seed: int) -> Manifest:
    """Return what a group's adapter was made from, and what it gained."""
    group = compared.group
    found = line(compared, dials.confidence, dials.resamples, seed)
    parent = sha256_text(json.dumps(manifest.model_dump(mode="json"), sort_keys=True))
    return manifest.model_copy(
        update={
            "phase": group.member,
            "parents": [parent],
            "settings": dials.model_dump(mode="json", by_alias=True),
            "seed": seed,
            "rows": {"train": len(group.train), "validation": len(group.held_out)},
            "code_sha256": None,
            "trained_tokens": None,
            "metrics": {name: found[name] for name in GAINED if name in found},
        }
    )


def _bundle(name: str, dials: Personal, taught: list[Group], shared: Path, seed: int) -> Bundle:
    """Return who is answered by which adapter."""
    to = {group.value: group.member for group in taught}
    return Bundle(
        name=name,
        members=[SHARED, *to.values()],
        rule=Rule(by=dials.by, to=to, otherwise=SHARED),
        parents=[sha256_tree({"": shared})],
        settings={**dials.model_dump(mode="json", by_alias=True), "seed": seed},
    )
