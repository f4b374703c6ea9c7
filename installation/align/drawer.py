"""Works out, in a thread, what outputs draw: sheets from where surfaces lie, masks and colour tables from files, cards, lines.

Whoever asks puts the newest wish in and goes on; what has become ready lies there to be taken. Files are looked at once a
second, so that a mask that is saved in a paint program is on the wall a moment later. It also keeps the alignment: a second after
the last change, and at the end. Whatever goes wrong is told, and leaves what there was.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from installation.align import kept as files
from installation.align.cards import ON_CANVAS, card
from installation.align.kept import KeptAlignment
from installation.align.planned import name_of, planned
from installation.align.pointer import lines_of
from installation.align.points import Selected, Snapshot, Surfaces, handles
from installation.clock import now
from installation.errors import InstallationError, Location, OutputError, Problem, did_you_mean
from installation.mailbox import Commands, Latest, Worker
from installation.outputs.blend import polygon
from installation.outputs.cube import Cube, read_cube
from installation.outputs.surfaces import Sheet, sheets
from installation.scene.output_site import Output

log = logging.getLogger(__name__)
T = TypeVar("T")

FINEST_MASK = 1280
"""Pixels of a mask's width at most; between them it is even."""
LARGEST_PICTURE = 64 << 20
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp")
QUIET = 1.0
"""Seconds without a change after which the alignment is kept."""
LOOKS = 1.0
"""Seconds between two looks at the files."""


@dataclass(frozen=True)
class Asked:
    """What is to be drawn: pixels of each output that is there, where surfaces lie, a card, and the point that moves."""

    sizes: Mapping[str, tuple[int, int]]
    surfaces: Surfaces
    card: str = ""
    selected: Selected | None = None


@dataclass(frozen=True)
class Ready:
    """What has become of it, of each output by its name. `cards`: pictures of the canvas's or the output's own pixels."""

    asked: Asked
    sheets: Mapping[str, Sheet]
    cards: Mapping[str, NDArray[np.uint8]] = field(default_factory=dict)
    lines: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)


