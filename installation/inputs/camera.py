"""The wall's eye, as the frame sees it: `sample()` gives the newest `Sense` at once, whatever the camera
does.

`Camera` is live: a supervisor thread keeps a camera process (`camera_process`) running, replaces it when it
hangs, dies or loses its device, plays the fallback meanwhile, and comes back when the camera does.
`OfflineCamera` is the same face for rendering: in-process, deterministic, at fixed steps. Neither loads
OpenCV at import; no pixel comes here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from installation.clock import now
from installation.errors import DeviceError
from installation.inputs.feed import Feed, Patience
from installation.inputs.sense import HEIGHT, WIDTH, Sense
from installation.inputs.sources import absent, open_recording
from installation.mailbox import Worker

__all__ = ["Camera", "OfflineCamera", "Patience", "Sense"]

TICK = 0.05
STANDBY = 3.0
"""Seconds that the wall waits for a camera to open before the fallback plays."""

HOLD, FADE = 0.5, 0.5
"""Seconds that the last sense stays when no new one comes, and seconds in which it fades then."""

PROVEN = 10.0
"""Seconds of pictures after which a camera counts as well again, and the back-off begins anew."""

STEP = 1 / 30
"""Seconds between two looks of the offline camera."""


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
    ) -> None:
        self.source, self.fallback, self.mirror = source, fallback, mirror
        self._size = {"width": width, "height": height}
        self._seed = seed
        self._patience = patience or Patience()
        # "auto" is "the first camera that works", and its else is the fallback, so that a camera that is
        # plugged in later is taken up.
        self._wanted = "device" if source == "auto" else source
        self._worker: Worker | None = None
        self._primary: Feed | None = None
        self._stand_in: Feed | None = None
        self._showing: Feed | None = None  # what sample() reads; replaced, never changed
        self._ending: list[Feed] = []
        self._attempts = 0
        self._retry_at = 0.0
        self._stand_in_at = 0.0
        self._delivering_since: float | None = None
        self._failed = 0
        self._restarts = 0
        self._began = now()
        self._problem = self._fallback_problem = ""
        self._sense = self._nobody = Sense.empty(width, height)
        self._fresh, self._fresh_at = self._sense, 0.0  # the last that came, and when
        self._from: tuple[Feed | None, int] = (None, 0)

    def start(self) -> Camera:
        """Starts watching; returns at once."""
        if self._worker is None and self._wanted != "none":
            self._began = now()
            self._worker = Worker("camera", self._supervise).start()
        return self

    def sample(self, seconds: float = 0.0) -> Sense:
        """The newest sense; the same object as last time when nothing new came. Never blocks, never raises.

        When nothing new has come for `HOLD` seconds the last one fades: a visitor doesn't freeze on the wall.
        """
        feed = self._showing
        if feed is not None:
            newest = feed.memory.newest()
            if newest and self._from != (feed, newest) and (sense := feed.get()) is not None:
                self._from = (feed, sense.sequence)
                self._sense = self._fresh = replace(sense, sequence=self._sense.sequence + 1)
                self._fresh_at = now()
                return self._sense
        stale = now() - self._fresh_at - HOLD
        if stale > 0 and self._fresh is not self._nobody:
            self._sense = self._fade(1.0 - stale / FADE)
        return self._sense

    def _fade(self, left: float) -> Sense:
        """What remains of the last sense: all of it at 1, nobody at 0."""
        fresh, sequence = self._fresh, self._sense.sequence + 1
        if left <= 0:
            self._fresh = self._nobody
            return replace(self._nobody, sequence=sequence, centre=fresh.centre)
        return replace(
            fresh,
            mask=(fresh.mask * np.float32(left)).astype(np.uint8),
            flow=fresh.flow * np.float32(left),
            presence=fresh.presence * left,
            motion=fresh.motion * left,
            smile=fresh.smile * left,
            confidence=fresh.confidence * left,
            face_confidence=fresh.face_confidence * left,
            sequence=sequence,
        )

    def status(self) -> dict[str, Any]:
        """What to tell the operator: source, live, state, age_s, fps, problem, restarts."""
        showing = self._showing
        primary = showing is not None and showing is self._primary
        if self._wanted == "none":
            state = "none"
        elif primary:
            state = "live"
        elif showing is not None:
            state = "fallback"
        else:
            state = "lost" if self._problem else "opening"
        problem = self._problem
        if self._fallback_problem and not primary:
            problem = f"{problem}; {self._fallback_problem}" if problem else self._fallback_problem
        worker = self._worker
        if worker is not None and worker.error is not None:
            problem = f"the camera's supervisor stopped: {worker.error}. Restart the engine"
        age = now() - self._sense.when if showing is not None and self._sense.when else None
        return {
            "source": showing.name if showing is not None else self.source,
            "wanted": self.source,
            "live": primary,
            "state": state,
            "age_s": None if age is None else round(age, 3),
            "fps": showing.fps if showing is not None else 0.0,
            "problem": problem,
            "restarts": self._restarts,
        }

    def close(self) -> None:
        """Ends the processes; safe to call twice. A process that hangs is killed."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.close(4.0)

    # -- the supervisor's thread ---------------------------------------------------------------------------

    def _supervise(self, worker: Worker) -> None:
        try:
            while not worker.stopping():
                worker.beat()
                self._tick(now())
                worker.wait(TICK)
        finally:
            self._end_all()

    def _tick(self, moment: float) -> None:
        if self._primary is None:
            if moment >= self._retry_at:
                self._primary = self._open(self._wanted, moment)
        elif trouble := self._primary.trouble(self._patience):
            self._lose(trouble, moment)
        elif self._primary.delivering:
            if self._delivering_since is None:
                self._delivering_since = moment
                self._problem = ""
                self._retire_stand_in()
            elif moment - self._delivering_since > PROVEN:
                self._failed = 0
            self._showing = self._primary
        if self._showing is not self._primary or self._primary is None:
            self._play_stand_in(moment)
        self._ending = [feed for feed in self._ending if not feed.reap()]

    def _open(self, source: str, moment: float) -> Feed | None:
        problem = absent(source)
        if problem is not None:
            self._problem = str(problem).replace("\n    ", ". ")
            # Looking costs nothing, so a camera that is plugged in is taken up soon.
            self._retry_at = moment + min(self._patience.back_off[0], 2.0)
            return None
        try:
            feed = Feed(source, seed=self._seed, mirror=self.mirror, live=True, **self._size)
        except OSError as error:
            self._problem = f"{source}: the camera process can't be started ({error.strerror})"
            self._back_off(moment)
            return None
        self._restarts += self._attempts > 0
        self._attempts += 1
        self._delivering_since = None
        return feed

    def _lose(self, trouble: str, moment: float) -> None:
        feed = self._primary
        assert feed is not None
        self._problem = trouble
        self._primary = None
        if self._showing is feed:
            self._showing = None
        self._delivering_since = None
        self._end(feed, 0.0)
        self._back_off(moment)

    def _back_off(self, moment: float) -> None:
        waits = self._patience.back_off
        self._retry_at = moment + waits[min(self._failed, len(waits) - 1)]
        self._failed += 1

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
                    self._stand_in = Feed(self.fallback, seed=self._seed, mirror=self.mirror, live=False, **self._size)
            except OSError as error:
                self._fallback_problem = f"fallback: {error.strerror}"
            if problem is not None:
                self._fallback_problem = f"fallback: {problem}".replace("\n    ", ". ")
            if self._stand_in is None:
                self._stand_in_at = moment + self._patience.back_off[-1]
        elif trouble := self._stand_in.trouble(self._patience):
            self._fallback_problem = f"fallback: {trouble}"
            self._restarts += 1
            self._retire_stand_in()
            self._stand_in_at = moment + self._patience.back_off[0]
        elif self._stand_in.delivering:
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
        for feed in (self._primary, self._stand_in):
            if feed is not None:
                self._end(feed, 1.5)
        self._primary = self._stand_in = None
        deadline = now() + 3.0
        pause = Worker("", lambda _: None)
        while self._ending and now() < deadline:
            self._ending = [feed for feed in self._ending if not feed.reap()]
            if self._ending:
                pause.wait(0.01)


