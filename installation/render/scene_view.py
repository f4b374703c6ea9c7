"""A scene alive on a device: its stack of layers, its own time, and the values that its expressions read.

Built beside what plays, shown only when complete. Its time starts anew on entry, so that a float32 stays precise for as long
as a scene is held.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from installation.errors import CommandError, Problem
from installation.gpu.device import Device
from installation.gpu.textures import Target
from installation.params import Driver, Param, Parameter, ParamTree, Value
from installation.render.moment import Kit, Moment, Sensed
from installation.render.screen import Screen
from installation.render.stack import Stack
from installation.scene.expressions import Expression
from installation.scene.load import Scene, Show


class SceneView:
    """Remembers when it was entered and the newest values of its words."""

    def __init__(
        self,
        device: Device,
        screen: Screen,
        show: Show,
        scene: Scene,
        size: tuple[int, int],
        tree: ParamTree,
        words: dict[str, float],
        live: bool,
        seed: int,
        problems: list[Problem],
    ) -> None:
        """`problems` is the wall's own list: what fails later is told there as well."""
        self.name = scene.name
        self.title = scene.file.title
        self.fiction = scene.fiction
        self.under = scene.file.under
        self.words = words
        self._values = scene.values
        self._seconds = 0.0
        kit = Kit(device, screen, size, show.folder, seed + scene.file.seed, live, scene.tables, scene.shaders)
        self._size = size

        def below(address: str) -> Mapping[str, Parameter]:
            found = {}
            for parameter in tree:
                folder, _, name = parameter.address.rpartition("/")
                if folder == address:
                    found[name] = parameter
            return found

        self._stack = Stack(
            kit,
            scene.file.layers,
            scene.file.effects,
            f"/scene/{scene.name}",
            below,
            problems,
            opaque=True,
        )

    def enter(self) -> None:
        """Starts the scene's time anew."""
        self._seconds = 0.0
        self._stack.restart()

    @property
    def seconds(self) -> float:
        """Since the scene was entered."""
        return self._seconds

    def hear(self, delta: float, signals: Mapping[str, float]) -> None:
        """Moves the scene's time on and takes this frame's signals, before parameters settle."""
        self._seconds += delta
        words = self.words
        words.update(signals)
        words["time"] = self._seconds
        for name, value in self._values.items():
            found = value(words) if isinstance(value, Expression) else value
            if isinstance(found, float | int):  # a named value is one number: checked when the scene was loaded
                words[name] = found

    def prepare(self, delta: float, sensed: Sensed) -> None:
        """The upload walk."""
        self._stack.prepare(Moment(self._seconds, delta, self._size, sensed, self.words), {}, {})

    def draw(self, target: Target) -> None:
        """Draws the scene, display-referred and opaque."""
        self._stack.draw({}, target)

    def close(self) -> None:
        self._stack.close()


def add_parameters(tree: ParamTree, scene: Scene, words: Mapping[str, float]) -> None:
    """Declares a scene's parameters in the tree, and lets its expressions drive theirs."""
    for address, (spec, saved) in scene.params.items():
        if isinstance(saved, Expression):
            tree.add(address, spec)
            tree.drive(address, _driver(spec, saved, words), "expression")
        else:
            tree.add(address, spec, saved)


def _driver(spec: Param, expression: Expression, words: Mapping[str, float]) -> Driver:
    """Works an expression out each frame; the last good value stays where its result is none for this parameter."""
    last = spec.default

    def drive() -> Value:
        nonlocal last
        with suppress(CommandError):
            last = spec.coerce(expression(words))
        return last

    return drive
