import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ["bash", "cat", "cut", "dirname", "env", "flock", "grep", "readlink", "rm", "sha256sum"]


@dataclass(frozen=True)
class Machine:
    """A folder with the set-up script, and a PATH that holds only what a test put there."""

    root: Path

    @property
    def bin(self) -> Path:
        return self.root / "bin"

    def command(self, name: str, body: str) -> None:
        file = self.bin / name
        file.write_text(f"#!/bin/bash\n{body}\n", encoding="utf-8")
        file.chmod(0o755)

    def setup(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.root / "scripts" / "setup", *arguments],
            env={"PATH": str(self.bin), "LOG": str(self.root / "log")},
            capture_output=True,
            text=True,
            check=False,
        )

    def log(self) -> list[str]:
        file = self.root / "log"
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "bin").mkdir()
    shutil.copy(ROOT / "scripts" / "setup", tmp_path / "scripts" / "setup")
    made = Machine(tmp_path)
    for tool in TOOLS:
        found = shutil.which(tool, path="/usr/bin:/bin")
        assert found, tool
        (made.bin / tool).symlink_to(found)
    made.command("swift", "true")
    made.command("id", "echo 0")
    made.command("dpkg-query", 'for each in "${@:3}"; do echo "ii  $each"; done')
    made.command("apt-get", 'echo "apt-get $*" >>"$LOG"; exit 1')
    return made


def without_bubblewrap(machine: Machine) -> None:
    body = 'for each in "${@:3}"; do [[ $each == bubblewrap ]] || echo "ii  $each"; done; exit 1'
    machine.command("dpkg-query", body)


def test_wrong_use_is_told_apart() -> None:
    for arguments in (["everything"], ["run", "dev"]):
        done = subprocess.run(
            [ROOT / "scripts" / "setup", *arguments], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (
            2,
            "usage: scripts/setup [build|run|dev|bench|bench-tools|bench-orchestration]\n",
        )


def test_without_swift_one_line_says_where_to_get_it(machine: Machine) -> None:
    (machine.bin / "swift").unlink()
    done = machine.setup()
    assert done.returncode == 1
    assert done.stderr.startswith("setup: missing Swift 6: get it from https://www.swift.org/")
    assert done.stderr.count("\n") == 1


def test_without_root_and_sudo_the_command_is_named(machine: Machine) -> None:
    without_bubblewrap(machine)
    machine.command("id", "echo 1000")
    done = machine.setup()
    line = "setup: missing bubblewrap: as root, run: apt-get install -y bubblewrap\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", line)
    assert machine.log() == []


def test_only_what_is_missing_is_installed_and_failure_is_told(machine: Machine) -> None:
    without_bubblewrap(machine)
    done = machine.setup()
    assert done.returncode == 1
    assert "setup: installing Debian packages: bubblewrap\n" in done.stdout
    assert done.stderr.startswith("setup: missing bubblewrap: connect to a Debian mirror")
    assert [line.split()[-1] for line in machine.log()] == ["update", "bubblewrap"]


def test_sudo_is_used_when_not_root(machine: Machine) -> None:
    without_bubblewrap(machine)
    machine.command("id", "echo 1000")
    machine.command("sudo", 'echo sudo >>"$LOG"; "$@"')
    machine.setup()
    assert machine.log()[0] == "sudo"


def test_a_ready_tree_is_left_alone_in_silence(machine: Machine) -> None:
    (machine.root / "python").mkdir()
    for lock in (ROOT / "python").glob("requirements*.txt"):
        shutil.copy(lock, machine.root / "python" / lock.name)
    (machine.root / ".venv").symlink_to(ROOT / ".venv")
    done = machine.setup("dev")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert machine.log() == []


def test_a_ready_tree_gets_the_files_that_let_a_kernel_start_sooner(machine: Machine) -> None:
    package = machine.root / "python" / "lathe_kernel"
    package.mkdir(parents=True)
    (package / "boot.py").write_text("ready = True\n", encoding="utf-8")
    for lock in (ROOT / "python").glob("requirements*.txt"):
        shutil.copy(lock, machine.root / "python" / lock.name)
    venv = machine.root / ".venv"
    venv.mkdir()
    for part in (ROOT / ".venv").iterdir():
        if part.name != "share":
            (venv / part.name).symlink_to(part)
    # Made once, in half a minute; a test of its own shows that.
    made = venv / "share" / "lathe"
    made.mkdir(parents=True)
    (made / "meaning").symlink_to(ROOT / ".venv" / "share" / "lathe" / "meaning")
    done = machine.setup()
    assert (done.returncode, done.stdout) == (0, "")
    assert [file.suffix for file in package.glob("__pycache__/boot.*")] == [".pyc"]
    lists = list((venv / "share" / "lathe" / "matplotlib").glob("fontlist-*.json"))
    assert len(lists) == 1
    assert "DejaVuSans.ttf" in lists[0].read_text(encoding="utf-8")


def test_every_locked_package_has_a_hash_and_no_address() -> None:
    for lock in sorted((ROOT / "python").glob("requirements*.txt")):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text, lock.name
        packages = [block for block in text.split("\n") if "==" in block and "#" not in block[:5]]
        assert packages, lock.name
        assert all(line.endswith(" \\") for line in packages), lock.name
        assert text.count("--hash=sha256:") >= len(packages), lock.name
