"""`installation render` as a process of its own: stills, folders and films of shows, scenes and shaders."""

from __future__ import annotations

import signal
import subprocess
import sys
import wave
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playing import needs_driver, run, surroundings, until

from shows import filled, write_show

SIZE = ("--size", "64x36")
CLOCK = """/*{"INPUTS": [{"NAME": "level", "TYPE": "float", "DEFAULT": 1.0, "MIN": 0.0, "MAX": 4.0}]}*/
void main() { gl_FragColor = vec4(vec3(level * TIME / 4.0), 1.0); }
"""
TRAIL = """/*{"INPUTS": [], "PASSES": [{"TARGET": "trail", "PERSISTENT": true, "FLOAT": true}, {}]}*/
void main() {
  if (PASSINDEX == 0) gl_FragColor = IMG_THIS_PIXEL(trail) + vec4(vec3(1.0 / 64.0), 1.0);
  else gl_FragColor = vec4(IMG_THIS_PIXEL(trail).rgb, 1.0);
}
"""
WAVE = """/*{"INPUTS": [{"NAME": "wave", "TYPE": "audio"}, {"NAME": "strength", "TYPE": "float", "DEFAULT": 1.0}]}*/
void main() { gl_FragColor = vec4(vec3(strength * IMG_NORM_PIXEL(wave, isf_FragNormCoord).r), 1.0); }
"""
NOISE = "title: Noise\nlayers: [{name: visitor, kind: camera, show: silhouette}]\n"
HEARD = "title: Heard\nlayers: [{name: wave, kind: shader, shader: wave.fs, params: {strength: = 0.2 + 0.8 * low}}]\n"
SHOW = """cues:
  - {number: 1, scene: clock, under: green, fade: 0}
  - {number: 2, scene: red, under: green, fade: 0}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with a show in ./shows/small, and a picture."""
    folder = tmp_path_factory.mktemp("render")
    clock = "title: Clock\nlayers: [{name: clock, kind: shader, shader: clock.fs}]\n"
    trail = "title: Trail\nlayers: [{name: trail, kind: shader, shader: trail.fs}]\n"
    scenes = {"clock": clock, "red": filled("#ff0000"), "green": filled("#00ff00"), "trail": trail, "visitor": NOISE}
    scenes["heard"] = HEARD
    write_show(folder / "shows" / "small", scenes, SHOW, {"clock.fs": CLOCK, "trail.fs": TRAIL, "wave.fs": WAVE})
    tone = np.sin(2 * np.pi * 200 * np.arange(48000) / 48000) * 32000
    with wave.open(str(folder / "tone.wav"), "wb") as sound:
        sound.setparams((1, 2, 48000, 48000, "NONE", ""))
        sound.writeframes(tone.astype("<i2").tobytes())
    Image.new("RGB", (16, 9), (0, 0, 255)).save(folder / "blue.png")
    return folder


def rendered(folder: Path, what: str, *options: object, out: str = "still.png") -> NDArray[np.uint8]:
    """The picture that a render without problems writes, (h, w, 3)."""
    (folder / out).unlink(missing_ok=True)
    ended = run("render", what, "--out", out, *SIZE, *options, folder=folder)
    assert (ended.code, ended.err, ended.out) == (0, "", f"{out}\n")
    return pixels(folder / out)


def pixels(file: Path) -> NDArray[np.uint8]:
    with Image.open(file) as picture:
        return np.asarray(picture.convert("RGB"))


def test_a_still_of_a_show_begins_with_its_first_cue_and_is_at_its_time(folder: Path) -> None:
    assert rendered(folder, "small").max() == 0
    late = rendered(folder, "small", "--at", 2)
    assert late.shape == (36, 64, 3)
    assert abs(int(late[0, 0, 0]) - 128) <= 1


def test_drawing_only_the_last_frames_shows_the_same_time(folder: Path) -> None:
    assert (rendered(folder, "small", "--at", 3) == rendered(folder, "small", "--at", 3, "--frames", 1)).all()


