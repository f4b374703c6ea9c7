"""What has come, gone, changed or been renamed between two states of the tree, in as few words as will do.

A node is gone with all below it when the highest address that nothing is left of is named; what has come likewise. What is gone
and has come again under another name at the same place, and is otherwise just the same, has been renamed, so that whoever listens
there goes on. Pure; called by `feed` when the engine has told a whole change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Literal, NamedTuple, TypeAlias

Word: TypeAlias = Literal["PATH_CHANGED", "PATH_ADDED", "PATH_REMOVED", "PATH_RENAMED"]
Shape: TypeAlias = Mapping[str, object]
"""What a node is declared as, without its number and its value."""

MOST = 64
"""Most changes that are told one by one; more are one change of what they have in common."""


class PathChange(NamedTuple):
    """`new` is the address after a renaming; "" else."""

    word: Word
    address: str
    new: str = ""


def changes(before: Mapping[str, Shape], after: Mapping[str, Shape]) -> list[PathChange]:
    """What is to be told, renamed ones first, then gone, come, changed ones."""
    folders_before, folders_after = _folders(before), _folders(after)
    changed = [one for one in {**before, **after} if one in folders_before and one in folders_after]
    changed = [one for one in changed if before.get(one) != after.get(one)]
    tops_gone = tops((one for one in before if one not in folders_after), folders_after)
    tops_come = tops((one for one in after if one not in folders_before), folders_before)
    renamed = _renamed(tops_gone, tops_come, before, after)
    news = set(renamed.values())
    told = [PathChange("PATH_RENAMED", old, new) for old, new in renamed.items()]
    told += [PathChange("PATH_REMOVED", address) for address in tops_gone if address not in renamed]
    told += [PathChange("PATH_ADDED", address) for address in tops_come if address not in news]
    told += [PathChange("PATH_CHANGED", address) for address in changed]
    if len(told) > MOST:
        return [PathChange("PATH_CHANGED", common(one.address for one in told))]
    return told


def tops(addresses: Iterable[str], kept: Collection[str]) -> list[str]:
    """The highest address above each of which nothing is kept, in order, each once."""
    found: dict[str, None] = {}
    for address in addresses:
        top = address
        while (above := top.rpartition("/")[0]) and above not in kept:
            top = above
        found[top] = None
    return list(found)


def common(addresses: Iterable[str]) -> str:
    """The lowest address that all of these are at or below; "/" at least."""
    parts: list[str] | None = None
    for address in addresses:
        here = address.split("/")
        if parts is None:
            parts = here
            continue
        same = 0
        while same < min(len(parts), len(here)) and parts[same] == here[same]:
            same += 1
        parts = parts[:same]
    return "/".join(parts or ()) or "/"


def _folders(tree: Iterable[str]) -> set[str]:
    """Every address of a tree, and every folder on the way to it."""
    found: set[str] = set()
    for address in tree:
        while address and address not in found:
            found.add(address)
            address = address.rpartition("/")[0]
    return found


def _renamed(
    gone: list[str], come: list[str], before: Mapping[str, Shape], after: Mapping[str, Shape]
) -> dict[str, str]:
    """Old to new addresses, where it is beyond doubt: one that is gone and one that has come are just the same below."""
    if not gone or not come:
        return {}
    old, new = _alike(gone, before), _alike(come, after)
    found = {}
    for key, addresses in old.items():
        others = new.get(key, [])
        if len(addresses) == len(others) == 1:
            found[addresses[0]] = others[0]
    return found


def _alike(tops: list[str], tree: Mapping[str, Shape]) -> dict[tuple[object, ...], list[str]]:
    """The addresses by what is declared there and below, and where they are."""
    below: dict[str, list[tuple[str, str]]] = {top: [] for top in tops}
    for address, shape in tree.items():
        top = address
        while top and top not in below:
            top = top.rpartition("/")[0]
        if top:
            below[top].append((address[len(top) :], repr(sorted(shape.items()))))
    found: dict[tuple[object, ...], list[str]] = {}
    for top, nodes in below.items():
        key = top.rpartition("/")[0], tuple(sorted(nodes))
        found.setdefault(key, []).append(top)
    return found
