"""A stand-in for the system's MIDI, for machines that have none: ports that tests plug in, move and unplug.

A backend as mido knows them: MIDO_BACKEND=midi_stand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mido

plugged: set[str] = set()
opened: dict[str, Input] = {}
sent: list[tuple[str, bytes]] = []


def get_devices(**_: object) -> list[dict[str, object]]:
    return [{"name": name, "is_input": True, "is_output": True} for name in sorted(plugged)]


class Input:
    def __init__(self, name: str, callback: Callable[[Any], None], **_: object) -> None:
        if name not in plugged:
            raise OSError("it has just gone")
        self.name, self.callback = name, callback
        opened[name] = self

    def close(self) -> None:
        opened.pop(self.name, None)


class Output:
    def __init__(self, name: str, **_: object) -> None:
        self.name = name

    def send(self, message: Any) -> None:
        sent.append((self.name, bytes(message.bytes())))

    def close(self) -> None:
        pass


def plug(*names: str) -> None:
    plugged.update(names)


def unplug(*names: str) -> None:
    plugged.difference_update(names)


def move(name: str, *data: int) -> None:
    """Something is moved: its message comes, as from the driver's thread."""
    opened[name].callback(mido.Message.from_bytes(data))


def clear() -> None:
    plugged.clear()
    opened.clear()
    sent.clear()
