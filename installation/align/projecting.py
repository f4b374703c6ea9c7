"""From the canvas to the outputs: what the frame draws of what was worked out beside it, and what an operator does to it.

It holds where surfaces lie (`points`), the thread that works everything out (`drawer`), and one `Projection` for each output.
The frame takes what has become ready (`take`) and draws (`draw`); it never computes, reads or waits. What can't be worked out
leaves what was on the wall, and is told. Windows and other devices call `draw` with their part of a framebuffer; OSC, console and
keys reach `start`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from installation.align import kept as files
from installation.align.cards import ON_CANVAS
from installation.align.drawer import Asked, Drawer, Ready
from installation.align.kept import KeptAlignment
from installation.align.overruled import overruled
from installation.align.planned import laid, name_of
from installation.align.pointer import Pointer
from installation.align.points import Alignment, Surfaces
from installation.align.verbs import align, told_alignment
from installation.clock import FrameTime, wall_time
from installation.errors import InstallationError, OutputError, Problem
from installation.gpu.device import Device
from installation.gpu.textures import Format, Target, Texture
from installation.outputs.projection import Projection
from installation.outputs.surfaces import Laid, Plan, Sheet, sheets
from installation.outputs.warp import Warp
from installation.scene.output_site import Surface
from installation.scene.sites import SiteFile
from installation.stripes import Stripes

log = logging.getLogger(__name__)

FILLS = Warp()
FORMS: tuple[Format, ...] = ("rgba8", "rgba16f")
"""Of cards and plain canvases, and of deep ones."""
LEFT_OPEN = 1800.0
"""Seconds after which an alignment to which nobody says anything is locked: somebody has forgotten it, and the doors open."""
TWICE = 3.0
"""Seconds after its end in which ESCAPE is one too many, and doesn't end the show."""


