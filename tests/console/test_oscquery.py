"""OSCQuery as its clients see it, over real sockets to a show that plays; and the JSON of every declaration there can be."""

from __future__ import annotations

import base64
import json
import math
import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playing import Playing, until
from pythonosc.udp_client import SimpleUDPClient
from pythonoscquery.osc_query_browser import OSCQueryListener
from pythonoscquery.osc_query_client import OSCQueryClient
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from zeroconf import IPVersion, ServiceBrowser, ServiceInfo, Zeroconf

from installation.console.announce import addresses, label, services
from installation.console.feed import Feed, Node
from installation.console.oscquery import ATTRIBUTES, Tree, arguments
from installation.inputs.osc import OscMessage, decode
from installation.osc_wire import encode
from installation.params import Param
from shows import filled, write_show

SCENES = {"red": filled("#ff0000"), "green": filled("#00ff00")}
SHOW = "double_go: 0\ncues:\n  - {number: 1, scene: red, fade: 0}\n  - {number: 2, scene: green, fade: 0}\n"
OPACITY = "/scene/red/fill/opacity"
TINT = "/scene/red/fill/tint"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_show(tmp_path_factory.mktemp("query") / "show", SCENES, SHOW)


@pytest.fixture(scope="module")
def shown(folder: Path) -> Iterator[Playing]:
    playing = Playing(folder)
    until(lambda: get(playing, "").status_code == 200, "the tree")
    yield playing
    playing.close()


@pytest.fixture
def show(shown: Playing) -> Playing:
    return shown


def get(show: Playing, path: str, **headers: str) -> httpx.Response:
    return httpx.get(show.console + path, headers=headers, timeout=10.0)


def stream(show: Playing, **more: Any) -> ClientConnection:
    return connect(show.console.replace("http", "ws"), open_timeout=10, compression=None, **more)


def command(link: ClientConnection, word: str, data: object) -> None:
    link.send(json.dumps({"COMMAND": word, "DATA": data}))


def heard(link: ClientConnection, seconds: float = 10.0) -> OscMessage:
    """The next OSC message; texts are passed over."""
    while not isinstance(message := link.recv(seconds), bytes):
        pass
    (one,) = decode(message)
    return one


def waits(link: ClientConnection, address: str, *args: object) -> None:
    """Until a message of this address has these values, as nearly as 32 bits hold them."""
    until(lambda: (m := heard(link)).address == address and m.args == pytest.approx(args), f"{address} {args}")


# -- HTTP ------------------------------------------------------------------------------------------------------------


def test_host_info_says_who_we_are_and_where_osc_and_the_stream_are(show: Playing) -> None:
    for path in ("", "scene/red", "no/such/thing"):
        told = get(show, f"{path}?HOST_INFO").json()
        assert told["NAME"].startswith("Test (") and told["EXTENSIONS"]["LISTEN"] and told["EXTENSIONS"]["PATH_RENAMED"]
        assert (told["OSC_IP"], told["OSC_PORT"], told["OSC_TRANSPORT"]) == ("127.0.0.1", show.port, "UDP")
        assert (told["WS_IP"], told["WS_PORT"]) == ("127.0.0.1", int(show.console.rsplit(":", 1)[1].strip("/")))


