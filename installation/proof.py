"""Checks one shader as far as this machine can: its header, and its GLSL in a process that can be killed.

Called by `installation check FILE.fs`. GL is opened only in that process; where there is no driver the header is checked alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from installation.errors import ShaderError
from installation.listing import span
from installation.render.trial import Trial
from installation.scene import isf
from installation.what import find_shader


def prove(name: str, trial: Trial) -> list[str]:
    """What a file, or a shader by its name, is: lines to be said. Raises InstallationError with everything wrong with it."""
    parsed = isf.load(find_shader(name))
    drawn = trial.start()
    if problems := trial.refuse(parsed) if drawn else ():
        raise ShaderError(problems=problems)
    return list(described(name, parsed, drawn))


def described(name: str, parsed: isf.Isf, drawn: bool) -> Iterator[str]:
    """What a shader is, in a line, and a line for its inputs and its passes where it has some."""
    yield f"{name}: a {parsed.kind}, {'fine' if drawn else 'its header is fine; its GLSL could not be tried here'}"
    inputs = [f"{image.name} ({image.kind})" for image in parsed.inputs]
    for param in parsed.params:
        said = ", ".join(filter(None, (param.kind if param.kind != "float" else "", span(param))))
        inputs.append(f"{param.name} ({said})")
    if inputs:
        yield f"    inputs: {', '.join(inputs)}"
    if len(parsed.passes) > 1 or parsed.targets:
        passes = []
        for number, one in enumerate(parsed.passes, 1):
            what = ", ".join(w for w, so in (("persistent", one.persistent), ("float", one.floats)) if so)
            passes.append(f"{number} {one.target or 'the picture'}{f' ({what})' if what else ''}")
        yield f"    passes: {', '.join(passes)}"
