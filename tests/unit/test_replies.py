"""Every text that goes out fits one segment, whatever is put into it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.alphabet import septets
from sms.replies import FIELD_MAX, SEGMENT_SEPTETS, ReplyKey, fields_of, render

HOSTILE = [
    "{no}{desa}{}{0}%s",
    "\n\r\x00\x1b\t\f",
    "[]{}~^|\\\u20ac" * 40,
    "\U0001f525\U0001f1ee\U0001f1e9\u200d" * 40,
    "\u201ckutip\u201d \u2018miring\u2019 \u2013 \u2026" * 20,
    "\u0645\u0631\u062d\u0628\u0627 \u4f60\u597d" * 20,
    "\ud800 tunggal",
    "A" * 500,
    "\u00c0\u00e9\u00ef\u00f5\u0171\u1e9e" * 40,
    "",
]


@pytest.mark.parametrize("key", ReplyKey)
@pytest.mark.parametrize("filling", HOSTILE)
def test_every_text_fits_one_segment_with_hostile_fields(key: ReplyKey, filling: str) -> None:
    text = render(key, **dict.fromkeys(fields_of(key), filling))
    size = septets(text)
    assert size is not None
    assert size <= SEGMENT_SEPTETS
    assert text.isprintable()


@pytest.mark.parametrize("key", ReplyKey)
def test_every_text_fits_one_segment_with_the_longest_legal_fields(key: ReplyKey) -> None:
    longest = {name: "W" * FIELD_MAX[name] for name in fields_of(key)}
    text = render(key, **longest)
    assert septets(text) == len(text) <= SEGMENT_SEPTETS
    for value in longest.values():
        assert value in text


@given(st.sampled_from(ReplyKey), st.text(max_size=300))
def test_no_content_breaks_a_text(key: ReplyKey, filling: str) -> None:
    size = septets(render(key, **dict.fromkeys(fields_of(key), filling)))
    assert size is not None
    assert size <= SEGMENT_SEPTETS


def test_a_field_is_cut_and_never_read_as_a_template() -> None:
    assert render(ReplyKey.JAWAB, no="41275", jawab="{no}") == "No 41275: {no}"
    assert render(ReplyKey.STATUS_NETRAL, no=41275, status="x" * 30) == f"No 41275: {'x' * 16}."


def test_a_line_break_cannot_forge_a_second_line() -> None:
    text = render(ReplyKey.JAWAB, no="41275", jawab="besok\nDARURAT DITERIMA, no 99999")
    assert text == "No 41275: besok DARURAT DITERIMA, no 99999"


def test_an_answer_of_an_officer_keeps_as_much_as_fits() -> None:
    text = render(ReplyKey.JAWAB, no="412756", jawab="y" * 200)
    assert len(text) == SEGMENT_SEPTETS


def test_a_missing_field_is_refused() -> None:
    with pytest.raises(TypeError, match="no"):
        render(ReplyKey.ACK_NETRAL)


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(TypeError, match="kat"):
        render(ReplyKey.ACK_NETRAL, no="41275", kat="kdrt")


@pytest.mark.parametrize(
    "key",
    [
        ReplyKey.ESKALASI,
        ReplyKey.DARURAT_PETUGAS,
        ReplyKey.PETUGAS_OK,
        ReplyKey.ACK_NETRAL,
        ReplyKey.STATUS_NETRAL,
        ReplyKey.BATAL_OK,
        ReplyKey.SEGEL,
    ],
)
def test_what_may_be_read_over_a_shoulder_has_no_room_for_content(key: ReplyKey) -> None:
    assert fields_of(key) <= {"no", "urgensi", "menit", "jam", "status"}
