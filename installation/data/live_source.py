"""What a table's descriptor says of its live source: who is asked, for what, and how the answer becomes our columns.

It stands under `live` in a table of `datapackage.json`. That it can be refreshed is said there; whether and when a
building does so is for its site file, for only the building knows its network and its hours. Opens nothing. Called by
`data.descriptor`, which proves it, and by `refresh`, which goes and asks.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from installation.errors import did_you_mean

KindName: TypeAlias = Literal["who", "worldbank", "socrata", "oecd", "comtrade", "csv", "json", "mqtt"]
Sharing: TypeAlias = Literal["yes", "attribution", "limited", "no"]
Paging: TypeAlias = Literal["one", "next", "number", "offset"]

STRICTER: tuple[Sharing, ...] = ("yes", "attribution", "limited", "no")
DAY = 86400.0
KEY_NAME = r"^INSTALLATION_KEY_[A-Z0-9_]+$"
"""Which environment variables a package may name: otherwise any package could send the system's secrets anywhere."""

Text = Annotated[StrictStr, Field(min_length=1, max_length=2000)]
_HOLE = re.compile(r"\{([^{}]+)\}")
_KEYS = re.compile(
    r"(?i)(?:^|[?&_.-])(?:api|access|subscription|auth)?[_-]?(?:key|token|secret|password|passwd)(?:=|$)"
)


@dataclass(frozen=True, slots=True)
class Kind:
    """How a publisher's service is spoken to.

    `address` is its base, `keyed_address` the one for those with a key; `query` what every request carries. `days` is the
    minimum age of an answer before it is asked for again. `cut` are the row counts at which the service cuts an answer
    off without a word, without and with a key. Addresses and limits are those of the publishers' own pages, November 2026.
    """

    address: str = ""
    keyed_address: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    paging: Paging = "one"
    days: float = 7.0
    key_header: str = ""
    sharing: Sharing = "attribution"
    cut: tuple[int, int] = (0, 0)


KINDS: Mapping[str, Kind] = {
    "who": Kind("https://ghoapi.azureedge.net/api/", paging="next", sharing="limited"),
    "worldbank": Kind("https://api.worldbank.org/v2/", query={"format": "json", "per_page": "1000"}, paging="number"),
    "socrata": Kind(
        "https://data.cdc.gov/resource/",
        query={"$limit": "50000", "$order": ":id"},
        paging="offset",
        key_header="X-App-Token",
    ),
    "oecd": Kind("https://sdmx.oecd.org/public/rest/data/", query={"format": "csvfilewithlabels"}, days=30.0),
    "comtrade": Kind(
        "https://comtradeapi.un.org/public/v1/preview/",
        keyed_address="https://comtradeapi.un.org/data/v1/get/",
        key_header="Ocp-Apim-Subscription-Key",
        sharing="no",
        cut=(500, 250_000),
    ),
    "csv": Kind(),
    "json": Kind(),
    "mqtt": Kind(days=10 / DAY),
}


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Key(Model):
    """Which environment variable holds a key, and in which header or query word it is sent."""

    env: Annotated[StrictStr, Field(pattern=KEY_NAME, max_length=80)]
    header: Annotated[StrictStr, Field(pattern=r"^[A-Za-z0-9-]*$", max_length=80)] = ""
    query: Annotated[StrictStr, Field(max_length=80)] = ""
    required: StrictBool = False


class Limits(Model):
    """How much of an answer is taken: bytes a page after unpacking, pages, rows of all pages together."""

    bytes: Annotated[StrictInt, Field(ge=1, le=1 << 30)] = 64 << 20
    pages: Annotated[StrictInt, Field(ge=1, le=10_000)] = 100
    rows: Annotated[StrictInt, Field(ge=1, le=1_000_000)] = 500_000