class OfflineCamera:
    """A camera for rendering: synthetic, a film or a folder, sensed at fixed steps of 1/30 s. Same calls,
    same frames.

    When more than `BEHIND` seconds are asked for at once it doesn't play everything in between: the empty
    room is learned from the source's beginning if it hasn't been, and then only the last `WARM_UP` seconds
    are looked at.
    """

    BEHIND = 10.0
    WARM_UP = 3.0

    def __init__(
        self,
        source: str = "synthetic",
        seed: int = 0,
        mirror: bool = True,
        *,
        width: int = WIDTH,
        height: int = HEIGHT,
        faces: str = "",
    ) -> None:
        """A device (and `auto`) is rendered as the synthetic visitor: nobody stands before a camera then.

        Raises DeviceError when a film or folder isn't there.
        """
        self.source = source
        self._step = -1  # the last look's number
        self._sense = Sense.empty(width, height)
        self._recording = None
        if source != "none":
            from installation.inputs.faces import Faces
            from installation.inputs.vision import Vision

            live_only = source == "auto" or source.startswith(("device", "/dev/"))
            self._recording = open_recording("synthetic" if live_only else source, seed)
            self._vision = Vision(width, height, mirror, self._recording.name, faces=Faces(faces))

    def start(self) -> OfflineCamera:
        """Nothing to start."""
        return self

    def sample(self, seconds: float) -> Sense:
        """What is sensed at `seconds` of the show. Going back in time begins anew."""
        recording = self._recording
        if recording is None:
            return self._sense
        wanted = int(max(seconds, 0.0) / STEP + 1e-6)
        if wanted < self._step:
            self._vision.reset()
            self._step = -1
        if (wanted - self._step) * STEP > self.BEHIND:
            self._look(min(int(1.0 / STEP), wanted))
            self._step = max(self._step, wanted - int(self.WARM_UP / STEP))
        self._look(wanted)
        return self._sense

    def status(self) -> dict[str, Any]:
        """As `Camera.status`."""
        return {
            "source": self._recording.name if self._recording else "none",
            "wanted": self.source,
            "live": self._recording is not None,
            "state": "live" if self._recording else "none",
            "age_s": 0.0,
            "fps": 1 / STEP,
            "problem": "",
            "restarts": 0,
        }

    def close(self) -> None:
        """Lets go of the film; safe to call twice."""
        recording, self._recording = self._recording, None
        if recording is not None:
            recording.close()

    def _look(self, until: int) -> None:
        assert self._recording is not None
        while self._step < until:
            self._step += 1
            moment = self._step * STEP
            try:
                picture = self._recording.frame(moment)
            except DeviceError:
                continue  # one picture of a folder can't be read: the sense before it stays
            self._sense = self._vision.process(picture, moment)