def test_the_root_has_parameters_verbs_and_signals_with_every_attribute(show: Playing) -> None:
    tree = get(show, "").json()
    assert tree["FULL_PATH"] == "/" and {"scene", "sense", "go", "panic", "reveal", "canvas"} <= set(tree["CONTENTS"])
    opacity = tree["CONTENTS"]["scene"]["CONTENTS"]["red"]["CONTENTS"]["fill"]["CONTENTS"]["opacity"]
    assert opacity == {
        "FULL_PATH": OPACITY,
        "TYPE": "f",
        "ACCESS": 3,
        "VALUE": [1.0],
        "RANGE": [{"MIN": 0.0, "MAX": 1.0}],
        "DESCRIPTION": "How much of the layer is seen.",
        "TAGS": ["parameter"],
        "CLIPMODE": ["both"],
    }
    tint = get(show, TINT[1:]).json()
    assert (tint["TYPE"], len(tint["VALUE"]), len(tint["EXTENDED_TYPE"])) == ("ffff", 4, 4)
    go = tree["CONTENTS"]["go"]
    assert (go["TYPE"], go["CRITICAL"], [one["TYPE"] for one in go["OVERLOADS"]]) == ("I", True, ["s", "sf"])
    assert get(show, "sense/progress").json()["ACCESS"] == 1
    assert get(show, "sense/centre_x?UNIT").json() == {"UNIT": ["canvas widths"]}


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        (f"{OPACITY[1:]}?RANGE", 200, {"RANGE": [{"MIN": 0.0, "MAX": 1.0}]}),
        (f"{OPACITY[1:]}?UNIT", 200, {}),
        ("scene?TYPE", 200, {}),
        ("scene?FULL_PATH", 200, {"FULL_PATH": "/scene"}),
        ("scene/?ACCESS", 200, {"ACCESS": 0}),
        ("scene?VALUE", 204, None),
        ("go?VALUE", 200, {"VALUE": [None]}),
        ("scene?NOTHING", 400, None),
        ("scene?value", 400, None),
        ("scene?VALUE&TYPE", 400, None),
        ("?HTML", 400, None),
        ("scene/blue", 404, None),
        ("scene/../scene", 404, None),
        ("scene//red", 404, None),
    ],
)
def test_one_attribute_is_asked_for_by_name(show: Playing, path: str, status: int, told: object) -> None:
    answer = raw(show, f"GET /{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
    assert answer.split(b" ", 2)[1] == str(status).encode()
    if told is not None:
        assert json.loads(answer.partition(b"\r\n\r\n")[2]) == told


def raw(show: Playing, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", int(show.console.rsplit(":", 1)[1].strip("/"))), 10) as link:
        link.sendall(request)
        answer = b""
        while piece := link.recv(65_536):
            answer += piece
    return answer


def test_a_browser_gets_the_page_at_the_same_place(show: Playing) -> None:
    page = get(show, "", accept="text/html,application/xhtml+xml,*/*;q=0.8")
    assert page.headers["content-type"].startswith("text/html")
    assert get(show, "?VALUE", accept="text/html").status_code == 204
    assert get(show, "style.css").headers["content-type"].startswith("text/css")


def test_pages_from_elsewhere_and_names_that_are_not_ours_are_refused(show: Playing) -> None:
    assert get(show, "scene", **{"sec-fetch-site": "cross-site"}).status_code == 403
    assert get(show, "scene", host="evil.example").status_code == 421
    with pytest.raises(InvalidStatus):
        stream(show, origin="http://evil.example")


# -- WebSocket -------------------------------------------------------------------------------------------------------


def test_a_listener_hears_the_value_at_once_and_each_change(show: Playing) -> None:
    with stream(show) as link:
        command(link, "LISTEN", OPACITY)
        assert heard(link).address == OPACITY
        SimpleUDPClient("127.0.0.1", show.port).send_message(OPACITY, 0.5)
        waits(link, OPACITY, 0.5)
        command(link, "IGNORE", OPACITY)
        command(link, "LISTEN", TINT)
        link.send(encode(OPACITY, [0.75]))
        until(lambda: get(show, f"{OPACITY[1:]}?VALUE").json() == {"VALUE": [0.75]}, "the value")
        link.send(encode(TINT, [0.0, 0.0, 1.0, 1.0]))
        waits(link, TINT, 0.0, 0.0, 1.0, 1.0)


def test_two_clients_are_in_step(show: Playing) -> None:
    with stream(show) as one, stream(show) as other:
        for link in (one, other):
            command(link, "LISTEN", OPACITY)
        for number, link in enumerate((one, other, one, other)):
            value = 0.125 * (number + 1)
            link.send(encode(OPACITY, [value]))
            waits(one, OPACITY, value)
            waits(other, OPACITY, value)


def test_osc_over_the_stream_is_osc(show: Playing) -> None:
    with stream(show) as link:
        link.send(encode("/version"))
        assert heard(link).address == "/reply/version"
        link.send(encode("/no/such/thing", [1]))
        assert heard(link).address == "/error"
        link.send(b"/go\0,I\0\0")
        link.send(encode("/cue/2/start", [None]))  # presses, as clients send them
        until(lambda: show.status()["cue"]["current"] == "2", "the cue")


def test_what_makes_no_sense_is_passed_over_and_too_much_of_it_ends_the_connection(show: Playing) -> None:
    with stream(show) as link:
        for text in ("", "{", "[]", "1", '{"COMMAND": "LISTEN"}', '{"COMMAND": "LISTEN", "DATA": {}}', "[" * 5000):
            link.send(text)
        for packet in (b"", b"\0", os.urandom(64), b"#bundle\0"):
            link.send(packet)
        command(link, "LISTEN", "/no/such/thing")
        command(link, "LISTEN", "/scene")
        command(link, "LISTEN", OPACITY)
        assert heard(link).address == OPACITY
        for _ in range(64):
            link.send("nonsense")
        with pytest.raises(ConnectionClosed):
            link.recv(10)
    assert get(show, "").status_code == 200


def test_a_saved_scene_adds_removes_and_renames_nodes_and_that_is_told(tmp_path: Path) -> None:
    show = write_show(tmp_path / "show", SCENES, SHOW)
    two = SCENES["red"] + "  - {name: more, kind: shader, shader: fill.fs}\n"
    playing = Playing(show)
    try:
        until(lambda: get(playing, OPACITY[1:]).status_code == 200, "the tree")
        with stream(playing) as link:
            assert told_after(link, show, two) == [("PATH_ADDED", "/scene/red/more")]
            command(link, "LISTEN", "/scene/red/more/opacity")
            assert heard(link).address == "/scene/red/more/opacity"
            renamed = {"OLD": "/scene/red/more", "NEW": "/scene/red/other"}
            assert told_after(link, show, two.replace("more", "other")) == [("PATH_RENAMED", renamed)]
            link.send(encode("/scene/red/other/opacity", [0.5]))
            waits(link, "/scene/red/other/opacity", 0.5)
            assert told_after(link, show, SCENES["red"]) == [("PATH_REMOVED", "/scene/red/other")]
            assert get(playing, "scene/red/other").status_code == 404
    finally:
        playing.close()


def told_after(link: ClientConnection, show: Path, text: str) -> list[tuple[str, object]]:
    """What is told of the tree after a scene has been saved: all that comes with the first word."""
    (show / "scenes" / "red.yaml").write_text(text, "utf-8")
    found: list[tuple[str, object]] = []
    with_first = 20.0
    while True:
        try:
            message = link.recv(with_first)
        except TimeoutError:
            return found
        if isinstance(message, str):
            said = json.loads(message)
            found.append((said["COMMAND"], said["DATA"]))
            with_first = 0.3


# -- rights ----------------------------------------------------------------------------------------------------------


def test_a_passcode_is_given_as_basic_or_over_the_stream(folder: Path, tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(
        'passcodes: [{code: "look", rights: [view]}, {code: "stage-left", rights: [view, control, edit]}]\n'
        "osc: {trusted: [192.0.2.77]}\n"
    )
    playing = Playing(folder, "--site", site)
    try:
        until(lambda: get(playing, "?HOST_INFO").status_code == 200, "the console")  # needs no right
        refused = get(playing, "scene")
        assert refused.status_code == 401 and refused.headers["www-authenticate"].startswith("Basic")
        look = {"authorization": "Basic " + base64.b64encode(b"any:look").decode()}
        seen = until(lambda: (a := get(playing, OPACITY[1:], **look)).status_code == 200 and a, "the tree").json()
        assert seen["ACCESS"] == 1  # may not edit
        assert get(playing, "go", **look).json()["ACCESS"] == 0
        wrong = {"authorization": "Basic " + base64.b64encode(b"any:wrong").decode()}
        with stream(playing) as link:
            command(link, "LISTEN", OPACITY)
            link.send(encode(OPACITY, [0.5]))
            assert heard(link).address == "/error"
            assert json.loads(str(heard(link).args[0]))["status"] == "denied"
            link.send(encode("/connect", ["stage-left"]))
            assert "edit" in str(heard(link).args[0])
            command(link, "LISTEN", OPACITY)
            assert heard(link).args == (1.0,)
            link.send(encode(OPACITY, [0.5]))
            waits(link, OPACITY, 0.5)
        with stream(playing, additional_headers=look) as link:
            link.send(encode(OPACITY, [0.25]))
            assert heard(link).address == "/error"
        assert get(playing, "scene", **wrong).status_code == 401
        assert (
            get(playing, "scene", **look).status_code == 401
        )  # while it has to wait, a right code is told from no other
        with pytest.raises(InvalidStatus):
            stream(playing, additional_headers=wrong)
    finally:
        playing.close()


# -- a client that was not written here ------------------------------------------------------------------------------


def test_a_foreign_client_finds_the_show_and_reads_its_tree(show: Playing) -> None:
    found = OSCQueryListener()
    try:
        browser = Zeroconf(interfaces=["127.0.0.1"], ip_version=IPVersion.V4Only)
    except OSError as error:
        pytest.skip(f"no multicast on this machine: {error}")
    try:
        ServiceBrowser(browser, ["_oscjson._tcp.local.", "_osc._udp.local."], found)

        def ours(services: dict[str, ServiceInfo], port: int) -> ServiceInfo | None:
            return next((one for one in list(services.values()) if one and one.port == port), None)

        web = int(show.console.rsplit(":", 1)[1].strip("/"))
        info = until(lambda: ours(found.oscjson_services, web), "the tree to be announced")
        osc = until(lambda: ours(found.osc_services, show.port), "OSC to be announced")
        assert info.parsed_addresses() == osc.parsed_addresses() == ["127.0.0.1"]
        client = OSCQueryClient(info)
        assert client.get_host_info().osc_port == show.port
        assert client.query_node().find_subnode("/reveal/lens").value == [1.0]
        assert client.query_node("/no/such/thing") is None
        told = until(lambda: get(show, "status").json()["discovery"]["at"], "the console to say so")
        assert told == [f"_oscjson._tcp 127.0.0.1:{web}", f"_osc._udp 127.0.0.1:{show.port}"]
    finally:
        browser.close()


def test_what_listens_on_this_machine_alone_is_announced_there_alone() -> None:
    assert addresses("127.0.0.1") == ("127.0.0.1",) and addresses("localhost") == ("127.0.0.1",)
    assert not any(one.startswith("127.") for one in addresses("0.0.0.0"))
    assert addresses("::1") == addresses("no.such.name.invalid") == ()
    assert [one.kind for one in services("0.0.0.0", 8142, {"host": "127.0.0.1", "port": None})] == ["_oscjson._tcp"]
    assert label("Act 1. The\nSea" + "ü" * 60).startswith("Act 1  The Sea") and len(label("ü" * 60).encode()) <= 60


# -- hostile ---------------------------------------------------------------------------------------------------------

HOSTILE = (
    b"GET /../../etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET /%2e%2e%2f%2e%2e%2fetc%2fpasswd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET /" + b"a/" * 20_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET /scene?" + b"V" * 40_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET /scene HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"y" * 200_000 + b"\r\n\r\n",
    b"GET /%00%ff%c3%28 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET /scene HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET /scene HTTP/1.1\r\n\r\n",
    b"GET /scene HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic " + b"A" * 9000 + b"\r\n\r\n",
    b"GET /scene HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Basic \xff\xfe\r\n\r\n",
    b"POST /scene HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 300_000,
    b"GET /scene HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n" + b"x" * 300_000,
    b"DELETE /scene HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"\x16\x03\x01\x02\x00" + os.urandom(300),
    os.urandom(4000),
)


def test_hostile_requests_change_nothing_and_the_next_good_one_works(show: Playing) -> None:
    before = get(show, f"{TINT[1:]}?VALUE").json()
    for request in HOSTILE:
        with socket.create_connection(("127.0.0.1", int(show.console.rsplit(":", 1)[1].strip("/"))), 10) as link:
            link.settimeout(0.3)
            try:
                link.sendall(request)
                answer = link.recv(65_536)
            except OSError:
                answer = b""
        assert b"root:" not in answer and not answer.startswith(b"HTTP/1.1 5")
    assert get(show, f"{TINT[1:]}?VALUE").json() == before


def test_one_machine_has_so_many_streams_and_the_others_still_have_theirs(show: Playing) -> None:
    with ExitStack() as stack:
        links: list[ClientConnection] = []
        with pytest.raises(InvalidStatus):
            for _ in range(40):
                links.append(stack.enter_context(stream(show)))
        assert 8 <= len(links) <= 16
        command(links[0], "LISTEN", OPACITY)
        assert heard(links[0]).address == OPACITY
    until(lambda: show.status()["osc"]["pages"]["clients"] == 0, "all of them to be forgotten")
    with stream(show) as link:
        link.send(encode("/version"))
        assert heard(link).address == "/reply/version"


def test_a_client_that_does_not_read_holds_nobody_up(show: Playing) -> None:
    with stream(show, max_queue=1, close_timeout=0.5) as slow, stream(show) as quick:
        tree = get(show, "sense").json()["CONTENTS"]
        for name in tree:
            command(slow, "LISTEN", f"/sense/{name}")
        for _ in range(200):
            slow.send(encode("/status"))
        command(quick, "LISTEN", OPACITY)
        quick.send(encode(OPACITY, [0.375]))
        waits(quick, OPACITY, 0.375)
        assert show.status()["fps"] > 0
        began = time.monotonic()
        assert get(show, "sense?CONTENTS").status_code == 200 and time.monotonic() - began < 5


# -- every declaration there can be ----------------------------------------------------------------------------------


def feed_of(*addresses: str) -> Feed:
    feed = Feed()
    for address in addresses:
        declared = {"address": address, "kind": "float", "access": 3, "right": "edit", "help": ""}
        feed.nodes[address] = Node(address, declared, 0.5, "file")
    feed.revision = 1
    return feed


def test_what_is_a_folder_and_a_value_is_told_as_two() -> None:
    tree = Tree(feed_of("/a/year", "/a/year/size", "/b"))
    year = tree.json("/", {"edit"})["CONTENTS"]["a"]["CONTENTS"]["year"]
    assert "TYPE" not in year and set(year["CONTENTS"]) == {"value", "size"}
    assert year["CONTENTS"]["value"]["FULL_PATH"] == "/a/year/value"
    assert (tree.meant("/a/year/value"), tree.told("/a/year"), tree.meant("/a/year")) == (
        "/a/year",
        "/a/year/value",
        None,
    )
    own = Tree(feed_of("/a/year", "/a/year/value"))  # one that has the name already keeps it
    assert own.meant("/a/year/value") == "/a/year/value"


@given(st.sets(st.lists(st.sampled_from(("a", "b", "value")), min_size=1, max_size=4).map(lambda p: "/" + "/".join(p))))
def test_no_node_is_both_and_every_leaf_can_be_asked_for(addresses: set[str]) -> None:
    tree = Tree(feed_of(*addresses))

    def walk(path: str) -> int:
        told = tree.json(path, {"edit"})
        assert told["FULL_PATH"] == path and ("CONTENTS" in told) != ("VALUE" in told)
        below = told.get("CONTENTS", {}).values()
        return sum(walk(one["FULL_PATH"]) for one in below) if below or path == "/" else 1

    assert walk("/") <= len(addresses)
    assert all(tree.has(path) for path in (tree.told(one) for one in addresses) if path is not None)


FINITE = st.floats(-1e6, 1e6)
PARAMS = st.builds(
    Param,
    st.just("x"),
    st.sampled_from(("float", "bool", "long", "point2D", "color", "event", "text")),
    low=st.none() | FINITE,
    high=st.none() | FINITE,
    unit=st.text(max_size=5),
    help=st.text(max_size=10),
    values=st.lists(st.integers(-9, 9), max_size=3, unique=True).map(tuple),
    labels=st.lists(st.text(max_size=4), max_size=3).map(tuple),
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "float": st.floats(),
    "bool": st.booleans(),
    "long": st.integers(-(2**31), 2**31 - 1),
    "point2D": st.lists(FINITE, min_size=2, max_size=2),
    "color": st.lists(FINITE, min_size=4, max_size=4),
    "event": st.booleans(),
    "text": st.text(max_size=8),
}
RIGHTS = st.sets(st.sampled_from(("view", "control", "edit")))
SIZED = ("VALUE", "RANGE", "UNIT", "CLIPMODE", "EXTENDED_TYPE")


@given(st.data(), PARAMS, RIGHTS, st.sampled_from((1, 2, 3)))
def test_every_attribute_has_the_shape_that_the_proposal_gives_it(
    data: st.DataObject, param: Param, rights: set[str], access: int
) -> None:
    value = data.draw(VALUES[param.kind])
    declared = {
        name: one
        for name, one in {
            "number": 1, "address": "/a/x", "kind": param.kind, "access": access, "right": "edit", "help": param.help,
            "unit": param.unit, "low": param.low, "high": param.high, "values": param.values, "labels": param.labels,
        }.items()
        if one not in ("", None, ()) or name == "help"
    }  # fmt: skip
    feed = Feed()
    feed.nodes["/a/x"] = Node("/a/x", json.loads(json.dumps(declared)), value, "file")
    tree = Tree(feed)
    feed.revision = 1
    root = json.loads(json.dumps(tree.json("/", rights), allow_nan=False))
    node = root["CONTENTS"]["a"]["CONTENTS"]["x"]
    assert set(node) <= set(ATTRIBUTES) and node["FULL_PATH"] == "/a/x" and node["ACCESS"] in (0, 1, 2, 3)
    size = len(node["TYPE"])
    assert all(len(node[name]) == size for name in SIZED if name in node)
    assert ("VALUE" in node) == bool(node["ACCESS"] & 1)
    assert all(set(one) <= {"MIN", "MAX", "VALS"} and one for one in node.get("RANGE", ()))
    assert all(one in ("none", "low", "high", "both") for one in node.get("CLIPMODE", ()))
    for name in ATTRIBUTES:
        told = tree.attribute("/a/x", name, rights)
        assert told == ({name: tree.json("/a/x", rights)[name]} if name in node else None if name == "VALUE" else {})
    args = arguments(feed.nodes["/a/x"])
    if args is not None and not (param.kind == "float" and math.isnan(value)):
        (message,) = decode(encode("/a/x", args))
        assert len(message.args) == size
