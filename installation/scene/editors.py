"""Writes the JSON Schema with which editors complete, explain and check show files (`installation schema`).

It is made from the models of `schema`, the parameters of `catalogue` and the headers of the shaders, so it can't say anything
else than they do. A shader that it doesn't know may have any parameters. Never used for checking by the engine itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, TypeAlias

from installation.errors import ShaderError
from installation.params import SIZES, Param
from installation.resources import resource
from installation.scene import fields, isf, schema
from installation.scene.catalogue import PARAMS
from installation.scene.library import every_shader

FileKind: TypeAlias = Literal["show", "scene", "site"]
DRAFT = "http://json-schema.org/draft-07/schema#"
"""What yaml-language-server, and so most editors, understand best."""

EXPRESSION: dict[str, Any] = {"type": "string", "pattern": r"^\s*=", "description": 'An expression: "= 0.5 + time".'}

_MODELS: dict[str, tuple[type[fields.Model], str]] = {
    "show": (schema.ShowFile, "A show: show.yaml"),
    "scene": (schema.SceneFile, "A scene: scenes/NAME.yaml"),
    "site": (schema.SiteFile, "A site: the building that a show plays in"),
}
_LAYERS = {
    "marks": "MarksLayer",
    "flows": "FlowsLayer",
    "camera": "CameraLayer",
    "text": "TextLayer",
    "media": "MediaLayer",
    "group": "GroupLayer",
}
_CUE_NUMBERS = ("number", "goto", "start", "id", "items")


def schema_text(kind: FileKind, folder: Path | None = None) -> str:
    """The JSON Schema of a kind of file as its own file holds it."""
    return json.dumps(json_schema(kind, folder), indent=1, ensure_ascii=False) + "\n"


def json_schema(kind: FileKind, folder: Path | None = None) -> dict[str, Any]:
    """The JSON Schema of a kind of file. It knows the shaders that ship; of a show's `folder` that show's own as well."""
    model, title = _MODELS[kind]
    made = _plain(model.model_json_schema(by_alias=True))
    definitions = made.get("$defs", {})
    for layer, definition in _LAYERS.items():
        if definition in definitions:
            properties = {param.name: _param(param) for param in PARAMS[layer]}
            params = definitions[definition]["properties"]["params"]
            params.update(properties=properties, additionalProperties=False)
    if kind == "scene":
        shaders = [shader for shader in _shaders(folder) if shader.kind != "transition"]
        definitions["expression"] = EXPRESSION
        definitions.update((_key(shader), _params(shader)) for shader in shaders)
        _by_shader(definitions["ShaderLayer"], shaders)
        _by_shader(definitions["Effect"], [shader for shader in shaders if shader.kind == "filter"])
    elif kind == "show":
        transitions = [shader for shader in _shaders(folder) if shader.kind == "transition"]
        _named(definitions["Cue"]["properties"]["transition"], transitions)
    return {"$schema": DRAFT, "title": title, **{key: value for key, value in made.items() if key != "title"}}


def _shaders(folder: Path | None) -> list[isf.Isf]:
    """What can be read of the shaders; `installation check` tells what is wrong with the others."""
    paths = every_shader(folder) if folder else {path.name: path for path in resource("shaders").glob("*.fs")}
    found = []
    for _, path in sorted(paths.items()):
        try:
            found.append(isf.load(path))
        except ShaderError:
            continue
    return found


def _file(shader: isf.Isf) -> str:
    return Path(shader.path).name


def _key(shader: isf.Isf) -> str:
    """What its parameters are called in the schema: a name that needs no escapes there."""
    return re.sub(r"[^A-Za-z0-9_.-]", lambda found: f"_{ord(found[0]):x}_", _file(shader))


def _params(shader: isf.Isf) -> dict[str, Any]:
    properties = {param.name: _param(param) for param in shader.params}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _named(part: dict[str, Any], shaders: Iterable[isf.Isf]) -> None:
    """Completes a shader's name with what it is; any other name is right as well."""
    part.pop("type", None)
    known = [{"const": _file(shader), "description": _first(shader.description)} for shader in shaders]
    part["anyOf"] = [*known, {"type": "string"}]


