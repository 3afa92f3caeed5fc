"""The dials of the base model."""

from pathlib import Path

from tunesmith.params import Params


class BaseParams(Params):
    """Which base model every phase starts from.

    `model` is a folder with safetensors weights, or the id of a model on the hub. `digest` pins
    the weights: DVC does not watch them (a hub model has no path to watch, and large weights do
    not belong into its cache), so a pin in params.yaml is what makes a change of weights a change
    of inputs. `tunesmith pin` writes it.
    """

    model: str
    revision: str | None = None
    digest: str | None = None
    chat_template: str | None = None  # "plain", or a .jinja file; null: the model's own
    trust_remote_code: bool = False

    @property
    def is_folder(self) -> bool:
        """True when `model` names a folder here rather than a model on the hub."""
        return Path(self.model).exists() or self.model.startswith((".", "/", "~"))
