"""Translates ISF's GLSL to 3.3 core, and lays out its uniforms as one block. Pure text and numbers; no GL.

All values are members of one std140 block without an instance name, so that the artist's names stay plain identifiers and
may be shadowed. The image functions are real functions with overloads, so nested calls need no macro. The artist's text is
kept line for line: a line of the translated source minus `offset` is a line of the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.errors import Location, Problem, ShaderError
from installation.scene.isf import Isf

GLSL_TYPES = {
    "float": "float",
    "bool": "bool",
    "event": "bool",
    "long": "int",
    "point2D": "vec2",
    "color": "vec4",
    "int": "int",
    "vec2": "vec2",
    "vec4": "vec4",
}
SIZES = {"float": 1, "bool": 1, "int": 1, "vec2": 2, "vec4": 4}
BUILT_IN = (
    ("DATE", "vec4"),
    ("RENDERSIZE", "vec2"),
    ("TIME", "float"),
    ("TIMEDELTA", "float"),
    ("PASSINDEX", "int"),
    ("FRAMEINDEX", "int"),
)

FUNCTIONS = """\
vec2 IMG_SIZE(sampler2D i) { return vec2(textureSize(i, 0)); }
vec4 IMG_NORM_PIXEL(sampler2D i, vec2 p) { return texture(i, p); }
vec4 IMG_PIXEL(sampler2D i, vec2 p) { return texture(i, p / IMG_SIZE(i)); }
vec4 IMG_THIS_PIXEL(sampler2D i) { return texture(i, isf_FragNormCoord); }
vec4 IMG_THIS_NORM_PIXEL(sampler2D i) { return texture(i, isf_FragNormCoord); }
vec4 IMG_NORM_THIS_PIXEL(sampler2D i) { return texture(i, isf_FragNormCoord); }
"""

BIASED = """\
vec4 IMG_NORM_PIXEL(sampler2D i, vec2 p, float b) { return texture(i, p, b); }
vec4 IMG_PIXEL(sampler2D i, vec2 p, float b) { return texture(i, p / IMG_SIZE(i), b); }
"""
"""A fragment shader's own: a vertex shader has no level of detail to bias."""

VERTEX = """\
void isf_vertShaderInit() {
  vec2 isf_p = vec2((gl_VertexID << 1) & 2, gl_VertexID & 2);
  isf_FragNormCoord = isf_p;
  gl_Position = vec4(isf_p * 2.0 - 1.0, 0.0, 1.0);
}
"""

RENAMED = {
    "gl_FragColor": "isf_FragColor",
    "vv_FragNormCoord": "isf_FragNormCoord",
    "vv_vertShaderInit": "isf_vertShaderInit",
    "texture2D": "texture",
    "texture2DLod": "textureLod",
    "texture2DRect": "texture",
}
TOKEN = re.compile(r"//[^\n]*|/\*.*?\*/|[A-Za-z_]\w*|^[ \t]*\#[ \t]*version[^\n]*", re.DOTALL | re.MULTILINE)


class Block:
    """The layout of one shader's uniform block, and the bytes of one pass of it."""

    def __init__(self, isf: Isf) -> None:
        members = [*BUILT_IN, *((param.name, GLSL_TYPES[param.kind]) for param in isf.params)]
        for image in (*isf.images, *isf.targets):
            members += [
                (f"_{image}_imgRect", "vec4"),
                (f"_{image}_imgSize", "vec2"),
                (f"_{image}_flip", "bool"),
            ]
        # Wide members first: std140 then wastes nothing, and the driver sees the order that it is declared in.
        members.sort(key=lambda member: -SIZES[member[1]])
        self.members = members
        self._at: dict[str, int] = {}
        offset = 0
        for name, kind in members:
            size = SIZES[kind]
            offset += (-offset) % size
            self._at[name] = offset
            offset += size
        self.floats: NDArray[np.float32] = np.zeros(offset + (-offset) % 4, np.float32)
        self._ints = self.floats.view(np.int32)
        self.bytes = self.floats.view(np.uint8)
        self._params = tuple((param.name, param.kind, self._at[param.name]) for param in isf.params)

    @property
    def size(self) -> int:
        return self.bytes.nbytes

    def glsl(self) -> str:
        lines = "".join(f"  {kind} {name};\n" for name, kind in self.members)
        return f"layout(std140) uniform isf_Block {{\n{lines}}};\n"

    def set_frame(self, seconds: float, delta: float, index: int, date: tuple[float, float, float, float]) -> None:
        at = self._at
        self.floats[at["TIME"]] = seconds
        self.floats[at["TIMEDELTA"]] = delta
        self._ints[at["FRAMEINDEX"]] = index
        start = at["DATE"]
        self.floats[start : start + 4] = date

    def set_pass(self, index: int, width: int, height: int) -> None:
        start = self._at["RENDERSIZE"]
        self.floats[start] = width
        self.floats[start + 1] = height
        self._ints[self._at["PASSINDEX"]] = index

    def set_image(self, name: str, width: int, height: int) -> None:
        start = self._at[f"_{name}_imgRect"]
        self.floats[start : start + 4] = (0.0, 0.0, 1.0, 1.0)
        start = self._at[f"_{name}_imgSize"]
        self.floats[start] = width
        self.floats[start + 1] = height

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Takes this frame's value of every input."""
        floats, ints = self.floats, self._ints
        for name, kind, start in self._params:
            value = values[name]
            if kind == "float":
                floats[start] = value
            elif kind == "point2D":
                floats[start : start + 2] = value
            elif kind == "color":
                floats[start : start + 4] = value
            else:
                ints[start] = int(value)