def _first(text: str) -> str:
    """The first sentence of a description."""
    return text.partition(". ")[0].rstrip(".") + "."


def _by_shader(definition: dict[str, Any], shaders: Iterable[isf.Isf]) -> None:
    """What a layer or effect may set and feed, by the shader that it names."""
    known = list(shaders)
    _named(definition["properties"]["shader"], known)
    definition["allOf"] = [
        {
            "if": {"properties": {"shader": {"const": _file(shader)}}, "required": ["shader"]},
            "then": {
                "properties": {
                    "params": {"$ref": f"#/$defs/{_key(shader)}"},
                    "inputs": {"properties": {name: {} for name in shader.images}, "additionalProperties": False},
                }
            },
        }
        for shader in known
    ]


def _plain(part: Any, name: str = "") -> Any:
    """A part of pydantic's schema, in words and shapes that editors make good use of."""
    if isinstance(part, list):
        return [_plain(item) for item in part]
    if not isinstance(part, dict):
        return part
    made = {key: _plain(value, key) for key, value in part.items()}
    if name != "properties":
        # Titles are made from field names, and say nothing that the names don't.
        made = {key: value for key, value in made.items() if key not in ("title", "discriminator")}
    if "prefixItems" in made:
        items = made.pop("prefixItems")
        made["items"] = items[0] if all(item == items[0] for item in items) else items
    if "anyOf" in made:
        made["anyOf"] = [choice for choice in made["anyOf"] if choice != {"type": "null"}]
        kinds = [choice.get("type") for choice in made["anyOf"] if isinstance(choice, dict)]
        if name == "opacity":
            made["anyOf"] = [{"type": "number", "minimum": 0, "maximum": 1}, EXPRESSION]
        elif kinds == ["boolean", "integer", "number", "string", "array"]:
            del made["anyOf"]
            made |= {"type": ["boolean", "number", "string", "array"], "items": {"type": "number"}}
        elif len(made["anyOf"]) == 1:
            made |= made.pop("anyOf")[0]
        if made.get("default", 0) is None:
            del made["default"]
    if name in _CUE_NUMBERS and made.get("maxLength") == 40:
        made = {key: value for key, value in made.items() if key not in ("type", "maxLength", "anyOf", "default")}
        return {**made, "anyOf": [{"type": "string", "pattern": fields.CUE_NUMBER}, {"type": "number"}]}
    return made


def _param(param: Param) -> dict[str, Any]:
    """What may stand for a parameter: a constant in its range, or an expression."""
    bounds = {"minimum": param.low, "maximum": param.high}
    number = {"type": "number", **{key: value for key, value in bounds.items() if value is not None}}
    constants: list[dict[str, Any]]
    if param.kind == "color":
        channel = {"type": "number", "minimum": 0, "maximum": 1}
        constants = [
            {"type": "string", "pattern": fields.COLOUR},
            {"type": "array", "items": channel, "minItems": 3, "maxItems": 4},
        ]
    elif param.kind == "point2D":
        size = SIZES[param.kind]
        constants = [{"type": "array", "items": number, "minItems": size, "maxItems": size}]
    elif param.kind in ("bool", "event"):
        constants = [{"type": "boolean"}]
    elif param.values:
        constants = [{"enum": [*param.values, *param.labels]}]
    elif param.kind == "long":
        constants = [{**number, "type": "integer"}]
    elif param.kind == "text":
        return {"type": "string", "description": param.help, "default": param.default}
    else:
        constants = [number]
    unit = f" ({param.unit})" if param.unit else ""
    same = f" At {param.identity:g} it changes nothing." if isinstance(param.identity, int | float) else ""
    default = list(param.default) if isinstance(param.default, tuple) else param.default
    driven = {"$ref": "#/$defs/expression"}
    return {"description": f"{param.help.rstrip('.')}{unit}.{same}", "default": default, "anyOf": [*constants, driven]}
