"""The log that is written while a show plays: each frame leaves what it has taken in, a thread packs and writes it.

The frame hands over values that never change again, and waits for nobody: where the thread falls behind, or the disk is full,
frames are missing from the log, are counted and told, and the wall doesn't notice. Whatever was asked in them is written with the
next that can be. By default what visitors are is written as numbers; pictures of a camera and sound never are. Made by `play`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from installation.clock import FrameTime, now, wall_time
from installation.errors import Location, Problem
from installation.logbook import keeping, records, segments
from installation.logbook.news import News
from installation.logbook.records import How, Note, Taken
from installation.mailbox import Commands, Worker

if TYPE_CHECKING:
    from installation.engine import Engine
    from installation.scene.load import Show
    from installation.scene.revisions import Revision

log = logging.getLogger(__name__)

FLUSH = 1.0
"""Seconds between two writes: what a power cut may take."""
SYNC = 10.0
"""Seconds between two moments at which the disk is told to keep what it has: a cut of power takes no more."""
WAITING = 512
"""Frames that wait to be written; the thread is this far behind before any is lost."""
MEMBER = 64
"""Frames that are packed at once, at most."""
MOST_NOTES = 16384
MOST_TALK = 16
"""Notes of one frame; of them, those that changed nothing."""
LONGEST_TEXT = 4096
OF_FILES = 4
"""The part of all that is kept which the files of shows may take: a quarter."""
DAY = 86400.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is kept: days and bytes of all nights; bytes and seconds of one segment."""

    days: float = 14.0
    most: int = 2_000_000_000
    segment: int = 16_000_000
    seconds: float = 3600.0


LIMITS = Limits()


