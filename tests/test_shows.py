"""Everything that ships: each show loads, each scene draws, each shader compiles, and the scenes look as they should."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from golden_pictures import compare

from installation.clock import FixedClock
from installation.gpu.device import Device
from installation.gpu.textures import Target, Texture
from installation.inputs.camera import OfflineCamera
from installation.render.isf_player import IsfPlayer
from installation.render.screen import Screen
from installation.resources import resource
from installation.scene import isf
from installation.scene.editors import json_schema
from installation.scene.load import Show, list_shows, load_scene, load_show
from installation.show.faults import ActiveFault
from installation.show.staging import _Playing
from shows import Stage

SHADERS = sorted(resource("shaders").rglob("*.fs"))
SHOWS = sorted(path.parent for path in resource("shows").glob("*/show.yaml"))
SCENES = sorted(path for show in SHOWS for path in (show / "scenes").glob("*.yaml"))

LOOK_FOR = {
    "attract": "a closed mouth of pearl and plum in the dark, and no text",
    "sanctuary": "two dental arches with colonies in three hues that meet without mixing; most of the frame dark",
    "contrast": "32 teeth in two arches, each with its gum; a year in the middle, an income group in every corner",
    "contrast_gradient": "smiles of five teeth in rows, one for each state, brighter from left to right; a figure beneath",
    "contrast_children": "a swarm of milk teeth beside a line for England, empty sockets at the left, a survey's years",
    "drain": "arcs of light over a dotted map, in four colours, and the line 'Doctors, not dentists'",
    "roots": "a lower jaw; roots in gold and red grow from its teeth down to where the materials are mined",
    "harvest_ledger": "ribbons of gold and red from left to right, thin blue loops back, names at the ends, and FICTION",
    "seam": "heaps of coloured grains over a dotted map, the greatest in China, a blue one in the Congo",
    "harvest": "gold and red streams from the ground up, thin blue ones down, a year, and the word FICTION",
}


@pytest.fixture(scope="module")
def screen(device: Device) -> Iterator[Screen]:
    made = Screen(device)
    yield made
    made.close()


def test_the_shipped_show_is_found_by_its_name() -> None:
    assert "living_smiles" in list_shows()


def test_the_shipped_show_opens_no_microphone() -> None:
    assert not load_show("living_smiles").listens


@pytest.mark.parametrize("folder", SHOWS, ids=lambda path: path.name)
def test_every_shipped_show_has_no_problem(folder: Path) -> None:
    show = load_show(folder)
    assert show.scenes
    assert (folder / "README.md").is_file(), "a show has a README for its curator"


@pytest.mark.parametrize("path", SHADERS, ids=lambda path: path.name)
def test_every_shipped_shader_says_what_it_is(path: Path) -> None:
    parsed = isf.load(path)
    assert parsed.description
    assert parsed.credit or path.parent.name == "starters", "a starter is its new author's to sign"
    assert parsed.categories
    for param in parsed.params:
        assert param.help, f"{path.name}: {param.name} has no LABEL"


@pytest.mark.gl
@pytest.mark.parametrize("path", SHADERS, ids=lambda path: path.name)
def test_every_shipped_shader_draws_three_frames(path: Path, device: Device) -> None:
    screen = Screen(device)
    player = IsfPlayer(device, screen, isf.load(path))
    target = Target(device, 64, 36)
    values = {param.name: param.default for param in player.isf.params}
    for index in range(3):
        player.prepare(values, {}, (64, 36), index / 30, 1 / 30)
        device.uniforms.upload()
        player.draw({}, target)
    assert np.isfinite(target.read()).all()
    for owned in (player, target, screen):
        owned.close()


@pytest.mark.gl
@pytest.mark.parametrize("path", SCENES, ids=lambda path: path.stem)
def test_every_shipped_scene_looks_as_its_golden(path: Path, device: Device, request: pytest.FixtureRequest) -> None:
    picture = drawn(device, load_scene(path), (320, 180), frames=12, seconds=4.0)
    regenerate = bool(request.config.getoption("--regenerate-golden"))
    compare(path.stem, picture, LOOK_FOR[path.stem], device.renderer, regenerate)


@pytest.mark.gl
def test_fiction_carries_its_word_whatever_is_set(device: Device) -> None:
    show = load_scene(resource("shows") / "living_smiles" / "scenes" / "harvest.yaml")
    stage = Stage(device, show, (320, 180))
    stage.play(2)
    for parameter in list(stage.engine.params):
        if parameter.spec.name == "opacity":
            stage.say(parameter.address, 0.0)
    stage.play(2)
    assert stage.canvas is not None
    alone = stage.canvas.read()[:40, 200:, :3]
    assert (alone.max(axis=2) > 150).sum() > 60, "the word FICTION is not in the frame"
    assert stage.engine.status()["fiction"] is True
    stage.close()


@pytest.mark.gl
def test_fiction_under_the_surface_carries_its_word_from_the_first_crack(device: Device) -> None:
    show = load_show(resource("shows") / "living_smiles")
    stage = Stage(device, show, (320, 180))
    stage.play()
    stage.say("/scene/contrast/go", 0.0)
    stage.say("/under/harvest")
    assert not stage.engine.wall.fiction
    stage.play(2)
    assert not stage.engine.wall.fiction
    stage.say("/reveal", 0.05)
    stage.play(2)
    assert stage.engine.wall.fiction
    stage.close()


@pytest.mark.gl
def test_a_fault_that_still_remembers_fiction_keeps_its_word_on_the_wall(device: Device) -> None:
    class Frozen:
        seed = 0.5

        def at(self, seconds: float) -> list[ActiveFault]:
            return [ActiveFault("freeze", 0.8, 0.5, self.seed, 0.2, 0.2, 0.5, 0.5)]

        def cracks(self, seconds: float) -> float:
            return 0.0

    stage = Stage(device, load_show(resource("shows") / "living_smiles"), (160, 90))
    frozen = Frozen()
    stage.play()
    stage.say("/scene/harvest/go", 0.0)
    stage.play(2)
    stage.engine.staging._playing = _Playing("test", frozen, 0.0)  # type: ignore[arg-type]
    stage.play(2)
    stage.say("/scene/contrast/go", 0.0)
    stage.play(3)
    assert stage.engine.wall.fiction, "the frozen picture is still fiction"
    frozen.seed = 0.6  # another fault: its memory begins anew
    stage.play(2)
    assert not stage.engine.wall.fiction
    stage.close()


@pytest.mark.gl
@pytest.mark.parametrize(
    ("name", "none", "whole"), [("reveal", "surface", "under"), ("growth", "startImage", "endImage")]
)
def test_what_opens_or_changes_is_exact_at_both_ends(name: str, none: str, whole: str, device: Device) -> None:
    screen = Screen(device)
    player = IsfPlayer(device, screen, isf.load(resource("shaders") / f"{name}.fs"))
    chance = np.random.default_rng(1)
    cards = {key: chance.integers(0, 255, (36, 64, 4), np.uint8) for key in (none, whole)}
    for card in cards.values():
        card[..., 3] = 255
    images = {key: Texture.from_array(device, card, "rgba8") for key, card in cards.items()}
    target = Target(device, 64, 36)
    values = {param.name: param.default for param in player.isf.params}
    for amount, key in ((0.0, none), (1.0, whole)):
        for frame in range(3):
            opened = {"level": amount, "cracks": 0.0, "lens": 0.0, "progress": amount}
            player.prepare({**values, **opened}, images, (64, 36), frame / 10, 0.1)
            device.uniforms.upload()
            player.draw(images, target)
        assert np.abs(target.read().astype(int) - cards[key]).max() <= 1
    for owned in (player, target, screen, *images.values()):
        owned.close()


def drawn(device: Device, show: Show, size: tuple[int, int], frames: int, seconds: float) -> np.ndarray:
    """The last of some frames before `seconds`, with the synthetic visitor before the camera; row 0 at the top."""
    stage = Stage(device, show, size)
    camera = OfflineCamera("synthetic", seed=0, mirror=True)
    stage.engine.sensing.senses = camera
    clock = FixedClock(15.0)
    last = round(seconds * clock.fps)
    for index in range(last + 1):
        frame = clock.next()
        if index <= last - frames:
            stage.engine.skip(frame)
        else:
            stage.canvas = stage.engine.step(frame)
    assert stage.canvas is not None
    picture = stage.canvas.read()[::-1].copy()
    camera.close()
    stage.close()
    return picture


@pytest.mark.parametrize("kind", ["show", "scene", "site"])
def test_the_schemas_that_editors_use_are_those_of_this_engine(kind: Literal["show", "scene", "site"]) -> None:
    path = resource("shows") / "schema" / f"{kind}.schema.json"
    assert json.loads(path.read_text("utf-8")) == json_schema(kind), (
        f"write it anew: installation schema {kind} --out {path}"
    )


@pytest.mark.parametrize("path", [*SCENES, *(show / "show.yaml" for show in SHOWS)], ids=lambda path: path.name)
def test_every_shipped_file_tells_editors_its_schema(path: Path) -> None:
    first = path.read_text("utf-8").splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    assert (path.parent / first.partition("=")[2]).resolve().is_file()
