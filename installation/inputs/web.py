"""Fetches an address over HTTP as if the other side might be broken, slow, hostile, or in between.

Bounded in time (to connect, of silence, of the whole answer), in bytes after unpacking, in tries. A key is added at the
last moment and is in nothing that comes out: no address, no error, no log. Redirects and links lead to the same host or
nowhere. Knows nothing of data: `refresh` calls it, in a thread of its own or on the command line, never in the frame.
"""

from __future__ import annotations

import logging
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin, urlsplit

from installation.clock import wall_time
from installation.errors import DataError

if TYPE_CHECKING:
    import httpx

AGENT = "installation (a museum's data mural; conditional requests)"
REDIRECTS = 5
LONGEST_WAIT = 300.0
"""Seconds: a server that asks for more is left alone until the next refresh."""
SNIPPET = 160


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds to connect, of silence, and for a whole answer; bytes of an unpacked body; tries; the first wait, which
    doubles from try to try.
    """

    connect: float = 10.0
    silence: float = 90.0
    whole: float = 300.0
    bytes: int = 1 << 30
    tries: int = 6
    wait: float = 2.0


@dataclass(frozen=True, slots=True)
class Secret:
    """A key, and the header or the query word that it is sent in. Never shown."""

    value: str
    header: str = ""
    query: str = ""

    def __repr__(self) -> str:
        return "Secret(...)"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: 200 with a body, or 304 with none. `address` is without the key."""

    address: str
    status: int
    body: bytes
    etag: str = ""
    modified: str = ""


class Stopped(Exception):
    """Whoever waits was told to stop."""


class _Again(Exception):
    """What may be better in a moment; `after` is what the server asked for, in seconds."""

    def __init__(self, message: str, after: float = 0.0) -> None:
        super().__init__(message)
        self.after = after


