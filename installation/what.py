"""Finds what `installation render WHAT` means: a show, one scene, or one ISF shader. All three become a show.

A shader becomes a scene of one layer, a filter's or transition's images fed by the files that are given; so there is one
way of drawing, whatever is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from installation.errors import CommandError, did_you_mean
from installation.params import Param
from installation.resources import search_path
from installation.scene import isf, schema
from installation.scene.catalogue import OPACITY
from installation.scene.load import Scene, Show, find_show, load_scene, load_show
from installation.scene.source import Document

SENSED = {"mask": "camera.mask", "flow": "camera.flow"}
"""What feeds an image input of these names when nothing else does."""


def find_what(what: str, images: Sequence[str]) -> Show:
    """The show that `what` names. `images` are [NAME=]PATH. Raises InstallationError."""
    fed = dict(_image(text) for text in images)
    if what.endswith(".fs"):
        return shader_show(find_shader(what), fed)
    if what.endswith((".yaml", ".yml")):
        return _feed(load_scene(Path(what)), fed)
    show, _, scene = what.rpartition("/")
    if show and not Path(what).is_dir():
        return _feed(load_scene(find_show(show) / "scenes" / f"{scene}.yaml"), fed)
    return _feed(load_show(what), fed)


def _image(text: str) -> tuple[str, Path]:
    name, equals, rest = text.partition("=")
    path = Path(rest if equals else text).expanduser()
    if not path.is_file():
        raise CommandError(
            f'there is no picture or film "{path}"', hint="--image NAME=PATH, or --image PATH for all inputs"
        )
    return (name if equals else ""), path.resolve()


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
    if unknown := sorted(set(fed) - {"", *parsed.images}):
        hint = did_you_mean(unknown[0], parsed.images, label="its image inputs") or "it has no image inputs"
        raise CommandError(f'{path.name} has no image input "{unknown[0]}"', hint=hint)
    inputs = dict.fromkeys(parsed.images, f"media.{fed['']}") if "" in fed else {}
    inputs |= {name: feed for name, feed in SENSED.items() if name in parsed.images and name not in inputs}
    inputs |= {name: f"media.{path}" for name, path in fed.items() if name}
    layer = schema.ShaderLayer(name="shader", kind="shader", shader=path.name, inputs=inputs)
    file = schema.SceneFile(title=path.stem, layers=[layer])
    specs: tuple[Param, ...] = (OPACITY, *(p for p in parsed.params if p.name != "opacity"))
    params = {f"/scene/shader/shader/{spec.name}": (spec, spec.default) for spec in specs}
    nowhere = Document(str(path), "", {})
    scene = Scene("shader", path, file, {path.name: parsed}, params, {}, {}, {}, nowhere)
    return Show(path.stem, path.parent, schema.ShowFile(title=path.stem), {"shader": scene}, nowhere)


def _feed(show: Show, fed: dict[str, Path]) -> Show:
    """The same show with the image inputs of its shader layers fed by files."""
    if not fed:
        return show
    used: set[str] = set()
    scenes = {}
    for name, scene in show.scenes.items():
        layers = [_fed_layer(layer, scene, fed, used) for layer in scene.file.layers]
        scenes[name] = replace(scene, file=scene.file.model_copy(update={"layers": layers}))
    if unused := sorted(set(fed) - used - {""}):
        raise CommandError(f'no shader layer has an image input "{unused[0]}"')
    return replace(show, scenes=scenes)


def _fed_layer(layer: schema.Layer, scene: Scene, fed: dict[str, Path], used: set[str]) -> schema.Layer:
    if not isinstance(layer, schema.ShaderLayer):
        return layer
    images = scene.shaders[layer.shader].images
    inputs = dict(layer.inputs)
    for image in images:
        if image in fed or ("" in fed and image not in inputs):
            inputs[image] = f"media.{fed.get(image, fed.get(''))}"
            used.add(image)
    return layer.model_copy(update={"inputs": inputs})
