"""What operators answer about credit: read as they write it, and never guessed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.operator.balance import RUPIAH_MAX, Told, parse_date, parse_rupiah, read_answer
from sms.operator.brands import NAMES, Brand
from sms.operator.templates import ANY, OPERATORS, operator_of

NOV_30 = date(2026, 11, 30)
DEC_30 = date(2026, 12, 30)

OF_BRAND = {NAMES[one.brand]: one for one in OPERATORS if one.brand}
ANSWERS = [
    ("Telkomsel", "Sisa Pulsa Anda Rp 12345. Aktif s.d. 30/11/2026.\n1.Isi Pulsa\n2.Paket Rp25.000",
     Told(12345, NOV_30)),
    ("Telkomsel", "Sisa pulsa Anda Rp.568484. Masa berlaku sampai dengan 30/11/2026.",
     Told(568484, NOV_30)),
    ("by.U", "Saldo pulsamu Rp10.250, berlaku hingga 30 November 2026", Told(10250, NOV_30)),
    ("Indosat", "PulsaUtama 10250. Berlaku s.d 30NOV26. Kuota s.d 12DES26", Told(10250, NOV_30)),
    ("Indosat", "PULSA: Rp 10.250 Aktif:30/11/26 Tenggang:30/12/26", Told(10250, NOV_30, DEC_30)),
    ("Tri", "Rp 10.250 aktif s/d 30 Nov 2026. Kuota utama: 2.5GB s/d 05 Des 2026",
     Told(10250, NOV_30)),
    ("XL", "Pulsa Rp10,250 s.d 30/11/26. Masa tenggang s.d 30/12/26", Told(10250, NOV_30, DEC_30)),
    ("XL", "IDR 10,250.00 valid until 2026-11-30", Told(10250, NOV_30)),
    ("Axis", "Pulsa kamu Rp10.250,00 aktif s.d 30-11-2026", Told(10250, NOV_30)),
    ("Smartfren", "Sisa Pulsa Anda Rp 10.250,- berlaku s/d 30-11-2026 23:59:59",
     Told(10250, NOV_30)),
    ("Smartfren", "Pulsa 08811234567 adalah Rp 1.234.567 Masa aktif 30 Nov 2026",
     Told(1234567, NOV_30)),
    ("Telkomsel", "Pulsa Rp10.250,jangan lupa isi ulang", Told(10250)),
    ("Axis", "Pulsa: Rp10250s.d 30/11/2026", Told(10250)),
    ("Telkomsel", "Pulsa Anda Rp 0. Aktif s.d. 30/11/2026", Told(0, NOV_30)),
]  # fmt: skip

UNKNOWN = [
    "Pilih:\n1.Isi Pulsa Rp10.000\n2.Paket Internet 5GB Rp25.000\n3.Beli pulsa darurat Rp5.000",
    "Pulsa Anda tidak cukup untuk paket Rp25.000",
    "Bonus pulsa Rp5.000 s.d 30/11/2026",
    "Hutang pulsa Rp11.000",
    "Maaf, permintaan Anda tidak dapat kami proses. Silakan coba beberapa saat lagi.",
    "Kuota 5GB aktif s.d 30/11/2026",
    "Paket Internet: masa aktif 30/11/2026",
    "Pulsa Rp10.2504",
    "Pulsa Rp -500",
    "Pulsa habis",
    "Pulsa 30/11/2026",
    "Pulsa 30NOV26",
    "Pulsa 30 Nov 2026",
    "Rp 30NOV26",
    "Pulsa 10250GB",
    "Pulsa 10.5 GB",
    "Pulsa 5 GB",
    "Pulsa: 100SMS",
    "Pulsa Rp999999999999",
    "sistem sibuk (500)",
    "",
]


@pytest.mark.parametrize(("name", "text", "told"), ANSWERS)
def test_the_known_answers_of_each_operator_are_read(name: str, text: str, told: Told) -> None:
    assert read_answer(text, OF_BRAND[name]) == told


@pytest.mark.parametrize("text", UNKNOWN)
@pytest.mark.parametrize("operator", OPERATORS)
def test_what_is_not_the_balance_of_the_card_stays_unknown(text: str, operator: object) -> None:
    chosen = next(one for one in OPERATORS if one is operator)
    assert read_answer(text, chosen) == Told()
    assert not read_answer(text, chosen)


def test_an_end_of_the_card_is_told_apart_from_that_of_a_package_and_of_the_grace() -> None:
    text = "Kuota 5GB s.d 01/11/26. Kartu aktif s.d 30/11/26, masa tenggang s.d 30/12/26. Pulsa Rp1"
    assert read_answer(text) == Told(1, NOV_30, DEC_30)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("10.250", 10250), ("10,250", 10250), ("10250,-", 10250), ("10250", 10250),
        ("10.250,00", 10250), ("10,250.00", 10250), ("1.234.567", 1234567), ("500", 500),
        ("0", 0), ("10250,50", 10250), ("10.25", 10), ("10.2504", None), ("1.23.456", None),
        ("1.234,567", None), ("", None), (".", None), ("999.999.999.999", None), ("٣", None),
    ],
)  # fmt: skip
def test_amounts_are_read_as_operators_write_them(written: str, value: int | None) -> None:
    assert parse_rupiah(written) == value


@pytest.mark.parametrize(
    "written",
    ["30/11/26", "30-11-2026", "30.11.2026", "2026-11-30", "30 Nov 2026", "30NOV26",
     "30-Nov-26", "30 November 2026", "30 Nopember 2026"],
)  # fmt: skip
def test_days_are_read_as_operators_write_them(written: str) -> None:
    assert parse_date(written) == NOV_30


@pytest.mark.parametrize("written", ["31/02/2026", "11/30/2026", "30/11-2026", "30 Foo 26", ""])
def test_what_is_no_day_is_none(written: str) -> None:
    assert parse_date(written) is None


@given(st.text(max_size=300), st.sampled_from((ANY, *OPERATORS)))
def test_no_text_at_all_makes_the_reading_fail(text: str, operator: object) -> None:
    chosen = next(one for one in (ANY, *OPERATORS) if one is operator)
    told = read_answer(text, chosen)
    assert told.balance_rp is None or 0 <= told.balance_rp <= RUPIAH_MAX


PIECES = st.sampled_from(
    ["Pulsa", "Anda", "Rp", "Rp.", "IDR", "10.250", "0", "500", "0,5", "s.d.", "aktif", "s/d",
     "Sisa", "Masa", "masa aktif", "tenggang", "kuota", "5GB", "30/11/26", "30NOV26", "-", ".",
     ",", "\n", "bonus", "0812345678", "saldo", ":", "1.000.000", "\u0663", "\u00b2"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=25).map(" ".join), st.sampled_from(OPERATORS))
def test_a_balance_is_an_amount_that_stands_in_the_text_and_zero_only_if_it_says_so(
    text: str, operator: object
) -> None:
    chosen = next(one for one in OPERATORS if one is operator)
    told = read_answer(text, chosen)
    written = {parse_rupiah(word) for word in text.replace("\n", " ").split()}
    assert told.balance_rp is None or told.balance_rp in written
    if told.balance_rp == 0:
        assert {"0", "0,5"} & set(text.split())
    assert told.valid_until in {None, NOV_30}


@given(
    st.integers(0, RUPIAH_MAX),
    st.dates(date(2020, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["{:d}", "{:,d}", "{:,d}.00", "dots", "dots,-"]),
    st.sampled_from(["%d/%m/%Y", "%d-%m-%Y", "%d/%m/%y", "%Y-%m-%d", "%d %b %Y", "%d%b%y"]),
    st.sampled_from(["Pulsa Rp{} aktif s.d. {}", "Sisa pulsa Anda Rp. {}. Masa aktif s/d {}",
                     "SALDO: IDR {} VALID UNTIL {}", "Pulsa {}, berlaku sampai {}"]),
)  # fmt: skip
def test_what_is_written_in_a_known_way_is_read_back(
    rupiah: int, day: date, amount: str, form: str, sentence: str
) -> None:
    dots = f"{rupiah:,d}".replace(",", ".")
    written = dots + amount[4:] if amount.startswith("dots") else amount.format(rupiah)
    told = read_answer(sentence.format(written, day.strftime(form)))
    assert told == Told(rupiah, day)


def test_a_sim_is_asked_as_its_network_wants_it() -> None:
    assert operator_of("510100123456789").brand is Brand.TELKOMSEL
    assert operator_of("51020").brand is Brand.TELKOMSEL
    assert operator_of("51089").brand is Brand.TRI
    assert operator_of("310260") is ANY
    assert operator_of("") is ANY
    assert len({one.brand for one in OPERATORS}) == len(OPERATORS)
