"""A driver's complaints at the artist's own lines: one problem for each mistake, in the artist's own words.

Reads the forms of Mesa, NVIDIA, AMD, Intel and Apple. Drops what only follows from an earlier mistake. Called by the player.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from installation.errors import Location, Problem, ShaderError
from installation.scene.isf_glsl import Lines, Source, Stage

MOST = 8
_FORMS = (
    # AMD, Intel, Apple:  ERROR: 0:12: error(#143) Undeclared identifier: x   ERROR: 0:12: 'x' : undeclared identifier
    re.compile(r"^\s*ERROR:\s*\d+:(?P<line>\d+):(?:(?P<column>\d+):)?\s*(?:error\s*\([#\w]+\)\s*:?)?\s*(?P<words>.*)$"),
    # Mesa:  0:12(5): error: `x' undeclared
    re.compile(r"^\s*\d+:(?P<line>\d+)(?:\((?P<column>\d+)\))?:\s*(?:preprocessor\s+)?error:\s*(?P<words>.*)$"),
    # NVIDIA:  0(12) : error C1503: undefined variable "x"
    re.compile(r"^\s*\d+\((?P<line>\d+)\)\s*:\s*(?P<column>(?!))?error\s*\w*:\s*(?P<words>.*)$"),
)
_WARNING = re.compile(
    r"^\s*(?:WARNING:|\d+:\d+(?:\(\d+\))?:\s*(?:preprocessor\s+)?warning|\d+\(\d+\)\s*:\s*warning)", re.I
)
_NOISE = re.compile(
    r"^\s*$|^-+$|compilation errors?\b|failed to compile|^(vertex|fragment) (info|shader)|^link info|^shader compil|"
    r"^error: linking with uncompiled|^note:|compiled shader|^internal error: assembly compile",
    re.I,
)
_UNDECLARED = re.compile(
    r"[`'\"](?P<a>\w+)['\"`]?\s*:?\s*(?:undeclared|is undefined|undefined)"
    r"|(?:undeclared identifier:?|undefined variable|use of undeclared identifier|no function with name)\s*[`'\"]?(?P<b>\w+)",
    re.I,
)
_FOLLOWS = re.compile(
    r"no matching (?:overloaded )?function|no overload|unable to find compatible overloaded|cannot construct|"
    r"operands? (?:to|of|must)|type mismatch|cannot convert|could not implicitly convert|initializer of type|"
    r"\berror\b.*\berror\b|incompatible types|value of type",
    re.I,
)
_SYNTAX = re.compile(r"syntax error|parse error|unexpected", re.I)
_WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True)
class _Complaint:
    line: int
    column: int
    words: str


def place_log(log: str, source: Source, stage: Stage | None = None) -> ShaderError:
    """The driver's words where the artist will look. `stage` is None for what the linker says. At most eight problems."""
    lines = source.lines[stage or "fragment"]
    problems: list[Problem] = []
    for complaint in _one_each(_read(log), lines):
        line = complaint.line - lines.offset
        text = _line(lines, line) if lines.is_own else ""
        if not text.strip() and line > 1:  # Mesa tells the end of a file one line too far
            line = _last_written(lines, line)
            text = _line(lines, line)
        where = Location(lines.path)
        if lines.is_own and line > 0:
            column = lines.column(line, complaint.column) if complaint.column else 0
            where = Location(lines.path, line, min(column, len(text) + 1))
        problems.append(Problem(_artists_words(complaint.words, source), where, text.strip()))
    if not problems:
        plain = [text.strip() for text in log.splitlines() if not _NOISE.search(text) and not _WARNING.match(text)]
        said = _artists_words(plain[0].removeprefix("error: "), source) if plain else "the driver refuses it"
        problems = [Problem(said, Location(lines.path))]
    return ShaderError(problems=problems[:MOST])


def _read(log: str) -> list[_Complaint]:
    found: list[_Complaint] = []
    for text in log.splitlines():
        if _WARNING.match(text):
            continue
        for form in _FORMS:
            if match := form.match(text):
                words = match["words"].strip()
                if words and not _NOISE.search(words):
                    found.append(_Complaint(int(match["line"]), int(match["column"] or 0), words))
                break
    return found


def _one_each(complaints: list[_Complaint], lines: Lines) -> list[_Complaint]:
    """One complaint for each mistake: what follows from an earlier one is dropped."""
    kept: list[_Complaint] = []
    undeclared: set[str] = set()
    taken: set[int] = set()
    for complaint in complaints:
        named = _UNDECLARED.search(complaint.words)
        name = (named["a"] or named["b"]) if named else ""
        words = set(_WORD.findall(_line(lines, complaint.line - lines.offset)))
        if complaint.line in taken:
            continue
        taken.add(complaint.line)
        if name and (name in undeclared or _declared_in_error(name, kept, lines)):
            continue
        if not name and _FOLLOWS.search(complaint.words) and words & undeclared:
            continue
        kept.append(complaint)
        if name:
            undeclared.add(name)
        if _SYNTAX.search(complaint.words):
            break  # what a parser says after its first mistake is guesswork
    return kept


def _declared_in_error(name: str, kept: list[_Complaint], lines: Lines) -> bool:
    """Whether a line that was refused would have declared this name."""
    declaring = re.compile(rf"[A-Za-z_]\w*\s+{re.escape(name)}\s*[=;,(\[]")
    return any(declaring.search(_line(lines, complaint.line - lines.offset)) for complaint in kept)


def _line(lines: Lines, line: int) -> str:
    texts = lines.rows
    return texts[line - 1] if 0 < line <= len(texts) else ""


def _last_written(lines: Lines, line: int) -> int:
    """The last line at or before this one on which something stands."""
    line = min(line, len(lines.rows))
    while line > 1 and not _line(lines, line).strip():
        line -= 1
    return line


def _artists_words(words: str, source: Source) -> str:
    return _WORD.sub(lambda found: source.spelling.get(found.group(), found.group()), words)
