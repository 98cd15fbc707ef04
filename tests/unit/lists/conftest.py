"""A village for every item of the list."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Give a village that the Polres knows."""
    made = World(tmp_path)
    made.exchange()
    yield made
    made.node.database.close()
    made.district.close()
