"""Records a show while it plays: a film of a constant rate that is as long as the evening, and never holds a frame back.

An output like the others. Where no frame was drawn in time, or the encoder was behind, the picture before stands longer.
Nothing that goes wrong with the film touches the show: a full disk or a lost drive ends the recording, and is told once.
The file is playable at any moment, also after a kill: .mp4 and .mov are written in fragments of a second and become one
piece at the end (libav's hybrid fragments), .mkv is so by nature. Each take has a file of its own, never an earlier one's.
"""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.clock import FrameTime, now, today
from installation.errors import Location, OutputError, Problem
from installation.gpu.device import Device
from installation.gpu.textures import Target
from installation.outputs.codecs import CONTAINERS, Codec, Quality, codec_for, settings
from installation.outputs.files import prepared, remove, told
from installation.outputs.film import Encoder, check_film, rate_of
from installation.outputs.sampling import Sampler
from installation.outputs.writers import kind_of

log = logging.getLogger(__name__)

KEPT_FREE = 1 << 30
"""Bytes that a recording leaves on the disk, for the log of the night and for the system."""
LOOK_EVERY = 2.0
"""Seconds between two looks at the disk."""
GOP_SECONDS = 2.0
FRAGMENT_US = "1000000"
LOSSLESS = 1.25
"""Bytes that a pixel takes in FFV1, about: measured of living_smiles (`render --from 30 --duration 1 --size 640x360`)."""


def recorded_as(path: Path, size: tuple[int, int], fps: float, codec: str | None = None) -> Codec:
    """The codec of a recording. Raises OutputError for a name, size, rate or codec that can't be."""
    if kind_of(path) != "film":
        raise OutputError("a recording is a film", Location(str(path)), f"name it {path.stem}.mp4 or .mkv")
    found = codec_for(path, codec)
    check_film(path, *size, fps, found)
    return found


class Recording:
    """Takes, one after the other. It records from its first frame on, until `stop`; `start` begins another take.

    Raises OutputError at once for a name, codec or rate that can't be; from then on nothing raises.
    """

    def __init__(
        self,
        device: Device,
        path: str | Path,
        size: tuple[int, int],
        fps: float,
        codec: str | None = None,
        quality: Quality = "good",
    ) -> None:
        import av  # noqa: F401  a tenth of a second, which no frame should pay

        self.path = Path(path)
        self._codec = recorded_as(self.path, size, fps, codec)
        prepared(self.path)
        self._device, self._size, self._fps, self._quality = device, size, fps, quality
        self._name: str | None = None
        self._wanted = True
        self._take: _Take | None = None
        self._ending: list[_Take] = []
        self.problem: Problem | None = None
        self.left_out = 0
        """Pictures of the last take that device or encoder had no time for."""

    def start(self, name: str | None = None) -> None:
        """Begins a take with the next frame; called `name` where that is given. A take that runs is ended."""
        if name is not None and (Path(name).name != name or name in ("", ".", "..")):
            raise OutputError(f'"{name[:60]}" is no name for a film', hint="a name alone: opening, or opening.mp4")
        self.stop()
        self._name, self._wanted = name, True

    def stop(self) -> None:
        """Ends the take that runs: its file is completed in its own time."""
        self._wanted = False
        if self._take is not None:
            self._take.sampler.finish()
            self.left_out = self._take.sampler.left_out
            self._ending.append(self._take)
            self._take = None

    def show(self, canvas: Target, frame: FrameTime) -> None:
        """Takes a picture where one is due. Waits for nothing, raises nothing."""
        for take in self._ending[:]:
            if not take.sampler.running:
                self._ending.remove(take)
                self._look(take)
        if not self._wanted:
            return
        if self._take is None:
            self._take = self._begin()
            if self._take is None:
                return
        self._take.sampler.show(canvas, frame)
        if not self._take.sampler.running:
            ended, self._take = self._take, None
            self._wanted = False
            ended.sampler.finish()
            self._look(ended)

    def _begin(self) -> _Take | None:
        self._wanted = False
        path = self.path
        if self._name is not None:
            path = path.with_name(self._name if Path(self._name).suffix == path.suffix else self._name + path.suffix)
        try:
            take = _Take(self._device, stamped(path), self._size, self._fps, self._codec, self._quality)
        except Exception as error:  # a folder that has gone: the show plays on
            self._fail(problem_of(error, path))
            return None
        self._wanted = True
        self.problem = None
        log.info("recording %s", take.path)
        if self._codec.rgb:
            large = self._size[0] * self._size[1] * LOSSLESS * self._fps * 3600 / 1e9
            log.warning("a .mkv loses nothing, and is large: about %.0f GB an hour; a .mp4 takes far less", large)
        return take

    def _look(self, take: _Take) -> None:
        """What came of a take that has ended."""
        if take.sampler.error is not None:
            self._fail(problem_of(take.sampler.error, take.path))
        else:
            log.info("recorded %s", take.path)

    def _fail(self, problem: Problem) -> None:
        self.problem = problem
        log.warning("the recording has ended: %s", problem)

    def status(self) -> dict[str, object]:
        """Plain values for the console and `/status`. `left_out`: pictures that device or encoder had no time for;
        `repeated`: film frames in which the picture before stands longer, for whatever reason."""
        take = self._take
        found: dict[str, object] = {
            "device": "record",
            "state": "recording" if take else "ended" if self.problem else "waiting" if self._wanted else "stopped",
            "file": str(take.path if take else self.path),
            "problem": str(self.problem) if self.problem else "",
        }
        if take is not None:
            sampler = take.sampler
            found |= {"seconds": round(sampler.seconds, 2), "frames": sampler.taken, "left_out": sampler.left_out}
            found |= {"repeated": take.repeated, "bytes": take.bytes}
        return found

    def close(self) -> None:
        """Ends the take that runs and waits until its file is complete, at most some seconds. Safe to call twice."""
        self.stop()
        for take in self._ending:
            if take.sampler.close():
                self._look(take)
            else:
                self._fail(Problem("the encoder or the disk hangs; what was recorded plays", Location(str(take.path))))
        self._ending.clear()


