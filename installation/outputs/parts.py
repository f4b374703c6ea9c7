"""A long film or folder of pictures in parts, so that a render that was killed goes on where it was.

Parts of some seconds lie in a hidden folder, `.NAME.parts` beside a film, `.parts` within a folder of pictures: each is
whole and on the disk, or not there. Beside them stands what was asked for; only whoever asks for exactly that goes on with
them. At the end the parts become one (`joining`), in the same way whether it took one try or ten: the bytes are the same.
Called by whoever renders.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from installation.errors import Location, OutputError
from installation.mailbox import Worker
from installation.outputs.codecs import Quality, codec_for
from installation.outputs.files import finish, part_of, prepared, remove, told
from installation.outputs.film import FilmWriter, check_film, rate_of
from installation.outputs.frames import PATIENCE, Frame, FrameWriter
from installation.outputs.joining import Sound, check_sound, join
from installation.outputs.pictures import Folder, trim
from installation.outputs.writers import kind_of, pictures_of

ASKED, ENDED, LOCK = "asked.json", "ended.json", "lock"
PART_SECONDS = 10.0


class Parts(FrameWriter):
    """Remembers which parts there are, and the number of the next frame. For films and folders; a still needs none."""

    def __init__(
        self,
        path: str | Path,
        size: tuple[int, int],
        fps: float,
        asked: Mapping[str, object],
        codec: str | None = None,
        quality: Quality = "good",
        deep: bool = False,
        sound: Sound | None = None,
        part_seconds: float = PART_SECONDS,
    ) -> None:
        """`asked`: plain values that say all that the pictures depend on. Raises OutputError for what `writer_for` refuses,
        a sound that can't be read, and while another render writes the same."""
        self.path = Path(path)
        self._size, self._fps, self._quality, self._sound = size, fps, quality, sound
        self._film = kind_of(path) == "film"
        if self._film:
            found = codec_for(self.path, codec)
            check_film(self.path, *size, fps, found)
            prepared(self.path)
            self._kind, self.deep = found.name, deep and bool(found.deep)
        elif sound:
            raise OutputError("pictures have no sound", Location(str(path)), "name a film: .mp4, .mov or .mkv")
        else:
            self._kind = pictures_of(self.path, codec)
            folder = Folder(self.path, *size, self._kind, deep)
            folder.discard()
            self.deep = folder.deep
        if sound:
            check_sound(sound.path)
        self._each = max(round(part_seconds * fps), 1)
        whole = {**asked, "size": list(size), "fps": fps, "codec": self._kind, "quality": quality, "deep": self.deep}
        self._asked = json.loads(json.dumps({**whole, "each": self._each}))
        self._number = 0
        self._writer: FrameWriter | None = None
        self._closing: tuple[Worker, FrameWriter] | None = None
        self._folder = folder_of(self.path)
        self._lock: int | None = None
        try:
            self.begun_anew = self._open_folder()
            self._there = self._parts()
        except BaseException as error:  # an interrupt too leaves nothing behind
            self.discard()
            with suppress(OSError):
                self._folder.rmdir()  # an empty one
            if isinstance(error, OSError):
                raise told(error, self.path) from error
            raise
        self.found = len(self._there) * self._each
        """Frames that an earlier try has finished, about."""

    @property
    def ended(self) -> bool:
        """Whether an earlier try has all frames: nothing is left to be drawn."""
        return self._frames_of_all() is not None

    def wants(self) -> bool:
        """Whether the next frame has to be drawn into a part; else `pass_over` it."""
        return self._number // self._each not in self._there

    def pass_over(self) -> None:
        """Counts a frame that is there already."""
        self._advance()

    def write(self, frame: Frame) -> None:
        """Takes the next frame; waits while the encoder is behind."""
        if self._writer is None:
            self._writer = self._open_part(self._number // self._each)
        self._writer.write(frame)
        self._advance()

    def close(self) -> None:
        """Finishes the last part, makes one of all, and removes them. Safe to call twice. No frames, no file."""
        if self._lock is None:
            return
        try:
            self._complete(self._number // self._each)
            self._settle()
            count = self._frames_of_all() or self._number
            if count:
                _write_json(self._folder / ENDED, {"frames": count})
                self._make_whole(count)
            shutil.rmtree(self._folder, ignore_errors=True)
        except OSError as error:
            raise told(error, self.path) from error
        finally:
            self._unlock()

    def discard(self) -> None:
        """Stops. Parts that are complete stay for the next try; without any, nothing stays. Safe to call at any time."""
        if self._lock is None:
            return
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.discard()
        if self._closing is not None:
            worker, closing = self._closing
            if not worker.close(PATIENCE):
                closing.discard()
            self._closing = None
        if not self._parts():
            shutil.rmtree(self._folder, ignore_errors=True)
        self._unlock()

    # -- parts ---------------------------------------------------------------------------------------------------------

    def _advance(self) -> None:
        self._number += 1
        if self._number % self._each == 0:
            self._complete(self._number // self._each - 1)

    def _complete(self, part: int) -> None:
        """Has the open part finished beside the drawing of the next."""
        writer, self._writer = self._writer, None
        if writer is None:
            return
        self._settle()

        def close(_: Worker) -> None:
            writer.close()
            if not self._film:
                _write_json(self._path_of(part), {"frames": self._each})

        self._closing = (Worker("part of a film", close).start(), writer)

    def _settle(self) -> None:
        """Waits for the part that is being finished. Raises why it could not be."""
        if self._closing is None:
            return
        worker, _ = self._closing
        while not worker.close(0.2):
            pass  # the writer itself says when a disk hangs
        self._closing = None
        if worker.error is not None:
            raise worker.error

    def _open_part(self, part: int) -> FrameWriter:
        if self._film:
            return FilmWriter(self._path_of(part), *self._size, self._fps, self._kind, self._quality, self.deep)
        return Folder(self.path, *self._size, self._kind, self.deep, before=part * self._each)

    def _path_of(self, part: int) -> Path:
        return self._folder / f"{part:06d}{self.path.suffix.lower() if self._film else '.done'}"

    def _parts(self) -> frozenset[int]:
        ending = self._path_of(0).suffix
        return frozenset(int(file.stem) for file in self._folder.glob(f"*{ending}") if file.stem.isdecimal())

    def _frames_of_all(self) -> int | None:
        """How many frames there are in all, where every part of them is there."""
        count = _read_json(self._folder / ENDED).get("frames")
        if not isinstance(count, int) or not set(range(-(-count // self._each))) <= self._parts():
            return None
        return count

    def _make_whole(self, count: int) -> None:
        if not self._film:
            trim(self.path, self._kind, count)
            return
        parts = [self._path_of(part) for part in range(-(-count // self._each))]
        whole = part_of(self._folder / "whole")
        join(parts, whole, self.path.suffix.lower(), rate_of(self._fps), count, self._sound)
        finish(whole, self.path)

    # -- the folder ----------------------------------------------------------------------------------------------------

    def _open_folder(self) -> bool:
        """Takes the folder, and what an earlier try left there; True where that was of something else, and is gone."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = os.open(self._folder / LOCK, os.O_CREAT | os.O_RDWR)
        if not _locked(self._lock):
            self._unlock()
            raise OutputError(
                "another render is writing this", Location(str(self.path)), "wait for it, or give another name"
            )
        before = _read_json(self._folder / ASKED)
        keep = before == self._asked
        for file in self._folder.iterdir():
            if file.name != LOCK and (not keep or file.name.endswith(".part")):
                remove(file)
        for file in self.path.glob(f".frame_*.{self._kind}.*.part") if not self._film else ():
            remove(file)  # half a picture of a try that was killed
        if not keep:
            _write_json(self._folder / ASKED, self._asked)
        return bool(before) and not keep

    def _unlock(self) -> None:
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)


def folder_of(path: Path) -> Path:
    """Where the parts of a result lie until it is whole: beside a film, within a folder of pictures."""
    return path.with_name(f".{path.name}.parts") if kind_of(path) == "film" else path / ".parts"


def _locked(file: int) -> bool:
    """Takes the lock of an open file; False where another process has it. It goes with the process, however that ends."""
    try:
        import fcntl
    except ImportError:  # Windows: two renders of one name are the curator's to avoid
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write_json(path: Path, values: Mapping[str, Any]) -> None:
    part = part_of(path)
    part.write_text(json.dumps(values, indent=1, sort_keys=True), encoding="utf-8")
    finish(part, path)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
