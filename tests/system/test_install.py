"""The installer speaks in sentences: what is missing is named, never a traceback."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHELL_TOOLS = (
    "bash basename cat cksum cp cut dirname env flock getent grep head id mktemp readlink rm tail"
)


def run(place: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a copy of the installer with nothing in the environment but what is given."""
    return subprocess.run(
        [str(place / "install.sh"), *words],
        cwd=place.parent,
        env={"PATH": os.defpath, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Give a copy of what the installer reads, in a folder whose name has a space."""
    place = tmp_path / "rumah kentongan"
    place.mkdir()
    for file in ("install.sh", "setup.cfg", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / file, place)
    return place


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """Give a folder of shell tools that has neither Python, apt-get nor sudo."""
    place = tmp_path / "bin"
    place.mkdir()
    for tool in SHELL_TOOLS.split():
        found = shutil.which(tool, path=os.defpath)
        assert found, tool
        (place / tool).symlink_to(found)
    return place


def script(path: Path, body: str) -> None:
    """Write a program."""
    path.write_text(f"#!/bin/bash\n{body}\n", encoding="utf-8")
    path.chmod(0o755)


def assert_one_sentence(done: subprocess.CompletedProcess[str], *parts: str) -> None:
    """Check that it failed with one line that names what to do."""
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("Gagal: ")
    for part in parts:
        assert part in lines[0]


def test_help_names_what_can_be_asked_for(copy: Path) -> None:
    done = run(copy, "--help")
    assert done.returncode == 0
    assert "./install.sh demo" in done.stdout
    assert "./install.sh test" in done.stdout


def test_an_unknown_command_is_named_and_changes_nothing(copy: Path) -> None:
    before = sorted(copy.iterdir())
    done = run(copy, "dmeo")
    assert done.returncode == 2
    assert '"dmeo"' in done.stderr
    assert sorted(copy.iterdir()) == before


def test_a_machine_without_python_is_told_what_to_install(copy: Path, tools: Path) -> None:
    done = run(copy, "demo", PATH=str(tools))
    assert_one_sentence(done, "Python 3.11", "apt-get install python3 python3-venv")
    assert not (copy / ".venv").exists()


def test_a_python_without_venv_names_the_package(copy: Path, tools: Path) -> None:
    script(
        tools / "python3",
        f'case "$*" in *ensurepip*) exit 1;; esac\nexec "{sys.executable}" "$@"',
    )
    done = run(copy, "demo", PATH=str(tools))
    assert_one_sentence(done, "sudo apt-get install python3-venv")
    assert not (copy / ".venv").exists()


def test_debian_is_asked_for_venv_when_that_is_allowed(
    copy: Path, tools: Path, tmp_path: Path
) -> None:
    asked = tmp_path / "asked"
    script(
        tools / "python3",
        f'case "$*" in *ensurepip*) exit 1;; esac\nexec "{sys.executable}" "$@"',
    )
    script(tools / "apt-get", f'echo "$*" >> "{asked}"\nexit 100')
    (tools / "id").unlink()
    script(tools / "id", "echo 0")
    done = run(copy, "demo", PATH=str(tools))
    assert_one_sentence(done, "sudo apt-get install python3-venv")
    calls = asked.read_text(encoding="utf-8").splitlines()
    assert ["install" in calls[0], "update" in calls[1]] == [True, True]
    assert calls[0].endswith("python3-venv")


def test_no_network_is_one_sentence_and_the_next_run_starts_clean(copy: Path) -> None:
    env = {
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_RETRIES": "1",
        "PIP_NO_CACHE_DIR": "1",
        "PATH": f"{Path(sys.base_prefix, 'bin')}:{os.defpath}",
    }
    for _ in range(2):
        done = run(copy, "demo", **env)
        assert_one_sentence(done, "jaringan", "./install.sh demo")
        assert not (copy / ".venv" / "kentongan.stamp").exists()


@pytest.mark.skipif(
    not (ROOT / ".venv" / "kentongan.stamp").exists(), reason="not set up by install.sh"
)
def test_a_second_run_installs_nothing_and_passes_arguments_on() -> None:
    stamp = ROOT / ".venv" / "kentongan.stamp"
    before = stamp.stat().st_mtime_ns
    done = run(ROOT, "demo", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "--check" in done.stdout
    assert stamp.stat().st_mtime_ns == before
