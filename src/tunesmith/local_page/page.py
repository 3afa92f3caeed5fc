"""A local page: one HTML document that holds its own script and style."""

import base64
import hashlib
import json
from html import escape
from pathlib import Path
from string import Template

from tunesmith.files import read_json
from tunesmith.report.page import style

SHARED = Path(__file__).parent


class Page:
    """The document and the policy that lets a browser run nothing but its own script.

    Attributes:
        policy: value of Content-Security-Policy.
    """

    def __init__(self, folder: Path) -> None:
        """Read page.html, page.css, page.js and page_zh.json, and what all pages share of them."""
        self._style = f"\n{style()}{_both(folder, 'page.css')}"
        self._script = f'\n"use strict";\nconst ZH = {_words(folder)};\n{_both(folder, "page.js")}'
        self._template = Template((folder / "page.html").read_text(encoding="utf-8"))
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


def chinese(folder: Path) -> dict[str, str]:
    """Return a page's words in Chinese, and those of all pages."""
    return {**read_json(SHARED / "page_zh.json"), **read_json(folder / "page_zh.json")}


def _words(folder: Path) -> str:
    """Return the Chinese words for a script; `</script>` in them could not end it."""
    return json.dumps(chinese(folder), ensure_ascii=False, indent=2).replace("</", "<\\/")


def _both(folder: Path, name: str) -> str:
    """Return what all pages share of a file, then a page's own."""
    return "".join((one / name).read_text(encoding="utf-8") for one in (SHARED, folder))


def _digest(text: str) -> str:
    """Return a text's SHA-256 as a policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
