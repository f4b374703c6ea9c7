"""The text of an expression, before it is understood: its signs, its quotes, and Python's complaints in our words.

`expressions` builds what is run from the tree that is parsed here; nothing of that tree is ever run itself.
"""

from __future__ import annotations

import ast
import re
import warnings

from installation.errors import SceneError
from installation.scene.meant import number_meant

MAX_LENGTH = 500

STRANGERS = {
    "'": ("text can't stand in an expression", "expressions hold numbers"),
    '"': ("text can't stand in an expression", "expressions hold numbers"),
    "&": ('"&" can\'t stand in an expression', 'write "and"'),
    "|": ('"|" can\'t stand in an expression', 'write "or"'),
    "?": ('"?" can\'t stand in an expression', 'write "a if condition else b"'),
    "^": ('"^" can\'t stand in an expression', "write x ** y, or pow(x, y)"),
    "#": ('"#" can\'t stand in an expression', 'a colour is written without "="'),
    "−": ('"−" is a typographic minus', 'write "-"'),
    "×": ('"×" can\'t stand in an expression', 'write "*"'),
    "÷": ('"÷" can\'t stand in an expression', 'write "/"'),
}
_UNIT = re.compile(r"\d+(?:\.\d+)?(?:s|ms|sec|m|min|h|px|deg)\b")
_QUOTED = re.compile(r"'[^'\\]*'|\"[^\"\\]*\"")
_STRANGER = re.compile(r"[^A-Za-z0-9_ .,+\-*/%()<>=!\[\]]|!(?!=)")
_UNFINISHED = re.compile(r"([-+*/%<>=,]|\b(and|or|not|if|else))$")
_LONE_EQUALS = re.compile(r"(?<![<>=!])=(?!=)")


class ExpressionError(SceneError):
    """An expression can't be used. `offset` is the character of the text where it goes wrong, from 0."""

    def __init__(self, message: str, offset: int, hint: str = "") -> None:
        super().__init__(message, None, hint)
        self.offset = offset


def body_of(text: str) -> tuple[str, int]:
    """What stands after "=", on one line, and where it begins."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"an expression may have at most {MAX_LENGTH} characters, this has {len(text)}", 0)
    flat = re.sub(r"[\t\r\n]", " ", text)
    lead = len(flat) - len(flat.lstrip(" "))
    if flat[lead : lead + 1] == "=":
        lead += 1
    lead += len(flat[lead:]) - len(flat[lead:].lstrip(" "))
    body = flat[lead:].rstrip(" ")
    if not body:
        raise ExpressionError('there is nothing after "="', 0, "for example: = 0.5 + 0.3 * sin(time)")
    plain = _QUOTED.sub(lambda quoted: "0" * len(quoted.group()), body)
    if found := _STRANGER.search(plain):
        sign = found.group()
        message, hint = STRANGERS.get(sign, (f'"{sign}" can\'t stand in an expression', ""))
        raise ExpressionError(message, lead + found.start(), 'write "not"' if sign == "!" else hint)
    if found := _LONE_EQUALS.search(plain):
        raise ExpressionError('"=" can\'t stand here', lead + found.start(), 'compare with "=="')
    return body, lead


def parse(body: str, base: int) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's remarks on its own syntax mean nothing to a curator
            return ast.parse(body, mode="eval").body
    except SyntaxError as error:
        offset = min(max((error.offset or 1) - 1, 0), len(body))
        raise ExpressionError(*_syntax(str(error.msg), body, offset, base)) from None
    except (ValueError, RecursionError, MemoryError, OverflowError):
        raise ExpressionError("this is nested too deeply", base) from None


def _syntax(message: str, body: str, offset: int, base: int) -> tuple[str, int, str]:
    """Python's complaint in our words, where it is, and what to try."""
    sign = body[offset : offset + 1]
    if "never closed" in message:
        return (
            f'"{sign}" is not closed',
            base + offset,
            "inside { } and [ ], an expression with commas needs quotes",
        )
    if "unmatched" in message or "does not match" in message:
        return f'"{sign}" closes nothing that is open', base + offset, ""
    if "too many nested" in message:
        return "this is nested too deeply", base + offset, ""
    if "literal" in message:
        unit = next((found for found in _UNIT.finditer(body) if found.start() <= offset < found.end()), None)
        return (
            "this is not a number",
            base + offset,
            f"without a unit: {number_meant(unit[0]).rpartition(' ')[2]}" if unit else "a name begins with a letter",
        )
    if offset >= len(body) or _UNFINISHED.search(body):
        return "something is missing at the end", base + len(body), ""
    word = re.compile(r"[A-Za-z0-9_.]+|.").match(body, offset)
    hint = 'write "a if condition else b"' if word and word.group() in ("if", "then", "else", "when") else ""
    if sign == "/" and not body[:offset].strip():
        hint = "a signal is named by its last word: smile, not /sense/smile"
    return f'"{word.group() if word else sign}" can\'t stand here', base + offset, hint
