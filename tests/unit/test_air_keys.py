"""Heartbeats and session keys by SMS, under the conditions of every other road."""

from dataclasses import replace
from pathlib import Path

import pytest
from air_world import AirWorld, is_octets, kinds_of
from world import CODE

from server.air import carrier
from server.card import node_number
from server.domain import codec
from server.domain import events as e
from server.polres import lookup
from server.polres.down.orders import grant_keys, revoke
from server.polres.store import air, nodes
from server.polres.store.air import AirRow
from sync import seal
from sync.airtime import sealed
from sync.airtime.head import Head, Kind
from sync.airtime.words import Beat, KeysAsked
from sync.store import SqliteStore

VILLAGER = "+6281234567890"
CRY = "tolong pak ada perampokan di rumah bu siti rt 03 rw 01"
HOUR_S = 3_600


@pytest.fixture
def world(tmp_path: Path) -> AirWorld:
    made = AirWorld(tmp_path)
    made.exchange()
    return made


def row(world: AirWorld) -> AirRow:
    with world.district.read() as connection:
        return air.get(connection, node_number(CODE), 1)


def heard(world: AirWorld) -> nodes.Node:
    with world.district.read() as connection:
        found = nodes.get(connection, node_number(CODE))
    assert found is not None
    return found


def beaten(world: AirWorld) -> Beat:
    """Let the node be without a road until its heartbeat has come."""
    world.cut()
    world.mono_s += HOUR_S
    world.live(3)
    beat = row(world).beat
    assert beat is not None
    return Beat.unpack(beat)


def journal(world: AirWorld) -> list[e.Event]:
    with world.node.database.read() as db:
        store = SqliteStore(db)
        log_id = world.node.ledger.log_id
        entries = store.entries(log_id, 1, store.head(log_id).seq)
    return [codec.decode(world.node.vault.open_entry(entry))[1] for entry in entries]


def returned(world: AirWorld) -> list[str]:
    """Reasons of the key returns that the Polres journalled."""
    with world.district.read() as connection:
        rows = connection.exec_driver_sql("select reason from returns order by id")
        return [str(reason) for (reason,) in rows]


def test_a_heartbeat_tells_where_the_journal_stands_while_no_exchange_succeeds(
    world: AirWorld,
) -> None:
    world.text(VILLAGER, "lapor jalan rusak di depan balai desa")
    beat = beaten(world)
    with world.node.database.read() as db:
        end = SqliteStore(db).head(world.node.ledger.log_id)
    assert (beat.seq, beat.head) == (end.seq, end.hash[:8])
    assert beat.backlog >= 2
    assert beat.roadless
    assert not beat.locked
    assert kinds_of(world.went_up) == [Kind.HEARTBEAT]
    assert world.went_down == []
    (line,) = lookup.desa_list(world.district)
    assert line.backlog == beat.backlog
    assert row(world).beat_s == pytest.approx(world.wall_s(), abs=5)


def test_a_heartbeat_comes_hourly_and_not_while_exchanges_succeed(world: AirWorld) -> None:
    beaten(world)
    world.live(60)
    assert len(world.went_up) == 1
    world.mono_s += HOUR_S
    world.live(3)
    assert len(world.went_up) == 2
    world.road.cut = False
    world.exchange()
    world.mono_s += HOUR_S // 2
    world.live(3)
    assert len(world.went_up) == 2


def test_a_box_that_starts_often_spends_one_heartbeat_an_hour(world: AirWorld) -> None:
    beaten(world)
    for _ in range(3):
        world.restart()
        world.mono_s += 120
        world.exchange()
        world.live(3)
    assert kinds_of(world.went_up).count(Kind.HEARTBEAT) == 1


def test_a_heartbeat_of_another_history_is_found(world: AirWorld) -> None:
    beat = beaten(world)
    node = world.node
    world.road.cut = False
    world.exchange()
    keys = sealed.pair_keys(
        seal.agreeing(node.keys.identity.signing), node.keys.pinned.exchange, node_number(CODE), 1
    )
    forged = replace(beat, head=b"8 others")
    octets = sealed.seal_air(keys.up, Head(Kind.HEARTBEAT, node_number(CODE), 900), forged.pack())
    world._out(carrier.submit(world.air.number, octets, carrier.Form.OCTETS)[1])
    world.live(2)
    assert "kartu disalin" in lookup.desa_list(world.district)[0].states


def test_a_restarted_box_is_unlocked_by_sms_alone(world: AirWorld) -> None:
    beaten(world)
    trusted = heard(world).trusted_network
    world.text(VILLAGER, CRY)
    world.live(5)
    world.restart()
    assert world.report().locked
    world.exchange()
    world.live(10)
    assert Kind.KEYS_ASKED in kinds_of(world.went_up)
    assert not world.report().locked
    assert world.report().text == CRY
    assert e.SessionsUnlocked("Polres lewat SMS udara", 1) in journal(world)
    assert returned(world) == ["otomatis lewat SMS udara"]
    assert heard(world).trusted_network == trusted
    asked = kinds_of(world.went_up).count(Kind.KEYS_ASKED)
    world.live(300)
    assert kinds_of(world.went_up).count(Kind.KEYS_ASKED) == asked