class Fetcher:
    """Remembers the client and the limits. `wait(seconds)` sleeps, and is true when it is time to stop."""

    def __init__(self, limits: Limits, wait: Callable[[float], bool]) -> None:
        import httpx

        for name in ("httpx", "httpcore"):  # they write addresses, with their keys, into the log
            logging.getLogger(name).setLevel(logging.WARNING)
        self._limits, self._wait = limits, wait
        self.problem = ""
        """What was wrong with the last try, for who tells why it waits."""
        timeout = httpx.Timeout(limits.silence, connect=limits.connect)
        headers = {"User-Agent": AGENT, "Accept-Encoding": "gzip"}
        alone = httpx.Limits(
            max_connections=1, max_keepalive_connections=0
        )  # so that the deadline sees each connection
        self._client = httpx.Client(timeout=timeout, headers=headers, follow_redirects=False, limits=alone)

    def get(
        self,
        address: str,
        query: Sequence[tuple[str, str]] = (),
        *,
        secret: Secret | None = None,
        etag: str = "",
        modified: str = "",
        most: int = 0,
    ) -> Answer:
        """The answer of an address, of at most `most` bytes where that is less than the limit. It may be 304 where `etag`
        or `modified` of an earlier one is given.

        Raises DataError for what can't be had, Stopped.
        """
        plain = address_of(address, query, secret)
        _refuse(plain, secret)
        wait = self._limits.wait
        for tried in range(1, self._limits.tries + 1):
            try:
                return self._follow(plain, secret, etag, modified, min(most or self._limits.bytes, self._limits.bytes))
            except _Again as again:
                if again.after > LONGEST_WAIT:
                    message = f"{plain}: {again}; the server asks for a pause of {again.after:.0f} s"
                    raise DataError(message, hint="ask again after that") from None
                if tried == self._limits.tries:
                    raise DataError(f"{plain}: {again}; tried {tried} times") from None
                self.problem = f"{plain}: {again}"
                if self._wait(max(wait, again.after)):
                    raise Stopped from None
                wait *= 2
        raise AssertionError("tries is at least 1")

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _follow(self, address: str, secret: Secret | None, etag: str, modified: str, most: int) -> Answer:
        given = {"If-None-Match": etag, "If-Modified-Since": "" if etag else modified}
        headers = {name: value for name, value in given.items() if value}
        start = address
        for _ in range(REDIRECTS + 1):
            status, answered, body = self._once(address, secret, headers, most)
            if status not in (301, 302, 303, 307, 308):
                return self._judge(start, status, answered, body, secret, bool(headers))
            try:
                there = urljoin(address, answered.get("location", ""))
            except ValueError:
                there = ""
            if not same_place(address, there):
                message = f"{start}: it sends us to another host, {_netloc(there)}"
                raise DataError(_clean(message, secret), hint="if that is meant, write the new address")
            address = _clean(_without_key(there, secret), secret)
            _refuse(address, secret)
        raise DataError(f"{start}: it sends us in a circle")

    def _judge(
        self, address: str, status: int, answered: Mapping[str, str], body: bytes, secret: Secret | None, asked: bool
    ) -> Answer:
        if status == 200 or (status == 304 and asked):
            etag, modified = _short(answered.get("etag", "")), _short(answered.get("last-modified", ""))
            if secret:
                body = body.replace(secret.value.encode(), b"***")
            return Answer(address, status, body, etag, modified)
        said = _clean(body[: 4 * SNIPPET].decode("utf-8", "replace"), secret)
        said = " ".join("".join(c if c.isprintable() else " " for c in said).split())[:SNIPPET]
        message = f"status {status}" + (f": {said}" if said and "<" not in said[:20] else "")
        if status == 429 or status >= 500:
            raise _Again(message, _pause(answered.get("retry-after", "")))
        hints = {401: "is the key right?", 403: "is the key right?", 404: "is the address right?", 413: "ask for less"}
        raise DataError(f"{address}: {message}", hint=hints.get(status, ""))

    def _once(
        self, address: str, secret: Secret | None, headers: Mapping[str, str], most: int
    ) -> tuple[int, Mapping[str, str], bytes]:
        """One request and its answer. No message of the library is passed on: some have the address, or a header."""
        import httpx

        sent = dict(headers)
        if secret and secret.header:
            sent[secret.header] = secret.value
        keyed = with_query(address, ((secret.query, secret.value),)) if secret and secret.query else address
        with _deadline(self._limits.whole) as line:
            try:
                with self._client.stream("GET", keyed, headers=sent, extensions={"trace": line.see}) as response:
                    body = b"".join(unpacked(response, most))
                    if not line.passed:
                        return response.status_code, response.headers, body
            except httpx.TimeoutException as error:
                if not line.passed:
                    what = (
                        "no connection" if isinstance(error, (httpx.ConnectTimeout, httpx.PoolTimeout)) else "silence"
                    )
                    seconds = self._limits.connect if what == "no connection" else self._limits.silence
                    raise _Again(f"{what} for {seconds:g} s") from None
            except httpx.TransportError as error:
                if not line.passed:
                    raise self._broken(error) from None
            except (httpx.InvalidURL, UnicodeError, ValueError):
                raise DataError(f"{address}: this is not an address") from None
        raise _Again(f"the answer took longer than {self._limits.whole:g} s")

    def _broken(self, error: Exception) -> Exception:
        import httpx

        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                hint = "a proxy of the building may be in between: SSL_CERT_FILE names its certificates"
                return DataError(f"the certificate of {_host(error)} is not trusted", hint=hint)
            cause = cause.__cause__ or cause.__context__
        if isinstance(error, httpx.ConnectError):
            return _Again(f"no connection to {_host(error)}")
        if isinstance(error, (httpx.UnsupportedProtocol, httpx.LocalProtocolError)):
            return DataError(f"{_host(error)} can't be asked: the address or the key has signs that HTTP doesn't allow")
        return _Again("the connection broke off")


def unpacked(response: httpx.Response, most: int) -> Iterator[bytes]:
    """The body, unpacked here, so that a few kilobytes that unpack to gigabytes never do."""
    packed = response.headers.get("content-encoding", "").strip().lower()
    if packed not in ("", "identity", "gzip", "x-gzip"):
        raise DataError(f"the answer is packed as {packed[:40]}, which was not asked for")
    inflate = zlib.decompressobj(wbits=31) if "gzip" in packed else None
    left = most
    for piece in response.iter_raw(64 << 10):
        if inflate is not None:
            try:
                piece = inflate.decompress(piece, left + 1)
            except zlib.error:
                raise DataError("the answer is not the gzip that it says it is") from None
        left -= len(piece)
        if left < 0:
            raise DataError(f"the answer has more than {most:,} bytes", hint="ask for less at a time")
        yield piece
    if inflate is not None and not inflate.eof and left != most:
        raise _Again("the answer is cut off")


# -- the whole answer's deadline --------------------------------------------------------------------------------------------


class _Line:
    """Remembers the connection, so that it can be cut from another thread, and whether it was."""

    def __init__(self) -> None:
        self.passed = False
        self._socket: Any = None
        self._lock = threading.Lock()

    def see(self, event: str, info: Mapping[str, Any]) -> None:
        """httpcore's trace: the newest socket of this request."""
        stream: Any = info.get("return_value")
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")) and hasattr(stream, "get_extra_info"):
            with self._lock:
                self._socket = stream.get_extra_info("socket")
            if self.passed:
                self.cut()

    def cut(self) -> None:
        self.passed = True
        with self._lock:
            if self._socket is not None:
                try:
                    self._socket.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass  # it is closed already


