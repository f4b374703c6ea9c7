"""Tries shaders on the same pictures, so that a curator sees side by side what there is: `installation gallery`.

Generators are drawn from nothing, filters over one picture (people, six hues, writing), transitions between two of them, at
a quarter, half and three quarters. What remembers is run for some seconds first. A shader that can't be drawn has its problem
as its card. The sheet itself is set in `sheet`. Called by the command line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from installation.errors import CommandError, InstallationError, Problem, did_you_mean
from installation.gpu.device import Device
from installation.gpu.textures import Target, Texture
from installation.inputs.camera import OfflineCamera
from installation.inputs.sense import HEIGHT, WIDTH, Sense
from installation.params import Param, Value
from installation.render.hearing import Hearing
from installation.render.isf_player import IsfPlayer
from installation.render.screen import Screen
from installation.render.trial import Trial
from installation.resources import resource
from installation.scene import isf
from installation.scene.listening import fed
from installation.what import PICTURE, usual_inputs

FPS = 30
PEOPLE = 50.0
"""Seconds of the synthetic visitors' evening at which the gallery begins: two of them are there eight seconds later."""

STAGES = (0.25, 0.5, 0.75)
"""How far transitions are shown."""

EVENT_EVERY = 45
"""Frames between two events, for inputs that are events: the last is a moment ago at the end of whole seconds."""


@dataclass(frozen=True)
class Card:
    """One shader as the gallery shows it. `stills` are (h, w, 3) uint8, row 0 at the top: three of a transition, else one."""

    name: str
    kind: str = ""
    description: str = ""
    stills: tuple[NDArray[np.uint8], ...] = ()
    problems: tuple[Problem, ...] = field(default=())


def find(names: Sequence[str], known: Mapping[str, Path]) -> dict[str, Path]:
    """The shaders that are meant: files, or names with or without .fs; all known ones where none is named.

    Raises CommandError.
    """
    found: dict[str, Path] = {}
    for name in names:
        file = name if name.endswith(".fs") else f"{name}.fs"
        path = Path(file) if Path(file).is_file() else known.get(file)
        if path is None:
            raise CommandError(f'there is no shader "{name}"', hint=did_you_mean(file, known, label="shaders"))
        found[path.name] = path
    return found or dict(known)


def cards(
    shaders: Mapping[str, Path], size: tuple[int, int], seconds: float, progress: Callable[[int, int], None]
) -> list[Card]:
    """A card for each shader; where there are filters, one for their picture before them. Raises DeviceError."""
    made: list[Card] = []
    with closing(Studio(size, seconds)) as studio:
        for number, path in enumerate(shaders.values(), 1):
            made.append(studio.card(path))
            progress(number, len(shaders))
        if len(made) > 1 and any(card.kind == "filter" for card in made):
            made.insert(0, studio.picture())
    return made


class Chord:
    """What shaders that listen hear: three tones, as samples, and as a spectrum on a floor that falls."""

    def __init__(self) -> None:
        tones = ((9, 0.9), (24, 0.6), (70, 0.35))
        at, bins = np.arange(2048) / 2048, np.arange(512)
        peaks = sum(loud * np.exp(-(((bins - tone) / 3.0) ** 2)) for tone, loud in tones)
        wave = sum(0.4 * loud * np.sin(at * tone * 25.0) for tone, loud in tones)
        self.waveform: NDArray[np.float32] = np.asarray(wave, np.float32)[None]
        self.spectrum: NDArray[np.float32] = np.clip(0.35 * np.exp(-bins / 120.0) + peaks, 0, 1).astype(np.float32)[
            None
        ]


