"""Free words that surely ask something are taken as asked, and all doubt makes a report."""

import pytest

from server.domain.meant import idle, meant
from server.domain.reading.labels import Kind
from server.domain.reading.read import SERVICE, read
from sms.commands import grammar


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("gimana laporan saya kemarin pak sudah sampai mana", grammar.Status),
        ("pak tidak jadi, batalkan saja laporan saya", grammar.Cancel),
        ("STATUS 41275", grammar.Status),
    ],
)
def test_free_words_with_the_intent_of_a_command_are_one(text: str, asked: type) -> None:
    assert isinstance(meant(text, read(text)), asked)


@pytest.mark.parametrize(
    "text",
    [
        "bapak mulai lagi pak, mama nangis di dapur",
        "status facebook anak saya dibajak orang, dia minta uang ke semua teman",
        "STOP pak suruh berhenti itu truk pasir, rumah kami retak",
        "info pak ada kebakaran di belakang pasar",
        "tolong pak cepat",
        "ada orang",
    ],
)
def test_whoever_may_be_in_need_makes_a_report(text: str) -> None:
    found = read(text)
    assert isinstance(meant(text, found), grammar.FreeText)
    assert idle(found) is None


@pytest.mark.parametrize(
    ("text", "sender", "kind"),
    [
        ("makasih banyak pak polisi", "phone", Kind.CHATTER),
        ("Promo kuota 10GB cuma 5rb, ketik *363#", SERVICE, Kind.PROMO),
        ("Sisa pulsa Anda Rp12.500 berlaku s/d 30/11/2026", SERVICE, Kind.OPERATOR),
    ],
)
def test_what_surely_is_no_report_says_why(text: str, sender: str, kind: Kind) -> None:
    found = read(text, sender)
    assert found.kind is kind
    assert idle(found)
