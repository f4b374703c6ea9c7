"""Windows over displays: one where one can be, each its own where not, with the reason."""

from __future__ import annotations

from installation.outputs.displays import Display
from installation.outputs.tiling import Shown, Tile, pacer, tile


def display(number: int, x: int, y: int = 0, rate: float | None = 60.0, scale: float = 1.0) -> Display:
    return Display(number, f"HDMI-{number}", "", x, y, 1920, 1080, rate, scale)


def shown(*displays: Display) -> list[Shown]:
    return [Shown(f"out{one.number}", one) for one in displays]


def test_one_window_lies_over_all_displays_wherever_they_are() -> None:
    there = [display(0, 1920), display(1, 0), display(2, 1920, 1080)]
    tiling = tile("one", shown(*there), there, 60.0)
    (pane,) = tiling.panes
    assert pane.place == (0, 0, 3840, 2160) and not tiling.problems and tiling.most is None
    assert pane.tiles == (
        Tile("out0", 1920, 0, 1920, 1080), Tile("out1", 0, 0, 1920, 1080), Tile("out2", 1920, 1080, 1920, 1080)
    )  # fmt: skip


def test_each_display_can_have_its_own_window() -> None:
    there = [display(0, 0), display(1, 1920)]
    tiling = tile("each", shown(*there), there, 60.0)
    assert [pane.place for pane in tiling.panes] == [(0, 0, 1920, 1080), (1920, 0, 1920, 1080)]
    assert [pane.tiles[0] for pane in tiling.panes] == [Tile("out0", 0, 0, 1920, 1080), Tile("out1", 0, 0, 1920, 1080)]


def test_nothing_shown_is_no_window() -> None:
    assert tile("one", [], [display(0, 0)], 60.0).panes == ()


def test_one_window_does_not_cover_the_operators_display_between_two() -> None:
    there = [display(0, 0), display(1, 1920), display(2, 3840)]
    tiling = tile("one", shown(there[0], there[2]), there, 60.0)
    assert len(tiling.panes) == 2
    assert "would also cover HDMI-1" in tiling.problems[0].message
    mirror = Display(3, "eDP-1", "", 0, 0, 1280, 720)
    assert len(tile("one", shown(there[0], there[1]), [*there, mirror], 60.0).panes) == 1


def test_displays_that_mirror_each_other_are_told_of() -> None:
    there = [display(0, 0), display(1, 0)]
    for windows in ("one", "each"):
        (problem,) = tile(windows, shown(*there), there, 60.0).problems  # type: ignore[arg-type]
        assert problem.message == "displays HDMI-0 and HDMI-1 show the same part of the desktop"


def test_displays_of_several_densities_have_windows_of_their_own() -> None:
    there = [display(0, 0, scale=2.0), display(1, 1920), display(2, 3840)]
    tiling = tile("one", shown(*there), there, 60.0)
    assert [pane.place for pane in tiling.panes] == [(0, 0, 1920, 1080), (1920, 0, 3840, 1080)]
    assert tiling.panes[0].tiles == (Tile("out0", 0, 0, 3840, 2160),)
    assert "2 and 1 pixels to a unit" in tiling.problems[0].message and "windows: each" in tiling.problems[0].hint
    assert not tile("each", shown(*there), there, 60.0).problems


def test_of_mixed_rates_behind_one_window_the_slowest_paces_and_it_is_said() -> None:
    there = [display(0, 0, rate=60.0), display(1, 1920, rate=50.0), display(2, 3840, rate=None)]
    tiling = tile("one", shown(*there), there, 60.0)
    assert tiling.most == 50.0 and "HDMI-0 60 Hz, HDMI-1 50 Hz" in tiling.problems[0].message
    assert tile("each", shown(*there), there, 60.0).most is None
    close = [display(0, 0, rate=60.0), display(1, 1920, rate=59.94)]
    assert tile("one", shown(*close), close, 60.0).most is None


def test_the_display_that_fits_the_show_keeps_time() -> None:
    assert pacer([50.0, 60.0], 60.0) == 1
    assert pacer([50.0, 60.0], 25.0) == 0
    assert pacer([60.0, 120.0, 144.0], 60.0) == 0
    assert pacer([24.0, 30.0], 60.0) == 1  # all are slower: the fastest of them
    assert pacer([None, 30.0], 60.0) == 0
    assert pacer([], 60.0) == 0


def test_a_framed_window_lies_in_the_middle_of_its_display() -> None:
    one = display(1, 1920)
    (pane,) = tile("one", [Shown("a", one, (1280, 720))], [display(0, 0), one], 60.0).panes
    assert pane.framed and pane.place == (2240, 180, 1280, 720) and pane.tiles == (Tile("a", 0, 0, 1280, 720),)
