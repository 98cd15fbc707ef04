"""What every test may lean on: hypothesis without a stopwatch, markers by what a test uses."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]

# A loaded machine is slow, not wrong.
settings.register_profile(
    "house", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives Chromium as `page` and what lies in tests/system as `system`."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("page")
        if item.path.is_relative_to(ROOT / "tests" / "system"):
            item.add_marker("system")


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Give the browser's executable; tests that ask for it are skipped where there is none."""
    path = Path(os.environ.get("KENTONGAN_CHROMIUM", "/usr/bin/chromium"))
    if not os.access(path, os.X_OK):
        pytest.skip(f"{path} is missing: apt-get install chromium")
    return path


@pytest.fixture
def node_dir() -> Iterator[Path]:
    """Give an empty folder for a node, in memory where the machine has room there.

    Its path is short, because a Unix socket's path ends at 107 octets.
    """
    shm = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    home = shm if os.access(shm, os.W_OK) else None
    path = Path(tempfile.mkdtemp(prefix="kentongan-", dir=home))
    yield path
    shutil.rmtree(path, ignore_errors=True)
