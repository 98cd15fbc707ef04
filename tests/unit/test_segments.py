"""Parts become texts again, in any order, with copies, gaps and reused references."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from sms.pdu import Deliver, Part, decode, encode_deliver, split_deliver
from sms.segments import Complete, Fragment, Partial, assemble, render_with_gaps

START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
VILLAGER = "+6281234567890"
NEIGHBOUR = "+6281234567891"
LONG = "Banjir di Dusun Krajan, air sudah setinggi dada. " * 8
OTHER = "Pohon tumbang menutup jalan ke pasar, kabel putus. " * 8


def deliver(pdu: str) -> Deliver:
    message = decode(pdu)
    assert isinstance(message, Deliver)
    return message


def parts_of(
    text: str, *, after_s: int = 0, reference: int = 7, sender: str = VILLAGER
) -> list[Deliver]:
    """The parts of a text as they come, one second apart at the service centre."""
    pdus = split_deliver(sender, text, START, reference)
    return [
        replaced_time(deliver(pdu), START + timedelta(seconds=after_s + second))
        for second, pdu in enumerate(pdus)
    ]


def replaced_time(message: Deliver, sent_at: datetime | None) -> Deliver:
    write = partial(encode_deliver, part=message.part, dcs=message.dcs)
    pdu = write(message.sender, message.text, sent_at)
    return deliver(pdu)


def listed(delivers: Sequence[Deliver], first_row: int = 1) -> list[Fragment]:
    """Rows as an inbox keeps them: numbered and a second apart, in this order."""
    return [
        Fragment(row_id, START + timedelta(seconds=row_id), message)
        for row_id, message in enumerate(delivers, first_row)
    ]


def texts(fragments: Sequence[Fragment]) -> list[str]:
    return [
        each.text if isinstance(each, Complete) else render_with_gaps(each)
        for each in assemble(fragments)
    ]


@given(st.text(min_size=200, max_size=900).map(lambda text: text + "."), st.data())
def test_parts_in_any_order_and_twice_make_the_text_once(text: str, data: st.DataObject) -> None:
    parts = parts_of(text)
    order = data.draw(st.permutations([*parts, *data.draw(st.lists(st.sampled_from(parts)))]))
    (assembly,) = assemble(listed(order))
    assert isinstance(assembly, Complete)
    assert assembly.text == text
    assert sorted(assembly.row_ids + assembly.copy_ids) == list(range(1, len(order) + 1))
    assert [order[row - 1] for row in assembly.row_ids] == parts


@given(st.data())
def test_every_row_ends_in_exactly_one_assembly(data: st.DataObject) -> None:
    pool = [
        *parts_of(LONG),
        *parts_of(OTHER, after_s=600),
        *parts_of(LONG, sender=NEIGHBOUR),
        *parts_of("pendek"),
    ]
    rows = listed(data.draw(st.lists(st.sampled_from(pool), max_size=12)))
    used = [row for each in assemble(rows) for row in (*each.row_ids, *each.copy_ids)]
    assert sorted(used) == [row.row_id for row in rows]


@given(st.data())
def test_two_texts_with_one_reference_come_apart_in_any_order(data: st.DataObject) -> None:
    parts = [*parts_of(LONG), *parts_of(OTHER, after_s=600)]
    assert sorted(texts(listed(data.draw(st.permutations(parts))))) == sorted([LONG, OTHER])


def test_a_part_that_was_lost_does_not_draw_parts_of_the_next_text() -> None:
    first, second = parts_of(LONG), parts_of(OTHER, after_s=600)
    assemblies = assemble(listed([first[0], *reversed(second)]))
    incomplete, complete = sorted(assemblies, key=lambda each: isinstance(each, Complete))
    assert isinstance(incomplete, Partial)
    assert incomplete.missing == (2, 3)
    assert isinstance(complete, Complete)
    assert complete.text == OTHER


def test_texts_without_service_centre_time_are_grouped_by_arrival() -> None:
    parts = [replaced_time(part, None) for part in (*parts_of(LONG), *parts_of(OTHER))]
    assert texts(listed(parts)) == [LONG, OTHER]


def test_two_texts_that_begin_alike_are_two() -> None:
    form = "LAPORAN RONDA DESA: " + "-" * 133
    first, second = parts_of(form + "aman saja"), parts_of(form + "ada pencuri", after_s=900)
    assert first[0].data == second[0].data
    assert texts(listed([*first, *second])) == [form + "aman saja", form + "ada pencuri"]


def test_a_part_that_the_phone_sent_again_later_is_a_copy() -> None:
    parts = parts_of(LONG)
    again = replaced_time(parts[0], START + timedelta(minutes=5))
    (assembly,) = assemble(listed([parts[0], again, *parts[1:]]))
    assert isinstance(assembly, Complete)
    assert assembly.text == LONG
    assert assembly.copy_ids == (2,)


def test_a_whole_text_sent_again_is_copies_of_the_first() -> None:
    (assembly,) = assemble(listed([*parts_of(LONG), *parts_of(LONG, after_s=300)]))
    assert assembly.row_ids == (1, 2, 3)
    assert assembly.copy_ids == (4, 5, 6)
    assert assembly.last_at == START + timedelta(seconds=6)


def test_parts_further_apart_than_the_window_are_not_one_text() -> None:
    parts = parts_of(LONG)
    late = replaced_time(parts[2], START + timedelta(days=2))
    rows = listed([parts[0], parts[1], late])
    assert [each.row_ids for each in assemble(rows)] == [(1, 2), (3,)]
    assert [each.row_ids for each in assemble(rows, window=timedelta(days=3))] == [(1, 2, 3)]


def test_the_same_reference_of_another_sender_or_width_is_another_text() -> None:
    narrow = deliver(encode_deliver(VILLAGER, "a", START, part=Part(7, False, 2, 1)))
    wide = deliver(encode_deliver(VILLAGER, "b", START, part=Part(7, True, 2, 2)))
    other = deliver(encode_deliver(NEIGHBOUR, "b", START, part=Part(7, False, 2, 2)))
    longer = deliver(encode_deliver(VILLAGER, "b", START, part=Part(7, False, 3, 2)))
    assert len(assemble(listed([narrow, wide, other, longer]))) == 4


def test_part_numbers_that_cannot_be_true_are_texts_of_their_own() -> None:
    numbers = [(0, 0), (3, 5), (3, 0), (1, 1)]
    parts = [
        deliver(encode_deliver(VILLAGER, f"teks {number}", START, part=Part(7, False, *number)))
        for number in numbers
    ]
    assert texts(listed(parts)) == [f"teks {number}" for number in numbers]


def test_255_parts_come_together() -> None:
    text = "".join(f"{place:06d}" for place in range(153 * 255 // 6))
    parts = parts_of(text)
    assert len(parts) == 255
    assert texts(listed(parts[::-1])) == [text]
    assert texts(listed(parts[:100] + parts[101:]))[0].count("bagian 101 dari 255") == 1


def test_a_flood_of_one_part_number_is_as_many_texts() -> None:
    flood = [
        deliver(encode_deliver(VILLAGER, f"{place}", START, part=Part(7, False, 2, 1)))
        for place in range(300)
    ]
    assert len(assemble(listed(flood))) == 300


def test_a_gap_says_which_part_has_not_come() -> None:
    pieces = ["satu ", "dua ", "tiga ", "empat"]
    parts = [
        deliver(encode_deliver(VILLAGER, piece, START, part=Part(7, False, 4, number)))
        for number, piece in enumerate(pieces, 1)
    ]
    one, two, _, four = parts
    assert texts(listed([one, two, four])) == [
        "satu dua  ... [bagian 3 dari 4 belum diterima] ... empat"
    ]
    assert texts(listed([four])) == ["... [bagian 1-3 dari 4 belum diterima] ... empat"]
    assert texts(listed([one])) == ["satu  ... [bagian 2-4 dari 4 belum diterima] ..."]


def test_a_pair_cut_between_parts_is_whole_and_at_a_gap_is_replaced() -> None:
    smile = "😀".encode("utf-16-be")
    parts = [
        deliver(encode_deliver(VILLAGER, piece, START, part=Part(7, False, 3, number), dcs=8))
        for number, piece in enumerate((smile[:2], smile[2:], b"\0!"), 1)
    ]
    assert texts(listed(parts)) == ["😀!"]
    assert texts(listed(parts[1:])) == ["... [bagian 1 dari 3 belum diterima] ... \ufffd!"]


def test_assemblies_stand_in_the_order_of_their_arrival() -> None:
    short = parts_of("pendek")
    rows = listed([parts_of(LONG)[0], *short, *parts_of(LONG)[1:], *short])
    assert [each.row_ids for each in assemble(rows)] == [(1, 3, 4), (2,), (5,)]
