"""`./run` in a clone of its own, with stand-ins for apt-get, sudo, uv and Python that note what they hear.

So it is shown without a network, without root, and in a folder with a space in its name.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
TOOLS = "sh cat cksum dirname readlink sed env rm mkdir chmod printf ln sleep".split()

pytestmark = pytest.mark.skipif(os.name != "posix", reason="run is for Linux and macOS")

# Answers the question which packages are missing from a file, and tells how else it was called.
FAKE_PYTHON = """#!/bin/sh
if [ "$1" = -I ]; then cat "$NOTES/missing" 2>/dev/null; exit 0; fi
if [ "$1" = -c ]; then exit 0; fi
echo "pid $$ in $PWD" "$@"
exit ${EXIT:-0}
"""

FAKE_UV = """#!/bin/sh
if [ "$1" = --version ]; then echo "uv 9.9.9 (a stand-in)"; exit; fi
echo "$*" >>"$NOTES/uv"
[ ! -e "$NOTES/uv fails" ] || exit 2
mkdir -p "$UV_PROJECT_ENVIRONMENT/bin" && ln -sf "$NOTES/python" "$UV_PROJECT_ENVIRONMENT/bin/python"
"""


@dataclass
class Clone:
    """A clone that `run` can be tried in. `path` is the only PATH, `notes` what the stand-ins wrote."""

    folder: Path
    path: Path
    notes: Path
    environment: dict[str, str] = field(default_factory=dict)

    def program(self, name: str, text: str) -> None:
        (self.path / name).write_text(text)
        (self.path / name).chmod(0o755)

    def run(self, *arguments: str, cwd: Path | None = None, **more: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(self.path), "NOTES": str(self.notes), "HOME": str(self.notes), **more}
        return subprocess.run(
            [str(self.folder / "run"), *arguments],
            cwd=cwd or self.notes,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def told(self, name: str) -> list[str]:
        file = self.notes / name
        return file.read_text().splitlines() if file.exists() else []

    def miss(self, *packages: str) -> None:
        (self.notes / "missing").write_text("".join(f"{package}\n" for package in packages))


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    made = Clone(tmp_path / "a clone", tmp_path / "bin", tmp_path / "notes")
    for folder in (made.folder / ".tools", made.path, made.notes):
        folder.mkdir(parents=True)
    shutil.copy(REPOSITORY / "run", made.folder / "run")
    (made.folder / "pyproject.toml").write_text('uv = ["uv==9.9.9"]\n')
    (made.folder / "uv.lock").write_text("version = 1\n")
    for tool in TOOLS:
        (made.path / tool).symlink_to(shutil.which(tool) or f"/bin/{tool}")
    for place in (made.notes / "python", made.path / "python3"):
        place.write_text(FAKE_PYTHON)
        place.chmod(0o755)
    (made.folder / ".tools" / "uv").write_text(FAKE_UV)
    (made.folder / ".tools" / "uv").chmod(0o755)
    made.program("id", "#!/bin/sh\necho 1000\n")
    return made


def as_root_with_apt(clone: Clone, apt: str = "") -> None:
    clone.program("id", "#!/bin/sh\necho 0\n")
    clone.program("apt-get", f'#!/bin/sh\necho "$*" >>"$NOTES/apt"\n{apt}\n')


def test_without_arguments_it_plays_living_smiles(clone: Clone) -> None:
    ended = clone.run()
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.split(" in ")[1] == f"{clone.notes} -P -m installation run living_smiles\n"


def test_a_verb_keeps_its_words_its_folder_and_its_exit_code(clone: Clone) -> None:
    ended = clone.run("render", "my show", "--out", "a b.png", EXIT="7")
    assert ended.stdout.endswith(f"in {clone.notes} -P -m installation render my show --out a b.png\n")
    assert ended.returncode == 7


def test_the_second_start_sets_up_nothing(clone: Clone) -> None:
    clone.run("check")
    assert len(clone.told("uv")) == 1
    second = clone.run("check")
    assert len(clone.told("uv")) == 1
    assert second.stderr == ""


def test_tests_run_in_the_clone_with_what_they_need(clone: Clone) -> None:
    ended = clone.run("test", "-k", "a or b")
    assert ended.stdout.endswith(f"in {clone.folder} -m pytest -k a or b\n")
    assert "--group dev" in clone.told("uv")[0]


def test_playing_after_testing_sets_up_nothing_but_testing_after_playing_does(clone: Clone) -> None:
    clone.run("test")
    clone.run("check")
    assert len(clone.told("uv")) == 1
    (clone.folder / "uv.lock").write_text("version = 1  # changed\n")
    clone.run("check")
    assert "--inexact" in clone.told("uv")[1]
    clone.run("test")
    assert "--group dev" in clone.told("uv")[2]


def test_a_clone_that_moved_is_set_up_again(clone: Clone) -> None:
    clone.run("check")
    clone.folder = clone.folder.rename(clone.folder.with_name("elsewhere"))
    clone.run("check")
    assert len(clone.told("uv")) == 2


def test_a_set_up_that_broke_off_is_done_again(clone: Clone) -> None:
    (clone.notes / "uv fails").touch()
    broken = clone.run("check")
    assert broken.returncode == 1
    assert "start again" in broken.stderr and broken.stdout == ""
    (clone.notes / "uv fails").unlink()
    assert clone.run("check").returncode == 0


def test_the_program_takes_the_place_of_the_script(clone: Clone) -> None:
    """So Ctrl-C and signals reach it."""
    clone.run("check")
    environment = {"PATH": str(clone.path), "NOTES": str(clone.notes)}
    with subprocess.Popen([clone.folder / "run", "x"], env=environment, stdout=subprocess.PIPE, text=True) as started:
        said, _ = started.communicate(timeout=60)
    assert said.startswith(f"pid {started.pid} ")


def test_help_sets_up_nothing(clone: Clone) -> None:
    for word in ("--help", "-h", "help"):
        ended = clone.run(word)
        assert ended.returncode == 0
        assert "./run test" in ended.stdout and "living_smiles" in ended.stdout
    assert not (clone.folder / ".venv").exists()


def test_it_starts_through_a_link_from_anywhere(clone: Clone, tmp_path: Path) -> None:
    (tmp_path / "murals").symlink_to(clone.folder / "run")
    environment = {"PATH": str(clone.path), "NOTES": str(clone.notes), "CDPATH": str(tmp_path)}
    ended = subprocess.run(["sh", "murals", "check"], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert ended.stdout.endswith("installation check\n"), ended.stderr
    assert (clone.folder / ".venv").is_dir()


def test_root_gets_missing_packages_installed_and_is_told(clone: Clone) -> None:
    as_root_with_apt(clone)
    clone.miss("libegl1", "libgl1")
    ended = clone.run("check")
    assert ended.returncode == 0, ended.stderr
    assert "installing them: apt-get install -y --no-install-recommends libegl1 libgl1" in ended.stderr
    assert [line.split()[-1] for line in clone.told("apt")] == ["update", "libgl1"]


def test_who_may_not_install_gets_the_line_to_type(clone: Clone) -> None:
    clone.program("apt-get", '#!/bin/sh\necho "$*" >>"$NOTES/apt"\n')
    clone.miss("libegl1", "libgl1")
    ended = clone.run("check")
    assert ended.returncode == 1
    line = "sudo apt-get update && sudo apt-get install -y --no-install-recommends libegl1 libgl1"
    assert line in ended.stderr
    assert clone.told("apt") == [] and clone.told("uv") == []


def test_sudo_that_would_ask_is_not_used_without_a_terminal(clone: Clone) -> None:
    clone.program("apt-get", "#!/bin/sh\n")
    clone.program("sudo", '#!/bin/sh\necho "$*" >>"$NOTES/sudo"\nexit 1\n')
    clone.miss("libegl1")
    assert clone.run("check").returncode == 1
    assert clone.told("sudo") == ["-n true"]


def test_sudo_that_does_not_ask_is_used(clone: Clone) -> None:
    clone.program("apt-get", '#!/bin/sh\necho "$*" >>"$NOTES/apt"\n')
    clone.program("sudo", '#!/bin/sh\n[ "$1" != -n ] || exit 0\nexec "$@"\n')
    clone.miss("libegl1")
    assert clone.run("check").returncode == 0
    assert clone.told("apt")[-1].endswith("install -y --no-install-recommends libegl1")


def test_another_linux_is_told_what_to_install(clone: Clone) -> None:
    clone.miss("libegl1")
    ended = clone.run("check")
    assert ended.returncode == 1
    assert "libegl1" in ended.stderr and "apt-get update" not in ended.stderr


def test_what_only_tests_need_does_not_stop_them(clone: Clone) -> None:
    as_root_with_apt(clone, 'case "$*" in *chromium*) exit 100 ;; esac')
    clone.program("python3", FAKE_PYTHON.replace("cat", '[ "$3" != test ] || cat'))
    clone.miss("chromium", "xvfb")
    ended = clone.run("test")
    assert ended.returncode == 0, ended.stderr
    assert "could not install chromium." in ended.stderr and "going on" in ended.stderr
    assert clone.told("apt")[-1].endswith(" xvfb"), "one that can't be had does not take the others along"


def test_python_is_installed_where_there_is_none(clone: Clone) -> None:
    (clone.path / "python3").unlink()
    as_root_with_apt(clone, 'ln -sf "$NOTES/python" "$(dirname "$0")/python3"')
    ended = clone.run("check")
    assert ended.returncode == 0, ended.stderr
    assert clone.told("apt")[-1].endswith(" python3")


@pytest.fixture
def published(clone: Clone, tmp_path: Path) -> Path:
    """A wheel of uv as PyPI has it, named in the clone's uv.lock, and no uv in .tools; Python is real."""
    (clone.folder / ".tools" / "uv").unlink()
    (clone.path / "python3").unlink()
    (clone.path / "python3").symlink_to(sys.executable)
    as_root_with_apt(clone)
    system = {"Linux": "manylinux_2_17", "Darwin": "macosx_11_0"}[platform.system()]
    wheel = tmp_path / f"uv-9.9.9-py3-none-{system}_{platform.machine()}.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("uv-9.9.9.data/scripts/uv", FAKE_UV)
    checksum = hashlib.sha256(wheel.read_bytes()).hexdigest()
    lock = f'{{ url = "{wheel.as_uri()}", hash = "sha256:{checksum}", size = 1 }}\n'
    (clone.folder / "uv.lock").write_text(lock)
    return wheel


