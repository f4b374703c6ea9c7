"""Outputs of a site that are no displays, on a show that plays: films that are begun and ended by OSC, and what is missing."""

from __future__ import annotations

import sys

import av
import pytest

from installation.align.projecting import Projecting
from installation.devices import open_devices
from installation.scene.load import load_site
from shows import Stage, filled, write_show

pytestmark = pytest.mark.gl
SIZE = (64, 36)


@pytest.fixture
def stage(device, tmp_path):
    scenes = {"red": filled("#ff0000")}
    show = write_show(tmp_path / "show", scenes, "cues: [{number: 1, scene: red, fade: 0}]\n", {})
    made = Stage(device, show, SIZE)
    yield made
    made.close()


def opened(stage, folder, outputs):
    """The site's outputs, on the stage; what can't be opened."""
    site_path = folder / "hall.yaml"
    site_path.write_text(f"outputs: {outputs}\n")
    site, problems = load_site(site_path), []
    engine = stage.engine
    projecting = Projecting(engine.device, site, SIZE, site_path)
    engine.outputs.append(projecting)
    found = open_devices(engine, site, site_path, projecting, problems.append)
    engine.outputs += found
    return [*found, projecting], problems


def frames(path):
    with av.open(str(path)) as film:
        return [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]


def test_a_film_begins_with_the_show_and_takes_are_begun_and_ended_by_osc(stage, tmp_path):
    found, problems = opened(stage, tmp_path, "[{name: film, record: tonight.mp4, fps: 10}]")
    stage.play(5)
    stage.say("/record/stop")
    stage.play(5)
    stage.say("/record/start", "opening")
    stage.play(3)
    told = stage.engine.status()["outputs"]
    for output in found:
        output.close()
    assert problems == [] and stage.problems() == []
    assert [one["state"] for one in told if one.get("name") == "film"] == ["recording"]
    takes = {file.name.split("_")[0]: frames(file) for file in tmp_path.glob("*.mp4")}
    assert {name: len(take) for name, take in takes.items()} == {"tonight": 5, "opening": 3}
    assert all(
        picture[..., 0].mean() > 200 > 30 > picture[..., 2].mean() for take in takes.values() for picture in take
    )


def test_a_film_has_the_codec_that_the_site_says(stage, tmp_path):
    found, problems = opened(
        stage, tmp_path, "[{name: film, record: tonight.mov, fps: 10, codec: h265, quality: draft}]"
    )
    stage.play(3)
    for output in found:
        output.close()
    (path,) = tmp_path.glob("*.mov")
    with av.open(str(path)) as film:
        assert problems == [] and film.streams.video[0].codec_context.name == "hevc"


def test_a_name_that_can_not_be_is_refused_and_so_is_recording_without_a_film(stage, tmp_path):
    stage.say("/record/start")
    stage.play()
    assert any("no film to record" in said for said in stage.problems())
    found, _ = opened(stage, tmp_path, "[{name: film, record: tonight.mp4, fps: 10}]")
    stage.say("/record/start", "../away")
    stage.play()
    assert any("no name for a film" in said for said in stage.problems())
    for output in found:
        output.close()


def test_an_output_whose_library_is_missing_is_told_and_the_others_are_opened(stage, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyvirtualcam", None)
    monkeypatch.setitem(sys.modules, "cyndilib.sender", None)
    outputs = "[{name: call, virtual_camera: auto}, {name: truck, ndi: wall}, {name: film, record: a.mp4, fps: 10}]"
    found, problems = opened(stage, tmp_path, outputs)
    stage.play(3)
    for output in found:
        output.close()
    assert [problem.message.split(",")[0] for problem in problems] == [
        "output call: a virtual camera needs pyvirtualcam",
        "output truck: NDI needs cyndilib",
    ]
    assert len(frames(next(tmp_path.glob("*.mp4")))) == 3
