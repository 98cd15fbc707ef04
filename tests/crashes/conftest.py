"""A played day for every test of this folder that only looks at it."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# The officer's phone of the unit tests is his here too.
sys.path.append(str(Path(__file__).parents[1] / "unit"))

from power_cut import in_memory
from statement_cuts import Camera, photographed


@pytest.fixture(scope="session")
def camera() -> Iterator[Camera]:
    """Give the day with a picture of it before every statement."""
    with in_memory() as home:
        yield photographed(home)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give an empty folder in memory."""
    with in_memory() as home:
        yield home
