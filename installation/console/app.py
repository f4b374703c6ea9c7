"""The web page's application: what each address answers, and the stream that a browser watches.

`GET /` is the page for a browser, and the root of the parameter tree for an OSCQuery client, whose are all other addresses
(`query_app`). `GET /status` is the engine's status as JSON, `GET /evidence?x=0.5&y=0.5` what stands there on the wall,
`/preview` a WebSocket: pictures as JPEG and silhouettes as PNG in binary messages (the newest wins, at most 15 a second, made
only while somebody watches), the status as JSON in text messages, twice a second. Nothing of the show can be changed from here: a
browser that sends anything over the stream is let go, and a question only asks; `POST /calibrate` asks for a calibration of the
cameras, and the engine decides whether it may. Must never touch the engine: it reads the shared memory, and leaves a question
there, in a process of its own. Made by console.server; imported nowhere else, because starlette takes a quarter of a second.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import ipaddress
import json
import math
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from installation.clock import now
from installation.console.oscquery import Asked
from installation.console.query_app import Query
from installation.errors import DeviceError
from installation.outputs.preview import PreviewReader

PICTURES_A_SECOND = 15
STATUS_EVERY_S = 0.5
SILENT_S = 2.0
"""An engine that has published nothing for this long doesn't answer."""

ANSWER_S = 2.0
"""How long the engine may take to say what stands at a place."""

WATCHERS = 24
LARGEST_WISH = 2000
QUALITY = 80

PAGE = {
    "index.html": "text/html; charset=utf-8",
    "style.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "link.js": "text/javascript; charset=utf-8",
    "view.js": "text/javascript; charset=utf-8",
    "words.js": "text/javascript; charset=utf-8",
    "evidence.js": "text/javascript; charset=utf-8",
    "calibrate.html": "text/html; charset=utf-8",
    "calibrate.css": "text/css; charset=utf-8",
    "calibrate.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
"""The page's files. Read once, so no address is ever made into a path."""

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}


