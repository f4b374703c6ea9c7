"""The process that sees is locked in by the kernel: these tests really try to get out, from inside."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from installation.inputs import seccomp
from installation.inputs.camera import Camera
from installation.locks import held_here, receivers_held_here
from installation.privacy import page_of
from installation.scene.load import load_show
from installation.scene.schema import SiteFile

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux' locks")

ONE_LOCK = """
import ctypes, json, sys
from installation.inputs import landlock, seal, seccomp
library = ctypes.CDLL(None, use_errno=True)
library.prctl(38, 1, 0, 0, 0)
if sys.argv[1] == "seccomp":
    held = seccomp.restrict(library, network=False, writing=False)
else:
    held = landlock.restrict(library, (), None)[0]
print(json.dumps([held, seal.prove()]), flush=True)
"""
RECEIVER = """
import json, socket, sys
from installation.inputs.seal import close_doors, prove
held = close_doors(port=int(sys.argv[1]))
told = [socket.socket().connect_ex(("127.0.0.1", int(port))) for port in sys.argv[1:]]
shut, there = [], ("127.0.0.1", int(sys.argv[2]))
for way in (
    lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262).connect(there),  # MPTCP
    lambda: socket.socket().sendto(b"x", socket.MSG_FASTOPEN, there),
):
    try:
        way()
        told.append(0)
    except OSError as error:
        told.append(error.errno)
others = ((socket.AF_UNIX, socket.SOCK_STREAM), (socket.AF_INET6, socket.SOCK_DGRAM), (socket.AF_NETLINK, socket.SOCK_RAW))
for family, kind in others:
    try:
        socket.socket(family, kind)
    except OSError:
        shut.append(int(family))
