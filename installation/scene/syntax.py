"""Puts libyaml's complaints into a curator's words. Pure text; only `source` calls it."""

from __future__ import annotations

import re

import yaml

_GLUED = re.compile(r"\s*(?:- +)*([A-Za-z_][\w-]*):([^\s/].*)")
_CURLY = re.compile(r"(?:[:,\[{]|^\s*-)\s+([\u201c\u201d\u201e\u201f\u2018\u2019\u201a\u00ab\u00bb])", re.MULTILINE)
"""A value that begins with a quote of a word processor or of a web page."""
_QUOTES = "put quotes around it"
_LOST_COLOUR = re.compile(
    r"[\[{][^\n]*?[:,\[]\s+(#[0-9A-Fa-f]{6}(?:[0-9A-Fa-f]{2})?)\b[^\n]*[\]}][ \t]*$", re.MULTILINE
)
_NEAR = 600
"""Characters before a mistake in which its cause is looked for."""


def reword(error: yaml.YAMLError, text: str) -> tuple[str, int, str]:
    """What is wrong, the character of `text` where it is, and what to try."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return "this is not YAML", 0, str(error).splitlines()[0] if str(error) else ""
    problem = error.problem or ""
    at = min(error.problem_mark.index, len(text))
    opened = error.context_mark.index if error.context_mark else at
    sign = text[at : at + 1]
    if found := curly(text, at):
        return found
    lost = [found for found in _LOST_COLOUR.finditer(text, max(at - _NEAR, 0), at)]
    if lost and ("expected" in problem or "mapping values" in problem):
        # A space and "#" begin a comment, so the rest of the line, with its bracket, was never read.
        return (
            f'what follows "{lost[-1][1][0]}" is a comment here',
            lost[-1].start(1),
            f'colours need quotes: "{lost[-1][1]}"',
        )
    if "cannot start any token" in problem or "found a tab" in problem:
        if sign == "\t":
            return "a tab stands here", at, "indent with spaces"
        return f'a value can\'t begin with "{sign}"', at, _QUOTES
    if "mapping values are not allowed" in problem:
        return _colon(text, at)
    if "block sequence entries are not allowed" in problem:
        return 'a list can\'t begin here with "-"', at, "begin it on a line of its own"
    if "unexpected end of stream" in problem:
        return "a quote is opened here and not closed", opened, ""
    if "expected ',' or ']'" in problem:
        return (
            'a list that begins here with "[" is not closed',
            opened,
            'add "]", or a comma between its items',
        )
    if "expected ',' or '}'" in problem:
        hint = 'add "}", or a comma between its parts; quote expressions that hold commas'
        return 'a mapping that begins here with "{" is not closed', opened, hint
    if "expected node content" in problem:
        if not text[at:].strip():
            return 'the file ends, and a "[" or "{" is not closed', at, ""
        return f'"{sign}" can\'t stand here', at, "a value is missing before it"
    if "expected ':'" in problem:
        return 'a ":" is missing after this', opened, "a key is followed by a colon and a space"
    if "expected key" in problem or "expected '-' indicator" in problem:
        return _misfit(text, at)
    if "unknown escape character" in problem:
        return f'"\\{text[at + 1 : at + 2]}" means nothing in double quotes', at, "use single quotes"
    if "document" in problem or "directive" in problem:
        return "this doesn't fit what stands before it", at, "one file holds one mapping of keys and values"
    where = f" ({error.context})" if error.context else ""
    return f"this is not YAML: {problem}{where}", at, ""


def curly(text: str, at: int) -> tuple[str, int, str] | None:
    """As `reword`, where a value before a mistake, in its line, begins with a quote that is none to YAML."""
    line = text.rfind("\n", 0, at) + 1
    begun = _CURLY.search(text, line, at + 1)
    if begun is None or text.count('"', line, begun.start()) % 2:  # inside straight ones it is a letter, and meant
        return None
    return f"{begun[1]} is a curly quote, which YAML reads as a letter", begun.start(1), "write a straight one: \" or '"


def _colon(text: str, at: int) -> tuple[str, int, str]:
    """A colon where none can stand: most often a value with ": " in it, or a key without a space above it."""
    before = text[:at].rpartition("\n")[0].rpartition("\n")[2]
    glued = _GLUED.fullmatch(before.rstrip())
    if glued and not before.lstrip().startswith("#"):
        start = text[:at].rpartition("\n")[0].rfind(before) + glued.end(1)
        return 'a space is missing after ":"', start, f'write "{glued[1]}: {glued[2]}"'
    return (
        'a ":" can\'t stand here',
        at,
        "quote a value that holds a colon, or mend the indentation of this line",
    )


def _misfit(text: str, at: int) -> tuple[str, int, str]:
    """A line that belongs to nothing above it."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    if line.strip() and re.search(r"['\"]\S*$", line):
        return "there is something after the closing quote", at, "double a quote inside quotes: 'it''s'"
    return (
        "this line doesn't fit what is above it",
        at,
        "keys that belong together begin in one column",
    )
