"""Sound in shaders: what an audio or audioFFT input sees, fed by its own kind or by name, and what words say of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from installation.gpu.device import Device
from installation.inputs.heard import BINS, SAMPLES, Heard
from installation.render.hearing import SWEEP, Hearing, grouped, newest, picture
from shows import Stage, write_show

LOOK = """/*{"INPUTS": [{"NAME": "sound", "TYPE": "TYPE_"}]}*/
void main() { gl_FragColor = IMG_NORM_PIXEL(sound, isf_FragNormCoord); }
"""
SIZE = """/*{"INPUTS": [{"NAME": "sound", "TYPE": "audio", "MAX": 256}, {"NAME": "bins", "TYPE": "audioFFT", "MAX": 32}]}*/
void main() { gl_FragColor = vec4(IMG_SIZE(sound) / vec2(512.0, 10.0), IMG_SIZE(bins).x / 100.0, 1.0); }
"""


def sound(waveform: np.ndarray, spectrum: np.ndarray, **more: float) -> Heard:
    return replace(
        Heard.silence(), waveform=waveform.astype(np.float32), spectrum=spectrum.astype(np.float32), sequence=1, **more
    )


RISING = sound(np.linspace(-1, 1, SAMPLES)[None], np.linspace(0, 1, BINS)[None])
STEREO = sound(np.stack((np.ones(SAMPLES), -np.ones(SAMPLES))), np.stack((np.ones(BINS), np.zeros(BINS))))


class Ears:
    """Ears that hear what a test gives them."""

    def __init__(self) -> None:
        self.heard, self.wanted = Heard.silence(), False

    def listen(self, wanted: bool) -> None:
        self.wanted = wanted

    def sample(self, seconds: float) -> Heard:
        return self.heard

    def status(self) -> dict[str, object]:
        return {"source": "test", "problem": ""}


@pytest.fixture
def stage(device: Device, tmp_path: Path) -> Iterator[Callable[..., tuple[Stage, Ears]]]:
    opened: list[Stage] = []

    def open_it(scene: str, shaders: dict[str, str] | None = None) -> tuple[Stage, Ears]:
        ears = Ears()
        folder = write_show(tmp_path / "show", {"only": f"title: S\n{scene}"}, shaders=shaders)
        opened.append(Stage(device, folder, (64, 8), ears=ears))
        return opened[-1], ears

    yield open_it
    for one in opened:
        one.close()


# -- the pictures ------------------------------------------------------------------------------------------------------


def test_a_wave_is_grey_centred_on_a_half_with_the_oldest_sample_first():
    pixels = picture("audio.wave", RISING)
    assert pixels is not None and pixels.shape == (1, SAMPLES, 4) and pixels.dtype == np.float32
    assert pixels[0, 0].tolist() == [0.0, 0.0, 0.0, 1.0] and pixels[0, -1].tolist() == [1.0] * 4
    silent = picture("audio.wave", Heard.silence())
    assert silent is not None and (silent[:, :, :3] == 0.5).all()


def test_there_is_a_row_for_each_channel():
    wave, spectrum = picture("audio.wave", STEREO), picture("audio.spectrum", STEREO)
    assert wave is not None and wave[:, 0, 0].tolist() == [1.0, 0.0]
    assert spectrum is not None and spectrum.shape == (2, BINS, 4) and spectrum[:, 0, 0].tolist() == [1.0, 0.0]


def test_so_many_samples_are_the_newest_and_so_many_bins_span_the_same_tones():
    wave, spectrum = picture("audio.wave.256", RISING), picture("audio.spectrum.64", RISING)
    assert wave is not None and np.allclose(wave[0, :, 0], RISING.waveform[0, -256:] / 2 + 0.5)
    assert spectrum is not None and spectrum.shape[1] == 64
    assert spectrum[0, -1, 0] == 1.0 and spectrum[0, 0, 0] == RISING.spectrum[0, 7]


@pytest.mark.parametrize("most", [1, 2, 3, 100, 511, 512, 513, 1000, 1024, 1025, 4096])
def test_any_width_can_be_had(most):
    assert newest(STEREO.waveform, most).shape == (2, most)
    assert grouped(STEREO.spectrum, most).tolist() == [[1.0] * most, [0.0] * most]
    assert np.all(np.diff(grouped(RISING.spectrum, most)[0]) >= 0.0)


def test_no_tone_is_lost_in_a_few_bins():
    tone = np.zeros((1, BINS), np.float32)
    tone[0, 77] = 1.0
    assert grouped(tone, 10).max() == 1.0


def test_an_unknown_source_is_no_picture():
    for source in ("audio", "audio.smell", "audio.wave.x", "camera.mask", "audio.wave.-3"):
        assert picture(source, RISING) is None


# -- on the device -----------------------------------------------------------------------------------------------------


@pytest.mark.gl
def test_a_picture_is_uploaded_once_for_each_new_sound(device, monkeypatch):
    hearing = Hearing(device)
    assert hearing.texture("audio.wave") is None
    hearing.take(RISING)
    texture = hearing.texture("audio.wave")
    assert texture is not None
    uploads: list[int] = []
    monkeypatch.setattr(texture, "upload", lambda pixels: uploads.append(1))
    hearing.texture("audio.wave")
    hearing.take(RISING)
    assert hearing.texture("audio.wave") is texture and not uploads
    hearing.take(replace(RISING, sequence=2))
    assert hearing.texture("audio.wave") is texture and len(uploads) == 1
    hearing.take(STEREO)
    wide = hearing.texture("audio.wave")
    assert wide is not texture and wide is not None and (wide.width, wide.height) == (SAMPLES, 2)
    hearing.close()


@pytest.mark.gl
def test_a_picture_that_nobody_asks_for_any_more_is_let_go(device):
    hearing = Hearing(device)
    before = device.live["texture"]
    hearing.take(RISING)
    for width in range(1, 40):
        hearing.texture(f"audio.wave.{width}")
    for _ in range(2 * SWEEP):
        hearing.take(RISING)
        hearing.texture("audio.spectrum")
    device.free_doomed()
    assert device.live["texture"] == before + 1
    hearing.close()


@pytest.mark.gl
@pytest.mark.parametrize(("kind", "left", "right"), [("audio", 0, 255), ("audioFFT", 0, 255)])
def test_an_input_for_sound_is_fed_without_being_named(stage, kind, left, right):
    shaders = {"look.fs": LOOK.replace("TYPE_", kind)}
    show, ears = stage("layers:\n  - {name: a, kind: shader, shader: look.fs}\n", shaders)
    assert ears.wanted
    ears.heard = RISING
    seen = show.play()
    assert abs(int(seen[4, 0, 0]) - left) < 4 and abs(int(seen[4, -1, 0]) - right) < 4
    assert abs(int(seen[4, 32, 1]) - 128) < 4 and seen[4, 32, 3] == 255


@pytest.mark.gl
def test_a_filter_hears_too_and_so_does_any_image_input_that_is_bound_by_name(stage):
    image = LOOK.replace("TYPE_", "image")
    effect = image.replace('[{"NAME": "sound"', '[{"NAME": "inputImage", "TYPE": "image"}, {"NAME": "sound"')
    scene = """layers:
  - {name: a, kind: shader, shader: image.fs, inputs: {sound: audio.spectrum}, opacity: 0.0}
  - {name: b, kind: shader, shader: fill.fs, effects: [{shader: effect.fs, inputs: {sound: audio.wave}}]}
