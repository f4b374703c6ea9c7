"""The picture of the next cue: a bug of whoever draws it is told, and doesn't end it for the night."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from installation.console import blind


def test_what_nobody_foresaw_is_told_with_the_problems_and_it_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blind, "LOOK_EVERY_S", 0.0)
    monkeypatch.setattr(blind, "SULK_S", 0.0)
    told: list[dict[str, str]] = []
    hub: Any = SimpleNamespace(watchers=[SimpleNamespace(sees=True)], problems={}, tell_blind=told.append)
    seen: list[list[str]] = []

    class Stumbles(blind.Blind):
        async def _look(self) -> None:
            seen.append([problem["message"] for problem in hub.problems.values()])
            if len(seen) == 1:
                raise RuntimeError("nobody foresaw this")
            if len(seen) == 4:
                raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(Stumbles(hub).run())
    assert seen[0] == []
    assert seen[1] == ["the next cue could not be drawn ahead: RuntimeError: nobody foresaw this"]
    assert seen[2:] == [[], []]
    assert [one["state"] for one in told] == ["slow"]
