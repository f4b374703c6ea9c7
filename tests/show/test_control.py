"""Addresses become verbs and parameter changes; what can't be done is refused with advice, and changes
nothing."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.errors import CommandError
from installation.inputs.osc import match
from installation.param_tree import ParamTree
from installation.params import Param
from installation.scene.cues import Cue
from installation.show.access import right_for
from installation.show.broken import Means
from installation.show.control import MAX_PATTERNS, Control
from installation.show.cue_list import Order
from installation.show.cue_told import KEYS
from installation.show.cues import CueList
from installation.show.replies import Reply, refusal


class Calls:
    """A stage that only writes down what it was asked."""

    def __init__(self) -> None:
        self.params = ParamTree()
        self.cues = CueList([Cue(id="five", number="5", fade=1, pre_wait=1), Cue(number="6"), Cue(number="60")])
        self.means = Means((), (), (), ())
        self.calls: list[tuple[object, ...]] = []
        self.level = 0.25

    def go(self, number: str | None = None, fade: float | None = None) -> None:
        if number == "nowhere":
            raise CommandError('no cue "nowhere"', hint="cues: 1, 2")
        self.calls.append(("go", number, fade))

    def start(self, number: str, fade: float | None = None) -> None:
        self.calls.append(("start", number, fade))

    def preview(self, number: str) -> None:
        self.calls.append(("preview", number))

    def hard_stop(self) -> None:
        self.calls.append(("hardStop",))

    def panic(self, fade: float | None = None) -> None:
        self.calls.append(("panic", fade))

    def stop(self) -> None:
        self.calls.append(("stop",))

    def reset(self) -> None:
        self.calls.append(("reset",))

    def reveal(self, level: float, fade: float = 0.0) -> None:
        self.calls.append(("reveal", level, fade))

    def scene_go(self, name: str, fade: float | None = None) -> None:
        self.calls.append(("scene", name, fade))

    def under(self, name: str | None, fade: float = 0.0) -> None:
        self.calls.append(("under", name, fade))

    @property
    def projectors(self) -> dict[str, dict[str, object]]:
        return {"left": {"power": "off", "shutter": "open"}, "right": {"power": "on", "shutter": "closed"}}

    def record(self, what: str, name: str | None = None) -> None:
        self.calls.append(("record", what, name))

    def switch(self, names: Sequence[str], what: str, value: str) -> None:
        self.calls.append(("switch", list(names), what, value))

    def faults(self, name: str | None) -> None:
        self.calls.append(("faults", name))

    def evidence(self, x: float, y: float) -> Mapping[str, object]:
        return {"x": x, "y": y, "there": []}

    def status(self) -> Mapping[str, object]:
        return {"fps": 60.0, "age": math.inf, "problems": ("ü",), "cue": None}


@pytest.fixture
def stage() -> Calls:
    stage = Calls()
    tree = stage.params
    tree.add("/reveal/lens", Param("lens", low=0, high=1))
    tree.add("/scene/one/tide/opacity", Param("opacity", default=1.0, low=0, high=1))
    tree.add("/scene/one/foam/opacity", Param("opacity", default=1.0, low=0, high=1))
    tree.add("/scene/one/foam/at", Param("at", "point2D", (0.0, 0.0)))
    tree.add("/scene/one/foam/tint", Param("tint", "color", (0.0, 0.0, 0.0, 1.0)))
    tree.add("/scene/one/foam/mode", Param("mode", "long", 0, values=(0, 1), labels=("calm", "wild")))
    tree.add("/scene/one/foam/on", Param("on", "bool", False))
    tree.add("/scene/one/title/text", Param("text", "text", ""))
    return stage


def perform(stage: Calls, address: str, *args: object) -> Reply | None:
    return Control(stage, match).handle(address, args, 1.0)


def value(stage: Calls, address: str) -> object:
    return stage.params[address].value


@pytest.mark.parametrize(
    ("address", "args", "call"),
    [
        ("/go", (), ("go", None, None)),
        ("/record/start", (), ("record", "start", None)),
        ("/record/start", (1,), ("record", "start", None)),
        ("/record/start", ("opening",), ("record", "start", "opening")),
        ("/record/stop", (1.0,), ("record", "stop", None)),
        ("/go", (1.0,), ("go", None, None)),
        ("/go", (True,), ("go", None, None)),
        ("/go", ("5",), ("go", "5", None)),
        ("/go", ("5", 2.5), ("go", "5", 2.5)),
        ("/go/5.1", (), ("go", "5.1", None)),
        ("/cue/5/start", (), ("start", "five", None)),
        ("/cue/five/start", (1, 2.5), ("start", "five", 2.5)),
        ("/cue_id/five/go", (), ("go", "five", None)),
        ("/cue/playhead/go", (1, 4), ("go", "five", 4.0)),
        ("/cue/5/preview", (True,), ("preview", "five")),
        ("/go", (1, 2.5), ("go", None, 2.5)),
        ("/go/5", (1.0, 0), ("go", "5", 0.0)),
        ("/hardStop", (), ("hardStop",)),
        ("/panicInTime", (3.5,), ("panic", 3.5)),
        ("/panic", (), ("panic", None)),
        ("/panic", (3,), ("panic", 3.0)),
        ("/panic", (True,), ("panic", None)),
        ("/stop", (), ("stop",)),
        ("/reset", (1,), ("reset",)),
        ("/reveal", (0.5,), ("reveal", 0.5, 0.0)),
        ("/reveal", (1, 4.0), ("reveal", 1.0, 4.0)),
        ("/reveal/level", (1, 4.0), ("reveal", 1.0, 4.0)),
        ("/scene/one/go", (), ("scene", "one", None)),
        ("/scene/one/go", (2.0,), ("scene", "one", 2.0)),
        ("/under/flows", (1.0,), ("under", "flows", 1.0)),
        ("/under/none", (), ("under", None, 0.0)),
        ("/faults/storm", (), ("faults", "storm")),
        ("/faults/none", (), ("faults", None)),
        ("/output/left/power", ("on",), ("switch", ["left"], "power", "on")),
        ("/output/left/power", (0,), ("switch", ["left"], "power", "off")),
        ("/output/*/power", ("stay",), ("switch", ["left", "right"], "power", "stay")),
        ("/output/right/shutter", ("closed",), ("switch", ["right"], "shutter", "closed")),
    ],
)
def test_a_verb_asks_the_stage(stage: Calls, address: str, args: tuple[object, ...], call: object) -> None:
    assert perform(stage, address, *args) is None
    assert stage.calls == [call]


@pytest.mark.parametrize(
    "address", ["/go", "/go/5", "/cue/5/start", "/stop", "/reset", "/record/start", "/record/stop"]
)
@pytest.mark.parametrize("released", [0, 0.0, False])
def test_a_buttons_release_does_nothing(stage: Calls, address: str, released: object) -> None:
    perform(stage, address, released)
    perform(stage, "/panic", False)
    assert stage.calls == []


@pytest.mark.parametrize(
    ("address", "args"),
    [
        ("/go", (5,)),
        ("/go", ("5", "x")),
        ("/go", ("5", 1.0, 2.0)),
        ("/go", (None,)),
        ("/panic", (-1.0,)),
        ("/panic", (math.nan,)),
        ("/panic", (10**400,)),
        ("/reveal", ("open",)),
        ("/reveal", (math.nan,)),
        ("/reveal", (0.5, 1e9)),
        ("/scene/one/go", ("x",)),
        ("/stop", (0.3,)),
        ("/cue/nowhere/start", ()),
        ("/cue_id/5/start", ()),
        ("/cue/9*/stop", ()),
        ("/cue/active/stop", ()),
        ("/cue/5/devamp", ()),
        ("/cue/5/loadAt", ("x",)),
        ("/cue/5/armed", (2,)),
        ("/cue/5/start", (1, 2, 3)),
        ("/playhead/nowhere", ()),
        ("/panicInTime", (True,)),
    ],
)
def test_arguments_without_a_meaning_are_refused(stage: Calls, address: str, args: tuple[object, ...]) -> None:
    with pytest.raises(CommandError):
        perform(stage, address, *args)
    assert stage.calls == []


def test_a_pattern_arms_a_long_list_at_once(stage: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    monkeypatch.setattr("installation.show.cues.Order", lambda *given: made.append(given) or Order(*given))
    perform(stage, "/cue/*/armed", 0)
    assert not any(entry.armed for entry in stage.cues.order.entries.values())
    assert len(made) == 1, "each time costs milliseconds of a frame"


def test_one_cue_is_driven_by_its_number_its_id_or_a_pattern(stage: Calls) -> None:
    cues = stage.cues
    cues.start("five", 1.0)
    perform(stage, "/cue/active/pause")
    assert cues.paused == {"five"}
    perform(stage, "/cue/5/togglePause")
    assert cues.paused == frozenset()
    perform(stage, "/pause", 1)
    perform(stage, "/resume", 0)
    assert cues.paused == {"five"}
    perform(stage, "/resume")
    perform(stage, "/cue/6*/loadAt", -1.0)
    assert dict(cues.loaded) == {"6": 2.0, "60": 2.0}
    perform(stage, "/cue/6/armed", "toggle")
    perform(stage, "/cue_id/60/armed", 0)
    assert [entry.armed for entry in cues.order.entries.values()] == [True, False, False]
    perform(stage, "/cue/6/soloCueInTime", 2)
    perform(stage, "/cue/5/stop")
    assert cues.running == []


def test_the_playhead_goes_where_it_is_told(stage: Calls) -> None:
    stood = []
    for address in ("/playhead/60", "/playhead/previous", "/playhead/next", "/playhead/five", "/playhead/none"):
        perform(stage, address)
        stood.append(stage.cues.standing_by.id if stage.cues.standing_by else None)
    assert stood == ["60", "6", "60", "five", None]


def test_a_cue_tells_what_it_is(stage: Calls) -> None:
    reply = perform(stage, "/cue/5")
    assert reply is not None and reply.address == "/reply/cue/5"
    told = json.loads(str(reply.args[0]))["data"]
    assert (told["id"], told["number"], told["kind"], told["running"]) == ("five", "5", "wait", None)


def test_one_thing_of_a_cue_and_the_whole_list_can_be_asked_for(stage: Calls) -> None:
    def asked(address: str) -> Any:
        reply = perform(stage, address)
        assert reply is not None and reply.address == f"/reply{address}"
        return json.loads(str(reply.args[0]))["data"]

    assert set(asked("/cue/5")) - {"left_out"} == set(KEYS)
    assert (asked("/cue/5/number"), asked("/cue_id/five/armed"), asked("/cue/5/running")) == ("5", True, None)
    assert [one["id"] for one in asked("/cues")["cues"]] == list(stage.cues.order.entries)
    for pattern in ("/scene/*/fill/opacity", "/under/{a,b}/x", "/reveal/len?", "/status/*", "/g[o]"):
        assert right_for(pattern, (1,), lambda _: False) == "edit"
    assert right_for("/cue/*/start", (), lambda _: False) == "control"
    assert right_for("/thump", (), lambda _: False) is None and right_for("/thump/scene", (), lambda _: False) == "edit"
    assert right_for("/cue/5/armed", (), lambda _: False) == right_for("/cues", (), lambda _: False) == "view"
    assert right_for("/cue/5/armed", (1,), lambda _: False) == "edit"


def test_status_is_json_that_browsers_can_read(stage: Calls) -> None:
    reply = perform(stage, "/status")
    assert reply is not None and reply.address == "/reply/status"
    status = json.loads(str(reply.args[0]), parse_constant=lambda word: pytest.fail(word))
    assert status["address"] == "/status" and status["status"] == "ok"
    assert status["data"] == {"fps": 60.0, "age": None, "problems": ["ü"], "cue": None, "left_out": 0}


@pytest.mark.parametrize(
    ("address", "args", "expected"),
    [
        ("tide/opacity", (0.25,), 0.25),
        ("tide/opacity", (7,), 1.0),
        ("foam/at", (0.1, 0.2), (0.1, 0.2)),
        ("foam/at", ((0.1, 0.2),), (0.1, 0.2)),
        ("foam/at", ("0.1 0.2",), (0.1, 0.2)),
        ("foam/tint", (1, 0, 0), (1.0, 0.0, 0.0, 1.0)),
        ("foam/tint", (1, 0, 0, 0.5), (1.0, 0.0, 0.0, 0.5)),
        ("foam/tint", ("#ff0000",), (1.0, 0.0, 0.0, 1.0)),
        ("foam/tint", ((0.0, 0.0, 1.0, 1.0),), (0.0, 0.0, 1.0, 1.0)),
        ("foam/mode", ("wild",), 1),
        ("foam/on", (True,), True),
        ("title/text", ("سلام",), "سلام"),
    ],
)
def test_a_parameter_takes_its_value(stage: Calls, address: str, args: tuple[object, ...], expected: object) -> None:
    assert perform(stage, f"/scene/one/{address}", *args) is None
    assert value(stage, f"/scene/one/{address}") == expected
    assert stage.params[f"/scene/one/{address}"].owner == "osc"


@pytest.mark.parametrize(
    ("address", "args"),
    [
        ("tide/opacity", (0.0, 2.0)),
        ("foam/at", (1.0, 1.0, 2.0)),
        ("foam/tint", (1, 1, 1, 0, 2)),
        ("foam/at", ((1, 1), 2)),
    ],
)
def test_one_more_number_is_a_fade(stage: Calls, address: str, args: tuple[object, ...]) -> None:
    address = f"/scene/one/{address}"
    before = value(stage, address)
    perform(stage, address, *args)
    assert value(stage, address) == before
    stage.params.settle(3.0)
    assert value(stage, address) == stage.params[address].base != before


@pytest.mark.parametrize(
    ("address", "args"),
    [
        ("tide/opacity", (math.nan,)),
        ("tide/opacity", (math.inf,)),
        ("tide/opacity", ("high",)),
        ("tide/opacity", (None,)),
        ("tide/opacity", (0.1, -1.0)),
        ("tide/opacity", (0.1, True)),
        ("tide/opacity", (0.1, 1.0, 1.0)),
        ("foam/at", (0.1,)),
        ("foam/at", (0.1, math.nan)),
        ("foam/tint", (1, 0, 0, 0, 1, 1)),
        ("foam/mode", (5,)),
        ("title/text", ("x" * 5000,)),
    ],
)
def test_a_value_without_a_meaning_changes_nothing(stage: Calls, address: str, args: tuple[object, ...]) -> None:
    before = [(p.address, p.base, p.value, p.owner) for p in stage.params]
    with pytest.raises(CommandError):
        perform(stage, f"/scene/one/{address}", *args)
    assert [(p.address, p.base, p.value, p.owner) for p in stage.params] == before


def test_a_parameter_without_arguments_tells_its_value(stage: Calls) -> None:
    at = "/scene/one/foam/at"
    assert perform(stage, at) == Reply(f"/reply{at}", (f'{{"address":"{at}","status":"ok","data":[0.0,0.0]}}',))
    assert perform(stage, "/reveal") == Reply("/reply/reveal", ('{"address":"/reveal","status":"ok","data":0.25}',))


def test_a_pattern_sets_all_that_match_or_none(stage: Calls) -> None:
    perform(stage, "/scene/*/*/opacity", 0.5)
    assert value(stage, "/scene/one/tide/opacity") == value(stage, "/scene/one/foam/opacity") == 0.5
    with pytest.raises(CommandError):
        perform(stage, "/scene/one/foam/*", 0.1)
    assert value(stage, "/scene/one/foam/opacity") == 0.5
    for pattern in ("/scene/two/*/opacity", "/scene/[", "/" + "*" * 200):
        with pytest.raises(CommandError, match="no parameter matches"):
            perform(stage, pattern, 0.1)
    with pytest.raises(CommandError, match="only be set"):
        perform(stage, "/scene/*/*/opacity")


def test_patterns_are_bounded_within_a_frame_and_free_again_in_the_next(stage: Calls) -> None:
    control = Control(stage, match)
    for number in range(MAX_PATTERNS):
        with pytest.raises(CommandError, match="no parameter"):
            control.handle(f"/x{number}*", (1,), 1.0)
    with pytest.raises(CommandError, match="patterns in one frame"):
        control.handle("/scene/*/*/opacity", (0.5,), 1.0)
    control.handle("/scene/*/*/opacity", (0.5,), 1.1)
    assert value(stage, "/scene/one/tide/opacity") == 0.5


def test_an_unknown_address_is_told_what_it_may_have_meant(stage: Calls) -> None:
    for wrong, meant in (("/scene/one/foam/opacty", "/scene/one/foam/opacity"), ("/panik", "/panic")):
        with pytest.raises(CommandError) as caught:
            perform(stage, wrong, 1.0)
        assert f'did you mean "{meant}"?' in caught.value.problems[0].hint


def test_a_flood_of_unknown_addresses_looks_for_one_meaning_a_second(stage: Calls) -> None:
    control = Control(stage, match)
    hints = []
    for seconds, address in ((1.0, "/panik"), (1.1, "/stopp"), (1.2, "/panik"), (2.5, "/stopp")):
        with pytest.raises(CommandError) as caught:
            control.handle(address, (), seconds)
        hints.append(bool(caught.value.problems[0].hint))
    assert hints == [True, False, True, True]


def test_a_refusal_becomes_a_reply(stage: Calls) -> None:
    with pytest.raises(CommandError) as caught:
        perform(stage, "/go/nowhere")
    assert refusal("/go/nowhere", caught.value) == Reply("/error", ("/go/nowhere", 'no cue "nowhere"', "cues: 1, 2"))


ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.binary(max_size=4),
    st.tuples(st.floats(), st.floats()), st.just(()),
)  # fmt: skip
WORDS = st.sampled_from(
    "go cue start panic stop reset reveal level scene one foam at tint opacity under faults * {a,b} [".split()
)


@given(st.lists(WORDS, max_size=4), st.lists(ANYTHING, max_size=5))
@settings(max_examples=300, deadline=None)
def test_any_message_is_carried_out_or_refused_and_never_crashes(words: list[str], args: list[Any]) -> None:
    stage = Calls()
    stage.params.add("/scene/one/foam/at", Param("at", "point2D", (0.0, 0.0)))
    stage.params.add("/scene/one/foam/tint", Param("tint", "color", (0.0, 0.0, 0.0, 1.0)))
    stage.params.add("/scene/one/foam/opacity", Param("opacity", low=0, high=1))
    try:
        perform(stage, "/" + "/".join(words), *args)
    except CommandError:
        assert stage.calls == []
    stage.params.settle(2.0)
    for parameter in stage.params:
        numbers = parameter.value if isinstance(parameter.value, tuple) else (parameter.value,)
        assert all(math.isfinite(float(number)) for number in numbers)


def test_a_projector_answers_how_it_is_and_an_unknown_one_names_the_others(stage: Calls) -> None:
    told = perform(stage, "/output/left/power")
    assert told is not None and json.loads(str(told.args[0]))["data"] == "off"
    told = perform(stage, "/output/*/shutter")
    assert told is not None and json.loads(str(told.args[0]))["data"] == {"left": "open", "right": "closed"}
    with pytest.raises(CommandError, match='no projector is called "middle"'):
        perform(stage, "/output/middle/power", "on")
    with pytest.raises(CommandError, match="expected open or closed"):
        perform(stage, "/output/left/shutter", 1)


def test_who_runs_the_show_switches_projectors_and_who_looks_may_ask() -> None:
    def right(address: str, *args: object) -> str | None:
        return right_for(address, args, lambda _: False)

    assert right("/output/left/power", "on") == right("/output/*/shutter", "closed") == "control"
    assert right("/output/left/power") == "view"
    assert right("/output/left/corners", 1) == "edit"
