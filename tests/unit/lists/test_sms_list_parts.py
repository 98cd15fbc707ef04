"""The SMS list, 11 to 19: texts that come in parts."""

from datetime import UTC, datetime, timedelta

import pytest
from outcomes import NEIGHBOUR, VILLAGER, Outcome, deliver, now, outcome
from world import World

from server import lookup
from server.desa import steps
from sms import pdu
from sms.segments import Complete, Fragment, assemble

WAIT_S = 86_400 + 3_600
"""Longer than any part waits for its siblings before it is shown without them."""
LONG = "Banjir di Dusun Krajan, air sudah setinggi dada, warga naik ke atap rumah. " * 5
OTHER = "Pohon tumbang menutup jalan ke pasar, kabel putus dan masih ada listriknya. " * 5


def parts_of(world: World, text: str, reference: int, sender: str = VILLAGER) -> list[str]:
    """The PDUs of a long text."""
    return list(pdu.split_deliver(sender, text, now(world), reference))


def later(world: World, seconds: float) -> Outcome:
    """Time passes, and the node takes care of what waits."""
    world.mono_s += seconds
    steps.tend(world.node, world.mono_s)
    return outcome(world)


def test_an_emoji_cut_between_two_parts_is_whole_in_the_report(world: World) -> None:
    """11: the sequence is cut within a surrogate pair, and before its skin tone."""
    wave = "\U0001f44b\U0001f3fd"
    octets = f"tolong {wave}".encode("utf-16-be")
    for cut in (len(octets) - 6, len(octets) - 4):
        pieces = octets[:cut], octets[cut:]
        came = outcome(
            world,
            *(
                deliver(world, piece, dcs=8, part=(cut, number, 2))
                for number, piece in enumerate(pieces, 1)
            ),
        )
        assert came.reports[-1] == f"tolong {wave}"
    assert len(came.reports) == 2


def test_a_part_whose_siblings_never_come_is_shown_with_its_gaps(world: World) -> None:
    """12: part 2 of 3 only."""
    second = deliver(world, "maling di rumah pak Budi", part=(7, 2, 3))
    assert outcome(world, second).reports == ()
    came = later(world, WAIT_S)
    (shown,) = came.reports
    assert shown.startswith("... [bagian 1 dari 3 belum diterima] ... maling di rumah pak Budi")
    assert shown.endswith(" ... [bagian 3 dari 3 belum diterima] ...")
    assert [to for to, _ in came.answers] == [VILLAGER]


def test_parts_that_come_days_apart_are_one_text_again() -> None:
    """13: parts 3, 1, 2 with 20 h between, as they are put together."""
    start = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
    rows = []
    for row_id, place in enumerate((2, 0, 1), 1):
        at = start + timedelta(hours=20 * row_id)
        message = pdu.decode(pdu.split_deliver(VILLAGER, LONG, at, 7)[place])
        assert isinstance(message, pdu.Deliver)
        rows.append(Fragment(row_id, at, message))
    (whole,) = assemble(rows, window=timedelta(days=7))
    assert isinstance(whole, Complete)
    assert (whole.text, whole.row_ids) == (LONG, (2, 3, 1))


def test_of_parts_with_20_h_between_every_word_is_shown(world: World) -> None:
    """13: parts 3, 1, 2 with 20 h between, in the village."""
    pieces = {number: f"kata-{number}-sekali" for number in (1, 2, 3)}
    for number in (3, 1, 2):
        part = deliver(world, pieces[number], part=(7, number, 3))
        outcome(world, part)
        came = later(world, 20 * 3_600)
    shown = " ".join(came.reports)
    assert [piece in shown for piece in pieces.values()] == [True] * 3


def test_two_senders_with_one_reference_are_two_reports(world: World) -> None:
    """14: the same reference from two senders at once, their parts mixed."""
    mine, theirs = parts_of(world, LONG, 9), parts_of(world, OTHER, 9, NEIGHBOUR)
    mixed = [one for pair in zip(mine, theirs, strict=True) for one in pair]
    came = outcome(world, *mixed)
    assert sorted(came.reports) == sorted((LONG, OTHER))
    senders = {one.text: one.sender for one in lookup.reports(world.node.projection.db)}
    assert senders == {LONG: VILLAGER, OTHER: NEIGHBOUR}


@pytest.mark.parametrize("lost", [False, True], ids=["all came", "a part was lost"])
def test_a_reference_that_comes_again_is_another_text(world: World, *, lost: bool) -> None:
    """15: the same reference used again by its sender an hour later."""
    outcome(world, *parts_of(world, LONG, 9)[: 2 if lost else 3])
    world.mono_s += 3_600
    outcome(world, *reversed(parts_of(world, OTHER, 9)))
    came = later(world, WAIT_S)
    assert OTHER in came.reports
    assert len(came.reports) == 2
    first = next(text for text in came.reports if text != OTHER)
    assert first == LONG if not lost else first.endswith("[bagian 3 dari 3 belum diterima] ...")


@pytest.mark.parametrize(
    ("number", "total"),
    [
        pytest.param(0, 0, id="16 part 0 of 0"),
        pytest.param(0, 3, id="16 part 0 of 3"),
        pytest.param(5, 3, id="17 part 5 of 3"),
        pytest.param(1, 0, id="17 part 1 of 0"),
    ],
)
def test_a_part_number_that_cannot_be_true_makes_a_text_of_its_own_at_once(
    world: World, number: int, total: int
) -> None:
    came = outcome(world, deliver(world, "kemalingan di pasar tadi malam", part=(7, number, total)))
    assert came.reports == ("kemalingan di pasar tadi malam",)
    assert len(came.answers) == 1


def test_255_parts_in_reverse_are_one_report_without_a_letter_missing(world: World) -> None:
    """18: 255 parts, more than the modem's memories hold."""
    text = "".join(f"{place:06d}" for place in range(255 * 153 // 6))
    parts = parts_of(world, text, 9)
    assert len(parts) == 255
    came = outcome(world, *reversed(parts))
    assert came.reports == (text,)
    assert len(came.answers) == 1


def test_a_part_twice_with_other_text_loses_neither(world: World) -> None:
    """19: a duplicate part with other text."""
    first = deliver(world, "ada maling di ", part=(7, 1, 2))
    again = deliver(world, "ada banjir di ", part=(7, 1, 2))
    second = deliver(world, "pasar", part=(7, 2, 2))
    outcome(world, first, again, second)
    came = later(world, WAIT_S)
    shown = " ".join(came.reports)
    assert len(came.reports) == 2
    assert [words in shown for words in ("ada maling di ", "ada banjir di ")] == [True, True]
    assert shown.count("pasar") == 1


def test_a_part_twice_with_the_same_text_is_counted_and_no_second_report(world: World) -> None:
    """19: a duplicate part, word for word."""
    one = deliver(world, "ada maling ", part=(7, 1, 2))
    came = outcome(world, one, one, deliver(world, "lari", part=(7, 2, 2)))
    assert came.reports == ("ada maling lari",)
