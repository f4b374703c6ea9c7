"""Translates ISF's GLSL (1.x habits and all) to 3.3 core or ES 3.0. Pure text; no GL.

The image functions of ISF are real functions with overloads, so that nested calls need no macro. Words are renamed token by
token and consistently: what was a free name in GLSL 1.20 and is none today stays a name of its own. The artist's text is
kept line for line, and every renamed word's columns are remembered, so that a driver's complaint finds its way back.

ES 3.0 converts no whole number to a float by itself (`vec2 p = 2;` is an error there): a shader that relies on it plays on
the desktop only. No translation without types could put that right, so none tries.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, TypeAlias

from installation.scene.isf import Isf
from installation.scene.isf_block import Block
from installation.scene.isf_overloads import forwards
from installation.scene.isf_tokens import PASTED, Declared, Filled, Tokens, declared, filled, first_word, tokenise
from installation.scene.isf_words import FUNCTIONS, LOOKUPS, QUALIFIERS, RENAMED, RESERVED

Dialect: TypeAlias = Literal["330 core", "300 es"]
Stage: TypeAlias = Literal["vertex", "fragment"]

PRECISION = """\
precision highp float;
precision highp int;
precision highp sampler2D;
precision highp samplerCube;
"""

FUNCTIONS_2D = """\
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

FUNCTIONS_CUBE = """\
vec2 IMG_SIZE(samplerCube i) { return vec2(textureSize(i, 0)); }
vec4 IMG_NORM_PIXEL(samplerCube i, vec3 d) { return texture(i, d); }
vec4 IMG_PIXEL(samplerCube i, vec3 d) { return texture(i, d); }
"""

_GAP = re.compile(r"(?:[ \t\f\v]|/\*.*?\*/)+")

TRIANGLE = "vec2((gl_VertexID << 1) & 2, gl_VertexID & 2)"
"""One triangle that covers everything."""

QUAD = "vec2(gl_VertexID & 1, gl_VertexID >> 1)"
"""The corners themselves, for a vertex shader of the artist's own: what it clamps or bends between the corners must not be
worked out at places far outside of the picture."""

OLD_VERTEX = {
    "gl_Vertex": "#define isf_Vertex vec4(CORNER * 2.0 - 1.0, 0.0, 1.0)\n",
    "gl_MultiTexCoord0": "#define isf_MultiTexCoord0 vec4(CORNER, 0.0, 1.0)\n",
    "gl_ModelViewProjectionMatrix": "#define isf_ModelViewProjectionMatrix mat4(1.0)\n",
    "ftransform": "#define isf_ftransform() vec4(CORNER * 2.0 - 1.0, 0.0, 1.0)\n",
}
"""What OpenGL 2 gave to every vertex shader."""

OLD_FRAGMENT = {"gl_TexCoord": "#define isf_TexCoord vec4[1](vec4(isf_FragNormCoord, 0.0, 1.0))\n"}

TEXTURE_COORDINATES = "isf_TexCoord[4]"
"""gl_TexCoord where the artist's vertex shader writes it."""


@dataclass(frozen=True)
class Lines:
    """The way back from a translated text, `written`, to the artist's file.

    A line of the translation minus `offset` is a line of `text`; `edits` says by line at which columns of the translation
    a renamed word begins and ends, and by how much longer than the artist's it is. `is_own`: the artist wrote this stage.
    """

    path: str
    text: str
    offset: int
    edits: Mapping[int, tuple[tuple[int, int, int], ...]]
    written: str = ""
    is_own: bool = True

    @cached_property
    def rows(self) -> list[str]:
        return self.text.split("\n")

    def column(self, line: int, column: int) -> int:
        """The artist's column for one of the translation; for one within a renamed word, that of its first letter."""
        column = _uncollapsed(self.written.split("\n")[line - 1], column) if self.written else column
        shift = 0
        for start, end, longer in self.edits.get(line, ()):
            if column < end:
                return min(column, start) - shift
            shift += longer
        return column - shift


