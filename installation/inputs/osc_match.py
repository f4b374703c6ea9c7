"""OSC 1.0 address patterns: `?`, `*`, `[a-z]`, `[!x]` and `{this,that}`, each within one part of the address.

No regular expressions and no backtracking: all ways to match are followed at once as bits of one integer,
so the work is one step for each character of the pattern, whatever the pattern. Two hundred stars cost as
much as one. Pure. The engine hands `match` to `show.control`, which may not import inputs.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, TypeAlias

MAX_PATTERN = 512
SPECIAL = frozenset("?*[]{}")


class _Star(NamedTuple):
    """Any run of characters, also none."""


class _OneOf(NamedTuple):
    """One character that is in the set, or, negated, one that isn't; `?` is a negated empty set."""

    characters: frozenset[str]
    negated: bool


class _Either(NamedTuple):
    """One of several words, as `{this,that}`."""

    words: tuple[str, ...]


_Step: TypeAlias = str | _Star | _OneOf | _Either
_Part: TypeAlias = str | tuple[_Step, ...]
"""A part without special characters stays a string, and is compared as one."""


def is_pattern(address: str) -> bool:
    """Whether an address has pattern characters, and so may name several things."""
    return not SPECIAL.isdisjoint(address)


def match(pattern: str, address: str) -> bool:
    """Whether a pattern names an address. False for one that is malformed, not ASCII or too long."""
    parts = _compile(pattern)
    if parts is None:
        return False
    words = address.split("/")
    if len(words) != len(parts):
        return False
    for part, word in zip(parts, words, strict=True):
        if isinstance(part, str):
            if part != word:
                return False
        elif not _match_part(part, word):
            return False
    return True


def _match_part(steps: tuple[_Step, ...], word: str) -> bool:
    """Bit i of `here` says: the steps so far can have used up exactly the first i characters of the word."""
    everything = (1 << (len(word) + 1)) - 1
    places: dict[str, int] = {}
    for place, character in enumerate(word):
        places[character] = places.get(character, 0) | 1 << place
    here = 1
    for step in steps:
        if isinstance(step, str):
            here = (here & places.get(step, 0)) << 1
        elif isinstance(step, _Star):
            here = everything & -(here & -here)  # from the first possible place to the end
        elif isinstance(step, _OneOf):
            hits = sum(bits for character, bits in places.items() if (character in step.characters) != step.negated)
            here = (here & hits) << 1
        else:
            after = 0
            for alternative in step.words:
                branch = here
                for character in alternative:
                    branch = (branch & places.get(character, 0)) << 1
                after |= branch
            here = after
        if not here:
            return False
    return bool(here >> len(word))


@lru_cache(maxsize=256)
def _compile(pattern: str) -> tuple[_Part, ...] | None:
    """The pattern's parts, or None when it is malformed."""
    if len(pattern) > MAX_PATTERN or not pattern.isascii():
        return None
    parts: list[_Part] = []
    for text in pattern.split("/"):
        part = _compile_part(text) if is_pattern(text) else text
        if part is None:
            return None
        parts.append(part)
    return tuple(parts)


def _compile_part(text: str) -> tuple[_Step, ...] | None:
    steps: list[_Step] = []
    at = 0
    while at < len(text):
        character = text[at]
        if character == "*":
            if not steps or steps[-1] != _Star():
                steps.append(_Star())
        elif character == "?":
            steps.append(_OneOf(frozenset(), negated=True))
        elif character in "[{":
            close = text.find("]" if character == "[" else "}", at + 1)
            inside = text[at + 1 : close]
            if close < 0 or not inside or is_pattern(inside):
                return None
            steps.append(_compile_set(inside) if character == "[" else _Either(tuple(inside.split(","))))
            at = close
        elif character in "]}":
            return None
        else:
            steps.append(character)
        at += 1
    return tuple(steps)


def _compile_set(inside: str) -> _OneOf:
    """`abc`, `a-z`, `!a-z`. A `-` at an end and a `!` that is not first stand for themselves."""
    negated = inside[0] == "!"
    text = inside[1:] if negated else inside
    characters: set[str] = set()
    at = 0
    while at < len(text):
        if at + 2 < len(text) and text[at + 1] == "-":
            characters.update(chr(code) for code in range(ord(text[at]), ord(text[at + 2]) + 1))
            at += 3
        else:
            characters.add(text[at])
            at += 1
    return _OneOf(frozenset(characters), negated)
