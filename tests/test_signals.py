"""Signals: declared once, known everywhere; what is sensed reaches expressions, parameters, the status, and shaders."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from installation.errors import SceneError
from installation.gpu.device import Device
from installation.inputs.sense import BODY, MOST_BODIES, Sense
from installation.listing import LISTS
from installation.render.sight import bodies_picture
from installation.scene.catalogue import ENGINE
from installation.scene.functions import SIGNALS as WORDS
from installation.scene.load import load_site
from installation.sensing import Sensing
from installation.signals import PICTURES, SENSED, SIGNALS
from shows import Stage, filled, write_show

PAGE = Path(__file__).resolve().parent.parent / "shows" / "SIGNALS.md"

Open = Callable[..., Stage]


@pytest.fixture
def stage(device: Device, tmp_path: Path) -> Iterator[Open]:
    opened: list[Stage] = []

    def open_it(scene: str, **more: object) -> Stage:
        folder = write_show(tmp_path / f"show{len(opened)}", {"one": scene}, "cues: []", None)
        opened.append(Stage(device, folder, **more))
        return opened[-1]

    yield open_it
    for one in opened:
        one.close()


def seen(**values: object) -> Sense:
    return replace(Sense.empty(), sequence=7, when=1.0, source="test", confidence=0.9, face_confidence=0.5, **values)


def test_every_signal_is_an_expressions_word_and_every_sensed_one_a_parameter() -> None:
    assert list(WORDS) == list(SIGNALS)
    assert {signal.address for signal in SENSED.values()} <= set(ENGINE)
    assert all(signal.help and (signal.high is None or signal.low < signal.high) for signal in SIGNALS.values())


def test_the_page_and_the_list_have_every_signal_with_its_unit_and_range() -> None:
    page, told = PAGE.read_text("utf-8"), LISTS["signals"](None)
    listed = list(told.columns[0].cells)
    for name, signal in SIGNALS.items():
        assert f"| `{name}` | {signal.unit} |" in page and signal.help in page, name
        assert name in listed
    for name, meaning in PICTURES.items():
        assert f"| `{name}` | {meaning} |" in page, name


@pytest.mark.gl
def test_a_smile_reaches_expressions_the_tree_and_the_status(stage: Open) -> None:
    show = stage(filled("#ffffff").replace("shader: fill.fs", "shader: fill.fs, opacity: = smile"))
    show.senses.sense = seen(smile=1.0, faces=2, hands=3)
    assert show.play(2)[..., 0].min() == 255
    assert show.engine.params["/sense/hands"].value == 3.0
    told = show.engine.sensing.readings()
    assert told["smile"]["value"] == 1.0 and told["smile"]["confidence"] == 0.5
    assert told["presence"]["confidence"] == 0.9 and told["visitors"]["unit"] == "people"
    assert set(told) == set(SENSED)


@pytest.mark.gl
def test_a_hand_takes_a_signal_over_and_a_reset_gives_it_back(stage: Open) -> None:
    show = stage(filled("#ffffff").replace("shader: fill.fs", "shader: fill.fs, opacity: = smile"))
    show.engine.set_by_name("/sense/smile", 1.0)
    assert show.play(2)[..., 0].min() == 255
    show.engine.params.reset()
    assert show.play(2)[..., 0].max() == 0


@pytest.mark.gl
def test_the_site_file_smooths_a_signal(stage: Open) -> None:
    show = stage(filled("#ffffff"), smoothing={"smile": 1.0})
    show.play()
    show.senses.sense = seen(smile=1.0, motion=1.0)
    show.play()
    values = show.engine.sensing.signals()
    assert values["smile"] == pytest.approx(1 - np.exp(-0.1), abs=0.01) and values["motion"] == 1.0


@pytest.mark.gl
def test_the_log_says_when_somebody_comes_and_smiles(stage: Open, caplog: pytest.LogCaptureFixture) -> None:
    show = stage(filled("#ffffff"))
    with caplog.at_level(logging.INFO, logger=Sensing.__module__):
        show.senses.sense = seen(presence=1.0, count=2, smile=0.9, faces=1)
        show.play(3)
    assert [record.getMessage() for record in caplog.records] == ["visitors: 2 are here", "smile: 0.90, faces: 1"]


@pytest.mark.gl
def test_edges_and_bodies_are_pictures_for_shaders(device: Device, stage: Open) -> None:
    show = stage(filled("#ffffff"))
    mask = np.zeros((90, 160), np.uint8)
    mask[20:60, 50:90] = 255
    bodies = np.zeros((MOST_BODIES, len(BODY)), np.float32)
    bodies[0] = (3, 0.4, 0.5, 0.2, 0.6, 0.1, 0.0, 12.0, 1.0, 0.8)
    show.senses.sense = seen(mask=mask, bodies=bodies)
    show.play()
    sight = show.engine.sensing.sensed.sight
    edges, table = sight.texture("camera.edges"), sight.texture("camera.bodies")
    assert edges is not None and (edges.width, edges.height) == (160, 90)
    assert table is not None and (table.width, table.height) == (16, 3)
    assert bodies_picture(bodies)[2, 0].tolist() == [3.0, pytest.approx(0.8), 0.0, 0.0]
    assert sight.texture("camera.smell") is None
    outline = show.engine.sensing.sense.edges
    assert outline[40, 50] == 255 and outline[40, 70] == 0 and outline[0].max() == 0


@pytest.mark.gl
def test_how_long_nobody_was_there_is_counted_and_begins_again(stage: Open) -> None:
    show = stage(filled("#ffffff").replace("shader: fill.fs", 'shader: fill.fs, opacity: "= step(2.5, empty)"'))
    assert show.play(20)[..., 0].max() == 0  # ten frames a second
    assert show.play(10)[..., 0].min() == 255
    show.senses.sense = seen(presence=1.0)
    show.play(2)
    assert show.engine.params["/sense/empty"].value == 0.0


def test_an_unknown_signal_in_the_site_file_is_told(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text("smoothing: {smle: 0.5}\n")
    with pytest.raises(SceneError, match="smle"):
        load_site(site)
    site.write_text("smoothing: {smile: 0.5}\ncamera: {faces: models/yunet.onnx}\n")
    assert load_site(site).smoothing == {"smile": 0.5}


@pytest.mark.gl
def test_the_log_takes_a_moment_without_anybody_for_nothing_and_counts_in_words(
    stage: Open, caplog: pytest.LogCaptureFixture
) -> None:
    show = stage(filled("#ffffff"))
    with caplog.at_level(logging.INFO, logger=Sensing.__module__):
        for presence, frames in ((1.0, 5), (0.0, 5), (1.0, 5), (0.0, 30), (1.0, 3)):
            show.senses.sense = seen(presence=presence, count=0 if frames == 5 else 1)
            show.play(frames)
    told = [record.getMessage() for record in caplog.records]
    assert told == ["visitors: somebody is here", "visitors: nobody is here", "visitors: 1 is here"]
