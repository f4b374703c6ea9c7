"""What every test shares: hypothesis profiles, a cache folder of its own, and one headless GL device.

Tests that draw carry the marker `gl` and ask for `device`. After each of them GL must have no error and as
many objects as before. Without a driver they are skipped on a desk and fail in CI.
"""

from __future__ import annotations

import gc
import os
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from installation.gpu.device import Device

IN_CI = bool(os.environ.get("CI"))

hypothesis.settings.register_profile("desk", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
hypothesis.settings.load_profile("ci" if IN_CI else "desk")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--regenerate-golden", action="store_true", help="write the golden pictures anew, then look at them"
    )
    parser.addoption("--gl-api", choices=("gl", "gles"), default="gl", help="draw with OpenGL, or with OpenGL ES 3.0")


def pytest_configure(config: pytest.Config) -> None:
    """One cache for the whole session, for the programs that tests start too; never the user's own. Those hear an interrupt,
    also where this process was started deaf to it: in the background, or as one of several."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    folder = tempfile.mkdtemp(prefix="installation-tests-")
    given = {"INSTALLATION_CACHE": folder, "INSTALLATION_STATE": os.path.join(folder, "state")}
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)

    def clean() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value

    config.add_cleanup(clean)


@pytest.fixture(scope="session")
def device(pytestconfig: pytest.Config) -> Iterator[Device]:
    """The session's only GL device: software drivers fight themselves when there are several."""
    api = pytestconfig.getoption("--gl-api")
    import pyglet

    pyglet.options["headless"] = True  # before anything imports pyglet.gl
    from installation.errors import DeviceError
    from installation.gpu.device import Device

    try:
        made = Device.headless(api)
    except DeviceError as error:
        if IN_CI and api == "gl":  # ES is tested where the driver has it
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))
    yield made
    made.close()


@pytest.fixture(scope="module", autouse=True)
def what_is_there_is_not_looked_through_again() -> None:
    """Keeps the collector to what this module's tests make: looking through all that was imported takes a third of a second,
    and after many a test that draws it looks."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def gl_is_left_as_it_was(request: pytest.FixtureRequest) -> Iterator[None]:
    """After each test with the marker `gl`: no GL error, and nothing that a test made is left."""
    if request.node.get_closest_marker("gl") is None:
        yield
        return
    device: Device = request.getfixturevalue("device")
    device.free_doomed()
    before = Counter(device.live)
    yield
    if device.live != before:
        gc.collect()  # what was forgotten in a circle is doomed now
    device.free_doomed()
    error, left = device.error(), device.live - before
    assert error == 0, f"GL error 0x{error:04x} was left by this test, or by what it called"
    assert not left, f"this test, or what it called, did not close {dict(left)}"
    assert device.live == before, f"something was closed that this test had not made: {before} -> {device.live}"
