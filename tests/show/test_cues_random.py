"""Random operators drive the cue list beside a small model that was written another way: it counts time in ticks, and knows no
heap, no shifted times and no tracking. What acted, what runs, what stands by and what is left must be the same."""

from __future__ import annotations

from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from installation.scene.cues import Cue
from installation.show.actions import (
    Action,
    PanicAction,
    RelativeAction,
    ResetAction,
    SetAction,
    StopAction,
    TrackAction,
    actions_of,
)
from installation.show.cue_list import shuffled
from installation.show.cues import CueList

TICK = 0.25
"""All times of the test are whole ticks, so that nothing can fall between two."""


class Play:
    """One started cue of the model: how long it has gone on, in ticks that it wasn't paused."""

    def __init__(self, cue: Cue, armed: bool, main: bool, parent: Play | None) -> None:
        self.cue, self.id, self.armed, self.main, self.parent = cue, str(cue.id), armed, main, parent
        self.elapsed = 0.0
        self.acted = self.over = self.paused = False
        self.over_at = float("inf")
        self.next: str | None = None
        self.queue: list[str] = []

    def inside(self, other: Play) -> bool:
        return self is other or (self.parent is not None and self.parent.inside(other))


class Model:
    """The rules of the cue list, tick by tick."""

    def __init__(self, cues: list[Cue]) -> None:
        self.acted: list[str] = []
        self.plays: list[Play] = []  # in the order of their start
        self.line: Play | None = None
        self.astray = False
        self.armed: dict[str, bool] = {}
        self.bags: dict[str, tuple[int, list[str]]] = {}
        self.current: str | None = None
        self.avoid: str | None = None  # a cue that must not be started: that is where a replay ends
        self.reached = False
        self.read(cues)
        self.head = self.enter(self.top[0]) if self.top else None

    # the list

    def read(self, cues: list[Cue]) -> None:
        self.cue: dict[str, Cue] = {}
        self.parent: dict[str, str | None] = {}
        self.top = [str(cue.id) for cue in cues]

        def walk(some: list[Cue], parent: str | None) -> None:
            for cue in some:
                self.cue[str(cue.id)], self.parent[str(cue.id)] = cue, parent
                walk(cue.cues, str(cue.id))

        walk(cues, None)

    def is_armed(self, id: str) -> bool:
        return self.armed.get(id, self.cue[id].armed)

    def absent(self, id: str) -> bool:
        return self.cue[id].skip_if_disarmed and not self.is_armed(id)

    def children(self, id: str) -> list[str]:
        return [str(cue.id) for cue in self.cue[id].cues if not self.absent(str(cue.id))]

    def chapter(self, id: str | None) -> bool:
        return id is None or self.cue[id].group == "list"

    def enter(self, id: str | None) -> str | None:
        for _ in range(99):
            if id is None:
                return None
            if self.absent(id):
                id = self.beyond(id)
            elif self.cue[id].group == "list":
                inside = [str(cue.id) for cue in self.cue[id].cues]
                id = inside[0] if inside else self.beyond(id)
            else:
                return id
        return None

    def beyond(self, id: str) -> str | None:
        cue, parent = self.cue[id], self.parent[id]
        if cue.goto is not None and not self.absent(id):
            return cue.goto if cue.goto in self.cue else None
        if self.chapter(parent):
            row = self.top if parent is None else [str(one.id) for one in self.cue[parent].cues]
            if id != row[-1]:
                return row[row.index(id) + 1]
        return None if parent is None else self.beyond(parent)

    def after(self, id: str) -> str | None:
        return self.enter(self.beyond(id))

    def follows(self, id: str) -> str | None:
        parent = self.parent[id]
        if self.cue[id].continue_mode == "none":
            return None
        if self.chapter(parent):
            return self.after(id)
        assert parent is not None
        row = [str(one.id) for one in self.cue[parent].cues]
        later = [one for one in row[row.index(id) + 1 :] if not self.absent(one)]
        return later[0] if later and self.cue[parent].group == "start-first" else None

    def stops(self) -> list[str]:
        def reached(id: str | None) -> bool:
            return id is None or (self.chapter(id) and not self.absent(id) and reached(self.parent[id]))

        return [
            id for id in self.cue if not self.absent(id) and self.cue[id].group != "list" and reached(self.parent[id])
        ]

    # what operators do

    @property
    def standing(self) -> str | None:
        return self.line.next if self.line and self.line.next and not self.astray else self.head

    def go(self, id: str | None = None) -> str | None:
        """Gives the cue that a jump goes to."""
        standing = self.standing
        id = standing if id is None else self.enter(id)
        if id is None:
            return None
        jumped = self.astray or id != standing
        if self.line:
            self.line.next = None
        if jumped:
            self.plays = [play for play in self.plays if not play.main]
        self.line = self.start(id, main=True)
        seen = [id]
        while (following := self.follows(seen[-1])) and following not in seen:
            seen.append(following)
        self.head = following or self.after(seen[-1])
        self.astray = False
        return id if jumped else None

    def start(self, id: str, main: bool = False, parent: Play | None = None) -> Play | None:
        if id == self.avoid:
            self.reached = True
            return None
        play = Play(self.cue[id], self.is_armed(id), main, parent)
        play.next = self.follows(id)
        play.paused = parent is not None and parent.paused
        for old in [one for one in self.plays if one.id == id]:
            if old is self.line and old.next:
                self.line, play.main = play, True
            self.plays.append(play)  # before the old one goes: its group isn't over
            self.remove(old)
        if play not in self.plays:
            self.plays.append(play)
        return play

    def remove(self, play: Play) -> None:
        self.plays = [one for one in self.plays if not one.inside(play)]
        if self.line and self.line not in self.plays:
            if self.line.next and not self.astray:
                self.head = self.line.next
            self.line = None
        group = play.parent
        if group in self.plays and group is not None and not any(one.parent is group for one in self.plays):
            while group.queue:
                child = group.queue.pop()
                if child in self.cue and not self.absent(child):
                    self.start(child, group.main, group)
                    return
            group.over_at = group.elapsed

    def halt(self) -> None:
        self.head, self.line, self.plays = self.standing, None, []

    def edit(self, cues: list[Cue]) -> None:
        """Reads the list anew; what is gone is gone, what is left keeps its place."""
        old = list(self.cue)
        self.read(cues)
        fresh = self.head is None and self.current is None and not self.plays and not self.astray
        later = [] if self.head is None else old[old.index(self.head) :]
        stops = self.stops()
        kept = [id for id in later if id in stops or (id == self.head and id in self.cue and self.enter(id) == id)]
        self.head = kept[0] if kept else None
        if fresh and self.top:
            self.head = self.enter(self.top[0])
        self.current = self.current if self.current in self.cue else None
        for play in self.plays:
            play.queue = [id for id in play.queue if id in self.cue]
            if play.next is not None and play.id in self.cue:
                play.next = play.next if play.next in self.cue else None
                if play.next and self.absent(play.next):
                    play.next = self.follows(play.id)
        for play in [play for play in self.plays if play.id not in self.cue]:
            if play.next is not None:
                play.next = play.next if play.next in self.cue else None
            if play in self.plays:
                self.remove(play)

    # what time does

    def advance(self, seconds: float) -> None:
        self.settle()
        for _ in range(round(seconds / TICK)):
            for play in self.plays:
                play.elapsed += 0.0 if play.paused else TICK
            self.settle()

    def settle(self) -> None:
        for _ in range(500):
            if not any(self.happens(play) for play in list(self.plays)):
                return
        raise AssertionError("the model goes round and round")

    def happens(self, play: Play) -> bool:
        cue, since = play.cue, play.elapsed - float(play.cue.pre_wait)
        if play.paused or since < 0:
            return False
        if not play.acted:
            play.acted, self.current = True, play.id
            if play.armed and not cue.group:
                self.acted.append(play.id)
            self.act(play)
            return True
        ends = play.over_at if cue.group else float(cue.pre_wait) + cue.lasts()
        on = ends if cue.continue_mode == "auto-follow" else float(cue.pre_wait) + float(cue.post_wait)
        if play.next is not None and play.elapsed >= on:
            following, play.next = play.next, None
            was_line = play is self.line
            started = self.start(following, play.main, play.parent)
            if was_line:
                self.line = started
            return True
        if not play.over and play.elapsed >= ends:
            play.over = True
            return True
        if play.over and play.next is None and play in self.plays:
            self.remove(play)
            return True
        return False

    def act(self, play: Play) -> None:
        if play.armed:
            for word in play.cue.stop:
                tops = [one for one in self.plays if one.id == word]
                for other in [one for one in self.plays if word == "all" or any(map(one.inside, tops))]:
                    if other in self.plays and not play.inside(other):
                        self.remove(other)
        if play.cue.group is None:
            return
        children = self.children(play.id) if play.armed and play.id in self.cue else []
        if play.cue.group == "random":
            armed = [child for child in children if self.is_armed(child)]
            turn, bag = self.bags.get(play.id, (0, []))
            bag = [child for child in bag if child in armed]
            if not bag and armed:
                turn, bag = turn + 1, shuffled(0, play.id, turn, armed)
            children = [bag.pop()] if bag else []
            self.bags[play.id] = turn, bag
        elif play.cue.group == "start-first":
            children = children[:1]
        elif play.cue.group == "playlist":
            play.queue = children[:0:-1]
            children = children[:1]
        for child in children:
            self.start(child, play.main, play)
        if not any(one.parent is play for one in self.plays):
            play.over_at = play.elapsed


