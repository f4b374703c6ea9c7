"""What may stand after a parameter's address: more, less, times, round, live; and what can't be reckoned with."""

from __future__ import annotations

import math

import pytest

from installation.errors import CommandError
from installation.param_tree import ParamTree
from installation.params import Param, Relative
from installation.show import values


@pytest.fixture
def params() -> ParamTree:
    tree = ParamTree()
    tree.add("/x", Param("x", default=0.5, low=0, high=1))
    tree.add("/at", Param("at", "point2D", (0.2, 0.4)))
    tree.add("/mode", Param("mode", "long", 1, values=(0, 1, 5)))
    tree.add("/on", Param("on", "bool", True))
    tree.add("/words", Param("words", "text", "hello"))
    tree.add("/live", Param("live", default=0.1, low=0, high=1))
    return tree


def say(params: ParamTree, address: str, *args: object) -> object:
    what = values.meant(params, address)
    assert what is not None
    if values.asks(what, args):
        return values.asked(what)
    values.carry_out(params, what, args, "osc", 0.0)
    return what.parameter.value


@pytest.mark.parametrize(
    ("address", "args", "expected"),
    [
        ("/x/+", (0.25,), 0.75),
        ("/x/+", (7,), 1.0),
        ("/x/*", (0.5,), 0.25),
        ("/at/+", (0.1,), (pytest.approx(0.3), pytest.approx(0.5))),
        ("/at/-", (0.1, 0.2), (pytest.approx(0.1), pytest.approx(0.2))),
        ("/at/*", ((2, 3),), (0.4, pytest.approx(1.2))),
        ("/mode/+", (1,), 5),
        ("/mode/+", (2,), 0),
        ("/mode/-", (2,), 5),
        ("/on/toggle", (), False),
        ("/on/toggle", (1,), False),
        ("/on/toggle", (0,), True),
        ("/on", ("toggle",), False),
        ("/on", ("no",), False),
        ("/live/live", (0.4,), 0.4),
        ("/words/live", ("bye",), "bye"),
    ],
)
def test_a_modifier_changes_the_value(
    params: ParamTree, address: str, args: tuple[object, ...], expected: object
) -> None:
    assert say(params, address, *args) == expected


@pytest.mark.parametrize(
    ("address", "args"),
    [
        ("/x/+", ()),
        ("/x/+", (math.nan,)),
        ("/x/*", (math.inf,)),
        ("/x/+", ("1",)),
        ("/x/+", (None,)),
        ("/x/+", (1.0, -1.0)),
        ("/x/+", (1.0, 1.0, 1.0)),
        ("/at/+", (1.0, 1.0, 1.0, 1.0)),
        ("/at/+", ((),)),
        ("/words/+", (1,)),
        ("/on/+", (1,)),
        ("/x/toggle", ()),
        ("/on/toggle", ("x",)),
        ("/x/base", (1,)),
        ("/x/saved", (1,)),
        ("/x/live", (math.nan,)),
        ("/mode/live", (7,)),
    ],
)
def test_what_has_no_meaning_changes_nothing(params: ParamTree, address: str, args: tuple[object, ...]) -> None:
    before = [(p.base, p.value, p.owner, p.live) for p in params]
    with pytest.raises(CommandError):
        say(params, address, *args)
    assert [(p.base, p.value, p.owner, p.live) for p in params] == before


def test_the_live_value_alone_changes_until_something_sets_it(params: ParamTree) -> None:
    say(params, "/x/live", 0.9, 2.0)
    params.settle(1.0)
    x = params["/x"]
    assert 0.5 < x.value < 0.9  # type: ignore[operator]
    params.stop_fades()
    assert (x.saved, x.base, x.owner) == (0.5, 0.5, "file")
    assert say(params, "/x") == x.value != 0.5
    assert say(params, "/x/base") == say(params, "/x/saved") == 0.5
    say(params, "/x/+/live", 0.01)
    assert x.base == 0.5
    params.set("/x", 0.2, "cue 1")
    assert (x.base, x.value, x.live) == (0.2, 0.2, False)


def test_an_expression_is_in_charge_again_after_a_reset(params: ParamTree) -> None:
    params.drive("/x", lambda: 0.3, "expression")
    say(params, "/x/live", 0.9)
    params.settle(0.0)
    assert params["/x"].value == 0.9
    params.reset()
    params.settle(0.0)
    assert (params["/x"].value, params["/x"].live) == (0.3, False)


@pytest.mark.parametrize("address", ["/y", "/x/y", "/x/live/+", "/x/base/live", "/x/live/live", "live", "/live/"])
def test_other_addresses_are_no_parameter(params: ParamTree, address: str) -> None:
    assert values.meant(params, address) is None


def test_an_impulse_presses_verbs_and_events_and_means_nothing_to_a_number(params: ParamTree) -> None:
    params.add("/play", Param("play", "event", False))
    event, number = values.meant(params, "/play"), values.meant(params, "/x")
    for impulse in ((math.inf,), (None,)):
        assert values.pressed(None, impulse) == ()
        assert values.pressed(event, impulse) == (True,)
        assert values.pressed(number, impulse) == impulse
    assert values.pressed(event, ()) == (True,) and values.pressed(number, ()) == ()
    assert values.pressed(None, (1,)) == (1,)


def test_a_value_may_be_called_by_that_name(params: ParamTree) -> None:
    assert say(params, "/x/value", 0.75) == 0.75
    assert say(params, "/x/value") == 0.75


@pytest.mark.parametrize(
    ("address", "how", "by", "expected"),
    [
        ("/x", "add", 0.25, 0.75),
        ("/x", "multiply", 0.5, 0.25),
        ("/at", "add", [0.1, 0.2], (pytest.approx(0.3), pytest.approx(0.6))),
        ("/at", "multiply", 2, (0.4, 0.8)),
        ("/mode", "add", 2, 0),  # a choice moves on and rolls over, as /+ does
        ("/mode", "add", -2, 5),
        ("/mode", "multiply", 5, 5),
    ],
)
def test_what_a_cue_adds_is_reckoned_as_what_a_hand_does(
    params: ParamTree, address: str, how: Relative, by: object, expected: object
) -> None:
    assert params.change(address, how, by, "cue 1") == expected


@pytest.mark.parametrize(
    ("address", "by"), [("/on", 1), ("/words", 1), ("/at", [1, 2, 3]), ("/x", "more"), ("/x", True)]
)
def test_what_a_cue_cannot_reckon_with_changes_nothing(params: ParamTree, address: str, by: object) -> None:
    before = params[address].value, params[address].owner
    with pytest.raises(CommandError):
        params.change(address, "add", by, "cue 1")
    assert (params[address].value, params[address].owner) == before
