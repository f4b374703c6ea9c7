"""Hears sensors over MQTT (the library `paho-mqtt`, an optional extra) and keeps the newest message of each topic.

An absent library or broker is one warning, told again only when it has been well in between; the connection is tried anew
with growing waits. Messages are bounded in size and number. What they mean is not known here: `schedule` and the
command line hand them on. Never called in a frame.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from installation.clock import now, wall_time
from installation.errors import DeviceError, Problem
from installation.inputs.web import Secret
from installation.mailbox import Worker

LIBRARY = 'install it: pip install "installation[mqtt]", or ./.tools/uv pip install paho-mqtt'
LARGEST = 64 << 10
"""Bytes of a message."""
MOST_TOPICS = 10_000
CONNECT = 10.0
"""Seconds to connect; seconds between signs of life are KEEPALIVE."""
KEEPALIVE = 30
LONGEST_WAIT = 60.0


class Sensors:
    """Remembers the newest message of each topic, what can't be had, and the thread that listens."""

    def __init__(self, address: str, topics: Sequence[str], user: str = "", secret: Secret | None = None) -> None:
        """`address` is mqtt://HOST[:PORT] or mqtts://. Raises DeviceError when it is none, or without the library."""
        try:
            parts = urlsplit(address)
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        if not host or parts.scheme not in ("mqtt", "mqtts") or parts.username or parts.password:
            told = address.rpartition("@")[2][:200]
            raise DeviceError(f"{told}: this is not a broker's address", hint="mqtt://HOST:1883, or mqtts://")
        self.address = address
        self.problem: Problem | None = None
        self.refused = 0
        """Messages that were too large, or of too many topics."""
        self._lock = threading.Lock()
        self._said: dict[str, tuple[bytes, float]] = {}
        self._topics = tuple(topics)
        self._where = (host, port or (8883 if parts.scheme == "mqtts" else 1883))
        self._make = _maker(user, secret, parts.scheme == "mqtts")
        self._worker = Worker(f"mqtt {host}", self._run)

    def start(self) -> Sensors:
        self._worker.start()
        return self

    def take(self) -> list[tuple[str, bytes, float]]:
        """What has been said since the last time: topic, payload, seconds since 1970; the newest of each topic."""
        with self._lock:
            said, self._said = self._said, {}
        return [(topic, payload, at) for topic, (payload, at) in said.items()]

    def close(self) -> None:
        self._worker.close()

    def _run(self, worker: Worker) -> None:
        wait = 1.0
        while not worker.stopping():
            began = now()
            why = self._listen(worker)
            if worker.stopping():
                break
            self.problem = Problem(f"the sensors at {self.address} are silent: {why}", hint="it is tried again")
            wait = 1.0 if now() - began > LONGEST_WAIT else min(wait * 2, LONGEST_WAIT)
            worker.wait(wait)

    def _listen(self, worker: Worker) -> str:
        """Until it breaks off: why it did."""
        client = self._make()
        refused: list[str] = []

        def connected(_client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any = None) -> None:
            if reason.is_failure:
                refused.append(str(reason))
                return
            self.problem = None
            for topic in self._topics:
                client.subscribe(topic)

        client.on_connect = connected
        client.on_message = self._message
        client.connect_timeout = CONNECT
        try:
            client.connect(*self._where, keepalive=KEEPALIVE)
            while not worker.stopping():
                worker.beat()
                if client.loop(0.2) != 0 or refused:
                    return refused[0] if refused else "the connection broke off"
        except (OSError, ValueError) as error:
            return f"no connection ({getattr(error, 'strerror', '') or type(error).__name__})"
        finally:
            client.disconnect()
            client.loop(0.05)
        return ""

    def _message(self, _client: Any, _data: Any, message: Any) -> None:
        with self._lock:
            if len(message.payload) > LARGEST or (message.topic not in self._said and len(self._said) >= MOST_TOPICS):
                self.refused += 1
                return
            self._said[message.topic] = (bytes(message.payload), wall_time())


def _maker(user: str, secret: Secret | None, secure: bool) -> Callable[[], Any]:
    """Makes clients. Raises DeviceError without the library."""
    try:
        from paho.mqtt import client as paho
        from paho.mqtt.enums import CallbackAPIVersion
    except ImportError:
        raise DeviceError("the library paho-mqtt is not installed: sensors are not heard", hint=LIBRARY) from None

    def make() -> Any:
        client = paho.Client(CallbackAPIVersion.VERSION2)
        if user or secret:
            client.username_pw_set(user or None, secret.value if secret else None)
        if secure:
            client.tls_set()
        return client

    return make
