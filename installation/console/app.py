"""The web page's application: what each address answers.

`GET /` is the page, `GET /status` the engine's status as JSON for who may see it, `/preview` a WebSocket: pictures as JPEG and
silhouettes as PNG in binary messages, everything else as JSON in text messages; what a page says over it goes to the engine
(`browser`). Made by console.server; imported nowhere else, because starlette takes a quarter of a second.
"""

from __future__ import annotations

import json
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from installation.console.browser import Browser
from installation.console.feed import Feed
from installation.console.guard import Guard
from installation.console.hub import Hub
from installation.show.replies import DeniedError

KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def build(hub: Hub, bound: str, feed: Feed) -> ASGIApp:
    """The application, for a server that is bound to the address `bound`."""
    folder = Path(__file__).parent / "page"
    # Read once, so no address is ever made into a path.
    files = {
        path.name: (path.read_bytes(), KINDS[path.suffix]) for path in sorted(folder.iterdir()) if path.suffix in KINDS
    }

    def page(request: Request) -> Response:
        content, kind = files[request.url.path.lstrip("/") or "index.html"]
        return Response(content, headers={"content-type": kind})

    async def status(request: Request) -> Response:
        rights: frozenset[str] | None = frozenset(("view",))
        if hub.linked:
            try:
                rights = await feed.rights_of(request.client.host if request.client else "")
            except DeniedError:
                rights = None  # the engine doesn't answer: that is all that can be said
        if rights is not None and "view" not in rights:
            return PlainTextResponse("That needs a passcode: open the page.\n", 403)
        told = hub.status()
        return Response(json.dumps(told if rights else {"engine": told["engine"]}), media_type="application/json")

    async def preview(browser: WebSocket) -> None:
        await Browser(hub, browser).attend()

    routes = [
        Route("/", page, methods=["GET"]),
        Route("/status", status, methods=["GET"]),
        WebSocketRoute("/preview", preview),
        *(Route(f"/{name}", page, methods=["GET"]) for name in files),
    ]
    return Guard(Starlette(routes=routes), bound)
