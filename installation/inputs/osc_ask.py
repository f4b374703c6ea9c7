"""The other side of OSC: one message to an engine, and its answer. Used by the command line; may wait."""

from __future__ import annotations

import socket
from typing import Any

from installation.clock import now as clock_now
from installation.errors import CommandError, DeviceError
from installation.inputs.osc_decode import MAX_PACKET, OscError, decode
from installation.osc_wire import encode


def send(host: str, port: int, address: str, *args: object) -> None:
    """Sends one message and doesn't wait. Raises DeviceError when it can't go, CommandError for a bad
    argument."""
    with _connect(host, port) as link:
        _send(link, host, port, address, args)


def ask(
    host: str,
    port: int,
    address: str,
    *args: object,
    timeout: float = 1.0,
    then: str = "",
    linger: float = 0.0,
    code: str = "",
) -> tuple[object, ...] | None:
    """Sends one message and waits for `/reply...`: its arguments; None when none came in `timeout`
    seconds. `then` is a second address asked on the same socket: messages are carried out in order, so its
    reply says that the first one was, or was refused before it. After the reply it waits `linger` seconds for
    what a cue finds wrong when it runs, which is a moment later. `code` is a passcode, said first.

    Raises CommandError when the engine answers `/error address message hint`, DeviceError when nothing
    listens.
    """
    deadline = clock_now() + timeout
    reply: tuple[object, ...] | None = None
    with _connect(host, port) as link:
        if code:
            _send(link, host, port, "/connect", (code,))
        _send(link, host, port, address, args)
        if then:
            _send(link, host, port, then, ())
        while (left := deadline - clock_now()) > 0:
            link.settimeout(left)
            try:
                messages = decode(link.recv(MAX_PACKET + 1))
            except TimeoutError:
                break
            except OscError:
                continue
            except OSError as error:
                raise _nobody(host, port, error) from None
            for message in messages:
                if message.address == "/error":
                    texts = [*map(str, message.args), "", "", ""]
                    raise CommandError(texts[1] or texts[0], hint=texts[2])
                if message.address == "/reply/connect":
                    continue
                if message.address.startswith("/reply") and reply is None:
                    reply = message.args
                    deadline = clock_now() + linger
    return reply


def resolve(host: str, port: int) -> tuple[int, tuple[Any, ...]]:
    """The socket family and address of a host. Raises DeviceError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError, OverflowError) as error:
        raise DeviceError(
            f'OSC: "{host}" is not a host that this machine knows ({error})',
            hint="expected an address such as 127.0.0.1 (this machine) or 0.0.0.0 (all its networks)",
        ) from None
    return found[0][0], found[0][4]


def _connect(host: str, port: int) -> socket.socket:
    """A connected socket, so that the system tells when nobody listens at the other end."""
    family, address = resolve(host, port)
    link = socket.socket(family, socket.SOCK_DGRAM)
    try:
        link.connect(address)
    except OSError as error:
        link.close()
        raise _nobody(host, port, error) from None
    return link


def _send(link: socket.socket, host: str, port: int, address: str, args: tuple[object, ...]) -> None:
    try:
        packet = encode(address, args)
    except (ValueError, TypeError, OverflowError) as error:
        raise CommandError(f"{address} can't be sent: {error}") from None
    try:
        link.send(packet)
    except OSError as error:
        raise _nobody(host, port, error) from None


def _nobody(host: str, port: int, error: OSError) -> DeviceError:
    if isinstance(error, ConnectionRefusedError):
        return DeviceError(
            f"nothing listens for OSC on {host}, port {port}",
            hint="start the show with `installation run`, or name the port that it printed at its start",
        )
    return DeviceError(f"OSC can't be sent to {host}, port {port} ({error})")
