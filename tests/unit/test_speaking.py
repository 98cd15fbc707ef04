"""Speaking in a real village: what goes out, what waits, what is held, and how that is told."""

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from spoken import (
    HOUR_S,
    OFFICER,
    OTHER,
    SENDER,
    MakeWorld,
    Modem,
    act,
    counts,
    journeys,
    say,
    speak,
    spent,
    told,
    villages,
)
from world import CODE, PATIENT

from hardware.errors import SendRefused
from server import lookup, radio
from server.desa import steps
from server.desa.gateway import speaking
from server.domain import events as e
from server.domain import requests as r
from server.domain.decide import Decision
from server.polres import lookup as polres_lookup
from server.sections import Answers
from sms import outbox


@pytest.fixture
def make(tmp_path: Path) -> Iterator[MakeWorld]:
    """Give a maker of villages."""
    with villages(tmp_path) as build:
        yield build


class TestToldToPeople:
    def test_what_a_brake_withheld_is_journalled_with_it_and_shown_on_both_sides(
        self, make: MakeWorld
    ) -> None:
        world = make(Answers(per_sender_hour=2))
        for words in (
            "kemalingan di pasar tadi malam",
            "rumah kebanjiran",
            "jalan rusak di RT 3",
        ):
            say(world, words)
            world.speak()
        ticket = world.report().ticket
        assert len(told(world)) == 2
        assert journeys(world, ticket) == ["withheld:rate"]
        assert ("batas jawaban untuk nomor ini, 2 dalam satu jam", 1) in world.desk().box().held
        world.exchange()
        assert "ack withheld:rate" in str(polres_lookup.history(world.district, CODE, ticket))

    def test_a_held_answer_that_concerns_no_report_is_journalled_too(self, make: MakeWorld) -> None:
        world = make(Answers(per_sender_hour=1))
        for words in ("kemalingan di pasar tadi malam", "STATUS"):
            say(world, words)
            world.speak()
        rows = lookup.history(world.node.projection.db, "")
        assert [row.text for row in rows] == ["answer withheld:rate"]

    def test_a_text_from_our_own_number_is_kept_and_never_answered(self, make: MakeWorld) -> None:
        world = make(own=("0812 3456 7890",))
        say(world, "kemalingan di pasar tadi malam")
        world.speak()
        assert told(world) == []
        assert journeys(world, world.report().ticket) == ["withheld:who"]
        assert ("nomor kotak ini sendiri", 1) in world.desk().box().held

    def test_the_last_answer_of_the_day_says_so_and_still_names_the_report(
        self, make: MakeWorld
    ) -> None:
        world = make(Answers(per_sender_day=2))
        for words in ("kemalingan di pasar tadi malam", "rumah kebanjiran"):
            say(world, words)
            world.speak()
        last = told(world)[-1]
        assert world.report().ticket in last
        assert "tidak membalas lagi" in last

    def test_an_emergency_lifts_the_limit_and_its_receipt_is_never_the_last_words(
        self, make: MakeWorld
    ) -> None:
        world = make(Answers(per_sender_hour=1, per_sender_day=2))
        say(world, "kemalingan di pasar tadi malam")
        world.speak()
        say(world, "tolong kebakaran rumah warga sekarang api besar")
        world.speak()
        assert "DARURAT" in told(world)[-1]
        for number in range(8):
            say(world, f"TAMBAH {world.report().ticket} {sha256(bytes([number])).hexdigest()}")
            world.speak()
        assert len(told(world)) == 10


