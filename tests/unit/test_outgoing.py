"""The outbox as an officer sees it: states, times and reasons; nothing that he may not read."""

import copy
from collections.abc import Iterator
from pathlib import Path

import pytest
from spoken import HOUR_S, OFFICER, OTHER, SENDER, MakeWorld, Modem, act, say, speak, villages
from world import World

from hardware.errors import SendRefused, SendUnknown
from server.desa.desk import Contact, ModemMood, OutboxLine
from server.desa.gateway import outgoing
from server.domain import requests as r
from server.sections import Answers
from sms.outbox import State

DAY = Answers(night_from_h=0, night_to_h=0)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[MakeWorld]:
    with villages(tmp_path) as build:
        yield build


def newest(world: World, *states: State) -> OutboxLine:
    return world.desk().outbox(states)[0]


def test_a_text_shows_when_it_was_written_sent_and_delivered(make: MakeWorld) -> None:
    world = make(DAY)
    say(world, "ayam hilang satu ekor")
    written_s = world.wall_s()
    world.node.health.modem = ModemMood.GOOD
    line = newest(world)
    assert (line.state, line.reason, line.written_s) == (State.QUEUED, outgoing.TURN, written_s)
    assert (line.to, line.name) == (SENDER, "ack")
    assert line.ticket == world.report().ticket
    world.mono_s += 60
    world.speak()
    line = newest(world, State.DELIVERED)
    assert (line.sent_s, line.arrived_s) == (written_s + 61, written_s + 61)
    assert (line.written_s, line.reason) == (written_s, "")


def test_why_a_text_waits_is_asked_of_the_brakes_that_sending_asks(make: MakeWorld) -> None:
    world = make(Answers(per_day=0, reserved=0, reserved_alarms=0))
    say(world, "ayam hilang satu ekor")
    assert newest(world).reason == "anggaran SMS hari ini habis"
    world.speak()
    assert newest(world).state is State.QUEUED


def test_a_text_that_a_brake_ends_keeps_its_reason(make: MakeWorld) -> None:
    world = make(Answers(per_sender_hour=1, night_from_h=0, night_to_h=0))
    for words in ("ayam hilang satu ekor", "kambing hilang juga di RT 02"):
        say(world, words)
        world.speak()
    line = newest(world, State.WITHHELD)
    assert line.reason == "batas jawaban untuk nomor ini, 1 dalam satu jam"
    assert line.text is not None


def test_news_that_waits_for_the_morning_says_so(make: MakeWorld) -> None:
    world = make(Answers(night_from_h=0, night_to_h=23))
    say(world, "ayam hilang satu ekor")
    world.speak()
    act(world, r.Forward(world.report().ticket, "Made", "Polsek", ""))
    assert newest(world).reason == "menunggu pagi"


def test_a_text_that_was_refused_says_when_it_is_tried_again(make: MakeWorld) -> None:
    world = make(DAY)
    say(world, "ayam hilang satu ekor")
    speak(world, Modem(world, SendRefused("+CMS ERROR: 38")))
    assert newest(world).reason == "dicoba lagi dalam kurang dari 1 menit"
    world.mono_s += 60
    assert newest(world).reason == outgoing.NO_MODEM


def test_a_text_in_the_modem_s_hands_is_said_to_be_so(make: MakeWorld) -> None:
    world = make(DAY)
    say(world, "ayam hilang satu ekor")
    seen: list[OutboxLine] = []

    class Looking(Modem):
        def send(self, tpdu_length: int, hex_pdu: str) -> int:
            seen.append(newest(world))
            return super().send(tpdu_length, hex_pdu)

    speak(world, Looking(world))
    assert (seen[0].state, seen[0].reason) == (State.SUBMITTING, outgoing.IN_HAND)


def test_what_may_have_gone_out_says_that_it_is_tried_once_more(make: MakeWorld) -> None:
    world = make(DAY)
    say(world, "ayam hilang satu ekor")
    speak(world, Modem(world, SendUnknown()))
    assert newest(world).state is State.UNKNOWN
    assert "dicoba lagi" in newest(world).reason


def test_looking_at_the_outbox_changes_nothing(make: MakeWorld) -> None:
    world = make(Answers(per_sender_hour=1, night_from_h=0, night_to_h=0))
    for words in ("ayam hilang satu ekor", "kambing hilang juga di RT 02"):
        say(world, words)
    node = world.node
    before = (
        copy.deepcopy(node.traffic),
        dict(node.waits_since_s),
        dict(node.retry_at_s),
        list(node.database.connection.iterdump()),
    )
    world.desk().outbox()
    after = (
        node.traffic,
        node.waits_since_s,
        node.retry_at_s,
        list(node.database.connection.iterdump()),
    )
    assert after == before


def test_an_officer_s_call_carries_his_name(make: MakeWorld) -> None:
    world = make(DAY)
    world.desk().set_contact(Contact("Bripka Made", "Bhabinkamtibmas", OFFICER))
    say(world, "tolong ada perampokan di RT 01")
    world.speak()
    named = {line.to: line.who for line in world.desk().outbox()}
    assert named == {OFFICER: "Bripka Made", SENDER: ""}


def test_nothing_of_a_complaint_about_an_official_is_shown(make: MakeWorld) -> None:
    world = make(DAY)
    say(world, "Oknum polisi minta uang lagi di jalan raya")
    line = newest(world)
    assert line == OutboxLine(line.number, State.QUEUED, line.purpose, official=True)
    world.speak()
    assert newest(world).official
    assert {line.to for line in world.desk().outbox()} == {""}


def test_after_a_restart_older_texts_are_locked_until_their_key_comes(make: MakeWorld) -> None:
    world = make(DAY)
    say(world, "ayam hilang satu ekor")
    world.road.cut = True
    world.restart()
    line = newest(world)
    assert (line.text, line.to, line.name, line.reason) == (None, "", "", outgoing.LOCKED)
    assert line.ticket == world.report().ticket
    assert line.day
    world.road.cut = False
    world.exchange()
    assert newest(world).to == SENDER


def test_the_outbox_is_shown_by_state_and_never_endlessly(make: MakeWorld) -> None:
    world = make(DAY)
    say(world, "ayam hilang satu ekor")
    world.speak()
    say(world, "kambing hilang juga di RT 02", OTHER)
    desk = world.desk()
    assert [line.to for line in desk.outbox()] == [OTHER, SENDER]
    assert [line.to for line in desk.outbox((State.QUEUED,))] == [OTHER]
    assert [line.to for line in desk.outbox((State.SENT, State.DELIVERED))] == [SENDER]
    assert desk.outbox((State.FAILED,)) == ()
    for number in range(outgoing.LINES_MAX):
        world.mono_s += HOUR_S
        say(world, f"sapi nomor {number} hilang dari kandang di RT 03")
    assert len(desk.outbox()) == outgoing.LINES_MAX
