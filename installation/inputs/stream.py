"""Pictures of a stream, in the camera process: packets come through a pipe from `stream_process`, which has the network, and
are decoded here, where there is none. A thread takes every packet and keeps the newest picture only, so that the
sender never waits and what is sensed is never old. `shown` writes an address without its password.
"""

from __future__ import annotations

import json
import os
import re
import threading
from typing import Any

import numpy as np

from installation.clock import now
from installation.errors import DeviceError, Location
from installation.inputs.devices import Picture
from installation.inputs.settings import Settings
from installation.inputs.stream_process import HEAD, LARGEST

SCHEMES = ("rtsp://", "rtsps://", "http://", "https://")
SILENT, GIVEN_UP = 1.5, 3.0
"""Seconds without a sign of life from the process with the connection after which it hangs, and after which it is replaced."""

WORKING_WIDTH = 640


def is_stream(source: str) -> bool:
    return source.startswith(SCHEMES)


def shown(source: str) -> str:
    """A source as it may be told: an address without name and password (up to the last @ before the path, as addresses are
    read), without what follows a question mark, and without a password in the path, where some cameras want it."""
    if "://" not in source:
        return source
    bare = re.sub(r"[?#].*", "", re.sub(r"//[^/]*@", "//", source), flags=re.DOTALL)
    return re.sub(r"(?i)(pass\w*?|pwd|token|key)=[^/&;]*", r"\1=...", bare)


class Stream:
    """A stream's pictures. `read` keeps its deadline."""

    live = True

    def __init__(self, address: str, descriptor: int, settings: Settings | None = None) -> None:
        """`descriptor` is the pipe's end from which packets come."""
        self.name, self.fps = shown(address), 0.0  # what streams say of their rate is seldom so
        self.notes = (settings or Settings()).not_here("a network camera is set on its own page")
        self.sealed: tuple[str, ...] | None = None
        """What the kernel holds the process with the connection to; None until it has said so."""
        self._where = Location(self.name)
        self._fresh = threading.Condition()
        self._picture: Picture | None = None
        self._problem = ""
        self._alive = now()
        self._pipe = os.fdopen(descriptor, "rb", buffering=1 << 16)
        threading.Thread(target=self._take, name="stream", daemon=True).start()

    def read(self, deadline: float) -> Picture | None:
        """The newest picture that hasn't been read. DeviceError when the connection is lost, or not there yet."""
        with self._fresh:
            self._fresh.wait_for(lambda: self._picture is not None or self._problem, max(deadline - now(), 0.0))
            picture, self._picture = self._picture, None
            problem, self._problem = self._problem, ""
        if picture is not None:
            return picture
        if problem:
            raise DeviceError(problem, self._where, "check the network and the camera; it is tried again")
        if now() - self._alive > SILENT:
            raise DeviceError("the process with the connection hangs", self._where, "it is replaced")
        return None

    @property
    def hangs(self) -> bool:
        """Whether the process with the connection has hung for so long that only another one helps."""
        return now() - self._alive > GIVEN_UP

    def close(self) -> None:
        """The pipe stays, and its reader: it is the process's for life, and is read again."""

    def _take(self) -> None:
        decoder: Any = None
        try:
            while True:
                kind, payload = self._record()
                self._alive = now()
                if kind == b"S":
                    self.sealed = tuple(str(line) for line in json.loads(payload))
                elif kind == b"H":
                    decoder = self._decoder(json.loads(payload))
                elif kind == b"P" and decoder is not None:
                    self._decode(decoder, payload)
                elif kind == b"E":
                    self._tell(str(json.loads(payload).get("problem", "lost")))
        except Exception as error:  # the pipe's end, or whatever a decoder does: both processes begin anew
            gone = isinstance(error, EOFError | OSError)
            self._tell("the process with the connection ended" if gone else f"can't be decoded: {error}"[:200])
            self._alive = -1e9

    def _record(self) -> tuple[bytes, bytes]:
        head = self._pipe.read(HEAD.size)
        if len(head) < HEAD.size:
            raise EOFError
        kind, length = HEAD.unpack(head)
        if length > LARGEST:
            raise ValueError("a packet is too large")
        payload = self._pipe.read(length) if length else b""
        if len(payload) < length:
            raise EOFError
        return kind, payload

    def _decoder(self, header: dict[str, Any]) -> Any:
        from av.codec.context import CodecContext

        decoder = CodecContext.create(str(header["codec"]), "r")
        if header.get("extradata"):
            decoder.extradata = bytes.fromhex(header["extradata"])
        decoder.thread_count = 1  # the cores belong to the wall; and threads hold pictures back
        decoder.options = {"flags": "low_delay"}
        return decoder

    def _decode(self, decoder: Any, payload: bytes) -> None:
        import av

        try:
            frames = decoder.decode(av.Packet(payload[1:]))
        except (av.FFmpegError, ValueError):
            return  # one damaged packet; the next key frame mends it
        if not frames:
            return
        frame = frames[-1]
        width, height = frame.width, frame.height
        if width > WORKING_WIDTH:
            width, height = WORKING_WIDTH, max(round(height * WORKING_WIDTH / width), 2)
        picture = frame.reformat(width=width, height=height, format="bgr24", interpolation="AREA").to_ndarray()
        with self._fresh:
            self._picture = np.ascontiguousarray(picture, dtype=np.uint8)
            self._problem = ""
            self._fresh.notify()

    def _tell(self, problem: str) -> None:
        with self._fresh:
            self._problem = problem
            self._fresh.notify()
