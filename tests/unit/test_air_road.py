"""An urgent report by SMS, from the villager's phone to the Polres, with no other road."""

from dataclasses import replace
from pathlib import Path

import pytest
from air_world import POLRES_NUMBER, AirWorld, is_octets, kinds_of

from server import lookup
from server.domain import codec
from server.domain import events as e
from server.polres.projection import rebuild
from sms import outbox
from sync.airtime.head import Kind
from sync.store import SqliteStore

VILLAGER = "+6281234567890"
CRY = "tolong pak ada perampokan di rumah bu siti rt 03 rw 01 mereka bawa parang"


@pytest.fixture
def world(tmp_path: Path) -> AirWorld:
    made = AirWorld(tmp_path)
    made.exchange()
    return made


def events(world: AirWorld) -> list[e.Event]:
    with world.node.database.read() as db:
        store = SqliteStore(db)
        log_id = world.node.ledger.log_id
        entries = store.entries(log_id, 1, store.head(log_id).seq)
    return [codec.decode(world.node.vault.open_entry(entry, unit=True))[1] for entry in entries]


def test_an_urgent_report_reaches_the_polres_without_any_exchange(world: AirWorld) -> None:
    world.cut()
    world.text(VILLAGER, CRY)
    world.live(3)
    (line,) = world.at_polres()
    mine = world.report()
    assert line.by_air
    assert (line.report.ticket, line.report.seq) == (mine.ticket, mine.seq)
    assert (line.report.sender, line.report.text) == (VILLAGER, CRY)
    assert (line.report.urgency, line.report.category) == (mine.urgency, mine.category)
    assert (line.report.rt, line.report.rw) == (3, 1)
    assert [is_octets(one) for one in world.went_up] == [True]
    assert len(world.went_down) == 1
    assert world.node.air.owed == {}
    assert e.SpokeByAir("report", mine.ticket, 1) in events(world)


def test_what_came_by_air_and_by_frame_is_one_report(world: AirWorld) -> None:
    world.cut()
    world.text(VILLAGER, CRY)
    world.live(3)
    world.road.cut = False
    world.exchange()
    (line,) = world.at_polres()
    assert not line.by_air
    assert line.report.why
    assert line.report == world.report()
    world.text(VILLAGER, "lapor jalan rusak di depan balai desa")
    world.live(3)
    world.exchange()
    assert len(world.at_polres()) == 2
    assert len(world.went_up) == 1


def test_while_exchanges_succeed_an_urgent_report_waits_for_one(world: AirWorld) -> None:
    world.text(VILLAGER, CRY)
    world.live(20)
    assert world.went_up == []
    world.live(20)
    assert len(world.went_up) == 1
    assert [line.by_air for line in world.at_polres()] == [True]


def test_what_an_exchange_has_carried_does_not_go_by_air(world: AirWorld) -> None:
    world.text(VILLAGER, CRY)
    world.live(3)
    world.exchange()
    world.cut()
    world.live(120)
    assert len(world.at_polres()) == 1
    assert Kind.REPORT not in kinds_of(world.went_up)
    assert e.SpokeByAir not in {type(event) for event in events(world)}


@pytest.mark.parametrize(
    ("words", "official"),
    [
        ("lapor jalan rusak di depan balai desa", False),
        ("tolong pak darurat, polisi memukuli warga di balai desa pakai parang", True),
    ],
)
def test_neither_everyday_reports_nor_complaints_about_officials_go_by_air(
    world: AirWorld, words: str, *, official: bool
) -> None:
    world.cut()
    world.text(VILLAGER, words)
    world.live(40)
    assert [one.sealed for one in lookup.reports(world.node.projection.db)] == [official]
    assert world.went_up == []
    assert world.at_polres() == ()


def test_what_was_not_answered_goes_again_and_stays_one_report(world: AirWorld) -> None:
    world.cut()
    world.lost = lambda hex_pdu: hex_pdu in world.went_down
    world.text(VILLAGER, CRY)
    world.live(70)
    assert len(world.went_up) == 2
    assert world.went_up[0] != world.went_up[1]
    world.lost = lambda _: False
    world.live(400)
    assert len(world.went_up) == 3
    assert len(world.at_polres()) == 1
    assert world.node.air.owed == {}
    told = [event for event in events(world) if isinstance(event, e.SpokeByAir)]
    assert len(told) == 1


def test_the_answer_is_not_shown_as_a_text_of_anybody(world: AirWorld) -> None:
    world.cut()
    world.text(VILLAGER, CRY)
    world.live(5)
    kinds = [type(event) for event in events(world)]
    assert kinds.count(e.ReportReceived) == 1
    assert e.TextNoted not in kinds
    assert POLRES_NUMBER not in [to for to, _ in world.sent]


def test_a_long_text_comes_in_parts_and_goes_on_by_frame(world: AirWorld) -> None:
    world.cut()
    words = CRY + " " + " ".join(f"orang{number * 7919:x}" for number in range(90))
    world.text(VILLAGER, words)
    world.live(5)
    (line,) = world.at_polres()
    assert len(world.went_up) == 3
    assert line.report.text.endswith(" …")
    assert words.startswith(line.report.text.removesuffix(" …"))
    world.road.cut = False
    world.exchange()
    (line,) = world.at_polres()
    assert line.report.text == words


def test_where_octets_do_not_pass_text_is_tried_and_kept(world: AirWorld) -> None:
    world.cut()
    world.lost = is_octets
    world.text(VILLAGER, CRY)
    world.live(800)
    assert [is_octets(one) for one in world.went_up] == [True, True, False]
    assert [line.by_air for line in world.at_polres()] == [True]
    assert not is_octets(world.went_down[-1])
    assert world.node.air.owed == {}
    world.text("+6281234567891", "tolong kebakaran di dusun krajan rumah pak budi")
    world.live(5)
    assert not is_octets(world.went_up[-1])
    assert len(world.at_polres()) == 2
    noted = [event for event in events(world) if isinstance(event, e.TextNoted)]
    assert noted == []


def test_messages_count_in_the_credit_and_in_their_own_budget(world: AirWorld) -> None:
    world.cut()
    before = _spent(world)
    world.text(VILLAGER, CRY)
    world.live(3)
    answers = len([to for to, _ in world.sent if to == VILLAGER])
    assert _spent(world) - before == answers + 1


def test_a_budget_that_is_spent_holds_the_rest_back(tmp_path: Path) -> None:
    world = AirWorld(tmp_path)
    world.exchange()
    world.node.settings = replace(world.node.settings, air=replace(world.air, per_day=1))
    world.cut()
    world.text(VILLAGER, CRY)
    world.text("+6281234567891", "tolong kebakaran di dusun krajan rumah pak budi")
    world.live(120)
    assert len(world.went_up) == 1
    assert len(world.at_polres()) == 1


def test_what_the_air_brought_survives_a_new_fold(world: AirWorld) -> None:
    world.cut()
    world.text(VILLAGER, CRY)
    world.live(3)
    before = world.at_polres()
    rebuild(world.district)
    assert world.at_polres() == before


def _spent(world: AirWorld) -> int:
    with world.node.database.read() as db:
        return outbox.spent_since(db, 0)