"""
    show, ears = stage(scene, {"image.fs": image, "effect.fs": effect})
    assert ears.wanted
    ears.heard = RISING
    seen = show.play()
    assert seen[4, 0, 0] < 4 and seen[4, -1, 0] > 251
    ears.heard = replace(RISING, waveform=-RISING.waveform, sequence=2)
    seen = show.play()
    assert seen[4, 0, 0] > 251 and seen[4, -1, 0] < 4


@pytest.mark.gl
def test_max_says_how_wide_the_picture_is(stage):
    show, ears = stage("layers:\n  - {name: a, kind: shader, shader: size.fs}\n", {"size.fs": SIZE})
    ears.heard = STEREO
    wide, rows, bins = (int(value) / 255 for value in show.play()[4, 4, :3])
    assert (wide * 512, rows * 10, bins * 100) == pytest.approx((256, 2, 32), abs=1.5)


# -- words, and who listens --------------------------------------------------------------------------------------------


@pytest.mark.gl
def test_expressions_follow_the_sound_and_the_status_says_what_is_heard(stage):
    scene = "layers:\n  - {name: a, kind: shader, shader: fill.fs, opacity: = level * 0.5 + onset * 0.5}\n"
    show, ears = stage(scene)
    assert ears.wanted
    assert show.play()[4, 4, 0] == 0
    ears.heard = replace(RISING, level=1.0, onset=1.0)
    assert show.play()[4, 4, 0] == 255
    assert show.engine.status()["audio"] == {"source": "test", "problem": "", "level": 1.0}


TOLD = """datasets: {g: dental-equity-gradient}
tables: {t: {sql: "SELECT place_id AS id, low FROM g.lights WHERE band = 1 AND year = 2012 ORDER BY id LIMIT 3"}}
layers:
  - {name: m, kind: marks, table: t, key: id, layout: {kind: grid}}
  - {name: a, kind: text, tells: m, text: 'between {low} and WORD'}
