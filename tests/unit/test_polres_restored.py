"""A Polres that was restored from a backup: no order is done twice, its list is taken again."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from played_node import START_S, Chance, PlayedNode, octets, received

from server.domain import events as e
from server.polres import district as districts
from server.polres import enrolment
from server.polres.district import District
from server.polres.down import officers, orders
from server.polres.down.orders import Placed
from server.polres.store import nodes
from sync import message
from sync.entry import Log
from sync.message import Receipt
from sync.session import RecipientList

CODE = "52.04.07.2001"


def restored(tmp_path: Path, node: PlayedNode) -> District:
    """The Polres as it was when `backup` was made."""
    node.district.close()
    node.district = districts.open_district(tmp_path / "backup", Chance("restored"))
    return node.district


@pytest.fixture
def node(tmp_path: Path) -> Iterator[PlayedNode]:
    """Give an enrolled desa with one report."""
    districts.init(tmp_path / "polres", "Polres Sumbawa", Chance("init"))
    district = districts.open_district(tmp_path / "polres", Chance("run"))
    card = enrolment.enroll(district, CODE, "Pungka", "http://10.0.0.1", now_s=START_S)
    played = PlayedNode(district, card)
    assert played.enrol() == 200
    played.write(received("41275"), sets=1)
    played.exchange()
    yield played
    played.district.close()


def back_up(tmp_path: Path, node: PlayedNode) -> None:
    """Copy the Polres, and go on."""
    node.district.close()
    shutil.copytree(tmp_path / "polres", tmp_path / "backup")
    node.district = districts.open_district(tmp_path / "polres", Chance("second run"))


def answer(node: PlayedNode, text: str, now_s: int) -> Placed:
    """Order an answer to the villager."""
    placed = orders.order_answer(node.district, CODE, "41275", text, by="spkt", now_s=now_s)
    assert isinstance(placed, Placed)
    return placed


def versions(node: PlayedNode) -> list[int]:
    """The versions of the lists in the newest log of the Polres."""
    lists = [one.signed_list for one in node.orders() if isinstance(one, e.RecipientsOrdered)]
    return [RecipientList.unpack(message.open_envelope(one)[0]).version for one in lists]


def test_an_order_that_was_carried_out_is_not_ordered_again(
    tmp_path: Path, node: PlayedNode
) -> None:
    done = answer(node, "Patroli sudah jalan", START_S)
    back_up(tmp_path, node)
    answer(node, "Pelaku tertangkap", START_S + 5)
    node.exchange(START_S + 10)
    node.write(e.OrderReceived(done.instance, done.seq, "41275", "dijalankan"), wall_s=START_S + 11)
    node.exchange(START_S + 12)
    restored(tmp_path, node)
    answers = [node.exchange(START_S + 20 + later_s) for later_s in range(4)]
    assert [one.down for one in answers] == [(), (), (), ()]
    assert answers[-1].down_instance == done.instance + 1


def test_a_receipt_of_an_order_that_was_lost_does_not_close_a_later_one(
    tmp_path: Path, node: PlayedNode
) -> None:
    back_up(tmp_path, node)
    lost = answer(node, "Pelaku tertangkap", START_S)
    node.exchange()
    node.write(e.OrderReceived(lost.instance, lost.seq, "41275", "dijalankan"), wall_s=START_S + 1)
    node.exchange()
    restored(tmp_path, node)
    answer(node, "Harap tunggu", START_S + 60)
    for later_s in range(3):
        node.exchange(START_S + 60 + later_s)
    assert [getattr(order, "text", "") for order in node.orders()] == ["Harap tunggu"]


def test_an_order_that_the_desa_holds_and_the_polres_lost_raises_the_era_once(
    tmp_path: Path, node: PlayedNode
) -> None:
    back_up(tmp_path, node)
    answer(node, "Pelaku tertangkap", START_S)
    node.exchange(START_S + 5)
    restored(tmp_path, node)
    eras = []
    for later_s in (60, 61, 62):
        node.exchange(START_S + later_s)
        eras.append(Receipt.unpack(node.receipt[0]).era)
    assert eras == [1, 1, 1]


def test_a_list_that_the_desa_calls_older_is_sent_with_higher_versions_until_it_fits(
    tmp_path: Path, node: PlayedNode
) -> None:
    node.write(e.OfficerRequested("Made", octets("made")))
    node.exchange()
    back_up(tmp_path, node)
    for name in ("Wayan", "Ketut"):
        node.write(e.OfficerRequested(name, octets(name)))
    node.exchange()
    restored(tmp_path, node)
    with node.district.write() as connection:
        nodes.change(connection, node.card.node, enrolled_s=START_S - officers.UNASKED_S - 1)
    node.exchange()
    node.exchange()
    assert versions(node) == [3]
    instance = node.store.newest(node.card.node, Log.DOWN).instance
    for seq, expected in ((1, [3, 4]), (2, [3, 4, 5])):
        node.write(e.OrderReceived(instance, seq, None, officers.OLDER_LIST))
        node.exchange()
        assert versions(node) == expected
    node.write(e.OrderReceived(instance, 3, None, "diterapkan"))
    node.exchange()
    assert versions(node) == [3, 4, 5]


def test_a_desa_that_calls_every_list_older_does_not_keep_the_polres_signing(
    node: PlayedNode,
) -> None:
    node.write(e.OfficerRequested("Made", octets("made")))
    node.exchange()
    for seq in range(1, officers.RAISES_MAX + 9):
        node.write(e.OrderReceived(1, seq, None, officers.OLDER_LIST))
        node.exchange()
    assert len(versions(node)) == officers.RAISES_MAX + 1
