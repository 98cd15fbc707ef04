"""Fillers: what was deleted from the SIM is written over, and no text is harmed by it."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from modem_contract import BareBench, TwistedModem, deliver
from quirk_bench import WHOLE, Player
from test_modem_mixes import mix

from hardware.errors import HardwareError
from hardware.filling import FILLER, Erasing, is_filler
from hardware.modem import Slot, TextArrived
from hardware.simulated.virtual import RefusedError

SEEDS = 25


class Bench(BareBench):
    """A bench that looks at the SIM as a card reader does."""

    @property
    def modem_in(self) -> TwistedModem:
        assert self.virtual is not None
        return self.virtual

    def texts_left(self) -> int:
        """How many texts can still be read from freed slots of the SIM."""
        return sum(not is_filler(pdu) for pdu in self.modem_in.held.residue["SM"].values())

    def drain(self, count: int) -> list[Slot]:
        """Texts come, are kept by somebody, and are deleted."""
        for number in range(count):
            self.modem_in.deliver(deliver(number))
        slots = self.modem.list()
        self.modem.forget_all(slots)
        return list(slots)

    def fill(self) -> int:
        """Fill until nothing is left to do; gives the number of steps."""
        steps = 0
        while self.modem.fill():
            steps += 1
            assert steps < 200
        return steps


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    made.modem.start()
    yield made
    made.close()


def test_without_fillers_deleted_texts_can_be_read_from_the_card(bench: Bench) -> None:
    bench.drain(12)
    assert bench.texts_left() == 12


def test_with_fillers_nothing_of_them_is_left_and_no_filler_stays(bench: Bench) -> None:
    bench.drain(12)
    bench.fill()
    assert bench.texts_left() == 0
    assert bench.modem_in.stored("SM") == {}
    assert bench.modem.erasing is Erasing.FILLS
    assert bench.modem.fillers == 1 + 18
    assert not bench.modem.fill()


def test_when_texts_fill_the_card_its_fillers_give_way_to_them(bench: Bench) -> None:
    while len(bench.modem_in.stored("SM")) < 18:
        bench.modem.fill()
    for number in range(150):
        bench.modem_in.deliver(deliver(number))
    rooms = []
    while bench.modem_in.waiting():
        slots = bench.modem.list()
        rooms.append(sum(not is_filler(slot.pdu) for slot in slots))
        bench.modem.forget_all(slots)
    assert rooms == [2 + 30, 20 + 30, 20 + 30]


def test_later_only_as_many_are_written_as_were_freed(bench: Bench) -> None:
    bench.drain(12)
    bench.fill()
    before = bench.modem.fillers
    bench.drain(3)
    bench.fill()
    assert (bench.texts_left(), bench.modem.fillers - before) == (0, 3)


def test_two_slots_are_always_left_for_a_text_that_comes(bench: Bench) -> None:
    bench.drain(20)
    least = 20
    while bench.modem.fill():
        least = min(least, 20 - len(bench.modem_in.stored("SM")))
    assert least == 2
    assert bench.texts_left() == 2


def test_a_sim_that_is_more_than_half_full_of_texts_is_left_alone(bench: Bench) -> None:
    for number in range(11):
        bench.modem_in.deliver(deliver(number))
    assert not bench.modem.fill()
    assert bench.modem.fillers == 0


def test_a_text_in_a_slot_where_a_filler_lay_is_not_deleted_for_it(bench: Bench) -> None:
    bench.drain(2)
    while len(bench.modem_in.stored("SM")) < 5:
        bench.modem.fill()
    listed = bench.modem.list()
    assert all(is_filler(slot.pdu) for slot in listed)
    bench.modem.forget_all(listed)
    for number in range(5):
        bench.modem_in.deliver(deliver(number))
    bench.fill()
    assert [*bench.modem_in.stored("SM").values()] == [deliver(n) for n in range(5)]


def test_fillers_that_a_stop_left_behind_are_listed_as_what_they_are(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.modem.start()
    bench.drain(4)
    bench.modem.fill()
    bench.modem.fill()
    bench.modem_in.deliver(deliver(9))
    bench.close()
    again = Bench(tmp_path)
    again.modem.start()
    assert [is_filler(slot.pdu) for slot in again.modem.list()] == [True, False]
    again.modem.forget_all(again.modem.list())
    assert again.modem.list() == ()


def test_no_text_can_pass_for_a_filler() -> None:
    for start in range(0, len(FILLER), 2):
        assert not is_filler(deliver(1) + FILLER[start:][-280:])
    assert is_filler(FILLER)
    assert is_filler("0791261810000000" + FILLER[2:])
    assert is_filler(FILLER[:4] + "7F" + FILLER[6:])


@pytest.mark.parametrize("me_slots", [30, 0])
def test_a_modem_that_takes_no_filler_receives_elsewhere_if_it_can(
    tmp_path: Path, me_slots: int
) -> None:
    bench = Bench(tmp_path)

    def refuse(_: str) -> list[str]:
        raise RefusedError

    bench.modem_in.commands["+CMGW"] = refuse
    if not me_slots:
        for part in (bench.modem_in.held.capacity, bench.modem_in.held.memories):
            del part["ME"]
        bench.modem_in.held.order.remove("ME")
    bench.modem.start()
    bench.fill()
    assert bench.modem.fillers == 0
    if me_slots:
        assert bench.modem.erasing is Erasing.ELSEWHERE
        assert bench.modem_in.receiving == "ME"
        bench.modem.resync()
        assert bench.modem_in.receiving == "ME"
    else:
        assert bench.modem.erasing is Erasing.NEITHER
    assert len(bench.drain(3)) == 3


@pytest.mark.parametrize("seed", range(SEEDS))
def test_filling_between_listings_loses_and_doubles_nothing_on_odd_modems(
    tmp_path: Path, seed: int
) -> None:
    chance = Random(seed)
    player = Player(tmp_path, mix(seed), seed)

    def listen_and_fill() -> None:
        modem = player.bench.modem
        slots = modem.list()
        player.shelf.keep(slot for slot in slots if not is_filler(slot.pdu))
        modem.forget_all(slots)
        for _ in range(chance.randrange(6)):
            if not modem.fill():
                break
        for notice in modem.wait(0.5):
            if isinstance(notice, TextArrived) and notice.pdu:
                player.shelf.keep([Slot("", 0, notice.pdu, 0)])

    player.listen = listen_and_fill  # type: ignore[method-assign]
    drained = player.drain(seed)
    assert (drained.lost, drained.doubled) == (WHOLE.lost, WHOLE.doubled)
    assert not any(is_filler(pdu) for pdu in player.shelf.pdus)


def test_a_modem_that_goes_away_while_it_is_filled_says_so(bench: Bench) -> None:
    bench.drain(4)
    bench.kill()
    with pytest.raises(HardwareError):
        bench.fill()


def test_a_listing_in_between_does_not_undo_the_filling(bench: Bench) -> None:
    bench.drain(6)
    steps = 0
    while bench.modem.fill():
        assert bench.modem.list() == ()
        steps += 1
        assert steps < 200
    assert bench.texts_left() == 0
    assert bench.modem_in.stored("SM") == {}


def test_a_modem_that_deletes_nothing_gets_one_filler_and_no_more(bench: Bench) -> None:
    bench.drain(2)
    bench.modem_in.commands["+CMGD"] = lambda _: []
    bench.fill()
    assert bench.modem.fillers == 1
    assert bench.modem.erasing is not Erasing.FILLS