class Drawer:
    """Remembers what it last worked out, so that only what changed is worked out anew."""

    def __init__(
        self, outputs: Sequence[Output], canvas: tuple[int, int], folder: Path | None, path: Path | None
    ) -> None:
        """`folder`: where the site file's masks and tables lie; `path`: the file in which the alignment is kept."""
        self.asked: Latest[Asked] = Latest()
        self.ready: Latest[Ready] = Latest()
        self.problems: Commands[Problem] = Commands()
        self.restored: Commands[KeptAlignment] = Commands()
        self.said: Commands[str] = Commands()
        """What went well, and somebody should know."""
        self.tasks: Commands[tuple[str, str, Snapshot | None]] = Commands()
        """backup DATE; save NAME with what; restore NAME."""
        self.keep: Latest[Snapshot] = Latest()
        self.versions: tuple[str, ...] = tuple(files.versions(path))
        self._outputs = {name_of(output, number): (number, output) for number, output in enumerate(outputs)}
        self._canvas, self._folder, self._path = canvas, folder, path
        self._done: Ready | None = None
        self._stamps: dict[str, tuple[float, int]] = {}
        self._masks: dict[tuple[str, tuple[int, int]], NDArray[np.float64]] = {}
        self._pictures: dict[tuple[str, tuple[int, int]], NDArray[np.float64]] = {}
        self._cubes: dict[str, Cube] = {}
        self._bad: dict[str, tuple[Problem, ...]] = {}
        """Files that could not be read: what was read of them before stands, until they are saved again."""
        self._unkept: list[Problem] = []
        self._worker: Worker | None = None

    def start(self) -> Drawer:
        self._worker = Worker("surfaces", self._run).start()
        return self

    @property
    def standing(self) -> list[Problem]:
        """What is wrong with files just now; nothing once they are right."""
        return [*(problem for why in self._bad.values() for problem in why), *self._unkept]

    def close(self) -> None:
        """Keeps what is left, waiting a few seconds at most. Safe to call twice."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.close(4.0)

    # -- the thread ------------------------------------------------------------------------------------------------------------

    def _run(self, worker: Worker) -> None:
        looked, written, changed = now(), self.keep.get(), now()
        waiting = written
        while True:
            ending = worker.stopping()  # looked at first: what was asked for before the end is kept
            try:
                self._work()
                if now() - looked > LOOKS:
                    looked = now()
                    if self._changed():
                        self._work(again=True)
                newest = self.keep.get()
                if newest is not waiting:
                    waiting, changed = newest, now()
                if waiting is not None and waiting is not written and (ending or now() - changed > QUIET):
                    written = waiting
                    self._unkept = files.save(self._path, waiting.kept()) if self._path else []
                    for problem in self._unkept:
                        log.warning("%s", problem)
            except Exception as error:  # a bug, or a disk that has gone, must not end the thread: nobody would notice
                log.exception("surfaces")
                self._say([Problem(f"the alignment could not be kept: {type(error).__name__}: {error}")])
            if ending:
                return
            worker.wait(0.01)

    def _work(self, again: bool = False) -> None:
        """Does what is asked for now."""
        for what, name, kept in self.tasks.drain():
            self._task(what, name, kept)
        asked = self.asked.get()
        if asked is None or (not again and self._done is not None and asked is self._done.asked):
            return
        try:
            self._done = self.draw(asked, again)
        except InstallationError as error:  # what was on the wall stays
            self._say(error.problems)
            self._done = Ready(asked, self._done.sheets if self._done else {})
        except Exception as error:  # a bug must not end the thread
            log.exception("surfaces")
            self._say([Problem(f"surfaces could not be worked out: {type(error).__name__}: {error}")])
            self._done = Ready(asked, self._done.sheets if self._done else {})
        self.ready.put(self._done)

    def at_once(self, asked: Asked) -> Ready:
        """Works a wish out here and now, before the thread runs. Raises OutputError."""
        self.asked.put(asked)
        self._done = self.draw(asked)
        self.ready.put(self._done)
        return self._done

    def draw(self, asked: Asked, again: bool = False) -> Ready:
        """Works a wish out. Raises OutputError for what can't be thrown."""
        old = self._done
        same = old is not None and not again and old.asked.surfaces is asked.surfaces and old.asked.sizes == asked.sizes
        found = old.sheets if same and old is not None else self._sheets(asked, old.sheets if old else {})
        cards = self._cards(asked, old)
        return Ready(asked, found, cards, self._lines(asked))

    def _sheets(self, asked: Asked, before: Mapping[str, Sheet]) -> dict[str, Sheet]:
        # Films and streams throw no light: on a wall of the same name they share theirs with each other, not with projectors.
        found: dict[str, Sheet] = {}
        for thrown in (True, False):
            plans = []
            for name, size in asked.sizes.items():
                number, output = self._outputs[name]
                if thrown == (output.device == "display"):
                    mask = self._mask(name, output, size)
                    plans.append(planned(output, number, size, asked.surfaces[name].values(), mask, self._cube(output)))
            known = [old for name, old in before.items() if thrown == (self._outputs[name][1].device == "display")]
            found |= {sheet.plan.name: sheet for sheet in sheets(plans, self._canvas, known)}
        return found

    def _cards(self, asked: Asked, old: Ready | None) -> Mapping[str, NDArray[np.uint8]]:
        if not asked.card:
            return {}
        if old is not None and old.cards and (old.asked.card, old.asked.sizes) == (asked.card, asked.sizes):
            return old.cards
        names = list(self._outputs)
        found = {}
        for name, size in asked.sizes.items():
            size = self._canvas if asked.card in ON_CANVAS else size
            found[name] = card(asked.card, size, name, names.index(name), len(names))
        return found

    def _lines(self, asked: Asked) -> dict[str, NDArray[np.float32]]:
        chosen = asked.selected
        if chosen is None or chosen.output not in asked.sizes:
            return {}
        warp = asked.surfaces[chosen.output][chosen.surface].warp
        step = 3 if warp.points is not None and warp.kind == "bezier" else 1
        rows = lines_of(handles(warp), chosen.row, chosen.column, asked.sizes[chosen.output], step)
        return {chosen.output: rows}

    # -- files -----------------------------------------------------------------------------------------------------------------

    def _file(self, name: str) -> Path:
        return (self._folder or Path()) / name

    def _files(self) -> list[str]:
        found = [mask.picture for _, output in self._outputs.values() for mask in output.masks if mask.picture]
        return [*found, *(output.lut for _, output in self._outputs.values() if output.lut)]

    def _changed(self) -> bool:
        """Whether a mask or table has been saved since; forgets what was read of it."""
        changed = False
        for name in self._files():
            stamp = _stamp(self._file(name))
            if name in self._stamps and stamp != self._stamps[name]:
                changed = True
                self._masks.clear()
                self._reread(name)
            self._stamps[name] = stamp
        return changed

    def _reread(self, name: str) -> None:
        """Reads a file that has been saved, in place of what was read of it before, if it can be read."""
        self._bad = {other: why for other, why in self._bad.items() if other != name}
        for key in [key for key in self._pictures if key[0] == name]:
            if (picture := self._read(name, partial(read_mask, size=key[1]))) is not None:
                self._pictures[key] = picture
        if name in self._cubes and (cube := self._read(name, read_cube)) is not None:
            self._cubes[name] = cube

    def _read(self, name: str, read: Callable[[Path], T]) -> T | None:
        """What is in a file; None, and a problem, where it can't be read."""
        path = self._file(name)
        self._stamps[name] = _stamp(path)
        if name in self._bad:
            return None
        try:
            return read(path)
        except OutputError as error:
            self._bad = {**self._bad, name: tuple(error.problems)}
            log.warning("%s", error)
            return None

    def _mask(self, name: str, output: Output, size: tuple[int, int]) -> NDArray[np.float64] | None:
        """All masks of an output as one, (h, w), row 0 the bottom; None where it has none."""
        if not output.masks:
            return None
        if (name, size) not in self._masks:
            self._masks[name, size] = self._masked(output, size)
        return self._masks[name, size]

    def _masked(self, output: Output, size: tuple[int, int]) -> NDArray[np.float64]:
        """Half a second for large polygons: once, not with every step of a drag."""
        width = min(size[0], FINEST_MASK)
        small = width, max(round(size[1] * width / size[0]), 2)
        whole = np.ones((small[1], small[0]))
        for mask in output.masks:
            if mask.polygon is not None:
                shown = polygon(mask.polygon, mask.feather, small, size[0] / size[1])
                whole *= 1.0 - shown if mask.inside else shown
            elif mask.picture is not None:
                picture = self._picture(mask.picture, small)
                if picture is not None:
                    whole *= 1.0 - picture if mask.inside else picture
        return whole

    def _picture(self, name: str, size: tuple[int, int]) -> NDArray[np.float64] | None:
        """A mask's picture; None where it could never be read: then it hides nothing."""
        if (name, size) not in self._pictures:
            picture = self._read(name, partial(read_mask, size=size))
            if picture is None:
                return None
            self._pictures[name, size] = picture
        return self._pictures[name, size]

    def _cube(self, output: Output) -> Cube | None:
        """Its colour table; None where it could never be read."""
        if output.lut is not None and output.lut not in self._cubes:
            cube = self._read(output.lut, read_cube)
            if cube is not None:
                self._cubes[output.lut] = cube
        return self._cubes.get(output.lut or "")

    def _task(self, what: str, name: str, kept: Snapshot | None) -> None:
        if self._path is None:
            if what != "backup":
                self._say([Problem("versions are kept beside a site file", hint="play with --site FILE")])
            return
        if what == "backup":
            self._say(files.back_up(self._path, name))
        elif what == "save" and kept is not None:
            try:
                told = files.set_aside(self._path, name)
            except InstallationError as error:  # then the one that is there stays
                self._say(
                    [Problem(f"the version {name} is not saved: {error.problems[0].message}", error.problems[0].where)]
                )
                return
            if told:
                self.said.put(told)
            self._say(files.save_as(self._path, name, kept.kept()))
        elif what == "restore":
            path = files.folder_of(self._path) / f"{name}.json"
            found, problems = files.load(path)
            if problems or not path.exists():
                said = problems or [Problem(f'there is no version "{name}"', hint=", ".join(self.versions[:12]))]
                self._say(said)
            else:
                self.restored.put(found)
        self.versions = tuple(files.versions(self._path))

    def _say(self, problems: Sequence[Problem]) -> None:
        for problem in problems:
            self.problems.put(problem)


