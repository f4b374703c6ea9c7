"""A mistake in the site file is told when it is saved, and never ends an evening."""

from __future__ import annotations

from pathlib import Path

import pytest
from playing import Playing, typed, until

from installation.building import copy_of, open_building
from installation.errors import SceneError
from shows import write_show

GOOD = "title: Hall\noutputs: [{name: left, masks: [{polygon: [[0, 0], [1, 0], [1, 1]], feather: 0.1}]}]\n"
BROKEN = GOOD.replace("feather", "feathr")


def test_a_site_file_that_is_broken_gives_way_to_the_last_good_copy_of_it_with_its_place(tmp_path: Path) -> None:
    site = tmp_path / "hall.yaml"
    site.write_text(GOOD)
    site.chmod(0o600)  # it has passcodes
    assert open_building(site)[1] == [] and copy_of(site) == tmp_path / "hall.good.yaml"
    assert copy_of(site).read_text() == GOOD and copy_of(site).stat().st_mode & 0o777 == 0o600
    site.write_text(BROKEN)
    building, (problem,) = open_building(site)
    assert building.outputs[0].name == "left" and copy_of(site).read_text() == GOOD
    assert problem.where is not None and (problem.where.path, problem.where.line) == (str(site), 2)
    assert "feathr" in problem.message + problem.hint and "tonight goes by hall.good.yaml" in problem.message
    checked = typed("check", "--site", site)
    assert checked.code == 1 and "hall.good.yaml" not in checked.said


def test_without_a_good_copy_a_broken_site_file_is_refused(tmp_path: Path) -> None:
    site = tmp_path / "hall.yaml"
    site.write_text(BROKEN)
    with pytest.raises(SceneError, match="feathr"):
        open_building(site)
    copy_of(site).write_text(BROKEN)
    with pytest.raises(SceneError, match=r"hall\.yaml:2"):
        open_building(site)
    assert open_building(None)[1] == []


def test_a_copy_that_cannot_be_kept_is_told_and_the_show_opens(tmp_path: Path) -> None:
    site = tmp_path / "hall.yaml"
    site.write_text(GOOD)
    copy_of(site).mkdir()
    building, (problem,) = open_building(site)
    assert building.title == "Hall" and "no copy of hall.yaml can be kept" in problem.message


@pytest.mark.gl
def test_a_save_that_breaks_the_site_file_is_a_problem_until_it_is_mended_and_the_next_start_plays(
    tmp_path: Path,
) -> None:
    show = write_show(
        tmp_path / "show", {"only": "title: Only\nlayers: [{name: fill, kind: shader, shader: fill.fs}]\n"}
    )
    site = tmp_path / "hall.yaml"
    site.write_text(GOOD)

    def told(status: dict[str, list[dict[str, str]]]) -> bool:
        return any(
            "feathr" in p["message"] + p["hint"] and p["where"].startswith(f"{site}:2") for p in status["problems"]
        )

    with Playing(show, "--site", site) as playing:
        site.write_text(BROKEN)
        playing.until(told, "the mistake with its place")
        site.write_text(GOOD)
        playing.until(lambda s: not told(s), "no mistake any more")
        until(lambda: "hall.yaml was saved and is fine" in playing.printed, "the log")
        site.write_text(BROKEN)
    with Playing(show, "--site", site) as playing:
        playing.until(told, "the mistake with its place")
        assert "tonight goes by hall.good.yaml" in playing.printed
        playing.goes_on()
