"""The shape of a `datapackage.json` (Data Package v2), and its problems told with their place.

Only `read_descriptor` produces user errors: all of a file's at once, as file:line:column. Properties that
this engine does not know are left alone, as the standard asks. Called by `data.package` and `data.build`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, StrictBool, StrictInt, StrictStr, ValidationError
from pydantic import Field as Detail

from installation.data.editions import Asked
from installation.data.files import read_regular
from installation.data.live_source import Live, inconsistent
from installation.errors import DataError, Location, Problem, did_you_mean

FILE_NAME = "datapackage.json"
FILE_LIMIT = 1 << 20
TABLE_LIMIT = 64 << 20
"""Most bytes read from a descriptor, and from a table."""

NAME = r"^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$"
TABLE_NAME = r"^[a-z][a-z0-9_]*$"

Text = Annotated[StrictStr, Detail(min_length=1, max_length=4000)]
FieldType = Literal["string", "integer", "number", "boolean", "date", "datetime"]
"""What a column can hold; a package's own tables keep to the first four."""


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


M = TypeVar("M", bound=Model)


class Constraints(Model):
    required: StrictBool = False
    unique: StrictBool = False
    enum: tuple[StrictStr | StrictInt | float, ...] | None = None
    minimum: StrictInt | float | None = None
    maximum: StrictInt | float | None = None


class FieldModel(Model):
    name: Annotated[StrictStr, Detail(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=60)]
    type: Literal["string", "integer", "number", "boolean"]
    title: StrictStr = ""
    description: StrictStr = ""
    unit: StrictStr = ""
    indicator: StrictStr = ""
    constraints: Constraints = Constraints()


class Reference(Model):
    resource: StrictStr
    fields: Annotated[tuple[StrictStr, ...], Detail(min_length=1)]


class ForeignKeyModel(Model):
    fields: Annotated[tuple[StrictStr, ...], Detail(min_length=1)]
    reference: Reference


class SchemaModel(Model):
    fields_match: Literal["exact"] = Detail("exact", alias="fieldsMatch")
    fields: Annotated[tuple[FieldModel, ...], Detail(min_length=1, max_length=512)]
    missing_values: tuple[StrictStr, ...] = Detail(("",), alias="missingValues")
    primary_key: tuple[StrictStr, ...] = Detail((), alias="primaryKey")
    unique_keys: tuple[tuple[StrictStr, ...], ...] = Detail((), alias="uniqueKeys")
    foreign_keys: tuple[ForeignKeyModel, ...] = Detail((), alias="foreignKeys")


class ResourceModel(Model):
    schema_address: Literal["https://datapackage.org/profiles/2.0/dataresource.json"] = Detail(alias="$schema")
    name: Annotated[StrictStr, Detail(pattern=TABLE_NAME, max_length=60)]
    title: StrictStr = ""
    description: StrictStr = ""
    caution: StrictStr = ""
    marks: StrictBool = False
    path: Text
    type: Literal["table"]
    format: Literal["csv"]
    mediatype: Literal["text/csv"] = "text/csv"
    encoding: Literal["utf-8"] = "utf-8"
    hash: Annotated[StrictStr, Detail(pattern=r"^sha256:[0-9a-f]{64}$")]
    bytes: Annotated[StrictInt, Detail(ge=0, le=TABLE_LIMIT)]
    table: SchemaModel = Detail(alias="schema")
    live: Live | None = None


class LicenceModel(Model):
    name: Text
    title: StrictStr = ""
    path: StrictStr = ""


class SourceModel(Model):
    title: Text
    path: StrictStr = ""
    version: StrictStr = ""


class ContributorModel(Model):
    title: Text
    roles: tuple[StrictStr, ...] = ()


class GeneratorModel(Model):
    name: Text
    version: Text
    seed: StrictInt


