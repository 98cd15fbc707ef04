"""A village for every item of the list."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsers import Site, both
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


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[tuple[Site, Site]]:
    """Give the village's site and the Polres' over the same report."""
    found = both(tmp_path)
    yield found
    found[0].world.node.database.close()
    found[0].world.district.close()


@pytest.fixture(params=["desa", "polres"])
def site(sites: tuple[Site, Site], request: pytest.FixtureRequest) -> Site:
    """Give each of the two."""
    return next(one for one in sites if one.name == request.param)


@pytest.fixture(scope="session")
def still_sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Site]]:
    """Give both sites, for all tests after which everything is as it was."""
    found = both(tmp_path_factory.mktemp("still"))
    yield found
    assert [one.moved() for one in found] == [0, 0]
    found[0].world.node.database.close()
    found[0].world.district.close()


@pytest.fixture(params=["desa", "polres"])
def still(still_sites: tuple[Site, Site], request: pytest.FixtureRequest) -> Site:
    """Give each of the two."""
    return next(one for one in still_sites if one.name == request.param)
