"""What of a result may be shown: no personal data, and no list as long as the data."""

from typing import Any

from tunesmith.rows import map_json
from tunesmith.text.pii import find_pii, masked

ENDLESS = ("unexpected_list", "unexpected_index_list", "partial_unexpected_index_list")
LONGEST = 120  # characters of a value


def shown(value: Any) -> Any:
    """Return a value, every text inside of it with personal data masked, and cut when long."""
    return map_json(value, _masked)


def record_of(result: Any) -> dict[str, Any]:
    """Return a result of Great Expectations as plain data that may be shown."""
    result.result = {k: v for k, v in (result.result or {}).items() if k not in ENDLESS}
    record: dict[str, Any] = result.to_json_dict()
    record["success"] = bool(record["success"])
    record["result"] = shown(record["result"])
    return record


def refused_record(rule: Any, problem: str) -> dict[str, Any]:
    """Return the record of a rule that nothing could be held against."""
    return {
        "success": False,
        "expectation_config": rule.configuration.to_json_dict(),
        "exception_info": {
            "raised_exception": True,
            "exception_message": problem,
            "exception_traceback": "",
        },
        "result": {},
        "meta": {},
    }


def _masked(text: str) -> str:
    """Return a text without personal data, cut when it is long."""
    safe = masked(text, find_pii(text))
    return safe if len(safe) <= LONGEST else f"{safe[: LONGEST - 1]}…"
