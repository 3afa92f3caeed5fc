"""What of a result may be shown: no personal data, and no list as long as the data."""

import json
from typing import Any

from tunesmith.rows import map_json
from tunesmith.text.pii import find_pii, masked

ENDLESS = ("unexpected_list", "unexpected_index_list", "partial_unexpected_index_list")
LONGEST = 120  # characters of a value


def shown(value: Any) -> Any:
    """Return a value, every text inside of it with personal data masked, and cut when long."""
    return map_json(value, _masked)


def record_of(result: Any, rows: int) -> dict[str, Any]:
    """Return a result of Great Expectations on so many rows as plain data that may be shown.

    Not a number, the mean of nothing, becomes null.
    """
    result.result = {k: v for k, v in (result.result or {}).items() if k not in ENDLESS}
    text = json.dumps(result.to_json_dict(), default=_plain)
    record: dict[str, Any] = json.loads(text, parse_constant=lambda _: None)
    record["result"] = shown(_completed(record["result"], rows))
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


def _plain(value: Any) -> Any:
    """Return a scalar of NumPy, which Great Expectations leaves in some results, as Python's."""
    return value.item()


def _completed(seen: dict[str, Any], rows: int) -> dict[str, Any]:
    """Return a result whose count has the share that its own renderer asks for."""
    count = seen.get("unexpected_count")
    if count is None or "unexpected_percent" in seen:
        return seen
    return {"element_count": rows, **seen, "unexpected_percent": 100 * count / rows}


def _masked(text: str) -> str:
    """Return a text without personal data, cut when it is long."""
    safe = masked(text, find_pii(text))
    return safe if len(safe) <= LONGEST else f"{safe[: LONGEST - 1]}…"