def read_mask(path: Path, size: tuple[int, int]) -> NDArray[np.float64]:
    """A picture as a mask, (h, w) 0..1, row 0 the bottom: its brightness. Raises OutputError for what is no picture."""
    from PIL import Image

    where = Location(str(path))
    try:
        if not path.is_file():
            meant = did_you_mean(path.name, _pictures_in(path.parent), label="pictures there")
            hint = meant or "masks: [{picture: FILE}] names a picture beside the site file"
            raise OutputError(f"there is no such mask: {path.name}", where, hint)
        if path.stat().st_size > LARGEST_PICTURE:
            raise OutputError(f"the mask {path.name} has more than 64 MiB", where, "save it smaller: as a PNG in grey")
        with Image.open(path, formats=("PNG", "JPEG", "WEBP", "TIFF", "BMP")) as image:
            if image.width * image.height > 16384 * 8192:
                raise OutputError(
                    f"the mask {path.name} has {image.width} x {image.height} pixels",
                    where,
                    "as large as the output is enough",
                )
            deep = image.mode.startswith("I")  # 16 bits: to convert them would clip all but the darkest to white
            grey = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)) if deep else image.convert("L")
            grey = grey.resize(size, Image.Resampling.BOX if image.width > size[0] else Image.Resampling.BILINEAR)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise OutputError(
            f"the mask {path.name} can't be read ({error})",
            where,
            "a PNG or JPEG picture: white shows, black stays dark",
        ) from None
    return np.asarray(grey, np.float64)[::-1] / 255.0


def _pictures_in(folder: Path) -> list[str]:
    try:
        return [one.name for one in folder.iterdir() if one.suffix.lower() in PICTURES][:64]
    except OSError:
        return []


def _stamp(path: Path) -> tuple[float, int]:
    try:
        stat = path.stat()
    except OSError:
        return 0.0, -1
    return stat.st_mtime, stat.st_size
