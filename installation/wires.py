"""Opens what a site file says of OSC: the sockets, who may do what, and the machines that are sent to.

Where a port can't be had the show plays without, and says so. Called by `play`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from installation.errors import DeviceError, Problem
from installation.networks import HERE, Networks
from installation.scene.schema import SiteFile
from installation.show.access import Access
from installation.show.clients import Clients, controllers

if TYPE_CHECKING:
    from installation.engine import Engine
    from installation.inputs.osc import OscReceiver


class Wires:
    """The sockets of a show that plays, its clients, and its sender."""

    def __init__(self, site: SiteFile, problems: list[Problem]) -> None:
        """Adds what can't be had to the problems."""
        from installation.outputs.osc import Machine, OscSender

        self.network = open_osc(site, problems)
        wanted = {name: one.wanted for name, one in site.osc.controllers.items()}
        self.clients = Clients(access_of(site), controllers(wanted))
        self.sender = OscSender(
            Machine(name, one.host, one.port, one.protocol) for name, one in site.osc.controllers.items()
        )

    def attach(self, engine: Engine) -> None:
        """Lets cues send, and controllers be told."""
        engine.switchboard.push = self.sender.push
        if self.sender.machines:
            engine.carrier.senders["osc"] = self.sender
            engine.carrier.machines = self.sender.machines
            engine.switchboard.sending = self.sender.status

    def close(self) -> None:
        self.sender.close()
        if self.network is not None:
            self.network.close()


def access_of(site: SiteFile) -> Access:
    """Who may do what, as the site's passcodes say: for OSC and the console alike."""
    return Access({one.code: frozenset(one.rights) for one in site.passcodes}, site.osc.trusted)


def open_osc(site: SiteFile, problems: list[Problem]) -> OscReceiver | None:
    """The OSC sockets; None (and why) where their port can't be had."""
    from installation.inputs.osc import OscReceiver

    osc = site.osc
    try:
        network = OscReceiver(osc.host, osc.port, tcp=osc.tcp, allow=osc.allow, time_tags=osc.time_tags)
    except DeviceError as error:
        problems += error.problems
        return None
    if osc.host != "localhost" and osc.host not in Networks(HERE) and not (osc.allow or site.passcodes):
        problems.append(
            Problem(
                f"OSC is open to whoever reaches {osc.host}: anybody there may run the show",
                hint="name `passcodes`, or `osc: {allow: [...]}`, in the site file",
            )
        )
    if network.tcp_problem is not None:
        problems += network.tcp_problem.problems
    return network
