"""The console's process: real ports, real sockets, a real kill; everything but the page's looks."""

from __future__ import annotations

import http.client
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from installation.console.browser import MOST_OF_HERE
from installation.console.guard import host_is_ours
from installation.console.server import start
from installation.errors import DeviceError
from installation.outputs.preview import PreviewLink
from installation.outputs.preview_memory import sweep

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes and signals of POSIX")


def until(said, what, seconds=15.0):
    """Asks until it is so; fails with what was waited for."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := said():
            return found
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds} s for {what}")


def picture(value, height=90, width=160):
    return np.full((height, width, 4), value, np.uint8)


@pytest.fixture(scope="module")
def shared():
    """One console for the tests that do it no harm."""
    with PreviewLink() as link, start(link.name, "127.0.0.1", 0) as console:
        yield link, console


@pytest.fixture
def link(shared):
    shared[0].put({"show": "Living Smiles", "fps": 59.9}, picture(120))
    return shared[0]


@pytest.fixture
def console(shared):
    return shared[1]


def get(console, path="/", method="GET", **headers):
    ask = http.client.HTTPConnection("127.0.0.1", console.port, timeout=15)
    ask.request(method, path, headers=headers)
    answer = ask.getresponse()
    body = answer.read()
    ask.close()
    return answer, body


def raw(console, request):
    """The first line of the answer to bytes that no client library would send."""
    with socket.create_connection(("127.0.0.1", console.port), timeout=15) as line:
        line.sendall(request)
        answer = b""
        while chunk := line.recv(65536):
            answer += chunk
            if b"\r\n\r\n" in answer:
                break
    return answer


def watch(console, **options):
    return connect(f"ws://127.0.0.1:{console.port}/preview", open_timeout=15, compression=None, **options)


def next_text(socket):
    while True:
        if isinstance(message := socket.recv(15), str):
            told = json.loads(message)
            if "status" in told:
                return told["status"]


def next_picture(socket):
    while True:
        if isinstance(message := socket.recv(15), bytes):
            return Image.open(io.BytesIO(message))


# -- what it serves ----------------------------------------------------------


def test_the_page_and_its_files_are_served(link, console):
    for path, kind in (("/", "text/html"), ("/page.js", "text/javascript"), ("/style.css", "text/css")):
        answer, body = get(console, path)
        assert answer.status == 200 and answer.headers["content-type"].startswith(kind) and body


def test_the_page_asks_for_nothing_from_elsewhere(console):
    for path in ("/", "/style.css", "/page.js", "/view.js", "/link.js", "/words.js"):
        _, body = get(console, path)
        assert b"http:" not in body and b"https:" not in body.replace(b'"https:"', b"") and b"@import" not in body


def test_every_answer_carries_the_safety_headers_and_no_cors(console):
    for path in ("/", "/status", "/no-such-thing"):
        answer, _ = get(console, path, Origin="http://evil.example")
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]
        assert "server" not in {name.lower() for name in answer.headers}


def test_the_status_is_the_engines_with_a_word_about_the_engine(link, console):
    answer, body = get(console, "/status")
    status = json.loads(body)
    assert status["show"] == "Living Smiles" and status["fps"] == 59.9
    assert status["engine"]["state"] == "running" and status["engine"]["age_s"] < 2
    assert answer.headers["content-type"] == "application/json" and answer.headers["cache-control"] == "no-store"


def test_a_watcher_gets_the_status_and_the_picture(link, console):
    with watch(console) as socket:
        assert next_text(socket)["show"] == "Living Smiles"
        shown = next_picture(socket)
        assert shown.format == "JPEG" and shown.size == (160, 90)
        assert abs(shown.getpixel((80, 45))[0] - 120) < 4


def test_a_picture_keeps_its_top_at_the_top(link, console):
    card = picture(0)
    card[:45] = 220
    link.put({}, card)
    with watch(console) as socket:
        shown = next_picture(socket)
        while shown.getpixel((80, 5))[0] < 200:
            shown = next_picture(socket)
        assert shown.getpixel((80, 85))[0] < 20


def test_who_reads_slowly_gets_the_newest_and_not_all(link, console):
    with watch(console, max_queue=1) as socket:
        next_picture(socket)
        for number in range(500):
            link.put({"n": number}, picture(number % 200))
        link.put({"n": "last"}, picture(255))
        count = 1
        while next_picture(socket).getpixel((80, 45))[0] < 250:
            count += 1
        assert count < 250


def test_the_engine_knows_when_somebody_watches(link, console):
    until(lambda: not link.watched, "nobody to watch")
    with watch(console) as socket:
        next_text(socket)
        until(lambda: link.watched, "somebody to watch")
    until(lambda: not link.watched, "nobody to watch again")


def test_who_comes_later_sees_no_old_picture_first(link, console):
    with watch(console) as socket:
        next_picture(socket)
    until(lambda: not link.watched, "nobody to watch")
    link.put({}, picture(30))
    with watch(console) as socket:
        assert next_picture(socket).getpixel((80, 45))[0] < 40


# -- what it refuses ---------------------------------------------------------


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_it_only_shows(console, method):
    for path in ("/", "/status"):
        answer, _ = get(console, path, method)
        assert answer.status == 405


@pytest.mark.parametrize(
    "path",
    [
        "/../../pyproject.toml",
        "/..%2f..%2fpyproject.toml",
        "/%2e%2e/server.py",
        "//etc/passwd",
        "/etc/passwd",
        "/page/index.html",
        "/server.py",
        "/app.py",
        "/index.html/",
        "/index.html%00.css",
        "/.",
        "/\\..\\..\\pyproject.toml",
        "/preview",
        "/" + "a" * 3000,
    ],
)
def test_no_path_leads_anywhere_else(console, path):
    request = b"GET " + path.encode() + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"
    first = raw(console, request).split(b"\r\n")[0]
    assert first.split()[1] in (b"404", b"400", b"307", b"414"), first


@pytest.mark.parametrize(
    "head",
    [
        b"Host: evil.example",
        b"Host: 127.0.0.1.evil.example",
        b"Host: localhost@evil.example",
        b"Host: 192.168.1.5",
        b"Host: localhost\r\nHost: evil.example",
        b"Host: ",
        b"Host: [",
        b"X: y",
    ],
)
def test_another_name_for_this_machine_is_refused(link, console, head):
    answer = raw(console, b"GET /status HTTP/1.1\r\n" + head + b"\r\n\r\n")
    assert answer.split()[1] in (b"421", b"400") and b"Living Smiles" not in answer


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "LOCALHOST:80", "[::1]:8142", "127.1.2.3"])
def test_loopbacks_own_names_are_answered(console, host):
    assert raw(console, f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()).startswith(b"HTTP/1.1 200")


def test_a_page_of_somebody_else_may_not_watch(console):
    for origin in ("http://evil.example", "null", f"https://127.0.0.1:{console.port + 1}", "http://["):
        with pytest.raises(InvalidStatus) as refused, watch(console, origin=origin):
            pass
        assert refused.value.response.status_code == 403
    with watch(console, origin=f"http://127.0.0.1:{console.port}") as socket:
        next_text(socket)


@pytest.mark.parametrize("message", ["/go", b"\x00" * 900, "x" * 100_000])
def test_a_browser_that_speaks_is_let_go(console, message):
    with watch(console) as socket:
        next_text(socket)
        with pytest.raises(ConnectionClosed) as closed:
            socket.send(message)
            while True:
                socket.recv(15)
        assert closed.value.rcvd.code in (1008, 1009)
    assert get(console, "/status")[0].status == 200


def test_too_many_watchers_are_told_so_and_the_first_stay(link, console):
    with ExitStack() as open_ones:
        first = [open_ones.enter_context(watch(console, max_queue=None)) for _ in range(MOST_OF_HERE)]
        for socket in first:
            next_text(socket)
        with watch(console) as late, pytest.raises(ConnectionClosed) as closed:
            late.recv(15)
        assert closed.value.rcvd.code == 1013
        assert next_text(first[0])


@pytest.mark.parametrize(
    ("header", "bound", "ours"),
    [
        ("localhost:8142", "127.0.0.1", True),
        ("192.168.1.5:8142", "0.0.0.0", True),
        ("192.168.1.5:8142", "192.168.1.5", True),
        ("192.168.1.5:8142", "127.0.0.1", False),
        (f"{socket.gethostname()}:8142", "0.0.0.0", True),
        ("wall.museum.example", "wall.museum.example", True),
        ("evil.example", "0.0.0.0", False),
        ("localhost.evil.example", "0.0.0.0", False),
        ("localhost:99999", "127.0.0.1", False),
        ("", "0.0.0.0", False),
    ],
)
def test_which_names_are_ours(header, bound, ours):
    assert host_is_ours(header, bound) is ours


@given(st.text(max_size=40))
@settings(max_examples=150)
def test_no_header_raises(header):
    assert host_is_ours(header, "127.0.0.1") in (True, False)


# -- how it starts and ends --------------------------------------------------


def test_a_taken_port_is_named_with_what_to_try():
    with socket.create_server(("127.0.0.1", 0)) as taken, PreviewLink() as link:
        port = taken.getsockname()[1]
        with pytest.raises(DeviceError) as caught:
            start(link.name, "127.0.0.1", port)
        problem = caught.value.problems[0]
        assert str(port) in problem.message and "taken" in problem.message and "--console-port" in problem.hint


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 70_000), ("no.such.host.invalid", 0), ("203.0.113.7", 0)])
def test_an_impossible_address_is_told(host, port):
    with pytest.raises(DeviceError) as caught:
        start("nothing", host, port)
    assert caught.value.problems[0].hint


def test_closing_tells_the_watchers_ends_the_process_and_frees_the_port():
    with PreviewLink() as link:
        link.put({"show": "x"}, picture(1))
        console = start(link.name, "127.0.0.1", 0)
        with watch(console) as watcher:
            assert next_text(watcher)["engine"]["state"] == "running" and console.alive
            console.close()
            console.close()
            states = []
            with pytest.raises(ConnectionClosed) as closed:
                while True:
                    states.append(next_text(watcher)["engine"]["state"])
        assert states[-1] == "stopped" and closed.value.rcvd.code == 1001
        assert not console.alive and console.problem == ""
        with socket.create_server(("127.0.0.1", console.port)):
            pass


def test_a_console_that_dies_is_not_alive_and_the_engine_goes_on():
    with PreviewLink() as link, start(link.name, "127.0.0.1", 0) as console:
        os.kill(console._process.pid, signal.SIGKILL)
        until(lambda: not console.alive, "the end of the console")
        link.put({"n": 1}, picture(1))
        assert link.refused == 0 and "ended" in console.problem


def test_an_engine_that_falls_silent_is_known_from_one_that_has_ended():
    with PreviewLink() as link, start(link.name, "127.0.0.1", 0) as console:
        with urllib.request.urlopen(console.url + "status", timeout=15) as answer:
            assert json.load(answer)["engine"] == {"state": "starting", "age_s": None}
        link.put({"show": "x"})

        def state():
            return json.loads(get(console, "/status")[1])["engine"]["state"]

        assert state() == "running"
        until(lambda: state() == "silent", "silence")
        link.close()
        assert state() == "stopped"


ENGINE = """
import os, sys, time
import numpy as np
from installation.console.server import start
from installation.outputs.preview import PreviewLink
link = PreviewLink()
console = start(link.name, "127.0.0.1", 0)
if "fork" in sys.argv and os.fork() == 0:
    time.sleep(60)  # a child that holds the engine's end of the pipe open
