"""`installation new`: what it writes plays, is right, and is complete for an editor."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playing import run

from installation.errors import CommandError
from installation.scene import isf
from installation.scene.load import list_shows, load_show
from installation.starter import write_shader, write_starter


def test_a_new_show_is_right(tmp_path: Path) -> None:
    show = load_show(write_starter("night_walk", tmp_path))
    assert show.file.title == "Night walk"
    assert sorted(show.scenes) == ["dawn", "noon"]
    assert [cue.number for cue in show.file.cues] == ["1", "2"]


def test_a_new_show_is_checked_and_rendered_by_name(tmp_path: Path) -> None:
    made = run("new", "walk", folder=tmp_path)
    assert (made.code, made.err) == (0, "")
    assert "installation run shows/walk" in made.out
    checked = run("check", "walk", folder=tmp_path)
    assert (checked.code, checked.out) == (0, "walk: 2 scenes, 2 cues, fine\n")
    rendered = run("render", "walk", "--out", "still.png", "--size", "64x36", folder=tmp_path)
    assert (rendered.code, rendered.err) == (0, "")
    assert (tmp_path / "still.png").is_file()


def test_the_files_name_schemas_that_are_there(tmp_path: Path) -> None:
    folder = write_starter("walk", tmp_path)
    for file in [folder / "show.yaml", *folder.glob("scenes/*.yaml")]:
        first = file.read_text("utf-8").splitlines()[0]
        schema = (file.parent / first.partition("$schema=")[2]).resolve()
        assert json.loads(schema.read_text("utf-8"))["title"]


def test_the_folder_of_schemas_is_no_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_starter("walk", tmp_path)
    assert "walk" in list_shows()
    assert "schema" not in list_shows()


@pytest.mark.parametrize("name", ["", "Walk", "night walk", "../walk", "1st", "über", "a/b", "x" * 41, "walk\n", "."])
def test_a_name_that_can_not_be_a_folders_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="can't be a show's name"):
        write_starter(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_show_is_never_written_over(tmp_path: Path) -> None:
    note = write_starter("walk", tmp_path) / "show.yaml"
    note.write_text("title: mine\n", "utf-8")
    with pytest.raises(CommandError, match="is there already"):
        write_starter("walk", tmp_path)
    assert note.read_text("utf-8") == "title: mine\n"


def test_where_nothing_can_be_written_no_half_show_is_left(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(CommandError, match="can't be written"):
        write_starter("walk", tmp_path / "file")
    (tmp_path / "shows").mkdir()
    (tmp_path / "shows" / "schema").write_text("in the way", "utf-8")
    with pytest.raises(CommandError, match="can't be written"):
        write_starter("walk", tmp_path)
    assert not (tmp_path / "shows" / "walk").exists()


@pytest.mark.parametrize("kind", ["generator", "filter", "transition"])
def test_a_new_shader_is_of_its_kind_and_names_itself(kind: isf.IsfKind, tmp_path: Path) -> None:
    made = write_shader("ripple.fs", kind, tmp_path / "shaders")
    assert made == tmp_path / "shaders" / "ripple.fs"
    parsed = isf.load(made)
    assert parsed.kind == kind
    assert all(param.help for param in parsed.params), "every input says what it does"
    assert "STARTER" not in parsed.body


def test_a_new_shader_goes_to_the_show_that_it_is_for(tmp_path: Path) -> None:
    write_starter("walk", tmp_path)
    made = run("new", "--shader", "wet", "--kind", "filter", "--in", "walk", folder=tmp_path)
    assert (made.code, made.err) == (0, "")
    assert isf.load(tmp_path / "shows" / "walk" / "shaders" / "wet.fs").kind == "filter"


def test_a_new_generator_is_rendered_where_it_was_made(tmp_path: Path) -> None:
    made = run("new", "--shader", "ripple", folder=tmp_path)
    assert "installation render shaders/ripple.fs" in made.out
    rendered = run("render", "shaders/ripple.fs", "--at", "1", "--out", "r.png", "--size", "64x36", folder=tmp_path)
    assert (rendered.code, rendered.err) == (0, "")


def test_a_shader_is_never_written_over(tmp_path: Path) -> None:
    write_shader("ripple", "generator", tmp_path).write_text("mine", "utf-8")
    with pytest.raises(CommandError, match="is there already"):
        write_shader("ripple", "filter", tmp_path)
    assert (tmp_path / "ripple.fs").read_text("utf-8") == "mine"


@pytest.mark.parametrize("name", ["", "Ripple", "a b", "../ripple", "ripple.vs", "ripple.fs.fs", "über"])
def test_a_name_that_can_not_be_a_shaders_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="can't be a shader's name"):
        write_shader(name, "generator", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_new_wants_a_show_or_a_shader(tmp_path: Path) -> None:
    assert run("new", folder=tmp_path).code == 2
    assert run("new", "walk", "--shader", "ripple", folder=tmp_path).code == 2
    assert run("new", "walk", "--kind", "filter", folder=tmp_path).code == 2
    assert list(tmp_path.iterdir()) == []
