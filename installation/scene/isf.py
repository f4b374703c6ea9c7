"""Reads an ISF file: its JSON header becomes parameters, image inputs and passes. Draws nothing.

ISF (isf.video) is GLSL whose first comment holds one JSON object. A file says by its inputs what it is: an image named
`inputImage` makes a filter, `startImage`, `endImage` and a float `progress` make a transition, anything else is a
generator. The GLSL itself is translated in `isf_glsl`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeAlias

from installation.errors import InstallationError, Location, Problem, ShaderError
from installation.params import Param
from installation.scene.files import LINE_END, read_text
from installation.scene.isf_imports import Imported, read_imports
from installation.scene.isf_inputs import ImageInput, read_inputs
from installation.scene.isf_json import Node, Problems, read_json
from installation.scene.isf_passes import Pass, read_passes

IsfKind: TypeAlias = Literal["generator", "filter", "transition"]

MAX_BYTES = 1 << 20
BUILT_IN = frozenset(("DATE", "RENDERSIZE", "TIME", "TIMEDELTA", "PASSINDEX", "FRAMEINDEX"))

_HEADER = re.compile(r"/\*\s*(?=\{)")


@dataclass(frozen=True)
class Isf:
    """A parsed file. `params` and `inputs` are in the header's order. Paths are as they are told to people.

    `inputs` are the samplers that something must feed, `imported` those with pictures of their own, and `idle` version 1's
    buffers that no pass writes. `vertex` is the text of the sibling vertex shader, None where there is none. `shown` is the
    pass to look at, counted from 1; None, as every file has it, the last.
    """

    path: str
    kind: IsfKind
    description: str
    credit: str
    categories: tuple[str, ...]
    params: tuple[Param, ...]
    inputs: tuple[ImageInput, ...]
    imported: tuple[Imported, ...]
    passes: tuple[Pass, ...]
    idle: tuple[Pass, ...]
    body: str
    vertex: str | None = None
    vertex_path: str = ""
    shown: int | None = None
    refused: tuple[Problem, ...] = ()
    """Why nobody may play it, although it can be read: it hung, or took too long, where it was tried."""

    @cached_property
    def images(self) -> tuple[str, ...]:
        """The names of the image inputs."""
        return tuple(image.name for image in self.inputs)

    @cached_property
    def buffers(self) -> dict[str, Pass]:
        """What is said of each buffer, by name, in order: those that passes write, then the idle ones."""
        return {p.target: p for p in (*self.passes, *self.idle) if p.target}

    @property
    def targets(self) -> tuple[str, ...]:
        """The names of the buffers, each once, in order."""
        return tuple(self.buffers)

    @cached_property
    def cubes(self) -> frozenset[str]:
        """The names of the samplers that show a cube."""
        return frozenset(i.name for i in self.inputs if i.kind == "cube") | {i.name for i in self.imported if i.is_cube}

    @property
    def samplers(self) -> tuple[str, ...]:
        """Every sampler: image inputs, imported pictures, buffers. A player gives its textures in this order."""
        return (*self.images, *(picture.name for picture in self.imported), *self.targets)

    @cached_property
    def by_name(self) -> dict[str, Param]:
        return {param.name: param for param in self.params}


def load(path: Path) -> Isf:
    """Reads a file and its sibling vertex shader (.vs or .vert). Raises ShaderError."""
    try:
        if not path.is_file() and not path.exists():
            raise ShaderError(f'there is no shader "{path.name}"', Location(str(path)))
        text = _read(path)
        sibling = next((s for s in (path.with_suffix(".vs"), path.with_suffix(".vert")) if s.is_file()), None)
        vertex = None if sibling is None else _read(sibling)
    except (OSError, ValueError) as error:
        raise ShaderError(f"this file can't be read: {error}", Location(str(path))) from None
    return parse(text, str(path), vertex, "" if sibling is None else str(sibling))


def _read(path: Path) -> str:
    try:
        text = read_text(path, MAX_BYTES, fallback="cp1252")  # a credit or a remark of long ago
    except InstallationError as error:
        raise ShaderError(problems=error.problems) from None
    return text


def parse(text: str, path: str, vertex: str | None = None, vertex_path: str = "") -> Isf:
    """Parses a file's text, whatever ends its lines. Raises ShaderError with every problem of the header."""
    text = LINE_END.sub("\n", text.removeprefix("\ufeff"))
    header = _header(text, path)
    problems = Problems(path)
    params, inputs, places = read_inputs(header, problems)
    passes, idle = read_passes(header, params, problems)
    imported, import_places = read_imports(header, Path(path), problems)
    _names_apart(places, import_places, (*passes, *idle), header, problems)
    if problems.found:
        raise ShaderError(problems=sorted(problems.found, key=lambda problem: problem.place))
    categories = header.get("CATEGORIES")
    return Isf(
        path=path,
        kind=_kind(params, inputs),
        description=header.text("DESCRIPTION"),
        credit=header.text("CREDIT"),
        categories=tuple(str(node.value) for node in categories.items) if categories else (),
        params=tuple(params),
        inputs=tuple(inputs),
        imported=tuple(imported),
        passes=tuple(passes),
        idle=tuple(idle),
        body=text,
        vertex=None if vertex is None else LINE_END.sub("\n", vertex.removeprefix("\ufeff")),
        vertex_path=vertex_path or (str(Path(path).with_suffix(".vs")) if vertex is not None else ""),
    )


def _header(text: str, path: str) -> Node:
    """The JSON object of the first comment that begins with one."""
    found = _HEADER.search(text)
    start = found.start() if found else text.find("/*")
    end = text.find("*/", start + 2)
    if start < 0 or end < 0:
        raise ShaderError(
            "this is not an ISF shader: it has no header", Location(path, 1, 1), "begin with /*{ … }*/ (see isf.video)"
        )
    header = read_json(text, path, start + 2, end)
    if not isinstance(header.value, dict):
        where = Location(path, header.line, header.column)
        raise ShaderError("the header must be one JSON object", where, "begin with /*{ … }*/")
    return header


def _names_apart(
    inputs: dict[str, Node], imports: dict[str, Node], passes: tuple[Pass, ...], header: Node, problems: Problems
) -> None:
    """Inputs, imported pictures, buffers and built-in uniforms are one family of names in GLSL."""
    for name, node in {**imports, **inputs}.items():
        if name in BUILT_IN:
            problems.add(f'"{name}" is one of ISF\'s own', node)
    for name in sorted(set(inputs) & set(imports)):
        problems.add(f'"{name}" is both an input and an imported picture', imports[name])
    for name in dict.fromkeys(p.target for p in passes if p.target):
        place = next((n for n in _targets(header) if n.value == name), header)
        if name in BUILT_IN:
            problems.add(f'"{name}" is one of ISF\'s own', place)
        elif name in inputs or name in imports:
            problems.add(f'"{name}" is both an input and a pass\'s TARGET', place)


def _targets(header: Node) -> list[Node]:
    passes = header.get("PASSES")
    return [node for item in (passes.items if passes else ()) if (node := item.get("TARGET"))]


def _kind(params: list[Param], inputs: list[ImageInput]) -> IsfKind:
    pictures = {image.name for image in inputs if image.kind == "image"}
    if "inputImage" in pictures:
        return "filter"
    if {"startImage", "endImage"} <= pictures and any(p.name == "progress" and p.kind == "float" for p in params):
        return "transition"
    return "generator"
