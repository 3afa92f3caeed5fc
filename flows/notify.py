"""Tells a team's webhook how a run came out: what the gate ships or rejects, and every failure.

The address is a secret: it is read where it is used, and no log, artifact, error or record of a
run holds it. Who cannot be told costs a finished run ten seconds and one line, nothing else.
"""

import asyncio
import logging
import os
import sys
import threading
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, cast

from flows.runner import WEBHOOK
from flows.server import is_own
from tunesmith.errors import UserError

BLOCK = "webhook/"
PATIENCE_SECONDS = 10.0
SHOWN_CHARACTERS = 2000
_TOLD = ("SHIP", "REJECT")
_BY_HAND = "interrupt signal"  # in Prefect's words for a run that a person stopped


@dataclass(frozen=True)
class News:
    """How a run came out; `verdict` is None where it failed."""

    run: str
    state: str
    reasons: tuple[str, ...]
    verdict: str | None = None
    branch: str | None = None
    tag: str | None = None
    approval: str | None = None
    link: str | None = None
    report: str | None = None

    @property
    def matters(self) -> bool:
        """Whether anyone is told: HOLD and a run without a gate are quiet."""
        return self.state != "Completed" or self.verdict in _TOLD

    def text(self) -> str:
        """Return the news as a person reads them in a chat; no word of a row calls anybody."""
        words = [f"{self.verdict or self.state}: {self.run}"]
        words += [f"promoted as {self.tag}"] if self.tag else []
        words += [f"approval {self.approval}"] if self.approval else []
        lines = [", ".join(words)]
        lines += [f"- {reason}" for reason in self.reasons]
        lines += [f"Report: {self.report}"] if self.report else []
        lines += [self.link] if self.link else []
        return "\n".join(lines)[:SHOWN_CHARACTERS].translate(_HARMLESS)

    def body(self) -> dict[str, Any]:
        """Return what is posted: each fact, and a text in the forms that chats read.

        `text` is what Slack and Mattermost show; Feishu takes `msg_type` and `content`.
        """
        return {
            "verdict": self.verdict,
            "state": self.state,
            "reasons": list(self.reasons),
            "run": self.run,
            "branch": self.branch,
            "tag": self.tag,
            "approval": self.approval,
            "link": self.link,
            "report": self.report,
            "text": self.text(),
            "msg_type": "text",
            "content": {"text": self.text()},
        }


_HARMLESS = str.maketrans({"<": "‹", ">": "›", "@": "＠"})


def tell(news: News, block: str | None, log: "logging.Logger | logging.LoggerAdapter[Any]") -> None:
    """Post the news to a Prefect block, or else to what TUNESMITH_WEBHOOK names.

    Args:
        news: how the run came out; what does not matter is not posted.
        block: `webhook/NAME`; None for what the environment names, which may be nothing.
        log: takes the one line that says why nobody was told.
    """
    address = block or os.environ.get(WEBHOOK)
    if not address or not news.matters:
        return
    problem = _bounded(lambda: _post(address, news.body(), is_url_allowed=block is None))
    if problem:
        where = address if address.startswith(BLOCK) else "the webhook"
        line = f"nobody was told of {news.run}: {where} {problem}"
        log.warning("%s", line)
        print(line, file=sys.stderr)


def tell_of_failure(flow: Any, flow_run: Any, state: Any) -> None:
    """Tell, as a hook of a flow, that its run has failed or crashed.

    The run that a flow makes inside another is told of by the outer one; a person who stopped a
    run by hand knows of it.
    """
    from prefect.logging.loggers import flow_run_logger

    if flow_run.parent_task_run_id is not None or _BY_HAND in (state.message or ""):
        return
    news = News(
        run=flow_run.name,
        state=state.name,
        reasons=tuple((state.message or "no reason given").splitlines()[:3]),
        link=link(flow_run.id),
    )
    tell(news, (flow_run.parameters or {}).get("notify"), flow_run_logger(flow_run, flow))


def link(flow_run_id: object) -> str | None:
    """Return the page of a run; None where the server ends with the run."""
    from prefect.utilities.urls import url_for

    if is_own():
        return None
    return url_for("flow-run", obj_id=str(flow_run_id))


def _post(address: str, body: dict[str, Any], *, is_url_allowed: bool) -> str | None:
    """Post once; return in words why it did not arrive, without the address."""
    import httpx

    try:
        if address.startswith(BLOCK):
            answer = _to_block(address, body)
        elif is_url_allowed:
            answer = httpx.post(address, json=body, timeout=PATIENCE_SECONDS)
        else:
            return f"is not a block ({BLOCK}NAME); a URL belongs into the block or {WEBHOOK}"
    except UserError as error:
        return str(error)
    except Exception as error:  # whatever it is, the run is not to fail, nor its address to show
        return f"could not be reached ({type(error).__name__})"
    return None if answer.is_success else f"answered {answer.status_code}"


def _to_block(name: str, body: dict[str, Any]) -> Any:
    """Call a Webhook block of the Prefect server.

    Raises:
        UserError: there is none of that name.
    """
    from prefect.blocks.webhook import Webhook

    try:
        block = cast(Webhook, Webhook.load(name.removeprefix(BLOCK)))
    except ValueError:
        raise UserError("is no block of this Prefect server; see its Blocks page") from None
    return asyncio.run(block.call(body))


def _bounded(post: Callable[[], str | None]) -> str | None:
    """Return what `post` returns; a thread takes it, so that no resolver or server holds us up.

    The client's own log names each address that it calls, so it is kept quiet.
    """
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    ended = [f"did not answer in {PATIENCE_SECONDS:g} seconds"]
    context = copy_context()

    def work() -> None:
        ended.append(context.run(post) or "")

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(PATIENCE_SECONDS)
    return ended[-1] or None