@contextmanager
def _deadline(seconds: float) -> Iterator[_Line]:
    """Cuts the connection after so many seconds. A time-out of silence doesn't see a server that drips a byte a minute."""
    line = _Line()
    timer = threading.Timer(seconds, line.cut)
    timer.daemon = True
    timer.start()
    try:
        yield line
    finally:
        timer.cancel()


# -- addresses -------------------------------------------------------------------------------------------------------------


def with_query(address: str, query: Sequence[tuple[str, str]]) -> str:
    """An address with a query added. Spaces become %20: to OData a plus is a plus."""
    words = "&".join(f"{quote(name, safe='$')}={quote(value, safe=',:')}" for name, value in query)
    return f"{address}{'&' if '?' in address else '?'}{words}" if words else address


def address_of(address: str, query: Sequence[tuple[str, str]], secret: Secret | None) -> str:
    """What is asked, in full but for the key: what an answer is kept under."""
    return _without_key(with_query(address, query), secret)


def joined(address: str, link: str) -> str:
    """Where a link leads from an address. Raises DataError when that is another host: answers don't send us about."""
    try:
        there = urljoin(address, link)
    except ValueError:
        there = ""
    if not same_place(address, there):
        message = f"{address}: the next page is said to be at another host"
        raise DataError(message, hint="if that is meant, write its address")
    return there


def _without_key(address: str, secret: Secret | None) -> str:
    """An address without the query word that the key is sent in: links and redirects may carry it along."""
    if secret is None or not secret.query or "?" not in address:
        return address
    start, _, query = address.partition("?")
    names = {secret.query, quote(secret.query, safe="$")}
    left = "&".join(pair for pair in query.split("&") if pair.partition("=")[0] not in names)
    return f"{start}?{left}" if left else start


def same_place(address: str, other: str) -> bool:
    """Whether another address is of the same host and port; from http to https is a step up, never back."""
    try:
        one, two = urlsplit(address), urlsplit(other)
        ports = {"http": 80, "https": 443}
        if two.scheme not in ports or one.hostname != two.hostname or two.username or two.password:
            return False
        if one.scheme == "http" and two.scheme == "https" and one.port is None and two.port is None:
            return True
        return one.scheme == two.scheme and (one.port or ports[one.scheme]) == (two.port or ports[two.scheme])
    except (ValueError, KeyError):
        return False


def _refuse(address: str, secret: Secret | None) -> None:
    """Raises DataError for what must not be asked: no HTTP, a password in the address, a key over an open line."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https"):
        raise DataError(f"{address.rpartition('@')[2][:200]}: this is not an address", hint="http:// or https://")
    if parts.username or parts.password:
        raise DataError(
            f"https://{host}: the address has a user or a password in it", hint="keys come from the environment"
        )
    if secret is None:
        return
    if parts.scheme == "http" and host not in ("localhost", "127.0.0.1", "::1"):
        raise DataError(f"{address}: a key is not sent over http", hint="use https")
    if not secret.value.isascii() or not secret.value.isprintable() or " " in secret.value:
        raise DataError(
            f"{address}: the key has signs that no key has", hint="was it pasted with a space or a line's end?"
        )


def _clean(text: str, secret: Secret | None) -> str:
    """A text without the key, as it is and as an address has it: what a server says may repeat what it was asked."""
    if secret is not None:
        for form in (secret.value, quote(secret.value, safe=""), quote(secret.value, safe=",:")):
            text = text.replace(form, "***")
    return text


def _host(error: Any) -> str:
    try:
        return str(error.request.url.host)[:100]
    except RuntimeError:
        return "the host"


def _netloc(address: str) -> str:
    try:
        return urlsplit(address).netloc[:100] or "nowhere"
    except ValueError:
        return "nowhere"


def _short(header: str) -> str:
    """A header that is sent back later: dropped when it is no plain short line."""
    return header if len(header) <= 500 and header.isascii() and header.isprintable() else ""


def _pause(retry_after: str) -> float:
    """Seconds that a `Retry-After` asks for, as a number or as a date; 0 for anything else."""
    if retry_after.strip().isdecimal() and len(retry_after) < 10:
        return float(retry_after)
    try:
        return max(parsedate_to_datetime(retry_after).timestamp() - wall_time(), 0.0)
    except (ValueError, TypeError, OverflowError):
        return 0.0
