"""What the model was made from and what it cost."""

from tunesmith.report.evidence import Evidence, Tree
from tunesmith.report.words import label, model_name, quantity


def cost_table(evidence: Evidence) -> Tree:
    """Return the measured costs: a column for each file, a line for each number that any has.

    Lists, of single requests, are for the gate; how many rows each adapter had is no cost.
    """
    files, more = evidence.efficiency, (list, dict)
    keys = sorted(
        {key for numbers in files.values() for key in numbers if not isinstance(numbers[key], more)}
    )
    return {
        "files": list(files),
        "lines": [
            (label(key), [_cost(key, numbers) for numbers in files.values()]) for key in keys
        ],
    }


def _cost(key: str, numbers: Tree) -> str:
    """Return one cost."""
    return quantity(key, numbers[key]) if key in numbers else "–"


def provenance(evidence: Evidence) -> list[tuple[str, str]]:
    """Return name and value of everything that pins the model down."""
    base, model = evidence.base, evidence.model
    facts = [
        ("Base model", model_name(str(base.get("model", "")))),
        ("Revision", str(base.get("revision") or "a local folder")),
        ("Base digest (SHA-256)", str(base.get("digest", ""))),
        ("Phase", evidence.candidate),
        ("Task", str(model.get("task", ""))),
        ("Method", method_words(evidence)),
        ("Seed", str(model.get("seed", ""))),
        ("Training code (SHA-256)", model.get("code_sha256") or ""),
        ("Chat template (SHA-256)", model.get("template_sha256") or ""),
        ("Tokenizer (SHA-256)", model.get("tokenizer_sha256") or ""),
    ]
    facts += [(f"Weights: {name}", digest) for name, digest in sorted(evidence.weights.items())]
    data = {**model.get("data", {}), **evidence.exam.get("sha256", {})}
    facts += [(f"Data: {name}", digest) for name, digest in sorted(data.items())]
    facts += [(f"Parent {k}", digest) for k, digest in enumerate(model.get("parents", []), start=1)]
    return [(name, value) for name, value in facts if value]


def method_words(evidence: Evidence) -> str:
    """Return the method with its settings in one line; what is off is left out."""
    method = dict(evidence.model.get("method", {}))
    kind = str(method.pop("kind", "base model"))
    if kind == "bundle":
        return f"{method['adapters']} adapters chosen by {method['by']}"
    used = {key: value for key, value in sorted(method.items()) if value}
    settings = ", ".join(f"{key} {_plain(value)}" for key, value in used.items())
    return f"{kind} ({settings})" if settings else kind


def _plain(value: object) -> str:
    """Return a setting's value; `32.0` is `32`, and a switch that is on needs no value."""
    if value is True:
        return "on"
    return f"{value:g}" if isinstance(value, float) else str(value)


def settings(evidence: Evidence) -> list[tuple[str, str]]:
    """Return the training settings, the method's aside."""
    found = evidence.model.get("settings", {})
    return [
        (label(key), str(value))
        for key, value in sorted(found.items())
        if key not in ("method", "from", "with", "task") and value is not None
    ]
