"""The console's process: started by the engine, it serves the page that shows the preview and the status.

`start` opens the port here, so that a taken one is known at once and the address can be told, and hands it to
a second Python, which ends when this one does, in whatever way that happens. As a thread it made the frame
loop 4 to 30 ms late; as a process the engine doesn't notice it. Must never be needed: without it the show
plays on. Called by play; the second process is this module's `main`.
"""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from installation.errors import DeviceError
from installation.mailbox import Worker

ANYWHERE = ("", "0.0.0.0", "::")
SEND_BUFFER = 64 * 1024
"""Small, so that a slow network holds two pictures and not two seconds of them."""


class ConsoleProcess:
    """The running console. Remembers its process, its port and what it complained of."""

    def __init__(self, process: subprocess.Popen[bytes], complaints: Any, host: str, port: int) -> None:
        self._process = process
        self._complaints = complaints
        self.port = port
        name = socket.gethostname() if host in ANYWHERE else host
        self.url = f"http://{f'[{name}]' if ':' in name else name}:{port}/"

    @property
    def alive(self) -> bool:
        """False when the process has ended; the engine plays on, and may `start` another."""
        return self._process.poll() is None

    @property
    def problem(self) -> str:
        """Why the process ended, in its own last words; "" while it lives."""
        if self.alive or self._complaints.closed:
            return ""
        self._complaints.seek(0)
        lines = self._complaints.read()[-4000:].decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"the console ended (exit status {self._process.returncode})"

    def close(self) -> None:
        """Ends the process: its pages are told that the engine has stopped. Safe to call twice."""
        if self._process.stdin and not self._process.stdin.closed:
            self._process.stdin.close()
        try:
            self._process.wait(3.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._complaints.close()

    def __enter__(self) -> ConsoleProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def start(
    link_name: str, host: str = "127.0.0.1", port: int = 8142, line: socket.socket | None = None
) -> ConsoleProcess:
    """Starts the console's process for the `PreviewLink` of this name. Returns at once; the page answers soon.

    Port 0 takes a free one. `line` is the other end of the engine's line (`pages`), for the process to keep: this end of it is
    closed. Raises DeviceError when the port or the host can't be had.
    """
    try:
        listener = _listen(host, port)
    except DeviceError:
        if line is not None:
            line.close()
        raise
    handed = [listener] if line is None else [listener, line]
    complaints = tempfile.TemporaryFile()
    command = [sys.executable, "-P", "-m", "installation.console.server", link_name, host]
    root = str(Path(__file__).resolve().parents[2])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    # A session of its own: Ctrl-C is for the engine, which then closes the console in good order.
    given: dict[str, Any] = {"start_new_session": True}
    if sys.platform != "win32":
        given["pass_fds"] = tuple(one.fileno() for one in handed)
        command += [str(one.fileno()) for one in handed]
    else:
        command.append(str(len(handed)))
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            **given,
        )
        if sys.platform == "win32" and process.stdin:
            for one in handed:
                shared = one.share(process.pid)
                process.stdin.write(len(shared).to_bytes(4) + shared)
            process.stdin.flush()
    except OSError as error:
        complaints.close()
        raise DeviceError(f"the console can't be started: {error.strerror}") from error
    finally:
        taken = listener.getsockname()[1]
        for one in handed:
            one.close()
    return ConsoleProcess(process, complaints, host, taken)


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises DeviceError, naming the port and what to try."""
    place = f"{host}:{port}"
    if not 0 <= port <= 65535:
        raise DeviceError(f"the console can't listen at {place}", hint="a port is 0 to 65535")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=64)
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE)):
            raise DeviceError(
                f"port {port} is taken, so the console can't listen at {place}",
                hint="is a show running already?  end it, or try --console-port 0 (any free port)",
            ) from None
        if error.errno in (errno.EACCES, errno.EPERM):
            hint = "ports below 1024 belong to the system: try 8142"
            raise DeviceError(f"the console may not listen at {place}", hint=hint) from None
        hint = "127.0.0.1 is this machine only, 0.0.0.0 every network that it is on"
        raise DeviceError(f"the console can't listen at {place}: {error.strerror}", hint=hint) from None
    # The browsers' connections inherit it.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    return listener


def main(arguments: list[str]) -> None:
    """The second process: serves until the first one ends."""
    import asyncio

    link_name, bound, *handles = arguments
    if sys.platform == "win32":
        handed = [socket.fromshare(_read(int.from_bytes(_read(4)))) for _ in range(int(handles[0]))]
    else:
        handed = [socket.socket(fileno=int(handle)) for handle in handles]
    listener, line = handed[0], handed[1] if len(handed) > 1 else None
    asyncio.run(_serve(link_name, bound, listener, line))


def _read(size: int) -> bytes:
    """So many bytes of the standard input."""
    found = b""
    while len(found) < size and (piece := os.read(0, size - len(found))):
        found += piece
    return found


async def _serve(link_name: str, bound: str, listener: socket.socket, line: socket.socket | None) -> None:
    import asyncio

    import uvicorn

    from installation.console.announce import Announcer
    from installation.console.app import build
    from installation.console.blind import Blind
    from installation.console.connections import Http, WebSocket
    from installation.console.feed import Feed
    from installation.console.hub import Hub
    from installation.console.query_app import Query
    from installation.inputs.osc_decode import MAX_PACKET

    feed = Feed()
    hub = Hub(link_name, feed, linked=line is not None)
    query = None if line is None else Query(feed)
    server = uvicorn.Server(
        uvicorn.Config(
            build(hub, bound, query),
            ws=WebSocket,
            ws_max_size=MAX_PACKET + 1,
            ws_per_message_deflate=False,  # JPEG doesn't get smaller
            http=Http,
            lifespan="off",
            log_level="critical",
            access_log=False,
            server_header=False,
            proxy_headers=False,  # who connects is who counts: a header could claim to be a machine that is trusted
            limit_concurrency=256,
            timeout_graceful_shutdown=1,
        )
    )
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    parent = os.getppid()

    def watch(worker: Worker) -> None:
        _wait_for_end(parent)
        loop.call_soon_threadsafe(ended.set)
        if not worker.wait(4.0):
            os._exit(0)  # whatever still hangs, the port has to be free for the next engine

    watcher = Worker("engine watch", watch).start()
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    showing = asyncio.create_task(hub.run())
    feeding = asyncio.create_task(feed.run(line))
    looking = asyncio.create_task(Blind(hub).run())
    announcer = None
    if query is not None:
        announcer = Announcer(bound, listener.getsockname()[1], lambda: (query.name, feed.about)).start()
        hub.discovery = lambda: announcer.status
    ending = asyncio.create_task(ended.wait())
    await asyncio.wait({serving, showing, feeding, ending}, return_when=asyncio.FIRST_COMPLETED)
    hub.end()
    await asyncio.sleep(0.15)  # for the last words to be sent
    looking.cancel()
    server.should_exit = True
    if announcer is not None:
        await asyncio.to_thread(announcer.close)
    await serving
    watcher.close(0.0)
    for task in (showing, feeding):
        if task.done():
            task.result()  # a bug ends the process, in the words that `ConsoleProcess.problem` tells


def _wait_for_end(parent: int) -> None:
    """Returns when the engine's process has ended: its end of our standard input closes with it.

    A child that the engine forked may hold that end open, so its number is looked at as well.
    """
    if sys.platform == "win32":
        while os.read(0, 64):
            pass
        return
    import select

    while os.getppid() == parent:
        ready, _, _ = select.select([0], [], [], 0.25)
        if ready and not os.read(0, 64):
            return


if __name__ == "__main__":
    main(sys.argv[1:])
