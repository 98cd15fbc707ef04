"""The sixteen commands are known by their leading word, however it is spelt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.commands.keywords import CommandName, keyword, ticket_in


@pytest.mark.parametrize(
    ("text", "name", "ticket"),
    [
        ("STATUS 41275", CommandName.STATUS, "41275"),
        ("STATUS#41275", CommandName.STATUS, "41275"),
        ("statu 41275", CommandName.STATUS, "41275"),
        ("cek 4I275", CommandName.STATUS, "4I275"),
        ("pak tiket K7F3 gimana", CommandName.STATUS, "K7F3"),
        ("tambah41275 orangnya dua", CommandName.TAMBAH, "41275"),
        ("batal K7F3", CommandName.BATAL, "K7F3"),
        ("gajadi", CommandName.BATAL, None),
        ("menu", CommandName.INFO, None),
        ("??", CommandName.INFO, None),
        ("unreg", CommandName.STOP, None),
        ("st0p", CommandName.STOP, None),
        ("REG Siti, dusun Krajan, RT 02/01", CommandName.DAFTAR, None),
        ("nilai5", CommandName.NILAI, None),
        ("NILAI satu", CommandName.NILAI, None),
        ("siap ronda rt 4", CommandName.RONDA, None),
        ("rahasia ada judi di kebun", CommandName.RAHASIA, None),
        ("trima 41275", CommandName.TERIMA, "41275"),
        ("siap ndan terima 41275", CommandName.TERIMA, "41275"),
        ("ALIH 41275 ke polsek", CommandName.ALIH, "41275"),
        ("dtg 41275", CommandName.DATANG, "41275"),
        ("tutup tiket 41275 damai", CommandName.SELESAI, "41275"),
        ("BELUM", CommandName.BELUM, None),
        ("blm beres pak", CommandName.BELUM, None),
        ("hapus data saya", CommandName.HAPUS, None),
        ("PIKET", CommandName.PIKET, None),
    ],
)
def test_a_leading_word_is_its_command(text: str, name: CommandName, ticket: str | None) -> None:
    found = keyword(text)
    assert found is not None
    assert (found.name, found.ticket) == (name, ticket)


@pytest.mark.parametrize(
    "text",
    [
        "terima kasih pak",
        "trims pak sudah datang",
        "datang pak cepat ada maling",
        "selesai acara ada yang berkelahi",
        "paket saya belum sampai",
        "kabut tebal di jalan",
        "hapus air matamu",
        "nilai rapor anak saya jelek",
        "ada maling, tolong cek rumah saya",
        "",
        "!!!",
    ],
)
def test_words_of_a_report_are_no_command(text: str) -> None:
    assert keyword(text) is None


@given(st.text(max_size=200))
def test_no_text_makes_it_raise(text: str) -> None:
    found = keyword(text)
    ticket = ticket_in(text)
    assert found is None or found.name in CommandName
    assert ticket is None or ticket == ticket.upper()
