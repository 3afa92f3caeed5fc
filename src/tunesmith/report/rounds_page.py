"""The page of the improve loop: every round, what it changed, what that did, and what it cost."""

from collections.abc import Iterator, Sequence
from typing import Any

from tunesmith.improve.ledger import Round
from tunesmith.improve.proof import ELSEWHERE, OVERALL, TARGET
from tunesmith.improve.spending import spent
from tunesmith.report.evidence import Tree
from tunesmith.report.page import rendered
from tunesmith.report.round_chart import Point, round_bars, round_chart

SHOWN_TARGETS = 4


def rounds_page(title: str, rounds: Sequence[Round], alpha: float, looks: int) -> str:
    """Return the page; the same rounds give the same bytes.

    Args:
        title: of the project.
        rounds: all of the ledger, at least one.
        alpha: the chance of a false gain that one test set may cost.
        looks: at one test set, at most.
    """
    return rendered(
        "rounds_page.html",
        {
            "title": title,
            "cards": _cards(rounds, alpha, looks),
            "charts": list(_charts(rounds)),
            "costs": list(_costs(rounds)),
            "lines": [_line(one) for one in rounds],
            "metric": rounds[-1].metric,
        },
    )


def _cards(rounds: Sequence[Round], alpha: float, looks: int) -> list[tuple[str, str, str]]:
    """Return name, value and note of the tiles."""
    kept = [one for one in rounds if one.kept]
    own = [one for one in rounds if one.test_set == rounds[-1].test_set]
    rows = sum(one.rows for one in kept)
    seconds, money = (
        sum(getattr(one, name) for one in rounds) for name in ("train_seconds", "money")
    )
    used = spent([one.proof["level"] for one in own])
    first, last = own[0].validation_before, own[-1]
    now = last.validation_after if last.kept else last.validation_before
    cards = [
        ("rounds kept", f"{len(kept)} of {len(rounds)}", "the others were rolled back"),
        ("rows learnt", f"{rows:,}", "in the rounds that were kept"),
        (
            "looks at the test rows",
            f"{len(own)} of {looks}",
            f"{used:.3g} of alpha {alpha:g} spent",
        ),
        ("of training", f"{seconds:,.0f} s", f"{money:,.2f} of money" if money else "all rounds"),
    ]
    if first is not None and now is not None:
        cards.append(("on validation rows", f"{now:.3f}", f"{first:.3f} before the first round"))
    return cards


def _charts(rounds: Sequence[Round]) -> Iterator[Tree]:
    """Yield a chart for all rows, and one for each slice that any round names."""
    names = dict.fromkeys(part["name"] for one in rounds for part in one.proof["parts"])
    ordered = [OVERALL, *(name for name in names if name not in (OVERALL, TARGET, ELSEWHERE))]
    for name in ordered:
        points = list(_points(rounds, name))
        if points:
            yield {"name": name, "svg": round_chart(name, points)}


def _costs(rounds: Sequence[Round]) -> Iterator[Tree]:
    """Yield a chart of what each round added and took."""
    counted: dict[str, list[float]] = {
        "rows added": [one.rows for one in rounds],
        "seconds of training": [one.train_seconds for one in rounds],
        "money": [one.money for one in rounds],
    }
    for name, values in counted.items():
        if any(values):
            bars = [(one.number, v, one.kept) for one, v in zip(rounds, values, strict=True)]
            yield {"name": name, "svg": round_bars(name, bars)}


def _points(rounds: Sequence[Round], name: str) -> Iterator[Point]:
    """Yield the score before the first round that knows a part, and after each."""
    own = [(one, part) for one in rounds for part in one.proof["parts"] if part["name"] == name]
    for place, (one, part) in enumerate(own):
        if place == 0:
            yield Point(one.number - 1, part["before"], part["before"], part["before"], True)
        yield Point(one.number, part["after"], part["after_low"], part["after_high"], one.kept)


def _line(one: Round) -> Tree:
    """Return one line of the table."""
    return {
        "number": one.number,
        "kept": one.kept,
        "what": _what(one),
        "why": one.why,
        "target": _difference(one.proof, TARGET),
        "elsewhere": _difference(one.proof, ELSEWHERE),
        "reasons": one.proof["reasons"],
        "level": f"{one.proof['level']:.3g}",
        "gate": one.gate or "",
        "seconds": f"{one.train_seconds:,.0f}",
        "money": f"{one.money:,.2f}" if one.money else "",
    }


def _what(one: Round) -> str:
    """Return what a round changed."""
    if one.action == "technique":
        return ", ".join(f"{name} = {value}" for name, value in one.dials.items())
    named = list(one.targets[:SHOWN_TARGETS])
    more = f" and {len(one.targets) - SHOWN_TARGETS} more" * (len(one.targets) > SHOWN_TARGETS)
    makers: dict[str, int] = {}
    for counts in one.added.values():
        for maker, rows in counts.items():
            makers[maker] = makers.get(maker, 0) + rows
    by = ", ".join(f"{rows} {maker}" for maker, rows in makers.items())
    return f"{one.rows} rows ({by}) for {', '.join(named)}{more}"


def _difference(proof: dict[str, Any], name: str) -> str:
    """Return the difference of a part with its interval."""
    part = next((part for part in proof["parts"] if part["name"] == name), None)
    if part is None:
        return ""
    return f"{part['difference']:+.3f} [{part['low']:+.3f}, {part['high']:+.3f}], n = {part['n']}"