class Stage:
    """What the actions leave: each value with its owner, and which fades still run."""

    def __init__(self) -> None:
        self.left: dict[str, tuple[float, str]] = {}
        self.fades: dict[str, tuple[str, float]] = {}

    def take(self, action: Action) -> None:
        match action:
            case SetAction(owner, address, value, fade):
                assert isinstance(value, int | float)
                self.left[address] = float(value), owner
                self.fades[address] = owner, fade
            case RelativeAction(owner, address, value, fade, how=how):
                assert isinstance(value, int | float)
                here = self.left.get(address, (0.0, ""))[0]
                self.left[address] = here + value if how == "add" else here * value, owner
                self.fades[address] = owner, fade
            case TrackAction(_, left, beside, itself, fade):
                sets = {one.address for one in left if isinstance(one, SetAction)}
                for address, (_, owner) in list(self.left.items()):
                    if owner not in beside and address not in itself | sets:
                        del self.left[address]
                for one in left:
                    assert isinstance(one, SetAction | RelativeAction)
                    if self.left.get(one.address, (0.0, ""))[1] not in beside:
                        self.take(one)
            case StopAction(owner):
                self.fades = {at: fade for at, fade in self.fades.items() if owner and fade[0] != owner}
            case PanicAction():
                self.fades.clear()
            case ResetAction():
                self.left.clear()
                self.fades.clear()

    def pass_by(self, seconds: float, held: frozenset[str]) -> None:
        late = {at: (who, left - (0.0 if who in held else seconds)) for at, (who, left) in self.fades.items()}
        self.fades = {at: (who, left) for at, (who, left) in late.items() if left > 0}


