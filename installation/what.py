"""Finds what `installation render WHAT` means: a show, one scene, or one ISF shader. All three become a show.

A shader becomes a scene: its images are fed by the files that are given, else by the camera or by the gallery's two pictures,
which lie below it unseen. So there is one way of drawing, whatever is drawn. Draws nothing. Called by the command line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from installation.errors import CommandError, did_you_mean
from installation.params import Value
from installation.resources import resource, search_path
from installation.scene import isf, schema
from installation.scene.catalogue import OPACITY
from installation.scene.check import Driven
from installation.scene.listening import SOUNDS
from installation.scene.load import SHOW_FILE, Scene, Show, find_show, load_scene, load_show
from installation.scene.source import Document, scan_yaml

Shaded = TypeVar("Shaded", schema.ShaderLayer, schema.Effect)
FILTERED = "inputImage"
"""The image that a filter gets from what it is laid on."""

USUAL = {
    "mask": "camera.mask",
    "flow": "camera.flow",
    "inputImage": "layer.day",
    "startImage": "layer.day",
    "endImage": "layer.night",
}
"""What feeds an image input of these names when nothing else does."""

PICTURE = "gallery/picture.fs"
"""The shader of the gallery's two pictures: the layers `day` and `night` of a shader that is drawn by itself."""


def usual_inputs(parsed: isf.Isf) -> dict[str, str]:
    """What feeds each image of a shader that is tried by itself, in a scene file's words. Cubes are fed by nothing."""
    found: dict[str, str] = {}
    for image in parsed.inputs:
        if image.kind != "cube":
            other = "layer.night" if "layer.day" in found.values() else "layer.day"
            found[image.name] = SOUNDS.get(image.kind) or USUAL.get(image.name, other)
    return found


def find_what(what: str, images: Sequence[str]) -> Show:
    """The show that `what` names. `images` are [NAME=]PATH. Raises InstallationError."""
    fed = dict(_image(text) for text in images)
    if what.endswith(".fs"):
        return shader_show(find_shader(what), fed)
    if what.endswith((".yaml", ".yml")) and Path(what).name != SHOW_FILE:
        return _feed(_one_scene(Path(what)), fed)
    show, _, scene = what.rpartition("/")
    if show and scene != SHOW_FILE and not Path(what).is_dir():
        return _feed(_one_scene(find_show(show) / "scenes" / f"{scene}.yaml"), fed)
    return _feed(load_show(what), fed)


def _one_scene(path: Path) -> Show:
    """A scene with its show's own seed, so that chance falls as it does on the night; the show's file may be wrong otherwise."""
    show = load_scene(path)
    document = scan_yaml(show.folder / SHOW_FILE)[0] if (show.folder / SHOW_FILE).is_file() else None
    given = document.data.get("seed") if document is not None and isinstance(document.data, dict) else None
    try:
        file = schema.ShowFile(title=show.file.title, seed=given or 0)
    except ValueError:
        return show  # checking the show tells what is wrong with it
    return replace(show, file=show.file.model_copy(update={"seed": file.seed}))


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
    """One ISF file as a show of one scene. A transition is half-way. Raises ShaderError or CommandError."""
    parsed = isf.load(path)
    unheard = [image.name for image in parsed.inputs if image.kind not in SOUNDS]
    _all_used(fed, {*parsed.images, "" if unheard else "none"}, path.name, parsed.images)
    inputs = usual_inputs(parsed)
    inputs |= {name: f"media.{fed['']}" for name in unheard if "" in fed}
    inputs |= {name: f"media.{path}" for name, path in fed.items() if name}
    layers = [schema.ShaderLayer(name="shader", kind="shader", shader=path.name, inputs=inputs)]
    params = _declared("shader", parsed, {"progress": 0.5} if parsed.kind == "transition" else {})
    shaders = {path.name: parsed}
    for name in ("night", "day"):
        if f"layer.{name}" in inputs.values():
            shaders[PICTURE] = isf.load(resource("shaders") / PICTURE)
            below = schema.ShaderLayer(name=name, kind="shader", shader=PICTURE, inputs={"mask": "camera.mask"})
            layers.insert(0, below)
            params |= _declared(name, shaders[PICTURE], {"opacity": 0.0, "night": name == "night"})
    file = schema.SceneFile(title=path.stem, layers=list(layers))
    nowhere = Document(str(path), "", {})
    scene = Scene("shader", path, file, shaders, params, {}, {}, {}, nowhere)
    return Show(path.stem, path.parent, schema.ShowFile(title=path.stem), {"shader": scene}, nowhere)


def _declared(layer: str, parsed: isf.Isf, given: Mapping[str, Value]) -> dict[str, Driven]:
    """A layer's parameters by address, at their defaults but for those that are given."""
    specs = (OPACITY, *(param for param in parsed.params if param.name != OPACITY.name))
    return {f"/scene/shader/{layer}/{spec.name}": (spec, given.get(spec.name, spec.default)) for spec in specs}


def own_address(show: Show, name: str) -> str:
    """A parameter's address where the shader that is drawn by itself has one of this name; else the name as it is."""
    address = f"/scene/shader/shader/{name}"
    return address if address in show.scenes["shader"].params else name


def look_at(show: Show, wanted: str) -> Show:
    """The same show with one pass of a shader as that shader's picture: `N`, counted from 1, or `SHADER.fs:N`.

    Raises CommandError, also for a bare number where several shaders have passes.
    """
    named, _, number = wanted.rpartition(":")
    drawn = {name: one for s in show.scenes.values() for name, one in s.shaders.items() if name != PICTURE}
    known = {**show.shaders, **drawn}
    several = [name for name, one in drawn.items() if len(one.passes) > 1] or list(drawn)
    name = named or (several[0] if len(several) == 1 else "")
    if name not in known:
        what = f'there is no shader "{name}" here' if name else "several shaders have passes"
        raise CommandError(what, hint=f"--pass SHADER.fs:N; {did_you_mean(name, several, label='with passes')}")
    count = len(known[name].passes)
    if not number.isdecimal() or not 1 <= int(number) <= count:
        raise CommandError(f'{name} has no pass "{number}"', hint=f"1 to {count}: installation check {name} lists them")
    seen = {name: replace(known[name], shown=int(number))}
    scenes = {
        key: replace(scene, shaders={**scene.shaders, **seen}) if name in scene.shaders else scene
        for key, scene in show.scenes.items()
    }
    return replace(show, scenes=scenes, shaders={**show.shaders, **seen} if name in show.shaders else show.shaders)


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
