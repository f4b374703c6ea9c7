"""The order in which the characters of a line stand on the wall: right-to-left, left-to-right, and both in one line.

The part of the Unicode Bidirectional Algorithm (UAX #9) that plain wall texts need: strong letters, numbers, and what stands
between them; no embeddings, which a text of a show has no use for (their control characters are left out). Pure; called by
`typeset`, which shapes each run by itself.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

CONTROLS = {*"\u200e\u200f\u061c", *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}
"""Say what the algorithm finds out by itself, and have no glyph."""
_STRONG = {"L": "L", "R": "R", "AL": "R"}
_JOINS = {"CS", "ES", "ET", "NSM", "BN"}
"""What may stand in a number or beside it: points, signs, per cent."""
_BRACKETS = {")": "(", "]": "[", "}": "{", "）": "（", "」": "「", "』": "『", "】": "【", "》": "《", "〉": "〈"}

DEEPEST = 63
"""Brackets inside each other that are looked at (definition BD16)."""


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one direction, as they are read; a line is its runs from left to right."""

    text: str
    leftward: bool


def is_leftward(text: str) -> bool:
    """Whether a paragraph reads from right to left: as its first strong letter does (rules P2, P3)."""
    return next((_STRONG[kind] == "R" for c in text if (kind := unicodedata.bidirectional(c)) in _STRONG), False)


def without_controls(text: str) -> str:
    """The text without characters that only say a direction."""
    return "".join(c for c in text if c not in CONTROLS)


def runs(line: str, leftward: bool) -> list[Run]:
    """A line's runs from left to right, in a paragraph that reads `leftward` or not."""
    levels = _levels(line, leftward)
    pieces: list[tuple[int, str]] = []
    for character, level in zip(line, levels, strict=True):
        if pieces and pieces[-1][0] == level:
            pieces[-1] = (level, pieces[-1][1] + character)
        else:
            pieces.append((level, character))
    for level in range(
        max(levels, default=0), 0, -1
    ):  # rule L2: from the innermost level, turn what is at least so deep
        turned: list[tuple[int, str]] = []
        held: list[tuple[int, str]] = []
        for piece in [*pieces, (-1, "")]:
            if piece[0] >= level:
                held.append(piece)
            else:
                turned += [*reversed(held), piece]
                held = []
        pieces = turned[:-1]
    return [Run(text, level % 2 == 1) for level, text in pieces]


def _levels(line: str, leftward: bool) -> list[int]:
    """How deep each character lies: even reads rightward, odd leftward (rules W, N and I)."""
    base = "R" if leftward else "L"
    kinds = [unicodedata.bidirectional(c) for c in line]
    found: list[str] = []
    strong = base
    for kind in kinds:
        strong = _STRONG.get(kind, strong)
        if kind in _STRONG:
            found.append(strong)
        elif kind in ("EN", "AN"):
            found.append("L" if strong == "L" else "N")  # a number in leftward text reads rightward, inside it
        elif kind == "NSM" and found:
            found.append(found[-1])
        else:
            found.append("")
    for i, kind in enumerate(kinds):  # signs belong to the number that they stand at
        if found[i] == "" and kind in _JOINS:
            before = found[i - 1] if i else ""
            after = found[i + 1] if i + 1 < len(found) else ""
            if "N" in (before, after) and (before == after or kind == "ET"):
                found[i] = "N"
    _pair(line, found, base)
    i = 0
    while i < len(found):  # what stands between two of one direction goes along with them
        if found[i]:
            i += 1
            continue
        end = next((j for j in range(i, len(found)) if found[j]), len(found))
        left = base if i == 0 else {"N": "R"}.get(found[i - 1], found[i - 1])
        right = base if end == len(found) else {"N": "R"}.get(found[end], found[end])
        found[i:end] = [left if left == right else base] * (end - i)
        i = end
    depth = {"L": 2, "R": 1, "N": 2} if leftward else {"L": 0, "R": 1, "N": 2}
    return [depth[kind] for kind in found]


def _pair(line: str, found: list[str], base: str) -> None:
    """Gives two brackets one direction (rule N0): the paragraph's, where anything in them has it; else that of what is in them,
    if what stands before them has it as well. A number counts as leftward."""
    strong = [{"N": "R"}.get(kind, kind) for kind in found]
    waiting: list[int] = []
    pairs: list[tuple[int, int]] = []
    for i, character in enumerate(line):
        if character in _BRACKETS.values():
            if len(waiting) == DEEPEST:
                break
            waiting.append(i)
        elif (opens := _BRACKETS.get(character)) and opens in (line[j] for j in waiting):
            while line[start := waiting.pop()] != opens:
                pass
            pairs.append((start, i))
    for start, end in sorted(pairs):
        inside = {kind for kind in strong[start + 1 : end] if kind}
        if not inside:
            continue
        before = next((kind for kind in reversed(strong[:start]) if kind), base)
        own = base if base in inside else before
        found[start] = found[end] = strong[start] = strong[end] = own
