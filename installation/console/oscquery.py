"""The parameter tree in OSCQuery's words: what each address answers over HTTP, as JSON.

A node's attributes are made from what the engine declares (`feed`) and nothing else. What somebody has no right to change is
told as read-only, what they have no right to do as having no access. Attributes are arrays with an item for each OSC type, as
the proposal has it. A press (`I`) is readable, and its value null: clients that know no write-only nodes read the whole tree
then. Pure: no request, no socket. Called by `query_app`, which answers over HTTP and WebSocket.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import Any, TypeAlias
from urllib.parse import unquote_plus

from installation.console.feed import Feed, Node

ATTRIBUTES = (
    "FULL_PATH", "CONTENTS", "TYPE", "ACCESS", "VALUE", "RANGE", "DESCRIPTION", "TAGS", "EXTENDED_TYPE", "UNIT", "CRITICAL",
    "CLIPMODE", "OVERLOADS",
)  # fmt: skip
"""Those that may be asked for one by one, besides HOST_INFO."""
COMMANDS = ("LISTEN", "IGNORE", "PATH_CHANGED", "PATH_ADDED", "PATH_REMOVED", "PATH_RENAMED")
READ, WRITE = 1, 2
TYPES = {"float": "f", "bool": "T", "long": "i", "point2D": "ff", "color": "ffff", "text": "s", "event": "I"}
PARTS = {
    "color": ["color.red", "color.green", "color.blue", "color.alpha"],
    "point2D": ["position.x", "position.y"],
}
"""What the numbers of a kind are, one by one."""
NUMBERS = ("float", "long", "point2D", "color")

Json: TypeAlias = dict[str, Any]


class Asked:
    """What a query string asks for: everything, HOST_INFO, one attribute, or something that isn't known ("?")."""

    def __init__(self, query: str) -> None:
        word = unquote_plus(query).removesuffix("=")
        self.everything = not word
        self.attribute = word if word in ATTRIBUTES or word == "HOST_INFO" else "?"


class Tree:
    """The folders of the feed's tree, built once for each of its revisions.

    A parameter with others below its own address (a scene's `year`, and a layer of that name) is told as `.../year/value`: many
    clients take a node for a folder or for a value, and refuse, or lose, what is both.
    """

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._revision = -1
        self._folders: dict[str, dict[str, str]] = {}
        self._meant: dict[str, str] = {}
        self._told: dict[str, str] = {}

    def has(self, path: str) -> bool:
        self._build()
        return path in self._folders or path in self._meant

    def meant(self, path: str) -> str | None:
        """The address of the feed that a node is told of by this path; None for a folder, or nothing."""
        self._build()
        return self._meant.get(path)

    def told(self, address: str) -> str | None:
        """The path by which an address of the feed is told."""
        self._build()
        return self._told.get(address)

    def json(self, path: str, rights: Collection[str]) -> Json:
        """A node with all below it. KeyError where there is none."""
        self._build()
        told = self._alone(path, rights)
        if (below := self._folders.get(path)) is not None:
            told["CONTENTS"] = {name: self.json(address, rights) for name, address in below.items()}
        return told

    def attribute(self, path: str, name: str, rights: Collection[str]) -> Json | None:
        """{NAME: ...}, {} where a node has no such attribute, None where its ACCESS forbids to read its value. KeyError for
        no node."""
        self._build()
        told = self.json(path, rights) if name == "CONTENTS" else self._alone(path, rights)
        if name == "VALUE" and not told["ACCESS"] & READ:
            return None
        return {name: told[name]} if name in told else {}

    def _alone(self, path: str, rights: Collection[str]) -> Json:
        """Everything of a node but its CONTENTS. KeyError where there is none."""
        address = self._meant.get(path)
        if address is not None:
            return attributes(self._feed.nodes[address], path, rights)
        if path not in self._folders:
            raise KeyError(path)
        return {"FULL_PATH": path, "ACCESS": 0}

    def _build(self) -> None:
        if self._revision == self._feed.revision:
            return
        self._revision = self._feed.revision
        nodes = self._feed.nodes
        above = {address.rpartition("/")[0] for address in nodes}
        for address in list(above):
            while address := address.rpartition("/")[0]:
                above.add(address)
        self._told = {address: address for address in nodes if address not in above}
        for address in above.intersection(nodes):
            if (path := f"{address}/value") not in nodes and path not in above:  # else there is no room for it
                self._told[address] = path
        self._meant = {path: address for address, path in self._told.items()}
        self._folders = {"/": {}}
        for path in self._meant:
            while path != "/":
                folder, _, name = path.rpartition("/")
                siblings = self._folders.setdefault(folder or "/", {})
                if name in siblings:
                    break
                siblings[name] = path
                path = folder or "/"


