"""Recorded requests said again: they renew no trust, spend no leave and make no box look alive."""

from dataclasses import replace

from played_node import CODE, START_S, PlayedNode, octets, row

from server.domain import events as e
from server.polres import gate, lookup
from server.polres.district import District
from server.polres.down import officers, orders
from sync.message import Receipt, State

HOUR_S = 3_600
LATE_S = START_S + 20 * HOUR_S


def test_receipts_of_one_second_are_still_told_apart(node: PlayedNode) -> None:
    times = [Receipt.unpack(node.exchange(START_S).receipt[0]).time_s for _ in range(3)]
    assert times == sorted(set(times))


def test_a_second_exchange_of_the_same_second_earns_no_trust_when_said_again(
    district: District, node: PlayedNode
) -> None:
    lost = node.vault.running.id
    node.exchange(START_S)
    request = node.request()
    recorded = node.body(request)
    node.exchange(START_S, request=request)
    gate.exchange(district, recorded, "66.6", LATE_S)
    assert row(district, node.card.node).trusted_network == "10.1"
    node.restart(LATE_S)
    answer = node.exchange(LATE_S + 600, network="66.6", wanted=(lost,))
    assert (answer.state, answer.keys) == (State.KEYS_NEED_PERSON, ())


def test_a_request_said_again_leaves_no_trace_of_a_contact(
    district: District, node: PlayedNode
) -> None:
    first = node.request()
    node.exchange(request=first)
    node.write(e.Taken("41275", "Rahmat"), sets=2)
    newest = node.request()
    node.exchange(START_S + 60, request=newest)
    before = row(district, node.card.node)
    for request in (first, newest):
        gate.exchange(district, node.body(request, "again"), "66.6", LATE_S)
    assert replace(row(district, node.card.node), issued_s=before.issued_s) == before
    assert lookup.desa(district, CODE).states == ()


def test_a_request_said_again_neither_spends_a_leave_nor_takes_the_question_away(
    district: District, node: PlayedNode
) -> None:
    lost = node.vault.running.id
    node.exchange()
    node.restart()
    asked = node.request(wanted=(lost,))
    node.exchange(LATE_S, request=asked)
    orders.grant_keys(district, CODE, "spkt", LATE_S)
    gate.exchange(district, node.body(asked, "again"), "10.1", LATE_S + 1)
    assert row(district, node.card.node).grant_until_s is not None
    assert lookup.desa(district, CODE).keys_waiting
    assert len(node.exchange(LATE_S + 60, wanted=(lost,)).keys) == 1


def test_after_a_lost_answer_the_next_but_one_request_counts_again(
    district: District, node: PlayedNode
) -> None:
    node.exchange()
    gate.exchange(district, node.body(node.request()), "10.1", START_S + 60)
    for later_s in (120, 180):
        node.exchange(START_S + later_s)
    assert row(district, node.card.node).last_contact_s == START_S + 180


def test_what_was_taken_before_a_fork_still_has_its_effects(
    district: District, node: PlayedNode
) -> None:
    node.exchange()
    copied = node.clone()
    node.write(e.Taken("41275", "Rahmat"), sets=2)
    node.exchange()
    copied.write(e.Closed("41275", "Penyalin", "palsu"), sets=4)
    node.write(e.OfficerRequested("Wayan", octets("wayan")))
    whole = node.request()
    mixed = replace(whole, frames=(*whole.frames, *copied.request().frames))
    assert node.exchange(START_S + 60, request=mixed).state == State.FORK
    listed = officers.officers(row(district, node.card.node).people)
    assert [one.name for one in listed] == ["Wayan"]


def test_requests_said_again_do_not_drive_the_receipts_time_ahead(
    district: District, node: PlayedNode
) -> None:
    node.exchange()
    recorded = node.request()
    node.exchange(START_S + 60, request=recorded)
    before = row(district, node.card.node).issued_s
    for _ in range(50):
        gate.exchange(district, node.body(recorded), None, START_S + 60)
    assert row(district, node.card.node).issued_s == before
