"""Power cuts at every write and sync of a day: no text is lost, doubled or half recorded.

`KENTONGAN_IMAGES=100000` looks at more of what the disks may hold, `KENTONGAN_SEED` draws others,
and `KENTONGAN_LIVES` cuts so many times again while it comes up after a cut.
"""

import os
import random
import time

import pytest
from disk_calls import Synced
from going_on import PAIR
from power_cut import Disk
from recorded import MACHINES, Day, machine_of, recorded_day
from search import Search, points, second_life

IMAGES = int(os.environ.get("KENTONGAN_IMAGES", "5000"))
SEED = int(os.environ.get("KENTONGAN_SEED", "1"))
LIVES = int(os.environ.get("KENTONGAN_LIVES", "1"))
LIFE_IMAGES = max(500, IMAGES // 20)
ENOUGH = 12
GO_ON_EVERY = 250
# A control that needs more images than this would say that the search is blunt.
CONTROL_IMAGES = 2_500


@pytest.fixture(scope="module")
def day() -> Day:
    return recorded_day()


def rebuilt(day: Day) -> dict[str, bytes]:
    """The files that all calls together make."""
    disks = {name: Disk(day.found_on(name)) for name in MACHINES}
    for call in day.calls:
        if (machine := machine_of(call)) in disks:
            disks[machine].take(call)
    return {
        name: content.octets()
        for disk in disks.values()
        for name, content in disk.as_it_runs().items()
    }


def test_the_calls_of_the_day_make_the_very_files_that_it_left(day: Day) -> None:
    made = rebuilt(day)
    assert made == day.left
    assert {"desa/kentongan.db", "polres/polres.db"} <= made.keys()


def test_the_day_folds_its_logs_into_its_files_many_times(day: Day) -> None:
    for name in ("desa/kentongan.db", "polres/polres.db"):
        syncs = sum(isinstance(call, Synced) and call.path == name for call in day.calls)
        assert syncs > 5


def test_no_power_cut_loses_doubles_or_halves_anything(day: Day) -> None:
    began_s = time.process_time()
    found = Search(day, IMAGES, SEED, every=GO_ON_EVERY).run()
    seconds = time.process_time() - began_s
    print(
        f"seed {SEED}: {found.images} images of {found.points} cuts "
        f"({', '.join(f'{name} {count}' for name, count in found.of.items())}), "
        f"gone on to the end from {found.gone_on}, bad {found.bad}, {seconds:.1f} s"
    )
    assert found.faults == {}, found.first
    assert found.images >= min(IMAGES, 5_000)
    assert found.gone_on > 0


@pytest.mark.parametrize("life", range(LIVES))
def test_a_cut_while_it_comes_up_after_a_cut_hurts_nothing_either(day: Day, life: int) -> None:
    chance = random.Random(f"{SEED} {life}")
    cuts = [one.number for one in points(day) if one.machine in PAIR and one.disk.choices() > 5]
    number = chance.choice(cuts)
    second = second_life(day, number, chance)
    assert rebuilt(second) == second.left
    found = Search(second, LIFE_IMAGES, SEED, every=GO_ON_EVERY // 2).run()
    print(
        f"second life after call {number}: {found.images} images of {found.points} cuts, "
        f"gone on from {found.gone_on}, bad {found.bad}"
    )
    assert found.faults == {}, found.first
    assert found.images > 100


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("normal", "I5: less is here than the Polres was shown"),
        ("delete first", "I1: a text that the modem forgot is not here"),
        ("split commit", "I3: a report whose text still waits to be read"),
        ("no transactions", "I3: a report without its answer"),
        ("unsynced files", "keys: CardBroken"),
    ],
)
def test_a_way_of_working_that_a_cut_can_hurt_is_found(fault: str, told: str) -> None:
    found = Search(recorded_day(fault), CONTROL_IMAGES, SEED, enough=ENOUGH).run()
    print(f"{fault}: {found.bad} bad of {found.images} images, {dict(found.faults)}")
    assert found.bad >= ENOUGH
    assert f"desa: {told}" in found.faults


def test_a_disk_whose_syncs_lie_is_found(day: Day) -> None:
    found = Search(day, CONTROL_IMAGES, SEED, honest=False, enough=ENOUGH).run()
    print(f"lying syncs: {found.bad} bad of {found.images} images, {dict(found.faults)}")
    assert found.bad >= ENOUGH
