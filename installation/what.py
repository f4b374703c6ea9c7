"""Finds what `installation render WHAT` means: a show, one scene, or one ISF shader. All three become a show.

A shader becomes a scene of one layer, a filter's or transition's images fed by the files that are given; so there is
one way of drawing, whatever is drawn. Draws nothing. Called by the command line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from installation.errors import CommandError, did_you_mean
from installation.params import Param
from installation.resources import search_path
from installation.scene import isf, schema
from installation.scene.catalogue import OPACITY
from installation.scene.listening import SOUNDS
from installation.scene.load import SHOW_FILE, Scene, Show, find_show, load_scene, load_show
from installation.scene.source import Document

Shaded = TypeVar("Shaded", schema.ShaderLayer, schema.Effect)
FILTERED = "inputImage"
"""The image that a filter gets from what it is laid on."""

SENSED = {"mask": "camera.mask", "flow": "camera.flow"}
"""What feeds an image input of these names when nothing else does."""


def find_what(what: str, images: Sequence[str]) -> Show:
    """The show that `what` names. `images` are [NAME=]PATH. Raises InstallationError."""
    fed = dict(_image(text) for text in images)
    if what.endswith(".fs"):
        return shader_show(find_shader(what), fed)
    if what.endswith((".yaml", ".yml")) and Path(what).name != SHOW_FILE:
        return _feed(load_scene(Path(what)), fed)
    show, _, scene = what.rpartition("/")
    if show and scene != SHOW_FILE and not Path(what).is_dir():
        return _feed(load_scene(find_show(show) / "scenes" / f"{scene}.yaml"), fed)
    return _feed(load_show(what), fed)


def _image(text: str) -> tuple[str, Path]:
    name, _, rest = text.partition("=") if "=" in text and not Path(text).is_file() else ("", "", text)
    path = Path(rest).expanduser()
    if not path.is_file():
        raise CommandError(
            f'there is no picture or film "{rest}"', hint="--image NAME=PATH, or --image PATH for all inputs"
        )
    return name, path.resolve()


def find_shader(what: str) -> Path:
    """A shader's file: a path, or the name of one that ships. Raises CommandError."""
    path = Path(what).expanduser()
    if path.is_file():
        return path
    folders = search_path("shaders")
    for folder in folders:
        if (folder / what).is_file():
            return folder / what
    known = [p.name for folder in folders for p in folder.glob("*.fs")]
    raise CommandError(f'there is no shader "{what}"', hint=did_you_mean(what, known, label="shaders"))


def shader_show(path: Path, fed: dict[str, Path]) -> Show:
    """One ISF file as a show of one scene of one layer. Raises ShaderError or CommandError."""
    parsed = isf.load(path)
    unheard = [image.name for image in parsed.inputs if image.kind not in SOUNDS]
    inputs = dict.fromkeys(unheard, f"media.{fed['']}") if "" in fed else {}
    inputs |= {name: feed for name, feed in SENSED.items() if name in parsed.images and name not in inputs}
    inputs |= {name: f"media.{path}" for name, path in fed.items() if name}
    _all_used(fed, {*parsed.images, "" if unheard else "none"}, path.name, parsed.images)
    layer = schema.ShaderLayer(name="shader", kind="shader", shader=path.name, inputs=inputs)
    file = schema.SceneFile(title=path.stem, layers=[layer])
    specs: tuple[Param, ...] = (OPACITY, *(p for p in parsed.params if p.name != "opacity"))
    params = {f"/scene/shader/shader/{spec.name}": (spec, spec.default) for spec in specs}
    nowhere = Document(str(path), "", {})
    scene = Scene("shader", path, file, {path.name: parsed}, params, {}, {}, {}, nowhere)
    return Show(path.stem, path.parent, schema.ShowFile(title=path.stem), {"shader": scene}, nowhere)


def _feed(show: Show, fed: dict[str, Path]) -> Show:
    """The same show with the image inputs of its shaders fed by files. Raises CommandError for one that none takes."""
    if not fed:
        return show
    used: set[str] = set()
    scenes = {}
    for name, scene in show.scenes.items():
        file = scene.file
        layers = [_fed_layer(layer, scene, fed, used) for layer in file.layers]
        effects = [_fed_shader(effect, scene, fed, used) for effect in file.effects]
        scenes[name] = replace(scene, file=file.model_copy(update={"layers": layers, "effects": effects}))
    _all_used(
        fed, used, show.name, {image for s in show.scenes.values() for i in s.shaders.values() for image in i.images}
    )
    return replace(show, scenes=scenes)


def _fed_layer(layer: schema.Layer, scene: Scene, fed: dict[str, Path], used: set[str]) -> schema.Layer:
    changes: dict[str, object] = {"effects": [_fed_shader(effect, scene, fed, used) for effect in layer.effects]}
    if isinstance(layer, schema.GroupLayer):
        changes["layers"] = [_fed_layer(inner, scene, fed, used) for inner in layer.layers]
    fresh = layer.model_copy(update=changes)
    return _fed_shader(fresh, scene, fed, used) if isinstance(fresh, schema.ShaderLayer) else fresh


def _fed_shader(one: Shaded, scene: Scene, fed: dict[str, Path], used: set[str]) -> Shaded:
    """A layer or effect with files for its images: those that are named, and the unnamed one for what has no source."""
    inputs = dict(one.inputs)
    for given in scene.shaders[one.shader].inputs:
        image = given.name
        name = image if image in fed else ""
        if isinstance(one, schema.Effect) and image == FILTERED:
            continue
        if name in fed and (name or (image not in one.inputs and given.kind not in SOUNDS)):
            inputs[image] = f"media.{fed[name]}"
            used.add(name)
    return one.model_copy(update={"inputs": inputs})


def _all_used(fed: dict[str, Path], used: set[str], where: str, images: Iterable[str]) -> None:
    for name in fed:
        if name not in used:
            missing = f'no image input "{name}"' if name else "no image input without a source"
            raise CommandError(f"{where} has {missing}", hint=did_you_mean(name, images, label="image inputs"))