class Projecting:
    """All outputs of a site on one device."""

    def __init__(
        self, device: Device, site: SiteFile, canvas: tuple[int, int], path: Path | None, deep: bool = False
    ) -> None:
        """`canvas`: its pixels; `path`: the site file, beside which the alignment is kept (None: nowhere); `deep`: whether the
        canvas has more than eight bits a channel. Never raises: what can't be thrown is told in `problems`, and lies flat."""
        self._device, self._canvas, self._deep = device, canvas, deep
        self._problems: list[Problem] = []
        own: Surfaces = {}
        sizes: dict[str, tuple[int, int]] = {}
        for number, output in enumerate(site.outputs):
            name = name_of(output, number)
            own[name] = self._own(output.surfaces, name)
            sizes[name] = output.size or canvas
        self._path = files.path_of(path)
        kept, problems = files.load(self._path)
        surfaces, more = files.restored(kept, own, self._path, moved=True)
        self._problems += [*problems, *more]
        self._overruled = overruled(kept, own, path)
        self.alignment = Alignment(surfaces, sizes, kept, own)
        self.card, self.solo = "", ""
        self._drawer = Drawer(site.outputs, canvas, path.parent if path else None, self._path)
        self._projections = {name: Projection(device, deep) for name in own}
        self._flat = Projection(device)
        self._flat.lay(_untouched(canvas))
        self._pointer = Pointer(device)
        self._pictures: dict[str, Texture] = {}
        self._patterns: dict[str, Texture] = {}
        self._light = {name_of(output, n) for n, output in enumerate(site.outputs) if output.device == "display"}
        self._gone: set[str] = set()
        self._showing: set[str] | None = None
        self._lines_of = ""
        self._ready: Ready | None = None
        self._asked: Asked | None = None
        self._kept_version = 0
        self._said, self._ended = 0.0, -TWICE
        self.lay()
        self._drawer.start()

    def _own(self, surfaces: Sequence[Surface], name: str) -> dict[str, Laid]:
        found = {}
        for index, surface in enumerate(surfaces):
            try:
                one = laid(surface, index)
            except OutputError as error:
                problem = error.problems[0]
                what = f"output {name}, surface {index + 1}: {problem.message}"
                self._problems.append(Problem(what, hint=problem.hint))
                one = Laid(surface.name or str(index + 1), wall=surface.wall)
            found[one.name] = one
        return found

    @property
    def problems(self) -> list[Problem]:
        """What could not be meant or done tonight, and what is wrong with files just now."""
        still = self.alignment.still
        apart = [one.problem for one in self._overruled if any(still(one.output, name) for name in one.surfaces)]
        return [*self._problems, *apart, *self._drawer.standing]

    @property
    def names(self) -> list[str]:
        """The outputs, in the site's order."""
        return list(self.alignment.surfaces)

    @property
    def drawers(self) -> dict[str, Drawn]:
        """What draws each output, by its name."""
        return {name: Drawn(self, name) for name in self.names}

    def direct(self, name: str) -> bool:
        """Whether an output shows the whole canvas and nothing else, so that whoever takes it may take the canvas itself."""
        sheet = self._projections[name].sheet
        if sheet is None or not sheet.plain or sheet.mask is not None or not self.alignment.locked:
            return False
        surfaces = sheet.plan.surfaces
        return len(surfaces) == 1 and surfaces[0].region == (0.0, 0.0, 1.0, 1.0) and surfaces[0].warp == FILLS

    def sized(self, name: str, size: tuple[int, int] | None) -> None:
        """Tells the pixels of an output's device, when it is opened or has changed; None when it is gone: then its neighbours
        on the same wall show what it would have given there."""
        if size is None:
            self._gone.add(name)
        else:
            self._gone.discard(name)
            self.alignment.sizes[name] = size

    # -- the frame ---------------------------------------------------------------------------------------------------------------

    def lay(self) -> None:
        """Works everything out at once, and lays it: before the first frame, and for a render."""
        self._asked = self._wish()
        try:
            self._use(self._drawer.at_once(self._asked))
        except Exception as error:  # whatever it is, there is a picture tonight
            log.exception("surfaces")
            what = f"surfaces could not be worked out, all lie flat: {type(error).__name__}: {error}"
            self._problems += error.problems if isinstance(error, InstallationError) else [Problem(what)]
            for name, size in self._asked.sizes.items():
                if self._projections[name].sheet is None:
                    self._projections[name].lay(_untouched(size))

    def _wish(self) -> Asked:
        alignment = self.alignment
        selected = None if alignment.locked else alignment.selected
        sizes = {name: size for name, size in alignment.sizes.items() if name not in self._gone}
        return Asked(sizes, alignment.surfaces, "" if alignment.locked else self.card, selected)

    def show(self, canvas: Target, frame: FrameTime) -> None:
        """The first of the engine's outputs: what has become ready is laid before the others draw with it."""
        if not self.alignment.locked and frame.seconds - self._said > LEFT_OPEN:
            log.warning("the alignment was left open for %.0f minutes: it is locked", LEFT_OPEN / 60)
            self.end()
        self.take()

    def take(self) -> None:
        """At a frame's edge: tells what has changed, and lays what has become ready."""
        wish = self._wish()
        if wish != self._asked:
            self._asked = wish
            self._drawer.asked.put(wish)
        if self.alignment.version != self._kept_version:
            self._kept_version = self.alignment.version
            self._drawer.keep.put(self.alignment.snapshot)
        for problem in self._drawer.problems.drain():
            if problem not in self._problems:
                self._problems.append(problem)
                del self._problems[:-64]
            log.warning("%s", problem)
        for text in self._drawer.said.drain():
            self.alignment.said = (text,)
            log.info("%s", text)
        for kept in self._drawer.restored.drain():
            self._adopt(kept)
        ready = self._drawer.ready.get()
        if ready is not None and ready is not self._ready:
            self._use(ready)

    def _use(self, ready: Ready) -> None:
        """Lays what is ready, of what has changed."""
        before, self._ready = self._ready, ready
        for name, sheet in ready.sheets.items():
            if before is None or before.sheets.get(name) is not sheet:
                try:
                    self._projections[name].lay(sheet)
                except InstallationError as error:
                    self._problems += error.problems
        if before is None or before.cards is not ready.cards:
            self._replace(self._pictures, ready.cards)
        self._lines_of = next(iter(ready.lines), "")
        if self._lines_of:
            self._pointer.show(ready.lines[self._lines_of])

    def _replace(self, textures: dict[str, Texture], pictures: Mapping[str, NDArray[np.uint8]]) -> None:
        """Puts pictures into the textures that are there, as far as they fit."""
        for name in [name for name, old in textures.items() if _size(pictures.get(name)) != (old.width, old.height)]:
            textures.pop(name).close()
        for name, picture in pictures.items():
            if name in textures:
                textures[name].upload(picture)
            else:
                textures[name] = Texture.from_array(self._device, picture, "rgba8")

    def draw(self, name: str, canvas: Target, x: int, y: int, width: int, height: int) -> None:
        """Draws an output on a part of the bound framebuffer, which is black: the canvas, or what stands in its place."""
        if self._showing is not None and name in self._light:  # a film goes on: it throws no light
            if name in self._patterns:
                self._own_pixels(name, self._patterns[name], x, y, width, height)
            return
        if self.solo and self.solo != name and not self.alignment.locked:
            return
        card = self._pictures.get(name)
        if card is None or self.alignment.locked or self._ready is None:
            self._projections[name].draw(canvas.texture, x, y, width, height)
        elif self._ready.asked.card in ON_CANVAS:
            self._projections[name].draw(card, x, y, width, height)
        else:
            self._own_pixels(name, card, x, y, width, height)
        if self._lines_of == name and not self.alignment.locked:
            self._device.use_viewport(x, y, width, height)
            self._pointer.draw()

    def rehearse(self, name: str) -> None:
        """Has drivers compile all that an output may need, on the bound framebuffer; not in a frame, and before it is cleared."""
        looks = [(self._projections[name], self._canvas, form) for form in FORMS[: 1 + self._deep]]
        looks.append((self._flat, self.alignment.sizes[name], "rgba8"))  # cards of the output's own pixels
        for projection, size, form in looks:
            picture = Texture(self._device, *size, form)
            projection.rehearse(picture)
            picture.close()
            self._device.free_doomed()  # one canvas at a time
        self._pointer.draw()

    def _own_pixels(self, name: str, picture: Texture, x: int, y: int, width: int, height: int) -> None:
        """A picture of the output's own pixels, untouched."""
        self._flat.draw(picture, x, y, width, height)

    def pattern(self, name: str, stripes: Stripes | None) -> None:
        """Shows a pattern in an output's own pixels, in place of the canvas, while all others are dark; None: no more."""
        for old in self._patterns.values():
            old.close()
        self._patterns.clear()
        if stripes is None:
            self._showing = None
            return
        self._showing = {name}
        width, height = self.alignment.sizes[name]
        along = width if stripes.axis == "x" else height  # a line is enough: it is the same all over the other way
        light = np.rint(255 * stripes.light(np.arange(along) + 0.5, along)).astype(np.uint8)
        picture = np.repeat(light[None, :, None] if stripes.axis == "x" else light[:, None, None], 4, axis=2)
        picture[..., 3] = 255
        self._patterns[name] = Texture.from_array(self._device, picture, "rgba8")

    # -- what can be asked of it -------------------------------------------------------------------------------------------------

    def start(self, what: str, args: Sequence[object], seconds: float) -> None:
        """Carries out `/align/WHAT ...`. Raises CommandError, and then nothing changes."""
        self._said = seconds
        align(what, args, seconds, self)

    def begin(self) -> None:
        if self.alignment.locked:
            self._back_up()
        self.alignment.begin()

    def _back_up(self) -> None:
        self._drawer.tasks.put(("backup", _stamp(wall_time()), None))

    def end(self) -> None:
        if not self.alignment.locked:
            self._ended = self._said
        self.alignment.end()
        self.card, self.solo = "", ""

    def ended_now(self, seconds: float) -> bool:
        """Whether an alignment has just been ended: who presses ESCAPE once more means that, not the show."""
        return 0.0 <= seconds - self._ended < TWICE

    def save(self, name: str) -> None:
        self._drawer.tasks.put(("save", name, self.alignment.snapshot))

    def restore(self, name: str) -> None:
        self._drawer.tasks.put(("restore", name, None))

    def _adopt(self, kept: KeptAlignment) -> None:
        surfaces, problems = files.restored(kept, self.alignment.surfaces, None)
        self.alignment.adopt(surfaces)
        self._problems += problems

    def adopt(self, surfaces: Surfaces) -> None:
        """Takes over what a calibration has found; what lay there before is kept, also for a night without undo."""
        self._back_up()
        self.alignment.adopt(surfaces)

    def told(self) -> dict[str, object]:
        """Plain values for the status and the console."""
        return told_alignment(self, self._drawer.versions)

    def close(self) -> None:
        """Keeps what is left and frees everything on the device. Safe to call twice."""
        self._drawer.close()
        if self.alignment.version != self._kept_version and self._path is not None:
            self._kept_version = self.alignment.version
            self._problems += files.save(self._path, self.alignment.snapshot.kept())
        for projection in (*self._projections.values(), self._flat):
            projection.close()
        for texture in (*self._pictures.values(), *self._patterns.values()):
            texture.close()
        self._pointer.close()
        self._pictures.clear()
        self._patterns.clear()


class Drawn:
    """One output of them, for whoever has a place to draw it."""

    def __init__(self, projecting: Projecting, name: str) -> None:
        self._projecting, self._name = projecting, name

    def draw(self, canvas: Target, x: int, y: int, width: int, height: int) -> None:
        """Into a part of the bound framebuffer, which is black: x, y of its lower left corner, in pixels."""
        self._projecting.draw(self._name, canvas, x, y, width, height)

    def rehearse(self) -> None:
        """Has drivers compile whatever that may need, on the bound framebuffer: between frames."""
        self._projecting.rehearse(self._name)


def _size(picture: NDArray[np.uint8] | None) -> tuple[int, int] | None:
    return None if picture is None else (picture.shape[1], picture.shape[0])


def _untouched(size: tuple[int, int]) -> Sheet:
    """The sheet of a picture that fills its output."""
    return sheets([Plan("", size, (Laid("1"),))], size)[0]


def _stamp(moment: float) -> str:
    """A moment as a part of a file's name, by the clock on the wall."""
    from datetime import datetime

    return datetime.fromtimestamp(moment).strftime("%Y-%m-%d_%H-%M-%S")
