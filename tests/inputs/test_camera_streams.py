"""Network cameras, with a real server: the connection in one process, the pictures in another that has no network."""

from __future__ import annotations

import io
import json
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import av
import cv2
import psutil
import pytest

from installation.clock import now
from installation.errors import DeviceError, Problem
from installation.inputs import camera_process, stream, stream_process
from installation.inputs.camera import Camera, Patience
from installation.inputs.feed import Feed, Order
from installation.inputs.sources import absent
from installation.inputs.stream import GIVEN_UP, shown
from installation.inputs.synthetic import SyntheticVisitor
from installation.rigs import rigs_of
from installation.scene.schema import SiteFile

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="streams are read on Linux and macOS")
SIZE = (160, 90)


class Server:
    """A network camera that asks for a password and sends JPEGs (multipart/x-mixed-replace); it can fall silent, or go away."""

    def __init__(self, port: int = 0) -> None:
        self.silent = threading.Event()
        self.hosts: set[str] = set()
        visitor = SyntheticVisitor(3, 320, 240)
        jpegs = [cv2.imencode(".jpg", visitor.frame(4 + index / 25))[1].tobytes() for index in range(50)]
        server = self

        class Page(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/moved":
                    self.send_response(302)
                    self.send_header("Location", "http://elsewhere.invalid/video")
                    self.end_headers()
                    return
                if not str(self.headers.get("Authorization", "")).startswith("Basic "):
                    self.send_response(401)
                    self.send_header("WWW-Authenticate", 'Basic realm="camera"')
                    self.end_headers()
                    return
                server.hosts.add(str(self.headers.get("Host")))
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
                self.end_headers()
                index = 0
                while not server.gone.is_set():
                    if not server.silent.is_set():
                        jpeg = jpegs[index % len(jpegs)]
                        index += 1
                        head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                        self.wfile.write(head.encode() + jpeg + b"\r\n")
                    server.gone.wait(0.04)

            def log_message(self, *_: object) -> None:
                pass

        self.gone = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", port), Page)
        self._http.daemon_threads = True
        self._http.handle_error = lambda *_: None  # type: ignore[method-assign]
        self.port = self._http.server_address[1]
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.gone.set()
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    opened = Server()
    yield opened
    opened.close()


def running(module: str) -> list[psutil.Process]:
    """The processes of a module that are children of this one and run."""
    found = []
    for child in psutil.Process().children():
        try:
            if child.status() != psutil.STATUS_ZOMBIE and any(word.endswith(module) for word in child.cmdline()):
                found.append(child)
        except psutil.NoSuchProcess:
            pass
    return found


def until(camera: Camera, holds, what: str, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not holds(camera.sample(), camera.status()):
        assert time.monotonic() < end, f"{what}: {camera.status()}"
        time.sleep(0.01)


def test_a_network_camera_is_sensed_lost_and_taken_up_again(server):
    camera = Camera(f"http://guest:s3cret@127.0.0.1:{server.port}/video?token=abc", "none").start()
    try:
        until(camera, lambda sense, status: sense.live and status["fps"] > 5, "no picture")
        status = camera.status()
        assert status["size"] == [320, 240] and status["source"] == f"http://127.0.0.1:{server.port}/video"
        kinds = {name: child for name in ("stream_process", "camera_process") for child in running(name)}
        assert len(kinds) == 2
        words = json.dumps(status) + " ".join(w for child in kinds.values() for w in child.cmdline())
        assert "s3cret" not in words and "token" not in words  # neither in the status nor in a list of processes
        if sys.platform == "linux":
            assert not kinds["camera_process"].net_connections()
        server.silent.set()
        until(camera, lambda sense, status: status["state"] == "lost" and sense.presence == 0, "silence isn't noticed")
        server.silent.clear()
        until(camera, lambda sense, status: status["live"] and sense.live, "not back")
        port = server.port
        server.close()
        until(camera, lambda sense, status: status["state"] == "lost", "loss isn't noticed")
        again = Server(port)
        until(camera, lambda sense, status: status["live"] and sense.live, "not back")
        until(camera, lambda sense, status: running("stream_process") and status["live"], "no receiver")
        running("stream_process")[0].kill()
        until(camera, lambda sense, status: status["state"] == "lost", "a killed receiver isn't noticed")
        again.close()
    finally:
        camera.close()
    end = time.monotonic() + 10
    while running("stream_process") or running("camera_process"):
        assert time.monotonic() < end, "a process is left behind"
        time.sleep(0.02)


def test_a_stream_that_was_lost_is_read_on_by_the_same_reader_and_given_up_with_a_receiver_that_hangs():
    reading, writing = os.pipe()

    def send(kind: bytes, said: object) -> None:
        payload = json.dumps(said).encode()
        os.write(writing, stream_process.HEAD.pack(kind, len(payload)) + payload)

    looking = camera_process.Looking(None, None, {"source": "http://cam.local/", "stream": reading}, ())
    source = looking._source = looking._open()
    send(b"S", ["sealed"])
    for number in range(6):  # with a second reader one of them would miss what the other got
        send(b"E", {"problem": f"lost {number}"})
        with pytest.raises(DeviceError, match=f"lost {number}"):
            source.read(now() + 10.0)
        source.close()
        source = looking._open()
    assert source.sealed == ("sealed",) and not looking._gone()
    source._alive -= GIVEN_UP
    assert looking._gone()
    os.close(writing)


def test_a_stream_that_cant_be_decoded_says_so_and_is_begun_anew():
    reading, writing = os.pipe()
    source = stream.Stream("http://cam.local/", reading)
    payload = json.dumps({"codec": "no-such-codec"}).encode()
    os.write(writing, stream_process.HEAD.pack(b"H", len(payload)) + payload)
    with pytest.raises(DeviceError, match=r"can't be decoded.*no-such-codec"):
        source.read(now() + 20.0)
    end = time.monotonic() + 10.0
    while not source.hangs:
        assert time.monotonic() < end
    os.close(writing)


def test_a_stream_has_the_time_that_its_receiver_takes_to_tell_what_is_wrong_however_soon_it_opened_once():
    feed = Feed(Order("http://127.0.0.1:9/", *SIZE, program="code"), live=True)  # waits for words on its standard input
    try:
        feed.memory.say(state="opening", since=now() - 5.0)
        feed.began -= 6.0
        assert feed.judge(Patience(), opened_s=0.2).state == "opening"
    finally:
        feed.ask_to_stop(0.0)
        while not feed.reap():
            time.sleep(0.01)


def test_a_camera_that_is_found_by_its_name_hears_it_and_its_receiver_has_no_other_socket(server):
    camera = Camera(f"http://guest:s3cret@localhost:{server.port}/video", "none").start()
    try:
        until(camera, lambda sense, _: sense.live, "no picture")
        assert server.hosts == {f"localhost:{server.port}"}
        held = camera.status()["receiver_sealed"]
        assert held
        receiver = running("stream_process")[0]
        if sys.platform == "linux":
            assert {one.type for one in receiver.net_connections("all")} == {socket.SOCK_STREAM}
            assert not [line for line in held if "datagrams" in line]
            assert not receiver.children()
    finally:
        camera.close()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is shut")
def test_a_name_is_looked_up_by_a_child_that_ends_and_one_that_is_unknown_is_said():
    beats = []
    assert {"127.0.0.1", "::1"} & set(stream_process.look_up("localhost", lambda: beats.append(1)))
    assert stream_process.look_up("no-such-camera.invalid", lambda: None, 2.0) == []
    assert beats
    camera = Camera("rtsp://no-such-camera.invalid/stream", "none").start()
    try:
        until(camera, lambda _, status: "name isn't known" in status["problem"], "not said")
        assert camera.status()["receiver_sealed"] == []
    finally:
        camera.close()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is shut")
def test_a_name_server_that_never_answers_holds_nobody_and_leaves_no_process(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: threading.Event().wait())
    before, children = set(os.listdir("/proc/self/fd")), psutil.Process().children()
    assert stream_process.look_up("cam.local", lambda: None, 0.4) == []
    assert len(os.listdir("/proc/self/fd")) == len(before) and psutil.Process().children() == children


def test_a_camera_that_sends_on_to_another_name_is_told_with_what_to_write(server):
    camera = Camera(f"http://127.0.0.1:{server.port}/moved", "none").start()
    try:
        until(camera, lambda _, status: "another address: write that" in status["problem"], "not said")
    finally:
        camera.close()


def test_an_address_in_numbers_keeps_its_secrets_port_and_path():
    def by_number(address: str, number: str) -> tuple[str, dict[str, str]]:
        return stream_process._by_number(urlsplit(address), number)

    assert by_number("rtsp://me:p@ss@cam.local/a?b=1", "10.0.0.7") == ("rtsp://me:p@ss@10.0.0.7/a?b=1", {})
    address, options = by_number("http://me:x@cam.local:8080/v", "fd00::7")
    assert (address, options) == ("http://me:x@[fd00::7]:8080/v", {"headers": "Host: cam.local:8080\r\n"})
    assert by_number("https://cam.local/v", "cam.local") == ("https://cam.local/v", {})


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the name is looked up each time")
def test_a_receiver_whose_name_leads_to_nobody_ends_so_that_the_next_one_looks_it_up_again():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    program = (
        "import sys; from installation.inputs import stream_process as one; one.ELSEWHERE = 0.5; sys.exit(one.main([]))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    said, _ = process.communicate(json.dumps({"address": f"http://localhost:{port}/"}).encode() + b"\n", timeout=60)
    assert process.returncode == 0 and b"problem" in said


def test_an_address_is_told_without_its_secrets_and_a_wrong_one_is_said():
    assert shown("rtsp://me:pass@cam.local:554/stream?key=1") == "rtsp://cam.local:554/stream"
    assert shown("rtsp://me:p@ss@cam.local/stream") == "rtsp://cam.local/stream"
    assert (
        shown("rtsp://cam.local/user=me&password=secret&channel=1") == "rtsp://cam.local/user=me&password=...&channel=1"
    )
    assert shown("device:0") == "device:0"
    for wrong in ("rtsp://", "rtsp://host:99999/", "http://host:port/"):
        assert "not an address" in str(absent(wrong)), wrong
    assert absent("rtsp://cam.local/stream") is None
    assert "secret" not in str(absent("rtmp://me:secret@cam.local/stream"))


def called(site: dict) -> list[str]:
    problems: list[Problem] = []
    rigs = rigs_of(SiteFile.model_validate(site), problems)
    for rig in rigs:
        rig.slot.close()
    assert not problems
    return [rig.name for rig in rigs]


def test_a_camera_is_calibrated_and_kept_under_a_name_that_is_not_its_source_and_outlives_the_device():
    one, other = {"source": "rtsp://me:secret@cam.local/stream"}, {"source": "device:0"}
    assert called({"camera": one}) == called({"camera": other}) == ["camera"]
    assert called({"camera": {**one, "name": "foyer"}}) == ["foyer"]
    halves = {"part": [0, 0, 0.5, 1]}, {"part": [0.5, 0, 0.5, 1]}
    both = [{**one, **halves[0]}, {**other, **halves[1]}]
    assert called({"cameras": both}) == ["camera-1", "camera-2"]
    both[1]["name"] = "camera-1"  # taken: then all are numbered
    assert called({"cameras": both}) == ["camera-1", "camera-2"]


class Rtsp:
    """A network camera that speaks RTSP over TCP (RFC 2326), and sends an MPEG transport stream in RTP (RFC 2250)."""

    SDP = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\nm=video 0 RTP/AVP 33\r\na=control:track1\r\n"

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.gone = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while not self.gone.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            try:
                self._speak(connection)
            except OSError:
                pass
            connection.close()

    def _speak(self, connection: socket.socket) -> None:
        reader = connection.makefile("rb")
        while line := reader.readline():
            verb = line.split()[0].decode()
            headers = {}
            while (text := reader.readline().decode().strip()) != "":
                name, _, value = text.partition(":")
                headers[name.lower()] = value.strip()
            body = self.SDP if verb == "DESCRIBE" else ""
            more = {
                "OPTIONS": "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n",
                "DESCRIBE": f"Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n",
                "SETUP": "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n",
                "PLAY": "Session: 1\r\n",
            }.get(verb, "")
            connection.sendall(f"RTSP/1.0 200 OK\r\nCSeq: {headers.get('cseq', '0')}\r\n{more}\r\n{body}".encode())
            if verb == "PLAY":
                self._play(connection)
                return

    def _play(self, connection: socket.socket) -> None:
        visitor, buffer, number, sent = SyntheticVisitor(3, 320, 240), io.BytesIO(), 0, 0
        with av.open(buffer, "w", format="mpegts") as container:
            stream = container.add_stream("mpeg2video", rate=25)
            stream.width, stream.height, stream.pix_fmt, stream.gop_size = 320, 240, "yuv420p", 5
            for index in range(25 * 60):
                if self.gone.wait(0.04):
                    return
                frame = av.VideoFrame.from_ndarray(visitor.frame(4 + index / 25), format="bgr24")
                container.mux(stream.encode(frame))
                made = buffer.getvalue()
                for start in range(sent, len(made) - 188 * 7, 188 * 7):
                    number += 1
                    head = struct.pack(">BBHII", 0x80, 33, number & 0xFFFF, index * 3600, 1)
                    packet = head + made[start : start + 188 * 7]
                    connection.sendall(struct.pack(">cBH", b"$", 0, len(packet)) + packet)
                    sent = start + 188 * 7

    def close(self) -> None:
        self.gone.set()
        self._listener.close()


def test_a_camera_that_speaks_rtsp_is_sensed_and_its_loss_is_told():
    server = Rtsp()
    camera = Camera(f"rtsp://127.0.0.1:{server.port}/stream", "none").start()
    try:
        until(camera, lambda sense, status: sense.live and status["fps"] > 3, "no picture")
        assert camera.status()["size"] == [320, 240]
        server.close()
        until(camera, lambda sense, status: status["state"] == "lost", "loss isn't noticed")
    finally:
        camera.close()
        server.close()
