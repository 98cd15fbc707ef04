"""SMS of operators about credit: a reason to ask and a note, never the truth and never a report."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.operator.balance import Told
from sms.operator.notices import WORDS, Kind, read_notice
from sms.phone import SenderKind, sender_kind

SAID = [
    ("TELKOMSEL", "Pengisian pulsa Rp 25.000 BERHASIL. Pulsa Anda Rp 30.500 aktif s.d. 30/11/2026",
     Kind.TOPPED_UP, Told(30500, date(2026, 11, 30))),
    ("888", "Anda telah menerima transfer pulsa dari 0812xxx.", Kind.TOPPED_UP, Told()),
    ("IM3", "Pulsa kamu hampir habis. Segera isi ulang ya!", Kind.LOW, Told()),
    ("XL", "Sisa pulsa Rp500, pulsa tidak cukup untuk SMS.", Kind.LOW, Told(500)),
    ("3", "Masa aktif kartu kamu akan berakhir 30 Nov 2026. Isi pulsa sekarang", Kind.ENDING,
     Told(None, date(2026, 11, 30))),
    ("123", "Nomor Anda sudah memasuki masa tenggang sampai 30/11/2026", Kind.ENDED,
     Told(None, None, date(2026, 11, 30))),
    ("smartfren", "Masa aktif nomor Anda telah habis.", Kind.ENDED, Told()),
    ("AXIS", "Paket Internet 5GB kamu sudah habis. Beli lagi Rp25.000 di *123#",
     Kind.PACKAGE_OVER, Told()),
    ("777", "Sisa pulsa Anda Rp 10.250", Kind.BALANCE, Told(10250)),
]  # fmt: skip


@pytest.mark.parametrize(("sender", "text", "kind", "told"), SAID)
def test_what_operators_write_about_credit_is_told_by_its_kind(
    sender: str, text: str, kind: Kind, told: Told
) -> None:
    notice = read_notice(sender, text)
    assert notice is not None
    assert (notice.kind, notice.told) == (kind, told)
    assert notice.words == WORDS[kind]


@pytest.mark.parametrize("sender", ["+6281234567890", "081234567890", "", "BANK-XYZ", "+1800555"])
def test_nobody_but_an_operator_or_a_service_speaks_about_our_credit(sender: str) -> None:
    assert read_notice(sender, "Pengisian pulsa Rp 25.000 BERHASIL. Pulsa Anda Rp 0") is None


@pytest.mark.parametrize("text", ["Gempa 5,2 SR di Sumbawa", "Promo! 5GB Rp10.000", ""])
def test_what_is_not_about_credit_is_no_notice(text: str) -> None:
    assert read_notice("TELKOMSEL", text) is None


@given(st.text(max_size=20), st.text(max_size=300))
def test_no_sender_and_no_text_makes_the_reading_fail(sender: str, text: str) -> None:
    notice = read_notice(sender, text)
    if notice is not None:
        assert sender_kind(sender) in {SenderKind.SHORT_CODE, SenderKind.ALPHANUMERIC}