class Descriptor(Model):
    schema_address: Literal["https://datapackage.org/profiles/2.0/datapackage.json"] = Detail(alias="$schema")
    name: Annotated[StrictStr, Detail(pattern=NAME, max_length=80)]
    title: Text
    description: StrictStr = ""
    version: Text
    fiction: StrictBool
    years: Text
    credit: StrictStr = ""
    caution: StrictStr = ""
    licenses: Annotated[tuple[LicenceModel, ...], Detail(min_length=1)]
    sources: tuple[SourceModel, ...] = ()
    contributors: Annotated[tuple[ContributorModel, ...], Detail(min_length=1)]
    generator: GeneratorModel | None = None
    refreshed: dict[StrictStr, Asked] = Detail(default_factory=dict)
    """In an edition that `refresh` made: where its tables came from."""
    resources: Annotated[tuple[ResourceModel, ...], Detail(min_length=1, max_length=64)]


def read_descriptor(path: Path) -> tuple[Descriptor, str]:
    """A descriptor and its text. Raises DataError with every problem of the file, each with its line and
    column.
    """
    descriptor, text = read_model(path, Descriptor)
    problems = sorted(_inconsistent(descriptor, path, text), key=lambda problem: problem.place)
    if problems:
        raise DataError(problems=problems)
    return descriptor, text


def read_model(path: Path, kind: type[M], within: Path | None = None) -> tuple[M, str]:
    """A JSON file as a model, and its text. Raises DataError with every problem, each with its line and column."""
    try:
        text = read_regular(path, FILE_LIMIT, within).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"byte {error.start} is not UTF-8", Location(str(path)), "save the file as UTF-8") from None
    given = _parse(text, path)
    try:
        return kind.model_validate(given), text
    except ValidationError as error:
        raise DataError(problems=_reworded(error, text, path)) from None


