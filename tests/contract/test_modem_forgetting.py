"""Forgetting in bulk: few commands, guarded, and never more than was committed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from modem_contract import BareBench, TwistedModem, deliver

from hardware.errors import CommandFailed
from hardware.modem import NotForgotten, Slot
from hardware.simulated.held import Stored
from hardware.simulated.quirks.quirk import around
from hardware.simulated.virtual import Handler, RefusedError

SWEEP = "AT+CMGD=1,1"


class Watched(BareBench):
    """A bench that notes every command line."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.asked: list[str] = []
        assert self.virtual is not None
        self.modem_in: TwistedModem = self.virtual
        self.modem_in.before.append(self._look)
        self.modem.start()
        self.asked.clear()

    def _look(self, line: str) -> bool:
        self.asked.append(line)
        return False

    def fill(self, first: int, last: int) -> None:
        """Texts come."""
        for number in range(first, last):
            self.modem_in.deliver(deliver(number))

    def stored(self) -> list[str]:
        """What lies in both memories."""
        return [*self.modem_in.stored("SM").values(), *self.modem_in.stored("ME").values()]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Watched]:
    bench = Watched(tmp_path)
    yield bench
    bench.close()


def test_a_text_costs_less_than_a_third_of_a_command(bench: Watched) -> None:
    bench.fill(0, 500)
    kept: list[str] = []
    while slots := bench.modem.list():
        kept += [slot.pdu for slot in slots]
        bench.modem.forget_all(slots)
    assert sorted(kept) == sorted(deliver(number) for number in range(500))
    assert len(bench.asked) <= 0.3 * 500
    assert {line for line in bench.asked if line.startswith("AT+CMGD")} == {SWEEP}


def test_a_text_that_was_read_but_never_reached_us_is_spared(bench: Watched) -> None:
    bench.fill(0, 6)
    slots = bench.modem.list()
    bench.modem.forget_all(slots[:1] + slots[2:])
    assert bench.stored() == [slots[1].pdu]
    assert SWEEP not in bench.asked


def test_a_text_that_comes_after_the_list_is_spared(bench: Watched) -> None:
    bench.fill(0, 4)
    bench.modem.forget_all(bench.modem.list())
    bench.fill(4, 8)
    slots = bench.modem.list()
    bench.fill(8, 9)
    bench.modem.forget_all(slots)
    assert bench.stored() == [deliver(8)]


def test_a_stored_text_of_our_own_is_deleted_one_by_one(bench: Watched) -> None:
    bench.fill(0, 3)
    bench.modem_in.held.memories["SM"][2] = Stored(3, deliver(1))
    bench.modem.forget_all(bench.modem.list())
    assert (bench.stored(), SWEEP in bench.asked) == ([], False)


def test_one_text_under_two_numbers_does_not_stand_for_two(bench: Watched) -> None:
    bench.fill(0, 2)
    (first, second) = bench.modem.list()
    bench.modem.forget_all([first, Slot("SM", 7, first.pdu, first.stat)])
    assert bench.stored() == [second.pdu]


@pytest.mark.parametrize("how", ["refuses", "takes the first only", "marks nothing read"])
def test_a_modem_without_bulk_deletion_is_found_out_once(bench: Watched, how: str) -> None:
    def change(told: Handler, rest: str) -> list[str] | None:
        if rest.endswith(",1") and how == "refuses":
            raise RefusedError
        return told(rest.removesuffix(",1") if how == "takes the first only" else rest)

    def unread(told: Handler, rest: str) -> list[str] | None:
        lines = told(rest)
        slots = bench.modem_in.held.memories["SM"]
        for index, one in slots.items():
            slots[index] = Stored(0, one.pdu)
        return lines

    around(bench.modem_in, "+CMGD", change)
    if how == "marks nothing read":
        around(bench.modem_in, "+CMGL", unread)
    for first in (0, 10, 20):
        bench.fill(first, first + 5)
        bench.modem.forget_all(bench.modem.list())
        assert bench.stored() == []
    assert bench.asked.count(SWEEP) == 1


def test_a_sweep_that_later_does_not_hold_is_not_tried_again(bench: Watched) -> None:
    bench.fill(0, 3)
    bench.modem.forget_all(bench.modem.list())
    around(bench.modem_in, "+CMGD", lambda told, rest: [] if "," in rest else told(rest))
    for _ in range(3):
        bench.fill(3, 6) if not bench.stored() else None
        bench.modem.forget_all(bench.modem.list())
    assert bench.asked.count(SWEEP) == 2


def test_a_text_that_stays_after_three_deletes_is_told_once(bench: Watched) -> None:
    bench.fill(0, 2)
    around(bench.modem_in, "+CMGD", lambda told, rest: told(rest) if rest == "=?" else [])
    for _ in range(5):
        bench.modem.forget_all(bench.modem.list()[:1])
    told = [notice for notice in bench.modem.wait(0) if isinstance(notice, NotForgotten)]
    assert told == [NotForgotten("SM", 1)]


def test_a_restart_before_the_sweep_costs_no_text_of_the_other_memory(bench: Watched) -> None:
    bench.fill(0, 25)
    in_me = [slot for slot in bench.modem.list() if slot.memory == "ME"]
    bench.modem_in.restart()
    with pytest.raises(CommandFailed):
        bench.modem.forget_all(in_me)
    assert len(bench.stored()) == 25
    bench.modem.forget_all([slot for slot in bench.modem.list() if slot.memory == "ME"])
    assert sorted(bench.stored()) == sorted(deliver(number) for number in range(20))
