"""The cue list as it plays: what GO means, and what happens by itself afterwards. Pure, on whatever clock the caller turns.

QLab's words and meaning. A started cue waits its pre-wait, then acts; what it changes takes its fade. Then: auto-continue starts
the next cue a post-wait after the action *began* (so after the pre-wait), auto-follow when the action is over; `goto` names
another next. The cues that GO starts, one after the other, are the *main line*; `start` and triggers run beside it and leave the
playhead. Where we differ, on purpose: while the main line waits to go on by itself, the cue it waits for stands by, and GO starts
that one at once instead of a second one beside it; a cue that is started again begins again (one run of each cue at most); stop
and panic leave standing by what would have come; a GO out of turn (a jump, a playhead moved by hand, the first after a panic)
first makes everything as the cues on the way would have left it (`tracking`).

Times are seconds on the frame's clock. Continuations are reckoned from the moment a cue was due, not from the frame that
noticed, so a loop doesn't drift over a night. It draws nothing: `advance` hands the engine the actions of the frame. Called by
the engine and by `cue_verbs`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from installation.errors import Problem
from installation.scene.cues import Cue
from installation.show import tracking
from installation.show.actions import Action, FaultAction, Left, PanicAction, ResetAction, StopAction, TrackAction
from installation.show.beats import Beats
from installation.show.cue_list import Order
from installation.show.cue_player import CuePlayer
from installation.show.cue_run import Named, Running, Waiting
from installation.show.triggers import Date, Timecode, Triggers

DOUBLE_GO = 0.15
"""Seconds in which the same GO again is a bouncing button, and ignored; a show may say another time. Triggers (`start`) are
never ignored."""

PANIC = 2.0
"""Seconds that a panic fades for; a second panic within it is a hard stop."""


class CueList:
    """Cues in list order, and where the show is in them.

    Remembers the playhead, what has been armed or disarmed by hand, and the last GO and panic; `CuePlayer` what runs, and
    `Triggers` what has fired.
    """

    def __init__(
        self,
        cues: Sequence[Cue],
        under: Mapping[str, str] | None = None,
        seed: int = 0,
        double_go: float = DOUBLE_GO,
    ) -> None:
        """`under`: what each scene brings with it below, by its name."""
        self.cues = tuple(cues)
        self.order = Order(self.cues)
        self.held = False
        """Whether triggers wait: from a panic until somebody starts or resumes something."""
        self._player = CuePlayer(self.order, seed)
        self._triggers = Triggers(self.order)
        self._under, self._seed, self.double_go = dict(under or {}), seed, double_go
        self._now = 0.0
        self._playhead = self.order.first
        self.astray = False
        """Whether the playhead has been moved by hand, or the stage by a panic: the next GO is a jump."""
        self._jump: tuple[str, float | None, int] | None = None
        """The cue that this frame jumps to, its fade, and what was asked for before it: of many jumps in a frame only the last
        is worked out."""
        self._last_go: tuple[float, str | None] | None = None
        self._panic_until = -1.0
        self._armed: dict[str, bool] = {}

    # What an operator does to the list.

    def go(self, seconds: float, number: str | None = None, fade: float | None = None) -> str | None:
        """GO: starts the cue that stands by, or moves the playhead to `number` (or an id) and starts that one.

        `fade` overrides the cue's own. Returns the id of the cue that started; None at the end of the list or for a double
        GO. Raises CommandError for an unknown number; nothing changes then.
        """
        self._now = max(self._now, seconds)
        standing = self._standing()
        id = standing if number is None else self.order.entered(self.order.find(number))
        if self._last_go is not None:
            when, what = self._last_go
            if what == number and self._now - when < self.double_go:
                return None
        self._last_go = (self._now, number)
        if id is None:
            return None
        if self._player.line is not None:
            self._player.line.follows = None
            self._player.give_way(self._player.line, id)
        self._player.happened.append(("go", id))
        if self.astray or id != standing:
            self._player.end_main()
            self._jump = id, fade, len(self._player.actions)
        self._player.line = self._player.start(id, self._now, fade, main=True)
        self._playhead = self.order.after_sequence(id)
        self.astray = self.held = False
        self._panic_until = -1.0
        return id

    def before(self, number: str) -> list[Left]:
        """What the cues on the way to `number` would have left, each with the cue that owns it. Raises CommandError."""
        return tracking.in_order(tracking.left_before(self.order, self.order.find(number), self._under, self._seed))

    def stand(self, number: str | None, seconds: float) -> None:
        """Moves the playhead to a cue, without starting anything; to none. Raises CommandError."""
        self._now = max(self._now, seconds)
        self._playhead = None if number is None else self.order.entered(self.order.find(number))
        self.astray = True

    def step(self, by: int, seconds: float) -> None:
        """Moves the playhead one cue on (1) or back (-1)."""
        self._now = max(self._now, seconds)
        self._playhead = self.order.step(self._standing(), by)
        self.astray = True

    def stop(self) -> None:
        """Forgets every wait and freezes every fade."""
        self._halt()
        self._player.actions.append(StopAction(""))
        self._player.happened.append(("stop", ""))

    def panic(self, fade: float = PANIC) -> None:
        """Forgets every wait and fades everything out; a second panic meanwhile is a hard stop. Triggers wait until a GO."""
        hard = self._now < self._panic_until
        self._player.happened.append(("hardStop" if hard else "panic", ""))
        self._panic_until = -1.0 if hard else self._now + max(fade, 0.0)
        self._rest(0.0 if hard else max(fade, 0.0))

    def hard_stop(self) -> None:
        """A second panic, at once."""
        self._player.happened.append(("hardStop", ""))
        self._panic_until = -1.0
        self._rest(0.0)

    def reset(self) -> None:
        """Stops everything, forgets what was loaded or armed by hand, and puts the playhead on the first cue."""
        self._jump = None
        self._player.reset()
        if self._armed:
            self._armed.clear()
            self._renew()
        self._playhead = self.order.first
        self._last_go = None
        self.astray = self.held = False
        self._panic_until = -1.0
        self._player.actions.append(ResetAction(""))
        self._player.happened.append(("reset", ""))

    # What an operator does to one cue, by its number or id. Each raises CommandError for one that isn't there.

    def start(self, number: str, seconds: float, fade: float | None = None) -> str | None:
        """Starts a cue and what follows it, beside whatever runs; the playhead stays. Gives its id; None for an empty chapter."""
        self._now = max(self._now, seconds)
        id = self.order.entered(self.order.find(number))
        if id is not None:
            self.held = False
            self._player.start(id, self._now, fade)
        return id

    def preview(self, number: str, seconds: float) -> str | None:
        """Starts a cue beside whatever runs, without its pre-wait and without what would follow."""
        if (id := self.start(number, seconds)) is not None:
            run = self._player.runs[id]
            run.follows = None
            run.skip_wait()
            self._player.happened.append(("preview", id))
        return id

    def load(self, number: str, seconds: float, at: float = 0.0) -> None:
        """Makes a cue ready to begin at a time within itself, its pre-wait included; below 0: from its end."""
        self._now = max(self._now, seconds)
        id = self.order.find(number)
        whole = self.order.entries[id].cue.pre_wait + self.order.lasts(id)
        self._player.loaded[id] = min(max(whole + at if at < 0 else at, 0.0), whole)

    def stop_cue(self, number: str, seconds: float) -> None:
        """Ends a cue and what it would have started, and freezes its fades. One that isn't running is left alone."""
        self._now = max(self._now, seconds)
        id = self.order.find(number)
        self._player.loaded.pop(id, None)
        if run := self._player.runs.get(id):
            self._player.end(run, self._now)
            self._take_up()

    def pause(self, seconds: float, number: str | None = None) -> None:
        """Holds a cue, or all that run: waits, fades and what would follow."""
        self._now = max(self._now, seconds)
        id = "" if number is None else self.order.find(number)
        for run in self._player.family(id or None):
            run.pause(self._now)
        self._player.happened.append(("cue/pause" if id else "pause", id))

    def resume(self, seconds: float, number: str | None = None) -> None:
        """Takes up what is paused, where it was."""
        self._now = max(self._now, seconds)
        id = "" if number is None else self.order.find(number)
        for run in self._player.family(id or None):
            run.resume(self._now)
        self._player.happened.append(("cue/resume" if id else "resume", id))
        self.held = False

    def is_paused(self, number: str) -> bool:
        run = self._player.runs.get(self.order.find(number))
        return run is not None and run.paused_at is not None

    def solo(self, number: str, seconds: float, after: float = 0.0) -> None:
        """Stops everything that runs but this cue, its group and its cues, in so many seconds."""
        self._now = max(self._now, seconds)
        kept = self._player.family(self.order.find(number))
        for run in list(self._player.runs.values()):
            if run in kept or any(one.within(run) for one in kept):
                continue
            run.dies = min(run.dies, self._now + max(after, 0.0))
            if after <= 0.0 and self._player.runs.get(run.id) is run:
                self._player.end(run, self._now)
        self._take_up()

    def arm(self, numbers: Sequence[str], armed: bool | None = None) -> None:
        """Arms or disarms cues until the next reset; None turns each round. The file stays as it is."""
        for id in [self.order.find(number) for number in numbers]:
            self._armed[id] = not self.order.entries[id].armed if armed is None else armed
        self._renew()

    # Edits.

    def revise(self, cues: Sequence[Cue], under: Mapping[str, str] | None = None, double_go: float = DOUBLE_GO) -> None:
        """Plays an edited list from now on. Cues are the same by their id, else by their number; what runs goes on as it was
        started. Where the cue that stands by is gone, the next of the old list that is still there stands by.
        """
        self._under, self.double_go = dict(self._under if under is None else under), double_go
        if tuple(cues) != self.cues:
            self.cues = tuple(cues)
            self._renew()

    def _renew(self) -> None:
        """Makes the order anew, and carries everything over to it."""
        old, self.order = self.order, Order(self.cues, self._armed)

        def moved(id: str | None) -> str | None:
            if id is None or id in self.order.entries:
                return id
            number = old.entries[id].cue.number if id in old.entries else None
            same = None if number is None else self.order.named(number)
            return same if same not in old.entries else None

        fresh = self._playhead is None and self._player.current is None and not self._player.runs and not self.astray
        here = old.entries[self._playhead].place if self._playhead is not None else len(old)
        later = (new for id, entry in old.entries.items() if entry.place >= here and (new := moved(id)) is not None)
        self._playhead = next(
            (new for new in later if new in self.order.stops or new == self._playhead == self.order.entered(new)), None
        )
        if fresh:
            self._playhead = self.order.first
        self._armed = {new: armed for id, armed in self._armed.items() if (new := moved(id)) is not None}
        if self._jump is not None:
            self._jump = moved(self._jump[0]) or "", *self._jump[1:]
        self._player.revise(self.order, moved)
        self._triggers.revise(self.order)
        self._take_up()

    # What time does.

    def advance(
        self,
        seconds: float,
        presence: float = 0.0,
        date: Date | None = None,
        timecode: Timecode | None = None,
        beats: Beats | None = None,
    ) -> list[Action]:
        """What is to be done in this frame, in order. Time never runs backwards."""
        self._now = max(self._now, seconds)
        self._player.beats = beats or self._player.beats
        visitors = self._player.visitors
        visitors.sense(presence, self._now)
        if self.held:
            self._triggers.hold(self._now, date, timecode)
        else:
            for id in self._triggers.due(self._now, visitors, date, timecode):
                self._trigger(id)
        first = 0 if self._jump is None else self._jump[2]
        tracked = self._track()
        actions = self._player.advance(self._now)
        self._take_up()
        return actions[:first] + tracked + actions[first:] if tracked else actions

    def _trigger(self, id: str) -> None:
        """Starts a cue by its trigger; one that is disarmed, or runs already, is left alone."""
        entered = self.order.entered(id)
        if entered is not None and self.order.entries[id].armed and entered not in self._player.runs:
            self._player.start(entered, self._now)

    def _take_up(self) -> None:
        """Where the main line was stopped by something else than a GO, what it would have started stands by."""
        if self._player.stranded is not None and not self.astray:
            self._playhead = self._player.stranded
        self._player.stranded = None

    # What the status shows.

    def take_happened(self) -> list[tuple[str, str]]:
        """What has been done since it was last asked, and to which cue ("" for all); the newest few hundred."""
        happened = list(self._player.happened)
        self._player.happened.clear()
        return happened

    @property
    def standing_by(self) -> Named | None:
        """What GO would start; None at the end of the list."""
        return self._named(self._standing())

    @property
    def current(self) -> Named | None:
        """The cue that acted last."""
        return self._named(self._player.current)

    @property
    def running(self) -> list[Running]:
        """Cues in their pre-wait or their action, in the order of their start."""
        return self._player.running(self._now)

    @property
    def waiting(self) -> list[Waiting]:
        """Sequences that will go on by themselves, the main line first."""
        return self._player.waiting(self._now)

    @property
    def loaded(self) -> Mapping[str, float]:
        """Cues that will begin so many seconds in, by id."""
        return self._player.loaded

    @property
    def paused(self) -> frozenset[str]:
        """The owners whose fades are held."""
        return frozenset(run.owner for run in self._player.runs.values() if run.paused_at is not None)

    @property
    def problems(self) -> list[Problem]:
        """What went wrong while running; one for each cue at most."""
        return self._player.problems

    @property
    def double_go_left(self) -> float:
        """Seconds for which the same GO again is still ignored."""
        return 0.0 if self._last_go is None else max(self._last_go[0] + self.double_go - self._now, 0.0)

    def label(self, id: str) -> str:
        """What an operator calls a cue: its number, else its id."""
        return self.order.entries[id].label if id in self.order.entries else id

    def _named(self, id: str | None) -> Named | None:
        return Named.of(self.order.entries[id]) if id in self.order.entries else None

    # The list.

    def _standing(self) -> str | None:
        line = self._player.line
        return line.follows if line is not None and line.follows is not None and not self.astray else self._playhead

    def _track(self) -> list[Action]:
        """After a jump: everything as the cues on the way would have left it, but for what the cue itself sets at once."""
        if self._jump is None:
            return []
        id, fade, _ = self._jump
        if (run := self._player.runs.get(id)) is not None and run.waits_for_beat(self._now):
            self._jump = id, fade, 0  # everything changes on the beat
            return []
        self._jump, self.astray = None, self.astray or run is None  # without a run, the next GO makes up for it
        if run is None or id not in self.order.entries:
            return []
        cue = self.order.entries[id].cue
        seconds = float(cue.fade) if fade is None else max(fade, 0.0)
        state = tracking.left_before(self.order, id, self._under, self._seed)
        itself = tracking.set_at_once(self.order, id, self._under, self._seed)
        left = tuple(
            action if isinstance(action, FaultAction) else replace(action, fade=seconds, curve=cue.curve)
            for action in tracking.in_order({what: some for what, some in state.items() if what not in itself})
        )
        beside = frozenset(run.owner for run in self._player.runs.values() if not run.main)
        return [TrackAction(id, left, beside, itself, seconds, cue.curve)]

    def _rest(self, fade: float) -> None:
        self._halt()
        self.astray = self.held = True
        self._player.actions.append(PanicAction("", fade))

    def _halt(self) -> None:
        self._playhead = self._standing()
        if self._jump is not None:
            self._jump, self.astray = None, True  # it never came to it: the next GO makes up for it
        self._player.halt()
