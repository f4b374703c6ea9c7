"""What clients are told by themselves: what happens, what has changed, the values that they have subscribed to, a heartbeat.

    /event/go NUMBER NAME ID KIND          what happens, as it happens (`clients.EVENTS`); without a cue no arguments
    /update/cues                           the list was edited: read it again
    /update/playhead NUMBER NAME ID        which cue stands by; no arguments: none
    /update/cue/ID PHASE                   pre-wait, action, post-wait, paused or stopped
    /update/scene NAME  /update/under NAME what is on the wall
    ADDRESS VALUE...                       a parameter or /sense/NAME that the client has subscribed to
    /heartbeat FRAME FPS NUMBER            every five seconds; NUMBER is the cue that acted last

Only what has changed is told. Machines that the site names are told everything anew with each heartbeat: they may have been
started later, or have lost a packet. Pure: gives messages to whoever sends them. Called once a frame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from installation.param_tree import ParamTree
from installation.params import Value
from installation.scene.cues import kind_of
from installation.show.clients import MOST_SUBSCRIPTIONS, Client, Subscription, is_pattern
from installation.show.cues import CueList

HEARTBEAT = 5.0
"""Seconds between two heartbeats."""
A_FRAME = 64
"""Most values that one client is told in one frame; the rest comes in the next."""
AGAIN = 1.0
"""Seconds after which it is looked at again what a pattern means, where addresses have come or gone."""

Message: TypeAlias = tuple[str, tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Moment:
    """What there is to be told of in a frame."""

    seconds: float
    frame: int
    fps: Callable[[], float]
    cues: CueList
    params: ParamTree
    signals: Mapping[str, float]
    scene: str
    under: str


class News:
    """Remembers what has been told of cues and scenes, and when the last heartbeat was."""

    def __init__(self, match: Callable[[str, str], bool]) -> None:
        self._match = match
        self._known: dict[str, tuple[object, ...]] = {}
        self._order: object = None
        self._beat = -HEARTBEAT

    def of(self, clients: Iterable[Client], now: Moment) -> list[tuple[Client, Message]]:
        """What is to be sent in this frame, in order."""
        clients = list(clients)
        happened = now.cues.take_happened()
        if not clients:
            self._known.clear()
            return []
        found: list[tuple[Client, Message]] = []
        beats = now.seconds - self._beat >= HEARTBEAT
        if beats:
            self._beat = now.seconds
        if any(client.events for client in clients):
            told = [(event, self._event(event, id, now.cues)) for event, id in happened]
            found += [(c, message) for event, message in told for c in clients if event in c.events]
        found += self._updates([client for client in clients if client.updates or "playhead" in client.events], now)
        for client in clients:
            if beats and client.name:
                client.fresh = True
            found += self._values(client, now)
            if beats and client.heartbeat:
                current = now.cues.current
                found.append((client, ("/heartbeat", (now.frame, now.fps(), current.number if current else ""))))
        return found

    def _event(self, event: str, id: str, cues: CueList) -> Message:
        entry = cues.order.entries.get(id)
        told = (entry.cue.number or "", entry.cue.name, id, kind_of(entry.cue)) if entry else ()
        return f"/event/{event}", told

    def _updates(self, clients: list[Client], now: Moment) -> list[tuple[Client, Message]]:
        """What has changed of the list and the wall; everything for who has just asked."""
        if not clients:
            return []
        standing = now.cues.standing_by
        state: dict[str, tuple[object, ...]] = {
            "/update/playhead": (standing.number, standing.name, standing.id) if standing else (),
            "/update/scene": (now.scene,),
            "/update/under": (now.under,),
        }
        for one in now.cues.running:
            state[f"/update/cue/{one.id}"] = ("paused" if one.paused else one.phase,)
        ended = {address: ("stopped",) for address in self._known if address not in state}
        changed = [(a, args) for a, args in {**state, **ended}.items() if self._known.get(a) != args]
        edited = self._order is not None and self._order is not now.cues.order
        self._known, self._order = state, now.cues.order
        found: list[tuple[Client, Message]] = []
        for client in clients:
            if client.updates:
                if edited:
                    found.append((client, ("/update/cues", ())))
                found += [(client, message) for message in (state.items() if client.fresh else changed)]
            if "playhead" in client.events:
                found += [(client, ("/event/playhead", args)) for a, args in changed if a == "/update/playhead"]
        return found

    def _values(self, client: Client, now: Moment) -> list[tuple[Client, Message]]:
        """The values that the client has subscribed to, where they have changed and its rate lets it."""
        if client.wanted or client.told:
            self._resolve(client, now)
        fresh, client.fresh = client.fresh, False
        found: list[tuple[Client, Message]] = []
        put_off: list[str] = []
        for address, subscription in client.told.items():
            if fresh:
                subscription.last, subscription.when = None, -1e9
            value = self._value(address, now)
            if value is None or value == subscription.last or now.seconds - subscription.when < subscription.every:
                continue
            if len(found) >= A_FRAME:
                put_off.append(address)
                continue
            subscription.last, subscription.when = value, now.seconds
            found.append((client, (address, value if isinstance(value, tuple) else (value,))))
        if put_off:  # those come first in the next frame, so that none waits for ever
            client.told = {**{one: client.told[one] for one in put_off}, **client.told}
        return found

    def _value(self, address: str, now: Moment) -> Value | None:
        if address.startswith("/sense/"):
            return now.signals.get(address[7:])
        parameter = now.params.find(address)
        return parameter.value if parameter else None

    def _resolve(self, client: Client, now: Moment) -> None:
        """What the wanted addresses and patterns mean by now."""
        version = now.params.version
        if client.resolved == version:
            return
        if now.seconds - client.looked < AGAIN:
            return
        client.looked, client.resolved = now.seconds, version
        meant: dict[str, Subscription] = {}
        known = [f"/sense/{name}" for name in now.signals]
        for wanted, every in client.wanted.items():
            if not is_pattern(wanted):
                addresses = [wanted]
            else:
                places = known if wanted.startswith("/sense/") else (p.address for p in now.params)
                addresses = [address for address in places if self._match(wanted, address)]
            for address in addresses[: MOST_SUBSCRIPTIONS - len(meant)]:
                old = client.told.get(address)
                meant[address] = Subscription(every, old.last, old.when) if old else Subscription(every)
        client.told = meant
