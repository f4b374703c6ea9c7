"""Reads a YAML 1.2 file into plain Python values, and remembers where each key and value stands.

Files are read as if hostile: only so many levels and values, and nothing in them runs. It knows nothing of
shows and scenes: what may stand in them is `schema`'s affair. `load` calls it, and asks the `Document` for
places when something is wrong.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from installation.errors import Location, Problem, SceneError
from installation.scene.files import LINE_END, MAX_BYTES, read_text, shown
from installation.scene.syntax import curly, reword

Steps: TypeAlias = tuple[str | int, ...]
"""The way to a value: ("layers", 2, "params", "speed")."""

MAX_DEPTH = 32
MAX_VALUES = 50_000
"""Keys and values of a file, with those counted again that an alias repeats."""

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_LINE = re.compile(r"([^\r\n]*)(?:\r\n?|\n|$)")
_NULL = re.compile(r"null|Null|NULL|~|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


@dataclass(frozen=True)
class Document:
    """A file's values (`data`: dict, list, str, int, float, bool, None) and the place of each.

    `path` is the file as it is told to people; `keys` and `values` hold character offsets into `text`.
    """

    path: str
    text: str
    data: Any
    keys: dict[Steps, int] = field(default_factory=dict, repr=False)
    values: dict[Steps, tuple[int, int, str]] = field(default_factory=dict, repr=False)

    def value(self, steps: Steps) -> Location:
        """Where a value begins; the nearest one around it when it isn't in the file."""
        for end in range(len(steps), -1, -1):
            if steps[:end] in self.values:
                start, _, style = self.values[steps[:end]]
                if style != "empty" or not end:
                    return self.place(start)
                return self.key(steps[:end])
        return Location(self.path, 1, 1)

    def key(self, steps: Steps) -> Location:
        """Where the key of a value stands; for an item of a list, where the value begins."""
        for end in range(len(steps), 0, -1):
            if steps[:end] in self.keys:
                return self.place(self.keys[steps[:end]])
            if steps[:end] in self.values:
                return self.place(self.values[steps[:end]][0])
        return self.value(())

    def inside(self, steps: Steps, offset: int) -> Location:
        """The place of a character of a text value, counted from its first.

        Exact for values on one line and for blocks that begin with "|"; for others, where the value begins.
        """
        if not self.is_exact(steps):
            return self.value(steps)
        start, end, style = self.values[steps]
        source = self.text[start:end]
        if style == "|":
            return self._in_block(start, source, offset)
        if style == "":
            return self.place(start + min(offset, len(source)))
        unit = re.compile(r"''|." if style == "'" else r"\\x..|\\u.{4}|\\U.{8}|\\.|.")
        at = 1
        for _ in range(offset):
            found = unit.match(source, at)
            if not found or found.end() >= len(source):
                break
            at = found.end()
        return self.place(start + at)

    def is_exact(self, steps: Steps) -> bool:
        """Whether `inside` can tell each character of a value."""
        start, end, style = self.values.get(steps, (0, 0, "none"))
        one_line = not re.search(r"[\r\n]", self.text[start:end])
        return style == "|" or (one_line and style in ("", "'", '"'))

    def _in_block(self, start: int, source: str, offset: int) -> Location:
        """As `inside`, for a literal block: its lines less the indentation that they share."""
        indent = -1
        for line in list(_LINE.finditer(source))[1:]:
            text = line.group(1)
            if indent < 0 and text.strip():
                indent = len(text) - len(text.lstrip(" "))
            skipped = min(max(indent, 0), len(text))
            if offset <= len(text) - skipped:
                return self.place(start + line.start() + skipped + offset)
            offset -= len(text) - skipped + 1
        return self.place(start)

    def place(self, index: int) -> Location:
        """The line and column of a character of the file."""
        starts = self._line_starts
        line = bisect.bisect_right(starts, index)
        return Location(self.path, line, index - starts[line - 1] + 1)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in LINE_END.finditer(self.text))]