class Live(Model):
    """A table's live source. `fields` gives each of our columns as a text with {THEIR COLUMN} in it.

    A column of ours that isn't named stays empty, but for `status`: observed where `value` is there, else not_reported.
    `where` keeps rows whose column has one of some values; `words` puts our word for theirs; `keep` names a column of
    ours: rows of the table in use whose value there the answer does not have are kept (other indicators, other sources).
    `rows` says where the rows of plain JSON lie ("data.items"); `topics` and `listen` (seconds) are for MQTT.
    """

    kind: KindName = Field(alias="from")
    address: Annotated[StrictStr, Field(max_length=2000)] = ""
    path: Annotated[StrictStr, Field(max_length=2000)] = ""
    query: dict[Text, Text] = Field(default_factory=dict, max_length=64)
    fields: dict[Text, Text] = Field(min_length=1, max_length=512)
    where: dict[Text, tuple[StrictStr, ...]] = Field(default_factory=dict)
    words: dict[Text, dict[StrictStr, StrictStr]] = Field(default_factory=dict)
    keep: StrictStr = ""
    rows: Annotated[StrictStr, Field(pattern=r"^[^{}]*$", max_length=200)] = ""
    topics: tuple[Text, ...] = ()
    listen: Annotated[float, Field(gt=0, le=600)] = 5.0
    days: Annotated[float, Field(gt=0, le=3650)] | None = None
    key: Key | None = None
    user: Annotated[StrictStr, Field(max_length=200)] = ""
    may_redistribute: Sharing | None = None
    limits: Limits = Limits()

    @property
    def how(self) -> Kind:
        return KINDS[self.kind]

    @property
    def minimum_age(self) -> float:
        """Seconds that an answer must be old before it is asked for again."""
        return (self.how.days if self.days is None else max(self.days, self.how.days * self._strict)) * DAY

    @property
    def _strict(self) -> float:
        """The publishers' own waiting times can be made longer, not shorter; an own server's can."""
        return 0.0 if self.kind in ("csv", "json", "mqtt") else 1.0

    @property
    def sharing(self) -> Sharing:
        """Whether the table may be passed on: "no" is drawn, and neither exported nor recorded. A package can be
        stricter than the publisher is, and not laxer.
        """
        return max(self.may_redistribute or "yes", self.how.sharing, key=STRICTER.index)

    @property
    def columns(self) -> frozenset[str]:
        """The publisher's columns that are needed."""
        used = {name for text in self.fields.values() for name in holes(text)}
        return frozenset(used | set(self.where))

    def base(self, keyed: bool, instead: str = "") -> str:
        """Where it is asked: the building's own choice, else the package's, else the publisher's."""
        known = self.how.keyed_address if keyed and self.how.keyed_address else self.how.address
        start = instead or self.address or known
        return f"{start.rstrip('/')}/{self.path.lstrip('/')}" if self.path else start


@dataclass(frozen=True, slots=True)
class Request:
    """An address and its query, without any key. `page` counts from 1, `skip` is the rows before it."""

    address: str
    query: tuple[tuple[str, str], ...] = ()
    page: int = 1


def first_request(live: Live, keyed: bool = False, instead: str = "") -> Request:
    """What is asked first."""
    return Request(live.base(keyed, instead), tuple({**live.how.query, **live.query}.items()))


def next_request(live: Live, asked: Request, link: str, pages: int, rows: int) -> Request | None:
    """What is asked after an answer of `rows` rows that named a next `link`, or a number of `pages`; None at the end."""
    number = asked.page + 1
    query = dict(asked.query)
    if live.how.paging == "next" and link:
        return Request(link, (), number)
    if live.how.paging == "number" and number <= pages:
        return Request(asked.address, tuple({**query, "page": str(number)}.items()), number)
    limit = int(query["$limit"]) if query.get("$limit", "").isdecimal() else 0
    if live.how.paging == "offset" and limit and rows >= limit:
        start = int(live.query.get("$offset", "0")) + limit * asked.page
        return Request(asked.address, tuple({**query, "$offset": str(start)}.items()), number)
    return None


def holes(text: str) -> list[str]:
    """The publisher's columns in a text such as "iso3:{SpatialDim}"."""
    return _HOLE.findall(text)


def filled(text: str, record: Mapping[str, object]) -> str | None:
    """A text with its holes filled; None where the record has no value for one of them."""
    words = {name: record.get(name) for name in holes(text)}
    if any(value is None or value == "" for value in words.values()):
        return None
    return _HOLE.sub(lambda found: _plain(words[found[1]]), text)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def inconsistent(
    live: Live, fields: Collection[str], key: Collection[str]
) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """What is wrong with a live source beside its table: a message, where it stands under `live`, and a hint."""
    for part, names in (("fields", live.fields), ("words", live.words)):
        for name in names:
            if name not in fields:
                yield f'the table has no field "{name}"', (part, name), did_you_mean(name, fields, label="fields")
    for name in key:
        if name not in live.fields:
            yield f'"{name}" is of the primary key, so live.fields must give it', ("fields",), ""
    if live.keep and live.keep not in live.fields:
        yield f'keep is "{live.keep}", which live.fields does not give', ("keep",), ""
    if live.kind == "mqtt":
        if not live.topics:
            yield "topics is missing", (), 'such as ["museum/+/temperature"]'
    elif not (live.address or live.how.address):
        yield "address is missing", (), "http:// or https:// and where the file lies"
    schemes = ("mqtt://", "mqtts://") if live.kind == "mqtt" else ("https://", "http://")
    if live.address and not live.address.startswith(schemes):
        yield f"address must begin with {' or '.join(schemes)}", ("address",), ""
    if "@" in live.address.split("/", 3)[2 if "://" in live.address else 0]:
        yield "address has a user or a password in it", ("address",), "keys come from environment variables: live.key"
    if found := next((name for name in (*live.query, live.address, live.path) if _KEYS.search(name)), None):
        yield (
            "a key is written here",
            ("query", found) if found in live.query else (),
            "keys come from environment variables: live.key",
        )
    if live.kind == "socrata" and not live.query.get("$limit", "1").isdecimal():
        yield "$limit must be a whole number", ("query", "$limit"), ""
    if live.kind == "socrata" and not live.query.get("$offset", "0").isdecimal():
        yield "$offset must be a whole number", ("query", "$offset"), ""
    if live.key and live.kind != "mqtt" and not (live.key.header or live.key.query or live.how.key_header):
        yield "key says neither header nor query", ("key",), "how the service wants it"
