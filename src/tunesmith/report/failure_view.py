"""Weak slices, kinds of errors and examples as the page shows them."""

from tunesmith.report.evidence import Evidence, Tree
from tunesmith.report.marked import marked
from tunesmith.report.track import bar
from tunesmith.report.words import count, number, p_value, share, shortened, signed

CHANGES = ("improved", "worsened", "still wrong")
MOST_SLICES = 30
MOST_NAMED = 3
NEAR_TEXT = 300  # characters
DISCOVERED = "discovered"


def slice_table(evidence: Evidence) -> list[Tree]:
    """Return every slice against the rest, the costliest first; small ones are marked."""
    metric = evidence.findings["metric"]
    scale = evidence.metrics["about"].get(metric, {}).get("scale")
    lines = evidence.slices[:MOST_SLICES]
    covers = {one["name"]: _named(one["covers"]) for one in evidence.findings["slices"]}
    top = float(scale or max((abs(float(line["mean"])) for line in lines), default=1.0) or 1.0)
    return [
        _slice(line, scale, top)
        | {"finding": line["name"] in covers, "covers": covers.get(line["name"], "")}
        for line in lines
    ]


def _named(slices: list[str]) -> str:
    """Return the first names of the slices that another explains, and how many more there are."""
    more = f" and {len(slices) - MOST_NAMED} more" if len(slices) > MOST_NAMED else ""
    return ", ".join(slices[:MOST_NAMED]) + more


def _slice(line: dict[str, str], scale: float | None, top: float) -> Tree:
    """Return one slice in words and as a bar."""
    mean = float(line["mean"])
    name = line["value"] if line["slice"] == DISCOVERED else f"{line['slice']} = {line['value']}"
    low, high = -float(line["high"]), -float(line["low"])
    ranked, weak = line["ranked"] == "True", line["weak"] == "True"
    return {
        "name": name,
        "n": count(float(line["n"])),
        "mean": number(mean, scale),
        "gap": signed(-float(line["shortfall"]), scale),
        "interval": f"{signed(low, scale)} to {signed(high, scale)}",
        "q": p_value(float(line["q"])) if line["q"] else "–",
        "ranked": ranked,
        "discovered": line["origin"] == DISCOVERED,
        "weak": weak,
        "svg": bar(abs(mean), top, "worse" if weak else "flow", f"{name}: {number(mean, scale)}"),
    }


def error_table(evidence: Evidence) -> list[Tree]:
    """Return the kinds of errors with bars."""
    found = evidence.findings["error_types"]
    top = max((kind["count"] for kind in found), default=1)
    return [
        {
            **kind,
            "share": share(kind["share"], 1),
            "langs": ", ".join(f"{k} {v}" for k, v in kind["langs"].items()),
            "svg": bar(kind["count"], top, "drop", f"{kind['title']}: {kind['count']} rows"),
        }
        for kind in found
    ]


def confusion_table(evidence: Evidence) -> list[Tree]:
    """Return the labels that are taken for others, with bars of the share of rows."""
    return [
        {
            **pair,
            "share": share(pair["share"], 1),
            "svg": bar(
                pair["share"],
                1.0,
                "drop",
                f"{pair['reference']} taken for {pair['prediction']}: {pair['count']} rows",
            ),
        }
        for pair in evidence.findings["confusions"]
    ]


def cluster_table(evidence: Evidence) -> list[Tree]:
    """Return the clusters of failures."""
    scale = evidence.metrics["about"].get(evidence.findings["metric"], {}).get("scale")
    return [
        {
            **cluster,
            "mean": number(cluster["mean"], scale),
            "langs": ", ".join(f"{k} {v}" for k, v in cluster["langs"].items()),
        }
        for cluster in evidence.findings["clusters"]
    ]


def examples(evidence: Evidence, most: int) -> list[Tree]:
    """Return up to `most` examples, taken in turn from what improved, worsened and stayed wrong.

    The first of each change is marked as `first`; the page shows the others on demand.
    """
    by_change = {
        change: [one for one in evidence.findings["examples"] if one["change"] == change]
        for change in CHANGES
    }
    turns = range(max((len(found) for found in by_change.values()), default=0))
    picked = [found[turn] for turn in turns for found in by_change.values() if turn < len(found)]
    ordered = sorted(picked[:most], key=lambda one: CHANGES.index(one["change"]))
    firsts = {found[0]["id"] for found in by_change.values() if found}
    return [_readable(one) | {"first": one["id"] in firsts} for one in ordered]


def hardest(evidence: Evidence, most: int = 10) -> list[Tree]:
    """Return the hardest rows."""
    scale = evidence.metrics["about"].get(evidence.findings["metric"], {}).get("scale")
    return [
        {
            **_readable(one),
            "score": number(one["candidate_score"], scale),
        }
        for one in evidence.hardest[:most]
    ]


def _near(row: Tree) -> Tree:
    """Return a train row that is like a hard one."""
    return {
        "id": row["id"],
        "similarity": number(row["similarity"], 1),
        "prompt": shortened(row["prompt"], NEAR_TEXT),
        "answer": shortened(row["answer"], NEAR_TEXT),
    }


def _readable(one: Tree) -> Tree:
    """Return an example whose texts are not endless, both answers marked against the reference."""
    names = ("prompt", "reference", "candidate", "base", "champion")
    texts = {name: one.get(name) or "" for name in names}
    reference, candidate = marked(texts["reference"], texts["candidate"])
    _, base = marked(texts["reference"], texts["base"])
    shown = {name: shortened(text) for name, text in texts.items()}
    shown |= {"reference": reference, "candidate": candidate, "base": base}
    return {**one, **shown, "nearest": [_near(row) for row in one.get("nearest", [])]}