WAITS = st.sampled_from([0, 0, TICK, 1, 2.5])


@st.composite
def cue(draw: st.DrawFn, id: str, depth: int = 0, among: str = "") -> Cue:
    modes = ["list", "start-first", "timeline", "random", "playlist"][0 if among in ("", "list") else 1 :]
    mode = draw(st.sampled_from([None, None, None, *modes])) if depth < 2 else None
    ids = [f"{id}{n}" for n in range(draw(st.integers(0, 3)))] if mode else []
    made: dict[str, Any] = {"id": id, "armed": draw(st.sampled_from([True, True, True, False]))}
    made["skip_if_disarmed"] = draw(st.booleans())
    if mode:
        made |= {"group": mode, "cues": [draw(cue(one, depth + 1, mode)) for one in ids]}
    else:
        key = draw(st.sampled_from(["set", "set", "add", "multiply"]))
        made |= {key: {draw(st.sampled_from(["/x", "/y", "/z"])): draw(st.integers(1, 9))}}
        made["stop"] = draw(st.sampled_from([[], [], [], [], [], ["a"], ["b0"], ["all"]]))
        made["fade"] = draw(st.sampled_from([TICK, 1, 2]))
    if mode != "list":
        made["pre_wait"] = draw(WAITS)
        made["post_wait"] = draw(st.sampled_from([TICK, 1, 2.5]))
    if mode != "list" and among in ("", "list", "start-first"):
        made["continue"] = draw(st.sampled_from(["none", "none", "auto-continue", "auto-follow"]))
    if among in ("", "list"):
        made["goto"] = draw(st.sampled_from([None, None, None, "a", "b", "c"]))
    return Cue.model_validate(made)