class Studio:
    """A device of its own, with the pictures that shaders are tried on. Remembers what its visitors did."""

    def __init__(self, size: tuple[int, int], seconds: float) -> None:
        """Stills of `size` pixels, as shaders look `seconds` after their start. Raises DeviceError without a driver."""
        self.size = size
        self._frames = max(round(seconds * FPS), 1)
        self._people: dict[int, Sense] = {}
        with ExitStack() as stack:
            self._device = Device.headless()
            stack.callback(self._device.close)
            self._screen = Screen(self._device)
            stack.callback(self._screen.close)
            self._camera = OfflineCamera("synthetic")
            stack.callback(self._camera.close)
            self._mask = Texture(self._device, WIDTH, HEIGHT, "r8")
            self._flow = Texture(self._device, WIDTH, HEIGHT, "rg16f")
            picture = isf.load(resource("shaders") / PICTURE)
            self._painters = [IsfPlayer(self._device, self._screen, picture) for _ in range(2)]
            self._pictures = [Target(self._device, *size) for _ in range(2)]
            self._output = Target(self._device, *size)
            self._sources = {
                "camera.mask": self._mask,
                "camera.flow": self._flow,
                "layer.day": self._pictures[0].texture,
                "layer.night": self._pictures[1].texture,
            }
            self._hearing = Hearing(self._device)
            stack.callback(self._hearing.close)
            self._hearing.take(Chord())
            self._trial = Trial()
            stack.callback(self._trial.close)
            for texture in self._sources.values():
                stack.callback(texture.close)
            for painter in self._painters:
                stack.callback(painter.close)
            for target in (*self._pictures, self._output):
                stack.callback(target.close)
            self._stack = stack.pop_all()

    def card(self, path: Path) -> Card:
        """Draws a shader. What is wrong with it is on its card."""
        card = Card(path.name)
        try:
            parsed = isf.load(path)
            card = replace(card, kind=parsed.kind, description=parsed.description)
            shipped = resource("shaders").resolve() in path.resolve().parents  # tried long ago
            if problems := () if shipped else self._trial.refuse(parsed):
                return replace(card, problems=problems)
            player = IsfPlayer(self._device, self._screen, parsed)
            try:
                stages = STAGES if parsed.kind == "transition" else (1.0,)
                return replace(card, stills=tuple(self._still(player, stage) for stage in stages))
            finally:
                player.close()
                self._device.free_doomed()
        except InstallationError as error:
            return replace(card, problems=error.problems)

    def picture(self) -> Card:
        """What filters are laid on."""
        self._paint(self._frames - 1)
        self._device.uniforms.upload()
        self._draw_pictures()
        words = "The picture that filters are tried on. Transitions lead from it to its night."
        return Card("the picture", "filter", words, (_shown(self._pictures[0]),))

    def _still(self, player: IsfPlayer, stage: float) -> NDArray[np.uint8]:
        """The shader after all frames where it remembers, else its only one. `stage` is how far a transition has come."""
        one = player.isf
        player.restart()
        remembers = any(p.persistent for p in one.passes)
        images = self._images(one)
        painted = any(texture is target.texture for texture in images.values() for target in self._pictures)
        for index in range(0 if remembers else self._frames - 1, self._frames):
            self._look(index)
            if painted:
                self._paint(index)
            values = tried(one.params, index)
            if one.kind == "transition":
                values["progress"] = stage * (index + 1) / self._frames
            player.prepare(values, images, self.size, index / FPS, 1 / FPS)
            self._device.uniforms.upload()
            if painted:
                self._draw_pictures()
            player.draw(images, self._output)
        return _shown(self._output)

    def _images(self, one: isf.Isf) -> dict[str, Texture]:
        """What feeds a shader's images: visitors, sound, and the two pictures."""
        found = {
            name: self._sources.get(s) or self._hearing.texture(s) for name, s in fed(one, usual_inputs(one)).items()
        }
        return {name: texture for name, texture in found.items() if texture}

    def _look(self, index: int) -> None:
        """The visitors at a frame, kept for the next shader."""
        if index not in self._people:
            self._people[index] = self._camera.sample(PEOPLE + index / FPS)
        self._mask.upload(self._people[index].mask)
        self._flow.upload(self._people[index].flow)

    def _paint(self, index: int) -> None:
        self._look(index)
        for painter, night in zip(self._painters, (False, True), strict=True):
            painter.prepare({"night": night}, {"mask": self._mask}, self.size, index / FPS, 1 / FPS)

    def _draw_pictures(self) -> None:
        for painter, target in zip(self._painters, self._pictures, strict=True):
            painter.draw({"mask": self._mask}, target)

    def close(self) -> None:
        self._stack.close()


def tried(params: Sequence[Param], index: int) -> dict[str, Value]:
    """The values that a shader is shown with at a frame: its defaults. Where they change nothing, its first one is moved."""
    values = {param.name: param.default for param in params}
    values |= {p.name: index % EVENT_EVERY == EVENT_EVERY // 2 for p in params if p.kind == "event"}
    movable = [
        p for p in params if p.kind == "float" and p.identity is not None and p.low is not None and p.high is not None
    ]
    if movable and all(param.default == param.identity for param in movable):
        first = movable[0]
        rest, low, high = float(str(first.default)), float(str(first.low)), float(str(first.high))
        values[first.name] = rest + 0.7 * ((high if rest < high else low) - rest)
    return values


def _shown(target: Target) -> NDArray[np.uint8]:
    """A target as it looks over black: (h, w, 3), row 0 at the top."""
    pixels: NDArray[Any] = target.read()[::-1].astype(np.float32)
    return np.round(pixels[..., :3] * (pixels[..., 3:] / 255)).astype(np.uint8)
