"""The shared memory between the camera process and the engine, with a second process at the other end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from installation.inputs.sense import Sense
from installation.inputs.shared_frame import SharedFrame

WRITER = """
import sys
import numpy as np
from installation.inputs.sense import Sense
from installation.inputs.shared_frame import SharedFrame

memory = SharedFrame.attach(sys.argv[1], 160, 90)
count = 0
while count < int(sys.argv[2]):
    count += 1
    value = count % 251
    mask, flow = np.full((90, 160), value, np.uint8), np.full((90, 160, 2), value, np.float32)
    memory.put(Sense(mask, flow, value, value, (value, value), value, count, float(value), "writer", True))
    memory.say(state="live", count=value, again=value)
"""

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /dev/shm")


def sense(value: int) -> Sense:
    mask, flow = np.full((18, 32), value, np.uint8), np.full((18, 32, 2), value, np.float32)
    return Sense(mask, flow, 0.5, 0.25, (0.1, 0.9), 2, 0, 12.5, "test", True)


def writer(memory: SharedFrame, pictures: int) -> subprocess.Popen[bytes]:
    descriptors = (memory.descriptor,) if memory.descriptor >= 0 else ()
    command = [sys.executable, "-c", WRITER, memory.address, str(pictures)]
    return subprocess.Popen(command, pass_fds=descriptors, stderr=subprocess.PIPE)


def test_what_is_put_is_got_and_only_the_newest():
    memory = SharedFrame.create(32, 18)
    assert memory.get() is None and memory.newest() == 0 and memory.said() == {}
    for value in (1, 2, 3, 4, 5):
        memory.put(sense(value))
    got = memory.get("device:0", True)
    assert got is not None and got.sequence == memory.newest() == 5
    assert (got.mask == 5).all() and (got.flow == 5).all()
    assert (got.presence, got.motion, got.centre, got.count, got.when) == (0.5, 0.25, (0.1, 0.9), 2, 12.5)
    assert got.source == "device:0" and got.live
    memory.put(sense(6))
    assert (got.mask == 5).all()  # a copy, for good
    with pytest.raises(ValueError):
        got.mask[0, 0] = 0
    del got
    assert memory.close() and memory.close()
    assert memory.get() is None and memory.newest() == 0


def test_a_reader_beside_a_racing_writer_never_sees_a_torn_sense():
    memory = SharedFrame.create(160, 90)
    process = writer(memory, 12_000)
    seen: set[int] = set()
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        got = memory.get()
        if got is not None:
            value = got.count
            assert (got.mask == value).all() and (got.flow == value).all()
            assert (got.presence, got.centre, got.when) == (value, (value, value), value)
            assert got.sequence % 251 == value
            seen.add(got.sequence)
        said = memory.said()
        assert said == {} or said["count"] == said["again"]
    assert process.wait(10) == 0 and len(seen) > 20


def test_a_writer_killed_in_the_middle_leaves_the_newest_whole_sense():
    memory = SharedFrame.create(32, 18)
    memory.put(sense(7))
    records = memory._records
    assert records is not None
    records["lock"][1] |= np.uint64(1)  # begun to write the next, and was killed
    records["mask"][1][:9] = 9
    got = memory.get()
    assert got is not None and (got.mask == 7).all()


def test_words_too_long_for_the_memory_are_cut_not_lost():
    memory = SharedFrame.create(32, 18)
    memory.say(state="lost", problem="ü" * 4000, hint="plug it in")
    assert memory.said()["state"] == "lost" and memory.said()["hint"] == "plug it in"


@linux
def test_unnamed_memory_has_no_place_in_dev_shm():
    before = set(os.listdir("/dev/shm"))
    memory = SharedFrame.create(160, 90)
    assert memory.address.startswith("fd:") and set(os.listdir("/dev/shm")) <= before
    descriptor = memory.descriptor
    assert memory.close()
    with pytest.raises(OSError):
        os.fstat(descriptor)


@linux
def test_named_memory_is_gone_after_close_and_the_other_side_leaves_it_alone():
    memory = SharedFrame.create(160, 90, named=True)
    name = Path("/dev/shm") / memory.address.removeprefix("shm:")
    process = writer(memory, 3)
    _, complaints = process.communicate(timeout=20)
    assert process.returncode == 0 and complaints == b""
    got = memory.get()
    assert name.exists() and got is not None and (got.mask == 3).all()
    assert memory.close() and not name.exists()


def test_a_picture_that_comes_after_nobody_wants_it_any_more_is_not_kept():
    memory = SharedFrame.create(16, 9)
    seen = np.full((18, 32, 4), 99, np.uint8)
    memory.want(True)
    memory.put_picture(seen)
    got = memory.picture()
    assert got is not None and got.max() == 99
    memory.want(False)
    memory.put_picture(seen)  # its process had looked whether it is wanted before that
    memory.want(True)
    got = memory.picture()
    assert got is None or not got.any()
    assert memory.close()