def _uncollapsed(row: str, column: int) -> int:
    """A column as Mesa counts it, where any space or comment is one column wide, in the line as it is written."""
    for found in _GAP.finditer(row):
        if found.start() + 1 >= column:
            break
        column += found.end() - found.start() - 1
    return column


@dataclass(frozen=True)
class Source:
    """Translated text for a driver. `spelling` gives the artist's word for each word of ours; `is_partial`: not every pixel
    is sure to be drawn, so a target must be cleared first; `quad`: draw the four corners, not one triangle."""

    vertex: str
    fragment: str
    samplers: tuple[str, ...]
    lines: Mapping[Stage, Lines]
    spelling: Mapping[str, str]
    is_partial: bool
    quad: bool

    def of_pass(self, number: int) -> Source:
        """The same with PASSINDEX known, from 0: then a driver leaves out what other passes do, which software renderers and
        some graphics cards would work out and throw away."""
        known = f"#define PASSINDEX {number}\n"
        return replace(self, vertex=self._known(self.vertex, known), fragment=self._known(self.fragment, known))

    def _known(self, text: str, known: str) -> str:
        return text.replace(EVERY_PASS, known, 1) if "PASSINDEX" in text.partition(EVERY_PASS)[2] else text


EVERY_PASS = "// every pass\n"
"""Where a constant PASSINDEX stands, so that lines count the same with it and without."""

RELAXED = "#extension GL_ARB_shading_language_420pack : enable\n"
"""Drivers without it only warn; those with it take `a.xxxx` of a float and constants from uniforms, as hosts on them do."""


def translate(isf: Isf, block: Block, dialect: Dialect = "330 core") -> Source:
    """GLSL for a parsed file. Raises ShaderError for what is no GLSL at all."""
    samplers = isf.samplers
    coordinates = [f"_{name}{end}" for name in samplers for end in ("_texCoord", "_normTexCoord")]
    ours = frozenset((*block.names, *samplers, *coordinates, "isf_FragNormCoord", "vv_FragNormCoord"))
    named = frozenset((*(param.name for param in isf.params), *samplers))
    body = tokenise(isf.body, isf.path)
    own = tokenise(isf.vertex, isf.vertex_path) if isf.vertex is not None else None
    fragment = _Text(body, declared(body, ours, True), named)
    vertex = _Text(own, declared(own, ours, False), named) if own else None
    if dialect == "300 es":
        for stage in (fragment, vertex) if vertex else (fragment,):
            stage.fill_in_main(ours | {"gl_FragCoord"})

    spelled = {name: fragment.spelling.get(name, name) for name in named}
    shared = block.glsl(spelled)
    for name in samplers:
        shared += f"uniform {'samplerCube' if name in isf.cubes else 'sampler2D'} {spelled[name]};\n"
    functions = FUNCTIONS_2D + (FUNCTIONS_CUBE if isf.cubes else "")
    words = fragment.words | (vertex.words if vertex else set())
    places = [
        f"_{name}{end}" for name in samplers for end in ("_texCoord", "_normTexCoord") if f"_{name}{end}" in words
    ]
    head = f"#version {dialect}\n" + (PRECISION if dialect == "300 es" else RELAXED) + shared + EVERY_PASS

    varyings = ["isf_FragNormCoord", *places]
    top = head + "".join(f"in vec2 {name};\n" for name in varyings) + fragment.output() + functions + BIASED
    is_handed_over = vertex is not None and "gl_TexCoord" in vertex.words
    if is_handed_over:
        top += f"in vec4 {TEXTURE_COORDINATES};\n"
    else:
        top += "".join(text for word, text in OLD_FRAGMENT.items() if word in fragment.words)
    top += fragment.forwards()
    bottom = head + "".join(f"out vec2 {name};\n" for name in varyings) + functions
    bottom += _init(places, QUAD if vertex else TRIANGLE)
    if vertex:
        bottom += f"out vec4 {TEXTURE_COORDINATES};\n" if is_handed_over else ""
        bottom += "".join(t.replace("CORNER", QUAD) for word, t in OLD_VERTEX.items() if word in vertex.words)
        bottom += vertex.forwards()
        last = vertex.write("vertex")
        lines = Lines(isf.vertex_path, isf.vertex or "", bottom.count("\n"), vertex.edits, last)
    else:
        last = "void main() { isf_vertShaderInit(); }\n"
        lines = Lines(isf.path, isf.body, bottom.count("\n"), {}, last, is_own=False)
    text = fragment.write("fragment")
    return Source(
        vertex=bottom + last,
        fragment=top + text,
        samplers=tuple(spelled[name] for name in samplers),
        lines={"vertex": lines, "fragment": Lines(isf.path, isf.body, top.count("\n"), fragment.edits, text)},
        spelling={new: old for text in (vertex, fragment) if text for old, new in text.spelling.items()},
        is_partial="discard" in fragment.words or vertex is not None,
        quad=vertex is not None,
    )


