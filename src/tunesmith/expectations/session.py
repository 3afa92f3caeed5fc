"""Great Expectations, quiet and without a network: rules held against a table in memory."""

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


COMPLETE = {"result_format": "COMPLETE", "return_unexpected_index_query": False}


def great_expectations() -> Any:
    """Import it with analytics off; that setting is read at import."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations

    return great_expectations


def examine(frame: "pd.DataFrame", rules: dict[int, Any]) -> dict[int, Any]:
    """Return the result of each rule by the number that it came with.

    Results come in an order of their own. They are not stored: a store would write every failing
    value out as JSON, and cannot do so for all of them.
    """
    gx = great_expectations()
    for place, rule in rules.items():
        rule.meta = {"place": place}
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    asset = context.data_sources.add_pandas("rows").add_dataframe_asset("rows")
    definition = asset.add_batch_definition_whole_dataframe("all")
    batch = definition.get_batch(batch_parameters={"dataframe": frame})
    suite = gx.ExpectationSuite(name="suite", expectations=list(rules.values()))
    done = batch.validate(suite, result_format=COMPLETE)
    return {result.expectation_config.meta["place"]: result for result in done.results}


def exception_of(info: dict[str, Any] | None) -> str | None:
    """Return why a rule could not be evaluated, or None when it was.

    Great Expectations gives one flat record, or one record for each metric that failed.
    """
    info = info or {}
    records = [info] if "raised_exception" in info else list(info.values())
    for record in records:
        if record.get("raised_exception"):
            return str(record.get("exception_message") or "no reason given").splitlines()[0]
    return None
