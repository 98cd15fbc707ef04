"""Officers who ask to be listed: one request is approved, told by the fingerprint of its key."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from played_node import CODE, START_S, PlayedNode, octets
from test_polres_pages import Desk

from server.cli.polres import polres
from server.domain import events as e
from server.polres import district as districts
from server.polres import enrolment, lookup
from server.polres.accounts import Role
from server.polres.district import District
from server.polres.down import officers
from server.polres.errors import SeveralOfficers, UnknownOfficer
from server.polres.store import nodes
from server.sections import Login
from sync.session import fingerprint

WEEK_S = 8 * 86_400
GENUINE, FOREIGN = octets("made genuine"), octets("a thief's")


@pytest.fixture
def node(district: District) -> PlayedNode:
    """Give a desa of which two requests under one name wait."""
    card = enrolment.enroll(district, CODE, "Pungka", "http://10.0.0.1", now_s=START_S)
    played = PlayedNode(district, card)
    assert played.enrol() == 200
    played.write(e.OfficerRequested("Made", GENUINE))
    played.exchange(START_S + WEEK_S)
    played.write(e.OfficerRequested("Made", FOREIGN))
    played.exchange(START_S + WEEK_S + 60)
    return played


def listed(district: District, node: PlayedNode) -> list[bytes]:
    """The keys of the officers on the desa's list."""
    with district.read() as connection:
        found = nodes.get(connection, node.card.node)
    assert found is not None
    return [one.key for one in officers.officers(found.people)]


def test_a_fingerprint_is_four_groups_of_four_digits_and_differs_between_keys() -> None:
    assert [len(group) for group in fingerprint(GENUINE).split(" ")] == [4, 4, 4, 4]
    assert fingerprint(GENUINE) == fingerprint(bytes(GENUINE))
    assert fingerprint(GENUINE) != fingerprint(FOREIGN)


def test_every_waiting_request_is_shown_though_the_names_are_the_same(
    district: District, node: PlayedNode
) -> None:
    waiting = lookup.desa(district, CODE).officers_waiting
    assert [(one.name, one.fingerprint) for one in waiting] == [
        ("Made", fingerprint(GENUINE)),
        ("Made", fingerprint(FOREIGN)),
    ]


def test_the_request_that_was_compared_is_approved_and_no_other(
    district: District, node: PlayedNode
) -> None:
    chosen = fingerprint(GENUINE).replace(" ", "").lower()
    officers.approve_officer(district, CODE, "Made", "binmas", START_S, chosen)
    assert listed(district, node) == [GENUINE]
    (left,) = lookup.desa(district, CODE).officers_waiting
    assert left.fingerprint == fingerprint(FOREIGN)
    with pytest.raises(UnknownOfficer):
        officers.approve_officer(district, CODE, "Made", "binmas", START_S, chosen)
    officers.refuse_officer(district, CODE, "Made", "binmas", START_S, fingerprint(FOREIGN))
    assert lookup.desa(district, CODE).officers_waiting == ()
    assert listed(district, node) == [GENUINE]


def test_a_name_alone_is_not_enough_when_two_wait(district: District, node: PlayedNode) -> None:
    with pytest.raises(SeveralOfficers):
        officers.approve_officer(district, CODE, "Made", "binmas", START_S)
    assert listed(district, node) == []


def test_the_command_line_shows_fingerprints_and_approves_by_one(
    tmp_path: Path, district: District, node: PlayedNode
) -> None:
    district.close()
    folder, run = str(tmp_path / "polres"), CliRunner()
    shown = run.invoke(polres, ["officer", "list", folder, CODE])
    assert fingerprint(GENUINE) in shown.output
    assert fingerprint(FOREIGN) in shown.output
    vague = run.invoke(polres, ["officer", "approve", folder, CODE, "Made"])
    assert isinstance(vague.exception, SeveralOfficers)
    chosen = ["--fingerprint", fingerprint(GENUINE)]
    done = run.invoke(polres, ["officer", "approve", folder, CODE, "Made", *chosen])
    assert (done.exit_code, fingerprint(GENUINE) in done.output) == (0, True)
    node.district = districts.open_district(tmp_path / "polres")
    assert listed(node.district, node) == [GENUINE]
    node.district.close()


def test_the_page_approves_the_key_that_was_read_out_and_says_when_it_is_gone(
    district: District, node: PlayedNode
) -> None:
    district.settings = replace(district.settings, login=Login(memory_mib=1, passes=1))
    binmas, page, action = Desk(district), f"/desa/{CODE}", f"/desa/{CODE}/petugas"
    binmas.login(Role.BINMAS)
    shown = binmas.get(page)
    assert fingerprint(GENUINE) in shown
    assert fingerprint(FOREIGN) in shown
    chosen = {"name": "Made", "fingerprint": fingerprint(GENUINE)}
    assert binmas.post(page, action, **chosen).status_code == 303
    assert listed(district, node) == [GENUINE]
    again = binmas.post(page, action, **chosen)
    assert (again.status_code, "sidik kunci itu" in again.text) == (409, True)
    assert listed(district, node) == [GENUINE]
