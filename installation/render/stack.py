"""Draws a stack of layers: each into a picture, through its effects, and laid over what is below in linear light.

A layer that fails is left out from then on and listed as a problem; the rest plays on. One stack is a scene, or a group.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from installation.errors import InstallationError, Problem, ShaderError
from installation.gpu.textures import Target, Texture
from installation.params import Parameter
from installation.render.graph import Node, plan
from installation.render.isf_player import IsfPlayer
from installation.render.layers import LAYERS
from installation.render.layers.media import MediaView
from installation.render.moment import Kit, LayerView, Moment, Values
from installation.scene import schema

log = logging.getLogger(__name__)
ParameterOf = Callable[[str], Mapping[str, Parameter]]
"""Gives the parameters below an address, by name."""


@dataclass(slots=True)
class Filter:
    """An effect alive: its player, its parameters, and what feeds its other images."""

    name: str
    player: IsfPlayer
    parameters: Mapping[str, Parameter]
    sources: Mapping[str, str]
    images: dict[str, Texture] = field(default_factory=dict)


@dataclass(slots=True)
class Slot:
    """A layer alive with all that belongs to it."""

    name: str
    view: LayerView
    blend: str
    parameters: Mapping[str, Parameter]
    sources: Mapping[str, str]
    filters: list[Filter]
    picture: Target | None = None
    develop: bool = False
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

    def __init__(
        self,
        kit: Kit,
        layers: Sequence[schema.Layer],
        effects: Sequence[schema.Effect],
        address: str,
        parameters: ParameterOf,
        problems: list[Problem],
        opaque: bool = False,
    ) -> None:
        """`opaque`: a scene, over black. A group keeps its transparency."""
        self._kit = kit
        self._opaque = opaque
        self._problems = problems
        self._media: dict[str, MediaView] = {}
        width, height = kit.size
        self._scratch = [Target(kit.device, width, height, kit.screen.form) for _ in range(2)]
        self.light = Target(kit.device, width, height, "rgba16f")
        self.picture = Target(kit.device, width, height, kit.screen.form)
        self._below = self.picture.texture
        steps = {step.name: step for step in plan([_node(layer) for layer in layers])}
        self._slots: list[Slot] = []
        for layer in layers:
            slot = self._build(layer, f"{address}/{layer.name}", parameters)
            if slot:
                slot.develop = steps[layer.name].develop
                if steps[layer.name].keep:
                    slot.picture = Target(kit.device, width, height, kit.screen.form)
                self._slots.append(slot)
        self._filters = self._effects(effects, address, parameters)

    def _build(self, layer: schema.Layer, address: str, parameters: ParameterOf) -> Slot | None:
        """One layer, or None when it can't be built: the others play without it."""
        try:
            view: LayerView
            if isinstance(layer, schema.GroupLayer):
                view = Stack(self._kit, layer.layers, (), address, parameters, self._problems)
            else:
                view = LAYERS[layer.kind](self._kit, layer)
        except Exception as error:  # one layer's bug must not take the scene with it
            self._report(address, error)
            return None
        sources = dict(layer.inputs) if isinstance(layer, schema.ShaderLayer) else {}
        for source in sources.values():
            self._open_media(source)
        filters = self._effects(layer.effects, address, parameters)
        return Slot(layer.name, view, layer.blend, parameters(address), sources, filters)

    def _effects(self, effects: Sequence[schema.Effect], address: str, parameters: ParameterOf) -> list[Filter]:
        built: list[Filter] = []
        for effect in effects:
            name = effect.name or effect.shader.removesuffix(".fs")
            try:
                player = IsfPlayer(self._kit.device, self._kit.screen, self._kit.shaders[effect.shader])
            except ShaderError as error:
                self._report(f"{address}/{name}", error)
                continue
            for source in effect.inputs.values():
                self._open_media(source)
            built.append(Filter(name, player, parameters(f"{address}/{name}"), dict(effect.inputs)))
        return built

    def _open_media(self, source: str) -> None:
        kind, _, rest = source.partition(".")
        if kind == "media" and rest not in self._media:
            spec = schema.MediaLayer(name="input", kind="media", file=rest, fit="stretch")
            try:
                self._media[rest] = MediaView(self._kit, spec)
            except InstallationError as error:
                self._report(source, error)

    def _report(self, address: str, error: Exception) -> None:
        found = error.problems if isinstance(error, InstallationError) else (Problem(f"{address}: {error}"),)
        self._problems.extend(found)
        log.error("%s is left out: %s", address, error)

    # -- the upload walk ---------------------------------------------------------------------------------------------

    def prepare(self, moment: Moment, values: Values, images: Mapping[str, Texture]) -> None:
        for media in self._media.values():
            media.prepare(moment, {"start": 0.0, "speed": 1.0}, {})
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
                slot.view.prepare(moment, slot.values, slot.images)
                for effect in slot.filters:
                    self._prepare_filter(effect, moment)
                straight = bool(slot.filters) or not slot.view.premultiplied
                slot.lay = self._kit.screen.prepare_lay(opacity, slot.blend, straight)
            except Exception as error:  # one layer's bug must not end the show
                self._fail(slot, error)
        for effect in self._filters:
            self._prepare_filter(effect, moment)

    def _prepare_filter(self, effect: Filter, moment: Moment) -> None:
        effect.images = {name: self._image(source, moment) for name, source in effect.sources.items()}
        effect.images["inputImage"] = self._scratch[0].texture  # every candidate has this size
        effect.player.prepare(current(effect.parameters), effect.images, moment.size, moment.seconds, moment.delta)

    def _image(self, source: str, moment: Moment) -> Texture:
        kind, _, rest = source.partition(".")
        if source == "camera.mask":
            return moment.sensed.mask_texture
        if source == "camera.flow":
            return moment.sensed.flow_texture
        if kind == "layer":
            found = next((s.picture for s in self._slots if s.name == rest), None)
            return found.texture if found else self._kit.screen.black
        if kind == "media" and rest in self._media:
            return self._media[rest].texture
        return self._below if source == "below" else self._kit.screen.black

    def _fail(self, slot: Slot, error: Exception) -> None:
        slot.failed = True
        self._problems.append(Problem(f'layer "{slot.name}" stopped: {error}', hint="the other layers play on"))
        log.exception("layer %s stopped", slot.name)

    # -- the draw walk -----------------------------------------------------------------------------------------------

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
        screen.lay(own.texture, self.light, slot.blend, slot.lay)

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

    # -- as a layer, when it is a group ------------------------------------------------------------------------------

    def restart(self) -> None:
        for slot in self._slots:
            slot.view.restart()
            for effect in slot.filters:
                effect.player.restart()
        for effect in self._filters:
            effect.player.restart()

    def close(self) -> None:
        for slot in self._slots:
            slot.view.close()
            for effect in slot.filters:
                effect.player.close()
            if slot.picture:
                slot.picture.close()
        for effect in self._filters:
            effect.player.close()
        for media in self._media.values():
            media.close()
        for target in (*self._scratch, self.light, self.picture):
            target.close()


def _node(layer: schema.Layer) -> Node:
    feeds = list(layer.inputs.values()) if isinstance(layer, schema.ShaderLayer) else []
    for effect in layer.effects:
        feeds += effect.inputs.values()
    reads = tuple(feed.removeprefix("layer.") for feed in feeds if feed.startswith("layer."))
    return Node(layer.name, reads, "below" in feeds)
