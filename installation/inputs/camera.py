"""The wall's eye, as the frame sees it: `sample()` gives the newest `Sense` at once, whatever the camera does.

`Camera` is live: a supervisor thread keeps a camera process (`camera_process`) running, replaces it when it
hangs, dies or grows, plays the fallback meanwhile, and comes back when the camera does. Now and then, when nobody is
there, it replaces a process that is well, so that nothing can grow for weeks. `OfflineCamera` is the same face for
rendering. Neither loads OpenCV at import; no pixel comes here but those of a scene that shows the camera.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.clock import now, wall_time
from installation.inputs.camera_status import status_of
from installation.inputs.fading import crossed, faded
from installation.inputs.feed import Feed, Order, Patience
from installation.inputs.light_slot import LightSlot
from installation.inputs.offline import OfflineCamera
from installation.inputs.room_memory import RoomMemory
from installation.inputs.sense import HEIGHT, WIDTH, Sense
from installation.inputs.settings import Settings
from installation.inputs.sources import absent
from installation.inputs.stream import shown
from installation.mailbox import Worker

__all__ = ["Camera", "OfflineCamera", "Patience", "Sense"]

TICK = 0.05
STANDBY = 3.0
"""Seconds that the wall waits for a camera to open before the fallback plays."""

HOLD, FADE = 0.5, 0.5
"""Seconds that the last sense stays when no new one comes, and seconds in which it fades then."""

PROVEN = 10.0
"""Seconds of pictures after which a camera counts as well again, and the back-off begins anew."""

LOOK_AGAIN = 0.5
"""Seconds between two looks whether a camera that isn't there is plugged in; a look costs nothing."""

CEILING = 700.0
"""Megabytes that a camera process may have, unless the site says otherwise; it needs about 150."""

RECYCLE = 6 * 3600.0
"""Seconds after which a process that is well is replaced in a quiet moment, unless the site says otherwise."""

NEARLY = 0.75
"""Share of the ceiling at which it is replaced with care, before it must be with force."""

TOLD = 1.0
"""Seconds for which a lost process is told at least, so that the log and an operator see it."""

QUIET = 10.0
"""Seconds without anybody that make a quiet moment."""

LEARNT = 2.5
"""Seconds that a new process looks at the room before it takes over."""


