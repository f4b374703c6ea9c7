"""OSC 1.0 messages as bytes, and bytes as frames of a TCP stream: everything that we send is written here.

Strict as the decoder: what OSC can't carry is refused, never bent. Pure, and imported by whoever sends: replies
(`inputs.osc`) and messages to other gear (`outputs.osc`).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from typing import Literal, TypeAlias

Framing: TypeAlias = Literal["slip", "length"]
"""How packets lie in a TCP stream: double-END SLIP (OSC 1.1, as QLab has it), or each after its length (OSC 1.0)."""

END, ESC, ESC_END, ESC_ESC = b"\xc0", b"\xdb", b"\xdb\xdc", b"\xdb\xdd"
LARGEST_FLOAT = 3.4028235e38
"""What 32 bits hold; beyond it a number goes as a double."""
DEEPEST = 8
_INT, _INT64, _FLOAT, _DOUBLE = struct.Struct(">i"), struct.Struct(">q"), struct.Struct(">f"), struct.Struct(">d")


def encode(address: str, args: Sequence[object] = ()) -> bytes:
    """One message. int: i or h; float: f, or d where 32 bits can't hold it; str: s; bytes: b; bool, None: T F N; list,
    tuple: an array.

    Raises ValueError for an address that is none, a number or a text that OSC can't carry, TypeError for any other kind.
    """
    if (
        not address.startswith("/")
        or not address.isascii()
        or not address.isprintable()
        or " " in address
        or "#" in address
    ):
        raise ValueError(f'"{address[:60]}" is not an OSC address')
    tags: list[str] = [","]
    data: list[bytes] = []
    for arg in args:
        _add(arg, tags, data, 0)
    return _string(address.encode()) + _string("".join(tags).encode()) + b"".join(data)


def _add(arg: object, tags: list[str], data: list[bytes], depth: int) -> None:
    if arg is None or isinstance(arg, bool):
        tags.append("N" if arg is None else "T" if arg else "F")
    elif isinstance(arg, int):
        if not -(2**63) <= arg < 2**63:
            raise ValueError(f"a number of {arg.bit_length()} bits: OSC has at most 64")
        small = -(2**31) <= arg < 2**31
        tags.append("i" if small else "h")
        data.append(_INT.pack(arg) if small else _INT64.pack(arg))
    elif isinstance(arg, float):
        fits = not math.isfinite(arg) or abs(arg) <= LARGEST_FLOAT
        tags.append("f" if fits else "d")
        data.append(_FLOAT.pack(arg) if fits else _DOUBLE.pack(arg))
    elif isinstance(arg, str):
        tags.append("s")
        data.append(_string(arg.replace("\0", " ").encode()))  # a zero would end it early
    elif isinstance(arg, bytes):
        tags.append("b")
        data.append(_INT.pack(len(arg)) + arg + b"\0" * (-len(arg) % 4))
    elif isinstance(arg, list | tuple):
        if depth == DEEPEST:
            raise ValueError(f"arrays nested deeper than {DEEPEST}")
        tags.append("[")
        for one in arg:
            _add(one, tags, data, depth + 1)
        tags.append("]")
    else:
        raise TypeError(f"OSC can't carry {type(arg).__name__}")


def _string(raw: bytes) -> bytes:
    return raw + b"\0" * (4 - len(raw) % 4)


def framed(packet: bytes, framing: Framing) -> bytes:
    """A packet as it goes into a TCP stream."""
    if framing == "length":
        return _INT.pack(len(packet)) + packet
    return END + packet.replace(ESC, ESC_ESC).replace(END, ESC_END) + END
