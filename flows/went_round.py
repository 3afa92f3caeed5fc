"""Where a round went: which versions were trained on its rows, or after its dials were turned."""

from pathlib import Path
from typing import Any

from flows.history import History
from flows.loop_files import LEDGER
from flows.registry import commit_of
from flows.repository import git, succeeds
from flows.subjects import NOW, subjects
from flows.went import inherit, nothing_of, went_by
from tunesmith.errors import UserError
from tunesmith.improve.ledger import Round, parsed

Record = dict[str, Any]
ROUNDS = "data/feedback"


def of_round(number: int, history: History) -> Record:
    """Return every version that trained on a round of feedback, or with the dials of one.

    Raises:
        UserError: there is no such round.
    """
    did = _in_ledger(number, history)
    if did is not None and did.action == "technique":
        return _of_technique(did, history)
    rev, path = _round_file(number, history)
    name = Path(path).name
    op = f"feedback:{name.partition('-')[0]}"
    found = [went_by(one, [], history, op) for one in subjects(history)]
    inherit(found, history)
    entry = history.entry(rev, path)
    return {
        "kind": "round",
        "thing": f"round-{number}",
        "file": path,
        "md5": entry.md5 if entry else None,
        "tagged": _tagged(number),
        "notes": [name],
        "did": _did(did) if did else None,
        "versions": found,
    }


def _of_technique(one: Round, history: History) -> Record:
    """Return the versions that a change of dials came before; of one rolled back there are none."""
    tagged = _tagged(one.number)
    found = [
        {
            **nothing_of(known),
            "has": bool(
                one.kept
                and tagged
                and succeeds("merge-base", "--is-ancestor", tagged["commit"], known.rev)
            ),
        }
        for known in subjects(history)
    ]
    return {
        "kind": "round",
        "thing": one.tag,
        "file": None,
        "md5": None,
        "tagged": tagged,
        "notes": [f"{name} = {value}" for name, value in one.dials.items()],
        "did": _did(one),
        "versions": found,
    }


def _in_ledger(number: int, history: History) -> Round | None:
    """Return what the improve loop noted of a round; None of one that a person promoted."""
    return next((one for one in _ledger(history) if one.number == number), None)


def _ledger(history: History) -> list[Round]:
    """Return the rounds of the improve loop."""
    return parsed(history.text(NOW, str(LEDGER)) or "", str(LEDGER))


def _did(one: Round) -> Record:
    """Return what a round changed, why, and what came of it."""
    return {
        "action": one.action,
        "dials": one.dials,
        "added": one.added,
        "why": one.why,
        "kept": one.kept,
        "reasons": one.proof["reasons"],
    }


def _round_file(number: int, history: History) -> tuple[str, str]:
    """Return commit and path of a round's file: of now, or of the tag that promoted it."""
    tag = f"round-{number}"
    revs = [commit_of(NOW)] + ([commit_of(tag)] if git("tag", "--list", tag) else [])
    known = {one.tag for one in _ledger(history)}
    for rev in revs:
        for name in git("ls-tree", "--name-only", rev, f"{ROUNDS}/").splitlines():
            path = name.removesuffix(".dvc")
            start = Path(path).name.partition("-")[0]
            known |= {f"round-{int(start)}"} if start.isdecimal() else set()
            if start.isdecimal() and int(start) == number:
                return rev, path
    names = ", ".join(sorted(known)) or "none yet"
    raise UserError(f"round-{number}: no such round in {ROUNDS}; there are: {names}")


def _tagged(number: int) -> Record | None:
    """Return commit and day of a round's tag, None if it has none here."""
    tag = f"round-{number}"
    if not git("tag", "--list", tag):
        return None
    date = git("for-each-ref", "--format=%(creatordate:short)", f"refs/tags/{tag}")
    return {"tag": tag, "commit": commit_of(tag), "date": date}