class _Take:
    """One file. Remembers the newest number that was written, and the picture behind it; all but `sampler` in its thread."""

    def __init__(
        self, device: Device, path: Path, size: tuple[int, int], fps: float, codec: Codec, quality: Quality
    ) -> None:
        self.path = prepared(path)
        path.touch(exist_ok=False)  # taken: the next take of this second has another name
        self.repeated = self.bytes = 0
        self._codec, self._quality, self._rate = codec, quality, rate_of(fps)
        self._container: Any = None
        self._encoder: Encoder
        self._picture: Any = None
        self._packet: Any = None
        self._last = -1
        self._looked = now()
        self._size = size
        self.sampler = Sampler(device, size, float(self._rate), "recording", self._begin, self._write, self._end)

    def _begin(self) -> None:
        import av

        kind = CONTAINERS[self.path.suffix.lower()][0]
        options = {"fflags": "+bitexact", "flush_packets": "1"}
        if kind == "matroska":
            options["cluster_time_limit"] = "1000"
        else:
            options |= {"movflags": "+hybrid_fragmented+frag_keyframe", "frag_duration": FRAGMENT_US}
        self._check_space()
        self._container = av.open(str(self.path), "w", format=kind, options=options)
        gop = max(round(GOP_SECONDS * self._rate), 1)
        threads = max(min((os.cpu_count() or 1) - 1, 4), 1)
        chosen = settings(self._codec, self._quality, live=True, gop=gop)
        self._encoder = Encoder(self._container, self._codec, self._size, self._rate, chosen, threads=threads)

    def _write(self, picture: NDArray[np.uint8], number: int) -> None:
        try:
            for missing in range(self._last + 1, number):
                self._repeat(missing)
            self._picture = self._encoder.picture(np.ascontiguousarray(picture))
            for packet in self._encoder.packets(self._picture, number):
                self._packet = bytes(packet) if self._codec.intra else None
                self._container.mux(packet)
            self._last = number
            if now() - self._looked > LOOK_EVERY:
                self._check_space()
        except Exception:
            self._give_up()
            raise

    def _repeat(self, number: int) -> None:
        """The picture before, once more: cheap, so that an encoder that is behind catches up."""
        self.repeated += 1
        if self._packet is None:
            self._encoder.put(self._picture, number)
            return
        import av

        again = av.Packet(self._packet)
        again.stream = self._encoder.stream
        again.time_base = 1 / self._rate
        again.pts = again.dts = number
        again.duration = 1
        again.is_keyframe = True
        self._container.mux(again)

    def _check_space(self) -> None:
        self._looked = now()
        self.bytes = self.path.stat().st_size if self.path.exists() else 0
        if shutil.disk_usage(self.path.parent).free < KEPT_FREE:
            raise OutputError(
                f"the disk is nearly full: less than {KEPT_FREE >> 30} GB is left, and the show's log needs some",
                Location(str(self.path)),
                "free some space, or record to another disk",
            )

    def _end(self, due: int) -> None:
        try:
            for missing in range(self._last + 1, due + 1 if self._picture else 0):
                self._repeat(missing)
            self._encoder.put(None)
        except Exception:
            self._give_up()
            raise
        self._container.close()
        if self._last < 0:
            remove(self.path)

    def _give_up(self) -> None:
        """Completes the file as far as the disk allows; what is in it plays in any case."""
        for complete in (lambda: self._encoder.put(None), self._container.close):
            try:
                complete()
            except Exception as error:
                log.debug("not completed: %s", error)


def stamped(path: Path) -> Path:
    """A path with the moment in its name, so that no take is written over another: film_2026-11-23_19-12-05.mp4."""
    year, month, day, seconds = today()
    clock = f"{int(seconds) // 3600:02d}-{int(seconds) // 60 % 60:02d}-{int(seconds) % 60:02d}"
    stem = f"{path.stem}_{int(year)}-{int(month):02d}-{int(day):02d}_{clock}"
    names = [stem, *(f"{stem}_{number}" for number in range(2, 100))]
    return next((found for name in names if not (found := path.with_name(name + path.suffix)).exists()), path)


def problem_of(error: BaseException, path: Path) -> Problem:
    """What ended a recording, for a person."""
    if isinstance(error, OutputError):
        return error.problems[0]
    if isinstance(error, OSError):
        return told(error, path).problems[0]
    return Problem(f"the recording broke off: {type(error).__name__}: {error}", Location(str(path)))
