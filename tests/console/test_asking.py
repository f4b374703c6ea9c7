"""A question from the page reaches the engine and comes back answered: a real engine, a real process, real HTTP."""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time

import pytest

from installation.gpu.device import Device
from installation.report import Console
from installation.resources import resource
from installation.scene.load import load_scene
from installation.scene.schema import SiteFile
from shows import Stage

pytestmark = [pytest.mark.gl, pytest.mark.skipif(sys.platform == "win32", reason="processes of POSIX")]


def get(port: int, path: str, **headers: str) -> tuple[int, bytes]:
    ask = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    ask.request("GET", path, headers=headers)
    answer = ask.getresponse()
    found = answer.status, answer.read()
    ask.close()
    return found


def test_a_question_is_answered_with_what_stands_there_and_a_foreign_page_may_not_ask(device: Device) -> None:
    stage = Stage(device, load_scene(resource("shows") / "living_smiles" / "scenes" / "contrast.yaml"), (160, 90))
    site = SiteFile.model_validate({"console": {"port": 0}})
    console = Console(stage.engine, site, [])
    answers: dict[str, tuple[int, bytes]] = {}

    def browse() -> None:
        port = console._port
        while answers.get("there", (0, b""))[0] != 200 and time.monotonic() < deadline:  # a busy machine may be late
            answers["there"] = get(port, "/evidence?x=0.5&y=0.5")
        answers["nowhere"] = get(port, "/evidence?x=2&y=0.5")
        answers["nothing"] = get(port, "/evidence?x=nan&y=0.5")
        answers["lacking"] = get(port, "/evidence")
        answers["foreign"] = get(port, "/evidence?x=0.5&y=0.5", **{"Sec-Fetch-Site": "cross-site"})
        answers["status"] = get(port, "/status")

    deadline = time.monotonic() + 60
    browser = threading.Thread(target=browse)
    browser.start()
    while browser.is_alive() and time.monotonic() < deadline:
        frame = stage.clock.next()
        stage.canvas = stage.engine.step(frame)
        console.publish(frame)
    browser.join(1.0)
    assert not browser.is_alive()
    status, body = answers["there"]
    told = json.loads(body)
    assert status == 200
    assert told["fiction"] is False
    assert [one["text"] for one in told["there"] if one["kind"] == "text"] == ["2000"]
    assert [answers[name][0] for name in ("nowhere", "nothing", "lacking", "foreign")] == [400, 400, 400, 403]
    assert "evidence" not in json.loads(answers["status"][1])
    console.close()
    stage.engine.outputs.clear()
    stage.close()
