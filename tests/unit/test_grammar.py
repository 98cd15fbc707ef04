"""Commands are read in all their spellings, and a report is never taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.commands.grammar import (
    Add,
    Cancel,
    Command,
    Confidential,
    FreeText,
    Help,
    Status,
    Stop,
    parse,
)


@pytest.mark.parametrize(
    "text",
    [
        "STATUS 41275",
        "status#41275",
        "Status*41275",
        "STATUS, 41275",
        "status: 41.275",
        "cek 41 275",
        "CEK STATUS 41275",
        "tiket 41275",
        "status no 41275",
        "STATUS41275",
        "status 4127 5",
        "Assalamualaikum pak, STATUS 41275",
        "pak mau cek status 41275 terima kasih",
        "sttus 41275",
        "statu 41275",
        "sttaus 41275",
        "status laporan saya nomor 41275 sudah sampai mana pak",
        "41275",
        "no 41275 pak",
    ],
)
def test_status_is_read_however_it_is_written(text: str) -> None:
    assert parse(text) == Status("41275")


def test_the_letter_o_stands_for_zero() -> None:
    assert parse("STATUS 4O27O") == Status("40270")
    assert parse("status 012345") == Status("012345")


def test_status_alone_asks_for_the_latest_report() -> None:
    assert parse("STATUS") == Status(None)
    assert parse("cek laporan saya pak") == Status(None)


def test_a_wrong_number_is_kept_as_written_so_that_it_can_be_answered() -> None:
    assert parse("STATUS k7f3") == Status("K7F3")
    assert parse("status 4127") == Status("4127")


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("TAMBAH 41275 orangnya balik lagi, 2 motor", Add("41275", "orangnya balik lagi, 2 motor")),
        ("tambah#41275#Pelaku pakai jaket", Add("41275", "Pelaku pakai jaket")),
        ("pak tambah no 41275: sudah pergi", Add("41275", "sudah pergi")),
        ("tmbah 41 275 ada saksi", Add("41275", "ada saksi")),
        ("TAMBAH 41275 6 orang lagi", Add("41275", "6 orang lagi")),
        ("TAMBAH platnya EA 1234", Add(None, "platnya EA 1234")),
        ("BATAL 41275", Cancel("41275")),
        ("cabut laporan 41275 pak", Cancel("41275")),
        ("batal", Cancel(None)),
        ("cancel 41275 sudah aman", Cancel("41275")),
        ("btal 41275", Cancel("41275")),
        ("BANTUAN", Help()),
        ("info pak", Help()),
        ("?", Help()),
        (" ?? ", Help()),
        ("menu", Help()),
        ("HELP", Help()),
        ("bantuan cara lapor", Help()),
        ("stop", Stop()),
        ("STOP.", Stop()),
        ("berhenti pak terima kasih", Stop()),
        ("berhnti", Stop()),
        ("UNREG INFO", Stop()),
        ("RAHASIA si Anu jual sabu", Confidential("si Anu jual sabu")),
        ("Pak, rahasia: ada judi di pos", Confidential("ada judi di pos")),
        ("DIAM#ada togel", Confidential("ada togel")),
    ],
)
def test_each_command_is_read(text: str, command: Command) -> None:
    assert parse(text) == command


@pytest.mark.parametrize(
    "text",
    [
        "tolong info pak ada maling",
        "info pak ada yang jual sabu di pasar",
        "bantuan pak rumah saya kebakaran",
        "tolong bantuan pak",
        "minta bantuan",
        "stop kekerasan pak suami saya pukul saya",
        "pak tambah orang banyak disini bawa parang",
        "tambal ban dekat pasar dibobol",
        "tambak udang kami diracun",
        "cabul pak di sekolah",
        "kabut asap",
        "piket",
        "status 41275 malingnya datang lagi bawa parang",
        "batal 41275 sapi sudah pulang sendiri",
        "cek rumah saya pak ada orang masuk",
        "tolong cek status tanah saya diserobot tetangga",
        "orang itu tidak mau berhenti memukul",
        "diam-diam dia masuk rumah",
        "ada maling, nomor motor 41275",
        "pak",
        "",
        "   ",
        "...",
    ],
)
def test_a_report_is_no_command(text: str) -> None:
    assert parse(text) == FreeText(text)


@given(st.text(max_size=400))
def test_no_text_makes_it_raise_and_free_text_loses_nothing(text: str) -> None:
    reading = parse(text)
    if isinstance(reading, FreeText):
        assert reading.text == text


@given(
    st.from_regex(r"[0-9]{5,6}", fullmatch=True),
    st.sampled_from([" ", "#", "*", ",", ":", ".", ";", "  ", ": "]),
    st.sampled_from(["STATUS", "status", "Cek", "TIKET"]),
)
def test_any_separator_will_do(ticket: str, separator: str, keyword: str) -> None:
    assert parse(f"{keyword}{separator}{ticket}") == Status(ticket)


@given(st.text(alphabet="abcdeilmnoprstu ,.", min_size=1, max_size=120).filter(str.strip))
def test_what_is_added_arrives_as_written(text: str) -> None:
    reading = parse(f"TAMBAH 41275 {text}")
    assert isinstance(reading, Add)
    assert reading.text == text.lstrip(" ,.").rstrip()
