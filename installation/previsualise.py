"""Draws a site in three dimensions with a show on its walls, and measures it, before the van is loaded.

`open_site` makes the room and its figures, without any device; `Previsual` has a device, the show's engine and what each output
draws of its canvas, and gives pictures: a still, a film that goes around, frames for a window. Called by the command line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from installation.align.planned import name_of, surfaces_of
from installation.align.projecting import Projecting
from installation.clock import FixedClock
from installation.engine import Engine
from installation.errors import Location, OutputError, Problem
from installation.gpu.device import Device
from installation.gpu.textures import Target
from installation.outputs.blend import footprint, polygon
from installation.play import Asked, apply, canvas_size
from installation.previs.measure import ACROSS, SLACK, UP, Shown, Throw, measured
from installation.previs.model import Model
from installation.previs.room import Room, lens_of, room_of
from installation.previs.view import Orbit, orbit_of, words_of
from installation.scene.load import Show
from installation.scene.output_site import Output
from installation.scene.schema import SiteFile

FPS = 30.0
USUAL = (1920, 1080)
"""Pixels of an output whose display isn't here yet."""
HISTORY = 30
"""Frames that are drawn before the first that is wanted: what layers leave behind has settled by then."""
UNLIKE = 0.03
"""Share of a picture by which the overlap on the wall may differ from that of the regions: more is seen as a kink, unless the
pictures are aligned."""
SWING = 32.0
"""Degrees to either side that a film goes around."""


@dataclass(frozen=True)
class Site3D:
    """A site as a room. `problems`: what doesn't keep it from being drawn. `names`: the outputs that have a projector.
    `mistaken`: where the site's regions and walls say something else than its room."""

    file: SiteFile
    path: Path | None
    room: Room
    throws: list[Throw]
    names: list[str]
    problems: list[Problem]
    mistaken: list[Problem]


def open_site(file: SiteFile, path: Path | None, light: float | None = None) -> Site3D:
    """The site's room and what its projectors do there. `light`: in place of the room's own, lux. Raises OutputError."""
    problems: list[Problem] = []
    outputs, lenses, names = [], [], []
    for number, output in enumerate(file.outputs):
        if output.size is None:
            output = output.model_copy(update={"size": USUAL})
            if output.beamer is not None:
                what = f"output {name_of(output, number)} says no size: taken for {USUAL[0]} x {USUAL[1]}"
                problems.append(Problem(what, hint="size: [1920, 1080]"))
        outputs.append(output)
        assert output.size is not None
        if output.beamer is not None:
            names.append(name_of(output, number))
            lenses.append(lens_of(names[-1], output.beamer, output.size))
        elif output.device == "display":
            what = f"output {name_of(output, number)} says not where its projector stands"
            problems.append(Problem(what, hint="beamer: {at: [0, 3, 6], towards: [0, 2, 0], throw: 1.5}"))
    of = Location(str(path)) if path is not None else None
    if not lenses:
        raise OutputError(
            "no output of this site has a projector that can be drawn", of, "outputs: beamer: see shows/OUTPUTS.md"
        )
    where = file.room.model_copy(update={"light": light}) if light is not None else file.room
    room = room_of(where, lenses, path.parent if path else Path())
    covered = [covered_of(output, number) for number, output in enumerate(outputs) if output.beamer is not None]
    thrown = [output for output in outputs if output.beamer is not None]
    shown = [whole & unmasked(output) for output, whole in zip(thrown, covered, strict=True)]
    throws, mistaken = [], []
    for throw in measured(room, shown, covered):
        told = _mistaken(throw, outputs, names)
        throws.append(replace(throw, warnings=(*throw.warnings, *told)))
        mistaken += [Problem(f"{throw.name}: {what}", of, "installation previsualise --plan shows it") for what in told]
    return Site3D(file.model_copy(update={"outputs": outputs}), path, room, throws, names, problems, mistaken)


