"""`installation gallery`: every shader is tried on the same pictures, and one that fails has its problem on its card."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playing import run, typed

from installation.errors import CommandError, Problem
from installation.gallery import Card, find, tried
from installation.params import Param
from installation.sheet import sections, set_sheet, write_sheets

BROKEN = '/*{"DESCRIPTION": "Wrong.", "INPUTS": []}*/\nvoid main() { gl_FragColor = vec4(colour); }\n'
STILL = np.full((36, 64, 3), 200, np.uint8)


def test_shaders_are_found_by_name_with_or_without_an_ending_and_as_files(tmp_path: Path) -> None:
    known = {"bloom.fs": Path("here/bloom.fs"), "grain.fs": Path("here/grain.fs")}
    file = tmp_path / "mine.fs"
    file.write_text(BROKEN, "utf-8")
    assert find([], known) == known
    assert find(["bloom", str(file)], known) == {"bloom.fs": known["bloom.fs"], "mine.fs": file}
    with pytest.raises(CommandError, match=r'did you mean "bloom\.fs"'):
        find(["blom"], known)


def test_a_shader_is_shown_with_its_defaults_and_moved_only_where_they_change_nothing() -> None:
    still, other = Param("a", "float", 0.0, 0.0, 2.0, identity=0.0), Param("b", "float", 1.0, 0.0, 1.0, identity=1.0)
    assert tried([still, other], 0) == {"a": 1.4, "b": 1.0}
    assert tried([other], 0) == {"b": pytest.approx(0.3)}
    moved = Param("c", "float", 0.5, 0.0, 2.0, identity=0.0)
    assert tried([still, moved], 0) == {"a": 0.0, "c": 0.5}
    assert sum(bool(tried([Param("e", "event", False)], index)["e"]) for index in range(90)) == 2


def test_the_sheet_has_a_heading_for_each_kind_and_what_failed_at_its_end() -> None:
    cards = [
        Card("b.fs", "transition", "Words.", (STILL,) * 3),
        Card("a.fs", problems=(Problem("this is\0 no shader", hint="a second line"),)),
        Card("c.fs", "generator", "Many words. " * 30, (STILL,)),
    ]
    assert [[card.name for card in some] for some in sections(cards).values()] == [["c.fs"], ["b.fs"], ["a.fs"]]
    sheet = set_sheet(cards, (64, 36))
    assert sheet.shape[2] == 3
    assert (sheet == 200).all(axis=2).sum() > 3.8 * 64 * 36, "four stills, but for their corners"


def test_a_folder_gets_one_sheet_of_each_kind(tmp_path: Path) -> None:
    cards = [Card("a.fs", "generator", "", (STILL,)), Card("b.fs", "filter", "", (STILL,))]
    assert [path.name for path in write_sheets(tmp_path, cards, (64, 36))] == ["generators.png", "filters.png"]


def test_gallery_wants_somewhere_to_write() -> None:
    assert typed("gallery", "bloom.fs").code == 2


@pytest.mark.gl
def test_shaders_of_all_kinds_and_a_broken_one_make_a_sheet_and_stills(tmp_path: Path) -> None:
    (tmp_path / "shaders").mkdir()
    (tmp_path / "shaders" / "broken.fs").write_text(BROKEN, "utf-8")
    words = ("gallery", "mouth", "vignette", "growth.fs", "broken", "--out", "s.png", "--each", "e")
    ended = run(*words, "--size", "64x36", "--at", "0.5", folder=tmp_path)
    assert ended.code == 1
    assert "broken.fs:2" in ended.said and "Traceback" not in ended.said
    stills = sorted(path.name for path in (tmp_path / "e").iterdir())
    assert stills == ["growth_25.png", "growth_50.png", "growth_75.png", "mouth.png", "the_picture.png", "vignette.png"]
    for name in stills:
        assert np.asarray(Image.open(tmp_path / "e" / name)).std() > 4, name
    assert Image.open(tmp_path / "s.png").height > 4 * 36


@pytest.mark.gl
def test_a_filter_and_a_transition_are_rendered_by_themselves_over_the_gallerys_pictures(tmp_path: Path) -> None:
    for name, words in (("vignette.fs", ()), ("dissolve.fs", ()), ("dissolve.fs", ("--set", "progress=1"))):
        file = f"{len(list(tmp_path.iterdir()))}.png"
        ended = run("render", name, "--out", file, "--size", "64x36", *words, folder=tmp_path)
        assert (ended.code, ended.err) == (0, "")
    filtered, half, whole = (np.asarray(Image.open(path)).astype(int) for path in sorted(tmp_path.iterdir()))
    assert min(picture.std() for picture in (filtered, half, whole)) > 10
    assert np.abs(half - whole).mean() > 10


@pytest.mark.gl
def test_one_pass_is_rendered_by_itself(tmp_path: Path) -> None:
    for number in ("1", "5"):
        ended = run(
            "render", "bloom.fs", "--pass", number, "--out", f"{number}.png", "--size", "64x36", folder=tmp_path
        )
        assert (ended.code, ended.err) == (0, "")
    bright, whole = (np.asarray(Image.open(tmp_path / f"{number}.png")).astype(int) for number in (1, 5))
    assert bright.mean() < whole.mean(), "the first pass keeps only what is bright"


@pytest.mark.gl
def test_check_says_what_a_shader_is_and_where_it_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "broken.fs").write_text(BROKEN, "utf-8")
    ended = run("check", "bloom.fs", "broken.fs", folder=tmp_path)
    assert ended.code == 1
    assert "bloom.fs: a filter, fine" in ended.out
    assert "inputs: inputImage (image), amount (0 to 2)" in ended.out
    assert "5 the picture" in ended.out
    assert "broken.fs:2" in ended.err and "colour" in ended.err
