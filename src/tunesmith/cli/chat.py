"""A conversation with the base model and an adapter on it, side by side."""

from pathlib import Path

from rich.columns import Columns
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from tunesmith.models.load import Loaded, describe, load
from tunesmith.prediction.generate import generate
from tunesmith.rows import Message
from tunesmith.tasks.chat import encode_prompt

MAX_NEW_TOKENS = 128


def talk(adapter: Path, prompt: str | None) -> None:
    """Read questions until an empty line or the end of input; each is answered by both."""
    console = Console()
    loaded = load(adapter, task="chat", labels=[])
    descriptor, _ = describe(adapter)
    titles = (descriptor.model, str(adapter))
    histories: tuple[list[Message], list[Message]] = ([], [])
    if prompt is None:
        console.print("Ask in English or Chinese; an empty line ends.", style="dim")
    while question := (prompt or _ask(console)):
        answers = [
            _answer(loaded, history, question, tuned)
            for history, tuned in zip(histories, (False, True), strict=True)
        ]
        panels = [Panel(Text(a), title=t) for a, t in zip(answers, titles, strict=True)]
        console.print(Columns(panels, equal=True, expand=True))
        if prompt is not None:
            return


def _ask(console: Console) -> str:
    """Return the next question, empty at the end of input."""
    try:
        return console.input("[bold]you:[/bold] ").strip()
    except (EOFError, KeyboardInterrupt):
        return ""


def _answer(loaded: Loaded, history: list[Message], question: str, tuned: bool) -> str:
    """Answer one question in its conversation, with the adapter on or off."""
    history.append({"role": "user", "content": question})
    ids = encode_prompt(history, loaded.tokenizer)
    if tuned:
        answer = generate(loaded.model, loaded.tokenizer, [ids], 1, MAX_NEW_TOKENS)[0].text
    else:
        with loaded.model.disable_adapter():
            answer = generate(loaded.model, loaded.tokenizer, [ids], 1, MAX_NEW_TOKENS)[0].text
    history.append({"role": "assistant", "content": answer})
    return answer
