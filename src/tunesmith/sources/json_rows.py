"""Reads the rows of a JSON file: an array one by one, an object that holds an array as a whole."""

import json
from collections.abc import Iterator
from typing import Any, TextIO

from tunesmith.errors import UserError
from tunesmith.sources.lines import BLOCK_CHARS, LONGEST_LINE

LONGEST_OBJECT = 200_000_000  # characters of a file that is one object: it is held as a whole
LONGEST_TOKEN = 16  # characters of `-Infinity` or an escape: a cut one breaks so near to the end
SPACES = " \t\n\r"
DECODER = json.JSONDecoder()


def json_rows(stream: TextIO, name: str) -> Iterator[Any]:
    """Yield the items of the array that a JSON file is, or that the object in it holds.

    Raises:
        UserError: it is not JSON, or holds no array or several; or a row is too long.
        RecursionError: it is nested too deep.
    """
    window = Window(stream, name)
    if window.peek() == "[":
        yield from window.array()
    else:
        yield from _held(window.rest(), name)


class Window:
    """The part of a JSON text that is being read.

    Attributes:
        text: that part; what was read of it is let go when more is needed.
        place: of the next character in it.
        line: of the file, on which the part begins.
        column: of that line, at which it begins.
    """

    def __init__(self, stream: TextIO, name: str) -> None:
        self._stream, self._name = stream, name
        self.text, self.place = "", 0
        self.line = self.column = 1

    def array(self) -> Iterator[Any]:
        """Yield the items of an array, and see to it that nothing follows."""
        self.place += 1
        more = self.peek() != "]"
        while more:
            yield self.value()
            more = self.peek() == ","
            if not more and self.peek() != "]":
                raise self.error("Expecting ',' delimiter", self.place)
            self.place += more
        self.place += 1
        if self.peek():
            raise self.error("Extra data", self.place)

    def peek(self) -> str:
        """Return the next character that is no space; nothing at the end of the file."""
        while True:
            while self.place < len(self.text):
                if self.text[self.place] not in SPACES:
                    return self.text[self.place]
                self.place += 1
            if not self.more():
                return ""

    def value(self) -> Any:
        """Return the next value; while it may be cut off, more is read."""
        self.peek()
        while True:
            try:
                value, end = DECODER.raw_decode(self.text, self.place)
            except json.JSONDecodeError as error:
                if not self._cut(error) or not self.more():
                    raise self.error(error.msg, error.pos) from None
                continue
            except ValueError as error:  # a whole number of too many digits
                raise _unreadable(self._name, error) from None
            if not self._near_end(end) or not self.more():
                self._check_length(end)
                self.place = end
                return value

    def rest(self) -> str:
        """Return the whole text, up to the longest that is held."""
        text = self.text + self._stream.read(LONGEST_OBJECT)
        if len(text) > LONGEST_OBJECT:
            raise UserError(
                f"{self._name}: one JSON object of more than {LONGEST_OBJECT:,} characters; write "
                "its rows as an array `[{…}, {…}]` or one a line into a .jsonl file"
            )
        return text

    def more(self) -> bool:
        """Read on, as much again as is held; false at the end of the file."""
        held = len(self.text) - self.place
        read = self._stream.read(max(BLOCK_CHARS, held))
        if not read:
            return False
        self._check_length(len(self.text))
        self.line, self.column = self._where(self.place)
        self.text, self.place = self.text[self.place :] + read, 0
        return True

    def _check_length(self, end: int) -> None:
        """Refuse a value that is too long to be a row."""
        if end - self.place > LONGEST_LINE:
            raise UserError(
                f"{self._name}:{self._where(self.place)[0]}: a row of more than {LONGEST_LINE:,} "
                "characters; take it out, or write one row a line into a .jsonl file, where only "
                "that line is set aside"
            )

    def error(self, message: str, place: int) -> UserError:
        """Return an error that names line and column, as the json module does."""
        line, column = self._where(place)
        return UserError(
            f"{self._name}:{line}: not JSON: {message} at column {column}; "
            "one object a line is read from a .jsonl file"
        )

    def _where(self, place: int) -> tuple[int, int]:
        """Return line and column of a place in the text."""
        breaks = self.text.count("\n", 0, place)
        if breaks:
            return self.line + breaks, place - self.text.rindex("\n", 0, place)
        return self.line, self.column + place

    def _cut(self, error: json.JSONDecodeError) -> bool:
        """True if the value may go on behind the end of what was read."""
        return self._near_end(error.pos) or error.msg.startswith("Unterminated string")

    def _near_end(self, place: int) -> bool:
        """True if a token that was cut off could begin there: `1.` is a whole number and a dot."""
        return place >= len(self.text) - LONGEST_TOKEN


def _held(text: str, name: str) -> list[Any]:
    """Return the one array of an object."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise UserError(
            f"{name}:{error.lineno}: not JSON: {error.msg} at column {error.colno}; "
            "one object a line is read from a .jsonl file"
        ) from None
    except ValueError as error:
        raise _unreadable(name, error) from None
    cells = value.values() if isinstance(value, dict) else []
    arrays = [cell for cell in cells if isinstance(cell, list)]
    if len(arrays) != 1:
        raise UserError(
            f"{name}: {f'{len(arrays)} arrays' if arrays else 'no array'} of objects, where one is "
            "read; write `[{…}, {…}]` or a .jsonl file"
        )
    return arrays[0]


def _unreadable(name: str, error: ValueError) -> UserError:
    """Return the error about a value that Python does not take."""
    return UserError(f"{name}: not JSON that can be read: {error}")
