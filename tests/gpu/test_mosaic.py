"""Pictures in tiles: what goes in comes out, and whatever looks at them or draws into them sees one picture."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from mosaics import in_tiles
from numpy.typing import NDArray

from installation.errors import DeviceError
from installation.gpu.device import Device
from installation.gpu.programs import Mesh, Program, StageError
from installation.gpu.textures import Format, Target, Texture

pytestmark = pytest.mark.gl

SIZE = (150, 97)
VERTEX = """\
out vec2 uv;
void main() {
  uv = vec2((gl_VertexID << 1) & 2, gl_VertexID & 2);
  gl_Position = vec4(uv * 2.0 - 1.0, 0.0, 1.0);
}
"""
LOOKS = """\
in vec2 uv; out vec4 color; uniform sampler2D picture;
vec4 seen(sampler2D p, vec2 at, int band) {
  vec2 x = dFdx(at), y = dFdy(at);
  vec4 found[6];
  found[0] = texture(p, at);
  found[1] = texture(p, at, 1.0) + 0.1 * textureOffset(p, at, ivec2(2, -3));
  found[2] = textureLod(p, at, 0.0);
  found[3] = textureProj(p, vec3(at * 2.0, 2.0)) + 0.1 * textureGrad(p, at, x, y);
  found[4] = texelFetch(p, ivec2(at * vec2(textureSize(p, 0))), 0);
  found[5] = vec4(gl_FragCoord.xy / vec2(textureSize(p, 0)), 20.0 * abs(x.x), 20.0 * abs(y.y));
  return found[band];
}
void main() { color = seen(picture, uv * 1.3 - 0.15 + 0.01 * sin(uv.yx * 40.0), int(gl_FragCoord.x) / 3 % 6); }
"""
"""Every way to look, each in columns of its own."""
PLAIN = """\
in vec2 uv; out vec4 color; uniform sampler2D picture;
void main() { color = texture(picture, uv * 1.3 - 0.15); }
"""
SPRITES_VERTEX = """\
layout(location = 0) in vec4 a_place;
flat out float light;
void main() { gl_Position = vec4(a_place.xy, 0.0, 1.0); gl_PointSize = a_place.z; light = a_place.w; }
"""
SPRITES_FRAGMENT = """\
flat in float light; out vec4 color;
void main() { color = vec4(gl_PointCoord, 1.0, 1.0) * light; }
"""


def noise(form: Format) -> NDArray[Any]:
    rng = np.random.default_rng(7)
    width, height = SIZE
    if form == "r8":
        return rng.integers(0, 256, (height, width), np.uint8)
    if form in ("rgba8", "rgba16"):
        kind = np.uint8 if form == "rgba8" else np.uint16
        return rng.integers(0, np.iinfo(kind).max, (height, width, 4), kind)
    return rng.random((height, width, 2 if form == "rg16f" else 4), np.float32)


def drawn(device: Device, fragment: str, picture: NDArray[Any], form: Format, smooth: bool) -> NDArray[Any]:
    program, mesh, target = (
        Program(device, VERTEX, fragment, ("picture",)),
        Mesh(device),
        Target(device, *SIZE, "rgba32f"),
    )
    texture = Texture.from_array(device, picture, form, smooth)
    target.bind()
    device.use_blend("none")
    program.use((texture,))
    mesh.draw()
    found = target.read()
    for owned in (program, mesh, target, texture):
        owned.close()
    return found


@pytest.mark.parametrize("form", ["rgba8", "r8", "rgba16", "rg16f", "rgba16f", "rgba32f"])
def test_pictures_are_seen_as_in_one_piece_in_every_way_to_look(device: Device, form: Format) -> None:
    picture, smooth, fragment = noise(form), form != "rgba32f", LOOKS if form in ("rgba8", "rgba32f") else PLAIN
    whole = drawn(device, fragment, picture, form, smooth)
    with in_tiles(device, 64):
        tiled = drawn(device, fragment, picture, form, smooth)
    # Where a place lies just between two pixels, rounding may choose either: of a thousand pixels, one.
    assert np.quantile(np.abs(whole - tiled).max(axis=-1), 0.999) < 2 / 255


def test_a_small_picture_in_a_large_one_is_the_same(device: Device) -> None:
    picture = np.arange(48, dtype=np.uint8).reshape(3, 4, 4) * 5
    whole = drawn(device, PLAIN, picture, "rgba8", True)
    with in_tiles(device, 64):
        tiled = drawn(device, PLAIN, picture, "rgba8", True)
    assert np.abs(whole - tiled).max() < 0.002


def test_points_are_whole_at_the_borders_of_tiles_and_missing_where_they_are_in_one_piece(device: Device) -> None:
    rng = np.random.default_rng(3)
    rows = np.empty((300, 4), np.float32)
    rows[:, :2] = rng.uniform(-1.1, 1.1, (300, 2))
    rows[:, 2], rows[:, 3] = rng.uniform(1, 60, 300), 0.05

    def sprites() -> NDArray[Any]:
        program, mesh = Program(device, SPRITES_VERTEX, SPRITES_FRAGMENT), Mesh(device, rows, (4,), mode="points")
        target = Target(device, *SIZE, "rgba32f")
        if device.dialect == "330 core":
            device.gl.glEnable(device.gl.GL_PROGRAM_POINT_SIZE)
        device.use_blend("accumulate")
        target.bind()
        program.use(())
        mesh.draw()
        found = target.read()
        for owned in (program, mesh, target):
            owned.close()
        return found

    whole = sprites()
    with in_tiles(device, 64):
        tiled = sprites()
    assert whole.max() > 0.2
    # An edge that lies on a pixel's centre may fall to either side.
    assert np.quantile(np.abs(whole - tiled).max(axis=-1), 0.99) < 0.003


def test_a_copy_is_exact_and_a_smaller_one_is_smooth(device: Device) -> None:
    picture = noise("rgba16f")
    with in_tiles(device, 64):
        texture, target = Texture.from_array(device, picture, "rgba16f"), Target(device, *SIZE, "rgba32f")
        program, mesh = (
            Program(device, VERTEX, "in vec2 uv; out vec4 c; void main() { c = vec4(uv, 0.5, 1.0); }"),
            Mesh(device),
        )
        target.bind()
        device.use_blend("none")
        program.use(())
        mesh.draw()
        other, small = Target(device, *SIZE, "rgba32f"), Target(device, 15, 10)
        target.blit(other)
        assert np.array_equal(target.read(), other.read())
        other.blit(small)
        assert small.read()[..., 0].mean() == pytest.approx(127.5, abs=1)
        other.clear()
        assert other.read().max() == 0
        for owned in (texture, target, other, small, program, mesh):
            owned.close()


def test_a_mistake_in_a_shader_is_told_at_its_own_line(device: Device) -> None:
    wrong = "in vec2 uv;\nout vec4 color;\nvoid main() {\n  color = nowhere;\n}\n"
    said = []
    with pytest.raises(StageError) as plain:
        Program(device, VERTEX, wrong)
    said.append(plain.value.log.splitlines()[0])
    with in_tiles(device, 64), pytest.raises(StageError) as tiled:
        Program(device, VERTEX, wrong)
    said.append(tiled.value.log.splitlines()[0])
    assert said[0] == said[1]


def test_hundreds_of_sizes_are_cut_one_after_the_other_and_too_many_at_once_are_refused(device: Device) -> None:
    with in_tiles(device, 100):
        for width in range(101, 400):
            Texture(device, width, 3).close()
        kept = []
        with pytest.raises(DeviceError, match="in tiles"):
            for width in range(101, 400):
                kept.append(Texture(device, width, 300))
        assert len(kept) > 50
        assert len({(t.grid.wide // 2 % 16, t.grid.high // 2 % 16) for t in kept}) == len(kept)
        assert all(t.grid.wide <= 100 and t.grid.high <= 100 for t in kept)
        for texture in kept:
            texture.close()


def test_large_pictures_lie_in_tiles_of_what_is_drawn_at_once_where_there_are_layers_enough(device: Device) -> None:
    with in_tiles(device, 100):
        device.tile = 40
        try:
            few, many = Texture(device, 90, 90), Texture(device, 41, 2000)
            assert (few.grid.layers, few.grid.wide <= 40, many.grid.layers > 50) == (9, True, True)
            device.tile, device.mosaic._layers = 6, 256  # two pixels of its own a tile: 2250 layers would be wanted
            small, large = Texture(device, 90, 100), Texture(device, 101, 101)
            assert (small.grid.layers, large.grid.layers, large.grid.wide > 50) == (1, 4, True)
            for texture in (few, many, small, large):
                texture.close()
        finally:
            device.tile = 0


def test_what_a_computer_has_no_memory_for_is_refused(device: Device) -> None:
    device.room = device.held + 1000
    try:
        Texture(device, 15, 16).close()
        with pytest.raises(DeviceError, match="no memory for one more picture of 16 x 16"):
            Texture(device, 16, 16)
        Texture(device, 15, 16).close()
    finally:
        device.room = None
