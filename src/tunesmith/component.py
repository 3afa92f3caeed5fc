"""A component is its own parameters: a frozen pydantic model whose unknown keys are refused."""

from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError


class Component(BaseModel):
    """Base of everything that is written in params.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, data: Any) -> Any:
        """Name the keys that are known, which pydantic's own message leaves out."""
        if isinstance(data, dict):
            known = [field.alias or name for name, field in cls.model_fields.items()]
            for key in data:
                if key not in known and key not in cls.model_fields:
                    raise PydanticCustomError("unknown_key", *_unknown(str(key), known))
        return data


def _unknown(key: str, known: list[str]) -> tuple[Any, dict[str, str]]:
    """Return message template and its values for an unknown key."""
    close = get_close_matches(key, known, n=1)
    guess = f'; did you mean "{close[0]}"?' if close else ";"
    values = {"key": key, "guess": guess, "known": ", ".join(sorted(known))}
    return 'unknown key "{key}"{guess} known keys: {known}', values
