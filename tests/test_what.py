"""What `installation render WHAT` means: a show, one scene of it, or one shader; and which pictures feed it."""

from __future__ import annotations

from pathlib import Path

import pytest

from installation.errors import CommandError, InstallationError
from installation.scene.schema import GroupLayer, ShaderLayer
from installation.what import find_what, look_at, own_address
from shows import filled, write_show

MIX = """/*{"INPUTS": [{"NAME": "startImage", "TYPE": "image"}, {"NAME": "endImage", "TYPE": "image"},
  {"NAME": "progress", "TYPE": "float", "DEFAULT": 0.5, "MIN": 0, "MAX": 1}]}*/
void main() { gl_FragColor = mix(IMG_THIS_PIXEL(startImage), IMG_THIS_PIXEL(endImage), progress); }
"""
LAY = """/*{"INPUTS": [{"NAME": "inputImage", "TYPE": "image"}, {"NAME": "paper", "TYPE": "image"},
  {"NAME": "ink", "TYPE": "image"}]}*/
void main() { gl_FragColor = IMG_THIS_PIXEL(paper) * IMG_THIS_PIXEL(ink); }
"""
DEEP = """title: Deep
layers:
  - name: group
    kind: group
    layers:
      - {name: inner, kind: shader, shader: lay.fs, inputs: {inputImage: camera.flow, paper: camera.mask}}
effects: [{shader: lay.fs, inputs: {paper: camera.mask}}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A show in ./shows/small, and two pictures that nobody looks into."""
    scenes = {"red": filled("#ff0000"), "deep": DEEP}
    folder = write_show(
        tmp_path / "shows" / "small", scenes, "cues: [{number: 1, scene: red}]", {"mix.fs": MIX, "lay.fs": LAY}
    )
    (tmp_path / "a.png").write_bytes(b"")
    (tmp_path / "b=c.png").write_bytes(b"")
    return folder


@pytest.fixture(autouse=True)
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def fed(what: str, *images: str) -> dict[str, str]:
    """What feeds the images of the one layer of a shader, by file name."""
    layer = find_what(what, images).scenes["shader"].file.layers[0]
    assert isinstance(layer, ShaderLayer)
    return {name: feed.rpartition("/")[2] for name, feed in layer.inputs.items()}


@pytest.mark.parametrize("what", ["small", "shows/small", "shows/small/", "shows/small/show.yaml"])
def test_a_show_is_found_by_its_name_or_its_folder(folder: Path, what: str) -> None:
    assert find_what(what, []).folder == folder


@pytest.mark.parametrize("what", ["small/red", "shows/small/red", "shows/small/scenes/red.yaml"])
def test_one_scene_is_found_by_its_show_or_its_file(folder: Path, what: str) -> None:
    show = find_what(what, [])
    assert list(show.scenes) == ["red"]
    assert show.folder == folder


def test_one_scene_has_the_seed_of_its_show(folder: Path) -> None:
    assert find_what("small/red", []).file.seed == 1
    (folder / "show.yaml").write_text("seed: [no, number]\n", "utf-8")
    assert find_what("small/red", []).file.seed == 0
    (folder / "show.yaml").unlink()
    assert find_what("shows/small/scenes/red.yaml", []).file.seed == 0


def test_a_shader_is_found_by_its_path_or_among_those_that_ship(folder: Path) -> None:
    assert find_what(str(folder / "shaders" / "fill.fs"), []).name == "fill"
    assert find_what("dissolve.fs", []).name == "dissolve"


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("smal", 'did you mean "small"'),
        ("small/rad", "there is no such scene"),
        ("nowhere/red", 'there is no show "nowhere"'),
        ("disolve.fs", 'did you mean "dissolve.fs"'),
        ("nothing.yaml", "there is no such scene"),
        (".", "this is not a show"),
        ("", "show"),
        ("a.png", "this is not a show"),
        ("x" * 5000, "show"),
        ("a\0b", "show"),
        ("a\0b.fs", "shader"),
        ("a\0b.yaml", "scene"),
    ],
)
def test_what_is_nothing_is_told(folder: Path, what: str, said: str) -> None:
    with pytest.raises(InstallationError) as caught:
        find_what(what, [])
    assert said in str(caught.value)


def test_an_unnamed_picture_feeds_every_image(folder: Path) -> None:
    path = str(folder / "shaders" / "mix.fs")
    assert fed(path, "a.png") == {"startImage": "a.png", "endImage": "a.png"}


def test_a_named_picture_feeds_its_image_and_the_unnamed_one_the_others(folder: Path) -> None:
    path = str(folder / "shaders" / "mix.fs")
    assert fed(path, "startImage=b=c.png", "a.png") == {"startImage": "b=c.png", "endImage": "a.png"}