def _mistaken(throw: Throw, outputs: Sequence[Output], names: Sequence[str]) -> list[str]:
    """Where the site means another wall, or other neighbours, than a picture has in the room."""
    found = {name_of(output, number): output for number, output in enumerate(outputs)}
    own = found[throw.name]
    walls = {surface.wall for surface in own.surfaces if surface.wall}
    told = []
    if throw.wall and walls and throw.wall not in walls and throw.wall != "floor":
        told.append(f"it falls on {throw.wall}, and its surfaces are meant for {', '.join(sorted(walls))}")
    for name in names:
        if name == throw.name:
            continue
        both = [
            (one, other)
            for one in own.surfaces
            for other in found[name].surfaces
            if one.wall and one.wall == other.wall
        ]
        shares = any(_meet(one.region, other.region) for one, other in both)
        overlaps = throw.overlaps.get(name, 0.0)
        meant = _shared(own, found[name])
        if both and overlaps and abs(overlaps - meant) > UNLIKE:
            told.append(
                f"{overlaps:.0%} of its picture is lit by {name} too, and their regions share {meant:.0%} of its own: the "
                f"picture is kinked there; let regions overlap by {overlaps:.0%} of each, or move a projector"
            )
        if shares and not overlaps:
            told.append(f"it shares a part of the canvas with {name}, and their pictures don't meet: a dim gap")
        if overlaps > SLACK and not both:
            told.append(
                f"{overlaps:.0%} of it is lit by {name} too, and no wall: says that they share it: twice as bright"
            )
    return told


def _shared(own: Output, other: Output) -> float:
    """Which share of what an output shows of the canvas another one shows on the same wall, 0..1."""
    common = area = 0.0
    for one in own.surfaces:
        area += one.region[2] * one.region[3]
        for two in other.surfaces:
            if one.wall and one.wall == two.wall and _meet(one.region, two.region):
                wide, high = (
                    min(one.region[i] + one.region[i + 2], two.region[i] + two.region[i + 2])
                    - max(one.region[i], two.region[i])
                    for i in (0, 1)
                )
                common += wide * high
    return common / area


