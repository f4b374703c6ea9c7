"""Fetching over HTTP from a real server that behaves badly."""

from __future__ import annotations

import gzip
import logging
import socket
import threading
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web_stand import Site, Visit, Waits, fetcher

from installation.errors import DataError
from installation.inputs.web import Secret, Stopped, address_of, joined, same_place

KEY = "s3cr3t-k3y-0123456789"


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(DataError) as caught:
        act()
    return str(caught.value)


def test_an_answer_comes_with_its_marks(site: Site) -> None:
    site.script = lambda v: v.answer([1], ETag='"a"', Last_Modified="Sun, 22 Nov 2026 08:00:00 GMT")
    with fetcher() as web:
        answer = web.get(f"{site.address}/x", [("$filter", "SpatialDimType eq 'COUNTRY'")])
    assert (answer.status, answer.body, answer.etag) == (200, b"[1]", '"a"')
    assert site.visits[0].line == "/x?$filter=SpatialDimType%20eq%20%27COUNTRY%27", "a plus is a plus to OData"


def test_what_has_not_changed_is_304(site: Site) -> None:
    site.script = lambda v: v.answer(status=304 if v.headers.get("If-None-Match") == '"a"' else 200)
    with fetcher() as web:
        assert web.get(site.address, etag='"a"').status == 304
        assert web.get(site.address).status == 200


def test_too_many_requests_is_waited_out_as_long_as_asked(site: Site) -> None:
    waits = Waits()
    site.in_turn(lambda v: v.answer(status=429, Retry_After="7"), lambda v: v.answer([1]))
    with fetcher(waits) as web:
        assert web.get(site.address).body == b"[1]"
    assert waits.asked == [7.0]


@pytest.mark.parametrize("pause", ["²", "-1", "soon", "1e9", "Sun, 99 Nov 2026 08:00:00 GMT", "9" * 50])
def test_a_pause_that_makes_no_sense_is_no_pause(site: Site, pause: str) -> None:
    waits = Waits()
    site.in_turn(lambda v: v.answer(status=429, Retry_After=pause), lambda v: v.answer([1]))
    with fetcher(waits) as web:
        assert web.get(site.address).body == b"[1]"
    assert waits.asked == [2.0]


def test_a_server_in_trouble_is_asked_five_times_more_with_growing_waits(site: Site) -> None:
    waits = Waits()
    site.script = lambda v: v.answer(b"upstream", status=503)
    with fetcher(waits) as web:
        told = refused(lambda: web.get(site.address))
    assert (len(site.visits), waits.asked) == (6, [2.0, 4.0, 8.0, 16.0, 32.0])
    assert "status 503: upstream; tried 6 times" in told


def test_a_very_long_pause_is_left_to_another_day(site: Site) -> None:
    site.script = lambda v: v.answer(status=429, Retry_After="86400")
    with fetcher() as web:
        assert "a pause of 86400 s" in refused(lambda: web.get(site.address))
    assert len(site.visits) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413])
def test_other_refusals_are_never_asked_again(site: Site, status: int) -> None:
    site.script = lambda v: v.answer(b"no", status=status)
    with fetcher() as web:
        assert f"status {status}" in refused(lambda: web.get(site.address))
    assert len(site.visits) == 1


def test_silence_is_a_time_out_and_tried_again(site: Site) -> None:
    site.in_turn(lambda v: site.closing.wait(10) and None, lambda v: v.answer([1]))
    with fetcher(silence=0.2) as web:
        assert web.get(site.address).body == b"[1]"


def drip(site: Site, visit: Visit, start: bytes) -> None:
    while visit.send(start) and not site.closing.wait(0.05):
        pass


@pytest.mark.parametrize("head", [True, False], ids=["in its head", "in its body"])
def test_a_slow_drip_ends_at_the_deadline(site: Site, head: bool) -> None:
    def script(visit: Visit) -> None:
        if not head:
            visit.begin()
        drip(site, visit, b"HTTP/1.1 200 OK\r\nX: 1" if head and not site.closing.is_set() else b" ")

    site.script = script
    with fetcher(whole=0.4, tries=1) as web:
        assert "took longer than 0.4 s" in refused(lambda: web.get(site.address))


def test_a_body_that_never_ends_is_cut_at_the_limit(site: Site) -> None:
    def script(visit: Visit) -> None:
        visit.begin()
        while visit.send(b"x" * 65536) and not site.closing.is_set():
            pass

    site.script = script
    with fetcher() as web:
        assert "more than 1,000,000 bytes" in refused(lambda: web.get(site.address, most=1_000_000))
    assert len(site.visits) == 1


def test_a_gzip_bomb_is_cut_at_the_limit(site: Site) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    site.script = lambda v: v.answer(bomb, Content_Encoding="gzip")
    with fetcher() as web:
        assert "more than 1,000,000 bytes" in refused(lambda: web.get(site.address, most=1_000_000))


def test_gzip_is_unpacked(site: Site) -> None:
    site.script = lambda v: v.answer(gzip.compress(b"[1, 2]"), Content_Encoding="gzip")
    with fetcher() as web:
        assert web.get(site.address).body == b"[1, 2]"


