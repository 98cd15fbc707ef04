"""User data is read by its coding scheme and header, whatever its length octet claims."""

from datetime import UTC, datetime

import pytest

from sms.alphabet import Alphabet, encode_gsm7
from sms.errors import UnsendableError
from sms.pdu import Deliver, Part, decode, encode_deliver, join_text, split_deliver, split_submit

AT = datetime(2026, 11, 22, 0, 46, 12, tzinfo=UTC)
VILLAGER = "+6281234567890"
PDU_OF_HALO = encode_deliver(VILLAGER, "halo", AT)


def deliver(pdu_hex: str) -> Deliver:
    message = decode(pdu_hex)
    assert isinstance(message, Deliver)
    return message


def with_dcs(dcs: int, user_data_hex: str, first: str = "04") -> Deliver:
    head = f"00{first}0C91261823549870" + f"00{dcs:02X}" + "62112280642123"
    return deliver(head + user_data_hex)


@pytest.mark.parametrize("dcs", range(256))
def test_every_coding_scheme_reads_its_alphabet(dcs: int) -> None:
    group = dcs >> 4
    if group < 8 and dcs & 0x20:
        expected, text = Alphabet.COMPRESSED, ""
    elif group == 0xE or (group < 8 and dcs & 0x0C == 8):
        expected, text = Alphabet.UCS2, "✓é"
    elif (group == 0xF and dcs & 4) or (group < 8 and dcs & 0x0C == 4):
        expected, text = Alphabet.OCTETS, "'\x13\x00é"
    else:
        expected, text = Alphabet.GSM7, "'&@H"
    gsm7 = expected is Alphabet.GSM7
    message = with_dcs(dcs, "04" + ("27130009" if gsm7 else "271300E9"))
    assert message.alphabet is expected
    assert message.message_class == (dcs & 3 if group == 15 or (group < 8 and dcs & 16) else None)
    assert len(message.data) == 4
    if expected is Alphabet.UCS2:
        assert message.text == "\u2713\u00e9"
    else:
        assert message.text == text


@pytest.mark.parametrize(
    ("announced", "text"), [(0, ""), (1, "h"), (3, "hal"), (5, "halo"), (255, "halo")]
)
def test_a_wrong_length_is_marked_and_what_is_there_is_read(announced: int, text: str) -> None:
    pdu = PDU_OF_HALO[:-10] + f"{announced:02X}" + PDU_OF_HALO[-8:]
    message = deliver(pdu)
    assert message.text == text
    assert message.truncated is (announced != 4 and (7 * announced + 7) // 8 != 4)


def test_an_odd_octet_of_ucs2_is_left_out_and_kept_in_the_data() -> None:
    message = with_dcs(8, "0500410042D8")
    assert (message.text, message.data) == ("AB", bytes.fromhex("00410042D8"))


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("0500030302", None),
        ("050003030000", None),
        ("050003030305", None),
        ("050003030300", None),
        ("050003030302", Part(3, False, 3, 2)),
        ("06080401030302", Part(259, True, 3, 2)),
        ("0A0003010201000303FFFF", Part(3, False, 255, 255)),
        ("0B05040B8423F0000305FF01", Part(5, False, 255, 1)),
        ("04000203FF", None),
    ],
)
def test_a_part_number_counts_only_if_it_can_be_true(header: str, part: Part | None) -> None:
    body = header + "0041"
    message = with_dcs(8, f"{len(body) // 2:02X}" + body, first="44")
    assert message.part == part


def test_a_header_longer_than_the_content_is_truncated() -> None:
    assert with_dcs(0, "04FF000303", first="44").truncated
    assert with_dcs(0, "00", first="44").truncated
    assert with_dcs(0, "", first="44").text == ""


def test_an_unknown_header_element_is_kept_and_the_text_read() -> None:
    message = with_dcs(8, "090470020011" + "00480049", first="44")
    assert message.udh == ((0x70, b"\x00\x11"),)
    assert message.text == "HI"


def test_a_pair_or_an_escape_that_a_phone_cut_is_whole_when_joined() -> None:
    smile = "😀".encode("utf-16-be")
    pieces = (smile[:2], smile[2:])
    ucs2 = [
        deliver(encode_deliver(VILLAGER, piece, AT, part=Part(1, False, 2, number), dcs=8))
        for number, piece in enumerate(pieces, 1)
    ]
    assert [part.text for part in ucs2] == ["\ufffd", "\ufffd"]
    assert join_text(ucs2) == "😀"
    gsm7 = [
        deliver(encode_deliver(VILLAGER, piece, AT, part=Part(1, False, 2, number), dcs=0))
        for number, piece in enumerate(((encode_gsm7("Rp") or b"") + b"\x1b", b"\x65"), 1)
    ]
    assert join_text(gsm7) == "Rp€"
    assert join_text([*gsm7, *ucs2]) == "Rp€😀"


def test_255_parts_are_the_most() -> None:
    assert len(split_deliver(VILLAGER, "x" * 153 * 255, AT, 1)) == 255
    with pytest.raises(UnsendableError):
        split_deliver(VILLAGER, "x" * 153 * 255 + "x", AT, 1)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("x" * 160, 1),
        ("x" * 161, 2),
        ("x" * 306, 2),
        ("x" * 307, 3),
        ("x" * 152 + "€" + "x" * 152, 3),
        ("中" * 70, 1),
        ("中" * 134, 2),
        ("中" * 66 + "😀" + "中" * 66, 3),
    ],
)
def test_a_text_takes_the_fewest_parts_that_cut_no_character(text: str, parts: int) -> None:
    assert len(split_submit(VILLAGER, text, 1, False)) == parts