def _meet(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether two parts of the canvas have a part in common."""
    return all(max(one[i], other[i]) < min(one[i] + one[i + 2], other[i] + other[i + 2]) - 1e-6 for i in (0, 1))


def covered_of(output: Output, number: int) -> Shown:
    """What of an output its surfaces cover, (UP, ACROSS). Raises OutputError."""
    assert output.size is not None
    covers = [
        footprint(surface.warp, (ACROSS, UP), output.size[0] / output.size[1])
        for surface in surfaces_of(output, number)
    ]
    return np.asarray(np.any(covers, axis=0))


def unmasked(output: Output) -> Shown:
    """What of an output is not behind polygons that mask it, (UP, ACROSS). Masks that are pictures are passed over."""
    assert output.size is not None
    fine, aspect = (ACROSS, UP), output.size[0] / output.size[1]
    light = np.ones((UP, ACROSS))
    for mask in output.masks:
        if mask.polygon is not None:
            shape = polygon(mask.polygon, mask.feather, fine, aspect)
            light *= 1.0 - shape if mask.inside else shape
    return np.asarray(light > 0.25)


class Previsual:
    """A site with a show in it. A context manager."""

    def __init__(
        self, site: Site3D, show: Show, asked: Asked, size: tuple[int, int], at: float = 0.0, card: str = "",
        device: Device | None = None, finer: int = 2,
    ) -> None:  # fmt: skip
        """`asked`: as for a render; `size`: of the pictures; `at`: the show's second; `card`: a test card in its place."""
        from installation.inputs.audio import OfflineAudio
        from installation.inputs.osc import match
        from installation.patchbay import beats_of
        from installation.watching import offline_cameras

        self.site, self._size = site, size
        self._said: Orbit | None = None
        with ExitStack() as stack:
            if device is None:
                device = Device.headless()
                stack.callback(device.close)
            self.device = device
            canvas = canvas_size(show, asked.size, device.software, site.file.canvas)
            camera = offline_cameras(site.file, asked.seed or 0)
            stack.callback(camera.close)
            ear = OfflineAudio(site.file.audio.source, site.file.audio.gain)
            stack.callback(ear.close)
            self._engine = Engine(
                device, show, canvas, camera, match, ears=ear, live=False, seed=asked.seed,
                flash_guard=site.file.flash_guard, smoothing=site.file.smoothing,
            )  # fmt: skip
            stack.callback(self._engine.close)
            self._engine.beats = beats_of(site.file.tempo)
            apply(self._engine, asked, 0.0)
            self._projecting = Projecting(device, site.file, canvas, site.path)
            stack.callback(self._projecting.close)
            if card:
                self._projecting.alignment.locked, self._projecting.alignment.selected = (
                    False,
                    None,
                )  # a card without a cross
                self._projecting.card = card
                self._projecting.lay()
            self._model = Model(device, site.room, site.throws, size, finer)
            stack.callback(self._model.close)
            self._clock = FixedClock(FPS)
            first = round(at * FPS)
            for index in range(first):
                frame = self._clock.next()
                if index < first - HISTORY:
                    self._engine.skip(frame)
                else:
                    self._engine.step(frame)
            self.step()
            self._stack = stack.pop_all()

    @property
    def problems(self) -> list[Problem]:
        return [*self.site.problems, *self._engine.problems, *self._engine.wall.problems, *self._projecting.problems]

    def orbit(self, eye: Sequence[float] | None = None, look: Sequence[float] | None = None) -> Orbit:
        """From where it is seen: from `eye`, or as the site says, or where all of it is."""
        wanted = self.site.file.room
        return orbit_of(self.site.room, self._size, eye or wanted.eye, look or wanted.look)

    def step(self) -> None:
        """The show's next frame falls on the walls."""
        canvas = self._engine.step(self._clock.next())

        def show(number: int, target: Target) -> None:
            target.bind()
            self._projecting.draw(self.site.names[number], canvas, 0, 0, target.width, target.height)

        self._model.light(show)

    def draw(self, orbit: Orbit, words: bool = True) -> Target:
        """The room as it is seen from there, with names and figures or without: they are set anew only where it moves."""
        eye, wanted = orbit.eye(self._size), orbit if words else None
        if wanted != self._said:
            self._said = wanted
            self._model.say(words_of(self.site.room, self.site.throws, eye, self.title) if words else None)
        return self._model.draw(eye)

    def picture(self, orbit: Orbit, words: bool = True) -> NDArray[np.uint8]:
        """The same as pixels: (h, w, 3), row 0 the top."""
        return np.ascontiguousarray(self.draw(orbit, words).read()[::-1, :, :3])

    @property
    def title(self) -> str:
        return " · ".join(one for one in (self.site.file.title, self._engine.show.file.title) if one)

    def film(self, out: Path, orbit: Orbit, seconds: float, progress: Callable[[int, int], None]) -> None:
        """Goes around the room, to one side and the other and back, while the show plays. Raises OutputError."""
        from installation.outputs.writers import writer_for

        count = max(round(seconds * FPS), 1)
        with writer_for(out, *self._size, FPS) as writer:
            for index in range(count):
                aside = SWING * np.sin(2 * np.pi * index / count)
                writer.write(self.picture(orbit.turned(float(aside), 0.0)))
                progress(index + 1, count)
                if index + 1 < count:
                    self.step()

    def close(self) -> None:
        """Ends the show and frees everything. Safe to call twice."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def told(site: Site3D) -> list[str]:
    """What each projector does, in lines: what a curator copies into a mail."""
    lines = []
    for throw in site.throws:
        if not throw.wall:
            lines.append(f"{throw.name}: meets no wall")
        else:
            overlaps = ", ".join(f"{share:.0%} with {name}" for name, share in throw.overlaps.items())
            lines.append(
                f"{throw.name}: {throw.width:.2f} x {throw.height:.2f} m on {throw.wall}, from {throw.distance:.2f} m; pixels of "
                f"{throw.pixel_mm:.2f} mm ({throw.per_metre:.0f} a metre); {throw.lux[1]:.0f} lux ({throw.lux[0]:.0f} to "
                f"{throw.lux[2]:.0f}); overlaps: {overlaps or 'none'}"
            )
        lines += [f"    {warning}" for warning in throw.warnings]
    return lines
