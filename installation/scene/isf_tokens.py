"""Cuts GLSL into tokens, and finds what a text declares. Knows words and brackets; understands no expression.

Every character of the text is in exactly one token, so the texts of all tokens together are the text again. Called by
`isf_glsl`, which writes some of the tokens differently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from installation.errors import Location, ShaderError
from installation.scene.isf_words import FUNCTIONS, KEYWORDS, LOOKUPS, QUALIFIERS, STATEMENTS

MOST_TOKENS = 250_000
"""Spaces counted too: five times the longest shader that anybody has published."""

_TOKEN = re.compile(
    r"""
      (?P<comment>//[^\n]*|/\*.*?\*/)
    | (?P<line>\n)
    | (?P<space>(?:[ \t\f\v\u00a0\ufeff]|\\\n)+)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<number>\.?[0-9](?:[eE][+-]|[A-Za-z0-9_.])*)
    | (?P<mark>\#\#|/(?!\*)|[!%&()*+,\-.:;<=>?\[\]^{|}~\#])
    """,
    re.DOTALL | re.VERBOSE,
)
_STORAGE = frozenset(("uniform", "varying", "attribute", "in", "out", "const"))
_PRECISION = frozenset(("lowp", "mediump", "highp"))
_BRANCHES = frozenset(("if", "ifdef", "ifndef"))
_OPENS, _CLOSES = "([{", ")]}"
PASTED = str.maketrans("\u00a0\ufeff", "  ")
"""Spaces that word processors leave in a text."""


@dataclass(slots=True)
class Tokens:
    """A text's tokens: `kinds` and `texts` side by side. `code` are the places of names, numbers and marks outside of the
    preprocessor's lines; `directives` says for each of those lines where its tokens begin and end."""

    kinds: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    code: list[int] = field(default_factory=list)
    directives: list[tuple[int, int]] = field(default_factory=list)


def tokenise(text: str, path: str) -> Tokens:
    """Raises ShaderError at a character that GLSL does not know, at a comment that never ends, and beyond 250,000 tokens."""
    tokens = Tokens()
    at, start, is_fresh = 0, -1, True  # `start`: where a directive began; `is_fresh`: nothing on this line yet
    inside = 0  # how many #if are open: notes may stand there
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None and (text.startswith("/*", at) or (start < 0 and not inside)):
            raise _unknown(text, at, path)
        # In a directive (#error, #pragma) any character may stand.
        kind, words = (found.lastgroup or "mark", found.group()) if found else ("other", text[at])
        at += len(words)
        place = len(tokens.kinds)
        if place == MOST_TOKENS:
            raise ShaderError(
                "this shader is too long", Location(path), f"at most {MOST_TOKENS:,} words, signs and spaces"
            )
        if kind == "line":
            if start >= 0:
                tokens.directives.append((start, place))
                word = first_word(tokens, (start, place))
                inside = max(inside + (word in _BRANCHES) - (word == "endif"), 0)
            start, is_fresh = -1, True
        elif kind not in ("comment", "space"):
            if is_fresh and words == "#":
                start = place
            is_fresh = False
            if start < 0:
                tokens.code.append(place)
        tokens.kinds.append(kind)
        tokens.texts.append(words)
    if start >= 0:
        tokens.directives.append((start, len(tokens.kinds)))
    return tokens


def _unknown(text: str, at: int, path: str) -> ShaderError:
    line = text.count("\n", 0, at) + 1
    where = Location(path, line, at - (text.rfind("\n", 0, at) + 1) + 1)
    if text.startswith("/*", at):
        return ShaderError("this comment is never closed", where, "close it with */")
    shown = "a NUL" if text[at] == "\0" else f'"{text[at]}"' if text[at].isprintable() else f"U+{ord(text[at]):04X}"
    return ShaderError(f"GLSL has no character {shown}", where, text.split("\n")[line - 1].strip().replace("\0", "␀"))


def first_word(tokens: Tokens, directive: tuple[int, int]) -> str:
    """What a directive is: "version", "if", "define" …"""
    return next((tokens.texts[i] for i in range(*directive) if tokens.kinds[i] == "name"), "")


@dataclass(frozen=True, slots=True)
class Output:
    """A fragment shader's own output, and the tokens that declare it."""

    name: str
    kind: str
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Filled:
    """A global that is filled where it is declared: the place of its name, and those of `=` and of what stands behind it."""

    name: int
    places: tuple[int, ...]


def filled(tokens: Tokens, given: frozenset[str]) -> list[Filled]:
    """The globals that are filled from something that is no constant: from one of the names `given`, a function of the
    artist's, or another such global. None from within an #if."""
    code = [(place, tokens.texts[place]) for place in tokens.code]
    depths, branches = _depths(tokens)
    found: list[Filled] = []
    known = set(given)
    fresh = True  # a statement may begin here
    k = 0
    while k < len(code):
        if depths[k] == 0 and fresh and _is_name(code[k][1]) and not branches[k]:
            end = next(
                (i for i in range(k, min(k + 1024, len(code))) if depths[i] == 0 and code[i][1] in (";", "{")), k
            )
            words = [word for _, word in code[k:end]]
            if code[end][1] == ";" and words and words[0] not in _STORAGE and words[0] not in ("precision", "struct"):
                for first, last in _split(code, depths, k, end):
                    at = next((i for i in range(first, last) if depths[i] == 0 and code[i][1] == "="), -1)
                    if at > first and _is_name(code[at - 1][1]) and any(w in known for _, w in code[at:last]):
                        found.append(Filled(code[at - 1][0], tuple(p for p, _ in code[at:last])))
                        known.add(code[at - 1][1])
                k = end
        word = code[k][1]
        if depths[k] == 0 and word == "(" and k and _is_name(code[k - 1][1]):
            known.add(code[k - 1][1])
        fresh = depths[k] == 0 and word in (";", "}")
        k += 1
    return found


def _split(code: list[tuple[int, str]], depths: list[int], k: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts of a declaration between its commas."""
    start = k
    for i in range(k, end + 1):
        if depths[i] == 0 and code[i][1] in (",", ";"):
            yield start, i
            start = i + 1


@dataclass(slots=True)
class Declared:
    """What a text declares: functions with the types of what they take (but for those in an #if, which may not be there),
    variables that are called like built-in functions, a fragment shader's outputs, and the tokens to be left out because we
    declare the same."""

    functions: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)
    variables: set[str] = field(default_factory=set)
    outputs: list[Output] = field(default_factory=list)
    left_out: set[int] = field(default_factory=set)


def declared(tokens: Tokens, ours: frozenset[str], is_fragment: bool) -> Declared:
    """Looks a text through. `ours` are the names of our own declarations: a second one is left out."""
    found = Declared()
    code = [(place, tokens.texts[place]) for place in tokens.code]
    depths, branches = _depths(tokens)
    for k, (place, word) in enumerate(code):
        if word == "precision":  # ours stands first, and no artist's picture gains from less
            found.left_out.update(p for p, _ in _statement(code, k))
        elif depths[k] == 0 and word in _STORAGE and _begins(code, k):
            _read_declaration(code, k, found, ours, is_fragment)
        elif tokens.kinds[place] == "name" and k and word not in KEYWORDS:
            before, after = code[k - 1][1], code[k + 1][1] if k + 1 < len(code) else ""
            is_typed = _is_name(before) and before not in STATEMENTS
            if is_typed and after == "(" and depths[k] == 0 and not branches[k]:
                types = _types([w for _, w in _bracketed(code, k + 1)])
                found.functions.setdefault(word, set()).add(types)
            elif is_typed and after in ("=", ";", ",", ")", "["):
                names = [word, *_more_names(code, depths, k)] if after != ")" else [word]
                found.variables.update(name for name in names if name in FUNCTIONS or name in LOOKUPS)
    return found


def _depths(tokens: Tokens) -> tuple[list[int], list[int]]:
    """How deep in brackets, and in #if, each token of the code is. Both branches of an #if begin at the same depth."""
    depths: list[int] = []
    branches: list[int] = []
    depth = 0
    saved: list[int] = []
    waiting = iter([*tokens.directives, (len(tokens.kinds), 0)])
    directive = next(waiting)
    for place in tokens.code:
        while directive[0] < place:
            word = first_word(tokens, directive)
            if word in _BRANCHES:
                saved.append(depth)
            elif word in ("else", "elif") and saved:
                depth = saved[-1]
            elif word == "endif" and saved:
                saved.pop()
            directive = next(waiting)
        mark = tokens.texts[place]
        if mark in _CLOSES:
            depth = max(depth - 1, 0)
        depths.append(depth)
        branches.append(len(saved))
        if mark in _OPENS:
            depth += 1
    return depths, branches


def _more_names(code: list[tuple[int, str]], depths: list[int], k: int) -> Iterator[str]:
    """What else a declaration declares, behind its first name: `vec4 a, texture;`. What stands in brackets is not looked at."""
    for i in range(k + 1, min(k + 512, len(code) - 1)):
        word = code[i][1]
        if depths[i] < depths[k] or (depths[i] == depths[k] and word == ";"):
            return
        if depths[i] == depths[k] and word == "," and _is_name(code[i + 1][1]):
            if i + 2 < len(code) and _is_name(code[i + 2][1]):
                return  # a parameter: its own type comes first
            yield code[i + 1][1]


def _is_name(word: str) -> bool:
    return word[:1].isalpha() or word[:1] == "_"


def _begins(code: list[tuple[int, str]], k: int) -> bool:
    """Whether a declaration begins here: a word before it that belongs to it has begun it already."""
    return k == 0 or not (_is_name(code[k - 1][1]) and code[k - 1][1] not in QUALIFIERS)


def _statement(code: list[tuple[int, str]], k: int) -> list[tuple[int, str]]:
    """From here to the semicolon; at most 64 tokens, none where there is no semicolon so near."""
    part = code[k : k + 64]
    end = next((i for i, (_, word) in enumerate(part) if word == ";"), -1)
    return part[: end + 1]


def _bracketed(code: list[tuple[int, str]], k: int) -> Iterator[tuple[int, str]]:
    """What stands in the brackets that open here."""
    depth = 0
    for place, word in code[k : k + 512]:
        depth += word in _OPENS
        depth -= word in _CLOSES
        if depth == 0:
            return
        if depth > 1 or word not in _OPENS:
            yield place, word


def _types(words: list[str]) -> tuple[str, ...]:
    """The types of a function's parameters: the first word of each that says no more than how it is passed."""
    types: list[str] = []
    part: list[str] = []
    for word in (*words, ","):
        if word != ",":
            part.append(word)
            continue
        named = [w for w in part if _is_name(w) and w not in STATEMENTS and w not in _PRECISION]
        if named and named != ["void"]:
            types.append(named[0] + ("[]" if "[" in part else ""))
        part = []
    return tuple(types)


def _read_declaration(
    code: list[tuple[int, str]], k: int, found: Declared, ours: frozenset[str], is_fragment: bool
) -> None:
    statement = _statement(code, k)
    words = [word for _, word in statement if word not in _PRECISION]
    if len(words) < 4 or "{" in words or "(" in words[:3]:
        return
    storage, kind = words[0], words[1]
    names = [
        word
        for i, word in enumerate(words[2:-1], 2)
        if _is_name(word) and words[i - 1] in (kind, ",") and words[i + 1] in (",", ";", "=", "[")
    ]
    if storage == "const" or not names:
        return
    places = [place for place, _ in statement]
    if all(name in ours for name in names):
        found.left_out.update(places)
    elif is_fragment and storage == "out" and len(words) == 4:
        found.outputs.append(Output(names[0], kind, (*_layout_before(code, k), *places)))


def _layout_before(code: list[tuple[int, str]], k: int) -> list[int]:
    """The places of a `layout(…)` that stands right before."""
    if k < 4 or code[k - 1][1] != ")":
        return []
    start = next((i for i in range(k - 1, max(k - 16, -1), -1) if code[i][1] == "layout"), -1)
    return [place for place, _ in code[start:k]] if start >= 0 else []
