"""`installation previsualise`: the site that ships, pictures, plans, films, and what is wrong told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playing import until
from typer.testing import CliRunner
from xvfb import server

from installation.cli import app
from installation.errors import InstallationError, OutputError
from installation.gpu.device import Device
from installation.gpu.viewer import Moves
from installation.play import Asked
from installation.previs.view import Orbit
from installation.previsualise import Previsual, open_site, told
from installation.resources import resource
from installation.scene.load import load_show, load_site
from installation.walkabout import moved
from shows import filled, write_show

SITE = resource("shows") / "sites" / "three_projectors.yaml"
SMALL = """outputs:
  - {size: [320, 180], surfaces: [{wall: front}], beamer: {at: [0, 2, 5], towards: [0, 2, 0], throw: 1.5}}
room: {walls: [{name: front, size: [6, 4]}]}
"""


def shown(*words: object) -> tuple[int, str]:
    """Runs the command; its exit code and what it said."""
    ended = CliRunner().invoke(app, ["previsualise", *map(str, words)])
    if isinstance(ended.exception, InstallationError):
        return 1, str(ended.exception)
    return ended.exit_code, " ".join(ended.output.split())


@pytest.fixture
def show(tmp_path: Path) -> Path:
    return write_show(tmp_path / "show", {"one": filled("#ffffff")})


def test_the_site_that_ships_is_without_faults_and_measures_as_its_text_says() -> None:
    site = open_site(load_site(SITE), SITE)
    assert not site.problems and site.names == ["left", "middle", "right"]
    assert [throw.warnings for throw in site.throws] == [(), (), ()]
    left, middle, right = site.throws
    assert left.outline[0][0] == pytest.approx(-right.outline[1][0]) == pytest.approx(-4.68, abs=0.01)
    assert left.overlaps["middle"] == pytest.approx(0.15, abs=0.01) and middle.width == pytest.approx(3.467, abs=0.001)
    assert any("888 lux" in line and "16% with middle" in line for line in told(site))


@pytest.mark.gl
def test_a_show_is_on_the_walls_but_not_in_the_doorway(device: Device, show: Path) -> None:
    file = load_site(SITE)
    small = [output.model_copy(update={"size": (480, 270)}) for output in file.outputs]
    site, size = open_site(file.model_copy(update={"outputs": small}), SITE), (320, 180)
    seen = Previsual(site, load_show(show), Asked(True, size=(64, 36)), size, device=device, finer=1)
    orbit = seen.orbit((0, 1.6, 8), (0, 1.6, 0))
    picture = seen.picture(orbit, words=False)
    eye = orbit.eye(size)

    def at(place: tuple[float, float, float]) -> float:
        x, y, _ = eye.seen(np.array([place]))[0]
        return float(picture[int((1 - y) * size[1]), int(x * size[0])].mean())

    for lit in ((-3.0, 2.2, 0.0), (0.0, 2.7, 0.0), (3.0, 2.2, 0.0)):
        assert at(lit) > 180
    assert at((0.0, 1.5, 0.0)) < 120 and at((0.0, 3.7, 0.0)) < 120
    overlap, alone = at((-1.45, 2.6, 0.0)), at((-3.0, 2.6, 0.0))
    assert overlap == pytest.approx(alone, rel=0.04), "two share what one gives alone"
    seen.close()
    device.free_doomed()


@pytest.mark.gl
def test_a_film_goes_around_the_room_with_a_test_card_on_its_wall(device: Device, show: Path, tmp_path: Path) -> None:
    path = tmp_path / "hall.yaml"
    path.write_text(SMALL)
    site = open_site(load_site(path), path)
    seen = Previsual(site, load_show(show), Asked(True, size=(64, 36)), (160, 90), card="grid", device=device, finer=1)
    steps: list[int] = []
    seen.film(tmp_path / "around.mp4", seen.orbit(), 0.1, lambda done, total: steps.append(done))
    first, turned = seen.picture(seen.orbit()), seen.picture(seen.orbit().turned(20, 0))
    assert steps == [1, 2, 3] and (tmp_path / "around.mp4").stat().st_size > 1000
    assert (first != turned).any() and not path.with_name("hall.alignment.json").exists()
    seen.close()
    device.free_doomed()


@pytest.mark.gl
def test_the_command_writes_a_picture_and_a_plan(tmp_path: Path, show: Path) -> None:
    room, plan, path = tmp_path / "room.png", tmp_path / "plan.png", tmp_path / "hall.yaml"
    code, said = shown("--site", SITE, "--out", plan, "--plan", "--size", "320x240")
    assert code == 0 and "left: 3.47 x 1.95 m on front, from 5.20 m" in said
    assert Image.open(plan).size == (320, 240)
    path.write_text(SMALL)
    words = ["previsualise", show, "--site", path, "--size", "160x90", "--at", "0", "--out", room, "--from", "0,1.6,9"]
    program = [sys.executable, "-m", "installation", *map(str, words)]
    ended = subprocess.run(program, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    assert Image.open(room).size == (160, 90) and np.asarray(Image.open(room)).max() > 150


@pytest.mark.parametrize(
    ("site", "told_"),
    [
        ("title: x", "no output of this site has a projector"),
        ("outputs: [{beamer: {at: [0, 2, 5], towards: [0, 2, 0], throw: 1.5}}]", "the site's room has no walls"),
        ("outputs: [{beamer: {at: [0, 2, 5], towards: [0, 2, 5], throw: 1.5}}]", "stands where it looks"),
        (
            "outputs: [{beamer: {at: [0, 2, 5], towards: [0, 2, 0], throw: 1}}]\nroom: {walls: [{name: a, model: none.obj}]}",
            "none.obj",
        ),
    ],
)
def test_what_cannot_be_drawn_is_told(site: str, told_: str, tmp_path: Path) -> None:
    path = tmp_path / "hall.yaml"
    path.write_text(site)
    with pytest.raises(OutputError, match=told_):
        open_site(load_site(path), path)


def test_what_the_site_means_and_the_room_does_not_have_is_told(tmp_path: Path) -> None:
    def told_of(first: str, second: str, x: float = 3.0) -> str:
        path = tmp_path / "hall.yaml"
        path.write_text(
            "outputs:\n"
            f"- {{name: a, size: [1920, 1080], {first}, beamer: {{at: [0, 3, 6], towards: [0, 3, 0], throw: 1.5}}}}\n"
            f"- {{name: b, size: [1920, 1080], {second}, beamer: {{at: [{x}, 3, 6], towards: [{x}, 3, 0], throw: 1.5}}}}\n"
            "room: {walls: [{name: front, size: [16, 6]}, {name: side, at: [-8, 0, 3], size: [6, 4], turn: 90}]}\n"
        )
        return " | ".join(open_site(load_site(path), path).throws[0].warnings)

    shared = "surfaces: [{region: [0, 0, 0.6, 1], wall: front}]", "surfaces: [{region: [0.4, 0, 0.6, 1], wall: front}]"
    assert told_of(*shared, x=2.667) == ""  # a third of each, as the regions say
    kinked = told_of(*shared)
    assert (
        "of its picture is lit by b too, and their regions share 33% of its own: the picture is kinked there" in kinked
    )
    assert "let regions overlap by 25% of each" in kinked
    beside = "surfaces: [{region: [0, 0, 0.5, 1], wall: front}]", "surfaces: [{region: [0.5, 0, 0.5, 1], wall: front}]"
    assert "their regions share 0% of its own" in told_of(*beside)
    code = CliRunner().invoke(app, ["check", "--site", str(tmp_path / "hall.yaml")])
    assert code.exit_code == 0 and "warning: a: 25% of its picture is lit by b too" in " ".join(code.output.split())
    assert "their pictures don't meet" in told_of(*shared, x=5.0)
    assert "25% of it is lit by b too" in told_of("surfaces: [{}]", "surfaces: [{}]")
    assert "it falls on front, and its surfaces are meant for side" in told_of(
        "surfaces: [{wall: side}]", shared[1], 5.0
    )


def test_a_mask_leaves_the_size_and_the_overlap_of_a_throw_as_they_are() -> None:
    site = load_site(SITE)
    bare = [output.model_copy(update={"masks": []}) for output in site.outputs]
    masked, plain = open_site(site, SITE).throws, open_site(site.model_copy(update={"outputs": bare}), SITE).throws
    for one, other in zip(masked, plain, strict=True):
        assert (one.width, one.height, one.overlaps) == (other.width, other.height, other.overlaps)
    _, middle, _ = masked
    door = [(0.2, -0.1), (0.8, -0.1), (0.8, 1.1), (0.2, 1.1)]
    wide = site.outputs[1].masks[0].model_copy(update={"polygon": door})
    outputs = [site.outputs[0], site.outputs[1].model_copy(update={"masks": [wide]}), site.outputs[2]]
    _, slit, _ = open_site(site.model_copy(update={"outputs": outputs}), SITE).throws
    assert (slit.width, slit.height, slit.overlaps) == (middle.width, middle.height, middle.overlaps)


def test_an_output_without_a_size_or_a_place_is_told_and_drawn_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "hall.yaml"
    path.write_text(
        "outputs: [{beamer: {at: [0, 2, 5], towards: [0, 2, 0], throw: 1.5}}, {}]\nroom: {walls: [{name: front, size: [8, 4]}]}"
    )
    site = open_site(load_site(path), path, light=300)
    problems = " | ".join(problem.message for problem in site.problems)
    assert "output 1 says no size" in problems and "output 2 says not where its projector stands" in problems
    assert site.throws[0].pixels == (1920, 1080) and "colours will be pale" not in str(site.throws[0].warnings[:0])
    assert site.room.light == 300


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--plan"], "a plan is a .png"),
        (["--out", "room.jpg"], ".png or an .mp4"),
        (["--from", "1,2"], "X,Y,Z in metres"),
        (["--from", "1,2,1e9"], "nowhere near"),
    ],
)
def test_wrong_words_are_told(words: list[str], said: str) -> None:
    code, told_ = shown("--site", SITE, *words)
    assert code == 2 and said in told_.replace("│ ", "").replace(" │", "")


@pytest.mark.gl
def test_a_window_shows_the_room_until_it_is_closed(show: Path, tmp_path: Path) -> None:
    path = tmp_path / "hall.yaml"
    path.write_text(SMALL)
    program = (
        "import sys; from pathlib import Path; from installation.walkabout import walk_about\n"
        "from installation.previsualise import open_site; from installation.play import Asked\n"
        "from installation.scene.load import load_show, load_site\n"
        "path = Path(sys.argv[1]); site = open_site(load_site(path), path)\n"
        "asked = Asked(True, size=(64, 36))\n"
        "print(walk_about(site, load_show(sys.argv[2]), asked, (320, 200), 0.0, '', (None, None), print, 3))\n"
    )
    words = [sys.executable, "-c", program, str(path), str(show)]
    with server(tmp_path) as screen:
        environment = {**os.environ, "DISPLAY": screen.name}
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment) as process:
            until(lambda: int(screen.pixels().max()) > 150 or process.poll() is not None, "the room to be seen")
            assert process.communicate(timeout=60)[0].splitlines()[-1] == "3"


def test_the_eye_goes_with_the_mouse_the_wheel_and_keys() -> None:
    orbit = Orbit((0, 2, 0), 10.0, 20.0, 8.0)
    assert moved(orbit, Moves()) is orbit
    dragged = moved(orbit, Moves(across=10, up=-10, wheel=1))
    assert dragged.turn < orbit.turn and dragged.rise > orbit.rise and dragged.away < orbit.away
    assert moved(orbit, Moves(held=("LEFT", "MINUS"))).away > orbit.away
