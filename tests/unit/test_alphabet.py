"""GSM 7-bit and UCS-2 lose nothing on the way there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.alphabet import (
    GSM7_CHARACTERS,
    decode_gsm7,
    decode_packed,
    decode_ucs2,
    encode_gsm7,
    encode_ucs2,
    pack,
    septets,
    to_gsm7,
    unpack,
)

GSM7_TEXT = st.text(st.sampled_from(GSM7_CHARACTERS))
SEPTETS = st.lists(st.integers(0, 127)).map(bytes)
FILL_BITS = st.integers(0, 6)


def test_the_alphabet_has_127_basic_and_10_extension_characters() -> None:
    assert [septets(char) for char in GSM7_CHARACTERS] == [1] * 127 + [2] * 10
    assert len(set(GSM7_CHARACTERS)) == 137


@pytest.mark.parametrize(
    ("code", "char"),
    [(0x00, "@"), (0x10, "Δ"), (0x1F, "É"), (0x24, "¤"), (0x40, "¡"), (0x5F, "§"), (0x7F, "à")],
)
def test_a_code_is_the_character_that_3gpp_says(code: int, char: str) -> None:
    assert decode_gsm7(bytes([code])) == char


@given(GSM7_TEXT)
def test_gsm7_text_comes_back_from_packed_septets(text: str) -> None:
    coded = encode_gsm7(text)
    assert coded is not None
    assert len(coded) == septets(text)
    assert decode_gsm7(unpack(pack(coded), len(coded))) == text


@given(SEPTETS, FILL_BITS)
def test_septets_come_back_behind_any_fill_bits(coded: bytes, fill_bits: int) -> None:
    packed = pack(coded, fill_bits)
    assert len(packed) == -(-(7 * len(coded) + fill_bits) // 8)
    assert unpack(packed, len(coded), fill_bits) == coded


@given(st.binary(), st.integers(0, 300), FILL_BITS)
def test_unpacking_gives_no_more_than_there_is(octets: bytes, count: int, fill_bits: int) -> None:
    assert len(unpack(octets, count, fill_bits)) <= min(count, 8 * len(octets) // 7)


def test_the_example_hellohello_packs_as_it_is_published() -> None:
    assert pack(encode_gsm7("hellohello") or b"").hex() == "e8329bfd4697d9ec37"


def test_a_last_at_sign_of_eight_septets_is_kept() -> None:
    assert decode_gsm7(unpack(pack(encode_gsm7("1234567@") or b""), 8)) == "1234567@"


@given(SEPTETS)
def test_any_septets_decode_and_lose_only_escapes(coded: bytes) -> None:
    assert len(decode_gsm7(coded)) >= len(coded) - coded.count(0x1B)


@pytest.mark.parametrize(
    ("coded", "text"),
    [
        (b"\x1b\x65", "€"),
        (b"\x1b\x41", "A"),
        (b"\x1b\x1b\x65", " e"),
        (b"A\x1b", "A "),
        (b"\x1b\x0a", "\f"),
    ],
)
def test_an_escape_shows_what_3gpp_asks(coded: bytes, text: str) -> None:
    assert decode_gsm7(coded) == text


@pytest.mark.parametrize("text", ["😀", "中", "ç", "`", "\x1b", "\ud83d"])
def test_what_gsm7_lacks_does_not_fit(text: str) -> None:
    assert septets(text) is None
    assert encode_gsm7(text) is None


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_comes_back_from_ucs2(text: str) -> None:
    assert decode_ucs2(encode_ucs2(text)) == text


@given(st.text(st.characters()))
def test_a_lone_surrogate_goes_out_as_the_replacement_character(text: str) -> None:
    decode_ucs2(encode_ucs2(text)).encode("utf-8")


@given(st.binary())
def test_any_octets_read_as_ucs2_can_be_stored(octets: bytes) -> None:
    decode_ucs2(octets).encode("utf-8")


def test_lone_surrogates_and_an_odd_octet_do_not_spoil_the_rest() -> None:
    assert decode_ucs2(bytes.fromhex("0041d83d0042dc000043")) == "A\ufffdB\ufffdC"
    assert decode_ucs2(bytes.fromhex("004100")) == "A"


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("\u201cBanjir\u201d \u2013 RT 3\u2026", '"Banjir" - RT 3...'),
        ("Jum\u2019at\u00a0malam", "Jum'at malam"),
        ("pukul 08.00\u202fWITA", "pukul 08.00 WITA"),
        ("ê č ă", "e c a"),
        ("é à ñ € [x]", "é à ñ € [x]"),
        ("\ufeffhalo\u200b", "halo"),
        ("½ ①", "½ 1"),
    ],
)
def test_typographic_signs_become_plain_ones(typed: str, sent: str) -> None:
    assert to_gsm7(typed) == sent


def test_what_has_no_plain_likeness_stays() -> None:
    assert to_gsm7("banjir 😀 中") == "banjir 😀 中"


@given(st.text())
def test_a_plain_text_stays_as_it_is(text: str) -> None:
    plain = to_gsm7(text)
    assert to_gsm7(plain) == plain
    if septets(text) is not None:
        assert plain == text


@given(st.text("ABC xyz 0123@é€{", max_size=40))
def test_septets_without_a_count_come_back_whole(text: str) -> None:
    coded = encode_gsm7(text)
    assert coded is not None
    filler = b"\x0d" if len(coded) % 8 == 7 else b""
    left = decode_packed(pack(coded + filler))
    # Without a count nobody can tell a last @ from bits that are left over.
    assert left == text or (len(coded) % 8 == 0 and text.startswith(left))
