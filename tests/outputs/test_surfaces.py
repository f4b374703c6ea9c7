"""What comes of a site's outputs: cells, shares of light, colours. And what a card draws of it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from installation.gpu.programs import Mesh, Program
from installation.gpu.textures import Target, Texture
from installation.outputs.cube import Cube
from installation.outputs.projection import Projection
from installation.outputs.stage import homography
from installation.outputs.surfaces import Laid, Plan, sheets, tint_of, white_point
from installation.outputs.warp import Warp

SIZE = (320, 180)
KEYSTONE = ((0.05, 0.1), (0.95, 0.02), (0.8, 0.9), (0.15, 0.97))


def plan(*surfaces: Laid, name: str = "1", size: tuple[int, int] = SIZE, **more) -> Plan:
    return Plan(name, size, surfaces or (Laid("1"),), **more)


def thrown(device, canvas: np.ndarray, plans: list[Plan], which: int = 0, deep: bool = False) -> np.ndarray:
    """What an output shows of a canvas: (h, w, 3), 0..255, row 0 the bottom."""
    made = sheets(plans, (canvas.shape[1], canvas.shape[0]))[which]
    projection = Projection(device, deep)
    projection.lay(made)
    texture = Texture.from_array(device, np.ascontiguousarray(canvas), "rgba8")
    target = Target(device, *made.plan.size, "rgba8")
    target.clear()
    projection.draw(texture, 0, 0, *made.plan.size)
    seen = target.read()[..., :3].astype(int)
    for one in (projection, texture, target):
        one.close()
    device.free_doomed()
    return seen


def noise(size: tuple[int, int] = SIZE) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (size[1], size[0], 4), dtype=np.uint8)


def white(size: tuple[int, int] = SIZE, level: int = 255) -> np.ndarray:
    return np.full((size[1], size[0], 4), level, np.uint8)


def test_an_output_that_nobody_has_touched_shows_the_canvas_to_the_bit(device):
    canvas = noise()
    assert np.array_equal(thrown(device, canvas, [plan()]), canvas[..., :3])
    assert sheets([plan()], SIZE)[0].plain


def test_a_region_shows_its_part_of_the_canvas_to_the_bit(device):
    canvas = noise((640, 180))
    seen = thrown(device, canvas, [plan(Laid("1", (0.5, 0.0, 0.5, 1.0)))])
    assert np.array_equal(seen, canvas[:, 320:, :3])


@pytest.mark.parametrize("warp", [Warp(KEYSTONE), Warp(KEYSTONE).split(5, 4), Warp(KEYSTONE).split(3, 3, "bezier")])
def test_marks_on_the_canvas_land_where_the_corners_put_them_within_half_a_pixel(device, warp):
    size = (640, 360)
    canvas = np.zeros((360, 640, 4), np.uint8)
    marks = [(100, 60), (320, 180), (560, 60), (60, 300), (600, 330)]
    for x, y in marks:
        canvas[y - 5 : y + 5, x - 5 : x + 5] = 255
    seen = thrown(device, canvas, [plan(Laid("1", warp=warp), size=size)]).mean(axis=2)
    matrix = homography(KEYSTONE)
    for x, y in marks:
        a, b, w = matrix @ (x / 640, y / 360, 1.0)
        at = np.array([a / w * 640, b / w * 360])
        low = np.maximum(at.astype(int) - 14, 0)
        part = seen[low[1] : low[1] + 28, low[0] : low[0] + 28]
        rows, columns = np.mgrid[0 : part.shape[0], 0 : part.shape[1]] + 0.5
        found = np.array([(columns * part).sum(), (rows * part).sum()]) / part.sum() + low
        assert np.hypot(*(found - at)) < 0.5


def test_the_area_of_a_keystoned_surface_is_right_within_half_a_pixel_of_its_edge(device):
    seen = thrown(device, white(), [plan(Laid("1", warp=Warp(KEYSTONE)))]).mean(axis=2) / 255
    x, y = (np.array(KEYSTONE) * SIZE).T
    area = abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2
    edge = np.hypot(x - np.roll(x, -1), y - np.roll(y, -1)).sum()
    assert abs(seen.sum() - area) < 0.5 * edge / 10


@pytest.mark.parametrize("black", [0.0, 0.004])
def test_two_projectors_that_overlap_are_flat_within_a_hundredth_in_linear_light(device, black):
    left = plan(Laid("1", (0.0, 0.0, 0.6, 1.0), wall="front"), name="left", black=black)
    right = plan(Laid("1", (0.4, 0.0, 0.6, 1.0), wall="front"), name="right", black=black)
    canvas_size = (533, 180)
    for level in (255, 128, 20):
        wall = np.zeros((180, 533))
        for which, start in ((0, 0), (1, 213)):
            seen = thrown(device, white(canvas_size, level), [left, right], which).mean(axis=2)
            wall[:, start : start + 320] += black + (1 - black) * (seen / 255) ** 2.2
        expected = 2 * black + (1 - 2 * black) * (level / 255) ** 2.2 if black else (level / 255) ** 2.2
        even = wall.reshape(-1, 533).mean(axis=0)  # dithering evens out
        assert np.abs(even - expected).max() < 0.01
        assert np.percentile(np.abs(even / expected - 1), 98) < (0.02 if level > 100 else 0.06)


def test_two_projectors_on_the_same_place_share_it_whether_or_not_their_black_is_known(device):
    for black in (0.0, 0.004):  # their blacks add up evenly: nothing is added, and still each gives half of the light
        both = [plan(Laid("1", wall="front"), name=name, black=black) for name in ("below", "above")]
        own = (thrown(device, white(level=128), both).mean() / 255) ** 2.2
        assert abs(2 * (black + (1 - black) * own) - (2 * black + (1 - 2 * black) * (128 / 255) ** 2.2)) < 0.005


def test_light_is_one_number_a_place_until_black_is_lifted():
    for black, dimensions in ((0.0, 2), (0.004, 3)):
        left = plan(Laid("1", (0.0, 0.0, 0.6, 1.0), wall="front"), name="left", black=black)
        right = plan(Laid("1", (0.4, 0.0, 0.6, 1.0), wall="front"), name="right", black=black)
        assert [one.ndim for sheet in sheets([left, right], SIZE) for one in sheet.light] == [dimensions] * 2


def test_beside_the_overlap_light_is_not_even_looked_up():
    left = plan(Laid("1", (0.0, 0.0, 0.6, 1.0), wall="front"), name="left")
    right = plan(Laid("1", (0.4, 0.0, 0.6, 1.0), wall="front"), name="right")
    made = sheets([left, right], (1066, 360))[0]
    cells = {part.way.share: len(part.vertices) for part in made.parts}
    assert set(cells) == {0, 1} and cells[0] > cells[1]


def test_surfaces_of_no_wall_and_of_other_walls_share_nothing():
    one, other = plan(Laid("1", wall="front"), name="a"), plan(Laid("1", wall="foyer"), name="b")
    alone = plan(Laid("1"), name="c")
    assert all(sheet.light == (None,) for sheet in sheets([one, other, alone], SIZE))


def test_a_line_of_one_pixel_stays_where_the_output_has_fewer_pixels(device):
    canvas = np.zeros((540, 960, 4), np.uint8)
    canvas[:, ::12] = 255
    seen = thrown(device, canvas, [plan(size=(320, 180))]).mean(axis=2)
    columns = (seen / 255) ** 2
    lines = columns.mean(axis=0).reshape(-1, 4).sum(axis=1)  # one line in every four pixels
    assert lines.min() > 0.25 and lines.std() / lines.mean() < 0.1


def test_lines_under_a_small_warp_are_all_there_and_alike_within_half(device):
    canvas = np.zeros((180, 320, 4), np.uint8)
    canvas[:, ::8] = 255
    warp = Warp(((0.003, 0.0), (0.985, 0.004), (0.99, 0.996), (0.01, 1.0)))
    seen = (thrown(device, canvas, [plan(Laid("1", warp=warp))]).mean(axis=2) / 255)[20:160, 12:300]
    for row in seen[::10]:
        lines = [row[start : start + 8].max() for start in range(0, 280, 8)]
        assert min(lines) > 0.45


def test_a_mask_darkens_what_it_covers_and_touches_nothing_else(device):
    mask = np.ones((180, 320))
    mask[:, 160:] = 0.0
    mask[:, 150:160] = 0.5
    canvas = noise()
    seen = thrown(device, canvas, [plan(masks=mask)])
    assert np.array_equal(seen[:, :120], canvas[:, :120, :3]) and not seen[:, 161:].any()
    half = (thrown(device, white(), [plan(masks=mask)])[:, 152:158] / 255) ** 2.2
    assert half.mean() == pytest.approx(0.5, abs=0.02)


def test_gain_is_light_and_a_table_comes_last(device):
    seen = thrown(device, white(), [plan(tint=(1.0, 0.5, 0.25))])
    assert ((seen / 255) ** 2.2).mean(axis=(0, 1)) == pytest.approx((1.0, 0.5, 0.25), abs=0.01)
    steps = np.linspace(0, 1, 17, dtype=np.float32)
    b, g, r = np.meshgrid(steps, steps, steps, indexing="ij")
    swapped = Cube("swapped", np.stack([b, g * 0.5, r], axis=3))
    canvas = noise()
    seen = thrown(device, canvas, [plan(cube=swapped)])
    expected = canvas[..., [2, 1, 0]] * (1.0, 0.5, 1.0)
    assert np.abs(seen - expected).max() <= 1.6


def test_a_white_point_turns_down_blue_for_warm_light_and_keeps_the_brightest():
    warm = tint_of((1.0, 1.0, 1.0), 3200.0)
    assert warm[0] == pytest.approx(1.0) and warm[0] > warm[1] > warm[2] > 0.1
    cold = tint_of((1.0, 1.0, 1.0), 9000.0)
    assert cold[2] == pytest.approx(1.0) and cold[0] < 1.0
    assert white_point(6504.0) == pytest.approx((1.0, 1.0, 1.0), abs=0.02)


def test_dithering_shows_a_slow_fade_without_bands(device):
    canvas = np.repeat(np.linspace(20, 24, 320).astype(np.uint8)[None, :, None], 180, axis=0).repeat(4, axis=2)
    seen = thrown(device, np.ascontiguousarray(canvas), [plan(tint=(0.9, 0.9, 0.9))]).mean(axis=2)
    assert len(np.unique(seen[:, 10])) > 1


def test_laying_again_frees_what_was_laid_and_keeps_what_is_the_same(device):
    before = dict(device.live)
    projection = Projection(device)
    mask = np.ones((20, 30))
    mask[:, :9] = 0
    for corner in (0.0, 0.01, 0.02, 0.03):
        warp = Warp(((corner, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)))
        projection.lay(sheets([plan(Laid("1", warp=warp), masks=mask)], SIZE)[0])
        device.free_doomed()
    counted = dict(device.live)
    projection.lay(projection.sheet)
    device.free_doomed()
    assert dict(device.live) == counted
    projection.close()
    device.free_doomed()
    assert dict(device.live) == before


def row(moved: float = 0.0, which: int = 0, mask: np.ndarray | None = None) -> list[Plan]:
    """Three side by side on a wall, and one on no wall; the bottom left corner of one of them is moved."""
    found = []
    for number in range(4):
        by = moved if number == which else 0.0
        warp = Warp(((by, by / 2), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)))
        laid = Laid("1", (0.3 * (number % 3), 0.0, 0.4, 1.0), warp, "front" if number < 3 else None)
        found.append(plan(laid, name=str(number), masks=mask if number == 2 else None))
    return found


def test_what_has_not_moved_comes_out_as_the_same_sheet():
    mask = np.ones((18, 32))
    mask[:3, :5] = 0.0
    first = sheets(row(mask=mask), SIZE)
    again = sheets(row(mask=mask), SIZE, first)
    assert all(one is other for one, other in zip(again, first, strict=True))
    moved = sheets(row(0.02, mask=mask), SIZE, again)
    assert [one is other for one, other in zip(moved, first, strict=True)] == [False, True, True, True]
    middle = sheets(
        row(0.02, 1, mask), SIZE, moved
    )  # its neighbours give another share; the one beside the wall doesn't
    assert [one is other for one, other in zip(middle, moved, strict=True)] == [False, False, True, True]
    assert middle[1].mask is moved[1].mask and middle[2].mask is first[2].mask


@pytest.fixture(params=[1, 2])
def threads_of_opencv(request):
    """With one thread OpenCV measures distances in another way than with more."""
    usual = cv2.getNumThreads()
    cv2.setNumThreads(request.param)
    yield
    cv2.setNumThreads(usual)


@pytest.mark.usefixtures("threads_of_opencv")
def test_what_is_worked_out_from_what_was_before_is_what_it_would_be_anew():
    chance = np.random.default_rng(4)
    before = sheets(row(), SIZE)
    for _ in range(8):
        plans = row(float(chance.uniform(-0.1, 0.3)), int(chance.integers(4)))
        if chance.random() < 0.3:
            del plans[int(chance.integers(4))]
        before = sheets(plans, SIZE, before)
        for one, other in zip(before, sheets(plans, SIZE), strict=True):
            assert one.plan is other.plan or one.plan == other.plan
            assert all(np.array_equal(a, b) for a, b in zip(one.light, other.light, strict=True))
            assert [part.way for part in one.parts] == [part.way for part in other.parts]
            for a, b in zip(one.parts, other.parts, strict=True):
                assert np.array_equal(a.vertices, b.vertices)


@pytest.mark.parametrize("black", [0.0, 0.004])
def test_a_drag_compiles_nothing_and_makes_nothing_on_the_card(device, monkeypatch, black):
    mask = np.ones((18, 32))
    mask[:3, :5] = 0.5

    def dragged(x: float, y: float) -> list[Plan]:
        warp = Warp(((x, y), (1.0, 0.0), (0.95, 1.0), (0.0, 0.9)))
        left = plan(Laid("1", (0.0, 0.0, 0.6, 1.0), warp, "front"), name="left", masks=mask, black=black)
        return [left, plan(Laid("1", (0.55, 0.0, 0.45, 1.0), wall="front"), name="right")]

    made = sheets(dragged(0.0, 0.0), (640, 180))
    projection = Projection(device)
    projection.lay(made[0])
    counted = dict(device.live)

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("made in a frame")

    ways = set()
    with monkeypatch.context() as frame:
        for kind in (Program, Texture, Mesh):
            frame.setattr(kind, "__init__", forbidden)
        for step in range(12):
            made = sheets(dragged(0.04 * step, 0.03 * step), (640, 180), made)
            projection.lay(made[0])
            ways |= {part.way for part in made[0].parts}
            assert projection.sheet is made[0]
    assert len({way.taps for way in ways}) > 2 and len({way.mask for way in ways}) == 2
    assert dict(device.live) == counted
    projection.close()
    device.free_doomed()


def test_a_rehearsal_draws_in_every_way_and_leaves_no_more_than_a_speck(device, monkeypatch):
    right = plan(Laid("1", (0.4, 0.0, 0.6, 1.0), wall="front"), name="right", masks=np.ones((18, 32)))
    made = sheets([plan(Laid("1", (0.0, 0.0, 0.4, 1.0), wall="front"), name="left"), right], SIZE)
    projection = Projection(device)
    canvas, target = Texture.from_array(device, white(), "rgba8"), Target(device, *SIZE, "rgba8")
    projection.rehearse(canvas)  # nothing is laid yet
    projection.lay(made[1])
    drawn = []
    draw = Mesh.draw
    monkeypatch.setattr(Mesh, "draw", lambda self, *given: drawn.append(given) or draw(self, *given))
    target.clear()
    projection.rehearse(canvas)
    assert len(drawn) == len(made[1].ways) == 2 * 2 * 4  # beside each other now, but they may be moved over each other
    assert not target.read().reshape(-1, 4)[1:].any()
    for one in (projection, canvas, target):
        one.close()
    device.free_doomed()


def test_a_grid_that_becomes_far_finer_has_room(device):
    bent = Warp(KEYSTONE).split(3, 3, "bezier")
    points = bent.points.copy()
    points[4:6, 4:6] += 0.1
    fine = Warp(KEYSTONE, points=points, kind="bezier")
    projection = Projection(device)
    counts = []
    for warp in (Warp(KEYSTONE), fine, Warp(KEYSTONE)):
        made = sheets([plan(Laid("1", warp=warp), size=(3840, 2160))], (3840, 2160))[0]
        projection.lay(made)
        device.free_doomed()
        counts.append((sum(len(part.vertices) for part in made.parts), dict(device.live)))
    assert counts[1][0] > 6 * 32 * 32 > counts[0][0]
    assert counts[0][1] == counts[1][1] == counts[2][1]
    projection.close()
    device.free_doomed()


def test_regions_that_touch_share_nothing_even_on_the_middle_of_a_place_of_the_grid():
    below = plan(Laid("1", (0.0, 0.0, 1.0, 0.5), wall="front"), name="below")
    above = plan(Laid("1", (0.0, 0.5, 1.0, 0.5), wall="front"), name="above")
    canvas = (512, 145)  # an odd number of rows: the middle of one is the seam
    assert all(sheet.light == (None,) for sheet in sheets([below, above], canvas))


@pytest.mark.parametrize("black", [0.0, 0.004])
def test_where_one_of_two_is_masked_the_other_gives_all_of_the_picture(device, black):
    mask = np.ones((180, 320))
    mask[60:120, 240:] = 0.0  # a part of the overlap, which is the left one's right third
    left = plan(Laid("1", (0.0, 0.0, 0.6, 1.0), wall="front"), name="left", masks=mask, black=black)
    right = plan(Laid("1", (0.4, 0.0, 0.6, 1.0), wall="front"), name="right", black=black)
    wall = np.zeros((180, 533))
    for which, start in ((0, 0), (1, 213)):
        seen = thrown(device, white((533, 180)), [left, right], which).mean(axis=2)
        wall[:, start : start + 320] += black + (1 - black) * (seen / 255) ** 2.2
    inside = wall[66:114, 246:316]
    assert np.abs(inside - (1.0 if not black else 2 * black + (1 - 2 * black))).max() < 0.02
    assert np.abs(np.delete(wall, np.s_[56:124], axis=0) - 1.0).max() < 0.02


def test_the_far_end_of_a_steep_corner_pin_is_looked_at_more_often_than_its_near_end():
    far = ((0.0, 0.0), (1.0, 0.0), (0.6, 1.0), (0.4, 1.0))
    made = sheets([plan(Laid("1", warp=Warp(far)), size=(640, 360))], (640, 360))[0]
    heights = {part.way.taps: part.vertices[:, 1].max() for part in made.parts}
    assert heights[1] < 0.6 and heights[4] == 1.0


def test_cells_of_all_ways_meet_in_the_same_corners():
    left = plan(Laid("1", (0.0, 0.0, 0.6, 1.0), Warp(KEYSTONE), wall="front"), masks=1.0 - np.eye(64), name="left")
    right = plan(Laid("1", (0.4, 0.0, 0.6, 1.0), wall="front"), name="right")
    made = sheets([left, right], (533, 180))[0]
    assert len({part.way for part in made.parts}) > 3
    places = np.concatenate([part.vertices for part in made.parts])
    corners = np.unique(places[:, :2], axis=0)
    assert len(np.unique(places, axis=0)) == len(corners)  # one place of the canvas each
    apart = np.abs(corners[:, None] - corners[None]).max(axis=2)
    assert np.min(apart[apart > 0]) > 1e-4  # no two that nearly are the same


@pytest.mark.parametrize(
    ("corners", "turned"),
    [
        (((1, 0), (0, 0), (0, 1), (1, 1)), np.s_[:, ::-1]),
        (((1, 1), (0, 1), (0, 0), (1, 0)), np.s_[::-1, ::-1]),
        (((0, 1), (1, 1), (1, 0), (0, 0)), np.s_[::-1, :]),
    ],
)
@pytest.mark.parametrize("mask", [None, np.ones((180, 320))])
def test_from_behind_and_upside_down_the_canvas_is_there_to_the_bit(device, corners, turned, mask):
    canvas = noise()
    seen = thrown(device, canvas, [plan(Laid("1", warp=Warp(corners)), masks=mask)])
    assert np.array_equal(seen, canvas[turned][..., :3])
    grid = thrown(device, canvas, [plan(Laid("1", warp=Warp(corners).split(3, 2)), masks=mask)])
    assert np.abs(grid - canvas[turned][..., :3]).max() <= 1


def test_cells_that_meet_leave_no_pixel_out_whatever_way_they_are_drawn(device):
    bent = Warp(((0.03, 0.05), (0.93, 0.11), (0.97, 0.91), (0.08, 0.99))).split(5, 4, "smooth")
    mask = np.ones((90, 160))
    mask[20:40, 30:60] = 0.999
    left = plan(Laid("1", (0.0, 0.0, 0.6, 1.0), bent, wall="front"), name="left", masks=mask)
    right = plan(Laid("1", (0.4, 0.0, 0.6, 1.0), wall="front"), name="right")
    seen = thrown(device, white((533, 180)), [left, right]).min(axis=2)
    inside = thrown(device, white((533, 180)), [plan(Laid("1", (0.0, 0.0, 0.6, 1.0), bent))]).min(axis=2) > 0
    alone = np.arange(320) < 190  # well away from the overlap it gives all of its light
    assert seen[inside & alone].min() >= 254
