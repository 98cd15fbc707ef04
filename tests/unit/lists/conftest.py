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


@pytest.fixture
def neighbour(tmp_path: Path) -> Iterator[World]:
    """Give another village, of another Polres, that has something to bring."""
    folder = tmp_path / "neighbour"
    folder.mkdir()
    made = World(folder)
    made.exchange()
    made.text("+6281211112222", "banjir di dusun sebelah")
    made.listen()
    yield made
    made.node.database.close()
    made.district.close()
