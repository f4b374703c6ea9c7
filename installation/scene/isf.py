"""Reads an ISF file: its JSON header becomes parameters, image inputs and passes. Draws nothing.

ISF (isf.video) is GLSL whose first comment holds one JSON object. A file says by its inputs what it is: an image named
`inputImage` makes a filter, `startImage`, `endImage` and a float `progress` make a transition, anything else is a
generator. The GLSL itself is translated in `isf_glsl`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeAlias

from installation.errors import InstallationError, Location, Problem, ShaderError, did_you_mean
from installation.params import Param, Value
from installation.scene.isf_size import SizeExpression

IsfKind: TypeAlias = Literal["generator", "filter", "transition"]

MAX_BYTES = 1 << 20
MAX_PASSES = 32
MAX_INPUTS = 128
VALUE_TYPES = ("event", "bool", "long", "float", "point2D", "color")
IMAGE_TYPES = ("image", "audio", "audioFFT")


@dataclass(frozen=True, slots=True)
class Pass:
    """One draw. `target` "" is the shader's output; sizes None mean the size of the output."""

    target: str = ""
    persistent: bool = False
    floats: bool = False
    width: SizeExpression | None = None
    height: SizeExpression | None = None


@dataclass(frozen=True)
class Isf:
    """A parsed file. `params` are in the header's order; `images` are the samplers that something must feed."""

    path: str
    kind: IsfKind
    description: str
    credit: str
    categories: tuple[str, ...]
    params: tuple[Param, ...]
    images: tuple[str, ...]
    passes: tuple[Pass, ...]
    body: str
    vertex: str | None = None

    @property
    def targets(self) -> tuple[str, ...]:
        """The names of the buffers that its passes write, each once, in order."""
        return tuple(dict.fromkeys(p.target for p in self.passes if p.target))

    @cached_property
    def by_name(self) -> dict[str, Param]:
        return {param.name: param for param in self.params}


def load(path: Path) -> Isf:
    """Reads a file and its sibling vertex shader. Raises ShaderError."""
    where = Location(str(path))
    try:
        if not path.is_file():
            raise ShaderError(f'there is no shader "{path.name}"', where)
        if path.stat().st_size > MAX_BYTES:
            raise ShaderError("this file is too large for a shader", where, "at most 1 MiB")
        text = path.read_text("utf-8-sig")
        sibling = next((s for s in (path.with_suffix(".vs"), path.with_suffix(".vert")) if s.is_file()), None)
        vertex = sibling.read_text("utf-8-sig") if sibling and sibling.stat().st_size <= MAX_BYTES else None
    except UnicodeDecodeError as error:
        raise ShaderError(f"this file is not UTF-8 text (byte {error.start})", where) from None
    except OSError as error:
        raise ShaderError(f"this file can't be read: {error.strerror}", where) from None
    return parse(text, str(path), vertex)


def parse(text: str, path: str, vertex: str | None = None) -> Isf:
    """Parses a file's text. Raises ShaderError with every problem of the header."""
    header, line = _header(text, path)
    problems: list[Problem] = []
    reader = _Reader(path, text, line, problems)
    params, images = reader.inputs(header.get("INPUTS", []))
    passes = reader.passes(header, {param.name: param for param in params})
    if header.get("IMPORTED"):
        reader.problem("IMPORTED pictures are not supported yet", "IMPORTED", "use an image input and feed it a file")
    names = [param.name for param in params] + list(images)
    for name in sorted({name for name in names if names.count(name) > 1}):
        reader.problem(f'two inputs are called "{name}"', name)
    for name in sorted(set(names) & {p.target for p in passes}):
        reader.problem(f'"{name}" is both an input and a pass\'s TARGET', name)
    if problems:
        raise ShaderError(problems=problems)
    kind: IsfKind = "generator"
    if "inputImage" in images:
        kind = "filter"
    elif {"startImage", "endImage"} <= set(images) and any(p.name == "progress" for p in params):
        kind = "transition"
    categories = header.get("CATEGORIES", [])
    return Isf(
        path=path,
        kind=kind,
        description=str(header.get("DESCRIPTION", "")),
        credit=str(header.get("CREDIT", "")),
        categories=tuple(str(c) for c in categories) if isinstance(categories, list) else (),
        params=tuple(params),
        images=tuple(images),
        passes=tuple(passes),
        body=text,
        vertex=vertex,
    )


def _header(text: str, path: str) -> tuple[dict[str, Any], int]:
    """The JSON object of the first comment, and the line on which it begins."""
    start = text.find("/*")
    end = text.find("*/", start + 2)
    if start < 0 or end < 0:
        raise ShaderError(
            "this is not an ISF shader: it has no header",
            Location(path, 1, 1),
            "begin with /*{ … }*/ (see isf.video)",
        )
    line = text.count("\n", 0, start) + 1
    try:
        header = json.loads(text[start + 2 : end])
    except json.JSONDecodeError as error:
        row = line + error.lineno - 1
        column = error.colno + (len(text[: start + 2].rpartition("\n")[2]) if error.lineno == 1 else 0)
        raise ShaderError(f"the header is not JSON: {error.msg}", Location(path, row, column)) from None
    except RecursionError:
        raise ShaderError("the header is nested too deeply", Location(path, line, 1)) from None
    if not isinstance(header, dict):
        raise ShaderError("the header must be one JSON object", Location(path, line, 1), "begin with /*{ … }*/")
    return header, line