class TestMoney:
    def test_answers_wait_for_credit_and_then_each_number_gets_one(self, make: MakeWorld) -> None:
        world = make(Answers(per_hour=1))
        say(world, "kemalingan di pasar tadi malam", "+6281200000001")
        for words in ("rumah kebanjiran", "jalan rusak di RT 3"):
            say(world, words)
        say(world, "sapi saya hilang", OTHER)
        world.speak()
        assert len(world.sent) == 1
        assert world.desk().box().unsent == 3
        assert ("anggaran SMS jam ini habis", 3) in world.desk().box().held
        newest = next(one for one in world.desk().reports() if one.sender == SENDER)
        for _ in range(2):
            world.mono_s += HOUR_S
            world.speak()
        assert [newest.ticket in words for words in told(world)] == [True]
        assert len(told(world, OTHER)) == 1
        assert counts(world) == {"delivered": 3, "withheld": 1}
        assert (speaking.MERGED, 1) in world.desk().box().held

    def test_alarms_and_officers_keep_their_shares(self, make: MakeWorld) -> None:
        world = make(Answers(per_day=4, reserved=3, reserved_alarms=2))
        event = e.ContactSet("Made", "Bhabinkamtibmas", OFFICER)
        world.node.ledger.record(world.node.stamp(0.0), Decision((event,)), cause="contact")
        say(world, "kemalingan di pasar tadi malam")
        world.speak()
        ticket = world.report().ticket
        for answer in ("Kami ke sana", "Tunggu di rumah"):
            act(world, r.Answer(ticket, "Made", answer))
        world.speak()
        assert [words[:8] for words in told(world)] == ["KENTONGA", "No " + ticket]
        say(world, "tolong kebakaran rumah warga sekarang api besar", OTHER)
        world.speak()
        assert len(told(world, OFFICER)) == 1
        assert told(world, OTHER) == []
        assert world.desk().box().unsent == 2

    def test_credit_is_taken_before_a_text_goes_and_given_back_when_it_is_refused(
        self, make: MakeWorld
    ) -> None:
        world = make()
        say(world, "kemalingan di pasar tadi malam")
        seen: list[int] = []

        class Looking(Modem):
            def send(self, tpdu_length: int, hex_pdu: str) -> int:
                seen.append(spent(world))
                return super().send(tpdu_length, hex_pdu)

        speak(world, Looking(world, SendRefused(38)))
        assert seen == [1]
        assert spent(world) == 0
        world.mono_s += 60
        speak(world, Looking(world))
        assert (seen, spent(world)) == ([1, 1], 1)


class TestTime:
    def test_calls_expire_after_two_hours_once_somebody_acted_and_receipts_after_a_day(
        self, make: MakeWorld
    ) -> None:
        world = make()
        event = e.ContactSet("Made", "Bhabinkamtibmas", OFFICER)
        world.node.ledger.record(world.node.stamp(0.0), Decision((event,)), cause="contact")
        say(world, "tolong kebakaran rumah warga sekarang api besar")
        steps.tend(world.node, world.mono_s)
        world.mono_s += 2 * HOUR_S
        steps.tend(world.node, world.mono_s)
        assert counts(world) == {"queued": 2}
        act(world, r.Forward(world.report().ticket, "Made", "Damkar"))
        steps.tend(world.node, world.mono_s)
        assert counts(world) == {"queued": 2, "expired": 1}
        world.mono_s += 46 * HOUR_S
        world.speak()
        assert [words for _, words in world.sent if "diteruskan" not in words] == []
        assert journeys(world, world.report().ticket)[:2] == ["expired", "expired"]

    def test_a_call_that_waited_for_credit_goes_while_nobody_took_the_emergency(
        self, make: MakeWorld
    ) -> None:
        world = make(Answers(per_day=0))
        event = e.ContactSet("Made", "Bhabinkamtibmas", OFFICER)
        world.node.ledger.record(world.node.stamp(0.0), Decision((event,)), cause="contact")
        say(world, "tolong kebakaran rumah warga sekarang api besar")
        for _ in range(3):
            world.mono_s += 20 * 60
            steps.remind(world.node, world.mono_s)
        world.mono_s += 12 * HOUR_S
        world.node.settings = replace(world.node.settings, answers=PATIENT)
        world.speak()
        (call,) = told(world, OFFICER)
        assert "menit belum dijawab" in call

    def test_a_clock_that_is_set_right_ends_no_text(self, make: MakeWorld) -> None:
        world = make()
        world.road.cut = True
        world.restart()
        world.text(
            SENDER, "kemalingan di pasar tadi malam", sent_s=world.wall_s() - 9 * 24 * HOUR_S
        )
        world.listen()
        world.node.clock = world.node.clock.__class__(
            world.node.clock.offset_s + 3 * 24 * HOUR_S, world.node.clock.trust, 2
        )
        world.speak()
        assert len(told(world)) == 1

    def test_news_waits_for_the_morning_and_the_answer_to_a_text_does_not(
        self, make: MakeWorld
    ) -> None:
        world = make(Answers())
        world.mono_s += HOUR_S  # 23.15 WITA
        say(world, "kemalingan di pasar tadi malam")
        ticket = world.report().ticket
        act(world, r.Take(ticket, "Made"))
        act(world, r.Close(ticket, "Made", "Didamaikan"))
        world.speak()
        assert ["selesai" in words for words in told(world)] == [False, False]
        assert (speaking.NIGHT, 1) in world.desk().box().held
        world.mono_s += 5 * HOUR_S
        world.speak()
        assert "selesai" not in told(world)[-1]
        world.mono_s += HOUR_S
        world.speak()
        assert "selesai: Didamaikan" in told(world)[-1]

    def test_news_of_an_emergency_goes_at_night_too(self, make: MakeWorld) -> None:
        world = make(Answers())
        world.mono_s += 2 * HOUR_S
        say(world, "tolong kebakaran rumah warga sekarang api besar")
        act(world, r.Forward(world.report().ticket, "Made", "Damkar"))
        world.speak()
        assert "diteruskan ke Damkar" in told(world)[-1]

    def test_after_a_start_a_refused_text_waits_as_long_again_and_keeps_its_tries(
        self, make: MakeWorld
    ) -> None:
        world = make()
        say(world, "kemalingan di pasar tadi malam")
        speak(world, Modem(world, SendRefused(38)))
        world.mono_s += 60
        speak(world, Modem(world, SendRefused(38)))
        world.restart()
        world.exchange()
        world.mono_s += 50
        world.speak()
        assert told(world) == []
        world.mono_s += 20
        world.speak()
        assert len(told(world)) == 1
        (row,) = (outbox.row_of(world.node.database.connection, 1),)
        assert row is not None
        assert row.attempts == 3