def attributes(node: Node, path: str, rights: Collection[str]) -> Json:
    """Everything of one node but its CONTENTS. `path`: where it is told of."""
    declared = node.declared
    types = tags_of(declared)
    told: Json = {"FULL_PATH": path, "TYPE": types, "ACCESS": access(declared, rights)}
    if told["ACCESS"] & READ:
        told["VALUE"] = value(declared, node.value)
    told["DESCRIPTION"] = description(declared)
    told["TAGS"] = [_tag(declared)]
    if types == "I":
        told["CRITICAL"] = True
    told |= _of_numbers(declared, len(types))
    if others := declared.get("types", ())[1:]:
        told["OVERLOADS"] = [_overload(told, other) for other in others]
    return told


def tags_of(declared: Mapping[str, Any]) -> str:
    """The OSC type tags of what is sent and taken."""
    types = declared.get("types")
    return str(types[0]) if types else TYPES[declared["kind"]]


def access(declared: Mapping[str, Any], rights: Collection[str]) -> int:
    """1 read, 2 write, 3 both; 0 for what only acts, and somebody may not."""
    acts = tags_of(declared) == "I"
    whole = READ | WRITE if acts else int(declared["access"])
    if declared["right"] in rights:
        return whole
    return 0 if acts else whole & READ


def value(declared: Mapping[str, Any], given: Any) -> list[Any]:
    """A value as JSON, one item for each type: a number that is none becomes null, and so does a press."""
    if tags_of(declared) == "I":
        return [None]
    parts = given if isinstance(given, list) else [given]
    return [None if isinstance(part, float) and not math.isfinite(part) else part for part in parts]


def arguments(node: Node) -> list[object] | None:
    """The value as arguments of an OSC message; None for what has none to be told."""
    declared, given = node.declared, node.value
    kind = declared["kind"]
    if tags_of(declared) == "I" or given is None:
        return None
    if kind in ("float", "point2D", "color"):
        return [float(part) for part in (given if isinstance(given, list) else [given])]
    return [bool(given) if kind == "bool" else int(given) if kind == "long" else str(given)]


def description(declared: Mapping[str, Any]) -> str:
    """Its help, and what the values of a choice are called."""
    text = str(declared["help"])
    labels = declared.get("labels")
    if not labels:
        return text
    called = ", ".join(f"{value}: {label}" for value, label in zip(declared.get("values", ()), labels, strict=False))
    return f"{text} {called}".strip()


def _tag(declared: Mapping[str, Any]) -> str:
    address = str(declared["address"])
    return "signal" if address.startswith("/sense/") else "verb" if declared["kind"] == "verb" else "parameter"


def _of_numbers(declared: Mapping[str, Any], size: int) -> Json:
    """RANGE, CLIPMODE, UNIT, EXTENDED_TYPE: what only numbers have. `size`: how many of them."""
    kind = declared["kind"]
    if kind not in NUMBERS:
        return {}
    told: Json = {}
    low, high, values = declared.get("low"), declared.get("high"), declared.get("values")
    ends = {name: end for name, end in (("MIN", low), ("MAX", high)) if end is not None}
    if values and kind == "long":
        told["RANGE"] = [{"VALS": values}]
        told["CLIPMODE"] = ["none"]
    else:
        if ends:
            told["RANGE"] = [ends] * size
        told["CLIPMODE"] = [{0: "none", 2: "both"}.get(len(ends), "low" if low is not None else "high")] * size
    if unit := declared.get("unit"):
        told["UNIT"] = [unit] * size
    if parts := PARTS.get(kind):
        told["EXTENDED_TYPE"] = parts
    return told


def _overload(told: Json, types: str) -> Json:
    """Another way to say the same to a node: with text, or with a fade's seconds after it."""
    return {
        "FULL_PATH": told["FULL_PATH"],
        "TYPE": types,
        "ACCESS": told["ACCESS"] & WRITE,
        "DESCRIPTION": told["DESCRIPTION"],
    }


def host_info(about: Mapping[str, Any], name: str, reached: tuple[str, int], anywhere: bool) -> Json:
    """What HOST_INFO says. `reached`: the address and port of this machine that the client came by; `anywhere`: whether OSC
    listens at all of its addresses, so at that one too."""
    told: Json = {
        "NAME": name,
        "EXTENSIONS": {**dict.fromkeys((*ATTRIBUTES[3:], *COMMANDS), True), "HTML": False},
    }
    if about.get("port"):
        told["OSC_IP"] = reached[0] if anywhere else about["host"]
        told["OSC_PORT"] = about["port"]
        told["OSC_TRANSPORT"] = "UDP"
    return {**told, "WS_IP": reached[0], "WS_PORT": reached[1]}
