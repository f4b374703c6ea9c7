"""Draws a stack of layers: each into a picture, through its effects, and laid over what is below in linear light.

A layer that fails is left out from then on and listed as a problem; the rest plays on. One stack is a scene, or a group. A
stack is built step by step, beside the one that plays; it takes over from that one every layer that an edit left as it was.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from installation.errors import InstallationError, Problem, ShaderError
from installation.gpu.textures import Target, Texture
from installation.param_tree import Parameter
from installation.render.feeds import Feeds
from installation.render.graph import Node, formats, plan
from installation.render.isf_player import IsfPlayer
from installation.render.layers import LAYERS
from installation.render.layers.marks import MarksView
from installation.render.layers.shader import ShaderView
from installation.render.layers.text import TextView
from installation.render.moment import Kit, LayerView, Moment, Values
from installation.render.same import same_layer
from installation.scene import schema
from installation.scene.listening import fed

log = logging.getLogger(__name__)
ParameterOf = Callable[[str], Mapping[str, Parameter]]
"""Gives the parameters below an address, by name."""


@dataclass(slots=True)
class Filter:
    """An effect alive: its player, its parameters, and what feeds its other images."""

    name: str
    address: str
    player: IsfPlayer
    sources: Mapping[str, str]
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    images: dict[str, Texture] = field(default_factory=dict)


@dataclass(slots=True)
class Slot:
    """A layer alive with all that belongs to it."""

    spec: schema.Layer
    address: str
    view: LayerView
    filters: list[Filter]
    sources: Mapping[str, str]
    picture: Target | None = None
    develop: bool = False
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    values: Values = field(default_factory=dict)
    images: dict[str, Texture] = field(default_factory=dict)
    lay: int = 0
    visible: bool = True
    failed: bool = False


def current(parameters: Mapping[str, Parameter]) -> dict[str, Any]:
    """This frame's values by name."""
    return {name: parameter.value for name, parameter in parameters.items()}


