"""The SMS list, 1 to 10 and 20 to 25: what a single text may hold."""

import pytest
from outcomes import VILLAGER, browser, deliver, outcome, raw
from world import World

from server import lookup
from server.desa.reading.opened import NOT_FOR_PEOPLE
from server.web.filters import legible
from sms.alphabet import pack
from sms.replies import ReplyKey, render
from sms.tpdu import Use

HELP = (VILLAGER, render(ReplyKey.BANTUAN))


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="1 empty"),
        pytest.param(" ", id="2 one space"),
        pytest.param("\u200d" * 70, id="10 joiners alone"),
    ],
)
def test_a_text_that_shows_nothing_is_noted_and_answered_with_help(world: World, body: str) -> None:
    came = outcome(world, deliver(world, body))
    assert came.reports == ()
    assert came.notes == ((VILLAGER, "kosong"),)
    assert came.answers == (HELP,)


@pytest.mark.parametrize(
    ("body", "dcs", "text"),
    [
        pytest.param("@" * 160, 0, "@" * 160, id="3 160 x @"),
        pytest.param(b"ada\0maling", 4, "ada\0maling", id="4 NUL in 8-bit"),
        pytest.param("\u202eada maling", 8, "\u202eada maling", id="9 override"),
        pytest.param("ma\u200dling\u200d" * 8, 8, "ma\u200dling\u200d" * 8, id="10 joiners"),
        pytest.param("ada maling", 0x10, "ada maling", id="22 class 0"),
        pytest.param("ada maling", 0x18 | 0x04, "ada maling", id="22 class 0, reserved alphabet"),
    ],
)
def test_words_in_any_dress_become_one_report_with_every_letter(
    world: World, body: str | bytes, dcs: int, text: str
) -> None:
    came = outcome(world, deliver(world, body, dcs=dcs))
    assert came.reports == (text,)
    assert came.notes == ()
    (answer,) = came.answers
    assert world.report().ticket in answer[1]


def test_an_escape_at_the_very_end_is_a_space_and_takes_nothing_with_it(world: World) -> None:
    """5: GSM escape 0x1B as last septet."""
    septets = b"ada maling\x1b"
    came = outcome(world, raw(world, pack(septets).hex(), dcs=0, length=len(septets)))
    assert came.reports == ("ada maling ",)


def test_an_unknown_extension_shows_the_plain_character(world: World) -> None:
    """6: unknown extension characters."""
    septets = b"ada \x1bmaling \x1b\x7f"
    came = outcome(world, raw(world, pack(septets).hex(), dcs=0, length=len(septets)))
    assert came.reports == ("ada maling \u00e0",)


def test_an_odd_octet_of_ucs2_costs_that_octet_alone(world: World) -> None:
    """7: UCS-2 of odd length."""
    octets = "ada maling".encode("utf-16-be") + b"\x00"
    assert outcome(world, raw(world, octets.hex(), dcs=8)).reports == ("ada maling",)


def test_a_lone_surrogate_is_replaced_and_the_report_reaches_the_polres(world: World) -> None:
    """8: lone surrogate D800."""
    octets = "ada \ud800maling".encode("utf-16-be", "surrogatepass")
    assert outcome(world, raw(world, octets.hex(), dcs=8)).reports == ("ada \ufffdmaling",)
    world.exchange()
    assert world.at_polres()[0].report.text == "ada \ufffdmaling"


def test_signs_that_turn_or_break_a_line_are_on_no_page(world: World) -> None:
    """9: U+202E; 4: NUL. The journal keeps them, pages do not show them."""
    octets = "ada \u202e\0maling\x1b\u2066 di pasar".encode("utf-16-be")
    stored = "ada \u202e\0maling\x1b\u2066 di pasar"
    assert outcome(world, raw(world, octets.hex(), dcs=8)).reports == (stored,)
    page = browser(world).get("/laporan").text
    assert "ada \ufffdmaling\ufffd di pasar" in page
    assert not set(page) & set("\u202e\u2066\0\x1b")


def test_a_page_shows_arabic_emoji_and_line_breaks_as_they_were_written() -> None:
    """9: only what turns the line against its letters falls away."""
    written = "\u0627\u0644\u0633\u0644\u0627\u0645 \U0001f468\u200d\U0001f469\u200d\U0001f467\n ok"
    assert legible(written) is not written
    assert legible(written) == written


def test_a_header_longer_than_the_data_is_no_header_and_the_words_are_read(world: World) -> None:
    """20: the header's length is that of a letter in a text that has none."""
    octets = b"kemalingan di pasar tadi malam"
    came = outcome(world, raw(world, octets.hex(), dcs=4, headed=True))
    assert came.reports == ("kemalingan di pasar tadi malam",)
    assert len(came.answers) == 1


def test_a_header_that_is_all_there_is_leaves_an_empty_text(world: World) -> None:
    """20: a header that fills the data to the last octet."""
    came = outcome(world, raw(world, "04700200FF", dcs=4, headed=True))
    assert (came.reports, came.notes) == ((), ((VILLAGER, "kosong"),))


@pytest.mark.parametrize(
    ("header", "dcs", "pid", "use"),
    [
        pytest.param("0605040B8423F0", 4, 0, Use.PROGRAM, id="21 WAP push 2948"),
        pytest.param("0605040B8423F0", 0xF5, 0, Use.PROGRAM, id="21 WAP push, class 1"),
        pytest.param("040402C8C8", 4, 0, Use.PROGRAM, id="21 8-bit ports"),
        pytest.param("", 4, 0x40, Use.SILENT, id="23 silent"),
        pytest.param("", 0x20, 0, Use.COMPRESSED, id="25 compressed"),
        pytest.param("", 0x30, 0, Use.COMPRESSED, id="25 compressed, class 0"),
    ],
)
def test_what_is_not_for_people_is_noted_and_nobody_is_answered(
    world: World, header: str, dcs: int, pid: int, use: Use
) -> None:
    content = raw(world, header + b"\x01\x06\x01\xae".hex(), dcs=dcs, headed=bool(header))
    came = outcome(world, content[:22] + f"{pid:02X}" + content[24:])
    assert came.reports == ()
    assert came.notes == ((VILLAGER, NOT_FOR_PEOPLE[use]),)
    assert came.answers == ()


def test_words_with_a_port_stay_words(world: World) -> None:
    """21: a port beside readable text hides nothing."""
    words = "ada maling".encode("utf-16-be").hex()
    came = outcome(world, raw(world, "0605040B8423F0" + words, dcs=8, headed=True))
    assert came.reports == ("ada maling",)


@pytest.mark.parametrize(
    ("dcs", "body"),
    [
        pytest.param(0xC8, "ada maling", id="24 waiting, discard"),
        pytest.param(0xD8, "ada maling", id="24 waiting, store"),
        pytest.param(0xE8, "ada maling \u2713", id="24 waiting, store, UCS-2"),
    ],
)
def test_a_waiting_indication_with_words_is_read_as_a_text(
    world: World, dcs: int, body: str
) -> None:
    assert outcome(world, deliver(world, body, dcs=dcs)).reports == (body,)


def test_the_wishes_of_a_class_0_text_change_nothing_of_its_report(world: World) -> None:
    """22: flash and plain are two reports that differ in nothing but their numbers."""
    outcome(world, deliver(world, "kemalingan di pasar tadi malam", dcs=0x10))
    outcome(world, deliver(world, "kemalingan di pasar tadi malam", sender="+6281311112222"))
    flash, plain = lookup.reports(world.node.projection.db)
    assert (flash.category, flash.urgency) == (plain.category, plain.urgency)
