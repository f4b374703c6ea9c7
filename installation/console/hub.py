"""Takes what the engine publishes and gives it to everyone who watches; made once, however many they are.

The status, the canvas and the silhouettes come through shared memory, the newest wins; the cue list, the log and the times of
frames as documents over the line. Nothing grows: of each the newest few are kept. Must never touch the engine. Made by
`server`; `pages` serves each browser from it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from installation.clock import now
from installation.console.feed import Feed
from installation.console.pictures import encode, silhouettes
from installation.errors import DeviceError
from installation.outputs.preview import PreviewReader

PICTURES_A_SECOND = 15
STATUS_EVERY_S = 0.5
"""Seconds between two statuses while the engine says nothing new; what is new is told at once."""
SILENT_S = 2.0
"""An engine that has published nothing for this long doesn't answer."""
LOG_LINES = 400
FRAME_PARTS = 16
"""Parts of the times of frames that are kept for a page which can't take them as they come: four seconds."""
MOST_CUES = 20_000


class Watcher(Protocol):
    """Who watches."""

    @property
    def sees(self) -> bool:
        """Whether it may see what the engine shows."""


class Hub:
    """Remembers the newest of everything, each with a number that grows, and who watches."""

    def __init__(self, link_name: str, feed: Feed, linked: bool = True) -> None:
        """`linked`: whether there is a line to the engine; without one everybody may look, and nobody do anything."""
        self.feed, self.linked = feed, linked
        feed.documents = self._take
        self._name = link_name
        self._reader: PreviewReader | None = None
        self._news = asyncio.Event()
        self._somebody = asyncio.Event()
        self.watchers: dict[Watcher, str] = {}
        """Those who watch, with their hosts."""
        self._frame = self._mask = self._put = 0
        self.text, self.texts = "", 0
        self.state_text = ""
        """Of the status only what the console itself knows of the engine: for who may not see more."""
        self.jpeg, self.jpegs = b"", 0
        self.png, self.pngs = b"", 0
        self.cues, self.cue_lists = "", 0
        self.points, self.point_sets = "", 0
        """Where the points of the surface that is being aligned lie."""
        self._cue_parts: list[object] = []
        self.log: deque[list[Any]] = deque(maxlen=LOG_LINES)
        self.frames: deque[tuple[int, str]] = deque(maxlen=FRAME_PARTS)
        self.show: dict[str, Any] = {}
        self.budget = 0.0
        """Milliseconds that a frame has."""
        self.blind, self.blinds = b"", 0
        """A picture of what GO would show; with a letter before it, or it would be taken for the canvas."""
        self.blind_text, self.blind_texts = "", 0
        self.problems: dict[str, dict[str, str]] = {}
        """What is wrong with parts of the console itself, by their names; told with the engine's problems."""
        self.ended = False
        self.discovery: Callable[[], Mapping[str, object]] = dict
        """Where we are announced, for the status."""

    def status(self) -> dict[str, Any]:
        """What the engine says, and under "engine" what can be said about itself."""
        reader = self._open()
        said: dict[str, Any] = {}
        state, age = "stopped", math.inf
        if reader is not None:
            (_, said), age = reader.status(), reader.age
            if reader.alive and not self.ended:
                state = "starting" if math.isinf(age) else "running" if age < SILENT_S else "silent"
        shown_age = None if math.isinf(age) else round(age, 2)
        if self.problems:
            said = {**said, "problems": [*said.get("problems", ()), *self.problems.values()]}
        return {**said, "engine": {"state": state, "age_s": shown_age}, "discovery": dict(self.discovery())}

    def _open(self) -> PreviewReader | None:
        if self._reader is None:
            with contextlib.suppress(DeviceError):
                self._reader = PreviewReader(self._name)
        return self._reader

    @property
    def news(self) -> asyncio.Event:
        """Set when something has come after this was asked for."""
        return self._news

    def _tell(self) -> None:
        """Wakes everyone who waits for news."""
        self._news.set()
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Looks for news while somebody watches, and rests while nobody does."""
        told = -math.inf
        while True:
            if not self.watchers:
                self._somebody.clear()
                self.jpeg, self._frame = b"", 0  # or the next to come would first see an old picture
                self.png, self._mask = b"", 0
                await self._somebody.wait()
            reader = self._open()
            if reader is not None and any(one.sees for one in self.watchers):
                await self._look(reader)
            put = reader.put_count if reader is not None else 0
            if put != self._put or now() - told >= STATUS_EVERY_S:
                told, self._put = now(), put
                self.say()
            await asyncio.sleep(1 / PICTURES_A_SECOND)

    async def _look(self, reader: PreviewReader) -> None:
        """Takes new pictures, and says that somebody wants more."""
        reader.watch()
        self._frame, frame = reader.frame(newer_than=self._frame)
        if frame is not None:
            self.jpeg = await asyncio.to_thread(encode, frame)
            self.jpegs += 1
            self._tell()
        self._mask, mask = reader.mask(newer_than=self._mask)
        if mask is not None:
            self.png = await asyncio.to_thread(silhouettes, mask)
            self.pngs += 1
            self._tell()

    def say(self) -> None:
        """The status as it is now, to everyone."""
        status = self.status()
        self.text = json.dumps({"status": status}, separators=(",", ":"))
        self.state_text = json.dumps({"status": {"engine": status["engine"]}}, separators=(",", ":"))
        self.texts += 1
        self._tell()

    def wake(self) -> None:
        """Somebody has come to watch."""
        self._somebody.set()

    def end(self) -> None:
        """The engine has ended: says so to everyone, and lets them go."""
        self.ended = True
        self.say()

    def show_blind(self, picture: bytes) -> None:
        """A new picture of what GO would show."""
        self.blind, self.blinds = b"B" + picture, self.blinds + 1
        self._tell()

    def tell_blind(self, told: dict[str, str]) -> None:
        """Of which cue that picture is, or why there is none."""
        self.blind_text, self.blind_texts = json.dumps({"blind": told}), self.blind_texts + 1
        self._tell()

    # -- documents -----------------------------------------------------------------------------------------------------

    def _take(self, document: dict[str, Any]) -> None:
        """One document of the engine."""
        match document.get("name"):
            case "cues":
                self._take_cues(document)
            case "log":
                self.log.extend(document["lines"])
            case "frames":
                number = self.frames[-1][0] + 1 if self.frames else 1
                self.budget = document["budget"]
                told = {"frames": {"ms": document["ms"], "budget": self.budget}}
                self.frames.append((number, json.dumps(told, separators=(",", ":"))))
            case "points":
                self.points = json.dumps({"points": document}, separators=(",", ":"))
                self.point_sets += 1
            case "show":
                self.show = document
        self._tell()

    def _take_cues(self, part: dict[str, Any]) -> None:
        if part["first"] == 0:
            self._cue_parts = []
        if part["first"] == len(self._cue_parts) < MOST_CUES:
            self._cue_parts += part["cues"]
        if part["last"]:
            whole = {"cues": {"double_go": part["double_go"], "cues": self._cue_parts}}
            self.cues = json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
            self.cue_lists += 1