@st.composite
def cue_lists(draw: st.DrawFn) -> list[Cue]:
    return [draw(cue(id)) for id in "abcd"[: draw(st.integers(1, 4))]]


def endless(cues: list[Cue], armed: dict[str, bool] | None = None) -> bool:
    """Whether the model finds that cues go round in no time; that has tests of its own."""
    model = Model(cues)
    model.armed = armed or {}
    try:
        for id in model.cue:
            model.halt()
            model.start(id)
            model.advance(12.0)
    except AssertionError:
        return True
    return False


def replayed(cues: list[Cue], id: str, armed: dict[str, bool]) -> dict[str, tuple[float, str]] | None:
    """What is left when a show is played from its first cue, each let be until it is over, until this one would start; None
    where it never would, or where a cue on the way comes by again."""
    model = Model([])
    model.armed = armed
    model.read(cues)
    model.head = model.enter(model.top[0]) if model.top else None
    model.avoid = id
    while (parent := model.parent[id]) is not None:
        id = parent
        model.avoid = model.avoid if model.chapter(parent) else parent
    rounds = 0
    while not model.reached and model.standing != model.avoid:
        rounds += 1
        if rounds > 40 or model.standing is None:
            return None
        model.go()
        for _ in range(400):
            model.advance(TICK)
            if not model.plays or len(set(model.acted)) < len(model.acted):
                break
        else:
            return None
    done = [model.cue[one] for one in model.acted]
    if len(set(model.acted)) < len(done):
        return None
    stage = Stage()
    for cue in done:
        for action in actions_of(cue, str(cue.id), 0.0):
            stage.take(action)
    return stage.left


@given(cue_lists().filter(lambda cues: not endless(cues)))
@settings(max_examples=250, deadline=None, phases=(Phase.reuse, Phase.generate, Phase.shrink))
def test_tracking_equals_replaying(cues: list[Cue]) -> None:
    played = CueList(cues)
    for id in played.order.stops:
        stage = Stage()
        for action in played.before(id):
            stage.take(action)
        replay = replayed(cues, id, {})
        assert replay is None or replay == stage.left


