"""What the engine asks of the edges: where visitors and sound are sensed, where messages come from, where the canvas goes.

Whatever stands at an edge never blocks and never raises into the frame.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from installation.clock import FrameTime
from installation.errors import CommandError, OutputError, Problem
from installation.gpu.textures import Target
from installation.inputs.heard import Heard
from installation.inputs.sense import Sense


class Senses(Protocol):
    """Where samples of visitors come from: a camera, or one that is stepped for rendering. Never blocks, never raises."""

    def sample(self, seconds: float) -> Sense: ...
    def status(self) -> Mapping[str, object]: ...


@runtime_checkable
class Shows(Protocol):
    """Senses that can hand over the camera's own picture, for a scene that says so; (h, w, 4) RGBA uint8, row 0 the bottom."""

    def want_picture(self, wanted: bool) -> None: ...
    def picture(self) -> NDArray[np.uint8] | None: ...


class Ears(Protocol):
    """Where samples of sound come from. Opens nothing before it is to listen. Never blocks, never raises."""

    def listen(self, wanted: bool) -> None: ...
    def sample(self, seconds: float) -> Heard: ...
    def status(self) -> Mapping[str, object]: ...


class Output(Protocol):
    """Where the canvas goes. Fails alone."""

    def show(self, canvas: Target, frame: FrameTime) -> None: ...


@runtime_checkable
class Films(Protocol):
    """An output that may write films of what plays."""

    def record(self, what: str, name: str | None) -> bool:
        """Begins a take or ends it ("start", "stop"); False where it writes none. Raises OutputError for a name that can't be."""


def record(outputs: Sequence[Output], what: str, name: str | None) -> None:
    """Begins or ends a take of every film. Raises CommandError where there is none, or the name can't be."""
    try:
        found = [output for output in outputs if isinstance(output, Films) and output.record(what, name)]
    except OutputError as error:
        raise CommandError(problems=error.problems) from None
    if not found:
        raise CommandError(
            "there is no film to record", hint="name one in the site file: outputs: [{record: tonight.mp4}, ...]"
        )


class Logs(Protocol):
    """What writes down all that reaches the engine, frame by frame. Never blocks, never raises."""

    def note(self, address: str, args: Sequence[object], owner: str, how: Any = "", host: str = "") -> None:
        """Something is asked; `how` it went is told in `logbook.records`."""

    def keep(self, before: Any, after: Any) -> Mapping[str, str | None]:
        """Keeps the files that an edit has changed of a show; for the thread that reads it."""

    def edited(self, revision: Any) -> None:
        """The frame plays an edited show."""

    def hear(self, status: Mapping[str, Any]) -> None:
        """How the show is, now and then."""

    def take(self, frame: FrameTime, drawn: bool) -> None:
        """A frame has been drawn, or passed without."""

    def status(self) -> Mapping[str, object]: ...
    @property
    def problems(self) -> Sequence[Problem]: ...


class Message(Protocol):
    """An OSC message as the engine sees it."""

    @property
    def address(self) -> str: ...
    @property
    def args(self) -> Sequence[object]: ...
    @property
    def sender(self) -> Any: ...


class Network(Protocol):
    """Where messages come from, drained at the frame's start. Never blocks, never raises."""

    def drain(self) -> Sequence[Message]: ...
    def send(self, sender: Any, packet: bytes) -> bool: ...
    def has(self, sender: Any) -> bool: ...
    def status(self) -> Mapping[str, object]: ...


class Sockets(Network, Protocol):
    """The OSC sockets."""

    def gather(self, voids: Callable[[Any], bool] | None = None) -> None:
        """Between two frames: reads ahead what the next `drain` hands over."""

    def drain(self, *, voids: Callable[[Any], bool] | None = None) -> Sequence[Message]:
        """What has come. What a newer message makes void may be left out: `voids` says of a message whether it does that to an
        earlier one of the same address with as many values, where only such messages came between."""