def _init(places: list[str], corner: str) -> str:
    lines = [f"  vec2 isf_p = {corner};", "  isf_FragNormCoord = isf_p;"]
    for place in places:
        image, is_pixels = place.removesuffix("_texCoord"), place.endswith("_texCoord")
        lines.append(f"  {place} = " + (f"isf_p * RENDERSIZE / {image}_imgSize;" if is_pixels else "isf_p;"))
    lines.append("  gl_Position = vec4(isf_p * 2.0 - 1.0, 0.0, 1.0);")
    return "void isf_vertShaderInit() {\n" + "\n".join(lines) + "\n}\n"


class _Text:
    """One stage's text. `spelling` is what each of its words is written as; `edits` where that moved the columns."""

    def __init__(self, tokens: Tokens, found: Declared, named: frozenset[str]) -> None:
        self._tokens, self._found = tokens, found
        self.words = {t for kind, t in zip(tokens.kinds, tokens.texts, strict=True) if kind == "name"}
        self.edits: dict[int, tuple[tuple[int, int, int], ...]] = {}
        self._filled: list[Filled] = []
        self._outputs = [output for output in found.outputs if output.kind == "vec4"]
        self.spelling = {word: new for word, new in RENAMED.items() if word in self.words}
        for word in (self.words | named) & RESERVED:
            self.spelling[word] = f"isf_my_{word}"
        # A variable called like a built-in function is renamed where it is not called; inputs are variables.
        self._variables = (found.variables | named) & (FUNCTIONS | LOOKUPS)
        for word in (self.words | named) & QUALIFIERS | self._variables:
            self.spelling.setdefault(word, f"isf_my_{word}")
        # A function of the artist's own that is built in today: ES lets nobody redefine it.
        self._functions = {word for word in found.functions if word in FUNCTIONS or word in LOOKUPS}
        for word in (*OLD_VERTEX, *OLD_FRAGMENT):
            if word in self.words:
                self.spelling[word] = f"isf_{word.removeprefix('gl_')}"
        if self._outputs:
            self.spelling[self._outputs[0].name] = "isf_FragColor"

    def fill_in_main(self, given: frozenset[str]) -> None:
        """ES fills no global from a uniform where it is declared: it is filled when `main` begins."""
        if () in self._found.functions.get("main", ()):
            self._filled = filled(self._tokens, given)
            if self._filled:
                self.spelling["main"] = "isf_main"

    def output(self) -> str:
        """The declaration of what a fragment shader gives; a file may have an output of another type of its own."""
        if self._found.outputs and not self._outputs and not self.words & {"gl_FragColor", "gl_FragData"}:
            return ""
        return "layout(location = 0) out vec4 isf_FragColor;\n"

    def forwards(self) -> str:
        return "".join(
            forwards(name, f"isf_my_{name}", self._found.functions[name]) for name in sorted(self._functions)
        )

    def write(self, stage: Stage) -> str:
        """The text in today's spelling, line for line."""
        tokens = self._tokens
        written = list(tokens.texts)
        for k, place in enumerate(tokens.code):
            is_method = k > 0 and tokens.texts[tokens.code[k - 1]] == "." and tokens.texts[place] == "length"
            after = tokens.texts[tokens.code[k + 1]] if k + 1 < len(tokens.code) else ""
            if tokens.kinds[place] == "name" and not (is_method and after == "("):
                written[place] = self._word(tokens.texts[place], after, stage)
            if tokens.texts[place] == "gl_FragData" and (parts := self._first_output(k)):
                written[place] = "isf_FragColor"
                for part in parts:
                    written[part] = " " * len(tokens.texts[part])
        for start, end in tokens.directives:
            self._write_directive(written, start, end, stage)
        left_out = set(self._found.left_out)
        for output in self._outputs:
            if output.name == self._outputs[0].name:
                left_out.update(output.places)
        for place in left_out:
            written[place] = " " * len(tokens.texts[place])
        filling = ""
        for each in self._filled:
            filling += f" {written[each.name]} {' '.join(written[place] for place in each.places)};"
            for place in each.places:
                written[place] = " " * len(written[place])
        self._remember_edits(written)
        return "".join(written) + (f"\nvoid main() {{{filling} isf_main(); }}\n" if filling else "")

    def _write_directive(self, written: list[str], start: int, end: int, stage: Stage) -> None:
        """One line of the preprocessor. Not every driver joins lines that end in a backslash, so they are joined here."""
        tokens = self._tokens
        if first_word(tokens, (start, end)) in ("version", "extension"):
            written[start:end] = ["\n" * text.count("\n") for text in tokens.texts[start:end]]
            return
        names = [i for i in range(start, end) if tokens.kinds[i] == "name"][1:]  # not the directive's own word
        for i in names:
            after = next((tokens.texts[j] for j in range(i + 1, end) if tokens.kinds[j] != "space"), "")
            written[i] = self._word(tokens.texts[i], after, stage)
        if (
            first_word(tokens, (start, end)) == "define"
            and names
            and "".join(tokens.texts[names[0] + 1 : end])[:1] == "("
        ):
            close = next((i for i in range(names[0], end) if tokens.texts[i] == ")"), end)
            takes = {tokens.texts[i] for i in names[1:] if i < close} & (FUNCTIONS | LOOKUPS)
            for i in names:  # what a macro takes may be called like a function that we write in it
                if tokens.texts[i] in takes:
                    written[i] = f"isf_my_{tokens.texts[i]}"
        joined = [i for i in range(start, end) if tokens.kinds[i] == "space" and "\n" in tokens.texts[i]]
        for i in joined:
            written[i] = " "
        written[end - 1] += "\n" * sum(tokens.texts[i].count("\n") for i in joined)

    def _word(self, word: str, after: str, stage: Stage) -> str:
        if word == "varying":
            return "in" if stage == "fragment" else "out"
        if word == "attribute":
            return "in"
        is_called = after == "("
        if word in self._functions and is_called:
            return f"isf_my_{word}"
        if word in self._variables:
            return RENAMED.get(word, word) if is_called else f"isf_my_{word}"
        if word in QUALIFIERS and (after[:1].isalpha() or after[:1] == "_" or (is_called and word == "layout")):
            return word
        return self.spelling.get(word, word)

    def _first_output(self, k: int) -> list[int]:
        """The three tokens of [0] behind gl_FragData; none when it is another output."""
        places = self._tokens.code[k + 1 : k + 4]
        return places if [self._tokens.texts[p] for p in places] == ["[", "0", "]"] else []

    def _remember_edits(self, written: list[str]) -> None:
        """Also makes plain what a driver may choke on: letters in comments, and spaces, that are not ASCII."""
        line, column = 1, 1
        edits: dict[int, list[tuple[int, int, int]]] = {}
        for i, (kind, old) in enumerate(zip(self._tokens.kinds, self._tokens.texts, strict=True)):
            new = written[i]
            if "\\" in new:  # at the end of a comment it is a drawing's; nowhere else does it mean anything now
                written[i] = new = new.replace("\\", " ")
            if not new.isascii():
                written[i] = new = new.translate(PASTED).encode("ascii", "replace").decode()
            if kind == "name" and len(new) != len(old):
                edits.setdefault(line, []).append((column, column + len(new), len(new) - len(old)))
            if "\n" in new:
                line += new.count("\n")
                column = len(new) - new.rfind("\n")
            else:
                column += len(new)
        self.edits = {at: tuple(found) for at, found in edits.items()}
