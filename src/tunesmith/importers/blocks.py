"""Content in blocks, as OpenAI, Anthropic and LLaMA-Factory write it: text, thoughts, tools."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tunesmith.importers.base import ShapeError, text
from tunesmith.rows import Message

PLACEHOLDER = "<image>"


@dataclass
class Said:
    """What the blocks of one message hold, each kind in its order."""

    texts: list[str] = field(default_factory=list)
    thoughts: list[str] = field(default_factory=list)
    calls: list[Any] = field(default_factory=list)
    results: list[Message] = field(default_factory=list)  # answers of tools


def read_content(value: Any, column: str) -> Said:
    """Return a message's content, which is a text or a list of blocks; an image leaves its mark.

    Raises:
        ShapeError: it is neither, or a block is of an unknown type.
    """
    if not _are_blocks(value):
        return Said([text(value, column)])
    said = Said()
    for block in value:
        _add(said, block, column)
    return said


def _are_blocks(value: Any) -> bool:
    """True for a list of blocks."""
    return isinstance(value, list) and bool(value) and all(isinstance(b, Mapping) for b in value)


def _add(said: Said, block: Mapping[str, Any], column: str) -> None:
    """Sort one block in."""
    kind = str(block.get("type"))
    if kind == "text":
        said.texts.append(text(block.get("text", block.get("value")), column))
    elif kind in {"thinking", "reasoning"}:
        said.thoughts.append(text(block.get("thinking", block.get("value")), column))
    elif kind == "tool_use":
        said.calls.append({**block, "arguments": block.get("input", {})})
    elif kind == "tool_result":
        content = "\n".join(read_content(block.get("content"), column).texts)
        answers = {"tool_call_id": str(block["tool_use_id"])} if block.get("tool_use_id") else {}
        said.results.append({"role": "tool", "content": content, **answers})
    elif kind in {"image", "image_url"}:
        said.texts.append(PLACEHOLDER)
    else:
        raise ShapeError(f'"{column}" holds a block of type {kind!r}, which is not read')


def images_in(turns: Any) -> Iterator[Any]:
    """Yield the images that stand in the blocks of a list of messages."""
    for turn in turns if isinstance(turns, list) else []:
        content = turn.get("content") if isinstance(turn, Mapping) else None
        for block in (content or []) if _are_blocks(content) else []:
            if str(block.get("type")) in {"image", "image_url"}:
                found = block.get("image_url", block.get("image", block.get("source")))
                yield found.get("url", found) if isinstance(found, Mapping) else found
