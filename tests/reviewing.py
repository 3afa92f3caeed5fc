"""Proposals of both languages and every shape, for the tests of reviewing."""

from pathlib import Path
from typing import Any

from tunesmith.files import sha256_text, write_jsonl
from tunesmith.review import Proposal, read_proposals
from tunesmith.rows import Row

SLICE = "meta.intent=order_status"


def line(row: Row, needs: str | None = None, **more: Any) -> dict[str, Any]:
    """Return a line of data/proposals/candidates.jsonl."""
    origin = {
        "id": sha256_text(repr(sorted(row.items())))[:16],
        "slice": SLICE,
        "reason": "0.120 below the rest (q = 0.010, n = 40)",
        "maker": "grow",
        "score": 0.5,
        "needs": needs,
    }
    return {**row, "proposal": {**origin, **more}}


def chat(question: str, answer: str | None, **more: Any) -> Row:
    """Return a chat row; without an answer, one that needs it."""
    row: Row = {"task": "chat", "prompt": [{"role": "user", "content": question}], **more}
    if answer is not None:
        row["completion"] = [{"role": "assistant", "content": answer}]
    return row


ENGLISH = line(chat("Where is order 1?", "On its way.", lang="en", parent="row-0"))
CHINESE = line(chat("订单2在哪里？", "已经寄出。", lang="zh", parent="row-1"))
UNANSWERED = line(chat("订单3能退吗？", None, lang="zh"), "answer", maker="mine")
LABELLED = line(
    {"task": "classification", "text": "my parcel broke", "label": "praise", "replaces": "row-4"},
    "review",
    maker="relabel",
)
PAIR = line(
    {
        "task": "preference",
        "prompt": [{"role": "user", "content": "Where is order 5?"}],
        "chosen": [{"role": "assistant", "content": "On its way."}],
        "rejected": [{"role": "assistant", "content": "No idea."}],
    },
    slice="lang=en",
)
TALK = line(
    {
        "task": "chat",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "订单6？"},
            {"role": "assistant", "content": "哪一天的？"},
            {"role": "user", "content": "昨天的。"},
            {"role": "assistant", "content": "明天到。"},
        ],
        "lang": "zh",
    },
    slice="lang=zh",
)
ALL = [ENGLISH, CHINESE, UNANSWERED, LABELLED, PAIR, TALK]


def ident(line: dict[str, Any]) -> str:
    """Return the id of a line's proposal."""
    return str(line["proposal"]["id"])


def proposals(folder: Path, *lines: dict[str, Any]) -> list[Proposal]:
    """Write lines as the pipeline does and read them."""
    path = folder / "data/proposals/candidates.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_jsonl(path, list(lines or ALL))
    return read_proposals(path)
