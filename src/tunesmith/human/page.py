"""The page of `tunesmith judge`: one HTML document that holds its own script and style."""

import base64
import hashlib
from html import escape
from pathlib import Path
from string import Template

from tunesmith.report.page import style

FOLDER = Path(__file__).parent


class Page:
    """The document and the policy that lets a browser run nothing but its own script.

    Attributes:
        policy: value of Content-Security-Policy.
    """

    def __init__(self) -> None:
        self._style = f"\n{style()}{_text('page.css')}"
        self._script = f"\nconst ZH = {_text('page_zh.json')};\n{_text('page.js')}"
        self._template = Template(_text("page.html"))
        self.policy = (
            f"default-src 'none'; script-src {_digest(self._script)}; "
            f"style-src {_digest(self._style)}; connect-src 'self'; img-src data:; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )

    def html(self, token: str) -> str:
        """Return the document; the token is for its requests."""
        return self._template.substitute(
            style=self._style, script=self._script, token=escape(token)
        )


def _text(name: str) -> str:
    """Return a file of this folder."""
    return (FOLDER / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    """Return a text's SHA-256 as a policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
