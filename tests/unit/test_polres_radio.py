"""The modem of the Polres: what is no message of a box, what comes twice, a full memory."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from air_world import DESA_NUMBER, AirWorld

from server.air.carrier import PORT
from server.airwaves import carried
from server.polres import commands
from server.polres.store import air
from sms import pdu
from sync.airtime import seven

VILLAGER = "+6281234567890"
CRY = "tolong pak ada perampokan di rumah bu siti rt 03 rw 01"
AT = datetime(2026, 9, 21, 14, 0, tzinfo=UTC)


@pytest.fixture
def world(tmp_path: Path) -> AirWorld:
    made = AirWorld(tmp_path)
    made.exchange()
    return made


def strays(world: AirWorld) -> list[dict[str, object]]:
    found = commands.answers(world.district)["sms"]({})
    assert isinstance(found, list)
    return found


def test_other_sms_are_kept_once_and_never_answered(world: AirWorld) -> None:
    for _ in range(2):
        world.far.deliver(pdu.encode_deliver(VILLAGER, "pak polisi, kapan pos buka?", AT))
        world.far.deliver(pdu.encode_deliver("+6281299", bytes(60), AT, port=PORT))
        world.far.deliver(pdu.encode_deliver("+6281299", seven.write(bytes(60)), AT))
        world.live(2)
    assert world.went_down == []
    assert world.radio.modem.list() == ()
    found = strays(world)
    assert len(found) == 3
    assert {"from": VILLAGER, "text": "pak polisi, kapan pos buka?"}.items() <= found[-1].items()


def test_strays_make_room_for_the_newest(world: AirWorld) -> None:
    with world.district.write() as connection:
        for number in range(air.STRAYS_MAX + 5):
            air.add_stray(connection, f"{number:04}", 1)
    kept = [pdu_ for pdu_, _ in _kept(world)]
    assert len(kept) == air.STRAYS_MAX
    assert kept[0] == f"{air.STRAYS_MAX + 4:04}"


def test_what_was_taken_and_not_yet_forgotten_at_a_stop_is_taken_once(world: AirWorld) -> None:
    world.cut()
    world.text(VILLAGER, CRY)
    world.live(3)
    before = world.at_polres()
    world.far.deliver(carried(world.went_up[0], DESA_NUMBER, AT))
    world.begin_polres()
    world.live(3)
    assert world.at_polres() == before
    assert len(world.went_down) == 1
    assert world.radio.modem.list() == ()


def test_a_polres_that_was_stopped_answers_with_counters_of_its_own(world: AirWorld) -> None:
    world.cut()
    world.text(VILLAGER, CRY)
    world.live(3)
    world.begin_polres()
    world.text("+6281234567891", "tolong kebakaran di dusun krajan rumah pak budi")
    world.live(3)
    assert len(world.at_polres()) == 2
    assert len(set(world.went_down)) == 2
    assert world.node.air.owed == {}


def test_many_boxes_at_once_fill_the_memory_and_nothing_is_lost(world: AirWorld) -> None:
    world.cut()
    for number in range(12):
        world.text(
            f"+62812345678{number:02}", f"tolong kebakaran di rumah pak budi rt {number + 1}"
        )
    world.live(40)
    assert len(world.at_polres()) == 12
    assert world.node.air.owed == {}


def _kept(world: AirWorld) -> tuple[tuple[str, int], ...]:
    with world.district.read() as connection:
        return air.strays(connection)
