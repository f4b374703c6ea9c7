"""A status as JSON that any browser reads: bounded, and without the words NaN and Infinity.

Pure, and in the frame, so it takes microseconds. Must never leave out that something was left out. Called by
outputs.preview.
"""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np


def encode(status: dict[str, Any], limit: int) -> bytes:
    """The status as JSON of at most `limit` bytes, ASCII; not-a-number and infinity become null.

    What is too long is cut, and the first of its "problems" says so. Raises TypeError for what is no dict.
    """
    if not isinstance(status, dict):
        raise TypeError("a status is a dict")
    try:
        text = _JSON.encode(status)
    except (ValueError, TypeError, RecursionError):
        text = _JSON.encode(_clean(status, 6))
    if len(text) <= limit:
        return text.encode("ascii")
    for items in (12, 3, 0):
        text = _JSON.encode(_shortened(status, items))
        if len(text) <= limit:
            break
    return text.encode("ascii")


def _plain(value: Any) -> Any:
    """What numpy, paths and sets are in JSON."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)
    return str(value)


_JSON = json.JSONEncoder(default=_plain, allow_nan=False, separators=(",", ":"))


def _clean(value: Any, depth: int) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    if depth == 0:
        return "…"
    if isinstance(value, dict):
        return {str(key): _clean(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(item, depth - 1) for item in value]
    return str(value)


def _shortened(status: dict[str, Any], items: int) -> dict[str, Any]:
    """The status with long texts cut, and of each list and table only the first `items`; and it says so."""
    short = {str(key)[:40]: _cut(value, items, 3) for key, value in list(status.items())[:48]}
    problems = short.get("problems")
    note = {
        "where": "",
        "message": "there is more in the status than fits on this page",
        "hint": "see the log",
    }
    short["problems"] = [note, *problems] if isinstance(problems, list) else [note]
    return short


def _cut(value: Any, items: int, depth: int) -> Any:
    if isinstance(value, dict):
        kept = list(value.items())[: items if depth else 0]
        return {str(key)[:40]: _cut(item, items, depth - 1) for key, item in kept}
    if isinstance(value, list | tuple):
        return [_cut(item, items, depth - 1) for item in value[: items if depth else 0]]
    plain = _clean(value, 0)
    return plain[:160] + "…" if isinstance(plain, str) and len(plain) > 160 else plain
