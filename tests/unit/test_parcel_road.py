"""The parcel road between a real village and a real district: files alone, weeks apart."""

from pathlib import Path

import pytest
from world import CODE, World

from server.desa.parcel import making, state, taking
from server.desa.parcel.told import TakenIn
from server.domain.report import Move, Status
from server.polres.down import orders
from server.polres.down.orders import Placed
from server.polres.parcel import giving
from server.polres.parcel import taking as polres_taking
from sync.parcel import carry, form

CUTS = (
    "Maling masuk rumah di RT 0{} dekat masjid malam tadi",
    "Lampu jalan padam di RT 0{} sejak kemarin sore",
    "Pohon tumbang menutup jalan di RT 0{} dekat sungai",
    "Sapi lepas merusak kebun jagung di RT 0{}",
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def brought(world: World) -> bytes:
    """A file from the desa."""
    world.mono_s += 1
    return making.make(world.node, world.mono_s).octets


def taken(world: World, octets: bytes) -> polres_taking.TakenIn:
    """A file taken in at the Polres."""
    return polres_taking.take(world.district, octets, "spkt", world.wall_s())


def returned(world: World) -> bytes:
    """A return of the Polres."""
    return giving.give(world.district, CODE, world.wall_s())


def back(world: World, octets: bytes) -> TakenIn:
    """A return taken in at the desa."""
    world.mono_s += 1
    return taking.take(world.node, octets, world.mono_s)


def reported(world: World, many: int, first: int = 0) -> None:
    """Villagers tell things, each another one."""
    for number in range(first, first + many):
        words = CUTS[number % len(CUTS)].format(number % 9 + 1) + f" nomor {number}"
        world.text(f"+62812345{number:05}", words)
        world.listen()


def answered(world: World, ticket: str, text: str) -> Placed:
    """The Polres answers a villager."""
    placed = orders.order_answer(
        world.district, CODE, ticket, text, by="spkt", now_s=world.wall_s()
    )
    assert isinstance(placed, Placed)
    return placed


def test_twenty_reports_travel_by_file_and_later_by_https_and_each_is_one(world: World) -> None:
    world.exchange()
    world.road.cut = True
    reported(world, 20)
    first = brought(world)
    assert taken(world, first).reports == 20
    tickets = [line.report.ticket for line in world.at_polres()]
    assert len(set(tickets)) == len(tickets) == 20
    for ticket in tickets[:3]:
        answered(world, ticket, f"Kami datang soal {ticket}")
    moved = orders.order_status(
        world.district, CODE, tickets[4], Move.TAKE, "", by="spkt", now_s=world.wall_s()
    )
    assert isinstance(moved, Placed)
    reply = returned(world)
    told = back(world, reply)
    assert (told.orders, told.waiting, told.older) == (4, 0, False)
    world.speak()
    heard = [text for _, text in world.sent if "Kami datang soal" in text]
    assert len(heard) == 3
    assert world.report(tickets[4]).status is Status.TAKEN
    assert state.waiting(world.node).entries_since > 0

    # The road opens: nothing comes twice, and receipts of the orders go up.
    world.road.cut = False
    world.exchange()
    world.exchange()
    assert len(world.at_polres()) == 20
    assert back(world, reply).orders == 0
    assert taken(world, first).reports == 0
    world.speak()
    assert len([text for _, text in world.sent if "Kami datang soal" in text]) == 3
    assert state.waiting(world.node).entries == 0


def test_a_long_backlog_is_cut_into_letters_that_are_taken_one_by_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.exchange()
    world.road.cut = True
    reported(world, 50)
    world.restart()  # what is locked is not compressed
    monkeypatch.setattr(carry, "FRAMES_OCTETS_MAX", 1_000)
    whole = brought(world)
    assert len(form.unpack(whole).letters) > 2
    told = taken(world, whole)
    assert (told.reports, told.missing) == (50, False)
    assert back(world, returned(world)).acked >= 50


def test_what_finds_no_room_goes_with_the_next_file(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.exchange()
    world.road.cut = True
    reported(world, 50)
    world.restart()
    monkeypatch.setattr(carry, "FRAMES_OCTETS_MAX", 1_000)
    monkeypatch.setattr(form, "OUTGOING_OCTETS_MAX", 9_000)
    made = making.make(world.node, world.mono_s)
    assert len(made.octets) <= 9_000
    assert made.left > 0
    first = taken(world, made.octets).reports
    assert 0 < first < 50
    for _ in range(50):
        back(world, returned(world))
        made = making.make(world.node, world.mono_s)
        first += taken(world, made.octets).reports
        if not made.left:
            break
    assert first == len(world.at_polres()) == 50
