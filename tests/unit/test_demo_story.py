"""The demo's story and texts: told by people of the demo, repeatable, and counted truly."""

import json
import random
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.demo.check import incidents
from server.demo.figures import Figures, PolresReport, read_reports, read_status
from server.demo.messages import OWN_COUNT, BadMessages, Message, own_messages, read_messages
from server.demo.people import PLACES, VILLAGERS
from server.demo.phones import ANSWERS_MAX, BUBBLES_MAX, Kind, Phones
from server.demo.story import STORY, Scene, play
from server.demo.tally import ANSWERED, NOT_MOBILE, UNANSWERED, parts_of, tally, total
from server.domain.reading.read import read
from sms.commands import grammar
from sms.phone import parse_phone

TEXT = Message("081200000001", "ada maling di RT 02")
REPORT = PolresReport("52.04.07.2001", "41275", "+6281200000001", TEXT.text)


def figures(texts: int, reports: int) -> Figures:
    return Figures(kept=texts, reports=reports, head=9, acked=9)


def test_everybody_has_a_number_of_his_own_in_a_desa_of_sumbawa() -> None:
    assert len({villager.number for villager in VILLAGERS}) == len(VILLAGERS)
    assert all(parse_phone(villager.number) == villager.number for villager in VILLAGERS)
    assert {villager.desa for villager in VILLAGERS} == set(range(len(PLACES)))
    assert all(place.code.startswith("52.04.") for place in PLACES)


def test_the_story_shows_what_a_village_can_say() -> None:
    texts = [scene.text for scene in STORY if scene.text is not None]
    commands = [grammar.parse(text) for text in texts]
    assert len(STORY) > 11
    assert any(scene.text is None for scene in STORY)
    assert any(parts_of(Message("081", text)) > 1 for text in texts)
    assert any(read(text).official for text in texts)
    for kind in (grammar.Status, grammar.Confidential, grammar.Add):
        assert any(isinstance(command, kind) for command in commands)
    assert {scene.villager.desa for scene in STORY} == set(range(len(PLACES)))


def test_a_stopped_story_tells_nothing_more() -> None:
    told: list[Scene] = []
    stop = threading.Event()
    stop.set()
    play(told.append, stop)
    assert told == []


def test_the_same_seed_plays_the_same_texts() -> None:
    assert own_messages(7) == own_messages(7)
    assert own_messages(7) != own_messages(8)
    assert len(own_messages(7)) == OWN_COUNT


@given(st.integers())
def test_every_own_text_can_be_sent(seed: int) -> None:
    assert all(parts_of(message) for message in own_messages(seed, 20))


@given(st.integers())
def test_every_road_is_restored_and_who_was_killed_is_started(seed: int) -> None:
    plan = incidents(random.Random(seed))
    open_roads = dict.fromkeys(range(len(PLACES)), True)
    running = dict(open_roads)
    for incident in plan:
        match incident.what:
            case "cut" | "restore":
                open_roads[incident.desa] = incident.what == "restore"
            case "kill" | "start":
                running[incident.desa] = incident.what == "start"
    assert all(open_roads.values())
    assert all(running.values())
    assert [one.share for one in plan] == sorted(one.share for one in plan)
    assert {one.what for one in plan} == {"cut", "restore", "kill", "start", "polres"}


