"""Robots, strangers and cut cards: nobody burns the alarms, forges a box, or bricks one."""

from pathlib import Path

import pytest

from server import lookup
from server.card import read_card, write_card
from server.desa import run, steps
from server.desa.desk import Contact
from server.domain.clock import at_boot
from server.process import files
from sms import outbox
from sync.enrol import certificate_octets
from sync.errors import BadSignature
from sync.message import Certificate
from sync.roads.http import ENROL_PATH
from tests.world import World

ROBOT, VILLAGER, OFFICER = "+6281200000001", "+6281200000002", "+6281211110000"


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    made.desk().set_contact(Contact("Made", "Bhabinkamtibmas", OFFICER))
    return made


def alarms(world: World) -> int:
    return sum(to == OFFICER for to, _ in world.sent)


def test_one_number_does_not_ring_the_officers_all_day(world: World) -> None:
    for number in range(12):
        world.text(ROBOT, f"kebakaran rumah besar sekali nomor {number}")
        world.listen()
        world.speak()
    assert alarms(world) == 3
    world.text(VILLAGER, "tolong kebakaran rumah pak Amir, ada anak di dalam")
    world.listen()
    world.speak()
    assert alarms(world) == 4


def test_an_alarm_without_credit_waits_and_leaves_when_there_is_some(world: World) -> None:
    stamp = world.node.stamp(world.mono_s)
    with world.node.database.write() as db:
        outbox.spend(db, stamp.wall_s // 86_400, stamp.wall_s // 3_600, 5_000)
    world.text(VILLAGER, "tolong kebakaran rumah pak Amir, ada anak di dalam")
    world.listen()
    world.speak()
    assert alarms(world) == 0
    assert outbox.counts(world.node.database.connection)["queued"] >= 1
    world.mono_s += 86_400
    world.speak()
    assert alarms(world) == 1


def test_a_clock_that_nobody_vouches_for_ends_no_call(world: World) -> None:
    world.exchange()
    world.text(VILLAGER, "tolong kebakaran rumah pak Amir, ada anak di dalam")
    world.listen()
    world.restart()
    ahead_s = float(world.wall_s() + 10 * 86_400)
    world.node.clock = at_boot(ahead_s, world.mono_s, 0, world.node.clock.boot)
    world.speak()
    assert alarms(world) == 1


def test_two_reports_never_bear_one_number_however_chance_falls(world: World) -> None:
    world.node.random = bytes
    for number in range(3):
        world.text(VILLAGER, f"pohon tumbang di RT {number + 1}")
        world.listen()
    tickets = [report.ticket for report in lookup.reports(world.node.projection.db)]
    assert len(set(tickets)) == 3


def test_a_certificate_of_another_box_is_no_enrolment(tmp_path: Path) -> None:
    world = World(tmp_path)

    class Forger:
        """Stands on the road and answers with what the Polres once gave to another box."""

        def post(self, path: str, octets: bytes) -> bytes:
            del octets
            assert path == ENROL_PATH
            other = Certificate(world.node.ledger.log_id.node, 1, b"x" * 32, 0)
            return certificate_octets(other, world.district.keys.root)

    world.node.road = Forger()
    with pytest.raises(BadSignature):
        steps.enrol(world.node)
    assert read_card(world.directory / "card.json").code != "used"
    world.node.road = None
    assert world.exchange().result is steps.Result.DONE
    assert read_card(world.directory / "card.json").code == "used"


def test_a_cut_while_the_card_is_rewritten_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path)
    path = world.directory / "card.json"
    before = read_card(path)

    def cut(_: int) -> None:
        raise OSError

    monkeypatch.setattr(files.os, "fsync", cut)
    with pytest.raises(OSError):  # noqa: PT011 -- the cut has no words
        write_card(path, before)
    assert read_card(path) == before


def test_a_fault_in_an_exchange_does_not_make_the_next_one_come_sooner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path)
    tries = []

    def broken(*_: object) -> steps.Outcome:
        tries.append(1)
        raise RuntimeError

    monkeypatch.setattr(run.steps, "exchange", broken)
    exchanger = run.Exchanger(world.node)
    job = run.guarded(exchanger.tick)
    for _ in range(40):
        world.node.exchange_soon.set()
        job()
    assert len(tries) == 1
