"""Writes what somebody starts from: a small show, or one shader, that plays at once. Every line that may be changed is explained.

Nothing is ever written over. Called by `installation new`.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import get_args

from installation.errors import CommandError
from installation.resources import resource
from installation.scene.isf import IsfKind

SHOW = """\
# yaml-language-server: $schema={schema}/show.schema.json
title: {title}
canvas: {{width: 1920, height: 1080}}
seed: 7                # another number, another night
cues:
  - number: 1
    name: Dawn
    scene: dawn        # scenes/dawn.yaml
    fade: 3            # seconds
  - number: 2
    name: Noon
    scene: noon
    fade: 5
    transition: dissolve.fs
"""
DAWN = """\
# yaml-language-server: $schema={schema}/scene.schema.json
title: Dawn
layers:
  # Layers lie over each other, the first at the bottom.
  - name: sky
    kind: shader
    shader: {name}.fs             # in this show's folder shaders/
    params:
      warmth: "= 0.5 + 0.3 * sin(time * 0.2)"   # = begins an expression
  - name: visitor
    kind: camera
    show: silhouette
    blend: add
    opacity: 0.35
    params: {{color: "#ffb36b", soft: 0.6}}
  - name: words
    kind: text
    text: "{title}"
    params: {{position: [0.06, 0.1], size: 0.07}}
"""
NOON = """\
# yaml-language-server: $schema={schema}/scene.schema.json
title: Noon
values:
  seconds: "= floor(time)"
layers:
  - name: sky
    kind: shader
    shader: {name}.fs
    params: {{warmth: 0.1, height: 0.8}}
  - name: words
    kind: text
    text: "{{seconds:.0f}} seconds of noon"
    params: {{position: [0.06, 0.1], size: 0.05}}
"""
SHADER = """\
/*{
  "DESCRIPTION": "A slow band of light over a dark wall: a place to start from.",
  "CREDIT": "",
  "ISFVSN": "2",
  "CATEGORIES": ["generator"],
  "INPUTS": [
    {"NAME": "warmth", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.5, "LABEL": "From cold to warm"},
    {"NAME": "height", "TYPE": "float", "MIN": 0.0, "MAX": 1.0, "DEFAULT": 0.4, "LABEL": "Where the light lies"}
  ]
}*/

void main() {
  vec2 p = isf_FragNormCoord;
  float drift = 0.05 * sin(p.x * 5.0 + TIME * 0.3) + 0.03 * sin(p.x * 11.0 - TIME * 0.2);
  float band = exp(-18.0 * pow(p.y - height - drift, 2.0));
  vec3 light = mix(vec3(0.25, 0.55, 0.6), vec3(0.95, 0.5, 0.3), warmth);
  gl_FragColor = vec4(light * band * 0.8, 1.0);
}
"""
README = """\
# {title}

A show for the installation engine. `show.yaml` holds the cue list, `scenes/` one file a scene, `shaders/` its ISF
shaders. Sign yours: CREDIT in a shader's header is printed with the show's credits.

    installation run {folder}       # play it
    installation check {folder}     # find every mistake
    installation cue go             # the next cue, while it plays
"""


def write_starter(name: str, parent: Path) -> Path:
    """Makes `parent`/shows/`name`. Raises CommandError when the name can't be a folder's, or is taken."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", name):
        raise CommandError(f"\"{name}\" can't be a show's name", hint="small letters, digits and _, a letter first")
    folder = parent / "shows" / name
    if folder.exists():
        raise CommandError(f"{folder} is there already", hint="choose another name")
    title = name.replace("_", " ").capitalize()
    words = {"title": title, "name": name, "schema": "../schema", "folder": folder}
    scene_words = {**words, "schema": "../../schema"}
    files = {
        "show.yaml": SHOW.format(**words),
        "scenes/dawn.yaml": DAWN.format(**scene_words),
        "scenes/noon.yaml": NOON.format(**scene_words),
        f"shaders/{name}.fs": SHADER,
        "README.md": README.format(**words),
    }
    try:
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, "utf-8")
        write_schemas(parent / "shows" / "schema")
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)  # half a show is none
        raise CommandError(f"{folder} can't be written: {error.strerror}") from None
    return folder


def write_shader(name: str, kind: IsfKind, folder: Path) -> Path:
    """Makes `folder`/NAME.fs, a commented shader of a kind. Raises CommandError when the name is none, or is taken."""
    stem = name.removesuffix(".fs")
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", stem):
        raise CommandError(f"\"{name}\" can't be a shader's name", hint="small letters, digits and _, a letter first")
    path = folder / f"{stem}.fs"
    text = (resource("shaders") / "starters" / f"{kind}.fs").read_text("utf-8").replace("STARTER", stem)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise CommandError(f"{path} is there already", hint="choose another name") from None
    except OSError as error:
        raise CommandError(f"{path} can't be written: {error.strerror}") from None
    return path


def write_schemas(folder: Path) -> None:
    """The JSON Schemas beside the shows, for editors."""
    from installation.scene.editors import FileKind, schema_text

    folder.mkdir(parents=True, exist_ok=True)
    for kind in get_args(FileKind):
        (folder / f"{kind}.schema.json").write_text(schema_text(kind), "utf-8")
