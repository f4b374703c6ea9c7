"""Checks the words of a scene: each placeholder names something that there is, and says how it is written. For `check`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from installation.errors import did_you_mean
from installation.scene import schema
from installation.scene.check_data import Tables
from installation.scene.findings import Findings
from installation.scene.meant import word_meant
from installation.scene.source import Steps

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)(?::([^{}]*))?\}")
_BRACES = re.compile(r"\{[^{}\n]*\}?")
_FORMAT = re.compile(r"[-+ ]?0?\d{0,2},?(\.\d)?[feg%]?")


def told_of(
    text: schema.TextLayer, tables: Tables, findings: Findings, steps: Steps, every: Mapping[str, schema.Layer]
) -> set[str]:
    """The words of the layer that a text tells of, or counts; says so when there is none of that name beside it."""
    tells = text.tells
    if tells is None:
        return _counted(text.counts, findings, steps, every) if text.counts else set()
    layer = every.get(tells)
    if not isinstance(layer, schema.MarksLayer | schema.FlowsLayer):
        hint = did_you_mean(
            tells, [n for n, one in every.items() if one.kind in ("marks", "flows")], label="layers beside it"
        )
        findings.value((*steps, "tells"), f'there is no marks or flows layer "{tells}" beside it', hint)
        return {*schema.TOLD}
    columns = tables.columns.get(layer.table)
    told = schema.TOLD if isinstance(layer, schema.MarksLayer) else schema.TOLD_OF_STREAMS
    return {*told, *(columns.names if columns else ())}


def _counted(counts: str, findings: Findings, steps: Steps, every: Mapping[str, schema.Layer]) -> set[str]:
    if not isinstance(every.get(counts), schema.FlowsLayer):
        known = [name for name, one in every.items() if one.kind == "flows"]
        hint = did_you_mean(counts, known, label="flows beside it")
        findings.value((*steps, "counts"), f'there is no flows layer "{counts}" beside it', hint)
    return set(schema.COUNTED)


def check_words(
    text: str, names: Collection[str], findings: Findings, steps: Steps, skip: int = 0, told: Collection[str] = ()
) -> None:
    """The placeholders of a text: each names a value (one of `names` or `told`), and says how it is written. `skip` characters
    stand before it."""
    for braces in _BRACES.finditer(text):
        found = _PLACEHOLDER.fullmatch(braces.group())
        if not found:
            message = f"{braces.group()[:30]} is not a placeholder"
            findings.inside(steps, skip + braces.start(), message, "write {name} or {name:.1f}")
        elif found[1] not in names and found[1] not in told:
            hint = did_you_mean(word_meant(found[1], names), {*names, *told}, label="values")
            findings.inside(steps, skip + braces.start() + 1, f'there is no value "{found[1]}"', hint)
        elif found[1] in ("caution", "title") and found[1] in told and found[1] not in names:
            if found[2] and found[2] not in told:
                hint = did_you_mean(found[2], told, label="columns")
                findings.inside(steps, skip + braces.start() + 1, f'there is no column "{found[2]}"', hint)
        elif not _FORMAT.fullmatch(found[2] or ""):
            message = f'"{found[2][:30]}" is not a way to write a number'
            findings.inside(steps, skip + braces.start() + len(found[1]) + 2, message, "such as .0f, .2f or ,.0f")