"""


@pytest.mark.gl
@pytest.mark.parametrize(
    ("scene", "listens"),
    [
        ("layers:\n  - {name: a, kind: shader, shader: fill.fs}\n", False),
        ("layers:\n  - {name: a, kind: shader, shader: fill.fs, opacity: = presence}\n", False),
        ("values: {x: = high}\nlayers:\n  - {name: a, kind: shader, shader: fill.fs}\n", True),
        ("layers:\n  - {name: a, kind: text, text: 'it is {low:.1f}'}\n", True),
        ("layers:\n  - {name: a, kind: text, text: 'low {time}'}\n", False),
        (TOLD, False),  # a figure of the mark, not how loud it is
        (TOLD.replace("WORD", "{high:.1f}"), True),  # the table has no such column
        (
            "layers:\n  - {name: g, kind: group, layers: [{name: a, kind: camera, effects: [{shader: look.fs, "
            "inputs: {sound: audio.wave}}]}]}\n",
            True,
        ),
        ("layers:\n  - {name: a, kind: camera}\neffects: [{shader: look.fs, inputs: {sound: audio.spectrum}}]\n", True),
    ],
)
def test_only_a_show_that_listens_opens_an_ear(stage, scene, listens):
    look = LOOK.replace(
        '{"NAME": "sound", "TYPE": "TYPE_"}',
        '{"NAME": "inputImage", "TYPE": "image"}, ' + ('{"NAME": "sound", "TYPE": "image"}'),
    )
    _, ears = stage(scene, {"look.fs": look})
    assert ears.wanted is listens


@pytest.mark.gl
def test_a_transition_hears_too(device, tmp_path):
    transition = """/*{"INPUTS": [{"NAME": "startImage", "TYPE": "image"}, {"NAME": "endImage", "TYPE": "image"},
{"NAME": "progress", "TYPE": "float"}, {"NAME": "sound", "TYPE": "audio", "MAX": 64}]}*/
void main() { gl_FragColor = IMG_NORM_PIXEL(sound, vec2(0.99, 0.5)) + 0.0 * IMG_THIS_PIXEL(startImage); }
"""
    plain = "title: S\nlayers:\n  - {name: a, kind: shader, shader: fill.fs}\n"
    cues = "cues:\n  - {number: 1, scene: one}\n  - {number: 2, scene: two, transition: change.fs, fade: 9}\n"
    ears = Ears()
    folder = write_show(tmp_path / "show", {"one": plain, "two": plain}, cues, {"change.fs": transition})
    show = Stage(device, folder, (16, 8), ears=ears)
    assert ears.wanted
    ears.heard = replace(RISING, waveform=np.full((1, SAMPLES), -0.5, np.float32))
    show.play(2)
    show.say("/go")
    assert abs(int(show.play(2)[4, 8, 0]) - 64) < 4
    show.close()
