"""The cue list: what GO means, and what happens by itself afterwards. Pure, on whatever clock the caller turns.

QLab's words and meaning. A started cue waits its pre-wait, then acts; what it changes takes its fade. Then:
auto-continue starts the next cue a post-wait after the action *began* (so after the pre-wait), auto-follow
when the fade is done; `goto` names another next. The cues that GO starts, one after the other, are the
*main line*; `start` runs beside it and leaves the playhead. Where we differ, on purpose: while the main
line waits to go on by itself, the cue it waits for stands by, and GO starts that one at once instead of a
second one beside it; a cue that is started again begins again (one run of each cue at most); stop and panic
leave standing by what would have come.

Times are seconds on the frame's clock. Continuations are reckoned from the moment a cue was due, not from
the frame that noticed, so a loop doesn't drift over a night. It draws nothing: `advance` hands the engine
the actions of the frame. Called by the engine only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from installation.errors import CommandError, Problem, did_you_mean
from installation.scene.schema import Cue
from installation.show.actions import Action, PanicAction, ResetAction, SetAction, StopAction, actions_of

DOUBLE_GO = 0.15
"""Seconds in which the same GO again is a bouncing button, and ignored. Triggers (`start`) are never
ignored."""

PANIC = 2.0
"""Seconds that a panic fades for; a second panic within it is a hard stop."""

PRESENCE, PRESENCE_HELD = 0.5, 0.7
"""`until: presence` goes on when presence has been at least this for this many seconds of the wait."""

ABSENCE, ABSENCE_HELD = 0.2, 5.0
"""`until: absence` goes on when presence has been below this for this many seconds of the wait."""

CHAIN, CHAIN_SECONDS = 64, 0.05
"""A sequence that starts more cues than this (or than there are) in so short a time is an endless loop, and
is cut."""


@dataclass(frozen=True, slots=True)
class Named:
    """A cue as the status shows it."""

    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Running:
    """A cue between its start and the end of its fade. `phase`: in its pre-wait, or acting."""

    number: str
    name: str
    phase: Literal["pre-wait", "action"]
    elapsed: float
    remaining: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """A sequence that will go on by itself: after which cue, to which, in how many seconds, or earlier
    `until`."""

    number: str
    next: str
    remaining: float
    until: Literal["presence", "absence"] | None


class _Run:
    """One start of one cue: until it has acted, its fade is over and what follows it has been started."""

    def __init__(self, order: int, index: int, cue: Cue, began: float, fade: float, follows: int | None) -> None:
        self.order = order
        self.index = index
        self.cue = cue
        self.began = began
        self.acts = began + float(cue.pre_wait)
        self.fade = fade
        self.acted = False
        self.follows = follows
        """The index of the cue that this one starts by itself; None when it has none or has started it."""
        self.chain = 1
        self.chain_began = began

    @property
    def ends(self) -> float:
        return self.acts + self.fade

    @property
    def goes_on(self) -> float:
        """When the next cue starts, unless presence or absence is quicker."""
        wait = self.fade if self.cue.continue_mode == "auto-follow" else float(self.cue.post_wait)
        return self.acts + wait


class CueList:
    """Cues in list order, and where the show is in them.

    Remembers the playhead, the runs of started cues (at most one a cue), since when visitors are present or
    absent, and the actions that the next `advance` hands over.
    """

    def __init__(self, cues: Sequence[Cue]) -> None:
        self.cues = tuple(cues)
        self.problems: list[Problem] = []
        """What went wrong while running; one for each cue at most."""
        self._index: dict[str, int] = {}
        for index, cue in enumerate(self.cues):
            self._index.setdefault(cue.number, index)
        self._now = 0.0
        self._order = 0
        self._runs: dict[int, _Run] = {}
        self._line: _Run | None = None
        self._playhead: int | None = 0 if self.cues else None
        self._current: int | None = None
        self._last_go: tuple[float, str | None] | None = None
        self._panic_until = -1.0
        self._present_since: float | None = None
        self._absent_since: float | None = None
        self._actions: list[Action] = []
        self._cut: set[int] = set()

    # What an operator does.

    def go(self, seconds: float, number: str | None = None, fade: float | None = None) -> str | None:
        """GO: starts the cue that stands by, or moves the playhead to `number` and starts that one.

        `fade` overrides the cue's own. Returns the number of the cue that started; None at the end of the
        list or for a double GO. Raises CommandError for an unknown number; nothing changes then.
        """
        self._now = max(self._now, seconds)
        if number is None:
            index = self._standing()
        else:
            index = self._find(number)
        if self._last_go is not None:
            when, what = self._last_go
            if what == number and self._now - when < DOUBLE_GO:
                return None
        self._last_go = (self._now, number)
        if index is None:
            return None
        if self._line is not None:
            self._line.follows = None
        self._line = self._start(index, self._now, fade)
        self._playhead = self._after_sequence(index)
        self._panic_until = -1.0
        return self.cues[index].number

    def before(self, number: str) -> list[Action]:
        """What the cues above `number` in the list would have left, at once: so that a show can begin with any cue.

        The newest scene, scene under it, level of reveal and faults, and the newest value of every address. Raises
        CommandError for an unknown number.
        """
        left: dict[object, Action] = {}
        for cue in self.cues[: self._find(number)]:
            for action in actions_of(cue, 0.0):
                what = action.address if isinstance(action, SetAction) else type(action)
                left.pop(what, None)
                left[what] = action
        return list(left.values())

    def start(self, number: str, seconds: float, fade: float | None = None) -> None:
        """Starts a cue and what follows it, beside whatever runs; the playhead stays. Raises CommandError."""
        self._now = max(self._now, seconds)
        self._start(self._find(number), self._now, fade)

    def stop(self) -> None:
        """Forgets every wait and freezes every fade."""
        self._halt()
        self._actions.append(StopAction(""))

    def panic(self, fade: float = PANIC) -> None:
        """Forgets every wait and fades everything out; a second panic meanwhile is a hard stop."""
        self._halt()
        hard = self._now < self._panic_until
        self._panic_until = -1.0 if hard else self._now + max(fade, 0.0)
        self._actions.append(PanicAction("", 0.0 if hard else max(fade, 0.0)))

    def reset(self) -> None:
        """Stops everything and puts the playhead on the first cue."""
        self._halt()
        self._playhead = 0 if self.cues else None
        self._current = None
        self._last_go = None
        self._panic_until = -1.0
        self._actions.append(ResetAction(""))

    def revise(self, cues: Sequence[Cue]) -> None:
        """Plays an edited list from now on. Cues are the same by their number; what runs goes on as it was started.

        Where the cue that stands by is gone, the next of the old list that is still there stands by.
        """
        if tuple(cues) == self.cues:
            return
        old, self.cues = self.cues, tuple(cues)
        self._index = {}
        for index, cue in enumerate(self.cues):
            self._index.setdefault(cue.number, index)

        def moved(index: int | None) -> int | None:
            return None if index is None else self._index.get(old[index].number)

        playhead = self._playhead
        later = () if playhead is None else (self._index.get(cue.number) for cue in old[playhead:])
        self._playhead = next((index for index in later if index is not None), None)
        if playhead is None and self._current is None and not self._runs and self.cues:
            self._playhead = 0
        self._current = moved(self._current)
        runs: dict[int, _Run] = {}
        for run in self._runs.values():
            run.follows = moved(run.follows)
            if (place := moved(run.index)) is not None:
                run.index = place
                runs[place] = run
        self._runs = runs
        if self._line is not None and self._line not in runs.values():
            self._line = None
        self._cut.clear()

    # What time does.

    def advance(self, seconds: float, presence: float = 0.0) -> list[Action]:
        """What is to be done in this frame, in order. `presence` is 0..1. Time never runs backwards."""
        self._now = max(self._now, seconds)
        self._sense(presence)
        actions, self._actions = self._actions, []
        while (due := self._next_event()) is not None:
            when, run = due
            if run.acted:
                self._go_on(run, when)
            else:
                run.acted = True
                self._current = run.index
                actions += actions_of(run.cue, run.fade)
        for index in [i for i, run in self._runs.items() if run.acted and run.follows is None]:
            if self._runs[index].ends <= self._now:
                del self._runs[index]
        return actions

    def _next_event(self) -> tuple[float, _Run] | None:
        """The earliest thing that is due by now, and its exact time; of two at once, the cue started
        earlier."""
        first: tuple[float, _Run] | None = None
        for run in self._runs.values():
            if not run.acted:
                when = run.acts
            elif run.follows is not None:
                when = min(run.goes_on, self._early(run))
            else:
                continue
            if when <= self._now and (first is None or (when, run.order) < (first[0], first[1].order)):
                first = (when, run)
        return first

    def _early(self, run: _Run) -> float:
        """When `until` lets a wait end. It must hold within the wait, so a loop of such waits keeps its
        pace."""
        if run.cue.continue_mode != "auto-continue":
            return float("inf")
        if run.cue.until == "presence" and self._present_since is not None:
            return max(self._present_since, run.acts) + PRESENCE_HELD
        if run.cue.until == "absence" and self._absent_since is not None:
            return max(self._absent_since, run.acts) + ABSENCE_HELD
        return float("inf")

    def _sense(self, presence: float) -> None:
        if presence >= PRESENCE:
            self._present_since = self._now if self._present_since is None else self._present_since
        else:
            self._present_since = None
        if presence < ABSENCE:
            self._absent_since = self._now if self._absent_since is None else self._absent_since
        else:
            self._absent_since = None

    def _go_on(self, run: _Run, when: float) -> None:
        """Starts the cue that follows, unless the sequence goes round without taking any time."""
        index = run.follows
        assert index is not None
        run.follows = None
        quick = when - run.chain_began < CHAIN_SECONDS
        if quick and run.chain >= max(CHAIN, len(self.cues)):
            self._report_loop(run)
            if run is self._line:
                self._playhead = index
            return
        was_line = run is self._line
        following = self._start(index, when, None)
        if quick:
            following.chain, following.chain_began = run.chain + 1, run.chain_began
        if was_line:
            self._line = following

    def _report_loop(self, run: _Run) -> None:
        if run.index in self._cut:
            return
        self._cut.add(run.index)
        self.problems.append(
            Problem(
                f"cue {run.cue.number}: cues that go round and round without a wait were stopped here",
                hint="give one of them a post_wait, a pre_wait or a fade with auto-follow, or end the loop",
            )
        )

    # What the status shows.

    @property
    def standing_by(self) -> Named | None:
        """What GO would start; None at the end of the list."""
        return self._named(self._standing())

    @property
    def current(self) -> Named | None:
        """The cue that acted last."""
        return self._named(self._current)

    @property
    def running(self) -> list[Running]:
        """Cues in their pre-wait or their fade, in the order of their start."""
        found = []
        for run in sorted(self._runs.values(), key=lambda run: run.order):
            if not run.acted:
                phase: Literal["pre-wait", "action"] = "pre-wait"
                since, until = run.began, run.acts
            elif run.ends > self._now:
                phase, since, until = "action", run.acts, run.ends
            else:
                continue
            elapsed = self._now - since
            found.append(Running(run.cue.number, run.cue.name, phase, elapsed, max(until - self._now, 0.0)))
        return found

    @property
    def waiting(self) -> list[Waiting]:
        """Sequences that will go on by themselves, the main line first."""
        found = []
        for run in sorted(self._runs.values(), key=lambda run: (run is not self._line, run.order)):
            if run.follows is not None:
                remaining = max(min(run.goes_on, self._early(run)) - self._now, 0.0)
                until = run.cue.until if run.cue.continue_mode == "auto-continue" else None
                found.append(Waiting(run.cue.number, self.cues[run.follows].number, remaining, until))
        return found

    def _named(self, index: int | None) -> Named | None:
        return None if index is None else Named(self.cues[index].number, self.cues[index].name)

    # The list.

    def _find(self, number: str) -> int:
        if number in self._index:
            return self._index[number]
        raise CommandError(f'no cue "{number[:60]}"', hint=did_you_mean(number[:60], self._index, label="cues"))

    def _standing(self) -> int | None:
        if self._line is not None and self._line.follows is not None:
            return self._line.follows
        return self._playhead

    def _next(self, index: int) -> int | None:
        """The cue after this one: its goto, else the next in the list."""
        goto = self.cues[index].goto
        if goto is not None:
            return self._index.get(goto)  # an unknown one is an error of the show file; here it ends the list
        return index + 1 if index + 1 < len(self.cues) else None

    def _follows(self, index: int) -> int | None:
        return None if self.cues[index].continue_mode == "none" else self._next(index)

    def _after_sequence(self, index: int) -> int | None:
        """The cue past the sequence that begins here; where it closes, when the sequence is a loop."""
        seen = {index}
        while (following := self._follows(index)) is not None:
            index = following
            if index in seen:
                return index
            seen.add(index)
        return self._next(index)

    def _start(self, index: int, when: float, fade: float | None) -> _Run:
        self._order += 1
        cue = self.cues[index]
        seconds = float(cue.fade) if fade is None else max(fade, 0.0)
        run = _Run(self._order, index, cue, when, seconds, self._follows(index))
        replaced = self._runs.get(index)
        if replaced is not None and replaced is self._line and replaced.follows is not None:
            self._line = run  # the main line's cue began again: what it waits for still stands by
        self._runs[index] = run
        return run

    def _halt(self) -> None:
        self._playhead = self._standing()
        self._line = None
        self._runs.clear()
