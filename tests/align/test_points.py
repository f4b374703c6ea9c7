"""Moving surfaces: pixels, grids, undo; nothing moves while it is locked, and nothing folds over."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installation.align.kept import restored
from installation.align.points import Alignment, handles
from installation.align.verbs import VERBS, align, told_alignment
from installation.errors import CommandError
from installation.outputs.surfaces import Laid
from installation.outputs.warp import Warp

SIZES = {"left": (1000, 500), "right": (1000, 500)}


class Desk:
    """What verbs act on, without a device."""

    def __init__(self) -> None:
        surfaces = {"left": {"door": Laid("door"), "window": Laid("window")}, "right": {"1": Laid("1")}}
        self.alignment = Alignment(surfaces, SIZES)
        self.card, self.solo = "", ""
        self.done: list[str] = []

    def begin(self) -> None:
        self.alignment.begin()

    def end(self) -> None:
        self.alignment.end()

    def save(self, name: str) -> None:
        self.done.append(f"save {name}")

    def restore(self, name: str) -> None:
        self.done.append(f"restore {name}")

    def say(self, what: str, *args: object, at: float = 0.0) -> None:
        align(what, args, at, self)

    def corners(self, output: str = "left", surface: str = "door") -> list[list[float]]:
        return handles(self.alignment.surfaces[output][surface].warp).reshape(-1, 2).tolist()


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.say("begin")
    return made


def test_while_it_is_locked_nothing_moves_and_it_is_said_how_to_open_it():
    desk = Desk()
    before = desk.corners()
    for what, args in (("move", (1, 1)), ("to", (0.5, 0.5)), ("undo", ()), ("split", (2, 2)), ("card", ("grid",))):
        with pytest.raises(CommandError, match="locked"):
            desk.say(what, *args)
    assert desk.corners() == before
    desk.say("begin")
    desk.say("select", "left", "door", 0, 0)
    desk.say("move", 10, -5)
    assert desk.corners()[0] == pytest.approx([0.01, -0.01])
    desk.say("end")
    with pytest.raises(CommandError, match="/align/begin"):
        desk.say("move", 1, 1)


def test_a_point_moves_by_pixels_by_steps_and_to_a_place(desk):
    desk.say("select", "left", "door", 1, 1)
    desk.say("move", -50, -25)
    assert desk.corners()[3] == pytest.approx([0.95, 0.95])
    desk.say("step", 0.5)
    desk.say("nudge", 1, 0)
    assert desk.corners()[3] == pytest.approx([0.9505, 0.95])
    desk.say("to", 0.9, 0.8)
    assert desk.corners()[3] == pytest.approx([0.9, 0.8])
    assert desk.corners()[:3] == pytest.approx(np.array([[0, 0], [1, 0], [0, 1]]))


def test_without_a_point_the_whole_surface_moves(desk):
    desk.say("select", "left", "door")
    desk.say("move", 100, 50)
    assert desk.corners()[0] == pytest.approx([0.1, 0.1]) and desk.corners()[3] == pytest.approx([1.1, 1.1])


def test_a_fold_is_refused_and_nothing_changes(desk):
    desk.say("split", 4, 4)
    desk.say("select", "left", "door", 2, 2)
    before = desk.alignment.surfaces
    with pytest.raises(CommandError, match=r"^left, door: this point would fold the picture over"):
        desk.say("move", 600, 0)
    with pytest.raises(CommandError, match="this point would lie far beside"):
        desk.say("move", 600000, 0)
    assert desk.alignment.surfaces is before
    desk.say("select", "right", "1", 0, 1)
    with pytest.raises(CommandError, match=r"^right: this corner would fold the picture over\n"):
        desk.say("to", -0.3, 0.7)


def test_moves_that_follow_each_other_are_one_step_to_undo(desk):
    desk.say("select", "left", "door", 0, 0)
    for number in range(20):
        desk.say("move", 1, 0, at=number * 0.1)
    desk.say("move", 1, 0, at=10.0)
    assert desk.alignment.depth == (2, 0)
    desk.say("undo")
    assert desk.corners()[0][0] == pytest.approx(0.02)
    desk.say("undo")
    assert desk.corners()[0][0] == pytest.approx(0.0)
    with pytest.raises(CommandError, match="nothing to undo"):
        desk.say("undo")
    desk.say("redo")
    desk.say("redo")
    assert desk.corners()[0][0] == pytest.approx(0.021)
    with pytest.raises(CommandError, match="nothing to redo"):
        desk.say("redo")


def test_linked_points_go_along_less_the_farther_they_are(desk):
    desk.say("split", 8, 8)
    desk.say("select", "left", "door", 4, 4)
    desk.say("linked", 3)
    before = handles(desk.alignment.surfaces["left"]["door"].warp)
    desk.say("move", 10, 0)
    gone = (handles(desk.alignment.surfaces["left"]["door"].warp) - before)[4, :, 0] * 1000
    assert gone[4] == pytest.approx(10) and 0 < gone[6] < gone[5] < 10 and gone[7] == pytest.approx(0)


@pytest.mark.parametrize("kind", ["linear", "smooth", "bezier"])
def test_splitting_moves_nothing_and_one_by_one_goes_back_to_the_corners(desk, kind):
    desk.say("select", "left", "door", 0, 0)
    desk.say("move", 80, 40)
    at = np.random.default_rng(1).random((50, 2))
    before = desk.alignment.surfaces["left"]["door"].warp.at(at)
    desk.say("split", 6, 5, kind)
    after = desk.alignment.surfaces["left"]["door"].warp.at(at)
    assert np.abs((after - before) * (1000, 500)).max() < 0.5
    desk.say("split", 1, 1, "linear")
    assert desk.alignment.surfaces["left"]["door"].warp.exact


def test_walking_goes_round_points_surfaces_and_outputs(desk):
    seen = []
    for _ in range(5):
        desk.say("next", "point")
        chosen, _ = desk.alignment.chosen
        seen.append((chosen.row, chosen.column))
    assert seen == [(0, 1), (1, 0), (1, 1), (0, 0), (0, 1)]
    desk.say("next", "surface")
    assert desk.alignment.chosen[0].surface == "window"
    desk.say("next", "output")
    assert desk.alignment.chosen[0].output == "right"
    desk.say("previous", "surface")
    assert desk.alignment.chosen[0].surface == "window"


@pytest.mark.parametrize(
    ("what", "args", "told"),
    [
        ("mvoe", (1, 1), "nothing to align by mvoe"),
        ("move", (1,), "expected 2 numbers"),
        ("move", (float("nan"), 1), "expected 2 numbers"),
        ("move", (True, 1), "expected 2 numbers"),
        ("select", ("middle",), 'no output "middle"'),
        ("select", ("left", "roof"), 'no surface "roof"'),
        ("select", ("left", "door", 5, 0), "no point 5 0"),
        ("card", ("gird",), "no test card"),
        ("solo", ("middle",), 'no output "middle"'),
        ("split", (0, 3), "a grid of 0 x 3"),
        ("split", (3, 3, "round"), "linear, smooth or bezier"),
        ("region", (0, 0, 2, 1), "beyond the canvas"),
        ("move", (10**400, 1), "expected 2 numbers"),
        ("save", ("../x",), "no name for a version"),
        ("linked", (99,), "not between"),
        ("next", ("corner",), "point, surface or output"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words_and_changes_nothing(desk, what, args, told):
    before = desk.alignment.surfaces
    with pytest.raises(CommandError, match=told):
        desk.say(what, *args)
    assert desk.alignment.surfaces is before


@given(
    st.lists(
        st.tuples(
            st.sampled_from(VERBS),
            st.lists(st.one_of(st.floats(), st.text(max_size=8), st.integers(-5, 40)), max_size=5),
        )
    )
)
@settings(max_examples=150, deadline=None)
def test_whatever_is_said_the_surfaces_stay_whole(said):
    desk = Desk()
    desk.say("begin")
    for what, args in said:
        try:
            desk.say(what, *args)
        except CommandError:
            pass
    for own in desk.alignment.surfaces.values():
        for laid in own.values():
            assert np.isfinite(laid.warp.at([[0.5, 0.5]])).all()
    told_alignment(desk, ())


def test_cards_go_round_and_solo_toggles(desk):
    desk.say("card", "next")
    desk.say("card", "next")
    assert desk.card == "circles"
    desk.say("card", "none")
    assert desk.card == ""
    desk.say("solo", "this")
    assert desk.solo == "left"
    desk.say("solo", "this")
    assert desk.solo == ""


def test_a_calibration_is_one_step_to_undo_and_leaves_other_surfaces(desk):
    found = Laid("1", (0.4, 0.0, 0.6, 1.0), Warp(((0.1, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))))
    desk.say("end")
    desk.alignment.adopt({"right": {"1": found}, "gone": {"1": found}})
    desk.say("begin")
    assert desk.alignment.surfaces["right"]["1"] is found and "gone" not in desk.alignment.surfaces
    desk.say("undo")
    assert desk.alignment.surfaces["right"]["1"].region == (0.0, 0.0, 1.0, 1.0)


def test_thirds_that_are_rounded_up_are_a_region_and_what_is_kept_of_it_is_read_again():
    alignment = Alignment({"1": {"1": Laid("1")}}, {"1": (100, 100)})
    alignment.begin()
    alignment.lay((0.0, 0.0, 1.00005, 1.0))
    alignment.lay((0.6667, 0.0, 0.3334, 1.0))
    assert alignment.chosen[1].region == pytest.approx((0.6667, 0.0, 0.3333, 1.0))
    assert restored(alignment.snapshot.kept(), alignment.surfaces, None)[1] == []
    with pytest.raises(CommandError, match="no area"):
        alignment.lay((0.5, 0.0, 0.0, 1.0))


def test_the_status_stays_short_however_fine_the_grid(desk):
    desk.say("begin")
    desk.say("split", 32, 32, "bezier")
    desk.say("select", "left", "door", 48, 48)
    desk.say("nudge", 3, -2)
    told = told_alignment(desk, ())
    assert len(json.dumps(told)) < 2000
    selected = told["selected"]
    assert (selected["rows"], selected["columns"], selected["row"]) == (97, 97, 48)
    assert selected["at"] == pytest.approx(handles(desk.alignment.chosen[1].warp)[48, 48], abs=1e-6)


def test_a_drag_is_one_step_however_slow_and_choosing_a_point_ends_it(desk):
    desk.say("begin")
    desk.say("select", "left", "door", 0, 0)
    desk.say("to", 0.01, 0.01, at=1.0)
    desk.say("to", 0.02, 0.02, at=5.0)
    assert desk.alignment.depth == (1, 0)
    desk.say("select", "left", "door", 0, 0)
    desk.say("to", 0.03, 0.03, at=5.1)
    assert desk.alignment.depth == (2, 0)


def test_a_place_can_name_its_point_so_that_nobody_else_s_moves(desk):
    desk.say("begin")
    desk.say("select", "left", "window", 1, 1)
    desk.say("to", 0.1, 0.1, "left", "door", 0, 0)
    assert desk.corners()[0] == pytest.approx([0.1, 0.1])
    with pytest.raises(CommandError):
        desk.say("to", 2.0, 2.0, "left", "window", 0, 0)
    assert (desk.alignment.selected.surface, desk.alignment.depth) == ("door", (1, 0))
    desk.say("to", 0.6, 0.5, "right")
    assert desk.alignment.selected.row == -1
    with pytest.raises(CommandError, match="no output"):
        desk.say("to", 0.5, 0.5, "nowhere")


def test_what_was_aligned_is_forgotten_and_can_be_had_back(desk: Desk):
    own = {"left": {"1": Laid("1")}, "right": {"1": Laid("1")}}
    lain = {"left": {"1": Laid("1", (0.0, 0.0, 0.5, 1.0))}, "right": {"1": Laid("1", (0.5, 0.0, 0.5, 1.0))}}
    kept = Alignment({**lain, "attic": {"1": Laid("1")}}, SIZES).snapshot.kept()
    desk.alignment = Alignment(lain, SIZES, kept, own)
    desk.say("begin")
    desk.say("forget", "left")
    assert desk.alignment.surfaces == {"left": own["left"], "right": lain["right"]}
    with pytest.raises(CommandError, match="attic"):
        desk.say("forget", "attik")
    desk.say("forget", "attic")
    assert desk.alignment.snapshot.kept().outputs.keys() == own.keys()
    desk.say("forget")
    assert desk.alignment.surfaces == own
    desk.say("undo")
    desk.say("undo")
    desk.say("undo")
    assert desk.alignment.surfaces == lain


def test_after_a_choice_that_is_refused_nothing_moves_until_a_point_is_chosen(desk: Desk):
    before = desk.alignment.surfaces
    for wrong in (("right", "wall", 2, 1), ("right", "1", 2, 1), ("right", "1", "first", 0), ()):
        with pytest.raises(CommandError):
            desk.say("select", *wrong)
        for what, args in (
            ("to", (0.5, 0.5)),
            ("nudge", (1, 0)),
            ("split", (2, 2)),
            ("straighten", ()),
            ("pair", (0, 0)),
        ):
            with pytest.raises(CommandError, match="the last select was refused"):
                desk.say(what, *args)
        with pytest.raises(CommandError, match="would fold"):
            desk.say("to", 0.5, -9, "left", "door", 1, 1)
        with pytest.raises(CommandError, match="the last select was refused"):
            desk.say("move", 1, 0)
        assert desk.alignment.surfaces is before
        desk.say("to", 0.0, 0.0, "left", "door", 0, 0)  # what is named with it is chosen
        desk.say("undo")
        before = desk.alignment.surfaces
    with pytest.raises(CommandError):
        desk.say("select", "nowhere")
    desk.say("next", "point")
    desk.say("move", 1, 1)
    assert desk.alignment.surfaces is not before
