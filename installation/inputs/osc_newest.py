"""Reads datagrams in their order; of values that stream, only the newest is made into a message.

At 32,000 messages a second most cost the frame a look at their first bytes and one unpacking. Whoever drains the socket says of
which messages only the newest counts; whatever else comes, a trigger, a bundle, something malformed, ends such a run: nothing is
moved past it. Called by `inputs.osc`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from installation.inputs.osc_decode import Decoder, Header, OscError, OscMessage
from installation.params import LARGEST

Sender: TypeAlias = tuple[Any, ...]
Voids: TypeAlias = Callable[[OscMessage], bool]
"""Whether a message makes void an earlier one of the same address with as many numbers, where only such messages came between."""
Dated: TypeAlias = Callable[[list[OscMessage]], list[OscMessage]]
"""Keeps what is dated ahead, gives back what is due at once."""


class Newest:
    """Remembers, of one drain, what streams and the newest of each."""

    def __init__(self, decoder: Decoder, voids: Voids | None, dated: Dated, arrived: list[OscMessage]) -> None:
        """What has been read goes to `arrived`, the last run only once it is ended."""
        self._arrived = arrived
        self.malformed = 0
        self._streamed = self._kept = 0
        self._decoder, self._voids, self._dated = decoder, voids, dated
        self._streams: dict[bytes, Header] = {}
        self._newest: dict[bytes, tuple[Header, tuple[Any, ...], Sender]] = {}
        self._trusted: set[Sender] = set()
        self._heads: dict[int, int] = {}
        """Of a packet of so many bytes, how many its head is likely to have."""

    def read(self, packets: Sequence[bytes], senders: Sequence[Sender]) -> None:
        """The next packets. Never raises."""
        heads, newest, trusted = self._heads, self._newest, self._trusted
        known, least, most = self._streams.get, -LARGEST, LARGEST
        last: Sender | None = None  # the sender that was found to be trusted just before
        others = 0
        for packet, sender in zip(packets, senders, strict=True):
            length = len(packet)
            head = packet[: heads.get(length, 0)]
            header = known(head)
            if header is not None and (sender is last or sender in trusted):
                last = sender
                _, numbers, data, size = header
                if length == size:
                    values = numbers.unpack_from(packet, data)
                    for value in values:
                        if not least <= value <= most:
                            break
                    else:
                        newest[head] = header, values, sender
                        continue
            others += 1
            self._read(packet, sender)
        self._streamed += len(packets) - others

    @property
    def coalesced(self) -> int:
        """How many values a newer one has made void, once the run has ended."""
        return self._streamed - self._kept

    def _read(self, packet: bytes, sender: Sender) -> None:
        """One packet, whatever it is."""
        try:
            messages = self._decoder.decode(packet, sender)
        except OscError:
            self.malformed += 1
            return
        header = self._decoder.header(packet) if self._voids else None
        if header is not None and self._voids is not None and self._voids(messages[0]):
            head = packet[: header.data]
            self._heads[len(packet)] = header.data
            self._streams[head] = header
            self._trusted.add(sender)
            self._newest[head] = header, messages[0].args, sender
            self._streamed += 1
            return
        self.end()
        self._arrived += self._dated(messages)

    def end(self) -> None:
        """Ends the run: the newest of each has arrived."""
        self._arrived += [OscMessage(known.address, values, None, of) for known, values, of in self._newest.values()]
        self._kept += len(self._newest)
        self._newest.clear()