class Camera:
    """A live camera. Nothing here raises or waits, but `close`, which waits at most a few seconds."""

    def __init__(
        self,
        source: str = "auto",
        fallback: str = "synthetic",
        mirror: bool = True,
        *,
        width: int = WIDTH,
        height: int = HEIGHT,
        seed: int = 0,
        patience: Patience | None = None,
        settings: Settings | None = None,
        ceiling: float = CEILING,
        recycle: float = RECYCLE,
        program: str = "installation.inputs.camera_process",
        light: LightSlot | None = None,
        faces: str = "",
    ) -> None:
        """`light`: where the camera that was asked for hears of the canvas and its mapping; the owner closes it.
        `faces`: a file of a model that finds them, else OpenCV's own.
        `ceiling` in megabytes and `recycle` in seconds, both without limit at 0; `program` is the module that looks."""
        self.source, self.fallback, self.mirror = source, fallback, mirror
        self._patience = patience or Patience()
        # "auto" is "the first camera that works", and its else is the fallback, so that a camera that is
        # plugged in later is taken up.
        self._wanted = "device" if source == "auto" else source
        asked = (settings or Settings()).plain()
        self._order = Order(self._wanted, width, height, seed, mirror, asked, program, light, faces=faces)
        self._room: RoomMemory | None = None
        self._ceiling, self._recycle = ceiling, recycle
        # A device can be open once only; whatever else is can be opened beside itself.
        self._exclusive = self._wanted.startswith(("device", "/dev/"))
        self._worker: Worker | None = None
        self._primary: Feed | None = None
        self._stand_in: Feed | None = None
        self._next: Feed | None = None  # what is to replace the primary, while both run
        self._going = 0.0  # since when the next one looks
        self._leaving: Feed | None = None  # what the primary waits for before it may open the device
        self._showing: Feed | None = None  # what sample() reads; replaced, never changed
        self._ending: list[Feed] = []
        self._attempts = self._failed = self._restarts = self._recycled = 0
        self._retry_at = self._stand_in_at = self._renew_at = self._told_until = 0.0
        self._well_since: float | None = None
        self._opened_s = 0.0
        self._began = self._busy_at = now()
        self._problem = self._fallback_problem = ""
        self._was_well = False
        self._unwell: tuple[float, float] | None = None  # since when, by this machine's clock and by the wall's
        self._sense = self._nobody = Sense.empty(width, height)
        self._fresh, self._fresh_at = self._sense, 0.0  # the last that came, and when
        self._before, self._changed_at = self._sense, 0.0  # what was shown when another camera took over, and when
        self._from: tuple[Feed | None, int] = (None, 0)
        self._rooms = 0
        self._picture_wanted = False

    def start(self) -> Camera:
        """Starts watching; returns at once."""
        if self._worker is None and self._wanted != "none":
            self._began = now()
            self._room = RoomMemory(self._order.width, self._order.height)
            self._order = replace(self._order, room=self._room)
            self._worker = Worker("camera", self._supervise).start()
        return self

    def sample(self, seconds: float = 0.0) -> Sense:
        """The newest sense; the same object as last time when nothing new came. Never blocks, never raises.

        When nothing new has come for `HOLD` seconds the last one fades: a visitor doesn't freeze on the wall. When another
        camera takes over, what was shown fades into it.
        """
        feed = self._showing
        if feed is not None:
            newest = feed.memory.newest()
            if newest and self._from != (feed, newest) and (sense := feed.get()) is not None:
                moment, rooms = now(), feed.memory.rooms()
                if self._from[0] is not feed or rooms != self._rooms:
                    self._before, self._changed_at, self._rooms = self._sense, moment, rooms
                self._from = (feed, sense.sequence)
                told = replace(sense, sequence=self._sense.sequence + 1)
                self._sense = crossed(self._before, told, (moment - self._changed_at) / FADE)
                self._fresh, self._fresh_at = self._sense, moment
                if sense.presence > 0.05:
                    self._busy_at = moment
                return self._sense
        stale = now() - self._fresh_at - HOLD
        if stale > 0 and self._fresh is not self._nobody:
            left = 1.0 - stale / FADE
            self._sense = replace(faded(self._fresh, left), sequence=self._sense.sequence + 1)
            if left <= 0:
                self._fresh = self._nobody
        return self._sense

    def want_picture(self, wanted: bool) -> None:
        """Whether pictures are asked for too: only while a scene shows the camera, and the wall says so."""
        self._picture_wanted = wanted

    def picture(self) -> NDArray[np.uint8] | None:
        """The newest picture, (2 h, 2 w, 4) RGBA, row 0 at the bottom; None unless it is wanted, and there."""
        feed = self._showing
        return feed.memory.picture() if feed is not None and self._picture_wanted else None

    def status(self) -> dict[str, Any]:
        """What to tell the operator: source, live, state, age_s, fps, problem, restarts, and how the process is."""
        worker, showing = self._worker, self._showing
        return status_of(
            self.source,
            self._wanted,
            None if showing is self._stand_in else showing,
            showing,
            self._primary,
            problems=(self._problem, self._fallback_problem),
            stopped=worker.error if worker is not None else None,
            unwell=self._unwell,
            when=self._sense.when,
            restarts=self._restarts,
            recycled=self._recycled,
        )

    def close(self) -> None:
        """Ends the processes; safe to call twice. A process that hangs is killed."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.close(4.0)
        if self._room is not None:
            self._room.close()

    # -- the supervisor's thread ---------------------------------------------------------------------------

    def _supervise(self, worker: Worker) -> None:
        try:
            while not worker.stopping():
                worker.beat()
                try:
                    self._tick(now())
                except Exception as error:  # one fault of this machine must not take the camera away for good
                    self._problem = f"{shown(self.source)}: {type(error).__name__}: {error}"[:200]
                self._time_trouble(now())
                worker.wait(TICK)
        finally:
            self._end_all()

    def _time_trouble(self, moment: float) -> None:
        """Since when the camera delivers nothing. `auto` asks for the first camera that works: none at all is no trouble."""
        shows = self._showing is not None and self._showing is self._primary
        self._was_well |= shows
        if shows or not self._problem or not (self._was_well or self.source != "auto"):
            self._unwell = None
        elif self._unwell is None:
            self._unwell = (moment, wall_time())

    def _tick(self, moment: float) -> None:
        if self._primary is None:
            if moment >= self._retry_at:
                self._primary = self._open(moment)
        else:
            self._follow(self._primary, moment)
        for feed in (self._primary, self._stand_in):
            if feed is not None:
                feed.memory.want(self._picture_wanted)
        if self._showing is None or self._showing is self._stand_in:
            self._play_stand_in(moment)
        self._ending = [feed for feed in self._ending if not feed.reap()]
        if self._leaving is not None and self._leaving not in self._ending:
            self._leaving = None
            if self._primary is not None:
                self._primary.go()
        elif (
            self._leaving is not None and self._leaving.stuck
        ):  # what comes after it waits: say so, and let others play
            self._problem = f"{shown(self.source)}: its driver holds a process that can't be ended. Unplug the camera"
            if self._showing is self._leaving:
                self._showing = None

    def _follow(self, primary: Feed, moment: float) -> None:
        verdict = primary.judge(self._patience, self._opened_s)
        if verdict.state == "dead":
            self._lose(primary, verdict.problem, moment)
        elif verdict.state == "ill":
            self._problem, self._well_since = verdict.problem, None
            self._showing = self._stand_in if self._showing is self._stand_in else None
            if verdict.hangs and self._next is None:  # made ready now, so that nobody waits for it later
                self._next = self._waiting()
            elif not verdict.hangs:
                self._drop_next()
        elif verdict.state == "well":
            if verdict.problem or moment >= self._told_until:
                self._problem = verdict.problem
            if self._well_since is None:
                self._well_since = moment
                self._drop_next()  # it was made ready for nothing
                self._opened_s = float(primary.told("opened_s") or self._opened_s)
            elif moment - self._well_since > PROVEN:
                self._failed = 0
            self._showing = primary
            self._retire_stand_in()
            self._renew(primary, moment)

    def _open(self, moment: float) -> Feed | None:
        problem = absent(self._wanted)
        if problem is not None:
            self._problem = str(problem).replace("\n    ", ". ")
            self._retry_at = moment + LOOK_AGAIN
            return None
        try:
            feed = Feed(self._order, live=True, ceiling=self._ceiling)
        except OSError as error:
            self._problem = f"{shown(self.source)}: the camera process can't be started ({error.strerror})"
            self._back_off(moment)
            return None
        self._restarts += self._attempts > 0
        self._attempts += 1
        self._well_since = None
        return feed

    def _lose(self, feed: Feed, trouble: str, moment: float) -> None:
        self._problem, self._told_until = trouble, moment + TOLD
        self._primary = self._leaving = None
        if self._showing is not self._stand_in:
            self._showing = None
        self._well_since = None
        self._end(feed, 0.0)
        successor, self._next = self._next, None
        if successor is not None and successor.process.poll() is None and absent(self._wanted) is None:
            self._primary, self._leaving = successor, feed
            self._restarts += 1
            self._attempts += 1
            return
        if successor is not None:
            self._end(successor, 0.0)
        self._back_off(moment)

    def _waiting(self) -> Feed | None:
        """A process that is ready, and opens nothing before it is told to; None where none can be started."""
        self._going = 0.0
        try:
            return Feed(self._order, live=True, wait=True, ceiling=self._ceiling)
        except OSError:
            return None

    def _back_off(self, moment: float) -> None:
        waits = self._patience.back_off
        self._retry_at = moment + waits[min(self._failed, len(waits) - 1)]
        self._failed += 1

    def _renew(self, primary: Feed, moment: float) -> None:
        """Replaces a process that is well: the new one starts beside it, and takes over when it can."""
        new = self._next
        if new is None:
            age = moment - primary.began
            due = self._recycle and age > self._recycle and moment - self._busy_at > QUIET
            due = due or (self._recycle and age > 2 * self._recycle)  # somebody is always there
            if moment >= self._renew_at and (due or (self._ceiling and primary.weight > NEARLY * self._ceiling)):
                self._renew_at = moment + 30.0
                self._next = self._waiting()
        elif new.process.poll() is not None or moment - new.began > 20.0:
            self._drop_next()
        elif not self._going:
            if new.ready and self._exclusive:
                self._leaving = primary
                self._take_over(new, primary)
            elif new.ready:
                new.go()
                self._going = moment
        elif new.judge(self._patience).state == "well" and moment - self._going > LEARNT:
            self._take_over(new, primary)
            self._showing = new

    def _take_over(self, new: Feed, old: Feed) -> None:
        self._primary, self._next = new, None
        self._well_since = None
        self._recycled += 1
        self._end(old, 1.0)

    def _drop_next(self) -> None:
        feed, self._next = self._next, None
        if feed is not None:
            self._end(feed, 0.0)

    def _play_stand_in(self, moment: float) -> None:
        """Starts the fallback when there is a reason, and shows it when it delivers."""
        if self.fallback == "none":
            return
        if self._stand_in is None:
            reason = bool(self._problem) or moment - self._began > STANDBY
            if not reason or moment < self._stand_in_at:
                return
            problem = absent(self.fallback)
            try:
                if problem is None:
                    order = replace(self._order, source=self.fallback, settings=None, light=None, room=None)
                    self._stand_in = Feed(order, live=False, ceiling=self._ceiling)
            except OSError as error:
                self._fallback_problem = f"fallback: {error.strerror}"
            if problem is not None:
                self._fallback_problem = f"fallback: {problem}".replace("\n    ", ". ")
            if self._stand_in is None:
                self._stand_in_at = moment + 30.0
            return
        verdict = self._stand_in.judge(self._patience)
        if verdict.state == "dead":
            self._fallback_problem = f"fallback: {verdict.problem}"
            self._restarts += 1
            self._retire_stand_in()
            self._stand_in_at = moment + self._patience.back_off[-1]
        elif verdict.state == "well":
            self._fallback_problem = ""
            self._showing = self._stand_in

    def _retire_stand_in(self) -> None:
        feed, self._stand_in = self._stand_in, None
        if feed is not None:
            if self._showing is feed:
                self._showing = None
            self._end(feed, 1.0)

    def _end(self, feed: Feed, grace: float) -> None:
        feed.ask_to_stop(grace)
        self._ending.append(feed)

    def _end_all(self) -> None:
        self._showing = None
        for feed in (self._primary, self._stand_in, self._next):
            if feed is not None:
                self._end(feed, 1.5)
        self._primary = self._stand_in = self._next = None
        deadline = now() + 3.0
        pause = Worker("", lambda _: None)
        while self._ending and now() < deadline:
            self._ending = [feed for feed in self._ending if not feed.reap()]
            if self._ending:
                pause.wait(0.01)
