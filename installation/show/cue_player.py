"""Plays started cues: what is due in a frame, in the order of its exact time; groups; sequences; what is paused or ended.

Each thing happens at the moment it was due, not at that of the frame which noticed: what follows is reckoned from there. It
knows no playhead and no GO: `cues` does. A frame with nothing running costs nothing, and nothing grows from frame to frame.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from itertools import count

from installation.errors import Problem
from installation.show.actions import Action, StopAction, actions_of
from installation.show.beats import Beats
from installation.show.cue_list import Order, shuffled
from installation.show.cue_run import NEVER, Run, Running, Waiting
from installation.show.triggers import Visitors

CHAIN, CHAIN_SECONDS = 64, 0.05
"""A sequence that starts more cues than this (or than there are) in so short a time is an endless loop, and is cut."""
MOST_HAPPENED = 512


class CuePlayer:
    """Remembers the runs of started cues (at most one a cue), which of them is the main line, what random groups have played,
    and the actions that the next `advance` hands over."""

    def __init__(self, order: Order, seed: int) -> None:
        self.order = order
        self.problems: list[Problem] = []
        """Endless loops; one for each cue at most."""
        self.runs: dict[str, Run] = {}
        """By the cue's id."""
        self.line: Run | None = None
        """The newest cue of the main line."""
        self.stranded: str | None = None
        """The cue that the main line would have started, had it not been stopped."""
        self.current: str | None = None
        """The cue that acted last."""
        self.actions: list[Action] = []
        self.loaded: dict[str, float] = {}
        """Cues that will begin so many seconds in, by id."""
        self.visitors = Visitors()
        self.beats = Beats()
        """The tempo that quantised cues wait for; put here with each frame."""
        self._seed = seed
        self._now = 0.0
        self._count = count(1)
        self._due: list[tuple[float, int, int, Run]] = []
        self.happened: deque[tuple[str, str]] = deque(maxlen=MOST_HAPPENED)
        """What has been done to which cue ("" for all), until somebody takes it: for who listens."""
        self._bags: dict[str, tuple[int, list[str]]] = {}
        self._cut: set[str] = set()

    # -- from outside --------------------------------------------------------------------------------------------------

    def start(
        self, id: str, when: float, fade: float | None = None, main: bool = False, parent: Run | None = None
    ) -> Run:
        """Starts a cue; one that runs begins again."""
        entry = self.order.entries[id]
        run = Run(next(self._count), entry, when, fade, parent, main)
        run.follows = self.order.follows(id)
        if parent is not None:
            parent.children += 1
            run.loaded = parent.loaded
            if parent.paused_at is not None:
                run.pause(when)
        before = self.runs.get(id)
        if before is not None:
            if before is self.line and before.follows is not None:
                self.line, run.main = run, True  # the main line's cue began again: what it waits for still stands by
            self._forget(before)
            self._leave_group(before, when)
        if (elapsed := self.loaded.pop(id, None)) is not None:
            run.load(elapsed)
        run.align(self.beats, when)
        self.runs[id] = run
        self.happened.append(("cue/start", id))
        self._push(run)
        return run

    def give_way(self, run: Run, id: str) -> None:
        """Before a GO goes to a scene: a cue that still waits to go to another one acts first, at once, or it would undo the GO
        when its wait is over. What else waits (a sound, a message) keeps its time."""
        if not run.acted and run.entry.cue.scene and self.order.entries[id].cue.scene:
            run.skip_wait()

    def end(self, run: Run, when: float) -> None:
        """Ends a run and those in its group, and freezes their fades; the group that it is in goes on."""
        for one in self._forget(run):
            if one.acted:
                self.actions.append(StopAction(one.owner))
        self._leave_group(run, when)

    def halt(self) -> None:
        """Forgets every run, and what is due."""
        self.line = self.stranded = None
        self.happened.extend(("cue/stop", id) for id in self.runs)
        self.runs.clear()
        self._due.clear()
        self.actions.clear()

    def reset(self) -> None:
        """As at the beginning: random groups begin anew, too."""
        self.halt()
        self.current = None
        self.loaded.clear()
        self._bags.clear()

    def end_main(self) -> None:
        """Ends the main line and all that it has started. Their fades are left to whoever asks."""
        for run in [run for run in self.runs.values() if run.main]:
            self._forget(run)
        self.line = None

    def family(self, id: str | None) -> list[Run]:
        """The run of a cue and those in its group; all runs."""
        if id is None:
            return list(self.runs.values())
        top = self.runs.get(id)
        return [] if top is None else [run for run in self.runs.values() if run.within(top)]

    def revise(self, order: Order, moved: Callable[[str | None], str | None]) -> None:
        """Takes an edited list; `moved` gives a cue's new id, None where it is gone. What runs goes on as it was started."""
        self.order = order
        self._cut.clear()
        self.current = moved(self.current)
        runs, self.runs = self.runs, {}
        for id, run in runs.items():
            if (new := moved(id)) is not None:
                self.runs[new] = run
                run.id = new
                run.follows = moved(run.follows)
                if run.follows is not None and order.entries[run.follows].absent:
                    run.follows = order.follows(new)
                run.queue = [kept for kept in map(moved, run.queue) if kept is not None]
        for run in runs.values():
            if moved(run.id) is None and run.id not in self.runs:
                self._leave_group(run, self._now)
            elif run.parent is not None and self.runs.get(run.parent.id) is not run.parent:
                run.parent = None  # its group has been taken apart
        if self.line is not None and self.runs.get(self.line.id) is not self.line:
            self.stranded = moved(self.line.follows)
            self.line = None
        self.loaded = {new: at for id, at in self.loaded.items() if (new := moved(id)) is not None}
        self._bags = {new: bag for id, bag in self._bags.items() if (new := moved(id)) is not None}

    # -- what time does ------------------------------------------------------------------------------------------------

    def advance(self, now: float) -> list[Action]:
        """Everything that is due by now, in the order of its time; of two things at once, the cue started earlier."""
        self._now = now
        for run in self.runs.values():
            run.align(self.beats, now)
            if (when := run.due(self.early(run))) <= now:
                self._due.append((when, run.order, next(self._count), run))
        heapq.heapify(self._due)
        while self._due:
            when, _, _, run = heapq.heappop(self._due)
            # It may have been replaced, ended or put off by what happened before it in this very frame.
            if self.runs.get(run.id) is run and run.due(self.early(run)) == when:
                self._happen(run, when)
                self._push(run)
        actions, self.actions = self.actions, []
        return actions

    def early(self, run: Run) -> float:
        """When `until` lets a wait end. It must hold within the wait, so a loop of such waits keeps its pace."""
        cue = run.entry.cue
        if cue.until is None or cue.continue_mode != "auto-continue" or not run.acted:
            return NEVER
        return self.visitors.held(cue.until, run.acts)

    def _push(self, run: Run) -> None:
        """Puts a run among what is due, where it is due by now: while a frame is worked out, things become due."""
        if self.runs.get(run.id) is run and (when := run.due(self.early(run))) <= self._now:
            heapq.heappush(self._due, (when, run.order, next(self._count), run))

    def _happen(self, run: Run, when: float) -> None:
        if when >= run.dies:
            self.end(run, when)
        elif not run.acted:
            run.acted = True
            self._act(run, when)
        elif run.follows is not None and min(run.goes_on, self.early(run)) <= when:
            self._go_on(run, when)
        else:
            run.over = True
        if run.acted and run.over and run.follows is None and self.runs.get(run.id) is run:
            del self.runs[run.id]
            self.happened.append(("cue/stop", run.id))
            self._leave_group(run, when)

    def _act(self, run: Run, when: float) -> None:
        cue, entry = run.entry.cue, run.entry
        self.current = run.id
        if entry.armed:
            into = max(self._now - run.acts, 0.0) if run.loaded else 0.0
            self.actions += actions_of(cue, run.owner, run.fade, into)
            self._stop_others(run, when)
        if entry.plays and self.runs.get(run.id) is run:
            self._play_group(run, when)

    def _stop_others(self, run: Run, when: float) -> None:
        """Stops the cues that a cue names; [all] leaves only itself and the groups that it is in."""
        for word in run.entry.cue.stop:
            id = None if word == "all" else self.order.named(word)
            if id is None and word != "all":
                continue
            for other in self.family(id):
                if self.runs.get(other.id) is other and not run.within(other):
                    self.end(other, when)

    def _play_group(self, run: Run, when: float) -> None:
        children = self.order.inside(run.id) if run.entry.armed and run.id in self.order.entries else []
        mode = run.entry.cue.group
        if mode == "random":
            children = self._drawn(run.id, children)
        elif mode == "playlist":
            run.queue = children[::-1]
            children = [run.queue.pop()] if run.queue else []
        elif mode == "start-first":
            children = children[:1]
        for child in children:
            self.start(child, when, run.own_fade, run.main, run)
        if not run.children:
            run.ends = when

    def _drawn(self, id: str, children: list[str]) -> list[str]:
        """The next cue of a random group: each armed one once before any comes again."""
        armed = [child for child in children if self.order.entries[child].armed]
        turn, bag = self._bags.get(id, (0, []))
        bag = [child for child in bag if child in armed]
        if not bag and armed:
            turn, bag = turn + 1, shuffled(self._seed, id, turn, armed)
        drawn = [bag.pop()] if bag else []
        self._bags[id] = turn, bag
        return drawn

    def _go_on(self, run: Run, when: float) -> None:
        """Starts the cue that follows, unless the sequence goes round without taking any time."""
        id = run.follows
        assert id is not None
        run.follows = None
        if id not in self.order.entries:
            return
        if self._endless(run, when):
            if run is self.line:
                self.stranded = id
            return
        was_line = run is self.line
        following = self.start(id, when, None, run.main, run.parent)
        following.loaded = following.loaded or run.loaded
        self._link(run, following, when)
        if was_line:
            self.line = following

    def _link(self, run: Run, following: Run, when: float) -> None:
        if when - run.chain_began < CHAIN_SECONDS:
            following.chain, following.chain_began = run.chain + 1, run.chain_began

    def _endless(self, run: Run, when: float) -> bool:
        """Whether a sequence goes round and round in no time; told once for each cue."""
        if when - run.chain_began >= CHAIN_SECONDS or run.chain < max(CHAIN, len(self.order)):
            return False
        if run.id not in self._cut:
            self._cut.add(run.id)
            label = run.entry.label
            self.problems.append(
                Problem(
                    f"cue {label}: cues that go round and round without a wait were stopped here",
                    hint="give one of them a post_wait, a pre_wait or a fade with auto-follow, or end the loop",
                )
            )
        return True

    # -- what ends -----------------------------------------------------------------------------------------------------

    def _forget(self, run: Run) -> list[Run]:
        """Takes a run and those in its group out of all that runs; gives those that were in it."""
        gone = [one for one in self.runs.values() if one.within(run)]
        for one in gone:
            del self.runs[one.id]
            self.happened.append(("cue/stop", one.id))
            if one is self.line:
                self.line, self.stranded = None, one.follows or self.stranded
        return gone

    def _leave_group(self, run: Run, when: float) -> None:
        """Tells a group that one of its cues is over: a playlist plays the next, the last one ends it."""
        group = run.parent
        if group is None:
            return
        run.parent = None
        group.children -= 1
        if self.runs.get(group.id) is not group:
            return
        if group.entry.cue.group == "playlist" and not group.children:
            self._play_next(group, when, run)
        if not group.children:
            group.ends = when if group.paused_at is None else group.paused_at
        self._push(group)

    def _play_next(self, group: Run, when: float, before: Run) -> None:
        if not group.queue and group.entry.cue.loop and not self._endless(before, when):
            group.queue = self.order.inside(group.id)[::-1] if group.id in self.order.entries else []
        while group.queue:
            child = group.queue.pop()
            if child in self.order.entries and not self.order.entries[child].absent:
                self._link(before, self.start(child, when, group.own_fade, group.main, group), when)
                return

    # What the status shows.

    def running(self, now: float) -> list[Running]:
        """Cues in their pre-wait or their action, in the order of their start."""
        runs = sorted(self.runs.values(), key=lambda run: run.order)
        return [told for run in runs if (told := run.told(now))]

    def waiting(self, now: float) -> list[Waiting]:
        """Sequences that will go on by themselves, the main line first."""
        found = []
        for run in sorted(self.runs.values(), key=lambda run: (run is not self.line, run.order)):
            if run.follows is not None:
                there = now if run.paused_at is None else run.paused_at
                on = min(run.goes_on if run.acted else run.expected_on, self.early(run))
                remaining = None if on == NEVER else max(on - there, 0.0)
                until = run.entry.cue.until if run.entry.cue.continue_mode == "auto-continue" else None
                label = self.order.entries[run.follows].label
                found.append(Waiting(run.entry.label, label, remaining, until))
        return found
