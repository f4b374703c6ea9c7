"""Films that are behind: what a live film could not show in time, for the log of the night; and for a replay, from it.

A film is read ahead in a thread, and the frame never waits for it; so which picture is shown in a busy moment, or just after a
scene is entered, is chance. It is told here, and a replay shows the same picture. Owned by the wall.
"""

from __future__ import annotations

from collections.abc import Mapping


class Late:
    """Remembers what films have told in this frame, or what a replay's log tells of it."""

    def __init__(self, scene: str = "", above: Late | None = None) -> None:
        self._scene = scene
        self._told: dict[str, float | None] = above._told if above else {}
        self._given: dict[str, float | None] = above._given if above else {}

    def of(self, scene: str) -> Late:
        """For the films of one scene."""
        return Late(scene, self)

    def tell(self, film: str, shown: float | None) -> None:
        """A film has more to show, and it isn't there: `shown` is the second of the picture that it took, None for none."""
        self._told[f"{self._scene} {film}"] = shown

    def take(self) -> dict[str, float | None]:
        """What has been told since this was last asked."""
        if not self._told:
            return {}
        told = dict(self._told)
        self._told.clear()
        return told

    def give(self, told: Mapping[str, float | None]) -> None:
        """What the log says of the next frame."""
        self._given.clear()
        self._given.update(told)

    def until(self, film: str, seconds: float) -> float | None:
        """Up to which second a film shows its pictures, `seconds` where it is not behind; None for none."""
        return self._given.get(f"{self._scene} {film}", seconds)
