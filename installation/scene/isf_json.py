"""Reads the JSON of an ISF header, strictly, and remembers where in the file every value stands.

Python's own reader tells the place of a syntax error, but not that of a value with the wrong meaning; an artist needs both.
Called by `isf` and the readers of a header's parts; touches nothing but text.
"""

from __future__ import annotations

import bisect
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from installation.errors import Location, Problem, ShaderError

DEEPEST = 24
LONGEST_NUMBER = 64
"""Characters; Python takes seconds over a number of a million digits."""

_SPACE = re.compile(r"[ \t\n\r]*")
_STRING = re.compile(r'"[^"\\\x00-\x1f]*+(?:\\[^\x00-\x1f][^"\\\x00-\x1f]*+)*+')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORD = re.compile(r"[A-Za-z_0-9.+-]{1,40}")

Plain: TypeAlias = "dict[str, Node] | list[Node] | str | float | int | bool | None"


@dataclass(frozen=True, slots=True)
class Node:
    """A value and its place in the file; lines and columns count from 1."""

    value: Plain
    line: int
    column: int

    @property
    def members(self) -> dict[str, Node]:
        """What an object holds; nothing for any other value."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def items(self) -> list[Node]:
        """What a list holds; nothing for any other value."""
        return self.value if isinstance(self.value, list) else []

    def get(self, key: str) -> Node | None:
        """A member of an object; None where it is missing or null."""
        found = self.members.get(key)
        return None if found is None or found.value is None else found

    def text(self, key: str) -> str:
        """A member as text; "" where it is missing or is no text."""
        found = self.get(key)
        return found.value if found and isinstance(found.value, str) else ""

    @property
    def is_number(self) -> bool:
        return isinstance(self.value, int | float)  # a bool is one too: old files write true for 1


class Problems:
    """Collects what is wrong with one file, each with its place."""

    def __init__(self, path: str) -> None:
        self._path = path
        self.found: list[Problem] = []

    def add(self, message: str, node: Node, hint: str = "") -> None:
        self.found.append(Problem(message, Location(self._path, node.line, node.column), hint))


class _Text:
    """The text that is read, and where its lines begin."""

    def __init__(self, text: str, path: str) -> None:
        self.text, self._path = text, path
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def place(self, at: int) -> tuple[int, int]:
        line = bisect.bisect_right(self._starts, at)
        return line, at - self._starts[line - 1] + 1

    def error(self, message: str, at: int, hint: str = "") -> ShaderError:
        return ShaderError(f"the header is not JSON: {message}", Location(self._path, *self.place(at)), hint)

    def node(self, value: Plain, at: int) -> Node:
        return Node(value, *self.place(at))

    def skip(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        return found.end() if found else at

    # Each reader takes the place where its value begins, and gives the value and the place behind it.

    def read(self, at: int, depth: int) -> tuple[Node, int]:
        if depth > DEEPEST:
            raise self.error("it is nested too deeply", at)
        first = self.text[at : at + 1]
        if first == "{":
            return self._object(at, depth)
        if first == "[":
            return self._list(at, depth)
        if first == '"':
            words, end = self._string(at)
            return self.node(words, at), end
        for word, value in (("true", True), ("false", False), ("null", None)):
            if self.text.startswith(word, at):
                return self.node(value, at), at + len(word)
        return self._number(at)

    def _object(self, at: int, depth: int) -> tuple[Node, int]:
        members: dict[str, Node] = {}
        for start in self._parts(at, "}"):
            if self.text[start : start + 1] != '"':
                raise self.error('expected a "name" in quotes', start, self._comma_hint(start, "}"))
            name, end = self._string(start)
            end = self.skip(end)
            if self.text[end : end + 1] != ":":
                raise self.error(f'expected a colon after "{name[:40]}"', end)
            members[name], self._at = self.read(self.skip(end + 1), depth + 1)
        return self.node(members, at), self._at

    def _list(self, at: int, depth: int) -> tuple[Node, int]:
        items: list[Node] = []
        for start in self._parts(at, "]"):
            if self.text[start : start + 1] == "]":
                raise self.error("expected a value", start, self._comma_hint(start, "]"))
            item, self._at = self.read(start, depth + 1)
            items.append(item)
        return self.node(items, at), self._at

    def _parts(self, at: int, close: str) -> Iterator[int]:
        """Where each part between brackets begins. Whoever takes one leaves the place behind it in `_at`."""
        self._at = self.skip(at + 1)
        if self.text[self._at : self._at + 1] == close:
            self._at += 1
            return
        while True:
            yield self._at
            self._at = self.skip(self._at)
            mark = self.text[self._at : self._at + 1]
            if mark == close:
                self._at += 1
                return
            if mark != ",":
                raise self.error(f"expected a comma or {close}", self._at)
            self._at = self.skip(self._at + 1)

    def _comma_hint(self, at: int, close: str) -> str:
        return f"no comma before {close}" if self.text[at : at + 1] == close else ""

    def _string(self, at: int) -> tuple[str, int]:
        found = _STRING.match(self.text, at)
        end = found.end() if found else at + 1
        if self.text[end : end + 1] != '"':
            if self.text[end : end + 1] in ("\n", ""):
                raise self.error("this text has no closing quote on its line", at)
            raise self.error("a text can't hold a tab or another control character", end, "write \\t")
        try:
            words = json.loads(self.text[at : end + 1])
        except json.JSONDecodeError as error:
            raise self.error("this is no escape of JSON's", at + error.pos, "a \\ in a text is written \\\\") from None
        return str(words), end + 1

    def _number(self, at: int) -> tuple[Node, int]:
        found = _NUMBER.match(self.text, at)
        if not found:
            word = _WORD.match(self.text, at)
            shown = word.group() if word else self.text[at : at + 1]
            raise self.error(f'"{shown}" is not a value' if shown.strip() else "it ends too early", at)
        text = found.group()
        if len(text) > LONGEST_NUMBER:
            raise self.error("this number is too long", at)
        number = float(text) if found[1] or found[2] else int(text)
        if not math.isfinite(number):
            raise self.error(f"{text} is too large", at)
        return self.node(number, at), found.end()


def read_json(text: str, path: str, start: int, end: int) -> Node:
    """The one value between two places of a file's text. Raises ShaderError at the first mistake."""
    within = _Text(text[:end], path)
    node, at = within.read(within.skip(start), 0)
    at = within.skip(at)
    if at != end:
        raise within.error("there is more behind its end", at)
    return node