class Hub:
    """Takes what the engine publishes and gives it to everyone who watches.

    Remembers the newest status text and JPEG, each made once for all watchers, and how many watch.
    """

    def __init__(self, link_name: str) -> None:
        self._name = link_name
        self._reader: PreviewReader | None = None
        self._news = asyncio.Event()
        self._somebody = asyncio.Event()
        self._watchers = 0
        self._frame = 0
        self._text, self._texts = "", 0
        self._jpeg, self._jpegs = b"", 0
        self._mask, self._png, self._pngs = 0, b"", 0
        self._ended = False
        self._asking = asyncio.Lock()
        self.discovery: Callable[[], Mapping[str, object]] = dict
        """Where we are announced, for the status."""

    def status(self) -> dict[str, Any]:
        """What the engine says, and under "engine" what can be said about itself."""
        reader = self._open()
        said: dict[str, Any] = {}
        state, age = "stopped", math.inf
        if reader is not None:
            (_, said), age = reader.status(), reader.age
            if reader.alive and not self._ended:
                state = "starting" if math.isinf(age) else "running" if age < SILENT_S else "silent"
        said.pop("evidence", None)  # for whoever asked
        shown_age = None if math.isinf(age) else round(age, 2)
        return {**said, "engine": {"state": state, "age_s": shown_age}, "discovery": dict(self.discovery())}

    async def evidence(self, x: float, y: float) -> dict[str, Any] | None:
        """What stands at a place of the wall, 0..1, y up; None when the engine doesn't answer. One question at a time."""
        async with self._asking:
            reader = self._open()
            if reader is None or not reader.alive:
                return None
            number, until = reader.ask(x, y), now() + ANSWER_S
            while now() < until:
                found = reader.status()[1].get("evidence", {})
                if found.get("number") == number:
                    return dict(found)
                await asyncio.sleep(1 / PICTURES_A_SECOND)
            return None

    def wish(self, text: str) -> bool:
        """Leaves a wish with the engine; False when it doesn't run, or the wish is too long."""
        reader = self._open()
        return reader is not None and reader.alive and reader.wish(text)

    def _open(self) -> PreviewReader | None:
        if self._reader is None:
            with contextlib.suppress(DeviceError):
                self._reader = PreviewReader(self._name)
        return self._reader

    async def run(self) -> None:
        """Looks for news while somebody watches, and rests while nobody does."""
        told = -math.inf
        while True:
            if not self._watchers:
                self._somebody.clear()
                self._jpeg, self._frame = b"", 0  # or the next to come would first see an old picture
                self._png, self._mask = b"", 0
                await self._somebody.wait()
            reader = self._open()
            if reader is not None:
                reader.watch()
                self._frame, frame = reader.frame(newer_than=self._frame)
                if frame is not None:
                    self._jpeg = await asyncio.to_thread(encode, frame)
                    self._jpegs += 1
                    self._tell()
                self._mask, mask = reader.mask(newer_than=self._mask)
                if mask is not None:
                    self._png = await asyncio.to_thread(silhouettes, mask)
                    self._pngs += 1
                    self._tell()
            if now() - told >= STATUS_EVERY_S:
                told = now()
                self._say()
            await asyncio.sleep(1 / PICTURES_A_SECOND)

    def _say(self) -> None:
        self._text = json.dumps(self.status(), separators=(",", ":"))
        self._texts += 1
        self._tell()

    def _tell(self) -> None:
        """Wakes everyone who waits for news."""
        self._news.set()
        self._news = asyncio.Event()

    def end(self) -> None:
        """The engine has ended: says so to everyone, and lets them go."""
        self._ended = True
        self._say()

    async def attend(self, browser: WebSocket) -> None:
        """Serves one browser until it leaves."""
        await browser.accept()
        if self._watchers >= WATCHERS:
            await browser.close(1013, "too many are watching")
            return
        self._watchers += 1
        self._somebody.set()
        self._say()
        feeding = asyncio.create_task(self._feed(browser))
        hearing = asyncio.create_task(browser.receive())
        try:
            await asyncio.wait({feeding, hearing}, return_when=asyncio.FIRST_COMPLETED)
            spoke = hearing.done() and not hearing.cancelled() and hearing.exception() is None
            if spoke and hearing.result()["type"] == "websocket.receive":
                await browser.close(1008, "this page only shows")
        finally:
            self._watchers -= 1
            for task in (feeding, hearing):
                task.cancel()
            await asyncio.gather(feeding, hearing, return_exceptions=True)

    async def _feed(self, browser: WebSocket) -> None:
        """Sends what is newest whenever the connection can take more; what was missed is not sent late."""
        text = jpeg = png = 0
        while True:
            news = self._news
            if text != self._texts:
                text = self._texts
                await browser.send_text(self._text)
            elif self._ended:
                await browser.close(1001, "the engine has stopped")
                return
            elif jpeg != self._jpegs and self._jpeg:
                jpeg = self._jpegs
                await browser.send_bytes(self._jpeg)
            elif png != self._pngs and self._png:
                png = self._pngs
                await browser.send_bytes(self._png)
            else:
                await news.wait()


class Guard:
    """Answers only those who asked for this machine by a name of its own, and adds the safety headers.

    A page of somebody else's can make its own name point here (DNS rebinding), or open a WebSocket to
    127.0.0.1 from a browser in this room. The first has the wrong Host, the second the wrong Origin.
    """

    def __init__(self, app: ASGIApp, bound: str) -> None:
        self._app = app
        self._bound = bound

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return

        async def safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": [*message.get("headers", []), *added]}
            await send(message)

        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        origins = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
        known = len(hosts) == 1 and host_is_ours(hosts[0], self._bound)
        if scope["type"] == "websocket":
            if known and all(urlsplit(origin).netloc.lower() == hosts[0].lower() for origin in origins):
                await self._app(scope, receive, safely)
            else:
                await send({"type": "websocket.close", "code": 1008})
        elif known:
            await self._app(scope, receive, safely)
        else:
            refusal = PlainTextResponse("This page has no such name. Ask for it by its address.\n", 421)
            await refusal(scope, receive, safely)


def host_is_ours(header: str, bound: str) -> bool:
    """Whether a Host header names this machine. Bound to loopback, only loopback's names do.

    Open to a network, also this machine's name and any address: rebinding needs a name of the attacker's own.
    """
    try:
        name = urlsplit(f"//{header}").hostname or ""
        _ = urlsplit(f"//{header}").port
    except ValueError:
        return False
    if "@" in header or "/" in header or "?" in header or "#" in header:
        return False
    if name == "localhost" or _is_loopback(name):
        return True
    if bound == "localhost" or _is_loopback(bound):
        return False
    own = socket.gethostname().lower()
    return _is_address(name) or name in (own, own.split(".")[0], own.split(".")[0] + ".local", bound.lower())


def _is_address(name: str) -> bool:
    with contextlib.suppress(ValueError):
        ipaddress.ip_address(name)
        return True
    return False


