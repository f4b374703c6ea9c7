"""Rooms as they are drawn: light lands where it is thrown, things stand in its way, and nothing is left on the device."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.gpu.depth import DepthTarget, depth_tested
from installation.gpu.device import Device
from installation.gpu.programs import Mesh, Program
from installation.gpu.textures import Target
from installation.previs.measure import measured
from installation.previs.model import Model
from installation.previs.plan import drawn
from installation.previs.room import Lens, Room, lens_of, room_of
from installation.previs.view import Orbit, eye_at, orbit_of, words_of
from installation.scene.output_site import Beamer, Wall
from installation.scene.output_site import Room as RoomSite

pytestmark = pytest.mark.gl
SIZE = (240, 135)


def lens(name: str = "one", x: float = 0.0) -> Lens:
    return lens_of(name, Beamer(at=(x, 1.5, 6), towards=(x, 1.5, 0), throw=1.5), (160, 90))


def room(*more: Wall, lenses: tuple[Lens, ...], people: tuple[tuple[float, float], ...] = ()) -> Room:
    walls = [Wall(name="front", size=(10, 5)), *more]
    return room_of(RoomSite(walls=walls, people=list(people), light=0), lenses, Path())


@pytest.fixture
def look(device: Device) -> Iterator[Callable[..., NDArray[np.float64]]]:
    models: list[Model] = []

    def seen(there: Room, pictures: list[NDArray[np.uint8]], eye: Lens) -> NDArray[np.float64]:
        """How much brighter each pixel is for the projectors' light, (h, w), row 0 the bottom."""
        models.append(Model(device, there, measured(there), SIZE, 2))

        def show(number: int, target: Target) -> None:
            target.texture.upload(pictures[number])

        dark = models[-1].draw(eye).read().astype(np.float64)
        models[-1].light(show)
        return np.asarray((models[-1].draw(eye).read() - dark)[..., :3].mean(axis=2))

    yield seen
    for model in models:
        model.close()
    device.free_doomed()


def picture(spots: list[tuple[int, int]] | None = None) -> NDArray[np.uint8]:
    """White, or black with white places of 4 x 4 pixels around (x, y)."""
    out = np.full((90, 160, 4), 255, np.uint8)
    if spots is not None:
        out[..., :3] = 0
        for x, y in spots:
            out[y - 2 : y + 2, x - 2 : x + 2, :3] = 255
    return out


EYE = eye_at(np.array([2.0, 2.2, 8.0]), np.array([0.2, 1.5, 0.0]), SIZE)


@pytest.mark.parametrize("spot", [(40, 30), (120, 70), (80, 45)])
def test_a_bright_place_of_the_picture_is_on_the_wall_where_its_ray_lands(
    look: Callable, spot: tuple[int, int]
) -> None:
    one = lens()
    there = room(lenses=(one,))
    found = look(there, [picture([spot])], EYE)
    ray = one.rays(np.array([[spot[0] / 160, spot[1] / 90]]))
    x, y, _ = EYE.seen(one.at + ray * there.hit(one.at, ray)[0][:, None])[0]
    light = np.where(found > 0.3 * found.max(), found, 0.0)
    rows, columns = np.indices(light.shape) + 0.5
    middle = (columns * light).sum() / light.sum(), (rows * light).sum() / light.sum()
    assert np.hypot(middle[0] - x * SIZE[0], middle[1] - y * SIZE[1]) < 1.0


def test_light_does_not_go_through_a_pillar(look: Callable) -> None:
    pillar = Wall(name="pillar", at=(0, 0, 2), size=(0.8, 5))
    eye = eye_at(np.array([4.5, 2.2, 6.0]), np.array([0.0, 1.5, 1.0]), SIZE)
    found = look(room(pillar, lenses=(lens(),)), [picture()], eye)

    def at(place: tuple[float, float, float]) -> float:
        x, y, _ = eye.seen(np.array([place]))[0]
        return float(found[int(y * SIZE[1]), int(x * SIZE[0])])

    behind, beside, on_it = at((0.4, 1.5, 0.0)), at((-1.5, 1.5, 0.0)), at((0.0, 1.5, 2.0))
    assert beside > 60 and on_it > 60 and behind < 0.35 * beside


def test_two_projectors_on_one_place_add_up_and_a_wall_is_not_lit_from_behind(look: Callable) -> None:
    one, other = lens(), lens("two")
    single = look(room(lenses=(one,)), [picture()], EYE)
    both = look(room(lenses=(one, other)), [picture(), picture()], EYE)
    x, y, _ = EYE.seen(np.array([[0.0, 1.5, 0.0]]))[0]
    spot = int(y * SIZE[1]), int(x * SIZE[0])
    assert both[spot] > single[spot] + 5
    behind = lens_of("back", Beamer(at=(0, 1.5, -6), towards=(0, 1.5, 0), throw=1.5), (160, 90))
    assert look(room(lenses=(behind,)), [picture()], EYE)[spot] < 3


def test_all_of_the_room_is_in_the_picture_and_words_stand_in_it(look: Callable) -> None:
    there = room(lenses=(lens(), lens("two", 3.0)), people=((1, 2), (-2, 3)))
    orbit = orbit_of(there, SIZE)
    eye = orbit.eye(SIZE)
    solid = np.concatenate([part.corners.reshape(-1, 3) for part in there.parts if part.kind != "floor"])
    spots = eye.seen(np.concatenate([solid, [one.at for one in there.lenses]]))[:, :2]
    assert spots.min() > 0.0 and spots.max() < 1.0 and np.ptp(spots, axis=0).max() > 0.7
    assert orbit.turned(0, 500).rise == 85 and isinstance(orbit.turned(10, 0), Orbit)
    told = words_of(there, measured(there), orbit.eye((480, 270)), "Foyer")
    assert told.shape == (270, 480, 4) and told[..., 3].max() > 200 and (told[..., 3] == 0).mean() > 0.5


def test_a_plan_is_to_scale_and_its_walls_are_where_they_stand() -> None:
    there = room(lenses=(lens(),), people=((1, 2),))
    sheet = drawn(there, measured(there), (640, 480), "Foyer")
    assert sheet.shape == (480, 640, 3) and sheet.dtype == np.uint8
    dark = (sheet[40:300] < 90).all(axis=2)
    wide = dark.sum(axis=1).max()
    assert 200 < wide < 640, "a wall of ten metres is a line"


def test_what_is_nearer_hides_what_is_farther_only_while_depth_is_tested(device: Device) -> None:
    vertex = "layout(location = 0) in vec3 at; void main() { gl_Position = vec4(at, 1.0); }\n"
    target = DepthTarget(device, 8, 8)
    rows = np.array([(-1, -1, 0), (3, -1, 0), (-1, 3, 0)], np.float32)
    near, far = Mesh(device, rows + np.float32((0, 0, -0.5)), (3,)), Mesh(device, rows + np.float32((0, 0, 0.5)), (3,))
    red, green = (
        Program(device, vertex, f"out vec4 color; void main() {{ color = vec4({c}, 1.0); }}\n")
        for c in ("1, 0, 0", "0, 1, 0")
    )

    def draw() -> list[int]:
        for program, mesh in ((red, near), (green, far)):
            program.use(())
            mesh.draw()
        return list(target.read()[4, 4, :2])

    target.bind()
    device.use_blend("none")
    with depth_tested(device):
        assert draw() == [255, 0]
    assert draw() == [0, 255]
    target.clear()
    with depth_tested(device, write=False):
        assert draw() == [0, 255], "nothing was written that hides"
    for one in (target, near, far, red, green):
        one.close()
    device.free_doomed()
    assert device.error() == 0
