"""Writes the JSON Schema with which editors complete, explain and check show files (`installation schema`).

It is made from the models of `schema` and the parameters of `catalogue`, so it can't say anything else than they do.
Never used for checking by the engine itself.
"""

from __future__ import annotations

from typing import Any, Literal

from installation.params import SIZES, Param
from installation.scene import fields, schema
from installation.scene.catalogue import PARAMS

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
_CUE_NUMBERS = ("number", "goto", "start")


def json_schema(kind: Literal["show", "scene", "site"]) -> dict[str, Any]:
    """The JSON Schema of a kind of file."""
    model, title = _MODELS[kind]
    made = _plain(model.model_json_schema(by_alias=True))
    for layer, definition in _LAYERS.items():
        if definition in made.get("$defs", {}):
            properties = {param.name: _param(param) for param in PARAMS[layer]}
            params = made["$defs"][definition]["properties"]["params"]
            params.update(properties=properties, additionalProperties=False)
    return {"$schema": DRAFT, "title": title, **{key: value for key, value in made.items() if key != "title"}}


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
    elif param.kind == "text":
        return {"type": "string", "description": param.help, "default": param.default}
    else:
        constants = [number]
    unit = f" ({param.unit})" if param.unit else ""
    default = list(param.default) if isinstance(param.default, tuple) else param.default
    return {"description": f"{param.help}{unit}", "default": default, "anyOf": [*constants, EXPRESSION]}