def test_history_is_drawn_before_a_still_or_as_much_of_it_as_is_asked_for(folder: Path) -> None:
    whole = rendered(folder, "small/trail", "--at", 1, "--fps", 30)
    last = rendered(folder, "small/trail", "--at", 1, "--fps", 30, "--frames", 4)
    assert whole[0, 0, 0] > 100
    assert 0 < last[0, 0, 0] < 40


def test_a_cue_a_value_and_an_opened_surface_are_on_the_still(folder: Path) -> None:
    assert (rendered(folder, "small", "--cue", 2) == (255, 0, 0)).all()
    assert (rendered(folder, "small", "--cue", 2, "--set", "/scene/red/fill/tint=#0000ff") == (0, 0, 255)).all()
    assert abs(int(rendered(folder, "small", "--at", 1, "--set", "level=2")[0, 0, 0]) - 128) <= 1
    opened = rendered(folder, "small", "--cue", 2, "--reveal", 1)
    assert opened[..., 1].mean() > opened[..., 0].mean()


def test_a_scene_is_rendered_by_name_and_by_file(folder: Path) -> None:
    assert (rendered(folder, "small/red") == (255, 0, 0)).all()
    assert (rendered(folder, "shows/small/scenes/green.yaml") == (0, 255, 0)).all()


def test_a_shader_is_rendered_over_a_picture(folder: Path) -> None:
    assert (rendered(folder, "shows/small/shaders/fill.fs", "--set", "tint=0 1 0 1") == (0, 255, 0)).all()
    assert (rendered(folder, "shows/small/shaders/invert.fs", "--image", "blue.png") == (255, 255, 0)).all()
    assert (
        rendered(folder, "dissolve.fs", "--image", "startImage=blue.png", "--set", "progress=0") == (0, 0, 255)
    ).all()


def test_a_folder_holds_one_png_for_each_frame(folder: Path) -> None:
    options = ("--from", 1, "--duration", 0.5, "--fps", 10)
    ended = run("render", "small", "--out", "frames", *SIZE, *options, folder=folder)
    assert (ended.code, ended.err) == (0, "")
    files = sorted((folder / "frames").iterdir())
    assert len(files) == 5
    levels = [int(pixels(file)[0, 0, 0]) for file in files]
    assert levels == sorted(levels)
    assert (abs(np.array(levels) - 255 * (1 + np.arange(5) / 10) / 4) <= 1).all()


def test_a_film_has_every_frame_in_the_size_and_speed_that_were_asked_for(folder: Path) -> None:
    options = ("--duration", 0.7, "--fps", 20)
    ended = run("render", "small/clock", "--out", "film.mp4", *SIZE, *options, folder=folder)
    assert (ended.code, ended.err) == (0, "")
    with av.open(folder / "film.mp4") as film:
        stream = film.streams.video[0]
        assert (stream.width, stream.height) == (64, 36)
        assert stream.average_rate == 20
        frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(stream)]
    assert len(frames) == 14
    assert frames[0].mean() < frames[-1].mean()


