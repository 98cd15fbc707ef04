"""One thread from a villager's phone to the Polres and back, with everything real in between."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from world import CODE, World

from server import lookup
from server.desa import intake, steps
from server.desa.desk import Contact
from server.desa.reading import length
from server.domain import requests as r
from server.domain.report import Move, Status
from server.polres import lookup as polres_lookup
from server.polres.down import orders
from server.polres.down.orders import Placed
from sms import inbox, outbox, pdu

SENDER, OTHER = "+6281234567890", "+6281298765432"
OFFICER = "+6281211112222"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Give a village that the Polres knows."""
    made = World(tmp_path)
    made.exchange()
    yield made
    made.node.database.close()
    made.district.close()


def reported(world: World, words: str = "kemalingan tadi malam di rumah pak Budi RT 02") -> str:
    """A villager reports and hears the ticket."""
    world.text(SENDER, words)
    world.listen()
    world.speak()
    return world.report().ticket


def answers(world: World, sender: str = SENDER) -> list[str]:
    """What a phone has received since the last look."""
    told = [text for to, text in world.sent if to == sender]
    world.sent[:] = [one for one in world.sent if one[0] != sender]
    return told


def ask(world: World, words: str, sender: str = SENDER) -> str:
    """Send a text and give the answer to it."""
    answers(world, sender)
    world.text(sender, words)
    world.listen()
    world.speak()
    (told,) = answers(world, sender)
    return told


def now(world: World) -> datetime:
    """The service centre's time."""
    return datetime.fromtimestamp(world.wall_s(), UTC)


class TestThereAndBack:
    def test_a_text_becomes_a_report_reaches_the_polres_and_its_order_the_villager(
        self, world: World
    ) -> None:
        ticket = reported(world)
        assert ticket in answers(world)[0]
        world.exchange()
        (line,) = world.at_polres()
        assert (line.report.ticket, line.report.sender) == (ticket, SENDER)
        assert "pak Budi" in line.report.text
        placed = orders.order_answer(
            world.district, CODE, ticket, "Petugas menuju lokasi", by="Sari", now_s=world.wall_s()
        )
        assert isinstance(placed, Placed)
        world.exchange()
        world.speak()
        assert answers(world) == [f"No {ticket}: Petugas menuju lokasi"]
        world.exchange()
        steps_ = polres_lookup.history(world.district, CODE, ticket)
        assert any("dijalankan" in str(step) for step in steps_)

    def test_an_order_changes_the_state_once_and_its_receipt_comes_back(self, world: World) -> None:
        ticket = reported(world)
        world.exchange()
        orders.order_status(
            world.district, CODE, ticket, Move.TAKE, "", by="Sari", now_s=world.wall_s()
        )
        for _ in range(3):
            world.exchange()
        assert world.report().status is Status.TAKEN
        assert world.at_polres()[0].report.status is Status.TAKEN
        history = lookup.history(world.node.projection.db, ticket)
        assert [row.kind for row in history].count("taken") == 1

    def test_what_an_officer_does_reaches_the_villager_and_the_polres(self, world: World) -> None:
        ticket = reported(world)
        answers(world)
        assert world.desk().act(r.Take(ticket, "Made")) is None
        assert world.desk().act(r.Close(ticket, "Made", "pelaku ditangkap")) is None
        world.speak()
        taken, closed = answers(world)
        assert "Made" in taken
        assert "pelaku ditangkap" in closed
        world.exchange()
        assert world.at_polres()[0].report.status is Status.CLOSED

    def test_an_answers_way_is_told_until_it_was_delivered(self, world: World) -> None:
        ticket = reported(world)
        world.speak()
        history = lookup.history(world.node.projection.db, ticket)
        assert [row.text for row in history if row.kind == "message"] == [
            "ack sent",
            "ack delivered",
        ]

    def test_an_emergency_alarms_the_officers_and_again_when_nobody_takes_it(
        self, world: World
    ) -> None:
        world.desk().set_contact(Contact("Made", "Bhabinkamtibmas", "0812-1111-2222"))
        reported(world, "tolong kebakaran rumah warga sekarang api besar")
        assert len(answers(world, OFFICER)) == 1
        for minutes in range(90):
            world.mono_s += 60
            steps.remind(world.node, world.mono_s)
            if minutes % 10 == 0:
                world.speak()
        told = answers(world, OFFICER)
        assert len(told) == 3
        assert all("kebakaran" not in words for words in told)

    def test_the_brakes_hold_answers_but_never_a_text(self, world: World) -> None:
        for number in range(60):
            world.text(SENDER, f"laporan {sha256(bytes([number])).hexdigest()} di pasar")
        for _ in range(4):
            world.listen()
            world.speak()
        assert len(lookup.reports(world.node.projection.db)) == 60
        told = answers(world)
        assert len(told) == 50
        assert "tidak membalas lagi" in told[-1]