def place(text: str, path: Path, steps: Sequence[str | int]) -> Location:
    """Where `steps` (keys and list positions) leads in a JSON text, or the nearest place above it.

    Parsed again, as YAML, which keeps positions: only files with a problem pay for it.
    """
    try:
        node = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, RecursionError):
        return Location(str(path))
    for step in steps:
        found: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            found = next((value for key, value in node.value if key.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            found = node.value[step]
        if found is None:
            break
        node = found
    if node is None:
        return Location(str(path))
    return Location(str(path), node.start_mark.line + 1, node.start_mark.column + 1)


class _Refused(ValueError):
    """A JSON text that Python would read and the standard does not allow."""


def _parse(text: str, path: Path) -> Any:
    def whole(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            names = [key for key, _ in pairs]
            raise _Refused(f'the key "{next(key for key in names if names.count(key) > 1)}" is given twice')
        return found

    def refuse(word: str) -> Any:
        raise _Refused(f"{word} is not a number in JSON")

    try:
        return json.loads(text, object_pairs_hook=whole, parse_constant=refuse)
    except json.JSONDecodeError as error:
        where = Location(str(path), error.lineno, error.colno)
        raise DataError(f"this is not JSON: {error.msg[:1].lower()}{error.msg[1:]}", where) from None
    except _Refused as error:
        raise DataError(str(error), Location(str(path))) from None
    except RecursionError:
        raise DataError("the file is nested too deeply", Location(str(path))) from None
    except ValueError as error:  # a whole number of thousands of digits
        raise DataError(f"the file has a number that can't be read: {error}", Location(str(path))) from None


def _dotted(steps: Sequence[str | int]) -> str:
    """`("resources", 1, "path")` as `resources[1].path`."""
    words = ""
    for step in steps:
        words += f"[{step}]" if isinstance(step, int) else f".{step}" if words else step
    return words or "the file"


def _reworded(error: ValidationError, text: str, path: Path) -> list[Problem]:
    problems = []
    for detail in error.errors(include_url=False):
        steps, given = detail["loc"], detail["input"]
        name, hint = _dotted(steps), ""
        if detail["type"] == "missing":
            message = f"{name} is missing"
        elif detail["type"] == "literal_error":
            message = f"{name} is {_short(given)}; expected {detail['ctx']['expected']}"
            hint = did_you_mean(str(given), str(detail["ctx"]["expected"]).replace("'", "").split(" or "))
        elif detail["type"] == "string_pattern_mismatch":
            message = f"{name} is {_short(given)}; expected the pattern {detail['ctx']['pattern']}"
        else:
            said = detail["msg"]
            message = f"{name} is {_short(given)}: {said[:1].lower()}{said[1:]}"
        problems.append(Problem(message, place(text, path, steps), hint))
    return sorted(problems, key=lambda problem: problem.place)


def _short(given: Any) -> str:
    shown = json.dumps(given, ensure_ascii=False, default=str)
    return shown if len(shown) <= 60 else shown[:57] + "..."


def _inconsistent(descriptor: Descriptor, path: Path, text: str) -> Iterator[Problem]:
    """What the single values can't show: names given twice, keys of fields that don't exist, paths that
    leave.
    """

    def problem(message: str, *steps: str | int, hint: str = "") -> Problem:
        return Problem(message, place(text, path, steps), hint)

    if descriptor.name != path.parent.name:
        yield problem(f'name is "{descriptor.name}", but the folder is "{path.parent.name}"', "name")
    if descriptor.fiction and not descriptor.title.endswith("(fiction)"):
        yield problem('the title of a package of fiction must end in "(fiction)"', "title")
    if not descriptor.fiction and not descriptor.sources:
        yield problem("a package of facts must name its sources", "sources")
    names = [resource.name for resource in descriptor.resources]
    fields_of = {r.name: [f.name for f in r.table.fields] for r in descriptor.resources}
    for i, resource in enumerate(descriptor.resources):
        at = ("resources", i)
        if resource.name in names[:i]:
            yield problem(f'there are two tables "{resource.name}"', *at, "name")
        if "/" in resource.path or "\\" in resource.path or resource.path.startswith("."):
            yield problem(f'path "{resource.path}" must be a file beside this one', *at, "path")
        fields = fields_of[resource.name]
        lower = [name.lower() for name in fields]
        for j, name in enumerate(lower):
            if name in lower[:j]:
                yield problem(f'there are two fields "{name}"', *at, "schema", "fields", j, "name")
        if resource.live:
            if descriptor.fiction:
                yield problem("a package of fiction has no live source", *at, "live")
            for message, steps_to, hint in inconsistent(resource.live, fields, resource.table.primary_key):
                yield problem(message, *at, "live", *steps_to, hint=hint)
        keys: list[tuple[tuple[str, ...], tuple[str | int, ...]]] = [(resource.table.primary_key, ("primaryKey",))]
        keys += [(key, ("uniqueKeys", j)) for j, key in enumerate(resource.table.unique_keys)]
        keys += [(key.fields, ("foreignKeys", j, "fields")) for j, key in enumerate(resource.table.foreign_keys)]
        for key, steps in keys:
            for name in key:
                if name not in fields:
                    message = f'table "{resource.name}" has no field "{name}"'
                    yield problem(message, *at, "schema", *steps, hint=did_you_mean(name, fields, label="fields"))
        for j, foreign in enumerate(resource.table.foreign_keys):
            there_at = (*at, "schema", "foreignKeys", j, "reference")
            there = fields_of.get(foreign.reference.resource)
            if there is None:
                hint = did_you_mean(foreign.reference.resource, names, label="tables")
                yield problem(f'there is no table "{foreign.reference.resource}"', *at, *steps, "resource", hint=hint)
            elif not set(foreign.reference.fields) <= set(there):
                message = f'table "{foreign.reference.resource}" has no field of that name'
                yield problem(message, *there_at, "fields", hint=did_you_mean("", there, label="fields"))
            elif len(foreign.fields) != len(foreign.reference.fields):
                yield problem("a foreign key needs as many fields on both sides", *there_at)
