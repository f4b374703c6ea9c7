"""What the console's process is told of the parameter tree: what there is, piece by piece, and the values that have changed.

A node is a parameter, a verb (`show.dictionary`), or a signal of the show. Each has a number for as long as it is there. What is
declared is told when it changes, a little in each frame, until the console has it all; values and owners are compared with what
was told last, so many at a time, and only those that differ are told: nothing ever queues, and the newest wins. Pure: gives
what is to be sent; called by `pages` between two frames.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from installation.clock import worked_here
from installation.param_tree import Parameter, ParamTree
from installation.params import Param, Value
from installation.show.dictionary import REVEAL, Verb, verbs
from installation.signals import SENSED, SIGNALS

A_PIECE, AT_LEAST = 0.0003, 16
"""Seconds of work for declaring nodes in one frame, and how many are declared at the least."""
LOOKED_AT = 2048
"""Nodes whose values are looked at in one report; the others come with the next."""
A_BATCH, A_BATCH_TEXT = 256, 32_000
"""Values, and characters of text among them, that one report tells."""

READ, WRITE, BOTH = 1, 2, 3
Told = dict[str, object]


class _Node:
    """A node with a value, as the console knows it."""

    __slots__ = ("live", "number", "owner", "parameter", "saved", "spec", "value")

    def __init__(self, number: int, parameter: Parameter) -> None:
        self.number, self.parameter = number, parameter
        self.spec, self.saved = parameter.spec, parameter.saved
        self.value, self.owner, self.live = parameter.value, parameter.owner, parameter.live


class Feeding:
    """Remembers what the console has been told. One for each console process: a new one is told everything."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self._nodes: dict[str, _Node] = {}
        self._verbs: dict[str, tuple[int, Verb]] = {}
        self._verbs_of: tuple[object, object] = (None, None)
        self._number = 0
        self._told: tuple[object, ...] = ()
        self._plan: Iterator[Told | int] | None = None
        self._round: list[_Node] = []
        self._at = 0
        self._signals = {f"/sense/{name}": name for name in engine.signals() if name not in SENSED}
        self._own = {address: _of_signal(address, name) for address, name in self._signals.items()}
        self._own[REVEAL.address] = _of_reveal()

    # -- what there is -------------------------------------------------------------------------------------------------

    def declare(self) -> Told | None:
        """The next piece of what has come, changed or gone: {"add": [...], "gone": [...]}, the last with its "version".

        None when everything has been told.
        """
        engine = self._engine
        state = (engine.params.version, engine.show, engine.cues.order)
        if self._plan is None:
            if self._told and self._told[0] == state[0] and all(map(_same, self._told[1:], state[1:])):
                return None
            self._told = state
            self._plan = self._differences(engine.params)
        add: list[Told] = []
        gone: list[int] = []
        until = worked_here() + A_PIECE
        for one in self._plan:
            if isinstance(one, int):
                gone.append(one)
            else:
                add.append(one)
            if len(add) + len(gone) >= AT_LEAST and worked_here() > until:
                return {"add": add, "gone": gone}
        self._plan = None
        self._round, self._at = list(self._nodes.values()), 0
        return {"add": add, "gone": gone, "version": self._told[0]}

    def _differences(self, params: ParamTree) -> Iterator[Told | int]:
        """What the console doesn't know yet, node by node. The tree may change between two of them: then it is looked at anew."""
        version = params.version
        there = {parameter.address: parameter for parameter in params} | self._own
        for address in [one for one in self._nodes if one not in there]:
            yield self._nodes.pop(address).number
        for address, parameter in there.items():
            known = self._nodes.get(address)
            if known is not None and known.parameter is parameter and known.spec is parameter.spec:
                if known.saved == parameter.saved:
                    continue
            if params.version != version and address not in self._own and params.find(address) is not parameter:
                continue  # gone since
            node = self._nodes[address] = _Node(self._next(known), parameter)
            yield self._declared(node)
        yield from self._differences_of_verbs()

    def _differences_of_verbs(self) -> Iterator[Told | int]:
        engine = self._engine
        if all(map(_same, self._verbs_of, (engine.show, engine.cues.order))):
            return
        self._verbs_of = engine.show, engine.cues.order
        labels = [entry.label for entry in engine.cues.order.entries.values()]
        there = verbs(engine.show.scenes, engine.show.scores, labels)
        for address in [one for one in self._verbs if there.get(one) != self._verbs[one][1]]:
            yield self._verbs.pop(address)[0]
        for address, verb in there.items():
            if address not in self._verbs and address not in self._nodes:
                self._verbs[address] = self._next(None), verb
                yield _of_verb(self._verbs[address][0], verb)

    def _next(self, known: _Node | None) -> int:
        """A node that is declared anew keeps its number."""
        if known is not None:
            return known.number
        self._number += 1
        return self._number

    def _declared(self, node: _Node) -> Told:
        parameter, spec = node.parameter, node.spec
        told: Told = {
            "number": node.number,
            "address": parameter.address,
            "kind": spec.kind,
            "access": self._access(parameter),
            "right": "control" if parameter.address == REVEAL.address else "edit",
            "help": spec.help,
            "default": spec.default,
            "saved": parameter.saved,
            "value": node.value,
            "owner": self._owner(node),
        }
        if parameter.address == REVEAL.address:
            told["types"] = REVEAL.types
        more = {"unit": spec.unit, "low": spec.low, "high": spec.high, "values": spec.values, "labels": spec.labels}
        return told | {name: one for name, one in more.items() if one not in ("", None, ())}

    def _access(self, parameter: Parameter) -> int:
        if parameter.address in self._signals:
            return READ
        return WRITE if parameter.spec.kind == "event" else BOTH

    def _owner(self, node: _Node) -> str:
        found = "live" if node.live else self._engine.carrier.told(node.owner)
        return str(found)

    # -- what has changed ----------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """The next report looks at everything anew."""
        self._at = 0

    def changes(self) -> tuple[list[list[object]], bool]:
        """Values that differ from those told, as [number, value] or [number, value, owner]; and whether all have been
        looked at since the round began."""
        if self._at == 0:
            self._look_at_own()
        found: list[list[object]] = []
        text = 0
        at = self._at
        end = min(at + LOOKED_AT, len(self._round))
        while at < end:
            node = self._round[at]
            at += 1
            parameter = node.parameter
            value = parameter.value
            owned = parameter.owner is not node.owner or parameter.live is not node.live
            if value == node.value and not owned:
                continue
            node.value = value
            if owned:
                node.owner, node.live = parameter.owner, parameter.live
                found.append([node.number, value, self._owner(node)])
            else:
                found.append([node.number, value])
            text += len(value) if isinstance(value, str) else 0
            if len(found) >= A_BATCH or text > A_BATCH_TEXT:
                break
        self._at = 0 if at >= len(self._round) else at
        return found, self._at == 0

    def _look_at_own(self) -> None:
        """Brings what isn't in the tree up to date."""
        signals: Mapping[str, float] = self._engine.signals()
        for address, name in self._signals.items():
            self._own[address].value = signals.get(name, 0.0)
        reveal = self._own[REVEAL.address]
        reveal.value = self._engine.reveal_state.level
        reveal.owner = self._engine.carrier.owners.get("reveal", "file")


def _of_signal(address: str, name: str) -> Parameter:
    signal = SIGNALS[name]
    spec = Param(name, "float", 0.0, signal.low, signal.high, signal.unit, signal.help)
    return _standing(address, spec, 0.0, "signal")


def _of_reveal() -> Parameter:
    return _standing(
        REVEAL.address, Param("level", "float", 0.0, REVEAL.low, REVEAL.high, help=REVEAL.help), 0.0, "file"
    )


def _standing(address: str, spec: Param, value: Value, owner: str) -> Parameter:
    return Parameter(address, spec, value, value, value, owner)


def _of_verb(number: int, verb: Verb) -> Told:
    return {
        "number": number,
        "address": verb.address,
        "kind": "verb",
        "access": WRITE,
        "right": verb.right,
        "types": verb.types,
        "help": verb.help,
    }


def _same(told: object, now: object) -> bool:
    return told is now
