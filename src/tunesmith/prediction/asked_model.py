"""The model that rows are put to: one, or several adapters over one base, each with its rows."""

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from tunesmith.bundles.bundle import is_bundle
from tunesmith.bundles.load import Shelf, load_bundle
from tunesmith.errors import UserError
from tunesmith.models.load import Loaded, describe, load
from tunesmith.prediction.forms import FORMS
from tunesmith.prediction.parts import parts_of
from tunesmith.rows import Row


@dataclass(frozen=True)
class AskedModel:
    """A model and the task that it was trained for.

    Attributes:
        loaded: the model; of a bundle, with one of its adapters on.
        task: that it does.
        phase: that made it; empty for a base.
        shelf: the adapters of a bundle.
        routes: the adapter of each row of a bundle.
    """

    loaded: Loaded
    task: str
    phase: str
    shelf: Shelf | None = None
    routes: list[str] = field(default_factory=list)

    def parts(self, rows: list[Row], batch_size: int) -> Iterator[tuple[str, str, list[int]]]:
        """Yield the adapter and the form of each part and the places of its rows."""
        for name in sorted(set(self.routes)) or [""]:
            own = [place for place in range(len(rows)) if not name or self.routes[place] == name]
            for form, places in parts_of([rows[one] for one in own], self.task, batch_size):
                yield name, form, [own[place] for place in places]

    def wearing(self, name: str) -> AbstractContextManager[Loaded]:
        """Give the model with the adapter of a part on."""
        return self.shelf.wearing(name) if self.shelf is not None else nullcontext(self.loaded)

    @property
    def usual(self) -> str:
        """The adapter of most rows."""
        return Counter(self.routes).most_common(1)[0][0] if self.routes else ""

    @property
    def rows_by_adapter(self) -> dict[str, dict[str, int]]:
        """How many rows each adapter of a bundle answers, by a name for reports."""
        counts = dict(sorted(Counter(self.routes).items()))
        return {"rows_by_adapter": counts} if counts else {}


def asked_model(folder: Path, rows: list[Row], base_task: str, labels: list[str]) -> AskedModel:
    """Load what a folder of models/ holds.

    Args:
        folder: of a base model, a trained one or a bundle.
        rows: that it will be asked.
        base_task: what a model that was not trained here does.
        labels: of its random head, if that is to choose classes.

    Raises:
        UserError: it is a model that answers nothing.
    """
    if is_bundle(folder):
        bundle, shelf = load_bundle(folder)
        task = next(iter(shelf.manifests.values())).task
        return AskedModel(shelf.loaded, task, bundle.name, shelf, bundle.routes(folder, rows))
    _, manifest = describe(folder)
    task = manifest.task if manifest else base_task
    if task not in FORMS:
        raise UserError(
            f"{folder}: a model of task {task} answers nothing that could be compared; name "
            "another phase in `models` of params.yaml"
        )
    return AskedModel(load(folder, task, labels), task, manifest.phase if manifest else "")