@dataclass(frozen=True)
class Source:
    """Translated text for a driver. A line of `fragment` minus `offset` is a line of the artist's file."""

    vertex: str
    fragment: str
    samplers: tuple[str, ...]
    offset: int
    vertex_offset: int


def translate(isf: Isf, block: Block) -> Source:
    """GLSL 3.3 core for a parsed file."""
    samplers = (*isf.images, *isf.targets)
    shared = block.glsl() + "".join(f"uniform sampler2D {name};\n" for name in samplers)
    head = f"#version 330 core\n{shared}in vec2 isf_FragNormCoord;\nout vec4 isf_FragColor;\n{FUNCTIONS}{BIASED}"
    vertex_head = f"#version 330 core\n{shared}out vec2 isf_FragNormCoord;\n{FUNCTIONS}{VERTEX}"
    vertex = "void main() { isf_vertShaderInit(); }\n" if isf.vertex is None else modernise(isf.vertex, "out")
    return Source(
        vertex=vertex_head + vertex,
        fragment=head + modernise(isf.body, "in"),
        samplers=samplers,
        offset=head.count("\n"),
        vertex_offset=vertex_head.count("\n"),
    )


def modernise(text: str, varying: str) -> str:
    """GLSL 1.x words in today's spelling, line for line. `varying` is "in" (fragment) or "out" (vertex)."""

    def replace(found: re.Match[str]) -> str:
        token = found.group()
        if token.startswith(("//", "/*")):
            return token
        if token.lstrip().startswith("#"):
            return ""
        if token == "varying":
            return varying
        if token == "attribute":
            return "in"
        return RENAMED.get(token, token)

    return TOKEN.sub(replace, text)


LOG_LINES = (
    re.compile(r"^\s*(?:ERROR:\s*)?\d+:(?P<line>\d+)(?:\((?P<column>\d+)\))?:\s*(?:error:\s*)?(?P<words>.*)$"),
    re.compile(r"^\s*\d+\((?P<line>\d+)\)\s*:\s*(?:error\s*\w*:\s*)?(?P<words>.*)$"),
)
"""Mesa `0:12(5): error: …`, Apple and AMD `ERROR: 0:12: …`, NVIDIA `0(12) : error C0000: …`."""


def place_log(log: str, isf: Isf, source: Source) -> ShaderError:
    """The driver's words at the artist's own lines: the first error of each line, at most eight."""
    lines = isf.body.split("\n")
    problems: dict[int, Problem] = {}
    for text in log.splitlines():
        found = next((m for m in (form.match(text) for form in LOG_LINES) if m), None)
        if not found or "warning" in text.lower():
            continue
        line = int(found["line"]) - source.offset
        column = int(found.groupdict().get("column") or 0)
        shown = lines[line - 1].strip() if 0 < line <= len(lines) else ""
        where = Location(isf.path, max(line, 0), column if line > 0 else 0)
        problems.setdefault(line, Problem(found["words"].strip(), where, shown))
    if not problems:
        problems[0] = Problem(log.strip().split("\n")[0] or "the driver refused it", Location(isf.path))
    return ShaderError(problems=list(problems.values())[:8])


def sizes(isf: Isf, width: int, height: int, values: Mapping[str, Any]) -> Sequence[tuple[int, int]]:
    """The size in pixels of every pass for an output of `width` x `height`."""
    numbers = {name: float(value) for name, value in values.items() if isinstance(value, int | float)}
    return [
        (
            p.width(width, height, numbers) if p.width else width,
            p.height(width, height, numbers) if p.height else height,
        )
        for p in isf.passes
    ]