def test_a_file_name_may_hold_an_equals_sign(folder: Path) -> None:
    assert fed(str(folder / "shaders" / "invert.fs"), "b=c.png") == {"inputImage": "b=c.png"}


def test_what_nothing_feeds_gets_the_gallerys_pictures_which_lie_below_unseen(folder: Path) -> None:
    scene = find_what(str(folder / "shaders" / "mix.fs"), []).scenes["shader"]
    day, night, mix = scene.file.layers
    assert isinstance(mix, ShaderLayer)
    assert mix.inputs == {"startImage": "layer.day", "endImage": "layer.night"}
    assert (day.name, night.name) == ("day", "night")
    assert [scene.params[f"/scene/shader/{layer}/opacity"][1] for layer in ("day", "night", "shader")] == [
        0.0,
        0.0,
        1.0,
    ]
    assert scene.params["/scene/shader/shader/progress"][1] == 0.5, "a transition is half-way"


def test_a_name_means_the_shader_that_is_drawn_by_itself_before_what_lies_below_it(folder: Path) -> None:
    show = find_what(str(folder / "shaders" / "lay.fs"), [])
    assert own_address(show, "opacity") == "/scene/shader/shader/opacity"
    assert own_address(show, "/reveal/lens") == "/reveal/lens"


def test_one_pass_of_a_shader_is_looked_at_wherever_a_show_uses_it(folder: Path) -> None:
    assert look_at(find_what("bloom.fs", []), "2").scenes["shader"].shaders["bloom.fs"].shown == 2
    deep = look_at(find_what("small", []), "lay.fs:1")
    assert deep.scenes["deep"].shaders["lay.fs"].shown == 1
    assert deep.scenes["red"].shaders["fill.fs"].shown is None


@pytest.mark.parametrize(
    ("what", "wanted", "said"),
    [
        ("bloom.fs", "6", "1 to 5"),
        ("bloom.fs", "0", "1 to 5"),
        ("bloom.fs", "two", "1 to 5"),
        ("bloom.fs", "blom.fs:2", 'did you mean "bloom.fs"'),
        ("small", "1", "SHADER.fs:N"),
    ],
)
def test_a_pass_that_is_not_there_is_told(folder: Path, what: str, wanted: str, said: str) -> None:
    with pytest.raises(CommandError) as caught:
        look_at(find_what(what, []), wanted)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("image", "said"),
    [
        ("none.png", 'there is no picture or film "none.png"'),
        ("startImage=", 'there is no picture or film ""'),
        ("start=a.png", 'did you mean "startImage"'),
        ("a\0b", "there is no picture"),
    ],
)
def test_a_picture_that_can_not_be_used_is_told(folder: Path, image: str, said: str) -> None:
    with pytest.raises(CommandError) as caught:
        find_what(str(folder / "shaders" / "mix.fs"), [image])
    assert said in str(caught.value)


def test_a_picture_that_nothing_takes_is_told(folder: Path) -> None:
    for what in (str(folder / "shaders" / "fill.fs"), "small/red"):
        with pytest.raises(CommandError, match="has no image input without a source"):
            find_what(what, ["a.png"])
        with pytest.raises(CommandError, match='has no image input "other"'):
            find_what(what, ["other=a.png"])


def test_pictures_reach_groups_and_effects_and_leave_what_has_a_source(folder: Path) -> None:
    scene = find_what("small/deep", ["a.png"]).scenes["deep"]
    group = scene.file.layers[0]
    assert isinstance(group, GroupLayer)
    inner = group.layers[0]
    assert isinstance(inner, ShaderLayer)
    assert (inner.inputs["paper"], inner.inputs["inputImage"]) == ("camera.mask", "camera.flow")
    assert inner.inputs["ink"].endswith("a.png")
    effect = scene.file.effects[0]
    assert effect.inputs["paper"] == "camera.mask"
    assert effect.inputs["ink"].endswith("a.png")
    assert "inputImage" not in effect.inputs


def test_a_named_picture_replaces_a_source(folder: Path) -> None:
    group = find_what("small/deep", ["inputImage=a.png"]).scenes["deep"].file.layers[0]
    assert isinstance(group, GroupLayer)
    inner = group.layers[0]
    assert isinstance(inner, ShaderLayer)
    assert inner.inputs["inputImage"].endswith("a.png")


def test_what_a_filter_is_laid_on_is_not_replaced(folder: Path) -> None:
    text = filled("#ff0000") + "effects: [{shader: invert.fs}]\n"
    (folder / "scenes" / "over.yaml").write_text(text, "utf-8")
    with pytest.raises(CommandError, match="has no image input without a source"):
        find_what("small/over", ["a.png"])