def read_yaml(path: Path, limit: int = MAX_BYTES) -> Document:
    """A YAML file. Raises SceneError with every problem that was found."""
    document, problems = scan_yaml(path, limit)
    if problems or document is None:
        raise SceneError(problems=problems)
    return document


def scan_yaml(path: Path, limit: int = MAX_BYTES) -> tuple[Document | None, list[Problem]]:
    """As `read_yaml`, but gives what could be read together with what is wrong; None when nothing could."""
    try:
        text = read_text(path, limit)
    except SceneError as error:
        return None, list(error.problems)
    return scan_text(text, shown(path))


def scan_text(text: str, path: str) -> tuple[Document | None, list[Problem]]:
    """As `scan_yaml`, for a text that is already read."""
    document = Document(path, text, None)
    if found := _UNPRINTABLE.search(text):
        sign = f"U+{ord(found.group()):04X}"
        return None, [
            Problem(f"an invisible character ({sign}) stands here", document.place(found.start()), "remove it")
        ]
    builder = _Builder(document)
    try:
        builder.build()
    except _Refused as refusal:
        return None, [*builder.problems, refusal.problem]
    except yaml.YAMLError as error:
        message, index, hint = reword(error, text)
        return None, [*builder.problems, Problem(message, document.place(index), hint)]
    return Document(path, text, builder.data, document.keys, document.values), builder.problems


