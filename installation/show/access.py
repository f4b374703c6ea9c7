"""Who may do what: passcodes and their rights, the same for OSC, the console and every other way in.

`view` asks, `control` runs the show (cues, scenes, reveal, faults), `edit` sets parameters and arms cues. Without any passcode
whoever is heard may do everything; with some, whoever has not given one may say hello and no more, but for the machines that are
trusted (this one, unless the site says otherwise). A wrong code costs its machine a growing wait. Pure: the time is given. Called
by the engine's switchboard and the console.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeAlias

from installation.networks import HERE, Networks
from installation.show.cue_told import KEYS
from installation.show.replies import DeniedError

Right: TypeAlias = Literal["view", "control", "edit"]
EVERYTHING: frozenset[Right] = frozenset(("view", "control", "edit"))
NOTHING: frozenset[Right] = frozenset()
LOOK: frozenset[Right] = frozenset(("view",))

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds after the first wrong code; each further one doubles them, up to the longest."""
MOST_HOSTS = 256
"""Machines whose wrong codes are remembered. When all are waiting, a code of yet another one is not looked at."""
FORGIVEN = 600.0
"""Seconds without a wrong code after which a machine begins anew."""

TALK = ("connect", "rights", "thump", "version", "heartbeat")
"""What anybody may say who is heard."""
CONTROLS = (
    "go", "panic", "panicInTime", "stop", "hardStop", "reset", "pause", "resume", "playhead", "cue", "cue_id", "scene", "under",
    "faults", "record",
)  # fmt: skip
CUES = ("cue", "cue_id")
SWITCHES = ("power", "shutter")
"""What of a projector is the evening's, as cues are: whoever runs the show closes a shutter and switches a lamp."""
REVEAL = ("/reveal", "/reveal/level")
ASKS = (
    "status", "cues", "evidence", "sense", "updates", "listen", "ignore", "subscribe", "unsubscribe", "alwaysReply",
    "udpReplyPort", "udpKeepAlive",
)  # fmt: skip


def right_for(address: str, args: Sequence[object], is_parameter: Callable[[str], bool]) -> Right | None:
    """The right that a message needs; None for what anybody may say. What isn't known needs the strongest."""
    parts = address[1:].split("/")
    if is_parameter(address):
        asks = not args and not {"toggle", "reset", "+", "-", "*"} & set(parts[-2:])
        return "view" if asks else "edit"
    if parts[0] == "output" and len(parts) == 3 and parts[2] in SWITCHES:
        return "control" if args else "view"
    if parts[0] not in CUES and not set("*?[]{}").isdisjoint(address):
        return "edit"  # of what is no cue a pattern sets parameters, wherever it begins: /scene/*/fill/opacity
    if len(parts) == 1 and parts[0] in TALK:
        return None
    if parts[0] in ASKS or (address in REVEAL and not args):
        return "view"
    if parts[0] in CUES and not args and (len(parts) == 2 or (len(parts) == 3 and parts[2] in KEYS)):
        return "view"
    if parts[0] in CUES and parts[-1] == "armed":
        return "edit"
    if parts[0] in CONTROLS or address in REVEAL:
        return "control"
    return "edit"


class Access:
    """Remembers the wrong codes of each machine, for a while."""

    def __init__(self, codes: Mapping[str, frozenset[Right]] | None = None, trusted: Sequence[str] = HERE) -> None:
        """`codes`: the rights that each passcode gives. `trusted`: machines and networks that need none."""
        self._codes = {code.encode(): rights | LOOK for code, rights in (codes or {}).items()}
        self._trusted = Networks(trusted)
        self._here = Networks(HERE)
        self._wrong: dict[str, tuple[int, float]] = {}

    @property
    def open(self) -> bool:
        """Whether everybody who is heard may do everything."""
        return not self._codes

    def rights_of(self, host: str, web: bool = False) -> frozenset[Right]:
        """The rights of a machine that has given no code. Over the `web` no other machine than this one is trusted: where there
        are no codes, it may look."""
        if web and host not in self._here:
            return LOOK if self.open else NOTHING
        return EVERYTHING if self.open or host in self._trusted else NOTHING

    def connect(self, host: str, code: object, seconds: float, web: bool = False) -> frozenset[Right]:
        """The rights that a code gives. Raises DeniedError for a wrong one, or while its machine has to wait."""
        if self.open and web and host not in self._here:
            raise DeniedError("the site file names no passcodes", hint="without one, pages of other machines only look")
        if self.open:
            return EVERYTHING
        tries, when = self._wrong.get(host, (0, -FORGIVEN))
        if seconds - when >= FORGIVEN:
            tries = 0
        wait = when + min(FIRST_WAIT * 2.0 ** (tries - 1), LONGEST_WAIT) - seconds if tries else 0.0
        if wait > 0:
            raise DeniedError("badpass", hint=f"after a wrong code, wait {wait:.0f} s")
        if host not in self._wrong and len(self._wrong) >= MOST_HOSTS and not self._forgive(seconds):
            raise DeniedError("badpass", hint="too many wrong codes from everywhere; wait a minute")
        given = (
            str(code).encode("utf-8", "replace") if isinstance(code, str | int) and not isinstance(code, bool) else b""
        )
        found: frozenset[Right] | None = None
        for known, rights in self._codes.items():  # all of them, so that the time tells nothing
            if hmac.compare_digest(known, given):
                found = rights
        if found is None:
            self._wrong[host] = tries + 1, seconds
            raise DeniedError("badpass", hint="the passcodes are in the site file")
        self._wrong.pop(host, None)
        return found

    def _forgive(self, seconds: float) -> bool:
        """Makes room; False when every machine that is remembered still has to wait."""
        over = [host for host, (_, when) in self._wrong.items() if seconds - when >= LONGEST_WAIT]
        for host in over:
            del self._wrong[host]
        return bool(over)

    def need(self, right: Right | None, rights: frozenset[Right], address: str) -> None:
        """Raises DeniedError unless the right is among those that are had."""
        if right is not None and right not in rights:
            hint = "/connect CODE first" if not rights else f"your passcode gives {', '.join(sorted(rights))}"
            raise DeniedError(f"{address[:120]} needs the right to {right}", hint=hint)


def rights_told(rights: frozenset[Right]) -> str:
    """As QLab says it: "ok:view|control"."""
    return "ok:" + "|".join(right for right in ("view", "edit", "control") if right in rights)
