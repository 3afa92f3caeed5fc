"""A conversation with the base model and a tuned one, side by side."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

from rich.columns import Columns
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from tunesmith.bundles.bundle import Bundle, is_bundle
from tunesmith.bundles.load import load_bundle
from tunesmith.cli.places import TEST_ROWS
from tunesmith.errors import UserError
from tunesmith.models.load import Loaded, load, load_weights
from tunesmith.models.manifest import Manifest, is_trained
from tunesmith.models.resolve import weights_folder
from tunesmith.params import load_yaml
from tunesmith.prediction.generate import generate
from tunesmith.rows import Message, prompt_of, read_rows, to_rows
from tunesmith.tasks import chat, completion

MAX_NEW_TOKENS = 128
MOST_ADAPTERS = 4  # of a bundle, beside one another
Mode: TypeAlias = Callable[[], AbstractContextManager[Any]]


class Speaker:
    """One model in one conversation: it remembers what it was asked and what it said."""

    def __init__(
        self,
        title: str,
        model: Any,
        tokenizer: Any,
        mode: Mode = nullcontext,
        form: ModuleType = chat,
    ) -> None:
        """Take a model; `mode` puts on or off its adapter to answer, `form` is what it reads."""
        self.title, self._form = title, form
        self._model, self._tokenizer = model, tokenizer
        self._mode = mode
        self._history: list[Message] = []

    def answer(self, question: str) -> str:
        """Return the greedy answer to the next question of the conversation."""
        self._history.append({"role": "user", "content": question})
        ids = self._form.encode_prompt(self._history, self._tokenizer)
        with self._mode():
            answer = generate(self._model, self._tokenizer, [ids], 1, MAX_NEW_TOKENS)[0].text
        self._history.append({"role": "assistant", "content": answer})
        return answer


def talk(folder: Path | None, prompt: str | None) -> None:
    """Read questions until an empty line or the end of input; each is answered by both.

    Args:
        folder: of a trained model; None for the candidate that params.yaml names.
        prompt: ask this and end.

    Raises:
        UserError: the folder holds no trained model, or one that cannot chat.
    """
    folder = folder or candidate()
    check(folder)
    console = Console()
    those = side_by_side(folder)
    for question in [prompt] if prompt is not None else _questions(console):
        panels = [Panel(Text(one.answer(question)), title=one.title) for one in those]
        console.print(Columns(panels, equal=True, expand=True))


def candidate() -> Path:
    """Return the folder of the model that params.yaml calls the candidate."""
    return Path("models") / str(load_yaml(Path("params.yaml"))["models"]["candidate"]["of"])


def check(folder: Path) -> None:
    """Refuse a folder that holds no model to talk to.

    Raises:
        UserError: it names the trained models that are there.
    """
    if is_bundle(folder):
        return
    if not is_trained(folder):
        there = sorted(str(path) for path in folder.parent.glob("*") if is_trained(path))
        raise UserError(
            f"{folder}: no trained model; there is {', '.join(there)}"
            if there
            else f"{folder}: no trained model yet; `dvc repro` or `make demo` trains one"
        )
    if Manifest.read(folder).task == "classification":
        raise UserError(f"{folder}: a classifier, which does not chat; `--adapter` names another")


def side_by_side(folder: Path) -> list[Speaker]:
    """Return all who answer: the base, and the tuned model or each adapter of a bundle.

    Raises:
        UserError: there are too many adapters to show.
    """
    if not is_bundle(folder):
        return list(speakers(load(folder, task="chat", labels=[]), folder))
    members = Bundle.read(folder).members
    if len(members) > MOST_ADAPTERS:
        raise UserError(
            f"{folder}: holds {len(members)} adapters; name one of them, for example "
            f"`--adapter {folder / members[-1]}` (bundle.json says whose it is)"
        )
    _, shelf = load_bundle(folder)
    base, *_ = speakers(shelf.loaded, folder)
    form = (
        completion if shelf.loaded.manifest and shelf.loaded.manifest.task == "completion" else chat
    )
    model, tokenizer = shelf.loaded.model, shelf.loaded.tokenizer
    worn = [partial(shelf.wearing, name) for name in members]
    return [
        base,
        *(
            Speaker(str(folder / name), model, tokenizer, mode, form)
            for name, mode in zip(members, worn, strict=True)
        ),
    ]


def speakers(tuned: Loaded, folder: Path) -> tuple[Speaker, Speaker]:
    """Return the base model and the tuned one; with an adapter they share the weights."""
    base, title = tuned.descriptor, tuned.descriptor.model
    completes = tuned.manifest is not None and tuned.manifest.task == "completion"
    form = completion if completes else chat
    second = Speaker(str(folder), tuned.model, tuned.tokenizer, form=form)
    if hasattr(tuned.model, "disable_adapter"):
        off = tuned.model.disable_adapter
        return Speaker(title, tuned.model, tuned.tokenizer, off, form), second
    plain = load_weights(weights_folder(base), base, "chat", []).eval().to(tuned.model.device)
    return Speaker(title, plain, tuned.tokenizer, form=form), second


def _questions(console: Console) -> Iterator[str]:
    """Yield what a person types, after showing what the test rows ask."""
    console.print("Ask in English or Chinese; an empty line ends.", style="dim")
    for question in examples(TEST_ROWS):
        console.print(Text(f"for example: {question}", style="dim"))
    while question := _ask(console):
        yield question


def examples(path: Path) -> list[str]:
    """Return the first question of the test rows in each language, none where there is no file."""
    if not path.exists():
        return []
    first: dict[str, str] = {}
    for row in to_rows(read_rows(path)):
        turns = prompt_of(row)
        if turns and turns[-1]["role"] == "user":
            first.setdefault(row["lang"] or "und", turns[-1]["content"])
    return [first[lang] for lang in sorted(first)]


def _ask(console: Console) -> str:
    """Return the next question, empty at the end of input."""
    try:
        return console.input("[bold]you:[/bold] ").strip()
    except (EOFError, KeyboardInterrupt):
        return ""