class TestCommands:
    def test_status_is_told_to_the_phone_that_wrote_and_to_no_other(self, world: World) -> None:
        ticket = reported(world)
        assert ticket in ask(world, f"STATUS {ticket}")
        assert ticket in ask(world, "status")
        assert "tidak ada untuk HP ini" in ask(world, f"STATUS {ticket}", OTHER)
        assert "tidak ada untuk HP ini" in ask(world, "STATUS", OTHER)

    def test_an_addition_stands_in_the_report_and_reaches_the_polres(self, world: World) -> None:
        ticket = reported(world)
        assert "dicatat" in ask(world, f"TAMBAH {ticket} dia lari ke sawah")
        world.exchange()
        notes = [row.text for row in lookup.history(world.node.projection.db, ticket)]
        assert "dia lari ke sawah" in notes
        assert "dia lari ke sawah" in str(polres_lookup.history(world.district, CODE, ticket))
        assert len(lookup.reports(world.node.projection.db)) == 1

    def test_cancelling_is_written_down_and_the_report_stays_open(self, world: World) -> None:
        ticket = reported(world)
        assert "batal" in ask(world, f"BATAL {ticket}")
        assert world.report().status is Status.NEW
        kinds = [row.kind for row in lookup.history(world.node.projection.db, ticket)]
        assert "cancel" in kinds

    def test_a_missed_call_is_told_how_to_write(self, world: World) -> None:
        intake.missed_call(world.node, "081234567890", world.mono_s)
        world.speak()
        (told,) = answers(world)
        assert "hanya untuk SMS" in told
        intake.missed_call(world.node, "", world.mono_s)
        world.speak()
        assert world.sent == []


