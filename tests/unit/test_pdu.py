"""PDUs come back as they were written, and nothing that a network may send breaks the reading."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sms.alphabet import GSM7_CHARACTERS, Alphabet
from sms.errors import PduError, UnsendableError
from sms.octets import write_validity
from sms.pdu import (
    Deliver,
    DeliveryState,
    Part,
    StatusReport,
    TypeOfNumber,
    decode,
    decode_submit,
    encode_deliver,
    encode_status_report,
    encode_submit,
    is_submit,
    join_text,
    split_deliver,
    split_submit,
)

WITA = timezone(timedelta(hours=8))
AT = datetime(2026, 11, 22, 8, 46, 12, tzinfo=WITA)
VILLAGER = "+6281234567890"
PDU_OF_HALO = encode_deliver(VILLAGER, "halo", AT)

WHOLE = st.characters(exclude_categories=["Cs"])
TEXT = st.one_of(
    st.text(st.sampled_from(GSM7_CHARACTERS), max_size=700),
    st.text(WHOLE, max_size=300),
    st.text(st.sampled_from("a€😀中"), max_size=500),
)
NUMBERS = st.from_regex(r"\+?[0-9]{1,20}|[0-9]{1,8}[*#]", fullmatch=True)
NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_. -]{0,10}", fullmatch=True)
ZONES = st.integers(-48, 56).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
TIMES = st.datetimes(datetime(1971, 1, 1), datetime(2068, 12, 31), timezones=ZONES).map(  # noqa: DTZ001
    lambda at: at.replace(microsecond=0)
)


def deliver(pdu_hex: str) -> Deliver:
    message = decode(pdu_hex)
    assert isinstance(message, Deliver)
    return message


@given(NUMBERS | NAMES, TEXT, TIMES, st.integers(0, 255))
def test_a_text_of_any_length_comes_back_from_its_parts(
    sender: str, text: str, sent_at: datetime, reference: int
) -> None:
    parts = [deliver(pdu) for pdu in split_deliver(sender, text, sent_at, reference)]
    assert join_text(parts) == text
    assert {part.sender for part in parts} == {sender}
    assert {part.sent_at for part in parts} == {sent_at.astimezone(UTC)}
    assert not any(part.truncated for part in parts)
    if len(parts) > 1:
        expected = [Part(reference, False, len(parts), n) for n in range(1, len(parts) + 1)]
        assert [part.part for part in parts] == expected


@given(TEXT, st.integers(0, 65535))
def test_16_bit_references_carry_the_same_text(text: str, reference: int) -> None:
    parts = [deliver(pdu) for pdu in split_deliver(VILLAGER, text, AT, reference, wide=True)]
    assert join_text(parts) == text
    assert all(part.part is None or part.part.reference == reference for part in parts)


@given(TEXT, st.booleans())
def test_no_part_cuts_a_character_so_each_reads_alone(text: str, wide: bool) -> None:  # noqa: FBT001
    parts = [deliver(pdu) for pdu in split_deliver(VILLAGER, text, AT, 7, wide=wide)]
    assert "".join(part.text for part in parts) == text


@given(NUMBERS, TEXT, st.booleans(), st.none() | st.timedeltas(timedelta(0), timedelta(weeks=63)))
def test_an_outgoing_text_comes_back(
    recipient: str,
    text: str,
    report: bool,  # noqa: FBT001
    validity: timedelta | None,
) -> None:
    pdus = split_submit(recipient, text, 9, report, validity=validity)
    parts = [decode_submit(pdu) for _, pdu in pdus]
    assert all(length == len(pdu) // 2 - 1 for length, pdu in pdus)
    assert all(is_submit(pdu) for _, pdu in pdus)
    assert "".join(part.text for part in parts) == text
    assert {(part.recipient, part.report_requested) for part in parts} == {(recipient, report)}
    assert all((part.validity or timedelta(0)) >= (validity or timedelta(0)) for part in parts)


@given(st.binary(max_size=140))
def test_octets_come_back_as_8_bit_data(body: bytes) -> None:
    message = decode_submit(encode_submit("0812345", body)[1])
    assert (message.alphabet, message.data, message.dcs) == (Alphabet.OCTETS, body, 4)
    assert deliver(encode_deliver("0812345", body, AT)).data == body


@given(st.integers(0, 255), NUMBERS, TIMES, TIMES, st.integers(0, 255))
def test_a_delivery_report_comes_back(
    reference: int, recipient: str, sent_at: datetime, done_at: datetime, status: int
) -> None:
    report = decode(encode_status_report(reference, recipient, sent_at, done_at, status))
    assert isinstance(report, StatusReport)
    assert (report.reference, report.recipient, report.status) == (reference, recipient, status)
    assert (report.sent_at, report.done_at) == (sent_at, done_at)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (0x00, DeliveryState.DELIVERED),
        (0x01, DeliveryState.UNCONFIRMED),
        (0x02, DeliveryState.UNCONFIRMED),
        (0x1F, DeliveryState.UNCONFIRMED),
        (0x20, DeliveryState.PENDING),
        (0x3F, DeliveryState.PENDING),
        (0x40, DeliveryState.FAILED),
        (0x65, DeliveryState.FAILED),
        (0xFF, DeliveryState.FAILED),
    ],
)
def test_a_status_means_what_3gpp_says(status: int, state: DeliveryState) -> None:
    report = decode(encode_status_report(1, VILLAGER, AT, AT, status))
    assert isinstance(report, StatusReport)
    assert report.state is state


@settings(max_examples=400)
@given(st.binary(max_size=200))
def test_any_octets_decode_or_raise_a_pdu_error(octets: bytes) -> None:
    for read in (decode, decode_submit, is_submit):
        try:
            message = read(octets.hex())
        except PduError:
            continue
        if isinstance(message, Deliver):
            message.text.encode("utf-8")


@settings(max_examples=400)
@given(TEXT, st.data())
def test_a_pdu_with_one_octet_changed_decodes_or_raises_a_pdu_error(
    text: str, data: st.DataObject
) -> None:
    octets = bytearray.fromhex(split_deliver(VILLAGER, text, AT, 3)[0])
    octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        message = decode(octets.hex())
    except PduError:
        return
    assert isinstance(message, Deliver | StatusReport)


@given(st.text())
def test_text_that_is_no_hex_raises_a_pdu_error(garbage: str) -> None:
    with pytest.raises(PduError):
        decode(garbage + "x")


@pytest.mark.parametrize("end", range(1, len(PDU_OF_HALO) // 2))
def test_a_pdu_cut_anywhere_is_truncated_or_raises(end: int) -> None:
    if end < 20:
        with pytest.raises(PduError):
            decode(PDU_OF_HALO[: 2 * end])
    else:
        message = deliver(PDU_OF_HALO[: 2 * end])
        assert message.truncated
        assert "halo".startswith(message.text)


def test_an_error_has_a_sentence_for_the_operator() -> None:
    assert "PDU" in PduError.sentence
    assert "SMS" in UnsendableError.sentence


def test_incoming_and_outgoing_are_not_mistaken() -> None:
    with pytest.raises(PduError):
        decode(encode_submit(VILLAGER, "halo")[1])
    with pytest.raises(PduError):
        decode_submit(PDU_OF_HALO)
    assert not is_submit(PDU_OF_HALO)


def test_the_reserved_message_type_is_read_as_deliver() -> None:
    assert deliver("0007" + PDU_OF_HALO[4:]).text == "halo"


def test_a_deliver_shows_all_its_fields() -> None:
    message = deliver(encode_deliver(VILLAGER, "halo", AT, smsc="+6281100000", pid=0x40, dcs=0x10))
    assert message.sender_ton is TypeOfNumber.INTERNATIONAL
    assert message.smsc == "+6281100000"
    assert (message.sent_at, message.tz_quarter_hours) == (AT, 32)
    assert message.sent_at is not None
    assert message.sent_at.tzinfo is UTC
    assert (message.dcs, message.message_class, message.type_0) == (0x10, 0, True)
    assert (message.udh, message.part, message.truncated) == ((), None, False)


@pytest.mark.parametrize(
    "stamp",
    ["00000000000000", "FFFFFFFFFFFFFF", "62130280642123", "621122806421AA", "62112280642197"],
)
def test_a_nonsense_timestamp_is_no_timestamp(stamp: str) -> None:
    message = deliver(PDU_OF_HALO.replace("62112280642123", stamp))
    assert (message.text, message.sent_at, message.tz_quarter_hours) == ("halo", None, None)


def test_a_zone_west_of_greenwich_is_negative() -> None:
    west = AT.astimezone(timezone(timedelta(hours=-9, minutes=-30)))
    message = deliver(encode_deliver(VILLAGER, "halo", west))
    assert (message.sent_at, message.tz_quarter_hours) == (AT, -38)


def test_a_time_without_zone_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="zone"):
        encode_deliver(VILLAGER, "halo", AT.replace(tzinfo=None))


@pytest.mark.parametrize("name", ["A", "TELKOM", "MyDesa7", "DESAKITA", "DESAKITA-01"])
def test_a_name_comes_back_also_with_a_length_in_whole_octets(name: str) -> None:
    pdu = encode_deliver(name, "x", AT)
    octets = -(-7 * len(name) // 8)
    sloppy = f"{pdu[:4]}{2 * octets:02X}{pdu[6:]}"
    assert deliver(pdu).sender == deliver(sloppy).sender == name
    assert deliver(pdu).sender_ton is TypeOfNumber.ALPHANUMERIC


def test_an_empty_sender_is_empty() -> None:
    assert deliver(encode_deliver("", "x", AT)).sender == ""


@pytest.mark.parametrize("recipient", ["", "TELKOMSEL", "+", "0812x", "0" * 21])
def test_a_recipient_that_is_no_number_is_refused(recipient: str) -> None:
    with pytest.raises(UnsendableError):
        encode_submit(recipient, "halo")


@pytest.mark.parametrize("body", ["x" * 161, "中" * 71, b"x" * 141])
def test_what_does_not_fit_one_message_is_refused(body: str | bytes) -> None:
    with pytest.raises(UnsendableError):
        encode_submit(VILLAGER, body)


@pytest.mark.parametrize(
    ("body", "part", "dcs"),
    [
        ("中", None, 0),
        ("x", None, 4),
        ("x", Part(256, False, 2, 1), 0),
        ("x", Part(1, False, 256, 1), 0),
    ],
)
def test_what_cannot_be_written_is_refused(body: str, part: Part | None, dcs: int) -> None:
    with pytest.raises(UnsendableError):
        encode_submit(VILLAGER, body, part=part, dcs=dcs)


@pytest.mark.parametrize("sender", ["DESAKITA-012", "中", "0" * 21])
def test_a_sender_that_no_field_carries_is_refused(sender: str) -> None:
    with pytest.raises(UnsendableError):
        encode_deliver(sender, "x", AT)


@pytest.mark.parametrize(
    ("period", "octet"),
    [
        (timedelta(0), 0),
        (timedelta(minutes=6), 1),
        (timedelta(hours=12), 143),
        (timedelta(hours=24), 167),
        (timedelta(days=2), 168),
        (timedelta(days=30), 196),
        (timedelta(weeks=63), 255),
        (timedelta(weeks=99), 255),
    ],
)
def test_a_validity_is_the_next_that_can_be_said(period: timedelta, octet: int) -> None:
    assert write_validity(period) == octet


@pytest.mark.parametrize(("format_bits", "field"), [("09", "00" * 7), ("19", "62112280642123")])
def test_absolute_and_enhanced_validity_are_passed_over(format_bits: str, field: str) -> None:
    message = decode_submit(f"00{format_bits}000C912618325476980000{field}{PDU_OF_HALO[-10:]}")
    assert (message.validity, message.text) == (None, "halo")
