"""Linux' cameras by what stays of them, what they can do, and what they refuse: with a system folder and a driver made here."""

from __future__ import annotations

import errno
import struct
from pathlib import Path

import pytest

from installation.errors import DeviceError
from installation.inputs import v4l2
from installation.inputs.abilities import lines
from installation.inputs.devices import cameras_here, find
from installation.inputs.settings import Settings


class Driver:
    """Answers as a webcam's driver does; its exposure can't go below 3 ms, and there is no white balance."""

    def __init__(self):
        self.values = {0x009A0901: 3, 0x009A0902: 157, 0x009A091F: 1}

    def controls(self):
        yield 0x009A0901, 3, b"Auto Exposure", 0, 3, 1
        yield 0x009A0902, 1, b"Exposure Time, Absolute", 30, 2047, 1
        yield 0x009A091F, 2, b"Focus, Automatic Continuous", 0, 1, 1

    def __call__(self, opened, number, given):
        if number == v4l2.QUERY:
            return (
                b"uvcvideo".ljust(16, b"\0") + b"HD Pro Webcam".ljust(32, b"\0") + b"usb-1".ljust(32, b"\0") + bytes(24)
            )
        if number == v4l2.ENUMERATE_FORMATS:
            codes = [b"YUYV", b"MJPG"]
            index = struct.unpack_from("=I", given)[0]
            if index < len(codes):
                return struct.pack("=III32s", index, 1, 0, b"x") + codes[index] + bytes(16)
        if number == v4l2.ENUMERATE_SIZES:
            index, code = struct.unpack_from("=II", given)
            sizes = [(640, 480), (1280, 720)]
            if index < len(sizes):
                return struct.pack("=5I", index, code, 1, *sizes[index]) + bytes(24)
        if number == v4l2.ENUMERATE_RATES:
            index, code, width, height = struct.unpack_from("=4I", given)
            if index < 2:
                return struct.pack("=7I", index, code, width, height, 1, 1, (30, 15)[index]) + bytes(24)
        if number == v4l2.QUERY_CONTROL:
            after = struct.unpack_from("=I", given)[0] & 0x7FFFFFFF
            for one, kind, name, low, high, step in self.controls():
                if one > after:
                    return struct.pack("=II32s4iI8x", one, kind, name, low, high, step, low, 0)
        if number == v4l2.GET_CONTROL:
            one = struct.unpack("=Ii", given)[0]
            return struct.pack("=Ii", one, self.values[one])
        if number == v4l2.SET_CONTROL:
            one, value = struct.unpack("=Ii", given)
            self.values[one] = value
            return given
        raise OSError(errno.EINVAL, "no more")


@pytest.fixture
def node(tmp_path):
    path = tmp_path / "node"
    path.write_bytes(b"")
    return path


def test_what_a_camera_can_do_is_read_from_its_driver(node):
    can = v4l2.describe(node, Driver())
    assert (can.card, can.bus) == ("HD Pro Webcam", "usb-1")
    assert [one.fourcc for one in can.formats] == ["YUYV", "MJPG"]
    assert can.formats[0].sizes[1] == v4l2.Size(1280, 720, (30.0, 15.0))
    told = lines(can)
    assert told[0] == "YUYV: 640x480 at 30/15, 1280x720 at 30/15"
    assert "exposure_time_absolute 30 to 2047, now 157" in told and "focus_automatic_continuous 0 to 1, now 1" in told


def test_locks_are_set_and_read_back_and_what_is_refused_is_said(node):
    driver = Driver()
    assert v4l2.lock(node, Settings(exposure=8.0, controls={"focus_automatic_continuous": 0}), driver) == []
    assert driver.values == {0x009A0901: 1, 0x009A0902: 80, 0x009A091F: 0}
    assert v4l2.lock(node, Settings(exposure="auto"), driver) == [] and driver.values[0x009A0901] == 3
    said = v4l2.lock(node, Settings(exposure=1.0, white_balance=4600.0, controls={"focus_automatic": 1}), driver)
    assert said[0].startswith("exposure 1 ms was not taken: exposure_time_absolute is 80 (30 to 2047)")
    assert "white_balance: manual can't be set: the camera has no such control" in said
    assert 'it has no control focus_automatic. did you mean "focus_automatic_continuous"' in said[-1]