@pytest.mark.parametrize("packed", ["br", "gzip, gzip", "deflate"])
def test_packings_that_were_not_asked_for_are_refused(site: Site, packed: str) -> None:
    site.script = lambda v: v.answer(zlib.compress(b"[]"), Content_Encoding=packed)
    with fetcher() as web:
        assert "was not asked for" in refused(lambda: web.get(site.address))


def test_a_body_that_breaks_off_is_tried_again(site: Site) -> None:
    def short(visit: Visit) -> None:
        visit.begin(Content_Length="100")
        visit.send(b"[1, ")

    site.in_turn(short, lambda v: v.answer([1]))
    with fetcher() as web:
        assert web.get(site.address).body == b"[1]"


def test_a_redirect_within_the_host_is_followed(site: Site) -> None:
    site.script = lambda v: v.answer([1]) if v.path == "/new" else v.answer(status=302, Location="/new")
    with fetcher() as web:
        assert web.get(f"{site.address}/old").body == b"[1]"


def test_a_redirect_to_another_host_is_refused_and_gets_no_key(site: Site) -> None:
    site.script = lambda v: v.answer(status=302, Location=f"http://localhost:{site.port}/there")
    with fetcher() as web:
        told = refused(lambda: web.get(site.address, secret=Secret(KEY, header="X-App-Token")))
    assert "another host, localhost" in told and len(site.visits) == 1


def test_a_redirect_in_a_circle_ends(site: Site) -> None:
    site.script = lambda v: v.answer(status=301, Location="/again")
    with fetcher() as web:
        assert "in a circle" in refused(lambda: web.get(site.address))


def test_nobody_there_is_told_after_all_tries() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    waits = Waits()
    with fetcher(waits) as web:
        assert "no connection to 127.0.0.1" in refused(lambda: web.get(f"http://127.0.0.1:{port}"))
    assert len(waits.asked) == 5


def test_what_is_no_http_is_told(site: Site) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def talk() -> None:
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                with line:
                    line.recv(1000)
                    line.sendall(b"220 mail\r\n")

        threading.Thread(target=talk, daemon=True).start()
        with fetcher(tries=1) as web:
            assert "broke off" in refused(lambda: web.get(f"http://127.0.0.1:{server.getsockname()[1]}"))


def test_a_wait_ends_when_the_show_does(site: Site) -> None:
    site.script = lambda v: v.answer(status=500)
    from installation.inputs.web import Fetcher, Limits

    with Fetcher(Limits(), lambda _: True) as web, pytest.raises(Stopped):
        web.get(site.address)


@pytest.mark.parametrize("where", ["header", "query"])
@pytest.mark.parametrize("status", [200, 302, 403, 500])
def test_a_key_is_sent_and_seen_nowhere_else(
    site: Site, where: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    secret = Secret(KEY, header="X-Key") if where == "header" else Secret(KEY, query="subscription-key")

    def script(visit: Visit) -> None:
        said = f'["{visit.line} {visit.headers}"]'.encode()
        visit.answer(said, status=status, Location=f"http://other.invalid/{KEY}", ETag=f'"{visit.line[:9]}"')

    site.script = script
    caplog.set_level(logging.DEBUG)
    with fetcher(tries=2) as web:
        try:
            shown = repr(web.get(f"{site.address}/a", [("q", "1")], secret=secret))
        except DataError as error:
            shown = f"{error!r} {error} {error.__context__!r}"
    assert KEY in (site.visits[0].headers["X-Key"] if where == "header" else site.visits[0].query["subscription-key"])
    assert KEY not in shown and KEY not in repr(secret)
    assert KEY not in caplog.text


@pytest.mark.parametrize("key", ["two\nlines", "with space", "schlüssel"])
def test_a_key_that_was_pasted_badly_is_told_without_it(site: Site, key: str) -> None:
    with fetcher() as web:
        told = refused(lambda: web.get(site.address, secret=Secret(key, header="X-Key")))
    assert "signs that no key has" in told and key not in told


def test_a_key_is_not_sent_over_an_open_line() -> None:
    with fetcher() as web:
        told = refused(lambda: web.get("http://data.example/x", secret=Secret(KEY, header="X-Key")))
    assert "not sent over http" in told and KEY not in told


@pytest.mark.parametrize(
    "address", ["ftp://a/b", "file:///etc/passwd", "http://", "nonsense", "http://u:p@h/", "http://[::1"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with fetcher() as web:
        assert "address" in refused(lambda: web.get(address))


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_link_is_joined_or_refused(address: str, link: str) -> None:
    for start in (address, "http://127.0.0.1:8000/a?b=c"):
        try:
            there = joined(start, link)
        except DataError:
            continue
        assert same_place(start, there)


def test_a_key_in_a_link_is_taken_out() -> None:
    secret = Secret(KEY, query="subscription-key")
    assert address_of(f"https://h/a?x=1&subscription-key={KEY}", (), secret) == "https://h/a?x=1"
