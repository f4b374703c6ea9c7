"""Where a site file and an alignment have come apart: said at start and by `check --site`, until one of them gives way."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from installation.align import kept as files
from installation.align.kept import KeptAlignment, restored
from installation.align.overruled import overruled
from installation.align.points import Alignment
from installation.cli import app
from installation.outputs.surfaces import Laid
from installation.outputs.warp import Warp

SITE = (
    "outputs: [{name: left, surfaces: [{region: [0, 0, %s, 1]}]}, {name: %s, surfaces: [{region: [0.4, 0, 0.6, 1]}]}]\n"
)
SIZES = {"left": (100, 100), "right": (100, 100)}
PULLED = ((0.1, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def own(left: float, right: str = "right") -> dict[str, dict[str, Laid]]:
    return {"left": {"1": Laid("1", (0.0, 0.0, left, 1.0))}, right: {"1": Laid("1", (0.4, 0.0, 0.6, 1.0))}}


def a_night(site: Path, said: dict[str, dict[str, Laid]], *words: object) -> tuple[Alignment, list[str]]:
    """Opens a show, says something to its alignment, keeps it; gives it and what was told at start."""
    kept, _ = files.load(files.path_of(site))
    alignment = Alignment(restored(kept, said, None, moved=True)[0], SIZES, kept, said)
    told = [one.problem.message for one in overruled(kept, said, site)]
    alignment.begin()
    if words:
        alignment.select(str(words[0]), "1", 0, 0)
        alignment.move(10.0, 0.0, 0.0)
    files.save(files.path_of(site), alignment.snapshot.kept())
    return alignment, told


def test_a_site_file_that_says_something_else_of_what_was_aligned_is_told_until_that_is_moved_again(
    tmp_path: Path,
) -> None:
    site = tmp_path / "hall.yaml"
    assert a_night(site, own(0.6), "left")[1] == []
    assert a_night(site, own(0.6))[1] == []
    first, told = a_night(site, own(0.5))
    assert len(told) == 1 and "hall.yaml has changed where left lies" in told[0] and "still counts" in told[0]
    assert first.surfaces["left"]["1"].warp == Warp(PULLED) and first.still("left", "1")
    assert len(a_night(site, own(0.5), "right")[1]) == 1  # another one is moved: this one is still told
    last, told = a_night(site, own(0.5), "left")
    assert len(told) == 1 and not last.still("left", "1")
    assert a_night(site, own(0.5))[1] == []


def test_what_was_never_moved_lies_as_the_site_file_says_now(tmp_path: Path) -> None:
    site = tmp_path / "hall.yaml"
    a_night(site, own(0.6), "right")
    lain, told = a_night(site, own(0.5))
    assert told == [] and lain.surfaces["left"] == own(0.5)["left"]


def test_an_output_that_is_called_otherwise_now_is_told_with_what_it_may_be(tmp_path: Path) -> None:
    site = tmp_path / "hall.yaml"
    a_night(site, own(0.6), "right")
    kept = files.load(files.path_of(site))[0]
    (gone,) = overruled(kept, own(0.6, "rigth"), site)
    assert 'of an output "right", and the site has none' in gone.problem.message
    assert 'did you mean "rigth"?' in gone.problem.hint and "align forget right" in gone.problem.hint


def test_a_file_from_before_is_read_and_counts_without_a_word(tmp_path: Path) -> None:
    site = tmp_path / "hall.yaml"
    alignment, _ = a_night(site, own(0.6), "left")
    bare = {"outputs": {"left": {"1": {**alignment.snapshot.kept().outputs["left"]["1"].model_dump(), "site": None}}}}
    old = KeptAlignment.model_validate(bare)
    assert overruled(old, own(0.5), site) == []
    assert restored(old, own(0.5), None, moved=True)[0]["left"]["1"].warp == Warp(PULLED)


def test_check_says_so_and_finds_nothing_wrong(tmp_path: Path) -> None:
    site = tmp_path / "hall.yaml"
    a_night(site, own(0.6), "left")
    a_night(site, own(0.6), "right")
    site.write_text(SITE % (0.5, "links"))
    done = CliRunner().invoke(app, ["check", "--site", str(site)], env={"COLUMNS": "300"})
    assert done.exit_code == 0 and "fine" in done.output
    assert "hall.yaml has changed where left lies" in done.output and 'output "right"' in done.output
    assert "known: links" in done.output
