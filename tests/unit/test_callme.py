"""Service texts of operators that ask for a call are read; other texts are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.operator.callme import LONGEST, CallMe, Wish, parse
from sms.phone import Phone

NUMBER = Phone("+6281234567890")


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("Pelanggan dengan nomor 081234567890 meminta Anda segera menghubunginya.", Wish.CALL),
        ("No. 6281234567890 meminta Anda untuk menelepon. Terima kasih", Wish.CALL),
        ("Nomor +6281234567890 minta ditelepon", Wish.CALL),
        ("0812-3456-7890 mohon dihubungi segera.", Wish.CALL),
        ("Please call me: 0812 3456 7890", Wish.CALL),
        ("6281234567890 wants you to call", Wish.CALL),
        ("081234567890 minta pulsa ke Anda, balas YA bila setuju", Wish.CREDIT),
        ("Nomor 081234567890 meminta transfer pulsa Rp5000 dari Anda", Wish.CREDIT),
        ("Anda mendapat 2 panggilan tak terjawab dari 081234567890 pukul 08:15", Wish.MISSED),
        ("081234567890 telah mencoba menghubungi Anda pada 22/11 07:45", Wish.MISSED),
    ],
)
def test_who_asks_and_what_for(text: str, wish: Wish) -> None:
    assert parse(text) == CallMe(wish, NUMBER)
    assert parse(text.upper()) == CallMe(wish, NUMBER)


@pytest.mark.parametrize(
    "text",
    [
        "Sisa pulsa Anda Rp5.000 aktif s.d. 30/12/2026. Hubungi 188.",
        "Menangkan motor! Hubungi nomor 081234567890 sekarang",
        "Pelanggan meminta Anda segera menghubunginya.",
        "021345678 meminta Anda segera menghubunginya.",
        "+60123456789 meminta Anda segera menghubunginya.",
        "081234567890 dan 081298765432 meminta Anda menghubunginya",
        "081234567890 meminta Anda menghubunginya " + "x" * LONGEST,
        "",
    ],
)
def test_other_texts_name_nobody(text: str) -> None:
    assert parse(text) is None


@given(st.text(max_size=400))
def test_any_text_may_come(text: str) -> None:
    found = parse(text)
    assert found is None or found.number.startswith("+628")
