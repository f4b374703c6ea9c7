"""What is kept of an alignment: whole or not at all, with older versions, and what can't be used is told."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from installation.align import kept as files
from installation.align.kept import KeptAlignment, kept_of, laid_of
from installation.outputs.surfaces import Laid
from installation.outputs.warp import Warp

KEYSTONE = ((0.1, 0.0), (0.9, 0.05), (0.95, 1.0), (0.0, 0.9))


def whole(x: float = 0.1) -> KeptAlignment:
    warp = Warp(((x, 0.0), (0.9, 0.05), (0.95, 1.0), (0.0, 0.9)))
    return KeptAlignment(outputs={"left": {"1": kept_of(Laid("1", (0.0, 0.0, 0.5, 1.0), warp.split(5, 4, "bezier")))}})


@pytest.mark.parametrize("warp", [Warp(KEYSTONE), Warp(KEYSTONE).split(4, 3), Warp(KEYSTONE).split(3, 3, "bezier")])
def test_what_is_kept_comes_back_within_a_thousandth_of_a_pixel(tmp_path: Path, warp: Warp):
    path = tmp_path / "site.alignment.json"
    own = Laid("1", (0.25, 0.0, 0.5, 1.0), warp, "front")
    assert files.save(path, KeptAlignment(outputs={"left": {"1": kept_of(own)}})) == []
    kept, problems = files.load(path)
    back = laid_of(kept.outputs["left"]["1"], Laid("1", wall="front"))
    assert problems == [] and back.region == own.region and back.wall == "front"
    at = np.random.default_rng(2).random((100, 2))
    assert np.abs(back.warp.at(at) - warp.at(at)).max() * 1920 < 0.01


@pytest.mark.parametrize(
    "text",
    ["", "{", '{"version": 2}', '{"outputs": {"left": {"1": {"region": [0, 0, 1]}}}}', "[]", '{"outputs": 5}', "\x00"],
)
def test_a_file_that_cannot_be_read_is_told_and_set_aside_when_something_new_is_kept(tmp_path: Path, text: str):
    path = tmp_path / "site.alignment.json"
    path.write_text(text)
    kept, problems = files.load(path)
    assert kept == KeptAlignment() and len(problems) == 1 and "older versions" in problems[0].hint
    assert files.save(path, whole()) == []
    assert (tmp_path / "site.alignment.json.broken").read_text() == text
    assert files.load(path) == (whole(), [])


def test_what_cannot_be_thrown_lies_as_the_site_says_and_is_told(tmp_path: Path):
    crossed = whole().model_dump()
    crossed["outputs"]["left"]["1"] |= {"points": None, "corners": [[0, 0], [1, 1], [1, 0], [0, 1]]}
    own = {"left": {"1": Laid("1")}}
    found, problems = files.restored(KeptAlignment.model_validate(crossed), own, None)
    assert found["left"]["1"] is own["left"]["1"]
    assert "output left, surface 1" in problems[0].message and "cross" in problems[0].message


def test_versions_have_names_and_the_evening_before_is_kept_thirty_times(tmp_path: Path):
    path = tmp_path / "site.alignment.json"
    assert files.back_up(path, "2026-01-01") == [] and files.versions(path) == []
    files.save(path, whole())
    for day in range(40):
        assert files.back_up(path, f"2026-02-{day:02d}") == []
    assert files.save_as(path, "good one", whole(0.2)) == []
    names = files.versions(path)
    assert "good one" in names and len(names) == files.BACKUPS + 1 and "before-2026-02-39" in names
    assert json.loads((tmp_path / "site.alignment" / "good one.json").read_text())["name"] == "good one"


KILLED = """
import os, random, signal, sys, time
from pathlib import Path
from installation.align import kept as files
from tests.align.test_kept import whole

path, chance = Path(sys.argv[1]), random.Random(int(sys.argv[2]))
files.save(path, whole(0.0))
versions = [whole(step / 1000) for step in range(8)]
texts = {one.model_dump_json() for one in versions}
for killed in range(100):
    child = os.fork()
    if not child:
        while True:
            for one in versions:
                files.save(path, one)
                files.back_up(path, "today")
    time.sleep(chance.uniform(0.0, 0.02))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    kept, problems = files.load(path)
    assert not problems and kept.model_dump_json() in texts, (killed, problems)
    backup = files.folder_of(path) / "before-today.json"
    assert not backup.exists() or files.load(backup)[1] == []
files.sweep(path)
print("whole", len([one for one in path.parent.rglob(".*")]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is a thing of POSIX")
def test_a_hundred_kills_while_saving_leave_one_whole_version_each_time(tmp_path: Path):
    path = tmp_path / "site.alignment.json"
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(path), "7"],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr[-2000:]
    word, drafts = done.stdout.split()
    assert word == "whole" and drafts == "0"
