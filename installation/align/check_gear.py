"""What of a site's cameras, sound and ports can't work tonight: sources that are nothing, and two that listen at one port.

Called by `check`. It opens nothing: what is looked at is whether files and devices are there.
"""

from __future__ import annotations

from pathlib import Path

from installation.errors import did_you_mean
from installation.gear import artnet, sacn
from installation.inputs.sources import absent, is_live
from installation.inputs.stream import shown
from installation.scene.findings import Findings
from installation.scene.sites import SiteFile

EVERYWHERE = "0.0.0.0"
HERE = {"localhost": "127.0.0.1", "::": EVERYWHERE, "": EVERYWHERE}


def check_sources(site: SiteFile, wrong: Findings, doubts: Findings) -> None:
    """Cameras and sounds that aren't there. A device may still be plugged in, so that is a doubt."""
    for number, eye in enumerate(site.eyes):
        error = absent(eye.source)
        if error is not None:
            steps = ("cameras", number, "source") if site.cameras else ("camera", "source")
            what, hint = error.problems[0].message, error.problems[0].hint
            if is_live(eye.source) and "://" not in eye.source:
                doubts.value(steps, f"{what} (now, on this machine)", hint)
            else:
                wrong.value(steps, f"{shown(eye.source)}: {what}", hint)
    source = site.audio.source
    if source not in ("auto", "none") and not source.startswith("device:") and not Path(source).expanduser().is_file():
        words = [] if "." in source or "/" in source else ["auto", "none", "device:NAME"]
        hint = did_you_mean(source, words) or "auto, none, device:NAME, or the path of a sound file"
        wrong.value(("audio", "source"), f'there is no sound file "{source}"', hint)


def check_ports(site: SiteFile, wrong: Findings) -> None:
    """Two that would listen at the same port of this machine: the second would get none."""
    osc, desk = site.osc, site.lights.inputs.values()
    heard: list[tuple[str, str, str, int, tuple[str | int, ...]]] = [
        ("OSC", "udp", osc.host, osc.port, ("osc", "port"))
    ]
    if osc.tcp:
        heard.append(("OSC over TCP", "tcp", osc.host, osc.port, ("osc", "port")))
    heard.append(("the console", "tcp", site.console.host, site.console.port, ("console", "port")))
    for protocol, called, port in (("artnet", "Art-Net", artnet.PORT), ("sacn", "sACN", sacn.PORT)):
        if any(one.protocol == protocol for one in desk):
            heard.append((f"the lighting desk ({called})", "udp", site.lights.host, port, ("lights", "in")))
    for index, (called, kind, host, port, steps) in enumerate(heard):
        for other, its_kind, its_host, its_port, its_steps in heard[:index]:
            if kind == its_kind and port == its_port != 0 and _meet(host, its_host):
                # the place to look at is the one that the file names
                at = steps if _said(site, steps) else its_steps
                free = port + 1 if port < 65535 else port - 1
                wrong.value(at, f"{other} and {called} both listen at {kind} port {port}", f"another port: {free}")


def _meet(one: str, other: str) -> bool:
    hosts = {HERE.get(host.lower(), host.lower()) for host in (one, other)}
    return len(hosts) == 1 or EVERYWHERE in hosts


def _said(site: SiteFile, steps: tuple[str | int, ...]) -> bool:
    """Whether the file itself says so, or it is what is usual."""
    part = getattr(site, str(steps[0]))
    return steps[-1] in part.model_fields_set or steps == ("lights", "in")
