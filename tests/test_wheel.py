"""The wheel, as `pip install` gets it, in an empty environment: all content is inside, and the show plays.

The dependencies are those of uv.lock, from uv's cache if they are there: after `./run` it needs no network.
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
CONTENT = {".fs", ".glsl", ".yaml", ".json", ".md", ".png", ".jpg"}

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Installed:
    """A wheel, the environment it is installed in, and a folder that is nowhere near the clone."""

    wheel: Path
    environment: Path
    folder: Path

    def run(self, *arguments: str) -> str:
        """What `installation ...` prints; fails with what it complained about."""
        command = [
            str(self.environment / ("Scripts" if os.name == "nt" else "bin") / "installation"),
            *arguments,
        ]
        ended = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=150, check=False)
        assert ended.returncode == 0, f"{' '.join(command)}\n{ended.stdout}\n{ended.stderr}"
        return ended.stdout


def uv(*arguments: str, environment: Path) -> None:
    """Runs uv, first without the network. Without a uv or what it needs: fails in CI, skips on a desk."""
    ours = REPOSITORY / ".tools" / "uv"
    program = str(ours) if ours.is_file() else shutil.which("uv")
    said = "there is no uv: start with ./run test"
    variables = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    variables |= {"UV_PROJECT_ENVIRONMENT": str(environment), "UV_SYSTEM_CERTS": "true"}
    for offline in ["--offline"], []:
        if program:
            command = [program, *arguments, *offline]
            ended = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=150, check=False)
            if ended.returncode == 0:
                return
            said = f"{' '.join(command)}\n{ended.stderr}"
    if os.environ.get("CI"):
        pytest.fail(said, pytrace=False)
    pytest.skip(said)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("wheel")
    environment = folder / "environment"
    uv("build", "--wheel", "--out-dir", str(folder), str(REPOSITORY), environment=environment)
    wheel = next(folder.glob("*.whl"))
    python = ["--python", sys.executable]
    locked = ["--project", str(REPOSITORY), "--frozen", "--no-install-project"]
    uv("sync", *locked, *python, environment=environment)
    inside = ["--python", str(environment)]
    uv("pip", "install", "--no-deps", *inside, str(wheel), environment=environment)
    uv("pip", "check", *inside, environment=environment)
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    return Installed(wheel, environment, elsewhere)


def test_the_wheel_has_every_shader_dataset_show_and_page(installed: Installed) -> None:
    carried = set(zipfile.ZipFile(installed.wheel).namelist())
    for kind in ("shaders", "datasets", "shows"):
        here = [path for path in (REPOSITORY / kind).rglob("*") if path.suffix in CONTENT]
        expected = {f"installation/_data/{path.relative_to(REPOSITORY).as_posix()}" for path in here}
        assert expected, f"the clone's {kind} are empty"
        assert expected <= carried
    pages = {path.relative_to(REPOSITORY).as_posix() for path in (REPOSITORY / "installation").rglob("*.html")}
    assert pages and pages <= carried
    assert any(name.startswith("installation/_data/datasets/") and name.endswith(".csv") for name in carried)


def test_the_wheel_has_the_licence_and_nothing_that_was_not_asked_for(installed: Installed) -> None:
    carried = zipfile.ZipFile(installed.wheel).namelist()
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in carried)
    tops = {name.split("/")[0].partition("-")[0] for name in carried}
    assert tops == {"installation"}
    assert not [name for name in carried if "__pycache__" in name or name.endswith(".pyc")]


def test_the_installed_program_finds_its_shows_from_any_folder(installed: Installed) -> None:
    assert "living_smiles" in installed.run("list", "shows")
    installed.run("check")


@pytest.mark.gl
def test_the_installed_program_plays(installed: Installed) -> None:
    installed.run("render", "living_smiles", "--out", "x.png", "--at", "0.2", "--size", "160x90")
    picture = (installed.folder / "x.png").read_bytes()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", picture[16:24]) == (160, 90)
