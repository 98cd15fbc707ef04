"""Keys may come in one thread while the modem's thread reads: nobody decides twice."""

import threading
from pathlib import Path

import pytest

from server import lookup
from server.desa import intake, steps
from sms import inbox
from tests.world import World


def test_two_threads_that_read_at_once_make_one_report_of_each_text(tmp_path: Path) -> None:
    world = World(tmp_path)
    for number in range(60):
        world.text(f"+62812000{number:05d}", f"Ada pencuri di RT {number % 9 + 1} sekarang")
    while steps.listen(world.node, world.modem, world.mono_s).result is steps.Result.DONE:
        pass
    together, faults = threading.Barrier(2), []

    def read() -> None:
        together.wait()
        try:
            intake.read_pending(world.node, world.mono_s)
        except AssertionError as fault:
            faults.append(fault)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(lookup.reports(world.node.projection.db)) == 60


def test_a_finished_row_cannot_be_finished_again(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.text("+6281200001111", "Ada maling")
    world.listen()
    with (
        pytest.raises(AssertionError),
        world.node.database.write() as db,
    ):
        inbox.mark(db, (1,), inbox.State.DONE)
