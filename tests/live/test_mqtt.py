"""Sensors over MQTT: from a broker on loopback to rows in use, and every way to be without."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from broker_stand import Broker
from live_packages import field, write_package

from installation.data.package import load_package
from installation.data.rows import load_rows
from installation.errors import DeviceError
from installation.inputs import mqtt
from installation.inputs.mqtt import Sensors
from installation.inputs.web import Secret
from installation.outside import Outside
from installation.refresh import Outcome, refresh

pytest.importorskip("paho.mqtt", reason="the extra `mqtt` is not installed")

ROOMS: dict[str, Any] = {
    "from": "mqtt",
    "topics": ["museum/+/air"],
    "listen": 0.01,
    "fields": {"room": "{topic_2}", "heard": "{received}", "celsius": "{temperature}"},
}
FIELDS = [field("room", required=True), field("heard"), field("celsius", "number", minimum=-50, maximum=80)]


@pytest.fixture
def broker() -> Iterator[Broker]:
    made = Broker()
    yield made
    made.close()


def until(found: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 15
    while not found():
        assert time.monotonic() < deadline, f"waited for {what}"
        time.sleep(0.01)


@pytest.fixture
def outside(broker: Broker, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outside]:
    write_package(tmp_path, ROOMS, "room,heard,celsius\n", FIELDS, key=1)
    monkeypatch.chdir(tmp_path)
    with Outside(lambda seconds: bool(time.sleep(min(seconds, 0.05))), {"dentists": broker.address}) as made:
        yield made


def rooms() -> dict[str, Any]:
    return {str(row["room"]): row["celsius"] for row in load_rows(load_package("dentists").tables["numbers"])}


def refreshed(outside: Outside, wanted: dict[str, Any]) -> Outcome:
    """Refreshes until the rows in use are those; the last outcome."""
    outcome = refresh("dentists", outside.ways)
    deadline = time.monotonic() + 15
    while rooms() != wanted:
        assert time.monotonic() < deadline, f"waited for {wanted}, there is {rooms()}"
        time.sleep(0.01)
        outcome = refresh("dentists", outside.ways)
    return outcome


def test_what_sensors_say_is_in_use_and_each_is_heard_when_it_speaks(broker: Broker, outside: Outside) -> None:
    broker.publish("museum/hall/air", b'{"temperature": 21.5, "humidity": 40}')
    broker.publish("museum/attic/air", b'{"temperature": 30}')
    refreshed(outside, {"hall": 21.5, "attic": 30.0})
    broker.publish("museum/hall/air", b'{"temperature": 22}')
    refreshed(outside, {"hall": 22.0, "attic": 30.0})
    assert broker.subscribed == ["museum/+/air"] and broker.connections == 1


@pytest.mark.parametrize(
    "nonsense",
    [b"{", b"\xff", b"", b"[1]", b'{"temperature": "hot"}', b'{"temperature": 4000}', b'{"temperature": null, "x": 1}'],
)
def test_one_that_talks_nonsense_does_not_silence_the_others(broker: Broker, outside: Outside, nonsense: bytes) -> None:
    broker.publish("museum/attic/air", nonsense)
    broker.publish("museum/hall/air", b'{"temperature": 20}')
    outcome = None
    deadline = time.monotonic() + 15
    while rooms().get("hall") != 20.0:
        assert time.monotonic() < deadline
        outcome = refresh("dentists", outside.ways)
    assert outcome is not None
    attic = rooms().get("attic", "none")
    assert attic in ("none", None)
    assert attic is None or "museum/attic/air" in str(outcome.notes[0])


def test_a_broker_that_comes_back_is_heard_again(broker: Broker) -> None:
    sensors = Sensors(broker.address, ["a"]).start()
    try:
        until(lambda: broker.subscribed, "the first time")
        broker.hang_up()
        until(lambda: sensors.problem, "the problem")
        until(lambda: len(broker.subscribed) == 2, "the second time")
        broker.publish("a", b"7")
        until(lambda: sensors.take(), "a message")
        assert sensors.problem is None
    finally:
        sensors.close()


def test_no_broker_is_one_problem_without_an_end_of_the_thread() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    sensors = Sensors(f"mqtt://127.0.0.1:{port}", ["a"]).start()
    try:
        until(lambda: sensors.problem, "the problem")
        assert "are silent: no connection" in str(sensors.problem)
    finally:
        sensors.close()


@pytest.mark.parametrize(("word", "welcome"), [("pa55-w0rd", True), ("wrong-0ne", False)])
def test_a_password_is_sent_and_told_to_nobody(word: str, welcome: bool) -> None:
    broker = Broker(password="pa55-w0rd")
    sensors = Sensors(broker.address, ["a"], "museum", Secret(word)).start()
    try:
        until(lambda: broker.subscribed if welcome else sensors.problem, "an answer")
        assert word not in str(sensors.problem)
    finally:
        sensors.close()
        broker.close()


def test_messages_are_bounded(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt, "MOST_TOPICS", 3)
    sensors = Sensors(broker.address, ["#"]).start()
    try:
        until(lambda: broker.subscribed, "a listener")
        broker.publish("large", b"x" * (mqtt.LARGEST + 1))
        for n in range(5):
            broker.publish(f"t/{n}", b"1")
        until(lambda: sensors.refused == 3, "three that are too much")
        assert {topic for topic, _, _ in sensors.take()} == {"t/0", "t/1", "t/2"}
    finally:
        sensors.close()


def test_without_the_library_it_is_one_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "paho.mqtt", None)
    with pytest.raises(DeviceError, match="paho-mqtt is not installed"):
        Sensors("mqtt://127.0.0.1", ["a"])


@pytest.mark.parametrize("address", ["http://h", "mqtt://", "mqtt://me:pw@h", "nonsense", "mqtt://h:port"])
def test_what_is_no_broker_is_refused_without_its_password(address: str) -> None:
    with pytest.raises(DeviceError) as caught:
        Sensors(address, ["a"])
    assert "not a broker's address" in str(caught.value) and "pw" not in str(caught.value)
