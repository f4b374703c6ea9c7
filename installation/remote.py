"""`installation cue VERB`: words of the command line as OSC messages to a running engine."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from installation.errors import CommandError, Location, Problem, did_you_mean
from installation.inputs.osc import ask

VERBS = {
    "go": "go [CUE [SECONDS]]",
    "start": "start CUE",
    "panic": "panic [SECONDS]",
    "pause": "pause",
    "resume": "resume",
    "stop": "stop",
    "reset": "reset",
    "reveal": "reveal LEVEL [SECONDS]",
    "scene": "scene NAME [SECONDS]",
    "under": "under NAME [SECONDS]",
    "faults": "faults NAME",
    "set": "set ADDRESS VALUE... [SECONDS]",
    "get": "get ADDRESS",
    "status": "status",
    "evidence": "evidence X Y",
    "record": "record start [NAME], or record stop",
    "output": "output NAME power on|off|stay, or output NAME shutter open|closed",
    "learn": "learn ADDRESS [VALUE...]",
    "align": "align begin|end|card NAME|solo OUTPUT|select OUTPUT ...|move RIGHT UP|split COLUMNS ROWS|undo|save NAME ...",
    "calibrate": "calibrate all|markers|latency|frame|forget [CAMERA], projectors|check [CAMERA] [OUTPUT ...], stop, "
    "or corners [CAMERA] X Y ...",
}
PATIENCE = 2.0
"""Seconds to wait for the engine's word: many frames, also of a slow one."""
LINGER = 0.2
"""Seconds to wait, after that, for what a cue finds wrong when it runs."""


def carry_out(verb: str, address: str, values: Sequence[object], host: str, port: int, code: str = "") -> str:
    """Sends a verb's message, and waits for its answer where one comes. `code` is a passcode.

    Raises CommandError or DeviceError.
    """
    if verb == "status":
        return status(host, port, code)
    if verb == "get":
        answer = ask(host, port, address, code=code)
        if answer is None:
            raise CommandError(f"no answer from {host}:{port}", hint="is the show running?  installation run")
        data = _data(answer)
        if isinstance(data, dict):
            return json.dumps(data, ensure_ascii=False, indent=1)
        return " ".join(map(_plain, data)) if isinstance(data, list) else _plain(data)
    if verb == "evidence":
        told = ask(host, port, address, *values, timeout=PATIENCE, code=code)
        if not told:
            raise CommandError(f"no answer from {host}:{port}", hint="is the show running?  installation run")
        return json.dumps(_data(told), ensure_ascii=False, indent=1)
    # Only what is refused is answered; the status, asked for after it, comes when the command has been carried out.
    sent = f"sent {address} {' '.join(str(v) for v in values)}".rstrip()
    heard = ask(host, port, address, *values, timeout=PATIENCE, then="/status", linger=LINGER, code=code)
    return sent if heard else f"{sent}, but the engine has not answered yet"


def message(verb: str, args: Sequence[str]) -> tuple[str, list[object]]:
    """The address and values of a verb. Raises CommandError for an unknown verb or what it lacks."""
    match verb, list(args):
        case "status", []:
            return "/status", []
        case "go", []:
            return "/go", []
        case "go", [number, *fade] if len(fade) < 2:
            return "/go", [number, *numbers(fade)]
        case "start", [number]:
            return f"/cue/{number}/start", []
        case (("stop" | "reset" | "pause" | "resume"), []):
            return f"/{verb}", []
        case "panic", ([] | [_]) as seconds:
            return "/panic", list(numbers(seconds))
        case "evidence", [x, y]:
            return "/evidence", list(numbers([x, y]))
        case "reveal", [level, *seconds] if len(seconds) < 2:
            return "/reveal", [*numbers([level]), *numbers(seconds)]
        case "scene", [name, *seconds] if len(seconds) < 2:
            return f"/scene/{name}/go", list(numbers(seconds))
        case "under", [name, *seconds] if len(seconds) < 2:
            return f"/under/{name}", list(numbers(seconds))
        case "align", [what, *values]:
            return f"/align/{what}", [_value(text) for text in values]
        case "calibrate", [what, *values]:
            return f"/calibrate/{what}", [_value(text) for text in values]
        case "learn", [address, *values] if address.startswith("/"):
            return "/midi/learn", [address, *(_value(text) for text in values)]
        case "record", ["start" | "stop" as what, *name] if len(name) <= (what == "start"):
            return f"/record/{what}", list(name)
        case "output", [name, ("power" | "shutter") as what, word]:
            return f"/output/{name}/{what}", [word]
        case "faults", [name]:
            return f"/faults/{name}", []
        case "set", [address, value, *more] if address.startswith("/"):
            return address, [_value(text) for text in (value, *more)]
        case "get", [address] if address.startswith("/"):
            return address, []
        case _ if verb in VERBS:
            raise CommandError(f"{verb} needs more, or less, than that: {VERBS[verb]}")
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
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def status(host: str, port: int, code: str = "") -> str:
    """The engine's status as lines for a terminal. Raises CommandError when nobody answers."""
    answer = ask(host, port, "/status", code=code)
    if not answer:
        raise CommandError(f"no answer from {host}:{port}", hint="is the show running?  installation run")
    told = _data(answer)
    data, lists = told.pop("data", []), {name: told.pop(name, []) for name in ("warnings", "problems")}
    lines = [f"{key}: {_plain(value)}" for key, value in told.items()]
    lines += [f"data: {len(data) or 'none'}", *(f"    {_plain(package)}" for package in data)]
    for name, listed in lists.items():
        lines += [f"{name}: {len(listed) or 'none'}", *map(_problem, listed)]
    return "\n".join(lines)


def _data(answer: tuple[object, ...]) -> Any:
    """What an answer says, in the one form that all answers have."""
    return json.loads(str(answer[0]))["data"]


def _plain(value: object) -> str:
    """A value of the status for a terminal: what is empty is left out, numbers are as short as they can be."""
    if isinstance(value, dict):
        told = ((key, _plain(item)) for key, item in value.items() if item not in (None, "", [], {}))
        return ", ".join(f"{key} {text}" for key, text in told)
    if isinstance(value, list):
        return ", ".join(_plain(item) for item in value) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _problem(told: Any) -> str:
    problem = Problem(told["message"], Location(told["where"]) if told["where"] else None, told["hint"])
    return "    " + str(problem).replace("\n", "\n    ")
