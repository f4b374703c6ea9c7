"""The ISF player on known answers: uniforms, image functions, and the buffer rules of the reference."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from installation.errors import CommandError, ShaderError
from installation.gpu.device import Device
from installation.gpu.textures import Texture
from installation.render.isf_player import IsfPlayer
from installation.render.screen import Screen
from installation.scene import isf

Draw = Callable[..., NDArray[Any]]
Play = Callable[..., IsfPlayer]

pytestmark = pytest.mark.gl


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


# -- uniforms ----------------------------------------------------------------------------------------------------------


def test_time_date_and_frames_are_the_caller_s(draw: Draw) -> None:
    text = """/*{}*/
    void main() {
      bool right = abs(TIME - 7.2) < 1e-5 && abs(TIMEDELTA - 0.1) < 1e-6 && FRAMEINDEX == 2;
      right = right && DATE == vec4(2025.0, 12.0, 31.0, 3600.5);
      gl_FragColor = vec4(right ? 1.0 : 0.0);
    }"""
    assert draw(text, frames=3, start=7.0, date=(2025.0, 12.0, 31.0, 3600.5)).min() == 255


def test_the_first_frame_follows_nothing(draw: Draw) -> None:
    text = "/*{}*/ void main() { gl_FragColor = vec4(FRAMEINDEX == 0 && TIMEDELTA == 0.0 ? 1.0 : 0.0); }"
    assert draw(text).min() == 255


def test_an_event_is_seen_by_every_pass_of_its_frame(draw: Draw) -> None:
    text = """/*{"INPUTS": [{"NAME": "bang", "TYPE": "event"}], "PASSES": [{"TARGET": "a"}, {"TARGET": "b"}, {}]}*/
    void main() {
      if (PASSINDEX < 2) gl_FragColor = vec4(bang ? 1.0 : 0.0);
      else gl_FragColor = vec4(IMG_THIS_PIXEL(a).r, IMG_THIS_PIXEL(b).r, bang ? 1.0 : 0.0, 1.0);
    }"""
    assert draw(text, {"bang": True}).min() == 255
    assert (draw(text)[0, 0] == (0, 0, 0, 255)).all()


def test_an_image_tells_its_size_its_rectangle_and_that_it_is_upright(draw: Draw, device: Device) -> None:
    picture = Texture.from_array(device, np.zeros((3, 5, 4), np.uint8), "rgba8")
    text = """/*{"INPUTS": [{"NAME": "i", "TYPE": "image"}], "PASSES": [{"TARGET": "t", "WIDTH": 6, "HEIGHT": 7}, {}]}*/
    void main() {
      bool image = _i_imgRect == vec4(0.0, 0.0, 1.0, 1.0) && _i_imgSize == vec2(5.0, 3.0) && !_i_flip;
      bool buffer = _t_imgRect == vec4(0.0, 0.0, 1.0, 1.0) && _t_imgSize == vec2(6.0, 7.0) && !_t_flip;
      gl_FragColor = vec4(image, buffer, IMG_SIZE(i) == _i_imgSize, IMG_SIZE(t) == _t_imgSize);
    }"""
    assert draw(text, images={"i": picture}).min() == 255
    picture.close()


def test_an_image_without_a_source_is_transparent_black(draw: Draw) -> None:
    text = """/*{"INPUTS": [{"NAME": "i", "TYPE": "image"}, {"NAME": "a", "TYPE": "audio"}, {"NAME": "f", "TYPE": "audioFFT"}]}*/
    void main() { gl_FragColor = IMG_THIS_PIXEL(i) + IMG_THIS_PIXEL(a) + IMG_THIS_PIXEL(f); }"""
    assert draw(text).max() == 0


def test_a_cube_input_without_a_cube_is_transparent_black(draw: Draw, device: Device) -> None:
    flat = Texture.from_array(device, np.full((2, 2, 4), 255, np.uint8), "rgba8")
    text = """/*{"INPUTS": [{"NAME": "sky", "TYPE": "cube"}]}*/
    void main() { gl_FragColor = textureCube(sky, vec3(1.0, 0.0, 0.0)) + IMG_NORM_PIXEL(sky, vec3(0.0, 1.0, 0.0)); }"""
    assert draw(text).max() == 0
    assert draw(text, images={"sky": flat}).max() == 0
    flat.close()


def test_sampling_is_clamped(draw: Draw, device: Device) -> None:
    card = np.zeros((1, 2, 4), np.uint8)
    card[0, 0], card[0, 1] = 51, 204
    picture = Texture.from_array(device, card, "rgba8")
    text = """/*{"INPUTS": [{"NAME": "inputImage", "TYPE": "image"}]}*/
    void main() {
      gl_FragColor = vec4(IMG_NORM_PIXEL(inputImage, vec2(-9.0, 0.5)).r, IMG_PIXEL(inputImage, vec2(99.0, 0.5)).r, 0.0, 1.0);
    }"""
    assert (draw(text, images={"inputImage": picture})[0, 0] == (51, 204, 0, 255)).all()
    picture.close()


# -- buffers -----------------------------------------------------------------------------------------------------------


def test_a_buffer_without_float_has_eight_bits(draw: Draw) -> None:
    text = """/*{"PASSES": [{"TARGET": "a"}, {"TARGET": "b", "FLOAT": true}, {}]}*/
    void main() {
      if (PASSINDEX < 2) gl_FragColor = vec4(1.25, -0.5, 0.25 / 255.0, 1.0);
      else gl_FragColor = vec4(IMG_THIS_PIXEL(a).r == 1.0, IMG_THIS_PIXEL(a).g == 0.0 && IMG_THIS_PIXEL(a).b == 0.0,
        IMG_THIS_PIXEL(b).r == 1.25 && IMG_THIS_PIXEL(b).g == -0.5 && IMG_THIS_PIXEL(b).b > 0.0, 1.0);
    }"""
    assert draw(text).min() == 255


def test_a_persistent_buffer_starts_black_and_transparent(draw: Draw) -> None:
    text = """/*{"PASSES": [{"TARGET": "a", "PERSISTENT": true}]}*/
    void main() { gl_FragColor = IMG_THIS_PIXEL(a); }"""
    assert draw(text).max() == 0


def test_a_pass_that_reads_its_own_target_sees_the_last_frame_and_later_ones_the_new(draw: Draw) -> None:
    text = """/*{"PASSES": [{"TARGET": "a", "PERSISTENT": true}, {"TARGET": "seen"}, {}]}*/
    void main() {
      if (PASSINDEX == 0) gl_FragColor = FRAMEINDEX == 0 ? vec4(0.2) : IMG_THIS_PIXEL(a) * 2.0;
      else if (PASSINDEX == 1) gl_FragColor = IMG_THIS_PIXEL(a);
      else gl_FragColor = vec4(IMG_THIS_PIXEL(seen).r, IMG_THIS_PIXEL(a).r, 0.0, 1.0);
    }"""
    assert (draw(text, frames=2)[0, 0] == (102, 102, 0, 255)).all()


def test_a_persistent_buffer_read_before_its_pass_shows_the_last_frame(draw: Draw) -> None:
    text = """/*{"PASSES": [{"TARGET": "before"}, {"TARGET": "late", "PERSISTENT": true}, {}]}*/
    void main() {
      if (PASSINDEX == 0) gl_FragColor = IMG_THIS_PIXEL(late);
      else if (PASSINDEX == 1) gl_FragColor = vec4(float(FRAMEINDEX + 1) * 0.2);
      else gl_FragColor = vec4(IMG_THIS_PIXEL(before).r, IMG_THIS_PIXEL(late).r, 0.0, 1.0);
    }"""
    assert (draw(text, frames=3)[0, 0] == (102, 153, 0, 255)).all()


def test_a_target_may_be_written_twice_in_a_frame(draw: Draw) -> None:
    text = """/*{"PASSES": [{"TARGET": "a"}, {"TARGET": "a"}, {}]}*/
    void main() {
      if (PASSINDEX == 0) gl_FragColor = vec4(0.2);
      else if (PASSINDEX == 1) gl_FragColor = IMG_THIS_PIXEL(a) * 3.0;
      else gl_FragColor = IMG_THIS_PIXEL(a);
    }"""
    assert (draw(text, frames=2) == 153).all()


def test_the_last_pass_has_the_size_of_its_target_and_is_stretched(draw: Draw) -> None:
    text = """/*{"PASSES": [{"TARGET": "one", "WIDTH": 1, "HEIGHT": 1}]}*/
    void main() { gl_FragColor = RENDERSIZE == vec2(1.0) ? vec4(1.0) : vec4(0.0); }"""
    assert draw(text, size=(5, 3)).min() == 255


def test_a_size_follows_its_inputs_each_frame(draw: Draw, play: Play) -> None:
    player = play("""/*{"INPUTS": [{"NAME": "n", "TYPE": "long", "MIN": 1, "MAX": 9}],
      "PASSES": [{"TARGET": "a", "WIDTH": "$n * 2", "HEIGHT": "$HEIGHT / 0.0"}, {}]}*/
    void main() { gl_FragColor = vec4(IMG_SIZE(a) / 255.0, 0.0, 1.0); }""")
    assert (draw(player, {"n": 3})[0, 0] == (6, 1, 0, 255)).all()
    assert (draw(player, {"n": 7})[0, 0] == (14, 1, 0, 255)).all()


def test_persistent_pictures_are_rescaled_when_the_size_changes(draw: Draw, play: Play) -> None:
    player = play("""/*{"PASSES": [{"TARGET": "a", "PERSISTENT": true, "FLOAT": true}]}*/
    void main() { gl_FragColor = FRAMEINDEX == 0 ? vec4(gl_FragCoord.x < 4.0 ? 0.2 : 0.8) : IMG_THIS_PIXEL(a); }""")
    draw(player, size=(8, 2))
    assert draw(player, size=(16, 4))[:, :, 0].tolist() == draw(player, size=(16, 4))[:, :, 0].tolist()
    picture = draw(player, size=(16, 4))[..., 0]
    assert (picture[:, :6] == 51).all() and (picture[:, 10:] == 204).all()


def test_a_version_1_buffer_that_no_pass_writes_is_black(draw: Draw) -> None:
    text = """/*{"PERSISTENT_BUFFERS": ["never"]}*/
    void main() { gl_FragColor = IMG_THIS_PIXEL(never) + vec4(IMG_SIZE(never).x > 0.0 ? 0.2 : 0.0); }"""
    assert (draw(text) == 51).all()


def test_what_is_not_drawn_is_transparent(draw: Draw) -> None:
    text = """/*{"PASSES": [{"TARGET": "a", "PERSISTENT": true}, {}]}*/
    void main() { if (FRAMEINDEX > 2) discard; gl_FragColor = PASSINDEX == 0 ? vec4(1.0) : IMG_THIS_PIXEL(a); }"""
    assert draw(text, frames=3).min() == 255
    assert draw(text, frames=4).max() == 0


def test_buffers_that_fit_no_graphics_card_are_refused_before_they_are_made(draw: Draw, device: Device) -> None:
    side = "$WIDTH * 1000000000"
    text = f"""/*{{"PASSES": [{{"TARGET": "a", "FLOAT": true, "WIDTH": "{side}", "HEIGHT": "{side}"}}, {{}}]}}*/
    void main() {{ gl_FragColor = vec4(1.0); }}"""
    before = device.live["texture"]
    with pytest.raises(ShaderError, match="too large"):
        draw(text)
    device.free_doomed()
    assert device.live["texture"] <= before + 2  # the test's own target


# -- players -----------------------------------------------------------------------------------------------------------

THREE = """/*{"PASSES": [{"TARGET": "a", "WIDTH": 1, "HEIGHT": 1}, {"TARGET": "b", "PERSISTENT": true}, {}]}*/
void main() {
  if (PASSINDEX == 0) gl_FragColor = vec4(0.2);
  else if (PASSINDEX == 1) gl_FragColor = IMG_THIS_PIXEL(a) + IMG_THIS_PIXEL(b);
  else gl_FragColor = IMG_THIS_PIXEL(b) + vec4(0.4);
}"""


def test_passes_can_be_shown_one_at_a_time(draw: Draw, play: Play) -> None:
    player = play(THREE)
    shown = []
    for number in (1, 2, 3, None):
        player.restart()
        player.show_pass = number
        shown.append(int(draw(player, frames=2)[0, 0, 0]))
    assert shown == [51, 102, 204, 204]
    with pytest.raises(CommandError, match=r"no pass 4\n.*it has 3"):
        player.show_pass = 4


def test_an_edited_file_goes_on_from_what_the_old_one_remembers(draw: Draw, play: Play) -> None:
    count = """/*{"PASSES": [{"TARGET": "sum", "PERSISTENT": true, "FLOAT": true}, {"TARGET": "other", "PERSISTENT": true}, {}]}*/
    void main() {
      if (PASSINDEX < 2) gl_FragColor = (PASSINDEX == 0 ? IMG_THIS_PIXEL(sum) : IMG_THIS_PIXEL(other)) + vec4(0.1);
      else gl_FragColor = vec4(IMG_THIS_PIXEL(sum).r, IMG_THIS_PIXEL(other).r, float(FRAMEINDEX) * 0.1, TIMEDELTA * 10.0);
    }"""
    old = play(count)
    draw(old, frames=3)
    new = play(count.replace('"other", "PERSISTENT": true', '"other", "PERSISTENT": true, "FLOAT": true'))
    draw(new, frames=2)  # its own rehearsal is forgotten
    new.inherit(old)
    old.close()
    assert (np.abs(draw(new)[0, 0].astype(int) - (102, 26, 77, 255)) <= 1).all()


def test_restart_forgets_everything(draw: Draw, play: Play) -> None:
    player = play(THREE)
    first = draw(player)
    draw(player, frames=3)
    player.restart()
    assert (draw(player) == first).all()


def test_players_of_one_source_share_a_program_for_each_pass(device: Device, screen: Screen, play: Play) -> None:
    before = device.live["program"]
    parsed = isf.parse(THREE, "test.fs")
    players = [IsfPlayer(device, screen, parsed) for _ in range(3)]
    assert device.live["program"] == before + 3
    for player in players[:2]:
        player.close()
        player.close()
    device.free_doomed()
    assert device.live["program"] == before + 3
    players[2].close()
    device.free_doomed()
    assert device.live["program"] == before
    play(THREE)
    assert device.live["program"] == before + 3


def test_building_a_player_changes_nothing_that_another_draws(draw: Draw, play: Play) -> None:
    steady = play(THREE)
    alone = [int(draw(steady)[0, 0, 0]) for _ in range(3)]
    steady.restart()
    beside = []
    for number in range(3):
        play(THREE.replace("0.4", f"0.4{number}"))
        with pytest.raises(ShaderError):
            play(THREE.replace("0.4", "oops"))
        beside.append(int(draw(steady)[0, 0, 0]))
    assert beside == alone


# -- pictures ----------------------------------------------------------------------------------------------------------


def write_png(path: Path, pixels: list[list[tuple[int, int, int, int]]]) -> None:
    from PIL import Image

    Image.fromarray(np.array(pixels, np.uint8), "RGBA").save(path)


def test_an_imported_picture_is_upright_and_tells_its_size(draw: Draw, play: Play, tmp_path: Path) -> None:
    red, blue = (255, 0, 0, 255), (0, 0, 255, 255)
    write_png(tmp_path / "card.png", [[red, red, red], [blue, blue, blue]])
    player = play(
        """/*{"IMPORTED": {"card": {"PATH": "card.png"}}}*/
    void main() {
      bool right = IMG_SIZE(card) == vec2(3.0, 2.0) && _card_imgSize == vec2(3.0, 2.0);
      gl_FragColor = right ? IMG_THIS_PIXEL(card) : vec4(0.0);
    }""",
        path=str(tmp_path / "x.fs"),
    )
    picture = draw(player)
    assert (picture[-1, 0] == red).all() and (picture[0, 0] == blue).all()


def test_an_imported_cube_shows_its_six_sides(draw: Draw, play: Play, tmp_path: Path) -> None:
    for side in range(6):
        write_png(tmp_path / f"{side}.png", [[(40 * side, 0, 0, 255)]])
    sky = {"NAME": "sky", "TYPE": "cube", "PATH": [f"{side}.png" for side in range(6)]}
    header = json.dumps({"IMPORTED": [sky]})
    text = """void main() {
      vec3 d = vec3(0.0);
      int side = int(gl_FragCoord.x);
      float way = side % 2 == 0 ? 1.0 : -1.0;
      if (side < 2) d.x = way; else if (side < 4) d.y = way; else d.z = way;
      gl_FragColor = gl_FragCoord.y < 1.0 ? textureCube(sky, d) : IMG_NORM_PIXEL(sky, d);
    }"""
    picture = draw(play(f"/*{header}*/{text}", path=str(tmp_path / "x.fs")), size=(6, 2))
    assert picture[..., 0].tolist() == [[0, 40, 80, 120, 160, 200]] * 2


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_a_picture_that_is_none_is_refused_when_it_is_read(play: Play, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.png").write_bytes(content)
    with pytest.raises(ShaderError, match='IMPORTED "bad"'):
        play('/*{"IMPORTED": {"bad": {"PATH": "bad.png"}}}*/ void main() {}', path=str(tmp_path / "x.fs"))
