"""One start of one cue: its pre-wait, its action, its post-wait, each at its exact time; paused and taken up again.

Times are seconds on the frame's clock. A post-wait counts from the moment the action begins, so after the pre-wait. A group's
action is over when its last cue is; until then nobody knows when that is. Moves nothing by itself: `cues` asks what is due.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from installation.scene.cues import Kind, kind_of
from installation.show.beats import Beats
from installation.show.cue_list import Entry

NEVER = float("inf")
Phase: TypeAlias = Literal["quantise", "pre-wait", "action", "post-wait"]


@dataclass(frozen=True, slots=True)
class Named:
    """A cue as the status shows it. `number` is "" where it has none."""

    number: str
    name: str
    id: str = ""

    @classmethod
    def of(cls, entry: Entry) -> Named:
        return cls(entry.cue.number or "", entry.cue.name, entry.id)


@dataclass(frozen=True, slots=True)
class Running:
    """A cue that waits for the beat (quantise), in its pre-wait or its action.

    Seconds of that phase that are over, and that are left (None: nobody knows)."""

    number: str
    name: str
    phase: Phase
    elapsed: float
    remaining: float | None
    id: str = ""
    kind: Kind = "wait"
    paused: bool = False

    @property
    def progress(self) -> float:
        """How far its phase has come, 0..1."""
        whole = self.elapsed + (self.remaining or 0.0)
        return min(max(self.elapsed / whole, 0.0), 1.0) if whole > 0 else 1.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A sequence that will go on by itself: after which cue, to which, in how many seconds (None: when a group is over), or
    earlier `until`."""

    number: str
    next: str
    remaining: float | None
    until: Literal["presence", "absence"] | None


class Run:
    """Until it has acted, its action is over, and what follows it has been started."""

    def __init__(
        self, order: int, entry: Entry, began: float, fade: float | None, parent: Run | None, main: bool
    ) -> None:
        self.order = order
        self.entry = entry
        self.id = self.owner = entry.id
        """The cue's id; and as it was when it was started, whose doing it is to the engine."""
        self.began = began
        self.acts = began + float(entry.cue.pre_wait)
        self.fade = float(entry.cue.fade) if fade is None else max(fade, 0.0)
        self.own_fade = None if fade is None else self.fade
        """The fade that its GO brought; a group hands it on to its cues."""
        self.ends = NEVER if entry.plays else self.acts + entry.cue.lasts(self.own_fade)
        self.acted = self.over = False
        self.follows: str | None = None
        """The id of the cue that this one starts by itself; None when it has none or has started it."""
        self.parent = parent
        self.main = main
        """Whether it was started by GO, or follows one that was."""
        self.children = 0
        """How many of its group's cues still run."""
        self.queue: list[str] = []
        """What a playlist still plays, the next one last."""
        self.paused_at: float | None = None
        self.dies = NEVER
        """When it is stopped, since another plays alone."""
        self.started = began
        """When it was asked to begin; it waits for the beat from then on."""
        self.target: float | None = None
        """The beat that it waits for; None where it waits for none, or has to find out which."""
        self.loaded = False
        """Whether it was started at a time within itself: fades begin part of the way."""
        self.chain, self.chain_began = 1, began
        """How many cues a sequence has started since when; for finding those that go round in no time."""

    @property
    def expected_on(self) -> float:
        """When the next cue will start, while this one still waits to act."""
        return self.ends if self.entry.cue.continue_mode == "auto-follow" else self.acts + self.entry.cue.post_wait

    @property
    def goes_on(self) -> float:
        """When the next cue starts, unless presence or absence is quicker."""
        return self.expected_on if self.acted else NEVER

    def due(self, early: float) -> float:
        """The exact time of what happens to it next; `early`: when the visitors let its wait end."""
        if self.paused_at is not None:
            return NEVER
        if not self.acted:
            return min(self.acts, self.dies)
        if self.follows is None:
            return min(self.ends, self.dies)  # also when it is over already: what it waited for has been taken from it
        return min(self.goes_on, early, NEVER if self.over else self.ends, self.dies)

    def pause(self, now: float) -> None:
        if self.paused_at is None:
            self.paused_at = now

    def resume(self, now: float) -> None:
        """Everything that is still to come, comes later by as long as it was paused."""
        if self.paused_at is None:
            return
        late = now - self.paused_at
        self.paused_at = self.target = None
        self.started += late
        self.dies += late
        self._later(late)
        self.chain_began += late

    def align(self, beats: Beats, now: float) -> None:
        """Begins on the next bar or beat, where its cue says so: reckoned anew each frame, since tempi change and others join.
        At most so late as beats are waited for."""
        step = self.entry.cue.quantise
        if step is None or self.loaded or self.acted or self.paused_at is not None or self.began < now:
            return
        if self.target is None:
            self.target = beats.next(step, now)
        begins = max(now, min(now + beats.until(self.target, now), self.started + beats.longest))
        self._later(begins - self.began)

    def waits_for_beat(self, now: float) -> bool:
        return self.target is not None and self.began > now

    def _later(self, late: float) -> None:
        """Everything that is still to come, comes later by so much."""
        self.began += late
        self.acts += late
        self.ends += late

    def skip_wait(self) -> None:
        """Acts at once."""
        self.load(self.acts - self.started)
        self.loaded = False

    def load(self, elapsed: float) -> None:
        """Begins so many seconds earlier than it did."""
        self.loaded = True
        self.began -= elapsed
        self.acts -= elapsed
        self.ends -= elapsed

    def within(self, group: Run) -> bool:
        """Whether it is this run, or plays in its group."""
        run: Run | None = self
        while run is not None:
            if run is group:
                return True
            run = run.parent
        return False

    def told(self, now: float) -> Running | None:
        """What the status shows; None when only its wait is left."""
        now = now if self.paused_at is None else self.paused_at
        cue = self.entry.cue
        if self.waits_for_beat(now):
            phase: Phase = "quantise"
            since, until = self.started, self.began
        elif not self.acted:
            phase, since, until = "pre-wait", self.began, self.acts
        elif not self.over and self.ends > now:
            phase, since, until = "action", self.acts, self.ends
        else:
            return None
        left = None if until == NEVER else max(until - now, 0.0)
        return Running(
            cue.number or "", cue.name, phase, now - since, left, self.id, kind_of(cue), self.paused_at is not None
        )
