"""The ISF player on known answers: uniforms, image functions, and the buffer rules of the reference."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.errors import ShaderError
from installation.gpu.device import Device
from installation.gpu.textures import Target, Texture
from installation.params import Value
from installation.render.isf_player import IsfPlayer
from installation.render.screen import Screen
from installation.scene import isf

pytestmark = pytest.mark.gl


@pytest.fixture
def screen(device: Device) -> Iterator[Screen]:
    made = Screen(device)
    yield made
    made.close()


Draw = Callable[..., NDArray[Any]]


@pytest.fixture
def draw(device: Device, screen: Screen) -> Iterator[Draw]:
    """Draws frames of an ISF text and gives the last one, (h, w, 4) uint8."""
    players: list[IsfPlayer] = []

    def draw_it(
        text: str,
        values: Mapping[str, Value] | None = None,
        images: Mapping[str, Texture] | None = None,
        size: tuple[int, int] = (4, 2),
        frames: int = 1,
    ) -> NDArray[Any]:
        parsed = isf.parse(text, "test.fs")
        player = IsfPlayer(device, screen, parsed)
        players.append(player)
        target = Target(device, *size, "rgba8")
        given = {param.name: param.default for param in parsed.params} | dict(values or {})
        for index in range(frames):
            player.prepare(given, images or {}, size, index / 10, 0.1)
            device.uniforms.upload()
            player.draw(images or {}, target)
        picture = target.read()
        target.close()
        return picture

    yield draw_it
    for player in players:
        player.close()


def test_every_input_type_reaches_its_uniform(draw: Draw) -> None:
    text = """/*{"INPUTS": [
      {"NAME": "f", "TYPE": "float", "DEFAULT": 0.2}, {"NAME": "b", "TYPE": "bool", "DEFAULT": true},
      {"NAME": "l", "TYPE": "long", "VALUES": [5, 10], "DEFAULT": 10}, {"NAME": "p", "TYPE": "point2D", "DEFAULT": [0.4, 0.6]},
      {"NAME": "c", "TYPE": "color", "DEFAULT": [0, 0, 0.8, 1]}, {"NAME": "e", "TYPE": "event"}]}*/
    void main() {
      bool right = b && !e && l == 10 && abs(p.x - 0.4) < 1e-6 && abs(p.y - 0.6) < 1e-6;
      gl_FragColor = right ? vec4(f, 0.0, c.b, 1.0) : vec4(1.0);
    }"""
    assert (draw(text)[0, 0] == (51, 0, 204, 255)).all()


def test_rendersize_and_coordinates_belong_to_the_pass(draw: Draw) -> None:
    text = """/*{"PASSES": [{"TARGET": "small", "WIDTH": "floor($WIDTH / 2.0)", "HEIGHT": "$HEIGHT"}, {}]}*/
    void main() {
      if (PASSINDEX == 0) gl_FragColor = vec4(RENDERSIZE / 8.0, isf_FragNormCoord.x, 1.0);
      else gl_FragColor = vec4(IMG_NORM_PIXEL(small, vec2(0.5)).rg, IMG_SIZE(small) / 8.0);
    }"""
    red, green, blue, alpha = draw(text, size=(8, 4))[0, 0] / 255 * 8
    assert (round(red), round(green), round(blue), round(alpha)) == (4, 4, 4, 4)


def test_image_functions_agree_on_the_same_pixel(draw: Draw, device: Device) -> None:
    card = np.zeros((2, 4, 4), np.uint8)
    card[..., 3] = 255
    card[1, 2] = (10, 200, 30, 255)
    picture = Texture.from_array(device, card, "rgba8", smooth=False)
    text = """/*{"INPUTS": [{"NAME": "inputImage", "TYPE": "image"}]}*/
    void main() {
      vec4 a = IMG_PIXEL(inputImage, vec2(2.5, 1.5)), b = IMG_NORM_PIXEL(inputImage, vec2(2.5, 1.5) / IMG_SIZE(inputImage));
      vec4 nested = IMG_NORM_PIXEL(inputImage, fract(vec2(max(0.625, IMG_THIS_PIXEL(inputImage).g * 0.0), 0.75)));
      gl_FragColor = (a == b && b == nested) ? a : vec4(1.0, 0.0, 0.0, 1.0);
    }"""
    assert (draw(text, images={"inputImage": picture})[0, 0] == (10, 200, 30, 255)).all()
    picture.close()


def test_a_persistent_float_buffer_counts_frames(draw: Draw) -> None:
    text = """/*{"PASSES": [{"TARGET": "sum", "PERSISTENT": true, "FLOAT": true}, {}]}*/
    void main() {
      if (PASSINDEX == 0) gl_FragColor = IMG_THIS_PIXEL(sum) + vec4(1.0 / 51.0);
      else gl_FragColor = IMG_THIS_PIXEL(sum);
    }"""
    assert (draw(text, frames=10)[0, 0] == 50).all()


def test_a_target_written_earlier_this_frame_is_seen_new(draw: Draw) -> None:
    text = """/*{"PASSES": [{"TARGET": "a"}, {"TARGET": "b"}, {}]}*/
    void main() {
      if (PASSINDEX == 0) gl_FragColor = vec4(float(FRAMEINDEX + 1) / 51.0);
      else if (PASSINDEX == 1) gl_FragColor = IMG_THIS_PIXEL(a) * 2.0;
      else gl_FragColor = IMG_THIS_PIXEL(b);
    }"""
    assert (draw(text, frames=3)[0, 0] == 30).all()


def test_a_temporary_buffer_is_black_before_it_is_written(draw: Draw) -> None:
    text = """/*{"PASSES": [{"TARGET": "a"}, {}]}*/
    void main() {
      if (PASSINDEX == 0) gl_FragColor = IMG_THIS_PIXEL(a) + vec4(0.2);
      else gl_FragColor = IMG_THIS_PIXEL(a);
    }"""
    assert (draw(text, frames=4)[0, 0] == 51).all()


def test_the_last_pass_is_the_output_even_with_a_target(draw: Draw) -> None:
    text = """/*{"PASSES": [{"TARGET": "kept", "PERSISTENT": true}]}*/
    void main() { gl_FragColor = IMG_THIS_PIXEL(kept) + vec4(0.2); }"""
    assert (draw(text, frames=2)[0, 0] == 102).all()


def test_old_spellings_are_translated(draw: Draw) -> None:
    text = """/*{}*/
    #version 120
    varying vec2 unused;  // gl_FragColor in a comment stays
    void main() { gl_FragColor = vec4(vv_FragNormCoord.x > 0.0 ? 1.0 : 0.0); }"""
    assert (draw(text)[0, 0] == 255).all()


def test_an_error_is_told_at_the_artists_own_line(draw: Draw) -> None:
    text = '/*{\n"INPUTS": []\n}*/\nvoid main() {\n  gl_FragColor = vec4(colour);\n}'
    with pytest.raises(ShaderError) as raised:
        draw(text)
    (problem,) = raised.value.problems
    assert problem.where is not None
    assert (problem.where.path, problem.where.line) == ("test.fs", 5)
    assert "colour" in problem.message
    assert "gl_FragColor = vec4(colour);" in problem.hint
