"""What is answered to whoever asked: one JSON form for everything, and what a refusal says.

    /reply/ADDRESS {"address": ADDRESS, "status": "ok" | "error" | "denied", "data": ...}
    /error ADDRESS MESSAGE HINT             of what could not be done, whether an answer was asked for or not

Pure. Called by `control`, `clients` and the engine's switchboard.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from installation.errors import CommandError

MAX_ANSWER = 32_000
"""Bytes of an answer about a place or a cue: it must go into one packet."""
MAX_STATUS = 60_000
"""Bytes of a status: a packet's."""
Outcome: TypeAlias = Literal["ok", "error", "denied"]


class DeniedError(CommandError):
    """The sender has not the right to do this."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A message for the sender."""

    address: str
    args: tuple[object, ...]


def answer(address: str, data: object = None, status: Outcome = "ok") -> Reply:
    """The reply to a question, or to a command whose sender wants one. `data` is made of plain values."""
    return enveloped(address, written(data), status)


def enveloped(address: str, data: str, status: Outcome = "ok") -> Reply:
    """As `answer`, of data that is JSON already."""
    text = f'{{"address":{json.dumps(address, ensure_ascii=False)},"status":"{status}","data":{data}}}'
    return Reply(f"/reply{address}", (text,))


def written(data: object) -> str:
    """Plain values as JSON, as short as it can be."""
    return json.dumps(_plain(data), ensure_ascii=False, separators=(",", ":"))


def refusal(address: str, error: CommandError) -> Reply:
    """What is said of a command that could not be carried out: `/error address message hint`."""
    problem = error.problems[0]
    message = "; ".join(problem.message for problem in error.problems[:8])
    return Reply("/error", (address, message, problem.hint))


def refused(address: str, error: CommandError) -> Reply:
    """The same in the form of an answer, for who waits for one."""
    return answer(address, error.problems[0].message, "denied" if isinstance(error, DeniedError) else "error")


def fitted(answer: Mapping[str, object], limit: int = MAX_ANSWER) -> str:
    """An answer as JSON of at most `limit` bytes: the last of its longest list are left out, and how many is said.

    Its "origins" are left out last of all: bindings name them by number.
    """
    told: dict[str, object] = {str(key): _plain(value) for key, value in answer.items()}
    left = 0
    while True:
        text = json.dumps({**told, "left_out": left}, ensure_ascii=False, separators=(",", ":"))
        lists = {name: value for name, value in told.items() if isinstance(value, list) and value}
        if len(text.encode()) <= limit or not lists:
            return text
        others = {name: value for name, value in lists.items() if name != "origins"} or lists
        max(others.values(), key=lambda one: len(json.dumps(one))).pop()
        left += 1


def _plain(given: object) -> object:
    """What JSON can say: numbers that aren't finite become null, tuples lists, anything else its text."""
    if given is None or isinstance(given, bool | int | str):
        return given
    if isinstance(given, float):
        return given if math.isfinite(given) else None
    if isinstance(given, Mapping):
        return {str(key): _plain(value) for key, value in given.items()}
    if isinstance(given, Sequence | set | frozenset) and not isinstance(given, bytes):
        return [_plain(item) for item in given]
    return str(given)