def test_a_crash_between_credit_and_modem_costs_a_count_and_no_text(
    make: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = make()
    say(world, "kemalingan di pasar tadi malam")

    class PowerCut(BaseException):
        """The process is gone."""

    def cut(*_: object) -> None:
        raise PowerCut

    with monkeypatch.context() as patched:
        patched.setattr(speaking, "_submit", cut)
        with pytest.raises(PowerCut):
            world.speak()
    assert counts(world) == {"reserved": 1}
    world.restart()
    world.exchange()
    world.speak()
    assert len(told(world)) == 1
    assert spent(world) == 2


def test_every_text_carries_how_long_the_network_may_keep_it(make: MakeWorld) -> None:
    world = make()
    say(world, "kemalingan di pasar tadi malam")
    modem = Modem(world)
    speak(world, modem)
    (submit,) = modem.handed
    assert submit.validity is not None
    assert submit.validity.total_seconds() == outbox.LIFETIME_S[outbox.Purpose.ACK]


def test_a_body_of_the_first_version_is_still_read_and_sent(make: MakeWorld) -> None:
    world = make()
    vault, db = world.node.vault, world.node.database.connection
    body = radio.pack((1, SENDER, "KENTONGAN: dari versi lama", None, "answer", False))
    label = outbox.Label(0, outbox.Purpose.ACK, 0, urgent=False, day=0)

    def seal(number: int) -> radio.Sealed:
        return radio.Sealed(
            vault.running.id, vault.seal(radio.Lock.SESSION, "outbox", number, body)
        )

    outbox.enqueue(db, "old", seal, label)
    world.speak()
    assert told(world) == ["KENTONGAN: dari versi lama"]


def test_answers_that_waited_through_a_power_cut_are_no_runaway(make: MakeWorld) -> None:
    world = make()
    for number in range(30):
        say(world, f"kemalingan tadi malam di rumah nomor {number}", f"+62813000000{number:02d}")
    world.restart()
    world.exchange()
    world.speak()
    assert len({to for to, _ in world.sent}) == 30


def test_a_box_that_lay_without_power_for_hours_gives_each_number_one_answer(
    make: MakeWorld,
) -> None:
    world = make()
    for words in ("kemalingan di pasar tadi malam", "rumah kebanjiran", "sapi saya hilang"):
        say(world, words)
    newest = world.report().ticket
    world.mono_s += HOUR_S
    world.restart()
    world.exchange()
    world.speak()
    assert [newest in words for words in told(world)] == [True]
    assert counts(world) == {"delivered": 1, "withheld": 2}