class _Refused(Exception):
    """The file can't be read any further."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class _Loader(yaml.CSafeLoader):
    """libyaml's parser. Only its events are used: composing nodes would recurse, and overflow the C stack."""


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being read: its value, its place, the key that waits for a value."""

    value: dict[str, Any] | list[Any]
    steps: Steps
    anchor: str | None
    count: int
    key: str | None = None
    keep: bool = True


def _span(event: yaml.Event) -> tuple[int, int]:
    """The first character of an event, and the one after its last."""
    assert event.start_mark is not None and event.end_mark is not None
    return event.start_mark.index, event.end_mark.index


class _Builder:
    """Turns one file's events into values with places. Remembers what is open, and what anchors hold."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.text = document.text
        self.data: Any = None
        self.problems: list[Problem] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._count = 0

    def build(self) -> None:
        documents = 0
        for event in self._events():
            if isinstance(event, yaml.ScalarEvent):
                self._scalar(event)
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                self._begin(event)
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                self._end()
            elif isinstance(event, yaml.AliasEvent):
                self._alias(event)
            elif isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse("a second document begins here", _span(event)[0], 'remove the line "---"')

    def _events(self) -> Iterator[yaml.Event]:
        loader = _Loader(self.text)
        try:
            while (event := loader.get_event()) is not None:
                yield event
        finally:
            loader.dispose()

    def _refuse(self, message: str, index: int, hint: str = "") -> None:
        raise _Refused(Problem(message, self.document.place(index), hint))

    def _note(self, message: str, index: int, hint: str = "") -> None:
        self.problems.append(Problem(message, self.document.place(index), hint))

    def _add(self, count: int, index: int) -> None:
        self._count += count
        if self._count > MAX_VALUES:
            self._refuse(f"this file holds more than {MAX_VALUES} values", index)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        start, end = _span(event)
        self._add(1, start)
        top = self._open[-1] if self._open else None
        if top and isinstance(top.value, dict) and top.key is None:
            self._key(top, str(event.value), start)
            return
        value = self._value(event, start)
        start = self._content(event, start)
        style = event.style or ""
        if value is None and start == end:
            style = "empty"
        self._place(value, start, end, style)
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)

    def _key(self, top: _Open, name: str, index: int) -> None:
        top.key = name
        steps = (*top.steps, name)
        assert isinstance(top.value, dict)
        top.keep = name not in top.value
        if not top.keep:
            first = self.document.place(self.document.keys[steps])
            self._note(f'"{name}" stands here twice', index, f"the first is on line {first.line}")
        elif name == "<<":
            self._note('"<<" is not part of YAML 1.2', index, "write the keys out")
            top.keep = False
        else:
            self.document.keys[steps] = index

    def _content(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, start: int) -> int:
        """Notes a tag, and skips an anchor: gives where the value itself begins."""
        if event.tag is not None:
            self._note(f"tags are not used here ({self._word(start)})", start, "remove it")
        elif event.anchor:
            start += len(self._word(start))
            start += len(self.text[start:]) - len(self.text[start:].lstrip(" "))
        return start

    def _word(self, index: int) -> str:
        found = re.compile(r"\S+").match(self.text, index)
        return found.group() if found else ""

    def _value(self, event: yaml.ScalarEvent, index: int) -> Any:
        """A scalar's value, by the core schema of YAML 1.2: `no` and `1:30` are texts."""
        text = str(event.value)
        if event.style or event.tag is not None:
            return text
        if _NULL.fullmatch(text):
            return None
        if _BOOL.fullmatch(text):
            return text.lower() == "true"
        if len(text) > 40 or not (text[0] in "+-." or text[0].isdigit()):
            return text
        if _INT.fullmatch(text):
            return int(text)
        if _OCTAL.fullmatch(text):
            return int(text[2:], 8)
        if _HEX.fullmatch(text):
            return int(text[2:], 16)
        if _FLOAT.fullmatch(text):
            number = float(text)
            if number in (float("inf"), float("-inf")):
                self._note(f"{text} is too large a number", index)
                return 0.0
            return number
        if _NOT_FINITE.fullmatch(text):
            self._note(f"{text} is not a number that can be drawn", index)
            return 0.0
        return text

    def _begin(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        start, _ = _span(event)
        self._add(1, start)
        top = self._open[-1] if self._open else None
        if top and isinstance(top.value, dict) and top.key is None:
            message, at, hint = curly(self.text, start) or (
                "a key must be a name",
                start,
                "this is a list or a mapping",
            )
            self._refuse(message, at, hint)
        if len(self._open) >= MAX_DEPTH:
            self._refuse(f"this is nested more than {MAX_DEPTH} levels deep", start)
        if event.tag is not None or event.anchor:
            start = self._content(event, start)
        value: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        steps = self._place(value, start, start, "collection")
        self._open.append(_Open(value, steps, event.anchor, self._count))

    def _end(self) -> None:
        closed = self._open.pop()
        if closed.anchor:
            self._anchors[closed.anchor] = (closed.value, self._count - closed.count + 1)

    def _alias(self, event: yaml.AliasEvent) -> None:
        start, end = _span(event)
        top = self._open[-1] if self._open else None
        if top and isinstance(top.value, dict) and top.key is None:
            self._refuse("a key must be a name", start, "an alias can't be one")
        if any(opened.anchor == event.anchor for opened in self._open):
            self._refuse(f"*{event.anchor} repeats itself", start)
        name = event.anchor or ""
        if name not in self._anchors:
            self._refuse(f"*{name} repeats something that is not in this file", start, f"mark it with &{name}")
        value, count = self._anchors[name]
        self._add(count, start)
        self._place(value, start, end, "alias")

    def _place(self, value: Any, start: int, end: int, style: str) -> Steps:
        """Puts a value where it belongs, and remembers its place. Gives its steps."""
        if not self._open:
            self.data = value
            self.document.values[()] = (start, end, style)
            return ()
        top = self._open[-1]
        if isinstance(top.value, list):
            steps: Steps = (*top.steps, len(top.value))
            top.value.append(value)
        else:
            steps = (*top.steps, top.key or "")
            if top.keep:
                top.value[top.key or ""] = value
            else:
                # A key that stands twice: what is under it is read, to find its problems, and then dropped.
                steps = (*steps, "(again)", start)
            top.key = None
        self.document.values[steps] = (start, end, style)
        return steps
