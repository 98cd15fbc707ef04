"""Phone numbers are read in every form people write them, and never shown whole in a list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.phone import Phone, SenderKind, mask, parse_phone, sender_kind, show

NATIONAL = st.from_regex(r"8[1-9][0-9]{7,10}", fullmatch=True)
PREFIX = st.sampled_from(["+62", "62", "0", "", "0062", "+62 (0)"])


@pytest.mark.parametrize(
    "raw",
    [
        "+6281234567890",
        "6281234567890",
        "081234567890",
        "81234567890",
        "006281234567890",
        "+62 (0)812-3456-7890",
        "0812 3456 7890",
        "0812.3456.7890",
        "(0812) 3456-7890",
        "O812345678 9O",
        "o8123456789o",
        "0812\u20113456\u00a07890",
    ],
)
def test_every_written_form_of_a_number_is_the_same_number(raw: str) -> None:
    assert parse_phone(raw) == "+6281234567890"


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "0",
        "+62",
        "110",
        "080123456789",
        "0371234567",
        "08123456",
        "08123456789012",
        "+60123456789",
        "+1 812 345 6789",
        "TELKOMSEL",
        "0812345678x0",
        "٠٨١٢٣٤٥٦٧٨٩٠",
        "081234567890\n1",
    ],
)
def test_what_is_no_indonesian_mobile_number_is_none(raw: str) -> None:
    assert parse_phone(raw) is None


@given(PREFIX, NATIONAL)
def test_a_shown_number_reads_back_as_itself(prefix: str, national: str) -> None:
    phone = parse_phone(prefix + national)
    assert phone == f"+62{national}"
    assert parse_phone(show(phone)) == phone


@given(st.text())
def test_any_text_is_a_number_in_e164_or_none(raw: str) -> None:
    phone = parse_phone(raw)
    assert phone is None or parse_phone(phone) == phone
    assert isinstance(sender_kind(raw), SenderKind)


def test_a_number_is_shown_in_groups_of_four() -> None:
    assert show(Phone("+6281234567890")) == "0812-3456-7890"
    assert show(Phone("+62812345678")) == "0812-3456-78"
    assert show(Phone("+628123456789012")) == "0812-3456-789012"


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("+6281234567890", "08..890"),
        ("0812-3456-7890", "08..890"),
        ("+60123456789", "+6..789"),
        ("0371234567", "03..567"),
        ("3636", "3636"),
        ("TELKOMSEL", "TELKOMSEL"),
        ("", ""),
    ],
)
def test_a_number_is_masked_and_a_service_is_not(number: str, masked: str) -> None:
    assert mask(number) == masked


@given(PREFIX, NATIONAL)
def test_a_masked_number_tells_five_digits_at_most(prefix: str, national: str) -> None:
    assert len([sign for sign in mask(prefix + national) if sign.isdigit()]) == 5


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ("+6281234567890", SenderKind.MOBILE),
        ("081234567890", SenderKind.MOBILE),
        ("3636", SenderKind.SHORT_CODE),
        ("*888#", SenderKind.SHORT_CODE),
        ("123456", SenderKind.SHORT_CODE),
        ("1234567", SenderKind.OTHER),
        ("TELKOMSEL", SenderKind.ALPHANUMERIC),
        ("M-KIOS", SenderKind.ALPHANUMERIC),
        ("O81234567890", SenderKind.ALPHANUMERIC),
        ("?!", SenderKind.ALPHANUMERIC),
        ("+60123456789", SenderKind.OTHER),
        ("+62371234567", SenderKind.OTHER),
        ("", SenderKind.UNKNOWN),
        (" ", SenderKind.UNKNOWN),
    ],
)
def test_a_sender_is_of_its_kind(raw: str, kind: SenderKind) -> None:
    assert sender_kind(raw) is kind


def test_a_name_that_spells_a_number_is_a_name() -> None:
    assert sender_kind("081234567890", alphanumeric=True) is SenderKind.ALPHANUMERIC
    assert sender_kind("3", alphanumeric=True) is SenderKind.SHORT_CODE