class TestOddTexts:
    def test_a_name_as_sender_is_kept_and_shown_but_gets_neither_ticket_nor_answer(
        self, world: World
    ) -> None:
        world.text("TELKOMSEL", "Sisa pulsa Anda Rp5.000")
        world.listen()
        world.speak()
        assert world.sent == []
        assert lookup.reports(world.node.projection.db) == ()
        ((_, _, sender, text, reason),) = lookup.notes(world.node.projection.db)
        assert (sender, text) == ("TELKOMSEL", "Sisa pulsa Anda Rp5.000")
        assert reason == "kabar operator: sisa pulsa"

    @pytest.mark.parametrize(
        "words",
        [
            "\U0001f525\U0001f525 rumah terbakar \U0001f1ee\U0001f1e9",
            "ada\x00maling \u0645\u0631 \u4f60\u597d",
            "setengah \ud83d emoji",
            "jalan rusak " * 400,
            "%s {no} '; drop table reports; --",
            "<script>alert(1)</script>",
        ],
    )
    def test_whatever_stands_in_it_a_text_becomes_one_report_word_for_word(
        self, world: World, words: str
    ) -> None:
        reported(world, words)
        shown = world.report().text
        assert shown.replace("\ufffd", "?") == words.replace("\ud83d", "?")
        world.exchange()
        assert world.at_polres()[0].report.text == shown
        assert len(answers(world)) == 1

    def test_the_longest_text_that_phones_can_send_still_reaches_the_polres(
        self, world: World
    ) -> None:
        parts = pdu.split_deliver(SENDER, "\u0394" * 255 * 153, now(world), 7)
        assert len(parts) == 255
        for part in parts:
            world.virtual.deliver(part)
        for _ in range(7):
            world.listen()
        told = world.report().text
        assert 0 <= length.TEXT_OCTETS_MAX - len(told.encode()) < 4
        assert told.endswith(length.CUT)
        world.exchange()
        assert world.at_polres()[0].report.text == world.report().text

    def test_an_empty_text_is_noted_and_answered_with_help(self, world: World) -> None:
        assert "Tulis kejadian" in ask(world, "")
        assert [note[4] for note in lookup.notes(world.node.projection.db)] == ["kosong"]

    @pytest.mark.parametrize("octets", ["00", "0004", "07911326040000F0", "FFFFFF", "0001" * 40])
    def test_a_pdu_that_cannot_be_read_is_kept_whole_and_told(
        self, world: World, octets: str
    ) -> None:
        steps.keep_passing(world.node, octets, world.mono_s)
        steps.read(world.node, world.mono_s)
        db = world.node.database.connection
        assert inbox.counts(db)["kept"] == 1
        assert inbox.counts(db)["unread"] == 0
        (note,) = lookup.notes(world.node.projection.db)
        assert "tersimpan utuh" in note[4]

    def test_a_text_from_our_own_number_does_not_talk_to_itself(self, world: World) -> None:
        world.text(SENDER, "tes sistem")
        for _ in range(30):
            world.listen()
            world.speak()
            for to, words in world.sent:
                world.text(to, words)
            world.sent.clear()
        counts = outbox.counts(world.node.database.connection)
        assert counts["sent"] + counts["delivered"] <= 4
        assert counts["withheld"] > 0


class TestCopies:
    def test_a_text_in_two_slots_is_one_report_that_says_twice(self, world: World) -> None:
        (part,) = pdu.split_deliver(SENDER, "ada maling", now(world), 1)
        for _ in range(2):
            world.virtual.deliver(part)
        world.listen()
        (report,) = lookup.reports(world.node.projection.db)
        assert report.copies == 2
        world.virtual.deliver(part)
        world.listen()
        world.speak()
        assert world.report().copies == 3
        assert len(answers(world)) == 1
        assert inbox.counts(world.node.database.connection)["kept"] == 3

    @pytest.mark.parametrize("together", [True, False])
    def test_a_long_text_whose_parts_come_twice_is_one_report_that_says_twice(
        self,
        world: World,
        together: bool,  # noqa: FBT001
    ) -> None:
        parts = pdu.split_deliver(SENDER, "ada maling " * 20, now(world), 1)
        for _ in range(2):
            for part in parts:
                world.virtual.deliver(part)
            if not together:
                world.listen()
        world.listen()
        (report,) = lookup.reports(world.node.projection.db)
        assert report.copies == 2
        assert inbox.counts(world.node.database.connection)["part"] == 0

    def test_the_same_words_sent_again_are_a_second_report(self, world: World) -> None:
        for _ in range(2):
            world.text(SENDER, "ada maling")
            world.listen()
            world.mono_s += 5
        assert [one.copies for one in lookup.reports(world.node.projection.db)] == [1, 1]

    def test_a_lost_part_does_not_hide_the_others_for_ever(self, world: World) -> None:
        parts = pdu.split_deliver(SENDER, "ada maling " * 30, now(world), 1)
        assert len(parts) == 3
        for part in parts[:2]:
            world.virtual.deliver(part)
        world.listen()
        steps.tend(world.node, world.mono_s)
        assert lookup.reports(world.node.projection.db) == ()
        world.mono_s += 15 * 60
        steps.tend(world.node, world.mono_s)
        assert "bagian 3 dari 3 belum diterima" in world.report().text

    @pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
    def test_parts_in_any_order_make_the_whole(self, world: World, order: tuple[int, ...]) -> None:
        words = "ada maling " * 30
        parts = pdu.split_deliver(SENDER, words, now(world), 1)
        for number in order:
            world.virtual.deliver(parts[number])
            world.listen()
        assert world.report().text == words
