"""What one browser is to be sent next: of everything that changes the newest, in turn, and only what its rights let it see.

Remembers by number what it has been sent. Values of parameters go out together, at most so many times a second. Pure but for the
time; `browser` sends what `next` gives as soon as the connection takes it, so a slow one gets less, and nothing queues.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from typing import Any

from installation.clock import now
from installation.console.feed import Follower, Node
from installation.console.hub import Hub

MOST_REPLIES = 256
"""Replies that wait for a browser which doesn't read; the oldest go."""
PATIENCE_S = 1.0
"""How long a page waits for its rights before it is told what anybody may know."""
VALUES_EVERY_S = 1 / 15
NODES_AT_ONCE = 250
"""Parameters that one message declares."""


class Telling:
    """Remembers what a browser knows."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.rights: frozenset[str] | None = None
        """What it may do; None until the engine has said."""
        self.woken = asyncio.Event()
        """Set when there may be something to tell that the hub knows nothing of."""
        self._told_rights: frozenset[str] | None = None
        self._came = self._valued = now()
        self._replies: deque[str] = deque(maxlen=MOST_REPLIES)
        self._follower: Follower | None = None
        self._texts = self._jpegs = self._pngs = self._cues = self._part = self._blinds = self._blind_texts = 0
        self._points = 0
        self._line = 0
        self._revision = -1
        self._nodes: deque[list[dict[str, Any]]] = deque()

    def may(self, rights: frozenset[str]) -> None:
        """It has these rights from now on."""
        self.rights = rights
        self._texts = self._revision = -1  # now with everything that it may see
        self.woken.set()

    def follow(self, follower: Follower) -> None:
        self._follower = follower

    def reply(self, *message: object) -> None:
        """Something that only this one is told."""
        self._replies.append(json.dumps({"reply": message}, default=str, separators=(",", ":")))
        self.woken.set()

    def patience(self) -> float | None:
        """Seconds after which there may be something to tell without any news; None: never."""
        if self._follower is not None and self._follower.changed:
            return max(self._valued + VALUES_EVERY_S - now(), 0.0)
        return None if self.rights is not None else PATIENCE_S

    def next(self) -> str | bytes | None:
        """What is to be sent now: a text, or a picture; None while it knows everything."""
        hub, sees = self._hub, "view" in (self.rights or ())
        if self.rights != self._told_rights:
            self._told_rights = self.rights
            return json.dumps({"rights": sorted(self.rights or ())})
        if self._replies:
            return self._replies.popleft()
        if self._texts != hub.texts and (self.rights is not None or hub.ended or now() - self._came > PATIENCE_S):
            self._texts = hub.texts
            return hub.text if sees else hub.state_text
        return (self._of_documents() or self._of_parameters() or self._of_pictures()) if sees else None

    def _of_documents(self) -> str | None:
        """The cue list, the points of an alignment, the log, the times of frames."""
        hub = self._hub
        if self._cues != hub.cue_lists:
            self._cues = hub.cue_lists
            return hub.cues
        if self._points != hub.point_sets:
            self._points = hub.point_sets
            return hub.points
        if self._blind_texts != hub.blind_texts:
            self._blind_texts = hub.blind_texts
            return hub.blind_text
        if hub.log and hub.log[-1][0] != self._line:
            fresh = [line for line in hub.log if line[0] > self._line]
            self._line = hub.log[-1][0]
            return json.dumps({"log": fresh}, separators=(",", ":"))
        if hub.frames and hub.frames[-1][0] > self._part:
            self._part, text = next(one for one in hub.frames if one[0] > self._part)
            return text
        return None

    def _of_parameters(self) -> str | None:
        """What there is, where that has changed; then the values that have changed."""
        feed, follower = self._hub.feed, self._follower
        if follower is None or feed.version < 0:
            return None
        if self._revision != feed.revision:
            self._revision = feed.revision
            follower.paths, follower.changed = [], {}
            nodes = [_declared(node) for node in feed.nodes.values() if node.declared.get("kind") != "verb"]
            starts = range(0, max(len(nodes), 1), NODES_AT_ONCE)
            self._nodes = deque(nodes[start : start + NODES_AT_ONCE] for start in starts)
            return self._piece(True)
        if self._nodes:
            return self._piece(False)
        if follower.changed and now() - self._valued >= VALUES_EVERY_S:
            self._valued = now()
            changed, follower.changed = follower.changed, {}
            found = [feed.nodes[one] for one in changed if one in feed.nodes]
            told = [[node.address, node.value, node.owner] for node in found if node.declared.get("kind") != "verb"]
            return json.dumps({"values": told}, separators=(",", ":"))
        return None

    def _piece(self, first: bool) -> str:
        nodes = self._nodes.popleft()
        told = {"nodes": nodes, "first": first, "last": not self._nodes}
        return json.dumps({"parameters": told}, separators=(",", ":"))

    def _of_pictures(self) -> bytes | str | None:
        hub = self._hub
        if self._jpegs != hub.jpegs and hub.jpeg:
            self._jpegs = hub.jpegs
            return hub.jpeg
        if self._pngs != hub.pngs and hub.png:
            self._pngs = hub.pngs
            return hub.png
        if self._blinds != hub.blinds and hub.blind:
            self._blinds = hub.blinds
            return hub.blind
        return None


def _declared(node: Node) -> dict[str, Any]:
    """A parameter as a page gets it: as declared, with the newest value and owner."""
    return {**node.declared, "value": node.value, "owner": node.owner}
