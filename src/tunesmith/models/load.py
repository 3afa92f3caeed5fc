"""Loads any folder of models/ for use: a base model, an adapter on its base, a full model."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tunesmith.errors import UserError
from tunesmith.methods import read_method
from tunesmith.methods.base import TrainingMethod
from tunesmith.models.asked import refuse_other
from tunesmith.models.descriptor import Descriptor
from tunesmith.models.manifest import Manifest, is_trained
from tunesmith.models.resolve import weights_folder
from tunesmith.models.tokenizer import tokenizer_of
from tunesmith.stage import peak_memory_bytes

BUNDLE = "bundle.json"  # of bundles/, which know this module
REWARD = "reward"  # a task whose head has one output
HEADED = ("classification", REWARD)  # tasks that put a head of their own on the model


@dataclass(frozen=True)
class Loaded:
    """A model ready to compute, and what it is."""

    model: Any
    tokenizer: Any
    descriptor: Descriptor
    manifest: Manifest | None
    method: TrainingMethod | None = None  # that it was trained with


def describe(folder: Path) -> tuple[Descriptor, Manifest | None]:
    """Return the base model's descriptor and, for a trained model, its manifest.

    Raises:
        UserError: the folder holds several adapters, or nothing.
    """
    if (folder / BUNDLE).exists():
        raise UserError(
            f"{folder}: holds several adapters, which predict and chat choose among; here, name "
            "one of them (a phase, or the folder of one inside)"
        )
    if is_trained(folder):
        manifest = Manifest.read(folder)
        return manifest.base, manifest
    return Descriptor.read(folder), None


def load(
    folder: Path,
    task: str,
    labels: list[str],
    trainable: bool = False,
    options: dict[str, Any] | None = None,
    place: str | None = None,
) -> Loaded:
    """Load the model of a folder for a task.

    Args:
        folder: holds `base.json` or `manifest.json`.
        task: chat, completion, classification, text or reward.
        labels: names of the classes, in the order of the head; empty for other tasks.
        trainable: keep an adapter's weights trainable, to train it further.
        options: for `from_pretrained`, beyond the usual.
        place: device that the model lies on; None: where this machine computes.

    Raises:
        UserError: it was trained with another chat template or tokenizer, or it is a reward model
            and asked for anything else.
    """
    descriptor, manifest = describe(folder)
    tokenizer = tokenizer_of(descriptor)
    if manifest is not None:
        refuse_other(tokenizer, manifest)
        _refuse_speech(manifest, task)
    method = read_method(manifest.method) if manifest else None
    whole = method is not None and not method.keeps_base
    weights = folder if whole else weights_folder(descriptor)
    labels = manifest.labels if manifest else labels
    model = load_weights(weights, descriptor, task, labels, options)
    if method is not None and not whole:
        again = manifest is None or (manifest.task == REWARD) == (task == REWARD)
        reload = method.reload if again else partial(_under_a_new_head, method)
        model = reload(model, folder, task, trainable)
    if not trainable:
        model.eval()
    if task in HEADED and model.config.pad_token_id is None:
        model.config.pad_token_id = tokenizer.pad_token_id  # a decoder finds a text's end by it
    return Loaded(model.to(place or device()), tokenizer, descriptor, manifest, method)


def _refuse_speech(manifest: Manifest, task: str) -> None:
    """Refuse to let a reward model write; its answers would be those of an untrained head."""
    if manifest.task == REWARD and task != REWARD:
        raise UserError(
            f'"{manifest.phase}" is a reward model: it gives answers a number and writes none; '
            "name another phase, or base"
        )


def _under_a_new_head(
    method: TrainingMethod, model: Any, folder: Path, task: str, trainable: bool
) -> Any:
    """Return a model whose adapter goes on from one that was trained without a head.

    The head is new and trained with the adapter. Names of layers are the same under either.
    """
    from peft import get_peft_model_state_dict, load_peft_weights, set_peft_model_state_dict

    model = method.apply(model, task)
    own, before = get_peft_model_state_dict(model), load_peft_weights(folder, device="cpu")
    if set(before) - set(own):
        raise UserError(f"{folder}: an adapter of kind {method.kind} cannot begin a reward model")
    set_peft_model_state_dict(model, {**own, **before})
    return model if trainable else model.requires_grad_(False)


def load_weights(
    folder: Path,
    descriptor: Descriptor,
    task: str,
    labels: list[str],
    more: dict[str, Any] | None = None,
) -> Any:
    """Load plain weights with the head that the task needs, in the precision of the hardware."""
    from transformers import AutoModelForCausalLM, AutoModelForSequenceClassification

    hush()
    options: dict[str, Any] = {
        "dtype": dtype(),
        "use_safetensors": True,
        "trust_remote_code": descriptor.trust_remote_code,
        **(more or {}),
    }
    if task not in HEADED:
        return AutoModelForCausalLM.from_pretrained(folder, **options)
    if task == REWARD:
        options["num_labels"] = 1
        return AutoModelForSequenceClassification.from_pretrained(folder, **options)
    return AutoModelForSequenceClassification.from_pretrained(
        folder,
        num_labels=len(labels),
        id2label=dict(enumerate(labels)),
        label2id={label: index for index, label in enumerate(labels)},
        **options,
    )


def device() -> str:
    """Return the device that models compute on."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def dtype() -> Any:
    """Return bf16 where the GPU computes in it, else fp32."""
    import torch

    native = {"including_emulation": False}  # an imitated bf16 is slower than fp32
    fast = torch.cuda.is_available() and torch.cuda.is_bf16_supported(**native)
    return torch.bfloat16 if fast else torch.float32


def peak_compute_memory_bytes() -> int:
    """Return the peak memory of the GPU where there is one, else of this process."""
    import torch

    gpu = torch.cuda.is_available()
    return int(torch.cuda.max_memory_allocated()) if gpu else peak_memory_bytes()


def hush() -> None:
    """Keep loading bars and what libraries tell their own developers off the screen.

    PEFT asks whether a base still has its vocabulary; the digest of the base says that it has.
    """
    import warnings

    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
    warnings.filterwarnings("ignore", message="Could not find a config file in", module="peft")