def test_the_same_inputs_give_the_same_bytes_and_another_seed_another_night(folder: Path) -> None:
    def made(out: str, *options: object) -> bytes:
        rendered(folder, "small/visitor", "--at", 4, "--frames", 1, *options, out=out)
        return (folder / out).read_bytes()

    first = made("first.png", "--seed", 1)
    assert made("second.png", "--seed", 1) == first
    assert made("third.png", "--seed", 2) != first


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--cue", "99"], 'no cue "99"'),
        (["--set", "levle=1"], 'did you mean "level"'),
        (["--set", "opacity=1"], "parameters are called"),
        (["--set", "level=much"], "is not a number"),
        (["--set", "level=nan"], "is not a number that can be drawn"),
        (["--out", "still.jpg", "--duration", "1"], 'can\'t write ".jpg" files'),
        (["--out", "shows/small/show.yaml/still.png"], "a part of this path is a file"),
        (["--out", "shows/small/show.yaml", "--duration", "1"], 'can\'t write ".yaml" files'),
    ],
)
def test_what_can_not_be_rendered_is_told_once_and_leaves_no_file(folder: Path, options: list[str], said: str) -> None:
    out = [] if "--out" in options else ["--out", "not.png"]
    ended = run("render", "small", *SIZE, *out, *options, folder=folder)
    assert ended.code == 1
    assert ended.said.count(said) == 1
    assert "Traceback" not in ended.said
    assert not (folder / "not.png").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_ends_a_render_and_leaves_no_half_film(folder: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "installation",
        "render",
        "small",
        "--out",
        "long.mp4",
        *SIZE,
        "--duration",
        "9999",
    ]
    given = {"env": surroundings(), "cwd": folder, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **given) as process:  # type: ignore[call-overload]
        until(lambda: list(folder.glob(".long.mp4*")) or process.poll() is not None, "the film to begin")
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=30)[1]
    needs_driver(said)
    assert "Traceback" not in said
    assert process.returncode == 130
    assert not list(folder.glob("*long.mp4*"))


def test_what_goes_wrong_on_the_way_is_told_once_and_the_rest_is_drawn(folder: Path) -> None:
    broken = "/*{}*/\nvoid main() {\n  gl_FragColor = vec4(colour);\n}\n"
    layers = "[{name: fill, kind: shader, shader: fill.fs}, {name: broken, kind: shader, shader: broken.fs}]"
    write_show(folder / "shows" / "ill", {"ill": f"title: Ill\nlayers: {layers}\n"}, shaders={"broken.fs": broken})
    ended = run("render", "ill", "--out", "ill.png", *SIZE, folder=folder)
    assert ended.code == 1
    assert ended.err.count("broken.fs:3:") == 1
    assert "Traceback" not in ended.err
    assert (pixels(folder / "ill.png") == 255).all()


def test_a_font_that_can_not_be_read_is_told_and_the_rest_is_drawn(folder: Path) -> None:
    layers = "[{name: fill, kind: shader, shader: fill.fs}, {name: words, kind: text, text: hello, font: bad.ttf}]"
    write_show(folder / "shows" / "font", {"font": f"title: Font\nlayers: {layers}\n"})
    (folder / "shows" / "font" / "bad.ttf").write_bytes(b"no font")
    ended = run("render", "font", "--out", "font.png", *SIZE, folder=folder)
    assert ended.code == 1
    assert ended.said.count("bad.ttf") == 1, ended.said
    assert "Traceback" not in ended.err


def test_a_sound_file_is_heard_at_the_frames_time_and_no_file_is_silence(folder: Path) -> None:
    silent = rendered(folder, "small/heard", "--at", 0.5)
    assert silent.min() == silent.max() == 26  # the middle of the wave, drawn with a fifth of its strength
    heard = rendered(folder, "small/heard", "--at", 0.5, "--frames", 1, "--audio", "tone.wav")
    assert heard.min() < 20 and heard.max() > 235
    assert (
        rendered(folder, "small/heard", "--at", 2.5, "--frames", 1, "--audio", "tone.wav") > 235
    ).any()  # round and round
    assert (heard == rendered(folder, "small/heard", "--at", 0.5, "--frames", 1, "--audio", "tone.wav")).all()
    assert (
        rendered(folder, "shows/small/shaders/wave.fs", "--at", 0.5, "--frames", 1, "--audio", "tone.wav") > 235
    ).any()


def test_a_sound_file_that_is_not_there_ends_a_render_before_it_begins(folder: Path) -> None:
    ended = run("render", "small/heard", "--out", "never.png", "--audio", "nowhere.wav", folder=folder)
    assert ended.code == 1 and "nowhere.wav: no such sound file" in ended.said
    assert not (folder / "never.png").exists()
