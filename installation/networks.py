"""Which machines are meant by a list of addresses and networks. Pure; asked by whoever hears from machines: OSC, the console.

A list that is empty names nobody. What an entry looks like is checked when the site file is read (`network`).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

HERE = ("127.0.0.0/8", "::1")
"""This machine."""
MOST_KNOWN = 1024


class Networks:
    """Remembers what it has answered, so that a packet costs one look."""

    def __init__(self, named: Iterable[str]) -> None:
        """Raises ValueError for what is neither an address nor a network, such as 192.168.1.20 or 192.168.1.0/24."""
        self._networks = tuple(network(text) for text in named)
        self._known: dict[str, bool] = {}

    def __contains__(self, host: object) -> bool:
        """Whether a numeric address, as sockets give it, is of these networks."""
        if not isinstance(host, str):
            return False
        known = self._known.get(host)
        if known is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            known = self._known[host] = self._look(host)
        return known

    def _look(self, host: str) -> bool:
        try:
            address = ipaddress.ip_address(host.partition("%")[0])
        except ValueError:
            return False
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return any(address.version == one.version and address in one for one in self._networks)


def network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """Raises ValueError."""
    return ipaddress.ip_network(text, strict=False)
