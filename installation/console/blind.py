"""Has the next cue drawn ahead, blind: a still of what GO would show, by a process that takes only what the wall leaves over.

Only while somebody watches, anew when another cue stands by, when the show was edited, or when hands have set values. Where the
wall itself is late and the graphics device is one that both would share, nothing is drawn, and the page is told so. Must never
touch the engine. Run by `server`, beside the hub; `blind_process` draws.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from installation.clock import now
from installation.console.hub import Hub

LOOK_EVERY_S = 0.4
REST_S = 2.0
"""Seconds between two pictures, at least."""
PATIENCE_S = 120.0
"""How long one picture may take, with the show's opening; then its process is ended."""
SULK_S = 30.0
"""Seconds until it is tried again after that."""
LEAVE_S = 60.0
"""Seconds without anybody who watches, after which the process is ended."""
WIDTH = 384
LATE = 0.85
"""Of the frame rate that is wanted: below, the wall is late."""
MOST_VALUES = 200
HANDS = ("console", "osc", "hand", "command line", "midi", "live")
SOFTWARE = ("llvmpipe", "softpipe", "swrast")


class Blind:
    """Remembers its process, what was asked of it last, and what pages are told."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._process: asyncio.subprocess.Process | None = None
        self._ready: dict[str, Any] = {}
        self._drawn: object = None
        self._cue = ""
        self._told: object = None

    async def run(self) -> None:
        """Until it is cancelled."""
        left = now()
        try:
            while True:
                await asyncio.sleep(LOOK_EVERY_S)
                if any(one.sees for one in self._hub.watchers):
                    left = now()
                    await self._try()
                elif self._process is not None and now() - left > LEAVE_S:
                    await self._end()
        finally:
            await self._end()

    async def _try(self) -> None:
        """Looks; a bug is told, and it is tried again later."""
        try:
            await self._look()
            self._hub.problems.pop("blind", None)
        except Exception as error:
            await self._end()
            what = f"the next cue could not be drawn ahead: {type(error).__name__}: {error}"
            self._hub.problems["blind"] = {
                "where": "",
                "message": what,
                "hint": "the wall and the cues are not touched",
            }
            self._tell("slow", f"It could not be drawn ({type(error).__name__}); tried again later.")
            await asyncio.sleep(SULK_S)

    async def _look(self) -> None:
        """Draws a picture where there is something new to draw."""
        status = self._hub.status()
        cue = status.get("cue") or {}
        self._cue = str(cue.get("standing_by_id") or "")
        asked = self._wanted()
        if not self._hub.show.get("blind", True):
            self._tell("off", "The site file turns this off (console: blind).")
        elif not self._cue or asked is None:
            self._tell("none", "Nothing stands by.")
        elif not self._afforded(status):
            self._tell("busy", "Not drawn: the wall needs the whole machine.")
        elif asked == self._drawn:
            self._tell("there", "")
        else:
            self._tell("drawing", "Drawing …")
            await self._draw(asked)

    def _wanted(self) -> dict[str, Any] | None:
        """What is to be drawn now: all that the picture depends on."""
        show = self._hub.show
        if not show or not self._cue:
            return None
        wide, high = show["canvas"]
        size = (
            [WIDTH, max(round(high * WIDTH / wide / 2) * 2, 2)] if wide >= high else [round(wide * WIDTH / high), WIDTH]
        )
        nodes = self._hub.feed.nodes.values()
        values = {one.address: one.value for one in nodes if one.owner in HANDS and one.declared.get("kind") != "verb"}
        few = dict(list(values.items())[:MOST_VALUES])
        return {"folder": show["folder"], "revision": show["revision"], "size": size, "cue": self._cue, "values": few}

    def _afforded(self, status: dict[str, Any]) -> bool:
        """Whether the wall can spare it: where it is late, only if the picture is drawn by a processor's idle time alone."""
        wanted = 1000.0 / self._hub.budget if self._hub.budget else 0.0
        late = float(status.get("fps") or 0.0) < LATE * wanted
        software = any(word in str(status.get("renderer", "")).lower() for word in SOFTWARE)
        return not late or (software and hasattr(os, "sched_setscheduler"))

    async def _draw(self, asked: dict[str, Any]) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                if self._process is None:
                    await self._start()
                answer, picture = await self._ask(asked)
        except (TimeoutError, OSError, ValueError, asyncio.IncompleteReadError):
            await self._end()
            self._tell("slow", f"It could not be drawn in {PATIENCE_S:g} s; tried again later.")
            await asyncio.sleep(SULK_S)
            return
        self._drawn = asked
        if picture:
            self._hub.show_blind(picture)
            self._tell("there", "")
        else:
            self._tell("broken", str(answer.get("problem", "")))
        await asyncio.sleep(REST_S)

    async def _start(self) -> None:
        root = str(Path(__file__).resolve().parents[2])
        paths = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "installation.console.blind_process", str(os.getpid())),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": paths},
        )
        self._ready, _ = await self._answer()

    async def _ask(self, asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        await self._process.stdin.drain()
        return await self._answer()

    async def _answer(self) -> tuple[dict[str, Any], bytes]:
        assert self._process is not None and self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise ValueError("it has ended")
        answer = json.loads(line)
        return answer, await self._process.stdout.readexactly(int(answer["bytes"]))

    def _tell(self, state: str, told: str) -> None:
        """What pages are to know of it, where that is new."""
        now_told = (self._cue, state, told)
        if now_told != self._told:
            self._told = now_told
            self._hub.tell_blind({"cue": self._cue, "state": state, "told": told})

    async def _end(self) -> None:
        process, self._process = self._process, None
        self._drawn = None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