class Logbook:
    """Remembers what the frame has been asked since the last, and what was written last of what seldom changes."""

    def __init__(self, folder: Path, limits: Limits = LIMITS, shapes: bool = False) -> None:
        """`shapes`: outlines and movement of visitors are written too."""
        self.folder, self.limits, self.shapes = folder, limits, shapes
        self.store = keeping.Store(folder / keeping.FOLDER)
        self._engine: Any = None
        self._head: dict[str, Any] = {}
        self._notes: list[Note] = []
        self._talk = 0
        self._files: dict[str, str | None] = {}
        self._whole = True
        """Whether the next frame tells everything: nothing, or not enough, is known of the one before."""
        nothing: Any = None
        self._sense = self._heard = self._beats = self._cue = nothing
        self._scale = 0.0
        self._news = News()
        self.before: Problem | None = None
        """Where the show stood that was not closed, until somebody asks for a cue."""
        self._unput = 0
        self._turn = False
        """Whether a new segment is wanted, and with it how things stand."""
        self._queue: Commands[Taken | dict[str, Any]] = Commands(WAITING)
        self._worker = Worker("log", self._work)
        self._keeper = Worker("log of files", self._keep_all)
        # The thread's own:
        self._night, self._part = "", 0
        self._unmade = ""
        """Why no new segment could be begun."""
        self._segment: segments.Appender | None = None
        self._began = self._synced = 0.0
        self._owed: list[Taken | dict[str, Any]] = []
        self._missing: Taken | None = None
        """The last frame that could not be written, with all that was asked in it and in those missing before it."""
        self._manifest: dict[str, str | None] = {}
        self._manifest_lock = threading.Lock()
        self.lost = 0
        self.problem: Problem | None = None

    def attach(self, engine: Engine, **head: object) -> Logbook:
        """Begins a night with this engine, before it has drawn anything. `head`: what else a replay must know."""
        self._engine = engine
        show = engine.show
        self._head = {
            "show": {"name": show.name, "title": show.file.title, "folder": str(show.folder)},
            "scenes": sorted(show.scenes),
            "refused": sorted({s.path for scene in show.scenes.values() for s in scene.shaders.values() if s.refused}),
            "size": list(engine.size),
            "renderer": engine.device.renderer,
            "shapes": self.shapes,
            **head,
        }
        engine.logbook = self
        engine.wall.repertoire.finished = self.made
        self._show = show
        self._keeper.start()
        self._worker.start()
        return self

    # -- the frame's side ------------------------------------------------------------------------------------------------

    def note(self, address: str, args: Sequence[object], owner: str, how: How = "", host: str = "") -> None:
        """Something was asked. Of what may be a passcode, mistyped too, the address alone is noted."""
        if how in ("talk", "refused", "denied"):
            self._talk += 1
            if self._talk > MOST_TALK:
                return
        if len(self._notes) >= records.MOST_NOTES:  # as bad as a frame that is missing
            self._unput, self.lost = self._unput + 1, self.lost + 1
            return
        elif address.startswith(("/go", "/cue/")):
            self.before = None
        secret = address[:8].lower() == "/connect"
        told = () if secret or how == "denied" else tuple(args)
        self._notes.append(Note("/connect" if secret else address[:LONGEST_TEXT], told, owner, how, host))

    def made(self, name: str) -> None:
        """Between two frames, something that was being built was completed."""
        self.note("/made", (name,), "", "between")

    def edited(self, revision: Revision) -> None:
        """The frame plays an edited show from now on."""
        self._files.update(revision.files)

    def hear(self, status: Mapping[str, Any]) -> None:
        """How the show is, now and then: what of it is news is written with the next frame."""
        self._news.look(status, self._engine.refused)

    def take(self, frame: FrameTime, drawn: bool) -> None:
        """A frame has been drawn, or passed. Never blocks, never raises."""
        try:
            taken = self._taken(frame, drawn)
        except Exception as error:  # a bug of the log must not cost a frame
            self._whole, self.lost = True, self.lost + 1
            self._stumble(error)
            return
        if self._queue.put(taken):
            self._notes, self._files, self._whole, self._talk, self._unput = [], {}, False, 0, 0
            self._turn = self._turn and taken.standing is None
            self._news.taken()
        else:
            self._whole, self._talk = True, 0
            self._unput, self.lost = self._unput + 1, self.lost + 1

    def _stumble(self, error: Exception) -> None:
        if self.problem is None:
            self.problem = Problem(f"a fault of the log: {type(error).__name__}: {error}", hint="please report it")
            log.exception("a fault of the log; the show goes on")

    def _taken(self, frame: FrameTime, drawn: bool) -> Taken:
        engine, sensing = self._engine, self._engine.sensing
        turn = self._turn and drawn
        whole = self._whole or turn
        sense = sensing.sense if whole or sensing.sense is not self._sense else None
        heard = sensing.heard if whole or sensing.heard is not self._heard else None
        scale = engine.pace.scale if whole or engine.pace.scale != self._scale else None
        beats = engine.beats if whole or engine.beats != self._beats else None
        cue = engine.cues.current if whole or engine.cues.current != self._cue else None
        self._sense, self._heard, self._scale = sensing.sense, sensing.heard, engine.pace.scale
        self._beats, self._cue = engine.beats, engine.cues.current
        return Taken(
            frame.index,
            frame.seconds,
            frame.delta,
            frame.date,
            drawn,
            tuple(self._notes),
            sense,
            heard,
            scale,
            None if (code := engine.timecode) is None else (code.seconds, code.rate),
            None if beats is None else astuple(beats),
            engine.wall.calming,
            sensing.sensed.calibrating,
            engine.calibration.drawn if engine.calibration is not None and drawn else None,
            engine.wall.late.take(),
            self._files or None,
            records.standing(engine) if turn else None,
            self._unput,
            None if cue is None else (cue.number or cue.id, cue.name),
            self._news.again() if whole and self._news.problems is None else self._news.problems,
            self._news.reports,
        )

    # -- what the show is made of ----------------------------------------------------------------------------------------

    def keep(self, before: Show, after: Show) -> dict[str, str | None]:
        """Keeps what an edit has changed, and gives its checksums by name. For the thread that reads the edit."""
        try:
            edited = keeping.edited(before, after)
            found = {name: None if path is None else self._sum(path) for name, path in edited.items()}
        except Exception:  # a bug of the log must not cost an edit
            log.exception("the log could not keep what was edited")
            return {}
        with self._manifest_lock:
            self._manifest = {**self._manifest, **found}
        return found

    def _keep_all(self, worker: Worker) -> None:
        found: dict[str, str | None] = {}
        left = keeping.MOST_KEPT
        for name, path in keeping.files_of(self._show).items():
            worker.beat()
            with suppress(OSError):
                left -= path.stat().st_size if path.stat().st_size <= keeping.LARGEST else 0
            found[name] = self._sum(path, keep=left >= 0)
            if worker.stopping():
                return
        with self._manifest_lock:
            self._manifest = {**found, **self._manifest}
        self._queue.put({"files": found})

    def _sum(self, path: Path, keep: bool = True) -> str | None:
        try:
            return self.store.sum_of(path, keep)
        except OSError:  # a full disk: the checksum at least
            return self.store.sum_of(path, keep=False)

    # -- the thread --------------------------------------------------------------------------------------------------------

    def _work(self, worker: Worker) -> None:
        while not worker.wait(FLUSH):
            worker.beat()
            self._drain()

    def _drain(self) -> None:
        items = self._queue.drain()
        try:
            self._sort(items)
        except Exception as error:  # a bug of the log costs what it was about to write, not the rest of the night
            frames = sum(isinstance(item, Taken) for item in items)
            self._whole, self.lost, self._unput = True, self.lost + frames, self._unput + frames
            self._owed = [item for item in self._owed if not isinstance(item, Taken)]
            self._stumble(error)

    def _sort(self, items: Sequence[Taken | dict[str, Any]]) -> None:
        """Writes what has come, each frame into its segment."""
        some: list[Taken | dict[str, Any]] = []
        for item in items:
            if isinstance(item, Taken) and item.standing is not None and self._segment is not None:
                self._write(some)
                self._next_segment()
                some = []
            some.append(item)
            if len(some) >= MEMBER:
                self._write(some)
                some = []
        self._write(some)
        if self._segment is not None:
            full = self._segment.size > self.limits.segment or now() - self._began > self.limits.seconds
            self._turn = self._turn or full
            if now() - self._synced > SYNC:
                self._synced = now()
                self._segment.sync()

    def _write(self, items: Sequence[Taken | dict[str, Any]]) -> None:
        """Appends these to the segment as one; where that can't be, what was asked in them is owed."""
        items = [*self._owed, *items]
        frames = [item for item in items if isinstance(item, Taken)]
        if not frames:
            self._owed = items
            return
        if self._missing is not None:
            items[items.index(frames[0])] = frames[0] = records.after(self._missing, frames[0])
        lines = b"".join(
            records.line(records.frame(item, self.shapes) if isinstance(item, Taken) else item) for item in items
        )
        try:
            if self._segment is None:
                self._open()
            assert self._segment is not None
            self._segment.append(lines)
        except OSError as error:
            self._owed = [item for item in items if not isinstance(item, Taken)]
            self._missing = frames[0]
            for one in frames[1:]:
                self._missing = records.after(self._missing, one)
            self._whole = True
            self.lost += len(frames)
            self._complain(error)
            return
        self._owed, self._missing = [], None
        if self.problem is not None:
            log.warning("the log is written again; %d frames are missing from it", self.lost)
            self.problem = None

    def _complain(self, error: OSError) -> None:
        if self.problem is None:
            log.error("the log can't be written: %s", error.strerror or error)
        what = f"the log can't be written: {error.strerror or error}; {self.lost} frames are missing from it"
        self.problem = Problem(what, Location(str(self.folder)), "the show plays on without it")

    def _open(self) -> None:
        """The first segment of the night, or the first that could be made. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        stamp = datetime.fromtimestamp(wall_time()).strftime("%Y-%m-%d_%H%M%S")
        for letter in ("", *"bcdefghij"):
            night = f"{stamp}{letter}"
            try:
                self._begin(night, 1)
            except FileExistsError:
                continue
            self._night = night
            return
        raise OSError(17, "there are ten logs of this second")

    def _next_segment(self) -> None:
        before = self._segment
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._begin(self._night, self._part + 1)
        except OSError as error:  # then the old one goes on; it is tried again each second
            if str(error) != self._unmade:
                log.warning("no new segment of the log: %s", error)
            self._segment, self._unmade = before, str(error)
            return
        self._unmade = ""
        if before is not None:
            before.close()

    def _begin(self, night: str, part: int) -> None:
        made = segments.Appender(self.folder / f"{night}-{part:04d}{segments.ENDING}")
        with self._manifest_lock:
            manifest = dict(self._manifest)
        began = datetime.fromtimestamp(wall_time()).astimezone().isoformat(timespec="seconds")
        head = {"log": records.VERSION, "night": night, "part": part, "began": began, **self._head}
        lines = records.line(head) + (records.line({"files": manifest}) if part > 1 else b"")
        try:
            made.append(lines)
        except OSError:
            made.close()
            with suppress(OSError):
                made.path.unlink()
            raise
        self._segment, self._part = made, part
        self._began = self._synced = now()
        self.store.touch(manifest.values())
        files = self.store.trim(self.limits.most // OF_FILES, manifest.values() if part > 1 else None)
        oldest = wall_time() - self.limits.days * DAY
        most = max(self.limits.most - files, self.limits.most // OF_FILES)  # what is used now may be more than its part
        segments.drop_old(self.folder, most, oldest, made.path)
        left = segments.segments(self.folder)
        with suppress(ValueError):  # a file of that name is none of ours
            if left:
                self.store.forget(datetime.strptime(left[0].night[:17], "%Y-%m-%d_%H%M%S").timestamp() - 7200.0)

    # -- how it is ---------------------------------------------------------------------------------------------------------

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with it now."""
        if self.problem is None and self._unput:
            return (Problem(f"the log falls behind: {self.lost} frames are missing from it", hint="is its disk slow?"),)
        return tuple(one for one in (self.problem, self.before) if one is not None)

    def status(self) -> dict[str, object]:
        """Which file is written, how many bytes there are of it, frames that are missing, and whether shapes are written."""
        segment = self._segment
        return {
            "file": str(segment.path) if segment else "",
            "bytes": segment.size if segment else 0,
            "lost": self.lost,
            "silhouettes": self.shapes,
        }

    def close(self) -> None:
        """Writes the rest; waits two seconds at most for a disk that hangs. Safe to call twice."""
        self._keeper.close()
        if self._worker.close() and self._engine is not None:
            self._drain()
            self._engine.logbook = None
            self._engine = None
            if self._segment is not None:
                with suppress(OSError):
                    self._segment.append(records.line({"end": wall_time()}))
                self._segment.close()
                self._segment = None