print(console.port, console._process.pid, link.name, flush=True)
while True:
    link.put({"show": "x"}, np.zeros((9, 16, 4), np.uint8))
    time.sleep(0.05)
"""


def running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
@pytest.mark.parametrize("child", ["alone", "fork"])
def test_a_killed_engine_is_told_to_the_watchers_and_takes_the_console_along(tmp_path, child):
    (tmp_path / "json.py").write_text("raise RuntimeError('a file of the user')")
    root = str(Path(__file__).resolve().parents[2])
    engine = subprocess.Popen(
        [sys.executable, "-P", "-c", ENGINE, child],
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,  # whose json.py must not get into the console
        env={**os.environ, "PYTHONPATH": root},
        start_new_session=True,
    )
    try:
        port, pid, name = engine.stdout.readline().split()
        with connect(f"ws://127.0.0.1:{port}/preview", open_timeout=15) as watcher:
            assert next_text(watcher)["engine"]["state"] in ("running", "starting")
            engine.kill()
            states = []
            with pytest.raises(ConnectionClosed):
                while True:
                    states.append(next_text(watcher)["engine"]["state"])
            assert states[-1] == "stopped"
        until(lambda: not running(pid), "the end of the console")
        with socket.create_server(("127.0.0.1", int(port))):
            pass
    finally:
        os.killpg(engine.pid, signal.SIGKILL)
        engine.wait()
        engine.stdout.close()
    until(lambda: sweep(Path(name).parent) or not Path(name).exists(), "the sweep")
    assert not Path(name).exists()


def test_starting_one_loads_no_web_server_into_the_engine():
    program = (
        "import sys, installation.console.server\n"
        "print([name for name in ('starlette', 'uvicorn', 'PIL') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True)
    assert ran.stdout.strip() == "[]"
