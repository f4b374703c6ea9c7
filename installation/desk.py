"""What the operator's pages are told besides the status: the cue list when it changes, the log as it grows, every frame's time,
and while surfaces are aligned the points of the one that is selected.

Documents over the line to the console's process, which keeps the newest of each for pages that come later. Bounded in each
frame: a long cue list is told in parts, and what the line doesn't take now is told again. Must never raise into the frame and
never wait. Called by `report`, once a frame; knows no page and no web.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections import deque
from itertools import count
from typing import Any

from installation.align.verbs import told_points
from installation.clock import wall_time
from installation.pages import Pages
from installation.show.cue_told import told_in_list

CUES_A_FRAME = 64
"""Cues that are made into text in one frame: about 0.5 ms."""
LINES, LINES_A_FRAME, LINE_CHARACTERS = 400, 40, 600
"""Lines of the log that are kept for pages to come; told in one frame; and how long one may be."""
FRAMES_EVERY = 0.25
"""Seconds between two tellings of what frames took."""
POINTS_EVERY = 0.05
"""Seconds between two tellings of where points lie while one is dragged."""
LEVELS = {logging.WARNING: "warning", logging.ERROR: "error", logging.CRITICAL: "error"}


class LogTail(logging.Handler):
    """Remembers the newest lines of the log: number, seconds since 1970, level, text. Any thread may log."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: deque[tuple[int, float, str, str]] = deque(maxlen=LINES)
        self._numbers = count(1)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = record.getMessage()
            if record.exc_info and record.exc_info[0] is not None:
                text += "\n" + traceback.format_exception_only(record.exc_info[0], record.exc_info[1])[-1].strip()
        except Exception:  # a line that can't be made is no reason to lose the frame
            text = str(record.msg)
        level = LEVELS.get(record.levelno, "info")
        self.lines.append((next(self._numbers), round(wall_time(), 2), level, text[:LINE_CHARACTERS]))


class Desk:
    """Remembers what the console's process has been told of each document."""

    def __init__(self, engine: Any, pages: Pages, blind: bool = True) -> None:
        """`blind`: whether the next cue may be drawn ahead."""
        self._engine, self._pages = engine, pages
        self._blind = blind
        self._log = LogTail()
        logging.getLogger("installation").addHandler(self._log)
        self._opened = -1
        self._order: object = None
        self._part = 0
        self._show: object = None
        self._revision = 0
        self._told_log = self._told_frames = 0
        self._points: object = None
        self._due = self._points_due = 0.0

    def publish(self, seconds: float, watched: bool = True) -> None:
        """Tells what is new, as far as one frame may; what frames took only while somebody watches."""
        if self._opened != self._pages.opened:  # another console: everything anew
            self._opened = self._pages.opened
            self._order = self._show = self._points = None
            self._told_log = 0
            self._told_frames = self._engine.costs.count
        self._tell_show()
        self._tell_cues()
        self._tell_log()
        if not 0.0 < self._points_due - seconds <= POINTS_EVERY:
            self._points_due = seconds + POINTS_EVERY
            self._tell_points()
        if watched and not 0.0 < self._due - seconds <= FRAMES_EVERY:
            self._due = seconds + FRAMES_EVERY
            self._tell_frames()

    def _tell_show(self) -> None:
        """What there is to be drawn of: for who draws the next cue ahead."""
        show = self._engine.show
        if show is self._show:
            return
        told: dict[str, object] = {"folder": str(show.folder), "canvas": list(self._engine.size), "blind": self._blind}
        told["revision"] = self._revision + 1
        if self._tell("show", told):
            self._show = show
            self._revision += 1

    def _tell_cues(self) -> None:
        """The list in parts; the last says so."""
        order = self._engine.cues.order
        if order is not self._order:
            self._order, self._part = order, 0
        if self._part < 0:
            return
        entries = list(order.entries.values())[self._part : self._part + CUES_A_FRAME]
        last = self._part + CUES_A_FRAME >= len(order)
        told = [told_in_list(order, entry) for entry in entries]
        head = {"first": self._part, "last": last, "double_go": self._engine.cues.double_go}
        if self._tell("cues", {**head, "cues": told}):
            self._part = -1 if last else self._part + CUES_A_FRAME

    def _tell_log(self) -> None:
        lines = self._log.lines
        if not lines or lines[-1][0] <= self._told_log:
            return
        fresh = [line for line in list(lines) if line[0] > self._told_log][:LINES_A_FRAME]
        if fresh and self._tell("log", {"lines": fresh}):
            self._told_log = fresh[-1][0]

    def _tell_frames(self) -> None:
        costs = self._engine.costs
        if fresh := costs.newest(costs.count - self._told_frames):
            self._told_frames = costs.count
            self._tell("frames", {"ms": fresh, "budget": round(1000 / self._engine.pace.fps, 2)})

    def _tell_points(self) -> None:
        """Where the points of the selected surface lie, when they have changed; again whenever an alignment is opened."""
        projecting = self._engine.projecting
        alignment = projecting.alignment if projecting is not None else None
        if alignment is None or alignment.locked or alignment.selected is None:
            self._points = None
            return
        selected = alignment.selected
        points = (selected.output, selected.surface, alignment.version)
        if points != self._points and self._tell("points", told_points(alignment)):
            self._points = points

    def _tell(self, name: str, told: dict[str, object]) -> bool:
        try:
            text = json.dumps({"name": name, **told}, ensure_ascii=False, separators=(",", ":"), default=str)
        except ValueError:
            return True  # it can't be said at all: not to be tried again in every frame
        return self._pages.document(text.encode("utf-8", "replace"))

    def close(self) -> None:
        logging.getLogger("installation").removeHandler(self._log)
