"""Films of shows: killed at any moment and gone on with to the same bytes, of the whole cue list, with the sound they heard."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import textwrap
import time
import wave
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from playing import needs_driver, run, surroundings

from installation import filming
from installation.errors import OutputError
from installation.gpu.device import Device
from installation.outputs.codecs import codec_for
from installation.outputs.film import check_film
from installation.outputs.parts import folder_of
from shows import filled, write_show

SIZE = ("--size", "48x32")
TRAIL = """/*{"INPUTS": [], "PASSES": [{"TARGET": "trail", "PERSISTENT": true, "FLOAT": true}, {}]}*/
void main() {
  vec2 at = isf_FragNormCoord;
  vec3 fresh = vec3(fract(at.x * 7.0 + TIME), at.y, fract(TIME));
  if (PASSINDEX == 0) gl_FragColor = IMG_THIS_PIXEL(trail) * 0.97 + vec4(0.03 * fresh, 1.0);
  else gl_FragColor = vec4(IMG_THIS_PIXEL(trail).rgb, 1.0);
}
"""
CUES = """cues:
  - {number: 1, scene: red, fade: 0, duration: 0.5}
  - {number: 2, scene: trail, fade: 0.2, continue: auto-follow}
  - {number: 3, scene: green, fade: 0, post_wait: 0.5, continue: auto-continue}
  - {number: 4, scene: blue, fade: 0}
"""
RENDER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from installation.filming import Film, render
    from installation.play import Asked
    from installation.scene.load import load_show, load_site
    show, out = load_show(sys.argv[1]), Path(sys.argv[2])
    film = Film(duration=7.2, fps=25, part_seconds=0.24)
    problems = render(show, load_site(None), Asked(True, (48, 32), cue="2"), film, out, lambda done, total: None, print)
    assert not problems, problems
    """
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filming")
    scenes = {name: filled(colour) for name, colour in (("red", "#ff0000"), ("green", "#00ff00"), ("blue", "#0000ff"))}
    scenes["trail"] = "title: Trail\nlayers: [{name: trail, kind: shader, shader: trail.fs}]\n"
    write_show(folder / "shows" / "small", scenes, CUES, {"trail.fs": TRAIL})
    tone = np.sin(2 * np.pi * 200 * np.arange(24000) / 48000) * 32000
    with wave.open(str(folder / "tone.wav"), "wb") as sound:
        sound.setparams((1, 2, 48000, 24000, "NONE", ""))
        sound.writeframes(tone.astype("<i2").tobytes())
    return folder