class _Reader:
    """Reads the parts of one header, and collects what is wrong with them."""

    def __init__(self, path: str, text: str, line: int, problems: list[Problem]) -> None:
        self._path, self._text, self._line, self._problems = path, text, line, problems

    def problem(self, message: str, word: str, hint: str = "") -> None:
        """Lists a problem at the first place where `word` stands in quotes in the header."""
        found = self._text.find(f'"{word}"') if word else -1
        if found < 0:
            where = Location(self._path, self._line, 1)
        else:
            before = self._text[:found]
            where = Location(self._path, before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1)
        self._problems.append(Problem(message, where, hint))

    def inputs(self, given: Any) -> tuple[list[Param], list[str]]:
        params: list[Param] = []
        images: list[str] = []
        if not isinstance(given, list):
            self.problem("INPUTS must be a list", "INPUTS")
            return params, images
        if len(given) > MAX_INPUTS:
            self.problem(f"{len(given)} inputs are too many", "INPUTS", f"at most {MAX_INPUTS}")
            return params, images
        for number, item in enumerate(given, 1):
            name = item.get("NAME") if isinstance(item, dict) else None
            if not isinstance(item, dict) or not isinstance(name, str) or not name.isidentifier():
                self.problem(f"input {number} needs a NAME that GLSL can use", str(name or "INPUTS"))
                continue
            kind = item.get("TYPE")
            if kind in IMAGE_TYPES:
                images.append(name)
            elif kind in VALUE_TYPES:
                try:
                    params.append(_param(name, str(kind), item))
                except (TypeError, ValueError, IndexError, InstallationError) as error:
                    self.problem(f'input "{name}": {error}', name)
            else:
                hint = did_you_mean(str(kind), (*VALUE_TYPES, *IMAGE_TYPES), label="types")
                self.problem(f'input "{name}" has the unknown TYPE "{kind}"', name, hint)
        return params, images

    def passes(self, header: dict[str, Any], params: dict[str, Param]) -> list[Pass]:
        given = header.get("PASSES") or [{}]
        if not isinstance(given, list):
            self.problem("PASSES must be a list", "PASSES")
            return [Pass()]
        if len(given) > MAX_PASSES:
            self.problem(f"{len(given)} passes are too many", "PASSES", f"at most {MAX_PASSES}")
            return [Pass()]
        passes: list[Pass] = []
        for number, item in enumerate(given, 1):
            target = item.get("TARGET", "") if isinstance(item, dict) else None
            if not isinstance(target, str) or (target and not target.isidentifier()):
                self.problem(f"pass {number} needs a TARGET that GLSL can use", "PASSES")
                continue
            sizes: list[SizeExpression | None] = []
            for side in ("WIDTH", "HEIGHT"):
                text = item.get(side)
                try:
                    sizes.append(None if text in (None, "") else SizeExpression(str(text), params))
                except ValueError as error:
                    self.problem(f"pass {number}: {side}: {error}", str(text))
                    sizes.append(None)
            passes.append(Pass(target, _flag(item, "PERSISTENT"), _flag(item, "FLOAT"), sizes[0], sizes[1]))
        return passes or [Pass()]


def _flag(item: dict[str, Any], key: str) -> bool:
    return item.get(key) in (True, 1, "true", "True", "1")


def _param(name: str, kind: str, item: dict[str, Any]) -> Param:
    """One input as a parameter, with ISF's rules for what is left out."""
    low, high, default = item.get("MIN"), item.get("MAX"), item.get("DEFAULT")
    label = str(item.get("LABEL", ""))
    identity = item.get("IDENTITY")
    if kind == "float":
        bottom, top = (float(low), float(high)) if low is not None and high is not None else (0.0, 1.0)
        if bottom > top:
            raise ValueError(f"MIN {bottom:g} is above MAX {top:g}")
        first = (bottom + top) / 2 if default is None else float(default)
        same = None if identity is None else float(identity)
        return Param(name, "float", min(max(first, bottom), top), bottom, top, help=label, identity=same)
    if kind == "long":
        values = tuple(int(v) for v in item.get("VALUES", ()))
        labels = tuple(str(v) for v in item.get("LABELS", ()))
        if labels and len(labels) != len(values):
            raise ValueError(f"{len(labels)} LABELS for {len(values)} VALUES")
        whole = int(default) if default is not None else (values[0] if values else int(low or 0))
        ends = (None, None) if values else (_number(low), _number(high))
        return Param(name, "long", whole, *ends, help=label, values=values, labels=labels)
    if kind == "bool":
        return Param(name, "bool", True if default is None else bool(default), help=label)
    if kind == "event":
        return Param(name, "event", False, help=label)
    size = 2 if kind == "point2D" else 4
    numbers: Value = tuple(float(v) for v in (default or ([0.0] * size if size == 2 else [1.0] * size)))
    if not isinstance(numbers, tuple) or len(numbers) != size:
        raise ValueError(f"DEFAULT needs {size} numbers")
    if kind == "color":
        return Param(name, "color", numbers, 0.0, 1.0, help=label)
    return Param(name, "point2D", numbers, help=label)


def _number(given: Any) -> float | None:
    return None if given is None else float(given)
