"""Looks at gear beside the wall: sound, MIDI, shared tempo, projectors. `doctor` asks.

Drivers are tried in a process of their own; nothing is opened, and nobody's session is joined.
"""

from __future__ import annotations

import json

from installation.finding import Finding, try_apart

_TRY_AUDIO = """
import json
from installation.errors import DeviceError
from installation.inputs.microphone import list_audio
try:
    print(json.dumps([[one.name for one in list_audio()], "", ""]))
except DeviceError as error:
    print(json.dumps([[], error.problems[0].message, error.problems[0].hint]))
"""


def look_at_audio(program: str = _TRY_AUDIO) -> list[Finding]:
    """Lists the inputs in another process. `program` prints [names, problem, what to try] as JSON."""
    lines, problem = try_apart(program)
    names, said, try_ = ([], problem, "shows play in silence") if problem else json.loads(lines[-1])
    if names:
        return [Finding("audio", "fine", ", ".join(names))]
    only_if = "only if a show listens: "
    plug = f"{only_if}plug in a microphone, or name a sound file in the site file"
    return [Finding("audio", "warning", said or "no microphone or line input", f"{only_if}{try_}" if try_ else plug)]


_TRY_MIDI = """
import json
from installation.errors import DeviceError
from installation.gear.midi import list_ports
try:
    inputs, outputs = list_ports()
    print(json.dumps([inputs, outputs, "", ""]))
except DeviceError as error:
    print(json.dumps([[], [], error.problems[0].message, error.problems[0].hint]))
"""


def look_at_midi(program: str = _TRY_MIDI) -> list[Finding]:
    """Lists the ports in another process. `program` prints [inputs, outputs, problem, what to try] as JSON."""
    lines, problem = try_apart(program)
    inputs, outputs, said, try_ = ([], [], problem, "") if problem else json.loads(lines[-1])
    if inputs or outputs:
        return [Finding("MIDI", "fine", f"in: {', '.join(inputs) or 'none'}; out: {', '.join(outputs) or 'none'}")]
    only_if = "only if the site file names MIDI: "
    return [Finding("MIDI", "warning", said or "no port is there", only_if + (try_ or "plug something in"))]


def look_at_link() -> list[Finding]:
    """Whether tempo could be shared; joins nobody."""
    from importlib.util import find_spec

    from installation.gear.link import LIBRARY

    if find_spec("link") is not None:
        return [Finding("Ableton Link", "fine", "tempo can be shared (tempo: link in the site file)")]
    return [Finding("Ableton Link", "warning", "LinkPython-extern isn't there", f"only to share tempo: {LIBRARY}")]


def look_at_pjlink() -> list[Finding]:
    """Whether projectors could be switched; asks none."""
    from installation.errors import DeviceError
    from installation.gear.pjlink import library

    try:
        library()
    except DeviceError as error:
        problem = error.problems[0]
        hint = f"only to switch projectors over the network: {problem.hint}"
        return [Finding("projectors", "warning", problem.message, hint)]
    return [Finding("projectors", "fine", "can be switched over the network (outputs: pjlink in the site file)")]
