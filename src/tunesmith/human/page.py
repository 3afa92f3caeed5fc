"""The page of `tunesmith judge`."""

from pathlib import Path

from tunesmith.local_page.page import Page as Document

FOLDER = Path(__file__).parent


class Page(Document):
    """The document on which two answers are compared."""

    def __init__(self) -> None:
        super().__init__(FOLDER)
