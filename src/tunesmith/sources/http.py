"""A file on a web server, pinned by its SHA-256; fetched once, gone on with when it breaks off."""

from collections.abc import Iterator
from dataclasses import replace
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, Any, Literal
from urllib.error import HTTPError, URLError
from urllib.parse import unquote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from pydantic import Field, PositiveInt, field_validator

from tunesmith.errors import UserError
from tunesmith.files import sha256_file
from tunesmith.sources.base import Batch, SourceBase
from tunesmith.sources.file import FileSource
from tunesmith.stage import WORK

TRIES = 4
TIMEOUT_SECONDS = 30.0
BLOCK_BYTES = 1 << 20
SCHEMES = ("http", "https")


class HttpSource(SourceBase):
    """The file at a URL, read like one in the folder.

    Attributes:
        url: http or https; its last part names the format.
        sha256: of the file's bytes, so that what is read cannot change unseen.
        encoding: of the text; null to find it.
        max_bytes: a larger file is refused.
    """

    kind: Literal["http"] = "http"
    url: str
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    encoding: str | None = None
    max_bytes: PositiveInt = 4 << 30

    @field_validator("url")
    @classmethod
    def _is_of_the_web(cls, url: str) -> str:
        """Refuse other schemes and URLs with a password in them."""
        parts = urlsplit(url)
        if parts.scheme not in SCHEMES or not parts.hostname or not Path(parts.path).name:
            raise ValueError("an http or https address of a file")
        if "@" in parts.netloc:
            raise ValueError("a user or password does not belong into params.yaml")
        return url

    @property
    def shown(self) -> str:
        """The URL without its query, which may hold a token."""
        return urlsplit(self.url)._replace(query="", fragment="").geturl()

    def batches(self, folder: Path) -> Iterator[Batch]:  # noqa: ARG002
        """Yield the file as one batch; see `SourceBase.batches`."""
        name = Path(unquote(urlsplit(self.url).path)).name
        place = WORK / "http" / self.sha256
        if not (place / name).is_file() or sha256_file(place / name) != self.sha256:
            self._fetch(place / name)
        file = FileSource(path=name, encoding=self.encoding, **self.model_dump(include={"limit"}))
        for batch in file.batches(place):
            yield replace(batch, name=self.shown)

    def _fetch(self, path: Path) -> None:
        """Download to a neighbour of `path`, check it, and give it its name.

        Raises:
            UserError: the server does not give the file, or gives another one.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.partial")
        for attempt in range(TRIES):
            try:
                self._read_into(partial)
                break
            except HTTPError as error:
                raise UserError(f"{self.shown}: {_answer(error)}") from None
            except (URLError, HTTPException, OSError) as error:
                if attempt == TRIES - 1:
                    raise UserError(
                        f"{self.shown}: broke off {TRIES} times ({_words(error)}); what came is "
                        "kept, run again to go on"
                    ) from None
        found = sha256_file(partial)
        if found != self.sha256:
            partial.unlink()
            raise UserError(
                f"{self.shown}: its sha256 is {found}, not the one in params.yaml; if the new file "
                "is meant, write that"
            )
        partial.replace(path)

    def _read_into(self, partial: Path) -> None:
        """Append what is missing; a server that cannot start in the middle starts again."""
        have = partial.stat().st_size if partial.exists() else 0
        middle = {"Range": f"bytes={have}-"} if have else {}
        request = Request(self.url, headers=middle)  # noqa: S310 (the scheme was checked)
        try:
            answer = build_opener(_OnlyWeb).open(request, timeout=TIMEOUT_SECONDS)
        except HTTPError as error:
            if error.code == 416:  # nothing is missing
                return
            raise
        with answer:
            goes_on = answer.status == 206
            have = have if goes_on else 0
            with partial.open("ab" if goes_on else "wb") as handle:
                self._copy(answer, handle, have)

    def _copy(self, answer: Any, handle: IO[bytes], have: int) -> None:
        """Copy an answer to its end.

        Raises:
            OSError: it ends before the length that it announced.
            UserError: it is larger than `max_bytes`.
        """
        announced = answer.headers.get("Content-Length")
        expected = have + int(announced) if announced else None
        while block := answer.read(BLOCK_BYTES):
            handle.write(block)
            have += len(block)
            if have > self.max_bytes:
                raise UserError(f"{self.shown}: more than max_bytes {self.max_bytes:,}; raise it")
        if expected is not None and have < expected:
            raise OSError(f"{have:,} of {expected:,} bytes came")


class _OnlyWeb(HTTPRedirectHandler):
    """Follows redirects to http and https only, and from https only to https."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        """See `HTTPRedirectHandler`."""
        if urlsplit(newurl).scheme not in {req.type, "https"} & set(SCHEMES):
            raise HTTPError(newurl, code, msg, headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _answer(error: HTTPError) -> str:
    """Return what a server said in place of the file."""
    if error.code in range(300, 400):
        return "redirected to another scheme than http and https, which is not followed"
    return f"the server answered {error.code}"


def _words(error: Exception) -> str:
    """Return what went wrong in a few words."""
    reason = getattr(error, "reason", None) or error
    return str(reason) or type(error).__name__
