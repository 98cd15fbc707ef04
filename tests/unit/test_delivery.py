"""After the sending: delivery reports, texts of unknown fate, and answers of several parts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from spoken import (
    HOUR_S,
    OFFICER,
    OTHER,
    SENDER,
    MakeWorld,
    Modem,
    Silent,
    act,
    counts,
    journeys,
    report_of,
    say,
    speak,
    spent,
    told,
    villages,
)
from world import World

from hardware.errors import SendRefused, SendUnknown
from server.domain import requests as r
from server.domain.errors import Reason, Refused
from server.sections import Answers


@pytest.fixture
def make(tmp_path: Path) -> Iterator[MakeWorld]:
    """Give a maker of villages."""
    with villages(tmp_path) as build:
        yield build


class TestDelivery:
    def test_a_report_is_matched_by_reference_and_number(self, make: MakeWorld) -> None:
        world = make()
        for sender in (SENDER, OTHER):
            say(world, "kemalingan di pasar tadi malam", sender)
        speak(world, Silent(world))
        report_of(world, 7, OFFICER)
        report_of(world, 8, SENDER)
        assert counts(world) == {"sent": 2}
        report_of(world, 7, SENDER)
        assert counts(world) == {"sent": 1, "delivered": 1}
        first = next(one for one in world.desk().reports() if one.sender == SENDER)
        assert journeys(world, first.ticket) == ["sent", "delivered"]
        report_of(world, 7, OTHER, 0x41)
        assert counts(world) == {"failed": 1, "delivered": 1}

    def test_a_text_whose_fate_was_unknown_is_not_sent_again_once_its_report_comes(
        self, make: MakeWorld
    ) -> None:
        world = make()
        say(world, "kemalingan di pasar tadi malam")
        modem = Modem(world, SendUnknown())
        speak(world, modem)
        assert counts(world) == {"unknown": 1}
        report_of(world, 99, OTHER)
        assert counts(world) == {"unknown": 1}
        report_of(world, 99, SENDER)
        world.mono_s += HOUR_S
        speak(world, modem)
        assert counts(world) == {"delivered": 1}
        assert len(modem.handed) == 1


LONG = " ".join(f"Petunjuk {number}: kumpul di balai desa, bawa senter." for number in range(8))


class TestLongAnswers:
    @pytest.fixture
    def world(self, make: MakeWorld) -> World:
        world = make(Answers(answer_parts=3))
        say(world, "kemalingan di pasar tadi malam")
        world.speak()
        world.sent.clear()
        return world

    def test_an_answer_of_three_parts_is_split_at_words_and_arrives_whole(
        self, world: World
    ) -> None:
        assert act(world, r.Answer(world.report().ticket, "Made", LONG)) is None
        before = spent(world)
        world.speak()
        parts = told(world)
        assert "".join(parts) == f"No {world.report().ticket}: {LONG}"
        assert len(parts) == 3
        assert all(part.endswith(" ") for part in parts[:-1])
        assert spent(world) == before + 3
        assert counts(world) == {"delivered": 2}

    def test_it_is_delivered_when_its_last_part_is(self, world: World) -> None:
        act(world, r.Answer(world.report().ticket, "Made", LONG))
        modem = Silent(world)
        modem.references = (7, 8, 9)
        speak(world, modem)
        assert [one.part and one.part.number for one in modem.handed] == [1, 2, 3]
        for reference in (8, 7):
            report_of(world, reference, SENDER)
            assert counts(world) == {"delivered": 1, "sent": 1}
        report_of(world, 9, SENDER)
        assert counts(world) == {"delivered": 2}

    def test_after_a_refusal_in_the_middle_only_the_missing_parts_go(self, world: World) -> None:
        act(world, r.Answer(world.report().ticket, "Made", LONG))
        before = spent(world)
        modem = Modem(world, None, SendRefused(38))
        speak(world, modem)
        assert spent(world) == before + 1
        world.restart()
        world.exchange()
        world.mono_s += 60
        again = Modem(world)
        speak(world, again)
        assert [one.part and one.part.number for one in modem.handed] == [1, 2]
        assert [one.part and one.part.number for one in again.handed] == [2, 3]
        assert spent(world) == before + 3

    def test_longer_ones_and_those_of_villages_without_the_setting_are_refused(
        self, world: World
    ) -> None:
        ticket = world.report().ticket
        assert act(world, r.Answer(ticket, "Made", LONG * 2)) == Refused(Reason.TEXT_TOO_LONG)
        desk = world.desk()
        desk.answer_parts = 1
        assert desk.act(r.Answer(ticket, "Made", LONG)) == Refused(Reason.TEXT_TOO_LONG)
