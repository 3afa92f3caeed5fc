"""Dials of a trial in the words of DVC: `dvc exp run --set-param …`, whose grammar is Hydra's."""

from collections.abc import Mapping
from typing import Any

from tunesmith.search.paths import value_at


def words(dials: Mapping[str, Any], params: Any) -> list[str]:
    """Return the arguments that set dials.

    A mapping or list takes the place of a mapping: Hydra alone would lay it over what was there.

    Args:
        dials: by dotted path.
        params: the whole of params.yaml.
    """
    found: list[str] = []
    for path, value in dials.items():
        if isinstance(value, Mapping | list) and isinstance(value_at(params, path), Mapping):
            found += ["--set-param", f"~{path}"]
        found += ["--set-param", f"++{path}={written(value)}"]
    return found


def written(value: Any) -> str:
    """Return a value in Hydra's grammar."""
    if isinstance(value, Mapping):
        inner = ", ".join(f"{key}: {written(item)}" for key, item in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | float):
        return repr(value)
    text = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{text}'"
