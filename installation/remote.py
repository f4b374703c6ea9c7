"""`installation cue VERB`: words of the command line as OSC messages to a running engine."""

from __future__ import annotations

import json
from collections.abc import Sequence

from installation.errors import CommandError, did_you_mean
from installation.inputs.osc import ask

VERBS = (
    "go",
    "start",
    "panic",
    "stop",
    "reset",
    "reveal",
    "scene",
    "under",
    "faults",
    "set",
    "get",
    "status",
)
REFUSAL = 0.4
"""Seconds to wait for the engine to say that it can't: some frames."""


def carry_out(verb: str, args: Sequence[str], host: str, port: int) -> str:
    """Sends the message, and waits for its answer where one comes. Raises CommandError."""
    if verb == "status":
        return status(host, port)
    address, values = message(verb, args)
    if verb == "get":
        answer = ask(host, port, address)
        if answer is None:
            raise CommandError(f"no answer from {host}:{port}", hint="is the show running?  installation run")
        return " ".join(str(value) for value in answer)
    # What is refused is answered at once; what is carried out is not answered.
    ask(host, port, address, *values, timeout=REFUSAL)
    return f"sent {address} {' '.join(str(v) for v in values)}".rstrip()


def message(verb: str, args: Sequence[str]) -> tuple[str, list[object]]:
    """The address and values of a verb. Raises CommandError for an unknown verb or what it lacks."""
    match verb, list(args):
        case "go", []:
            return "/go", []
        case "go", [number, *fade]:
            return "/go", [number, *numbers(fade)]
        case "start", [number]:
            return f"/cue/{number}/start", []
        case (("panic" | "stop" | "reset"), seconds):
            return f"/{verb}", list(numbers(seconds))
        case "reveal", [level, *seconds]:
            return "/reveal", [*numbers([level]), *numbers(seconds)]
        case "scene", [name, *seconds]:
            return f"/scene/{name}/go", list(numbers(seconds))
        case (("under" | "faults"), [name, *seconds]):
            return f"/{verb}/{name}", list(numbers(seconds))
        case (("set" | "get"), [address, *values]) if address.startswith("/"):
            return address, [_value(value) for value in values]
        case _ if verb in VERBS:
            raise CommandError(f"{verb} needs more, or less, than that", hint="installation cue --help")
        case _:
            raise CommandError(f'there is no verb "{verb}"', hint=did_you_mean(verb, VERBS, label="verbs"))


def numbers(texts: Sequence[str]) -> list[float]:
    """Texts as numbers. Raises CommandError."""
    try:
        return [float(text) for text in texts]
    except ValueError:
        raise CommandError(f'"{" ".join(texts)}" should be numbers') from None


def _value(text: str) -> object:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return float(text)
    except ValueError:
        return text


def status(host: str, port: int) -> str:
    """The engine's status as lines for a terminal. Raises CommandError when nobody answers."""
    answer = ask(host, port, "/status")
    if not answer:
        raise CommandError(f"no answer from {host}:{port}", hint="is the show running?  installation run")
    told = json.loads(str(answer[0]))
    return "\n".join(f"{key}: {_plain(value)}" for key, value in told.items())


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(item)}" for key, item in value.items())
    if isinstance(value, list):
        return "; ".join(_plain(item) for item in value) or "none"
    return str(value)
