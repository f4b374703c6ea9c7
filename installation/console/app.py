"""The web page's application: what each address answers.

`GET /` is the page for a browser, and the root of the parameter tree for an OSCQuery client, whose are all other addresses
(`query_app`). `GET /status` is the engine's status as JSON for who may see it, `/preview` a WebSocket: pictures as JPEG and
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
from installation.console.guard import Guard
from installation.console.hub import Hub
from installation.console.oscquery import Asked
from installation.console.query_app import Query
from installation.errors import InstallationError

KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def build(hub: Hub, bound: str, query: Query | None = None) -> ASGIApp:
    """The application, for a server that is bound to the address `bound`. Without `query` there is no OSCQuery."""
    folder = Path(__file__).parent / "page"
    # Read once, so no address is ever made into a path.
    files = {
        path.name: (path.read_bytes(), KINDS[path.suffix]) for path in sorted(folder.iterdir()) if path.suffix in KINDS
    }

    def page(request: Request) -> Response:
        content, kind = files[request.url.path.lstrip("/") or "index.html"]
        return Response(content, headers={"content-type": kind})

    async def first(request: Request) -> Response:
        """The page, for a browser; the root of the tree, for an OSCQuery client."""
        query_string = request.scope["query_string"].decode("latin-1")
        wants_page = "text/html" in request.headers.get("accept", "") and Asked(query_string).attribute == "?"
        return page(request) if query is None or wants_page else await query.get(request)

    async def status(request: Request) -> Response:
        rights: frozenset[str] | None = frozenset(("view",))
        if hub.linked:
            try:
                rights = await hub.feed.rights_of(request.client.host if request.client else "")
            except InstallationError:
                rights = None  # the engine doesn't answer: that is all that can be said
        if rights is not None and "view" not in rights:
            return PlainTextResponse("That needs a passcode: open the page.\n", 403)
        told = hub.status()
        return Response(json.dumps(told if rights else {"engine": told["engine"]}), media_type="application/json")

    async def preview(browser: WebSocket) -> None:
        await Browser(hub, browser).attend()

    routes = [
        Route("/", first, methods=["GET"]),
        Route("/status", status, methods=["GET"]),
        WebSocketRoute("/preview", preview),
        *(Route(f"/{name}", page, methods=["GET"]) for name in files),
        *(query.routes() if query else ()),
    ]
    return Guard(Starlette(routes=routes), bound)
