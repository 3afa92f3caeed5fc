"""One base in memory and several adapters over it: changing the adapter loads nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from tunesmith.bundles.bundle import Bundle
from tunesmith.models.load import Loaded, load
from tunesmith.models.manifest import Manifest
from tunesmith.prediction.generate import Generation, generate


@dataclass(frozen=True)
class Shelf:
    """Adapters over one base; which of them is on is said at each use.

    Attributes:
        loaded: the base with the adapter that was put on last.
        manifests: of every adapter, by name.
    """

    loaded: Loaded
    manifests: dict[str, Manifest]

    def key(self, name: str) -> str:
        """Return what PEFT calls an adapter: its own name may hold what a module's may not."""
        return f"adapter{list(self.manifests).index(name)}"

    @contextmanager
    def wearing(self, name: str) -> Iterator[Loaded]:
        """Give the model with one adapter on."""
        self.loaded.model.set_adapter(self.key(name), inference_mode=True)
        yield replace(self.loaded, manifest=self.manifests[name])

    def answers(
        self, asked: list[tuple[str, list[int]]], batch_size: int, max_new_tokens: int
    ) -> list[Generation]:
        """Answer prompts (token ids), each by the adapter named with it, in order.

        A batch holds the prompts of one adapter, so that an answer is the one that its adapter
        gives alone, whatever is asked with it.
        """
        order = sorted(range(len(asked)), key=lambda place: (asked[place][0], place))
        found: dict[int, Generation] = {}
        for name, group in groupby(order, key=lambda place: asked[place][0]):
            places = list(group)
            with self.wearing(name) as loaded:
                prompts = [asked[place][1] for place in places]
                new = generate(loaded.model, loaded.tokenizer, prompts, batch_size, max_new_tokens)
            found.update(zip(places, new, strict=True))
        return [found[place] for place in range(len(asked))]


def load_shelf(folders: dict[str, Path], task: str) -> Shelf:
    """Load the base of the first adapter, and put all adapters on it.

    Args:
        folders: name → folder of an adapter; all fit one another, see `combining/fit.py`.
        task: of all.
    """
    loaded = load(next(iter(folders.values())), task, [])
    shelf = Shelf(loaded, {name: Manifest.read(place) for name, place in folders.items()})
    for name, place in folders.items():
        loaded.model.load_adapter(place, shelf.key(name))
    loaded.model.set_adapter(shelf.key(next(iter(folders))), inference_mode=True)
    loaded.model.delete_adapter("default")
    loaded.model.eval()
    return shelf


def load_bundle(folder: Path, task: str | None = None) -> tuple[Bundle, Shelf]:
    """Load a bundle."""
    bundle = Bundle.read(folder)
    folders = {name: bundle.place(folder, name) for name in bundle.members}
    task = task or Manifest.read(next(iter(folders.values()))).task
    return bundle, load_shelf(folders, task)
