"""Gets all the answers of a live source, page by page, and keeps them: raw, with checksum, address, time and row count.

What is young enough is not asked for again; what is older is asked for on condition that it has changed. An answer that is
kept never has a key in it. Called by `refresh`, which also gives the way to fetch; reads and writes the cache folder alone.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict, StrictInt, StrictStr, ValidationError

from installation.data.editions import workplace
from installation.data.files import read_regular, write_whole
from installation.data.live_answers import Page, Record, parse
from installation.data.live_source import Live, Request, first_request, next_request
from installation.errors import DataError, Location
from installation.inputs.web import Answer, Secret, address_of, joined

INDEX = "index.json"
LARGEST_INDEX = 4 << 20


class Get(Protocol):
    """`inputs.web.Fetcher.get`, or what stands in for it."""

    def __call__(
        self,
        address: str,
        query: Sequence[tuple[str, str]] = (),
        *,
        secret: Secret | None = None,
        etag: str = "",
        modified: str = "",
        most: int = 0,
    ) -> Answer: ...


class Kept(BaseModel):
    """An answer in the cache folder: `at` is when it was last asked for, seconds since 1970."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: StrictStr
    sha256: StrictStr
    status: StrictInt
    at: float
    rows: StrictInt
    etag: StrictStr = ""
    modified: StrictStr = ""


class Index(BaseModel):
    """The answers of a table's source, in their order; `whole` when the last one was had too; `asked` is who was asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    asked: StrictStr = ""
    whole: bool = False
    answers: tuple[Kept, ...] = ()


@dataclass(frozen=True, slots=True)
class Gathered:
    """All records of a source, and the answers that they came in, the first of which lies in `file`."""

    records: list[Record]
    answers: tuple[Kept, ...]
    asked: bool
    file: Path


class Store:
    """The answers of one table's live source in the cache folder."""

    def __init__(self, package: str, table: str) -> None:
        self.folder = workplace(package) / "answers" / table
        self.index = self._read()

    def _read(self) -> Index:
        try:
            return Index.model_validate_json(read_regular(self.folder / INDEX, LARGEST_INDEX))
        except (DataError, ValidationError):
            return Index()

    def age(self, now: float) -> float:
        """Seconds since the source was last asked for all its answers; infinite when it never was. A clock that was put
        back makes it infinite too.
        """
        ages = [now - kept.at for kept in self.index.answers]
        return max(ages) if self.index.whole and ages and min(ages) >= 0 else float("inf")

    def body(self, kept: Kept, limit: int) -> bytes | None:
        """A kept answer's bytes; None when they are gone or not those that were kept."""
        try:
            body = read_regular(self.path(kept.sha256), limit)
        except DataError:
            return None
        return body if hashlib.sha256(body).hexdigest() == kept.sha256 else None

    def path(self, sha256: str) -> Path:
        return self.folder / f"{sha256}.answer"

    def keep(self, answer: Answer, rows: int, now: float) -> Kept:
        digest = hashlib.sha256(answer.body).hexdigest()
        write_whole(self.path(digest), answer.body)
        os.chmod(self.path(digest), 0o600)
        return Kept(
            address=answer.address,
            sha256=digest,
            status=answer.status,
            at=now,
            rows=rows,
            etag=answer.etag,
            modified=answer.modified,
        )

    def write(self, asked: str, whole: bool, answers: Sequence[Kept]) -> None:
        """Notes what is kept; the bodies that nothing refers to any more are thrown away once all is whole."""
        self.index = Index(asked=asked, whole=whole, answers=tuple(answers))
        write_whole(self.folder / INDEX, (self.index.model_dump_json(indent=2) + "\n").encode())
        if whole:
            wanted = {self.path(kept.sha256) for kept in answers}
            for path in self.folder.glob("*.answer"):
                if path not in wanted:
                    path.unlink(missing_ok=True)


def gather(live: Live, store: Store, get: Get, secret: Secret | None, instead: str, now: float) -> Gathered:
    """All records of a source: from the cache folder while they are young enough, else asked for.

    `instead` is a base address in place of the source's own. Raises DataError, with the address, for what can't be had
    or read: then what was kept before is still kept.
    """
    keyed = secret is not None
    request: Request | None = first_request(live, keyed, instead)
    assert request is not None
    identity = _identity(live, request, keyed)
    young = store.index.asked == identity and store.age(now) < live.minimum_age
    before = {kept.address: kept for kept in store.index.answers} if store.index.asked == identity else {}
    start, seen = request.address, set[str]()
    records: list[Record] = []
    answers: list[Kept] = []
    asked = False
    while request is not None:
        address = address_of(request.address, request.query, secret)
        if address in seen:
            raise DataError(f"{request.address}: the links to the next page lead in a circle")
        if len(answers) >= live.limits.pages:
            raise DataError(f"{start}: more than {live.limits.pages} pages", hint="ask for less in live.query")
        seen.add(address)
        page, kept, fresh = _page(live, store, get, secret, request, before.get(address), young, now)
        asked |= fresh
        answers.append(kept)
        records += page.records
        if len(records) > live.limits.rows:
            raise DataError(f"{start}: more than {live.limits.rows:,} rows", hint="ask for less in live.query")
        link = page.link and joined(request.address, page.link)
        request = next_request(live, request, link, page.pages, len(page.records))
    if asked:
        store.write(identity, True, answers)
    return Gathered(records, tuple(answers), asked, store.path(answers[0].sha256))


def _page(
    live: Live,
    store: Store,
    get: Get,
    secret: Secret | None,
    request: Request,
    kept: Kept | None,
    young: bool,
    now: float,
) -> tuple[Page, Kept, bool]:
    """One answer, as records and as it is kept; and whether it was asked for."""
    body = store.body(kept, live.limits.bytes) if kept else None
    if young and kept and body is not None:
        return _parsed(live, body, secret, store.path(kept.sha256)), kept, False
    known = kept if body is not None else None
    answer = get(
        request.address,
        request.query,
        secret=secret,
        etag=known.etag if known else "",
        modified=known.modified if known else "",
        most=live.limits.bytes,
    )
    if answer.status == 304 and known and body is not None:
        page = _parsed(live, body, secret, store.path(known.sha256))
        return page, known.model_copy(update={"status": 304, "at": now}), True
    first = store.keep(answer, 0, now)
    page = _parsed(live, answer.body, secret, store.path(first.sha256))
    return page, first.model_copy(update={"rows": len(page.records)}), True


def _parsed(live: Live, body: bytes, secret: Secret | None, path: Path) -> Page:
    """Raises DataError with the file in which the answer can be looked at."""
    try:
        return parse(live, body, secret is not None)
    except DataError as error:
        raise DataError(problems=error.at(Location(str(path))).problems) from None


def _identity(live: Live, request: Request, keyed: bool) -> str:
    """What is asked of whom; another question is never answered from what was kept of this one."""
    told = json.dumps([live.kind, request.address, request.query, live.topics, keyed])
    return hashlib.sha256(told.encode()).hexdigest()


def stamp(seconds: float) -> str:
    """Seconds since 1970 as UTC: 2026-11-23T03:12:44Z."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def ago(seconds: float) -> str:
    """An age for people: "3 days", "5 hours", "a moment"."""
    for name, length in (("day", 86400.0), ("hour", 3600.0), ("minute", 60.0)):
        if seconds >= length:
            count = int(seconds // length)
            return f"{count} {name}{'s' if count > 1 else ''}"
    return "a moment"