def test_a_box_never_heard_by_sms_gets_keys_only_after_a_person_agreed(world: AirWorld) -> None:
    world.text(VILLAGER, CRY)
    world.live(3)
    world.exchange()
    world.cut()
    world.restart()
    world.exchange()
    world.live(5)
    assert world.report().locked
    assert lookup.desa_list(world.district)[0].keys_waiting
    grant_keys(world.district, CODE, "Iptu Sari", world.wall_s())
    world.live(5)
    assert not world.report().locked
    assert returned(world) == ["diizinkan Iptu Sari lewat SMS udara"]
    assert kinds_of(world.went_up).count(Kind.KEYS_ASKED) == 1


def test_keys_do_not_go_to_another_sim_unasked(world: AirWorld) -> None:
    beaten(world)
    world.text(VILLAGER, CRY)
    world.live(5)
    world.sim = "+6281200000099"
    world.restart()
    world.exchange()
    world.live(5)
    assert world.report().locked
    assert returned(world) == []
    assert lookup.desa_list(world.district)[0].keys_waiting


def test_a_stolen_box_gets_no_word_by_sms(world: AirWorld) -> None:
    beaten(world)
    world.text(VILLAGER, CRY)
    world.live(5)
    revoke(world.district, CODE, world.wall_s())
    world.went_down.clear()
    world.restart()
    world.exchange()
    world.text(VILLAGER, "tolong kebakaran di dusun krajan rumah pak budi")
    world.live(30)
    assert world.went_down == []
    assert returned(world) == []
    flagged = {line.report.text: line.flagged for line in world.at_polres()}
    assert len(flagged) == 2


def test_who_has_only_the_card_cannot_ask_in_the_name_of_a_run(world: AirWorld) -> None:
    beaten(world)
    world.text(VILLAGER, CRY)
    world.live(5)
    node = world.node
    exchange = node.keys.pinned.exchange
    mine = seal.agreeing(node.keys.identity.signing)
    head = Head(Kind.KEYS_ASKED, node_number(CODE), 900)
    wrong = sealed.run_key(mine, exchange, node_number(CODE), 1)
    with node.database.read() as db:
        sessions = tuple(bytes(i) for (i,) in db.execute("select id from sessions"))
    asked = KeysAsked(node.vault.ram.public, sealed.proof(wrong, head), 7, sessions)
    keys = sealed.pair_keys(mine, exchange, node_number(CODE), 1)
    octets = sealed.seal_air(keys.up, head, asked.pack())
    world.went_down.clear()
    world._out(carrier.submit(world.air.number, octets, carrier.Form.OCTETS)[1])
    world.live(3)
    assert world.went_down == []
    assert returned(world) == []


def test_what_a_recorder_replays_changes_nothing_and_is_not_answered(world: AirWorld) -> None:
    world.cut()
    world.text(VILLAGER, CRY)
    world.live(5)
    before = world.at_polres()
    recorded_up, recorded_down = world.went_up[0], world.went_down[0]
    world.went_up.clear()
    world.went_down.clear()
    for _ in range(3):
        world._out(recorded_up)
        world._down(recorded_down)
    world.live(5)
    assert world.went_down == [recorded_down] * 3
    assert world.at_polres() == before
    assert is_octets(recorded_up)


def test_a_session_that_began_without_any_road_is_returned_too(world: AirWorld) -> None:
    beaten(world)
    world.restart()
    world.exchange()
    world.text(VILLAGER, CRY)
    world.live(5)
    world.mono_s += HOUR_S
    world.live(3)
    world.went_up.clear()
    world.restart()
    assert world.report().locked
    world.exchange()
    world.live(10)
    assert not world.report().locked
    assert kinds_of(world.went_up) == [Kind.WRAP, Kind.WRAP, Kind.KEYS_ASKED]
    assert returned(world) == ["otomatis lewat SMS udara"]
    world.road.cut = False
    world.exchange()
    assert [line.report.text for line in world.at_polres()] == [CRY]


def test_wraps_that_come_after_the_request_are_waited_for(world: AirWorld) -> None:
    beaten(world)
    world.restart()
    world.exchange()
    world.text(VILLAGER, CRY)
    world.live(5)
    world.mono_s += HOUR_S
    world.live(3)
    held: list[str] = []
    world.lost = lambda hex_pdu: kinds_of([hex_pdu]) == [Kind.WRAP] and not held.append(hex_pdu)
    world.restart()
    world.exchange()
    world.live(5)
    assert world.report().locked
    world.lost = lambda _: False
    for hex_pdu in reversed(held):
        world._out(hex_pdu)
    world.live(5)
    assert not world.report().locked
