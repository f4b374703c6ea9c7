"""Opens the ways to the outside for a refresh: one HTTP client, and the sensors that have been listened to.

Made by the command line for one refresh, and by `refresh_process` for a whole night; closed by whoever made it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from installation.answers import stamp
from installation.data.live_answers import Record, reading
from installation.data.live_source import Live
from installation.errors import DataError
from installation.inputs.mqtt import Sensors
from installation.inputs.web import Fetcher, Limits, Secret
from installation.refresh import Ways


class Outside:
    """Remembers the client and the sensors. `wait(seconds)` sleeps, and is true when it is time to stop."""

    def __init__(
        self, wait: Callable[[float], bool], addresses: Mapping[str, str] | None = None, limits: Limits | None = None
    ) -> None:
        self._wait = wait
        self._fetcher = Fetcher(limits or Limits(), wait)
        self._sensors: dict[tuple[str, tuple[str, ...]], Sensors] = {}
        self.ways = Ways(self._fetcher.get, self._listen, os.environ, addresses or {})

    @property
    def problem(self) -> str:
        """What was wrong with the last question over HTTP that is to be asked again; "" when nothing was."""
        return self._fetcher.problem

    def _listen(self, address: str, live: Live, secret: Secret | None) -> Sequence[Record]:
        """What the sensors have said since the last time; the first time it gives them a while to say something.

        Raises DeviceError without the library, DataError when the broker is not there.
        """
        key = (address, live.topics)
        if key not in self._sensors:
            self._sensors[key] = Sensors(address, live.topics, live.user, secret).start()
            self._wait(live.listen)
        sensors = self._sensors[key]
        said = sensors.take()
        if not said and sensors.problem:
            raise DataError(problems=(sensors.problem,))
        records: list[Any] = []
        for topic, payload, at in said:
            try:
                records.append(reading(topic, payload, stamp(at)))
            except DataError:
                records.append({"topic": topic, "received": stamp(at)})  # told where the columns are missed
        return records

    def close(self) -> None:
        for sensors in self._sensors.values():
            sensors.close()
        self._fetcher.close()

    def __enter__(self) -> Outside:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
