"""A list of system calls that a process may no longer make (seccomp-bpf), without a package. For `seal` only.

The filter refuses with an error and doesn't kill, so that a library that merely looks around goes on. Calls whose flags
a filter can't see (clone3, openat2) are said not to exist: the C library then uses those whose flags it can see.
"""

from __future__ import annotations

import ctypes
import errno
import platform

_NUMBERS = {
    # name: x86_64, aarch64 (None: not there)
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "sendmmsg": (307, 269),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "execve": (59, 221),
    "execveat": (322, 281),
    "fork": (57, None),
    "vfork": (58, None),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "bpf": (321, 280),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "mq_open": (240, 180),
    "semget": (64, 190),
    "add_key": (248, 217),  # the kernel's keyrings keep bytes for others of the same user
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "unshare": (272, 97),
    "setns": (308, 268),
    "fsopen": (430, 430),
    "creat": (85, None),
    "truncate": (76, 45),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "rmdir": (84, None),
    "link": (86, None),
    "linkat": (265, 37),
    "symlink": (88, None),
    "symlinkat": (266, 36),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "mknod": (133, None),
    "mknodat": (259, 33),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "mount": (165, 40),
    "move_mount": (429, 429),
    "open_by_handle_at": (304, 265),
    "splice": (275, 76),
    "vmsplice": (278, 75),
}
_NETWORK = {"socket", "socketpair", "connect", "sendto", "sendmsg", "sendmmsg"}
_HIDDEN = {"clone3": (435, 435), "openat2": (437, 437)}
_CLONE, _OPENAT, _OPEN = (56, 220), (257, 56), (2, None)
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_CLONE_THREAD = 0x00010000
_WRITES = 0o1 | 0o2 | 0o100 | 0o1000 | 0o2000 | 0o20000000
"""O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND and the bit of O_TMPFILE: the same on both machines."""

_LOAD, _JUMP_EQUAL, _JUMP_ABOVE, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERROR = 0x7FFF0000, 0x00050000
_AT_NUMBER, _AT_MACHINE = 0, 4
_X32 = 0x40000000
_INTERNET, _OF_NAMES = (2, 10), (1, 16)
"""AF_INET and AF_INET6; AF_UNIX and AF_NETLINK, by which names are looked up: the same on both machines, as all below."""
_NOT_STREAM, _NOT_DATAGRAM = 0xE, 0xC
"""Bits of a socket's kind that SOCK_STREAM hasn't, and those that neither it nor SOCK_DGRAM and SOCK_RAW have."""
_TCP, _UDP = (0, 6), 17
"""Protocols: 0 is the usual one of its kind. Every other that carries a stream (MPTCP, SCTP, SMC) goes past Landlock's ports."""
_FAST_OPEN = 0x20000000
"""MSG_FASTOPEN: sending with it connects too, without the call that Landlock looks at."""
_SENDS = {"sendto": 3, "sendmsg": 2, "sendmmsg": 3}
"""Which argument has the flags."""
_SET_FILTER_CALL = {"x86_64": 317, "aarch64": 277}
_WITH_ALL_THREADS = 1


class _Line(ctypes.Structure):
    _fields_ = (("code", ctypes.c_ushort), ("yes", ctypes.c_ubyte), ("no", ctypes.c_ubyte), ("k", ctypes.c_uint))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("lines", ctypes.POINTER(_Line)))


def restrict(library: ctypes.CDLL, *, network: bool, writing: bool, names: bool = False) -> bool:
    """Takes the calls away for good, in all threads. Whether the kernel (and this kind of machine) took it.

    `network` leaves outgoing connections, by plain TCP only unless `names` are to be looked up, which may need datagrams and
    local sockets; `writing` leaves files to be opened for writing. Needs PR_SET_NO_NEW_PRIVS.
    """
    machine = platform.machine()
    if machine not in _MACHINES or ctypes.sizeof(ctypes.c_void_p) != 8:
        return False
    lines = program(machine, network=network, writing=writing, names=names)
    made = (_Line * len(lines))(*(_Line(*line) for line in lines))
    whole = _Program(len(lines), made)
    number = _SET_FILTER_CALL[machine]
    return int(library.syscall(number, 1, _WITH_ALL_THREADS, ctypes.byref(whole))) == 0


