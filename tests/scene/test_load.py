"""Loading a show: found by name or path, read whole, and all its problems told at once and in order."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from installation.errors import InstallationError, SceneError
from installation.scene.load import find_show, list_shows, load_scene, load_show, load_site
from installation.starter import write_starter

Build = Callable[..., Path]


def refused(name: str | Path) -> str:
    with pytest.raises(SceneError) as caught:
        load_show(name)
    return str(caught.value)


def test_a_show_is_found_by_its_name_and_by_its_path(show: Build) -> None:
    folder = show()
    for name in ("harbour", "shows/harbour", "./shows/harbour/", "shows/harbour/show.yaml", folder):
        assert find_show(name).resolve() == folder
    assert "harbour" in list_shows()
    found = load_show("harbour")
    assert (found.name, found.folder, list(found.scenes)) == ("harbour", folder, ["dawn"])
    assert found.scenes["dawn"].path == folder / "scenes" / "dawn.yaml"
    assert str(found.scenes["dawn"].places.value(("layers", 0, "shader"))) == "shows/harbour/scenes/dawn.yaml:3:39"


def test_a_name_that_is_no_show_is_told_with_what_there_is(show: Build) -> None:
    show()
    assert 'there is no show "harbor"\n    did you mean "harbour"?  shows: ' in refused("harbor")
    for name in ("", ".", "..", "x" * 5000, "a\0b", "~nobody/x", "no/where"):
        with pytest.raises(SceneError):
            load_show(name)


def test_a_folder_that_is_no_show_is_told_what_one_holds(show: Build, tmp_path: Path) -> None:
    show()
    (tmp_path / "other").mkdir()
    for name in ("other", "./other", tmp_path / "other"):
        assert "other: this is not a show\n    a show is a folder with show.yaml" in refused(name)
    assert "scenes/*.yaml; `installation new NAME` makes one" in refused("other")


def test_problems_of_all_files_are_told_together_in_order(show: Build) -> None:
    found = refused(
        show(
            {
                "show.yaml": "titel: x\ncues: [{number: 1, scene: down}]\n",
                "scenes/dawn.yaml": "title: Dawn\nlayers: [{name: a, kind: shader, shader: nope.fs}, {kind: text}]\n",
                "scenes/dusk.yaml": "title: 'Dusk\n",
                "scenes/noon.yaml": "title: Noon\ntitle: Noon\nlayers: []\n",
            }
        )
    )
    places = [line.split(": ")[0].rpartition("/")[2] for line in found.splitlines() if line.startswith("shows")]
    assert places == [
        "dawn.yaml:2:42",
        "dawn.yaml:2:52",
        "dawn.yaml:2:52",
        "dusk.yaml:1:8",
        "noon.yaml:2:1",
        "noon.yaml:3:9",
        "show.yaml:1:1",
        "show.yaml:1:1",
        "show.yaml:2:27",
    ]


def test_a_show_without_scenes_is_told(show: Build) -> None:
    assert "shows/harbour/scenes: there are no scenes" in refused(show({"scenes/dawn.yaml": None}))


def test_files_that_can_not_be_scenes_are_told(show: Build) -> None:
    folder = show({"scenes/dusk.yml": "title: x", "scenes/Act One.yaml": "title: x", "scenes/.hidden.yaml": "["})
    found = refused(folder)
    assert "scenes/dusk.yml: this file is not read\n    call it dusk.yaml" in found
    assert "Act One.yaml: \"Act One\" can't be a scene's name" in found
    assert "hidden" not in found


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipes_and_links_in_a_shows_folder_do_no_harm(show: Build, tmp_path: Path) -> None:
    folder = show()
    os.mkfifo(folder / "scenes" / "pipe.yaml")
    (tmp_path / "secret.yaml").write_text("title: secret\n")
    (folder / "scenes" / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    found = refused(folder)
    assert "scenes/pipe.yaml: this is a named pipe, not a file" in found
    assert 'scenes/link.yaml: "scenes/link.yaml" leads out of harbour/' in found
    assert "secret" not in found.replace("secret.yaml", "")


def test_one_scene_is_loaded_whatever_is_wrong_elsewhere(show: Build) -> None:
    noon = "title: Noon\nunder: dawn\nlayers: [{name: eye, kind: camera}]\n"
    folder = show({"scenes/noon.yaml": noon, "scenes/dusk.yaml": "title: [", "show.yaml": "nothing"})
    found = load_scene(folder / "scenes" / "noon.yaml")
    assert list(found.scenes) == ["noon", "dawn"], "with what lies under it"
    assert [(cue.number, cue.scene) for cue in found.file.cues] == [("1", "noon")]
    assert found.folder == folder


def test_a_loose_scene_is_loaded_from_its_own_folder(tmp_path: Path) -> None:
    path = tmp_path / "loose.yaml"
    path.write_text("title: Loose\nunder: nobody\nlayers: [{name: eye, kind: camera}]\n")
    with pytest.raises(SceneError, match='there is no scene "nobody"'):
        load_scene(path)
    path.write_text("title: Loose\nlayers: [{name: eye, kind: camera}]\n")
    assert list(load_scene(path).scenes) == ["loose"]
    with pytest.raises(SceneError, match="there is no such scene"):
        load_scene(tmp_path / "none.yaml")


def test_a_site_is_usual_when_there_is_none_and_told_when_it_is_wrong(tmp_path: Path) -> None:
    assert load_site(None).osc.port == 9000
    path = tmp_path / "site.yaml"
    path.write_text("title: Barn\nosc: {port: 9001}\noutputs: [{surfaces: [{region: [0, 0, 0.5, 1]}]}]\n")
    assert load_site(path).osc.port == 9001
    path.write_text("osc: {prt: 1}\ncamera: {mirror: no}\noutputs: [{surfaces: [{region: [0.5, 0, 1, 1]}]}]\n")
    with pytest.raises(SceneError) as caught:
        load_site(path)
    assert [(p.where.line, p.where.column) for p in caught.value.problems if p.where] == [(1, 7), (2, 18), (3, 32)]
    with pytest.raises(SceneError, match="there is no such file"):
        load_site(tmp_path / "none.yaml")


def test_the_show_that_new_makes_is_fine(tmp_path: Path) -> None:
    found = load_show(write_starter("garden", tmp_path))
    assert len(found.scenes) >= 2
    assert found.file.cues


def test_checking_touches_no_device_and_only_tables_need_duckdb(show: Build) -> None:
    show()
    code = (
        "import sys, json; from installation.scene.load import load_show; load_show('harbour'); "
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    heavy = {"pyglet", "cv2", "av", "duckdb", "numpy", "PIL", "starlette", "multiprocessing"}
    assert not heavy & set(json.loads(done.stdout))


def test_loading_twice_gives_the_same(show: Build) -> None:
    folder = show()
    first, second = load_show(folder), load_show(folder)
    assert first.file == second.file
    assert first.scenes["dawn"].params.keys() == second.scenes["dawn"].params.keys()


def test_every_problem_has_a_place(show: Build) -> None:
    files = {"scenes/dawn.yaml": "title: 1\nlayers: [{name: a, kind: text, text: '{x}', font: no.ttf}]\nzz: 1\n"}
    with pytest.raises(InstallationError) as caught:
        load_show(show(files))
    assert len(caught.value.problems) == 4
    assert all(problem.where and problem.where.line for problem in caught.value.problems)


SCRAPS = [
    "null",
    "true",
    "[]",
    "{",
    "- ",
    ": ",
    "\n",
    "  ",
    "\t",
    "&a ",
    "*a",
    "#",
    "'",
    "|",
    "= time",
    "= [1, 2]",
    "kind",
    "9" * 50,
]
WHOLE = """title: Dawn
values: {a: = b + 1, b: = sin(time), c: 2}
layers:
  - {name: sky, kind: shader, shader: sky.fs, params: {warmth: = a, tint: "#ff0000"}, inputs: {who: camera.mask}}
  - name: words
    kind: text
    text: "{a} {b:.0f}"
    effects: [{shader: blur.fs, params: {amount: "= clamp(time, 0, 1)"}}]
  - name: both
    kind: group
    layers: [{name: eye, kind: camera, opacity: 0.5}]
"""


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 12), st.sampled_from(SCRAPS)), min_size=1, max_size=4)
)
def test_a_damaged_scene_is_loaded_or_refused_with_places(show: Build, wounds: list[tuple[int, int, str]]) -> None:
    text = WHOLE
    for at, length, scrap in wounds:
        text = text[:at] + scrap + text[at + length :]
    folder = show({"scenes/dawn.yaml": text})
    try:
        load_scene(folder / "scenes" / "dawn.yaml")
    except SceneError as error:
        assert all(problem.where for problem in error.problems)