def test_a_driver_that_takes_nothing_back_is_not_believed(node):
    driver = Driver()
    driver.values = dict(driver.values)
    refusing = lambda opened, number, given: given if number == v4l2.SET_CONTROL else driver(opened, number, given)  # noqa: E731
    assert len(v4l2.lock(node, Settings(exposure=8.0), refusing)) == 2


def test_other_size_rate_and_format_than_asked_are_said():
    asked = Settings(fourcc="MJPG", width=1280, height=720, fps=60)
    assert asked.unmet(640, 480, 30, "YUYV") == [
        "640 x 480 pixels, not 1280 x 720",
        "30 pictures a second, not 60",
        "format YUYV, not MJPG",
    ]
    assert asked.unmet(1280, 720, 60, "MJPG") == [] and Settings().unmet(640, 480, 30, "YUYV") == []
    assert Settings(exposure=8.0, controls={"gain": 1}).not_here("a film")[1] == "gain can't be set: a film"
    assert Settings(**asked.plain()) == asked


@pytest.fixture
def system(tmp_path) -> Path:
    """Three webcams: one with a serial number, and two alike without; and the first one's second node."""
    by_id, by_path = tmp_path / "dev/v4l/by-id", tmp_path / "dev/v4l/by-path"
    by_id.mkdir(parents=True)
    by_path.mkdir()
    for number, (name, serial, port, index) in enumerate(
        [
            ("HD Pro Webcam C920", "A1B2", "1-1", 0),
            ("HD Pro Webcam C920", "A1B2", "1-1", 1),
            ("USB Camera", "", "1-2", 0),
            ("USB Camera", "", "1-3", 0),
        ]
    ):
        usb = tmp_path / "sys/devices" / port
        (usb / f"{port}:1.0").mkdir(parents=True, exist_ok=True)
        if serial:
            (usb / "serial").write_text(serial + "\n")
        about = tmp_path / "sys/class/video4linux" / f"video{number}"
        about.mkdir(parents=True)
        (about / "name").write_text(name + "\n")
        (about / "index").write_text(f"{index}\n")
        (about / "device").symlink_to(usb / f"{port}:1.0")
        (tmp_path / f"dev/video{number}").write_bytes(b"")
        link = f"usb-{name.replace(' ', '_')}{'_' + serial if serial else ''}-video-index{index}"
        (by_id / link).unlink(missing_ok=True)
        (by_id / link).symlink_to(f"../../video{number}")
        (by_path / f"pci-0000:00:14.0-usb-0:{port[2]}:1.0-video-index{index}").symlink_to(f"../../video{number}")
    return tmp_path


def test_a_camera_is_named_by_its_serial_number_and_one_without_by_its_socket(system):
    found = cameras_here(system)
    assert [one.source for one in found] == [
        "device:usb-HD_Pro_Webcam_C920_A1B2-video-index0",
        "device:pci-0000:00:14.0-usb-0:2:1.0-video-index0",
        "device:pci-0000:00:14.0-usb-0:3:1.0-video-index0",
    ]
    assert found[0].serial == "A1B2" and found[0].node.endswith("video0")


def test_a_camera_is_found_by_serial_number_name_or_stable_name_wherever_it_is_now(system):
    found = cameras_here(system)
    for called in (
        "A1B2",
        "HD Pro Webcam C920",
        "hd pro",
        found[0].source,
        "/dev/v4l/by-id/usb-HD_Pro_Webcam_C920_A1B2-video-index0",
    ):
        assert find(called, found) is found[0]
    (system / "dev/video0").rename(system / "dev/video7")  # another camera was plugged in before it
    (system / "sys/class/video4linux/video0").rename(system / "sys/class/video4linux/video7")
    link = system / "dev/v4l/by-id/usb-HD_Pro_Webcam_C920_A1B2-video-index0"
    link.unlink()
    link.symlink_to("../../video7")
    assert find(found[0].source, cameras_here(system)).node.endswith("video7")


def test_a_camera_that_is_not_there_or_not_the_only_one_is_said_with_what_there_is(system):
    found = cameras_here(system)
    with pytest.raises(DeviceError, match='did you mean "HD Pro Webcam C920"') as caught:
        find("HD Prow Webcam C920", found)
    assert "USB Camera" in str(caught.value)
    with pytest.raises(DeviceError, match="several cameras are called so") as caught:
        find("USB Camera", found)
    assert "usb-0:3" in str(caught.value)
    with pytest.raises(DeviceError, match="no camera is plugged in"):
        find("anything", [])