def test_uv_is_brought_from_the_address_in_the_lock_file(clone: Clone, published: Path) -> None:
    ended = clone.run("check")
    assert ended.returncode == 0, ended.stderr
    assert (clone.folder / ".tools" / "uv").read_text() == FAKE_UV
    assert len(clone.told("uv")) == 1


def test_a_uv_with_another_checksum_is_refused(clone: Clone, published: Path) -> None:
    published.write_bytes(published.read_bytes() + b" ")
    ended = clone.run("check")
    assert ended.returncode == 1
    assert "checksum" in ended.stderr and "install uv yourself" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not list((clone.folder / ".tools").iterdir())


def test_without_a_network_a_uv_that_is_there_will_do(clone: Clone, published: Path) -> None:
    published.unlink()
    clone.program("uv", FAKE_UV)
    ended = clone.run("check")
    assert ended.returncode == 0, ended.stderr
    assert len(clone.told("uv")) == 1


def test_the_real_lock_file_has_uv_for_the_machines_that_shows_run_on() -> None:
    lock = (REPOSITORY / "uv.lock").read_text(encoding="utf-8")
    pinned = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8").split('"uv==')[1].split('"')[0]
    for machine in ("manylinux_2_17_x86_64", "aarch64", "macosx_10_12_x86_64", "macosx_11_0_arm64"):
        assert [line for line in lock.splitlines() if f"/uv-{pinned}-" in line and machine in line], machine
