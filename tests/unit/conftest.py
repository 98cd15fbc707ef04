"""A prepared Polres and an enrolled desa, for every test that asks for them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from played_node import CODE, START_S, Chance, PlayedNode, received

from server.polres import district as districts
from server.polres import enrolment
from server.polres.district import District


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    """Give a prepared Polres."""
    districts.init(tmp_path / "polres", "Polres Sumbawa", Chance("init"))
    opened = districts.open_district(tmp_path / "polres", Chance("run"))
    yield opened
    opened.close()


@pytest.fixture
def node(district: District) -> PlayedNode:
    """Give an enrolled desa that has one report."""
    card = enrolment.enroll(district, CODE, "Pungka", "http://10.0.0.1", now_s=START_S)
    played = PlayedNode(district, card)
    assert played.enrol() == 200
    played.write(received("41275"), sets=1)
    return played
