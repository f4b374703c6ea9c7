"""An engine that a test steps, and a console on a loop in a thread: the line between them is the real one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from threading import Thread
from typing import Any, TypeVar

from playing import until

from installation.console.feed import Client, Feed, Follower
from installation.gpu.device import Device
from installation.osc_wire import encode
from installation.pages import Pages
from installation.show.access import Access
from installation.show.clients import Clients
from shows import Stage

T = TypeVar("T")


class Line:
    """A show that plays, a feed, and the line between them."""

    def __init__(self, device: Device, show: Path, access: Access | None = None) -> None:
        self.stage = Stage(device, show, clients=Clients(access))
        self.engine = self.stage.engine
        self.pages = Pages(self.engine, {"show": "Test", "host": "127.0.0.1", "port": 9000, "tcp": True})
        self.engine.switchboard.pages = self.pages
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.feed = Feed()
        self.hearing: Any = None
        self.connect()

    def connect(self) -> None:
        """A console process begins, in the stead of the last."""
        self.feed = Feed()
        self.hearing = asyncio.run_coroutine_threadsafe(self.feed.run(self.pages.open()), self._loop)
        self.until(lambda: self.feed.version >= 0, "the tree")

    def play(self, frames: int = 1) -> None:
        for _ in range(frames):
            frame = self.stage.clock.next()
            self.engine.step(frame)
            self.pages.tell(frame)

    def until(self, found: Callable[[], T | None], what: str) -> T:
        """Plays until there is an answer."""

        def look() -> T | None:
            self.play()
            return found()

        return until(look, what)

    def wait(self, doing: Coroutine[Any, Any, T]) -> T:
        """What the console does, while the show plays."""
        ending = asyncio.run_coroutine_threadsafe(doing, self._loop)
        self.until(ending.done, "the console to be done")
        return ending.result()

    def soon(self, act: Callable[[], T]) -> T:
        """Does something on the console's loop."""

        async def doing() -> T:
            return act()

        return self.wait(doing())

    def value(self, address: str) -> Any:
        self.wait(self.feed.fresh())
        return self.feed.nodes[address].value

    def say(self, client: Client, address: str, *args: object) -> None:
        self.wait(self.feed.say(client, encode(address, args)))

    def follow(self, client: Client | None = None, everything: bool = False) -> Follower:
        return self.soon(lambda: self.feed.follow(client, everything))

    def close(self) -> None:
        self.pages.close()
        self.stage.close()
        until(lambda: self.hearing.done(), "the console's end to end")
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5.0)
        self._loop.close()