class Stack:
    """Remembers its layers, and which of them have failed."""

    premultiplied = False

    def __init__(self, kit: Kit, address: str, problems: list[Problem], feeds: Feeds, opaque: bool = False) -> None:
        """Has no layers until it is built. `opaque`: a scene, over black. A group keeps its transparency."""
        self._kit = kit
        self._address = address
        self._opaque = opaque
        self._problems = problems
        self._feeds = feeds
        self._slots: list[Slot] = []
        self._filters: list[Filter] = []
        self._make_targets(kit.size)

    # -- building ------------------------------------------------------------------------------------------------------

    def _make_targets(self, size: tuple[int, int]) -> None:
        self._size = size
        device, form = self._kit.device, self._kit.screen.form
        self._scratch = [Target(device, *size, form) for _ in range(2)]
        self.light = Target(device, *size, "rgba16f")
        self.picture = Target(device, *size, form)
        self._below = self.picture.texture

    def build(
        self, layers: Sequence[schema.Layer], effects: Sequence[schema.Effect], before: Stack | None = None
    ) -> Generator[None, None, None]:
        """Builds the layers, one thing a step. `before` is the stack that plays: what an edit left as it was is shared
        with it until that one is closed."""
        steps = {step.name: step for step in plan([_node(layer) for layer in layers])}
        for layer in layers:
            yield
            slot = yield from self._build(layer, before)
            if slot:
                slot.develop = steps[layer.name].develop
                if steps[layer.name].keep:
                    slot.picture = Target(self._kit.device, *self._size, self._kit.screen.form)
                self._slots.append(slot)
        yield from self._effects(effects, self._address, before, before._filters if before else (), self._filters)

    def _build(self, layer: schema.Layer, before: Stack | None) -> Generator[None, None, Slot | None]:
        """One layer, or None when it can't be built: the others play without it."""
        address = f"{self._address}/{layer.name}"
        old = next((s for s in before._slots if s.spec.name == layer.name and not s.failed), None) if before else None
        sources: dict[str, str] = {}
        if isinstance(layer, schema.ShaderLayer):
            sources = fed(self._kit.shaders[layer.shader], layer.inputs)
        for source in sources.values():
            self._feeds.open(source)
        filters: list[Filter] = []
        try:
            view = yield from self._view(layer, address, before, old)
        except Exception as error:  # one layer's bug must not take the scene with it
            self._report(address, error)
            return None
        yield from self._effects(layer.effects, address, before, old.filters if old else (), filters)
        return Slot(layer, address, view, filters, sources)

    def _view(
        self, layer: schema.Layer, address: str, before: Stack | None, old: Slot | None
    ) -> Generator[None, None, LayerView]:
        if isinstance(layer, schema.GroupLayer):
            group = Stack(self._kit, address, self._problems, self._feeds)
            yield from group.build(layer.layers, (), old.view if old and isinstance(old.view, Stack) else None)
            return group
        if old and before and same_layer(layer, self._kit, old.spec, before._kit):
            return old.view
        view = LAYERS[layer.kind](self._kit, layer)
        if isinstance(view, ShaderView) and isinstance(layer, schema.ShaderLayer):
            yield
            self._rehearse(view.player, fed(view.player.isf, layer.inputs))
        return view

    def _effects(
        self,
        effects: Sequence[schema.Effect],
        address: str,
        before: Stack | None,
        old: Sequence[Filter],
        built: list[Filter],
    ) -> Generator[None, None, None]:
        for effect in effects:
            name = effect.name or effect.shader.removesuffix(".fs")
            shader = self._kit.shaders[effect.shader]
            sources = fed(shader, effect.inputs)
            for source in sources.values():
                self._feeds.open(source)
            player = next((f.player for f in old if f.name == name and f.player.isf is shader), None)
            try:
                if player is None:
                    player = IsfPlayer(self._kit.device, self._kit.screen, shader)
                    yield
                    self._rehearse(player, sources)
            except ShaderError as error:
                self._report(f"{address}/{name}", error)
                continue
            built.append(Filter(name, f"{address}/{name}", player, sources))

    def _rehearse(self, player: IsfPlayer, sources: Mapping[str, str]) -> None:
        """Lets the driver compile now what it would compile at the first draw."""
        if self._kit.rehearse:
            self._kit.rehearse(player.isf, formats(player.isf.images, sources))

    def _report(self, address: str, error: Exception) -> None:
        found = error.problems if isinstance(error, InstallationError) else (Problem(f"{address}: {error}"),)
        self._problems.extend(found)
        log.error("%s is left out: %s", address, error)

    # -- taking the place of another -----------------------------------------------------------------------------------

    def bind(self, parameters: ParameterOf) -> None:
        """Finds the parameters of its layers and effects: before the first frame, and when they were declared anew."""
        for slot in self._slots:
            slot.parameters = parameters(slot.address)
            for effect in slot.filters:
                effect.parameters = parameters(effect.address)
            if isinstance(slot.view, Stack):
                slot.view.bind(parameters)
        for effect in self._filters:
            effect.parameters = parameters(effect.address)

    def inherit(self, before: Stack) -> None:
        """Edited shaders go on from the pictures that their older versions have grown."""
        olds = {slot.address: slot for slot in before._slots}
        for slot in self._slots:
            old = olds.get(slot.address)
            if old is None:
                continue
            if isinstance(slot.view, Stack) and isinstance(old.view, Stack):
                slot.view.inherit(old.view)
            elif isinstance(slot.view, ShaderView) and isinstance(old.view, ShaderView) and slot.view is not old.view:
                slot.view.player.inherit(old.view.player)
            elif isinstance(slot.view, MarksView) and isinstance(old.view, MarksView) and slot.view is not old.view:
                slot.view.inherit(old.view)
            _inherit(slot.filters, old.filters)
        _inherit(self._filters, before._filters)

    def owned(self) -> set[int]:
        """The ids of the views and players that it holds, so that another stack's end leaves them be."""
        found = {id(effect.player) for effect in self._filters}
        for slot in self._slots:
            found |= {id(slot.view), *(id(effect.player) for effect in slot.filters)}
            if isinstance(slot.view, Stack):
                found |= slot.view.owned()
        return found

    def seen(self) -> Iterator[tuple[str, Slot]]:
        """The layers that the newest frame drew, the uppermost first, with their addresses below the scene."""
        for slot in reversed(self._slots):
            if slot.failed or not slot.visible or float(slot.values.get("opacity", 0.0)) <= 0.0:
                continue
            if isinstance(slot.view, Stack):
                yield from slot.view.seen()
            yield slot.address.split("/", 3)[3], slot

    def resize(self, size: tuple[int, int]) -> None:
        """Draws at another size from now on. What shaders have grown is kept, scaled."""
        if size == self._size:
            return
        for target in (*self._scratch, self.light, self.picture):
            target.close()
        self._make_targets(size)
        for slot in self._slots:
            if slot.picture:
                slot.picture.close()
                slot.picture = Target(self._kit.device, *size, self._kit.screen.form)
            if isinstance(slot.view, Stack):
                slot.view.resize(size)

    # -- the upload walk -----------------------------------------------------------------------------------------------

    def prepare(self, moment: Moment, values: Values, images: Mapping[str, Texture]) -> None:
        for slot in self._slots:
            if slot.failed:
                continue
            slot.values = current(slot.parameters)
            opacity = float(slot.values["opacity"])
            slot.visible = opacity > 0.0 or slot.picture is not None
            if not slot.visible:
                continue
            try:
                slot.images = {name: self._image(source, moment) for name, source in slot.sources.items()}
                if isinstance(slot.view, TextView) and isinstance(slot.spec, schema.TextLayer) and slot.spec.tells:
                    slot.view.mark = self._opened(slot.spec.tells, moment)
                elif isinstance(slot.view, TextView) and isinstance(slot.spec, schema.TextLayer) and slot.spec.counts:
                    slot.view.mark = self._counted(slot.spec.counts, moment)
                slot.view.prepare(moment, slot.values, slot.images)
                for effect in slot.filters:
                    self._prepare_filter(effect, moment)
                straight = bool(slot.filters) or not slot.view.premultiplied
                slot.lay = self._kit.screen.prepare_lay(opacity, slot.spec.blend, straight)
            except Exception as error:  # one layer's bug must not end the show
                self._fail(slot, error)
        for effect in self._filters:
            self._prepare_filter(effect, moment)

    def _opened(self, name: str, moment: Moment) -> Any:
        """The mark of a layer that a visitor has opened, or the stream that they stand on; None when there is none."""
        found = next((slot for slot in self._slots if slot.spec.name == name), None)
        if found is None or found.failed or not found.visible or moment.telling is None:
            return None
        return moment.telling.of(found.spec, found.view, moment)

    def _counted(self, name: str, moment: Moment) -> Any:
        """The streams of a layer, whose words a text takes; None where it can't be drawn."""
        found = next((slot for slot in self._slots if slot.spec.name == name), None)
        if found is None or found.failed or moment.telling is None:
            return None
        return moment.telling.streaming(found.spec, found.view)

    def _prepare_filter(self, effect: Filter, moment: Moment) -> None:
        effect.images = {name: self._image(source, moment) for name, source in effect.sources.items()}
        effect.images["inputImage"] = self._scratch[0].texture  # every candidate has this size
        effect.player.prepare(
            current(effect.parameters), effect.images, moment.size, moment.seconds, moment.delta, moment.date
        )

    def _image(self, source: str, moment: Moment) -> Texture:
        kind, _, rest = source.partition(".")
        if kind == "layer":
            found = next((s.picture for s in self._slots if s.spec.name == rest), None)
            return found.texture if found else self._kit.screen.black
        if source == "below":
            return self._below
        return self._feeds.texture(source, moment) or self._kit.screen.black

    def _fail(self, slot: Slot, error: Exception) -> None:
        slot.failed = True
        name = slot.spec.name
        self._problems.append(Problem(f'layer "{name}" stopped: {error}', hint="the other layers play on"))
        log.exception("layer %s stopped", name)

    # -- the draw walk -------------------------------------------------------------------------------------------------

    def draw(self, images: Mapping[str, Texture], target: Target) -> None:
        """Draws the stack, display-referred, into `target`."""
        screen = self._kit.screen
        self.light.clear()
        for slot in self._slots:
            if slot.failed or not slot.visible:
                continue
            if slot.develop:
                screen.develop(self.light.texture, self.picture, True)
            try:
                self._draw_slot(slot)
            except Exception as error:  # as above
                self._fail(slot, error)
        source = self._scratch[0] if self._filters else target
        screen.develop(self.light.texture, source, self._opaque)
        self._through(self._filters, self._scratch[0], target)

    def _draw_slot(self, slot: Slot) -> None:
        screen = self._kit.screen
        first, second = self._scratch
        own = slot.picture or first
        if not slot.filters:
            slot.view.draw(slot.images, own)
        else:
            slot.view.draw(slot.images, first)
            source = first
            if slot.view.premultiplied:
                screen.straighten(first.texture, second)
                source = second
            own = slot.picture or self._spare(source, source)
            self._through(slot.filters, source, own)
        screen.lay(own.texture, self.light, slot.spec.blend, slot.lay)

    def _through(self, filters: Sequence[Filter], source: Target, target: Target) -> None:
        """Runs a picture through filters, the last one into `target`."""
        for number, effect in enumerate(filters):
            last = number == len(filters) - 1
            into = target if last else self._spare(source, target)
            effect.images["inputImage"] = source.texture
            effect.player.draw(effect.images, into)
            source = into

    def _spare(self, source: Target, target: Target) -> Target:
        """A target that is neither being read nor the last one."""
        candidates = (*self._scratch, self.picture)
        return next(t for t in candidates if t is not source and t is not target)

    # -- as a layer, when it is a group --------------------------------------------------------------------------------

    def restart(self) -> None:
        for slot in self._slots:
            slot.view.restart()
            for effect in slot.filters:
                effect.player.restart()
        for effect in self._filters:
            effect.player.restart()

    def close(self, kept: Collection[int] = ()) -> None:
        """Frees everything but the views and players whose ids are `kept`: another stack plays them."""
        for slot in self._slots:
            if isinstance(slot.view, Stack):
                slot.view.close(kept)
            elif id(slot.view) not in kept:
                slot.view.close()
            _close(slot.filters, kept)
            if slot.picture:
                slot.picture.close()
        _close(self._filters, kept)
        for target in (*self._scratch, self.light, self.picture):
            target.close()


def _inherit(filters: Sequence[Filter], olds: Sequence[Filter]) -> None:
    for effect in filters:
        for old in olds:
            if old.address == effect.address and old.player is not effect.player:
                effect.player.inherit(old.player)


def _close(filters: Sequence[Filter], kept: Collection[int]) -> None:
    for effect in filters:
        if id(effect.player) not in kept:
            effect.player.close()


def _node(layer: schema.Layer) -> Node:
    feeds = list(layer.inputs.values()) if isinstance(layer, schema.ShaderLayer) else []
    for effect in layer.effects:
        feeds += effect.inputs.values()
    reads = tuple(feed.removeprefix("layer.") for feed in feeds if feed.startswith("layer."))
    return Node(layer.name, reads, "below" in feeds)
