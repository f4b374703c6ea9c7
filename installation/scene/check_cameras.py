"""Checks that what a site file says of its cameras can all be meant: one key for them, and a name each. Called by `load`."""

from __future__ import annotations

from installation.scene import schema
from installation.scene.findings import Findings


def check_cameras(site: schema.SiteFile, findings: Findings) -> None:
    """Says when `camera` would be ignored for `cameras`, and when two cameras could not be told apart."""
    if site.cameras and "camera" in site.model_fields_set:
        findings.key(("camera",), "camera and cameras are both here", "put all of them into the list cameras")
    taken: set[str] = set()
    for number, eye in enumerate(site.cameras):
        if eye.name and eye.name in taken:  # their calibrations are kept by name
            findings.value(("cameras", number, "name"), f'another camera is called "{eye.name}" too', "a name for each")
        taken.add(eye.name or "")
