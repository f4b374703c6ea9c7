"""What a curator says of an own file: `FILE.json` or `datapackage.json` beside it (Data Package v2). What it says rules.

Looser than a package's own (`data.descriptor`): only what is known need be said. Custom properties of this engine:
`unit` of a field, `years`, `credit`, `caution` and `fiction` of the package.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, StrictBool, StrictInt, StrictStr
from pydantic import Field as Detail

from installation.data.descriptor import FILE_NAME, TABLE_NAME, Constraints, Model, Text, read_model
from installation.data.descriptor import place as place_in
from installation.data.own.raw import Raw
from installation.data.own.rules import Rule
from installation.data.own.text import ENCODINGS, Stated
from installation.data.package import Field
from installation.errors import DataError, Location, Problem, did_you_mean, visible

RESOURCE = "https://datapackage.org/profiles/2.0/dataresource.json"
PACKAGE = "https://datapackage.org/profiles/2.0/datapackage.json"
STANDARD = frozenset(
    "$schema profile id homepage created image keywords data type format mediatype bytes hash lineTerminator quoteChar "
    "doubleQuote escapeChar nullSequence skipInitialSpace header headerJoin commentRows commentChar property itemType "
    "itemKeys sheetNumber table uniqueKeys foreignKeys example categories categoriesOrdered rdfType trueValues falseValues "
    "email path title description name version sources licenses contributors".split()
)
"""Keys of a Data Package that say nothing to the engine; another one, much like a key that does, is a slip."""

TYPES = {"year": "integer", "any": "string"}


def _listed(given: object) -> object:
    return (given,) if isinstance(given, str) else given


Character = Annotated[StrictStr, Detail(min_length=1, max_length=1)]
Keys = Annotated[tuple[StrictStr, ...], BeforeValidator(_listed)]


class OwnField(Model):
    name: Text
    type: Literal["string", "integer", "number", "boolean", "date", "datetime", "year", "any"] = "any"
    format: StrictStr = ""
    title: StrictStr = ""
    description: StrictStr = ""
    unit: StrictStr = ""
    decimal: Character = Detail(".", alias="decimalChar")
    group: Annotated[StrictStr, Detail(max_length=1)] = Detail("", alias="groupChar")
    bare: StrictBool = Detail(True, alias="bareNumber")
    missing_values: tuple[StrictStr, ...] | None = Detail(None, alias="missingValues")
    constraints: Constraints = Constraints()


class OwnSchema(Model):
    fields_match: Literal["exact", "equal", "subset"] = Detail("exact", alias="fieldsMatch")
    fields: Annotated[tuple[OwnField, ...], Detail(min_length=1, max_length=512)]
    missing_values: tuple[StrictStr, ...] = Detail(("",), alias="missingValues")
    primary_key: Keys = Detail((), alias="primaryKey")


class OwnDialect(Model):
    delimiter: Annotated[StrictStr, Detail(max_length=1)] = ""
    header_rows: tuple[Annotated[StrictInt, Detail(ge=1, le=10_000)], ...] = Detail(
        (), alias="headerRows", max_length=1
    )
    sheet: StrictStr = Detail("", alias="sheetName")


class OwnLicence(Model):
    name: StrictStr = ""
    title: StrictStr = ""
    path: StrictStr = ""


class OwnSource(Model):
    title: StrictStr = ""
    path: StrictStr = ""
    version: StrictStr = ""


class OwnContributor(Model):
    title: StrictStr = ""
    roles: tuple[StrictStr, ...] = ()


class OwnResource(Model):
    name: Annotated[StrictStr, Detail(pattern=TABLE_NAME, max_length=60)] | None = None
    title: StrictStr = ""
    description: StrictStr = ""
    path: Text
    encoding: StrictStr = ""
    dialect: OwnDialect = OwnDialect()
    table: OwnSchema | None = Detail(None, alias="schema")


class OwnDescriptor(Model):
    title: StrictStr = ""
    description: StrictStr = ""
    version: StrictStr = ""
    fiction: StrictBool = False
    years: StrictStr = ""
    credit: StrictStr = ""
    caution: StrictStr = ""
    licenses: tuple[OwnLicence, ...] = ()
    sources: tuple[OwnSource, ...] = ()
    contributors: tuple[OwnContributor, ...] = ()
    resources: Annotated[tuple[OwnResource, ...], Detail(max_length=64)] = ()

    def stated(self) -> dict[str, Stated]:
        """How the file is written, by its sheet ("" where there are none)."""
        return {
            r.dialect.sheet: Stated(
                r.encoding.lower(), r.dialect.delimiter, next(iter(r.dialect.header_rows), 0), r.dialect.sheet
            )
            for r in self.resources
        }

    def resource(self, sheet: str) -> OwnResource | None:
        """What it says of a sheet, or of the one table."""
        return next(
            (r for r in self.resources if r.dialect.sheet in (sheet, "") and (not sheet or r.dialect.sheet)), None
        )


def places(path: Path) -> tuple[Path, Path]:
    """Where the descriptor of a file can lie; the first that speaks of it rules."""
    return path.with_name(f"{path.name}.json"), path.with_name(FILE_NAME)


def descriptor_of(path: Path, within: Path) -> tuple[OwnDescriptor, Path | None, str]:
    """What is said of a file: the descriptor with the resources that are its own, where it lies, and its text.

    An empty one, None and "" where nothing is said. Raises DataError with every problem of the descriptor.
    """
    for place in places(path):
        if not place.exists() and not place.is_symlink():
            continue
        given, text = read_model(place, OwnDescriptor, within)
        own = tuple(r for r in given.resources if r.path.removeprefix("./") == path.name)
        if own or place.name != FILE_NAME:
            if not own and given.resources:
                names = [r.path for r in given.resources]
                message = f'the descriptor speaks of "{names[0][:60]}", not of "{path.name}"'
                raise DataError(message, Location(str(place)), f'"path": "{path.name}"')
            if slips := list(_slips(json.loads(text), OwnDescriptor, text, place, ())):
                raise DataError(problems=slips)
            for resource in own:
                if resource.encoding.lower() not in ("", *ENCODINGS):
                    hint = did_you_mean(resource.encoding, ENCODINGS, label="encodings")
                    raise DataError(f'the encoding "{resource.encoding[:40]}" is not known', Location(str(place)), hint)
            return given.model_copy(update={"resources": own}), place, text
    return OwnDescriptor(), None, ""


INSIDE: Mapping[str, type[Model]] = {
    "resources": OwnResource,
    "schema": OwnSchema,
    "dialect": OwnDialect,
    "fields": OwnField,
    "licenses": OwnLicence,
    "sources": OwnSource,
    "contributors": OwnContributor,
}


def _slips(given: Any, kind: type[Model], text: str, path: Path, steps: tuple[str | int, ...]) -> Iterator[Problem]:
    """Keys that are no keys and look like one, as "cautoin": what they say would be lost without a word."""
    if not isinstance(given, dict):
        return
    known = {detail.alias or name for name, detail in kind.model_fields.items()}
    for key, value in given.items():
        if key in known and (inner := INSIDE.get(key)):
            parts = enumerate(value) if isinstance(value, list) else [(None, value)]
            for i, part in parts:
                yield from _slips(part, inner, text, path, (*steps, key) if i is None else (*steps, key, i))
        elif key not in known | STANDARD:
            if close := difflib.get_close_matches(key, known, n=1, cutoff=0.8):
                where = place_in(text, path, (*steps, key))
                yield Problem(f'unknown key "{visible(key)[:40]}"', where, f'did you mean "{close[0]}"?')


def rules_of(resource: OwnResource, raw: Raw, place: Path) -> tuple[list[Rule], list[Problem]]:
    """The rules that a descriptor gives a table, and where the two don't agree about its columns."""
    assert resource.table is not None
    stated, found = resource.table, list[Problem]()
    names = {name: i for i, name in enumerate(raw.names)}
    fields = [field.name for field in stated.fields]
    for name in fields:
        if name not in names:
            hint = did_you_mean(name, raw.names, label="columns")
            found.append(Problem(f'there is no column "{name}", which {place.name} describes', raw.where(None), hint))
    if stated.fields_match != "subset":
        for name, i in names.items():
            if name not in fields:
                hint = 'describe it, or write "fieldsMatch": "subset"'
                found.append(Problem(f'column "{name}" is not described in {place.name}', raw.where(None, i), hint))
    if stated.fields_match == "exact" and not found and fields != list(raw.names):
        said = f"the columns are {', '.join(raw.names)[:200]}; {place.name} has them in another order"
        found.append(Problem(said, raw.where(None), 'bring them in order, or write "fieldsMatch": "equal"'))
    if absent := [name for name in stated.primary_key if name not in fields]:
        hint = did_you_mean(absent[0], fields, label="fields")
        found.append(Problem(f'the primary key "{absent[0]}" is no field', Location(str(place)), hint))
    for stated_field in stated.fields:
        if TYPES.get(stated_field.type, stated_field.type) == "string" and (
            stated_field.group or stated_field.decimal != "." or not stated_field.bare
        ):
            said = f'"{stated_field.name}" is text, and says how its numbers are written'
            found.append(Problem(said, Location(str(place)), 'state "type": "number", or "integer"'))
    rules = [
        _rule(field, names[field.name], field.missing_values or stated.missing_values)
        for field in stated.fields
        if field.name in names
    ]
    return rules, found


def _rule(given: OwnField, index: int, missing: tuple[str, ...]) -> Rule:
    limits = given.constraints
    kind = TYPES.get(given.type, given.type)
    form = "" if given.format in ("default", "any") else given.format
    field = Field(
        given.name,
        kind,  # type: ignore[arg-type]
        given.description or given.title,
        given.unit,
        limits.required,
        limits.unique,
        limits.enum,
        limits.minimum,
        limits.maximum,
    )
    return Rule(index, field, missing, given.decimal, given.group, given.bare, form)
