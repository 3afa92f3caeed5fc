"""Makes one model of several adapters: one adapter that they are merged into, or a bundle."""

import math
import shutil
from pathlib import Path
from typing import Any

from tunesmith.bundles.bundle import Bundle, write_bundle
from tunesmith.bundles.rule import Rule, learnt
from tunesmith.combining import Combination
from tunesmith.combining.base import Merge
from tunesmith.combining.fit import manifests_of, refuse_unmergeable, refuse_unswappable
from tunesmith.combining.route import Route
from tunesmith.errors import UserError
from tunesmith.files import sha256_tree, write_text
from tunesmith.methods.base.lora_file import LoraFile, read_lora, write_lora
from tunesmith.models.manifest import Manifest
from tunesmith.rows import Row

FEWEST = 3  # rows of an adapter that a classifier can learn it from


def combine(
    name: str, wanted: Combination, folders: dict[str, Path], rows: list[Row], seed: int, out: Path
) -> dict[str, Any]:
    """Write the combined model into a folder and return what there is to say about it.

    Args:
        name: of the combination.
        wanted: its dials.
        folders: of the adapters, by the names of `wanted.of`, in that order.
        rows: of training, from which a classifier learns.
        seed: of what is drawn.
        out: to write; what is there is replaced.

    Raises:
        UserError: the adapters do not fit one another, or not this way of combining them.
    """
    manifests = manifests_of(folders)
    if isinstance(wanted.how, Route):
        return _route(name, wanted, folders, manifests, rows, seed, out)
    return _merge(name, wanted, folders, manifests, seed, out)


def _merge(
    name: str,
    wanted: Combination,
    folders: dict[str, Path],
    manifests: dict[str, Manifest],
    seed: int,
    out: Path,
) -> dict[str, Any]:
    """Merge adapters that count into one; a single one that counts 1 is copied, bit for bit."""
    assert isinstance(wanted.how, Merge)
    refuse_unmergeable(manifests)
    weights = dict(zip(wanted.of, wanted.how.shares(len(wanted.of)), strict=True))
    counted = {one: weight for one, weight in weights.items() if weight}
    files = {one: read_lora(folders[one]) for one in counted}
    shutil.rmtree(out, ignore_errors=True)
    if list(counted.values()) == [1]:
        method, lost = _copied(folders[next(iter(counted))], manifests[next(iter(counted))], out)
    else:
        merged = wanted.how.merge(list(files.values()), list(counted.values()), seed)
        method, lost = write_lora(merged.factors, list(files.values()), out), merged.lost_ratio
    _manifest(name, wanted, folders, manifests, method, seed).write(out)
    write_text(out / "_SUCCESS", "")
    return {
        "kind": wanted.how.kind,
        "lost_ratio": lost,
        "norms": {one: _norm(file) for one, file in files.items()},
        "ranks": {one: file.rank for one, file in files.items()},
        "rank": method["r"],
        "weights": weights,
    }


def _copied(folder: Path, manifest: Manifest, out: Path) -> tuple[dict[str, Any], float]:
    """Copy an adapter as it is."""
    out.mkdir(parents=True)
    for file in sorted([*folder.glob("adapter_*"), *folder.glob("chat_template*")]):
        shutil.copyfile(file, out / file.name)
    return manifest.method, 0.0


def _norm(file: LoraFile) -> float:
    """Return the size of an adapter's change: the root of the sum of its squares."""
    squares = [float(file.delta(module).square().sum()) for module in file.factors]
    return math.sqrt(sum(squares))


def _manifest(
    name: str,
    wanted: Combination,
    folders: dict[str, Path],
    manifests: dict[str, Manifest],
    method: dict[str, Any],
    seed: int,
) -> Manifest:
    """Return what the merged adapter was made from."""
    first = manifests[wanted.of[0]]
    lengths = [int(one.settings.get("max_length", 512)) for one in manifests.values()]
    return first.model_copy(
        update={
            "phase": name,
            "method": method,
            "parents": [sha256_tree({"": folders[one]}) for one in wanted.of],
            "data": {},
            "settings": {**wanted.model_dump(mode="json"), "max_length": max(lengths)},
            "code_sha256": None,
            "seed": seed,
            "rows": {},
            "trained_tokens": None,
            "metrics": {},
        }
    )


def _route(
    name: str,
    wanted: Combination,
    folders: dict[str, Path],
    manifests: dict[str, Manifest],
    rows: list[Row],
    seed: int,
    out: Path,
) -> dict[str, Any]:
    """Write a bundle with its rule and, where it is asked for, a classifier."""
    assert isinstance(wanted.how, Route)
    refuse_unswappable(manifests)
    rule = Rule(by=wanted.how.by, to=wanted.how.to, otherwise=wanted.how.otherwise)
    given = [rule.of(row) for row in rows]
    counts = {one: given.count(one) for one in wanted.of}
    weights, found = None, {}
    if wanted.how.learn:
        rule = rule.model_copy(update={"classes": sorted(set(given))})
        _refuse_few(rule, counts)
        weights, found["told_right"] = learnt(rows, given, seed)
    bundle = Bundle(
        name=name,
        members=list(wanted.of),
        rule=rule,
        parents=[sha256_tree({"": folders[one]}) for one in wanted.of],
        settings={**wanted.model_dump(mode="json"), "seed": seed},
    )
    write_bundle(bundle, folders, out, weights)
    return {"kind": "route", "train_rows": counts, **found}


def _refuse_few(rule: Rule, counts: dict[str, int]) -> None:
    """Refuse to learn what adapter answers from too few rows."""
    if len(rule.classes) < 2 or any(0 < count < FEWEST for count in counts.values()):
        told = ", ".join(f"{name}: {count}" for name, count in counts.items())
        raise UserError(
            f"how.learn: too few train rows to tell the adapters apart by {rule.by} ({told}; at "
            f"least {FEWEST} of two); take learn: false, or check the values of `to`"
        )
