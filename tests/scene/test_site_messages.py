"""What a technical director writes wrongly about cameras at 19:30 is answered with what to write."""

from __future__ import annotations

import pytest

from installation.errors import SceneError
from installation.scene.load import load_site


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("camera: {source: 0}", ("1:18: camera.source: expected a camera's name", "device:0")),
        ("camera: {exposure: -6}", ("1:20: camera.exposure: expected auto, or milliseconds above 0, got -6", "8")),
        ("camera: {white_balance: 4600K}", ("auto, or kelvin above 0", "a bare number: 4600")),
        ("camera: {format: MJPEG}", ("is no format of a camera", "write MJPG")),
        ("camera: {format: 'MJ PG'}", ("is no format of a camera", "list cameras")),
        ("cameras: [{part: [0, 0, 960, 1080]}]", ("cameras[1].part: expected a part", "[0.5, 0, 0.5, 1]")),
        ("camera: {}\ncameras: [{source: auto}]", ("1:1: camera and cameras are both here", "list cameras")),
        (
            "cameras: [{name: a}, {name: b}, {name: a}]",
            ('another camera is called "a"', "a name for"),
        ),
    ],
)
def test_a_mistake_about_cameras_has_its_place_what_was_expected_and_what_to_write(text, told, tmp_path):
    path = tmp_path / "site.yaml"
    path.write_text(text)
    with pytest.raises(SceneError) as caught:
        load_site(path)
    (problem,) = caught.value.problems
    assert all(part in str(problem) for part in told)


def test_cameras_without_names_and_one_camera_alone_are_fine(tmp_path):
    path = tmp_path / "site.yaml"
    for text in (
        "cameras: [{part: [0, 0, 0.5, 1]}, {part: [0.5, 0, 0.5, 1]}]",
        "camera: {exposure: auto, format: MJPG}",
    ):
        path.write_text(text)
        assert load_site(path).eyes
