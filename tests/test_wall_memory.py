"""What a camera saw of the projectors, kept beside the site file: whole after any kill, told when it is damaged."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from installation import wall_memory
from installation.wall_memory import Memory, known
from installation.wall_places import Places


def memory(seed: int) -> Memory:
    chance = np.random.default_rng(seed)
    at, to = chance.uniform(0, 1, (900, 2)), chance.uniform(0, 1000, (900, 2))
    places = Places((1280, 720), (1920, 1080), at, to, np.ones(900), 0.4, {"pixels": 921600, "lit": 300000})
    corner = ((0.1, 0.1, 0.0, 0.0),) * 4
    return Memory(outputs={"left": known("hall", places), "right": known("hall", places)}, canvas={"hall": corner})


def test_it_comes_back_as_it_was_and_a_damaged_one_is_told_and_set_aside(tmp_path: Path):
    path = tmp_path / "site.projectors.json"
    assert wall_memory.load(path) == (Memory(), []) and wall_memory.load(None) == (Memory(), [])
    assert wall_memory.save(path, memory(1)) == [] and wall_memory.load(path) == (memory(1), [])
    assert np.array_equal(wall_memory.load(path)[0].places("left").to, memory(1).places("left").to)
    path.write_text(path.read_text().replace('"places": "', '"places": "?'))
    (problem,) = wall_memory.load(path)[1]
    assert "can't be read" in problem.message and "calibrate projectors" in problem.hint
    assert wall_memory.save(path, memory(2)) == [] and wall_memory.load(path)[0] == memory(2)
    assert path.with_name(path.name + ".broken").exists()
    assert "is the folder writable?" in str(wall_memory.save(path / "below", memory(1))[0])


KILLED = """
import os, random, signal, sys, time
from pathlib import Path
from installation import beside, wall_memory
from tests.test_wall_memory import memory

path, chance = Path(sys.argv[1]), random.Random(3)
versions = [memory(number) for number in range(4)]
wall_memory.save(path, versions[0])
for killed in range(100):
    child = os.fork()
    if not child:
        while True:
            for one in versions:
                wall_memory.save(path, one)
    time.sleep(chance.uniform(0.0, 0.02))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    kept, problems = wall_memory.load(path)
    assert not problems and kept in versions, (killed, problems)
beside.sweep(path)
print("whole", len(list(path.parent.glob(".*"))))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is a thing of POSIX")
def test_a_hundred_kills_while_it_is_kept_leave_one_whole_version_each_time(tmp_path: Path):
    words = [sys.executable, "-c", KILLED, str(tmp_path / "site.projectors.json")]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, cwd=Path(__file__).parents[1])
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split() == ["whole", "0"]