class Operators(RuleBasedStateMachine):
    """A hundred hands on the desk at once."""

    @initialize(cues=cue_lists().filter(lambda cues: not endless(cues)))
    def open(self, cues: list[Cue]) -> None:
        self.listed, self.edits = cues, 0
        self.cues, self.model, self.stage = CueList(cues, double_go=0.0), Model(cues), Stage()
        self.now = 0.0
        self.acted: list[str] = []
        self.expected: dict[str, tuple[float, str]] | None = None

    def id(self, which: int) -> str:
        known = list(self.model.cue)
        return known[which % len(known)]

    @rule(ticks=st.sampled_from([0, 1, 2, 4, 10, 40]))
    def wait(self, ticks: int) -> None:
        held = self.cues.paused
        self.now += ticks * TICK
        self.stage.pass_by(ticks * TICK, held)
        for action in self.cues.advance(self.now):
            self.stage.take(action)
            if isinstance(action, SetAction | RelativeAction):
                self.acted.append(action.owner)
            if isinstance(action, TrackAction) and self.expected is not None:
                wanted = {at: left for at, left in self.expected.items() if at not in action.itself}
                assert {at: left for at, left in self.stage.left.items() if at not in action.itself} == wanted
        self.expected = None
        self.model.advance(ticks * TICK)
        assert self.acted == self.model.acted

    @rule(which=st.none() | st.integers(0, 20))
    def go(self, which: int | None) -> None:
        id = None if which is None else self.id(which)
        self.wait(0)
        replay = self.model.go(id)
        self.cues.go(self.now, id)
        if replay is not None and all(play.main for play in self.model.plays):
            self.expected = replayed(self.listed, replay, dict(self.model.armed))
        self.wait(0)

    @rule(which=st.integers(0, 20))
    def start(self, which: int) -> None:
        if (id := self.model.enter(self.id(which))) is not None:
            self.model.start(id)
        self.cues.start(self.id(which), self.now)

    @rule(which=st.none() | st.integers(0, 20))
    def pause(self, which: int | None) -> None:
        self.cues.pause(self.now, None if which is None else self.id(which))
        for play in self.chosen(which):
            play.paused = True

    @rule(which=st.none() | st.integers(0, 20))
    def resume(self, which: int | None) -> None:
        self.cues.resume(self.now, None if which is None else self.id(which))
        for play in self.chosen(which):
            play.paused = False

    def chosen(self, which: int | None) -> list[Play]:
        if which is None:
            return self.model.plays
        tops = [play for play in self.model.plays if play.id == self.id(which)]
        return [play for play in self.model.plays if tops and play.inside(tops[0])]

    @rule(which=st.integers(0, 20))
    def stop_one(self, which: int) -> None:
        self.cues.stop_cue(self.id(which), self.now)
        for play in [play for play in self.model.plays if play.id == self.id(which)]:
            self.model.remove(play)

    @rule(what=st.sampled_from(["stop", "panic", "reset", "hard_stop"]))
    def halt(self, what: str) -> None:
        getattr(self.cues, what)()
        self.model.halt()
        self.model.astray = self.model.astray if what == "stop" else what != "reset"
        if what == "reset":
            self.model.armed, self.model.bags, self.model.current = {}, {}, None
            self.model.head = self.model.enter(self.model.top[0])
        assert (self.cues.running, self.cues.waiting) == ([], [])
        self.wait(0)
        assert self.stage.fades == {}

    @rule(which=st.integers(0, 20))
    def stand(self, which: int) -> None:
        self.cues.stand(self.id(which), self.now)
        self.model.head, self.model.astray = self.model.enter(self.id(which)), True

    @rule(which=st.integers(0, 20), armed=st.booleans())
    def arm(self, which: int, armed: bool) -> None:
        changed = self.model.armed | {self.id(which): armed}
        if endless(self.listed, changed):
            return
        self.cues.arm(self.id(which), armed)
        self.model.armed = changed
        self.model.edit(self.listed)

    @rule(what=st.sampled_from(["renumber", "insert", "remove", "value"]), place=st.integers(0, 3))
    def edit(self, what: str, place: int) -> None:
        self.edits += 1
        place %= len(self.listed)
        listed = list(self.listed)
        if what == "renumber":
            listed = [cue.model_copy(update={"number": str(self.edits * 10 + n)}) for n, cue in enumerate(listed)]
        elif what == "insert":
            listed.insert(place, Cue(id=f"new{self.edits}", set={"/x": 77}, fade=1))
        elif what == "remove" and len(listed) > 1:
            del listed[place]
        elif what == "value" and not listed[place].group:
            listed[place] = listed[place].model_copy(update={"set": {"/x": self.edits}, "add": {}, "multiply": {}})
        if listed == self.listed or endless(listed) or endless(listed, self.model.armed):
            return
        self.listed = listed
        self.cues.revise(listed, double_go=0.0)
        self.model.edit(listed)

    @invariant()
    def the_desk_shows_what_the_model_says(self) -> None:
        if not hasattr(self, "model"):
            return
        standing = self.cues.standing_by
        assert (standing.id if standing else None) == self.model.standing
        runs = self.cues._player.runs
        assert sorted(runs) == sorted(play.id for play in self.model.plays)
        going_on = {id: run.follows for id, run in runs.items()}
        assert going_on == {play.id: play.next for play in self.model.plays}
        assert self.cues.paused == {play.id for play in self.model.plays if play.paused}
        for id, run in runs.items():  # no orphan: every run is a cue of the list, and its group knows of it
            assert id == run.id
            assert id in self.cues.order.entries
            assert run.parent is None or runs[run.parent.id] is run.parent
            assert run.children == sum(one.parent is run for one in runs.values())
        line = self.cues._player.line
        assert line is None or runs.get(line.id) is line or line.follows is None

    def teardown(self) -> None:
        """Whatever was done: without loops everything comes to rest, and no fade is left hanging."""
        if not hasattr(self, "model") or any(cue.goto for cue in self.model.cue.values()):
            return
        self.cues.resume(self.now)
        for play in self.model.plays:
            play.paused = False
        self.wait(800)
        self.wait(40)
        assert (self.cues.running, self.cues.waiting, self.stage.fades) == ([], [], {})


TestOperators = Operators.TestCase
TestOperators.settings = settings(
    max_examples=80, stateful_step_count=25, deadline=None, phases=(Phase.reuse, Phase.generate, Phase.shrink)
)