def frames(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as film:
        return [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]


def filmed(folder: Path, out: str, *options: object) -> Path:
    ended = run("render", "small", "--out", out, *SIZE, *options, folder=folder)
    assert (ended.code, ended.err, ended.out) == (0, "", f"{out}\n")
    return folder / out


@pytest.mark.skipif(sys.platform == "win32", reason="needs kill -9")
@pytest.mark.parametrize(("name", "times"), [("film.mp4", 3), ("frames", 1)])
def test_a_render_that_is_killed_at_any_moment_goes_on_to_the_same_bytes(folder: Path, name: str, times: int) -> None:
    def start(out: Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", RENDER, str(folder / "shows" / "small"), str(out)]
        return subprocess.Popen(
            command, cwd=folder, env=surroundings(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def content(out: Path) -> list[bytes]:
        return [path.read_bytes() for path in (sorted(out.iterdir()) if out.is_dir() else [out])]

    (folder / "whole").mkdir(exist_ok=True)
    (folder / "broken").mkdir(exist_ok=True)
    whole, broken = folder / "whole" / name, folder / "broken" / name
    said, _ = start(whole).communicate(timeout=120)
    needs_driver(said)
    assert said == ""
    chance = random.Random(name)
    kills = 0
    for turn in range(times):
        render = start(broken)
        wanted = folder_of(broken)
        deadline = time.monotonic() + 60
        parts = turn * 7 + chance.randrange(1, 7)  # some more each time, so that there is something to go on with
        while render.poll() is None and time.monotonic() < deadline:
            if len(list(wanted.glob("0*.*"))) > parts:
                break
            time.sleep(0.005)
        time.sleep(chance.uniform(0.0, 0.05))
        os.kill(render.pid, signal.SIGKILL)
        render.communicate(timeout=60)
        kills += render.returncode == -signal.SIGKILL
    said, _ = start(broken).communicate(timeout=120)
    assert kills == times and "goes on after" in said, (kills, said)
    assert content(broken) == content(whole)
    assert [file.name for file in broken.parent.iterdir() if file.name.startswith(f".{name}")] == []


def test_every_module_of_the_engine_counts_as_what_a_film_is_made_by() -> None:
    modules = Path(filming.__file__).parent.rglob("*.py")
    assert sorted(filming._engine().values()) == sorted(modules)  # also where two have one name


def test_a_film_of_the_whole_show_goes_through_all_cues(folder: Path) -> None:
    pictures = frames(filmed(folder, "whole.mp4", "--whole", "--hold", 0.6, "--fps", 20))
    colours = [tuple(int(value > 128) for value in picture[16, 24]) for picture in pictures]
    assert abs(len(pictures) - 20 * (0.5 + 0.2 + 0.5 + 0.6)) <= 2
    lasted = {colour: colours.count(colour) / 20 for colour in ((1, 0, 0), (0, 1, 0), (0, 0, 1))}
    assert all(abs(lasted[colour] - wanted) < 0.2 for colour, wanted in zip(lasted, (0.5, 0.5, 0.6), strict=True)), (
        lasted
    )
    again = frames(filmed(folder, "from3.mp4", "--whole", "--hold", 0.6, "--fps", 20, "--cue", 3))
    assert abs(len(again) - 20 * 1.1) <= 2


def test_a_film_carries_the_sound_that_the_show_hears_or_another(folder: Path) -> None:
    for name, options in {"heard.mp4": ("--audio", "tone.wav"), "beside.mkv": ("--sound", "tone.wav")}.items():
        film = filmed(folder, name, "--duration", 1, "--fps", 20, *options)
        with av.open(str(film)) as container:
            samples = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
            rate, count = container.streams.audio[0].rate, container.streams.audio[0].channels
        half = len(samples) // 2
        assert abs(len(samples) / rate / (1 if name.endswith(".mp4") else count) - 1.0) < 0.05
        assert np.abs(samples[: half // 2]).max() > 0
        assert (np.abs(samples[half + half // 4 :]).max() > 0) == (name == "heard.mp4")  # it hears it round and round


def test_a_codec_and_pictures_in_linear_light_are_asked_for_by_name(folder: Path) -> None:
    film = filmed(folder, "fine.mkv", "--duration", 0.2, "--codec", "h265", "--quality", "draft")
    with av.open(str(film)) as container:
        assert container.streams.video[0].codec_context.name == "hevc"
    openexr = pytest.importorskip("OpenEXR")
    stills = filmed(folder, "linear", "--duration", 0.1, "--codec", "exr")
    assert sorted(file.name for file in stills.iterdir()) == [f"frame_00000{n}.exr" for n in (1, 2, 3)]
    with openexr.File(str(stills / "frame_000001.exr")) as file:
        assert np.allclose(file.channels()["RGBA"].pixels[16, 24], (1.0, 0.0, 0.0, 1.0))


@pytest.mark.parametrize(
    ("out", "options", "said"),
    [
        ("film.mp4", ["--duration", 1, "--codec", "ffv1"], "holds no ffv1"),
        ("film.mp4", ["--duration", 1, "--sound", "nowhere.wav"], "can't be read"),
        ("still.png", ["--whole"], "is one still"),
        ("film.mp4", [], "needs --duration SECONDS, or --whole"),
    ],
)
def test_what_can_not_be_filmed_is_said(folder: Path, out: str, options: list[object], said: str) -> None:
    ended = run("render", "small", "--out", out, *SIZE, *options, folder=folder)
    assert ended.code in (1, 2) and said in " ".join(ended.err.replace("│", " ").split())


def test_a_canvas_larger_than_a_texture_is_rendered(folder: Path) -> None:
    ended = run("render", "small", "--at", "0", "--out", "wide.png", "--size", "17000x16", folder=folder)
    needs_driver(ended.err)
    assert (ended.code, ended.err) == (0, "")
    with Image.open(folder / "wide.png") as picture:
        assert picture.size == (17000, 16)
        assert picture.getcolors() == [(17000 * 16, (255, 0, 0))]


@pytest.mark.gl
def test_a_canvas_that_no_memory_holds_is_refused_before_it_is_begun(device: Device) -> None:
    with pytest.raises(OutputError, match=r"needs at least \d+.* GiB of memory.*\n.*fewer pixels"):
        filming.check_room(device, (900_000, 900_000))


def test_a_film_that_a_codec_cannot_have_names_what_can() -> None:
    with pytest.raises(OutputError, match=r"h264 can't have pictures of 17000x16\n.*FOLDER/"):
        check_film(Path("film.mp4"), 17000, 16, 25, codec_for(Path("film.mp4"), None))
