"""A scene alive on a device: its stack of layers, its own time, and the values that its expressions read.

Built beside what plays, shown only when complete. Its time starts anew on entry, so that a float32 stays precise for as long
as a scene is held.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import suppress
from typing import Any

from installation.clock import Date
from installation.errors import CommandError, InstallationError, Problem
from installation.gpu.textures import Target
from installation.param_tree import Driver, Parameter, ParamTree
from installation.params import Value
from installation.render.feeds import Feeds
from installation.render.layers.marks import MarksView
from installation.render.moment import Kit, Moment, Sensed
from installation.render.pointing import pointed
from installation.render.stack import Stack
from installation.render.telling import Telling
from installation.render.weak_maps import WeakMaps
from installation.render.weakness import weakness
from installation.scene.evidence import Record
from installation.scene.expressions import Expression
from installation.scene.load import Scene


class SceneView:
    """Remembers when it was entered and the newest values of its words. Has no layers until it is built."""

    def __init__(self, kit: Kit, scene: Scene, words: dict[str, float], before: SceneView | None = None) -> None:
        """`before` is the view of the scene as it was before an edit: it plays until this one `replace`s it."""
        self.name = scene.name
        self.title = scene.file.title
        self.fiction = scene.fiction
        """Whether it may show made-up data: its own, or what an edit has left of those before."""
        self.shows_camera = scene.file.shows_camera
        self.under = scene.file.under
        self.words = words
        self.problems: list[Problem] = []
        self.scene, self._before = scene, before
        self._values = scene.values
        self._own: dict[str, Parameter] = {}
        self._seconds = 0.0
        self.size = kit.size
        self._live = kit.live
        self._telling = Telling(scene)
        self._kit = kit
        self.weak = WeakMaps(scene.name)
        """Where the surface gives way first, as the scene's data say."""
        self._feeds: Feeds = Feeds(kit, self._report, before._feeds if before else None)
        self._stack: Stack = Stack(kit, f"/scene/{scene.name}", self.problems, self._feeds, opaque=True)

    def _report(self, source: str, error: Exception) -> None:
        found = error.problems if isinstance(error, InstallationError) else (Problem(f"{source}: {error}"),)
        self.problems.extend(found)

    def build(self, tree: ParamTree) -> Generator[None, None, None]:
        """Builds its layers, one thing a step. One that takes another's place is bound when it does."""
        before = self._before
        yield from self._stack.build(self.scene.file.layers, self.scene.file.effects, before._stack if before else None)
        if cracks := self.scene.file.cracks:
            yield
            picture = weakness(cracks, self._kit.tables[cracks.table], self._kit.size[0] / self._kit.size[1])
            self.weak.lay(self._kit.device, picture)
        if before is None:
            self.bind(tree)
        if self._live:
            yield
            with suppress(InstallationError):  # told to whoever asks
                _ = self.records  # now, beside what plays, and not in the frame in which somebody asks
                self._telling.learn()

    def bind(self, tree: ParamTree) -> None:
        """Finds its parameters in the tree."""
        found: dict[str, dict[str, Parameter]] = {}
        for parameter in tree:
            folder, _, name = parameter.address.rpartition("/")
            found.setdefault(folder, {})[name] = parameter
        self._stack.bind(lambda address: found.get(address, {}))
        self._own = found.get(f"/scene/{self.name}", {})

    def replace(self, tree: ParamTree) -> None:
        """Takes the place of the view before it, in the middle of its time, and ends that one."""
        before, self._before = self._before, None
        assert before is not None
        renew_parameters(tree, self.scene, before.scene, self.words)
        self.bind(tree)
        self._seconds = before._seconds
        self._stack.resize(before.size)
        self.size = before.size
        self._stack.inherit(before._stack)
        self.fiction = self.fiction or before.fiction  # what it goes on from may show made-up data still
        before._stack.close(self._stack.owned())
        before._feeds.close(self._feeds)
        self.weak.inherit(before.weak)
        self._feeds.settle()

    def enter(self) -> None:
        """Starts the scene's time anew: nothing is left of what it has grown."""
        self._seconds = 0.0
        self.fiction = self.scene.fiction
        self._stack.restart()
        self._feeds.restart()

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
        words["opened"] = self._opened()
        for name, value in self._values.items():
            own = self._own.get(name)
            # A cue or a hand that has set a value leads, and all that reads it follows: marks and their captions.
            led = own is not None and (own.driver is None or not isinstance(value, Expression))
            found = own.value if own is not None and led else value(words) if isinstance(value, Expression) else value
            if isinstance(found, float | int) and found == found:  # one number: checked when the scene was loaded
                words[name] = found
            else:
                words.pop(name, None)  # the data have none

    def _opened(self) -> float:
        """How far the mark is open that the newest frame told of."""
        marks = (slot.view.opened() for _, slot in self._stack.seen() if isinstance(slot.view, MarksView))
        return max((found[1] for found in marks if found), default=0.0)

    def prepare(self, delta: float, sensed: Sensed, size: tuple[int, int], date: Date) -> None:
        """The upload walk, for a canvas of `size`."""
        if size != self.size:
            self.size = size
            self._stack.resize(size)
        moment = Moment(self._seconds, delta, size, sensed, self.words, date, self.scene.formats, self._telling)
        self._feeds.prepare(moment)
        self._stack.prepare(moment, {}, {})

    def draw(self, target: Target) -> None:
        """Draws the scene, display-referred and opaque."""
        self._stack.draw({}, target)

    @property
    def records(self) -> tuple[Record, ...]:
        """What each thing of the scene that is made from data is made from."""
        return self._telling.records

    def at(self, x: float, y: float) -> tuple[list[dict[str, Any]], list[Record]]:
        """What stands at a place, 0..1 of the canvas, the uppermost first; and the records of the layers it is in, with
        those of the scene's own effects. The uppermost mark opens, as before a visitor, where its layer opens any."""
        found = list(pointed(self._stack.seen(), self.scene.tables, self.records, x, y, self.size))
        marks = {path: slot.view for path, slot in self._stack.seen() if isinstance(slot.view, MarksView)}
        for path, one in found:
            if path in marks:
                marks[path].point(str(one["key"]))
                break
        layers = {path for path, _ in found} | {""}
        kept = [
            r for r in self.records if r.layer in layers and (r.layer or r.kind in ("parameter", "image", "reveal"))
        ]
        return [{"scene": self.name, **told} for _, told in found], kept

    def close(self) -> None:
        """Frees everything but what the view before it still plays."""
        before = self._before
        self.weak.close()
        self._stack.close(before._stack.owned() if before else ())
        self._feeds.close(before._feeds if before else None)