print(json.dumps([held, told, {**prove(), "other sockets": len(shut) == 3}]), flush=True)
"""


def run(program: str, *words: object) -> list:
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, words)], capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def test_from_inside_nothing_can_be_sent_written_or_started():
    command = [sys.executable, "-m", "installation.inputs.camera_process", "--prove"]
    told = json.loads(subprocess.run(command, capture_output=True, timeout=60, check=True).stdout)
    assert all(told["refused"].values()), told["refused"]
    assert {"connect", "send a datagram", "leave a key", "fork", "start a program", "make a folder"} <= told[
        "refused"
    ].keys()
    assert any("no network" in line for line in told["held"]) and any("written" in line for line in told["held"])
    assert held_here() == tuple(told["held"])
    assert not list(Path("/dev/shm").glob("pixels-*"))


def test_for_a_camera_that_is_plugged_in_no_lock_is_claimed_that_it_has_not():
    site = SiteFile.model_validate({"camera": {"source": "device:0"}})
    lines = [line for line in held_here(site) if "written" in line]
    assert held_here(site)
    assert not [line for line in lines if "seccomp" in line]
    without = (
        "import json\nfrom pathlib import Path\nfrom installation.inputs import landlock, seal\n"
        "landlock.restrict = lambda *_: (False, False)\nprint(json.dumps(seal.close_doors([Path('/dev/null')])), flush=True)"
    )
    assert not [line for line in run(without) if "written" in line]


def test_seccomp_alone_keeps_everything_in():
    held, refused = run(ONE_LOCK, "seccomp")
    if not held:
        pytest.skip("this machine has no seccomp filter")
    assert all(refused.values()), refused


def test_landlock_alone_keeps_files_and_programs_in():
    held, refused = run(ONE_LOCK, "landlock")
    if not held:
        pytest.skip("this kernel has no Landlock")
    assert all(was for attempt, was in refused.items() if "write" in attempt or "program" in attempt), refused


def test_both_machines_have_a_filter_of_their_own_that_ends_by_allowing():
    for machine in ("x86_64", "aarch64"):
        for network, names in ((False, False), (True, False), (True, True)):
            for writing in (False, True):
                lines = seccomp.program(machine, network=network, writing=writing, names=names)
                assert lines[-1] == (0x06, 0, 0, 0x7FFF0000) and len(lines) < 256
                assert all(
                    i + 1 + max(line[1], line[2]) < len(lines) for i, line in enumerate(lines) if line[0] != 0x06
                )


def verdict(lines: list[tuple[int, int, int, int]], machine: str, call: str, *arguments: int) -> bool:
    """Whether a filter lets a call through; worked out as the kernel does (Documentation/networking/filter)."""
    column, architecture = seccomp._MACHINES[machine]
    packed = struct.pack(
        "=IIQ6Q", seccomp._NUMBERS[call][column], architecture, 0, *arguments, *[0] * (6 - len(arguments))
    )
    at, loaded = 0, 0
    while True:
        code, yes, no, operand = lines[at]
        if code == 0x06:
            return operand == 0x7FFF0000
        at += 1
        if code == 0x20:
            loaded = int(struct.unpack_from("=I", packed, operand)[0])
        else:
            holds = {0x15: loaded == operand, 0x35: loaded >= operand, 0x45: bool(loaded & operand)}[code]
            at += yes if holds else no


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
@pytest.mark.parametrize("names", [False, True])
def test_a_receiver_may_open_only_what_landlock_can_hold_to_a_port_or_what_looks_up_its_name(machine, names):
    lines = seccomp.program(machine, network=True, writing=False, names=names)

    def opens(family: int, kind: int, protocol: int = 0) -> bool:
        return verdict(lines, machine, "socket", family, kind | 0o2000000, protocol)  # with SOCK_CLOEXEC

    assert opens(2, 1) and opens(10, 1, 6)
    assert opens(2, 2) == opens(2, 2, 17) == opens(1, 1) == opens(16, 3) == names
    assert not any(opens(2, 1, protocol) for protocol in (132, 262, 256))  # SCTP, MPTCP, SMC
    assert not opens(2, 5) and not opens(43, 1) and not opens(17, 3)
    for call, flags in (("sendto", 3), ("sendmsg", 2), ("sendmmsg", 3)):
        assert verdict(lines, machine, call, *[7] * flags, 0x4000)
        assert not verdict(lines, machine, call, *[7] * flags, 0x20004000)  # connects without connect()
    assert verdict(lines, machine, "connect") and not verdict(lines, machine, "bind")


def test_the_process_with_a_streams_connection_reaches_its_port_only_and_writes_nothing():
    import socket

    with socket.socket() as one, socket.socket() as other:
        for listener in (one, other):
            listener.bind(("127.0.0.1", 0))
            listener.listen()
        held, told, refused = run(RECEIVER, one.getsockname()[1], other.getsockname()[1])
    if not any("port" in line for line in held):
        pytest.skip("this kernel's Landlock knows no ports")
    assert told[0] == 0 and all(told[1:]), told
    assert all(refused.values()), refused


def test_what_holds_the_receiver_of_a_named_camera_is_proved_and_on_the_page():
    def told(source: str) -> str:
        site = SiteFile.model_validate({"camera": {"source": source}})
        receivers = receivers_held_here(site)
        sections = page_of(load_show("living_smiles"), site, held_here(site), receivers)
        return "\n".join(line for section in sections for line in section.lines)

    page = told("rtsp://me:secret@cam.local/stream")
    assert "It is locked in too:" in page
    assert "no network but the stream's port 554 (Landlock, seccomp)" in page
    assert "datagrams" not in page
    assert "secret" not in page
    page = told("https://cam.local/video")
    assert "port 443 (Landlock, seccomp); its camera's name" in page
    assert "datagrams and local sockets stay open" in page


def test_a_running_camera_says_what_holds_and_has_nothing_open_that_leads_out():
    camera = Camera("synthetic", "none").start()
    try:
        end = time.monotonic() + 30
        while not camera.sample().live and time.monotonic() < end:
            threading.Event().wait(0.01)
        status = camera.status()
        assert any("no network" in line for line in status["sealed"]) and any(
            "written" in line for line in status["sealed"]
        )
        pid = next(c.pid for c in psutil.Process().children() if "installation.inputs.camera_process" in c.cmdline())
        about = dict(
            line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line
        )
        assert about["NoNewPrivs"] == "1" and about["Seccomp"] == "2"
        limits = Path(f"/proc/{pid}/limits").read_text()
        assert all(
            line.split()[-3:-1] == ["0", "0"]
            for line in limits.splitlines()
            if "file size" in line or "core file" in line
        )
        if os.geteuid() == 0:  # others may not even look
            opened = [os.readlink(path) for path in Path(f"/proc/{pid}/fd").iterdir()]
            assert not [path for path in opened if path.startswith("socket:") or path.startswith("/home")]
    finally:
        camera.close()
