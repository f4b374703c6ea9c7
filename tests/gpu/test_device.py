"""Known-answer pictures for the GL layer, and that nothing which was made is left behind."""

from __future__ import annotations

import gc

import numpy as np
import pytest

from installation.errors import DeviceError, ShaderError
from installation.gpu.device import Device
from installation.gpu.programs import Mesh, Program
from installation.gpu.textures import Target, Texture

pytestmark = pytest.mark.gl

VERTEX = """\
out vec2 uv;
void main() {
  uv = vec2((gl_VertexID << 1) & 2, gl_VertexID & 2);
  gl_Position = vec4(uv * 2.0 - 1.0, 0.0, 1.0);
}
"""
FILL = """\
layout(std140) uniform Fill { vec4 tint; };
out vec4 color;
void main() { color = tint; }
"""
COPY = """\
in vec2 uv; out vec4 color; uniform sampler2D picture;
void main() { color = texture(picture, uv); }
"""


def test_a_solid_colour_goes_in_and_the_same_colour_comes_out(device: Device) -> None:
    program, mesh, target = Program(device, VERTEX, FILL), Mesh(device), Target(device, 8, 4)
    offset = device.uniforms.take(np.array([1.0, 0.5, 0.25, 1.0], np.float32).view(np.uint8))
    device.uniforms.upload()
    target.bind()
    device.use_blend("none")
    program.use((), offset, 16)
    mesh.draw()
    assert (target.read() == (255, 128, 64, 255)).all()
    for owned in (program, mesh, target):
        owned.close()


def test_an_orientation_card_keeps_its_four_corners(device: Device) -> None:
    card = np.zeros((2, 2, 4), np.uint8)
    card[0, 0], card[0, 1], card[1, 0], card[1, 1] = (
        (255, 0, 0, 255),
        (0, 255, 0, 255),
        (0, 0, 255, 255),
        (9, 9, 9, 255),
    )
    program, mesh, target = Program(device, VERTEX, COPY, ("picture",)), Mesh(device), Target(device, 2, 2)
    texture = Texture.from_array(device, card, "rgba8", smooth=False)
    target.bind()
    device.use_blend("none")
    program.use((texture,))
    mesh.draw()
    assert np.array_equal(target.read(), card)
    for owned in (program, mesh, target, texture):
        owned.close()


def test_two_slices_of_one_frame_keep_their_own_values(device: Device) -> None:
    program, mesh = Program(device, VERTEX, FILL), Mesh(device)
    targets = [Target(device, 2, 2), Target(device, 2, 2)]
    offsets = [device.uniforms.take(np.full(4, v, np.float32).view(np.uint8)) for v in (0.0, 1.0)]
    device.uniforms.upload()
    device.use_blend("none")
    for target, offset in zip(targets, offsets, strict=True):
        target.bind()
        program.use((), offset, 16)
        mesh.draw()
    assert targets[0].read().max() == 0
    assert targets[1].read().min() == 255
    for owned in (program, mesh, *targets):
        owned.close()


def test_sources_without_a_version_get_the_device_s(device: Device) -> None:
    version = device.dialect.split()[0]
    with pytest.raises(ShaderError, match="it is on top"):
        Program(device, f"#if __VERSION__ == {version}\n#error it is on top\n#endif\n{VERTEX}", FILL)


def test_a_program_that_does_not_compile_tells_the_drivers_words(device: Device) -> None:
    with pytest.raises(ShaderError, match="nothing_of_the_kind"):
        Program(device, VERTEX, "out vec4 c;\nvoid main() { c = nothing_of_the_kind; }")


def test_a_picture_larger_than_the_device_allows_is_refused_with_the_limit(device: Device) -> None:
    with pytest.raises(DeviceError, match=r"does not fit.*\n.*at most"):
        Texture(device, device.max_texture + 1, 4)


def test_a_forgotten_texture_is_freed_at_the_frames_end(device: Device) -> None:
    before = device.live["texture"]
    Texture(device, 4, 4)
    gc.collect()
    device.free_doomed()
    assert device.live["texture"] == before


def test_blit_scales_a_picture_into_a_smaller_target(device: Device) -> None:
    large, small = Target(device, 16, 16, "rgba16f"), Target(device, 4, 4)
    large.bind()
    device.clear(0.0, 1.0, 0.0, 1.0)
    large.blit(small)
    assert (small.read() == (0, 255, 0, 255)).all()
    large.close()
    small.close()


def test_an_upload_goes_to_its_own_texture_whatever_unit_was_used_last(device: Device) -> None:
    first, second = (Texture.from_array(device, np.full((2, 2, 4), v, np.uint8), "rgba8") for v in (10, 20))
    program = Program(device, VERTEX, COPY, ("picture",))
    program.use((first, second))  # the last unit that was made active holds the second
    first.upload(np.full((2, 2, 4), 99, np.uint8))
    mesh, target = Mesh(device), Target(device, 2, 2)
    device.use_blend("none")
    for texture, value in ((second, 20), (first, 99)):
        target.bind()
        program.use((texture,))
        mesh.draw()
        assert (target.read() == value).all()
    for owned in (first, second, program, mesh, target):
        owned.close()