def _is_loopback(name: str) -> bool:
    return _is_address(name) and ipaddress.ip_address(name).is_loopback


def encode(frame: NDArray[np.uint8]) -> bytes:
    """A JPEG of a frame, uint8 (h, w, 3 or 4), row 0 at the top; alpha is dropped. 2 ms at 640x360."""
    from PIL import Image

    packed = io.BytesIO()
    mode = "RGBX" if frame.shape[2] == 4 else "RGB"
    picture = Image.frombuffer(mode, (frame.shape[1], frame.shape[0]), np.ascontiguousarray(frame), "raw", mode, 0, 1)
    picture.convert("RGB").save(packed, "JPEG", quality=QUALITY)
    return packed.getvalue()


def silhouettes(mask: NDArray[np.uint8]) -> bytes:
    """A PNG of a mask, uint8 (h, w, 1), row 0 at the top: white where somebody is, else clear. 1 ms at 160x90."""
    from PIL import Image

    alpha = Image.fromarray(np.ascontiguousarray(mask[..., 0]), "L")
    packed = io.BytesIO()
    Image.merge("LA", (Image.new("L", alpha.size, 255), alpha)).save(packed, "PNG", compress_level=1)
    return packed.getvalue()


def build(hub: Hub, bound: str, query: Query | None = None) -> ASGIApp:
    """The application, for a server that is bound to the address `bound`. Without `query` there is no OSCQuery."""
    folder = Path(__file__).parent / "page"
    files = {name: ((folder / name).read_bytes(), kind) for name, kind in PAGE.items()}

    def page(request: Request) -> Response:
        content, kind = files[request.url.path.lstrip("/") or "index.html"]
        return Response(content, headers={"content-type": kind})

    async def first(request: Request) -> Response:
        """The page, for a browser; the root of the tree, for an OSCQuery client."""
        query_string = request.scope["query_string"].decode("latin-1")
        wants_page = "text/html" in request.headers.get("accept", "") and Asked(query_string).attribute == "?"
        return page(request) if query is None or wants_page else await query.get(request)

    def status(request: Request) -> Response:
        return Response(json.dumps(hub.status()), media_type="application/json")

    async def evidence(request: Request) -> Response:
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return PlainTextResponse("Only this page may ask.\n", 403)
        try:
            x, y = (float(request.query_params[name]) for name in ("x", "y"))
        except (KeyError, ValueError):
            x = y = math.nan
        if not (0 <= x <= 1 and 0 <= y <= 1):
            return PlainTextResponse("Ask with x and y from 0 to 1: /evidence?x=0.5&y=0.5\n", 400)
        found = await hub.evidence(x, y)
        if found is None:
            return PlainTextResponse("The engine does not answer.\n", 503)
        return Response(json.dumps(found), media_type="application/json")

    async def calibrate(request: Request) -> Response:
        """Takes {"what": "markers", "args": []}: JSON from this very page, which a page of somebody else's can't send."""
        origin = request.headers.get("origin")
        own = origin is None or urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower()
        kind = request.headers.get("content-type", "").partition(";")[0]
        if (
            not own
            or kind != "application/json"
            or request.headers.get("sec-fetch-site", "same-origin") != "same-origin"
        ):
            return PlainTextResponse("Only this page may calibrate.\n", 403)
        try:
            asked = b""
            async for part in request.stream():
                asked += part
                if len(asked) > LARGEST_WISH:
                    return PlainTextResponse("That is too long to be a wish.\n", 413)
            wish = json.loads(asked)
            what, args = wish["what"], wish.get("args", [])
        except (ValueError, KeyError, TypeError, AttributeError):
            what, args = None, None
        if not isinstance(what, str) or not isinstance(args, list):
            return PlainTextResponse('Ask with JSON: {"what": "markers"}\n', 400)
        if not hub.wish(json.dumps({"what": what, "args": args})):
            return PlainTextResponse("The engine does not answer.\n", 503)
        return PlainTextResponse("asked\n", 202)

    async def preview(browser: WebSocket) -> None:
        await hub.attend(browser)

    routes = [
        Route("/", first, methods=["GET"]),
        Route("/status", status, methods=["GET"]),
        Route("/evidence", evidence, methods=["GET"]),
        Route("/calibrate", calibrate, methods=["POST"]),
        WebSocketRoute("/preview", preview),
        *(Route(f"/{name}", page, methods=["GET"]) for name in PAGE),
        *(query.routes() if query else ()),
    ]
    return Guard(Starlette(routes=routes), bound)
