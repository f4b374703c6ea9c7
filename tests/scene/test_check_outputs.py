"""What can't be meant by a site's outputs is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation.errors import SceneError
from installation.scene.load import load_site


def told(tmp_path: Path, text: str) -> str:
    path = tmp_path / "site.yaml"
    path.write_text(text)
    with pytest.raises(SceneError) as error:
        load_site(path)
    return str(error.value)


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("outputs:\n- name: left\n- name: left\n", 'output 1 is called "left" already', ":3:"),
        ("outputs:\n- name: '2'\n- {}\n", 'output 1 is called "2" already', ":3:"),
        ("outputs:\n- display: 1\n  ndi: hall\n", "goes to one device, and this one has display and ndi", ":3:"),
        ("outputs:\n- surfaces:\n  - region: [0.5, 0, 0.7, 1]\n", "a region lies inside the canvas", ":3:"),
        (
            "outputs:\n- surfaces: [{name: door}, {name: door}]\n",
            'two surfaces of this output are called "door"',
            ":2:",
        ),
        ("outputs:\n- surfaces: [{wall: east}]\nroom: {walls: [{name: west}]}\n", 'the room has no wall "east"', ":2:"),
        ("outputs:\n- masks: [{feather: 0.1}]\n", "a mask is a polygon or a picture", ":2:"),
        ("outputs:\n- record: a.mp4\n  pjlink: {host: a}\n", "only a display's projector", ":3:"),
        ("outputs:\n- display: 0\n  codec: h265\n", "only a film has a codec", ":3:"),
        ("opening:\n- opens: '18:00'\n  closes: '18:00'\n", "opens and closes at the same time", ":3:"),
    ],
)
def test_what_cannot_be_meant_is_told_with_its_place(tmp_path: Path, text: str, what: str, where: str) -> None:
    said = told(tmp_path, text)
    assert what in said and where in said


def test_a_site_of_three_projectors_a_film_and_a_room_is_read(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(
        "outputs:\n"
        "- {name: left, display: 0, surfaces: [{region: [0, 0, 0.4, 1], wall: front, splits: [4, 3]}], black: 0.001}\n"
        "- {name: middle, display: 1, surfaces: [{region: [0.3, 0, 0.4, 1], wall: front}], pjlink: {host: 192.168.1.40}}\n"
        "- {name: right, display: 2, masks: [{polygon: [[0.1, 0], [0.2, 0], [0.2, 0.5]], inside: true, feather: 0.01}]}\n"
        "- {name: film, record: tonight.mp4, size: [1280, 720], fps: 30}\n"
        "room: {walls: [{name: front, size: [12, 4]}], people: [[0, 3]]}\n"
        "opening: [{opens: '18:00', closes: '02:00', days: [fri, sat]}]\n"
    )
    site = load_site(path)
    assert [output.device for output in site.outputs] == ["display", "display", "display", "record"]
    assert site.outputs[0].surfaces[0].splits == (4, 3)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "outputs: [{name: a, pjlink: {host: Left.local}}, {name: b, pjlink: {host: left.local}}]",
            ('left.local is the projector of output "a" already',),
        ),
        ("outputs: [{record: a.mp4, pjlink: {host: left}}]", ("only a display's projector",)),
        ("opening: [{opens: '18:00', closes: '18:00'}]", ("opens and closes at the same time",)),
    ],
)
def test_a_mistake_about_projectors_is_told(text: str, told: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text(text)
    with pytest.raises(SceneError) as caught:
        load_site(path)
    (problem,) = caught.value.problems
    assert all(part in str(problem) for part in told), problem


def test_two_projectors_behind_one_address_have_ports_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text("outputs: [{name: a, pjlink: {host: box}}, {name: b, pjlink: {host: box, port: 4353}}]")
    assert load_site(path).outputs[1].pjlink is not None