def program(machine: str, *, network: bool, writing: bool, names: bool = False) -> list[tuple[int, int, int, int]]:
    """The filter's lines: code, jump if so, jump if not, operand."""
    column, architecture = _MACHINES[machine]
    refuse, unknown = _ERROR | errno.EACCES, _ERROR | errno.ENOSYS
    lines = [(_LOAD, 0, 0, _AT_MACHINE), (_JUMP_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, refuse)]
    lines += [(_LOAD, 0, 0, _AT_NUMBER)]
    if machine == "x86_64":  # the other set of numbers, which nothing needs
        lines += [(_JUMP_ABOVE, 0, 1, _X32), (_RETURN, 0, 0, unknown)]
    for name, numbers in _NUMBERS.items():
        number = numbers[column]
        if number is not None and not (network and name in _NETWORK):
            lines += [(_JUMP_EQUAL, 0, 1, number), (_RETURN, 0, 0, refuse)]
    if network:
        sockets = _sockets(names, refuse)
        lines += [(_JUMP_EQUAL, 0, len(sockets), _NUMBERS["socket"][column] or 0), *sockets]
        for name, flags in _SENDS.items():
            lines += [(_JUMP_EQUAL, 0, 4, _NUMBERS[name][column] or 0), (_LOAD, 0, 0, _argument(flags))]
            lines += [(_JUMP_ANY_BIT, 0, 1, _FAST_OPEN), (_RETURN, 0, 0, refuse), (_RETURN, 0, 0, _ALLOW)]
    for numbers in _HIDDEN.values():
        lines += [(_JUMP_EQUAL, 0, 1, numbers[column]), (_RETURN, 0, 0, unknown)]
    threads = _argument(0)
    lines += [(_JUMP_EQUAL, 0, 4, _CLONE[column] or 0), (_LOAD, 0, 0, threads)]
    lines += [(_JUMP_ANY_BIT, 0, 1, _CLONE_THREAD), (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, refuse)]
    if not writing:
        for numbers, flags in ((_OPENAT, 2), (_OPEN, 1)):
            number = numbers[column]
            if number is not None:
                lines += [(_JUMP_EQUAL, 0, 4, number), (_LOAD, 0, 0, _argument(flags))]
                lines += [(_JUMP_ANY_BIT, 0, 1, _WRITES), (_RETURN, 0, 0, refuse), (_RETURN, 0, 0, _ALLOW)]
    return [*lines, (_RETURN, 0, 0, _ALLOW)]


def _sockets(names: bool, refuse: int) -> list[tuple[int, int, int, int]]:
    """Which sockets a process with a network may open: such as Landlock can hold to a port, and with `names` those that look
    one up."""
    families, kinds = (*_INTERNET, *(_OF_NAMES if names else ())), _NOT_DATAGRAM if names else _NOT_STREAM
    lines = _one_of(0, families, refuse)
    lines += [(_LOAD, 0, 0, _argument(1)), (_JUMP_ANY_BIT, 0, 1, kinds), (_RETURN, 0, 0, refuse)]
    lines += _one_of(2, (*_TCP, _UDP) if names else _TCP, refuse)
    return [*lines, (_RETURN, 0, 0, _ALLOW)]


def _one_of(argument: int, values: tuple[int, ...], refuse: int) -> list[tuple[int, int, int, int]]:
    """Refuses a call whose argument is none of the values."""
    chosen = [(_JUMP_EQUAL, len(values) - index, 0, value) for index, value in enumerate(values)]
    return [(_LOAD, 0, 0, _argument(argument)), *chosen, (_RETURN, 0, 0, refuse)]


def _argument(index: int) -> int:
    """Where the low half of a call's argument lies (both machines put it first)."""
    return 16 + 8 * index