def test_a_file_of_messages_may_hold_more_than_sender_and_text(tmp_path: Path) -> None:
    path = tmp_path / "pesan.jsonl"
    lines = [{"id": 1, "sender": "TELKOMSEL", "text": "Promo"}, {"sender": "0812", "text": ""}]
    path.write_text("\n\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert read_messages(path) == (Message("TELKOMSEL", "Promo"), Message("0812", ""))


@pytest.mark.parametrize("line", ["{", "[]", '{"sender": 8, "text": "x"}', '{"text": "x"}'])
def test_a_bad_message_is_named_by_its_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "pesan.jsonl"
    path.write_text(f'{{"sender": "0812", "text": "x"}}\n{line}\n', encoding="utf-8")
    with pytest.raises(BadMessages) as refused:
        read_messages(path)
    assert "baris 2" in refused.value.sentence


def test_texts_that_arrived_once_are_neither_lost_nor_doubled() -> None:
    operator = Message("TELKOMSEL", "Promo")
    counted = tally([TEXT, operator], figures(2, 1), [REPORT], {"+6281200000001": 1}, 9.5)
    assert counted.whole
    assert (counted.sent, counted.kept, counted.reports, counted.at_polres) == (2, 2, 1, 1)
    assert counted.reasons == {ANSWERED: 1, NOT_MOBILE: 1}
    assert counted.answered == 2


def test_two_reports_of_one_text_are_one_doubled() -> None:
    assert tally([TEXT], figures(1, 2), [REPORT, REPORT], {}, 1.0).doubled == 1
    assert tally([TEXT, TEXT], figures(2, 2), [REPORT, REPORT], {}, 1.0).doubled == 0


@pytest.mark.parametrize(
    ("seen", "at_polres"),
    [
        (figures(0, 1), [REPORT]),
        (figures(1, 1), []),
        (figures(1, 0), []),
        (figures(1, 1), [PolresReport("52.04.07.2001", "41275", "+6281200000001", "lain")]),
    ],
)
def test_a_text_missing_anywhere_on_the_road_is_lost(
    seen: Figures, at_polres: list[PolresReport]
) -> None:
    counted = tally([TEXT], seen, at_polres, {}, 1.0)
    assert counted.lost == 1
    assert not counted.whole


def test_a_sealed_report_stands_for_the_complaint_about_an_official() -> None:
    complaint = Message("081200000002", "oknum polisi minta uang di pos, sy ada bukti")
    sealed = PolresReport("52.04.07.2001", "41275", "", "")
    assert tally([complaint], figures(1, 1), [sealed], {}, 1.0).whole
    assert tally([complaint], figures(1, 1), [sealed, sealed], {}, 1.0).doubled == 1
    assert tally([complaint], figures(1, 0), [], {}, 1.0).lost == 1


def test_a_text_without_answer_and_without_reason_is_not_answered() -> None:
    counted = tally([TEXT, TEXT], figures(2, 2), [REPORT, REPORT], {"+6281200000001": 1}, 1.0)
    assert counted.reasons == {ANSWERED: 1, UNANSWERED: 1}
    assert total([counted, counted], 2.0).answered == 2
    held = Figures(kept=2, reports=2, withheld={"anggaran SMS habis": 4})
    explained = tally([TEXT, TEXT], held, [REPORT, REPORT], {}, 1.0)
    assert explained.reasons == {"anggaran SMS habis": 2}


def test_status_and_reports_are_read_as_they_are_told() -> None:
    status = {
        "inbox": {"kept": 5, "unread": 1, "part": 1, "done": 3},
        "outbox": {"queued": 1, "unknown": 1, "delivered": 2},
        "reports": 3,
        "withheld": {"anggaran SMS habis": 1},
        "journal": {"head": 9, "acked": 7},
        "modem": "good",
    }
    read = read_status(status)
    assert (read.kept, read.unread, read.unsent, read.backlog, read.quiet) == (5, 2, 2, 2, False)
    assert read_status(None) == Figures()
    (line,) = read_reports([{"desa": "x", "ticket": "1", "sender": None, "text": None}])
    assert line.sealed


def test_a_phone_shows_its_own_bubbles_and_the_page_the_newest_answers() -> None:
    phones = Phones()
    for number in range(BUBBLES_MAX + 5):
        phones.add("a", Kind.GOT, str(number), number, 1)
    phones.add("b", Kind.SENT, "halo", 1)
    assert len(phones.thread("a")) == BUBBLES_MAX
    assert [bubble.text for bubble in phones.thread("b")] == ["halo"]
    assert len(phones.answers()) == ANSWERS_MAX
    assert phones.answers()[0].text == str(BUBBLES_MAX + 4)
    assert phones.last("c") is None