def add_parameters(tree: ParamTree, scene: Scene, words: Mapping[str, float]) -> None:
    """Declares a scene's parameters in the tree, and lets its expressions drive theirs."""
    for address, (spec, saved) in scene.params.items():
        if isinstance(saved, Expression):
            tree.add(address, spec)
            tree.drive(address, _driver(scene, address, saved, words), "expression")
        else:
            tree.add(address, spec, saved)


def renew_parameters(tree: ParamTree, scene: Scene, before: Scene, words: Mapping[str, float]) -> None:
    """Declares an edited scene's parameters anew: what performers have set stays, and what is gone is forgotten."""
    for address in before.params.keys() - scene.params.keys():
        tree.remove(address)
    for address, (spec, saved) in scene.params.items():
        if isinstance(saved, Expression):
            tree.renew(address, spec, driver=_driver(scene, address, saved, words))
        elif address not in before.params or before.params[address] != (spec, saved):
            tree.renew(address, spec, saved)


def _driver(scene: Scene, address: str, expression: Expression, words: Mapping[str, float]) -> Driver:
    """Works an expression out each frame; the last good value stays where its result is none for this parameter."""
    spec = scene.params[address][0]
    last = spec.default
    if address == f"/scene/{scene.name}/{spec.name}":  # a named value: worked out already, since others read it
        return lambda: words.get(spec.name, 0.0)

    def drive() -> Value:
        nonlocal last
        with suppress(CommandError):
            last = spec.coerce(expression(words))
        return last

    return drive
