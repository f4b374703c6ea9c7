"""Shuts the doors of the process that sees: no network, no file that can be written, no program that can be started.

`close_doors` is called by the camera process and by the receiver of a stream, first thing, before any thread runs and
before anything of a camera is read; what it says holds is what the kernel took. Nothing opens the doors again. On Linux
several locks lie over each other (a network namespace of its own, Landlock, seccomp, resource limits), so that one that
a kernel lacks isn't missed; elsewhere there is none, and then only the code itself keeps its word. `prove` tries from
inside. The kernel's tables are in `seccomp` and `landlock`.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from installation.inputs import landlock, seccomp

NO_NETWORK = "no network"
ONLY_STREAM = "no network but the stream's port"
ONLY_TCP_TO_STREAM = "no TCP connection but to the stream's port"
NAMED = "its camera's name goes with an encrypted connection and is looked up, so datagrams and local sockets stay open"
NO_WRITING = "no file can be written"
OF_FILES = ("write ", "make a folder")
"""How those of the attempts begin that a kernel lets through where `NO_WRITING` isn't held."""
OF_NAMES = ("send a datagram", "open a local socket")
"""The attempts that are let through where `NAMED` is said."""
NO_PROGRAMS = "no program can be started"
NO_DUMP = "its memory can't be dumped or read by others"

_MPTCP = 262
"""TCP over several ways at once; whoever answers to TCP answers to it."""
_SET_DUMPABLE, _SET_NO_NEW_PRIVS = 4, 38
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000


def close_doors(devices: Sequence[Path] = (), port: int | None = None, *, names: bool = False) -> tuple[str, ...]:
    """Locks this process in for good, and says what holds, as short sentences; () where nothing can be enforced.

    `devices` are files under /dev that may still be opened for writing, as cameras must be. With `port` the process is the
    receiver of a stream: TCP connections to that port stay open to it, and with `names` (which an encrypted connection goes by)
    whatever looking up a name may need.
    Call it while there is one thread only.
    """
    if sys.platform != "linux":
        return ()
    import resource

    library = ctypes.CDLL(None, use_errno=True)
    own_network = port is None and _own_network(library)
    for limit in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        resource.setrlimit(limit, (0, 0))
    undumpable = library.prctl(_SET_DUMPABLE, 0, 0, 0, 0) == 0
    if library.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return (NO_DUMP,) if undumpable else ()
    files, connections = landlock.restrict(library, devices, port)
    calls = seccomp.restrict(library, network=port is not None, writing=bool(devices), names=names)
    held = []
    if port is None and (own_network or calls):
        held.append(f"{NO_NETWORK} ({_by(('its own, empty one', own_network), ('seccomp', calls))})")
    elif connections and calls and not names:
        held.append(f"{ONLY_STREAM} {port} (Landlock, seccomp)")
    elif connections and calls:  # Landlock alone lets out what is nearly TCP (MPTCP), and who connects by sending
        held.append(f"{ONLY_TCP_TO_STREAM} {port} (Landlock, seccomp); {NAMED}")
    if files or (calls and not devices):
        held.append(f"{NO_WRITING} ({_by(('Landlock', files), ('seccomp', calls and not devices))})")
    if calls or files:
        held.append(f"{NO_PROGRAMS} ({_by(('Landlock', files), ('seccomp', calls))})")
    if undumpable:
        held.append(NO_DUMP)
    return tuple(held)


def _own_network(library: ctypes.CDLL) -> bool:
    """Moves into a network namespace with nothing in it; some systems forbid it to ordinary users."""
    return any(library.unshare(flags) == 0 for flags in (_NEW_USER | _NEW_NET, _NEW_NET))


def _by(*locks: tuple[str, bool]) -> str:
    return ", ".join(name for name, holds in locks if holds)


def prove() -> dict[str, bool]:
    """Tries from inside what must not work: True for each attempt that was refused. For tests and the doctor."""
    named = (os.environ.get("TMPDIR", "/tmp"), "/dev/shm", str(Path.home()), os.getcwd())
    places = [Path(place) for place in dict.fromkeys(named) if Path(place).is_dir()]
    attempts: dict[str, Callable[[], object]] = {
        "connect": _connect,
        "connect by a kin of TCP": lambda: _connect(_MPTCP),
        "connect by sending": _connect_by_sending,
        "send a datagram": _send,
        "open a local socket": lambda: socket.socket(getattr(socket, "AF_UNIX", -1)).close(),
        "leave a key": _leave_key,
        "fork": _fork,
        "write an existing file": lambda: os.close(os.open(__file__, os.O_WRONLY)),
        "make a folder": lambda: os.mkdir(places[0] / f"pixels-{os.getpid()}"),
    }
    for place in places:
        path = place / f"pixels-{os.getpid()}"
        attempts[f"write in {place}"] = lambda path=path: os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))  # type: ignore[misc]
    attempts["start a program"] = lambda: os.execv(sys.executable, [sys.executable, "-c", "raise SystemExit(0)"])
    return {name: _refused(attempt) for name, attempt in attempts.items()}


def _refused(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return True
    return False


def _connect(protocol: int = 0) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, protocol) as attempt:
        attempt.settimeout(1.0)
        code = attempt.connect_ex(("127.0.0.1", 9))
        if code in (0, errno.ECONNREFUSED):  # let in, or asked a real network that has nobody at this port
            return
        raise OSError(code, "refused")


def _connect_by_sending() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as attempt:
        attempt.settimeout(1.0)
        try:
            attempt.sendto(b"x", getattr(socket, "MSG_FASTOPEN", 0), ("127.0.0.1", 9))
        except ConnectionRefusedError:
            return


def _send() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as attempt:
        attempt.sendto(b"x", ("127.0.0.1", 9))


def _leave_key() -> None:
    """The kernel's keyrings keep bytes for other processes; in this process's own one the attempt leaves nothing behind."""
    number = {"x86_64": 248, "aarch64": 217}.get(platform.machine())
    library = ctypes.CDLL(None, use_errno=True)
    if number is None or library.syscall(number, b"user", b"pixels", b"x", ctypes.c_size_t(1), -2) < 0:
        raise OSError(ctypes.get_errno(), "refused")


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)
