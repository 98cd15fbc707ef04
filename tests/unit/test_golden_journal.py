"""Journals written by the first version are read for ever, and are still written the same."""

import json
from pathlib import Path

import pytest
from drawn import empty_store
from golden import EVENTS, STAMP, Night, Seeds

from server.domain import codec
from sync import enrol, exchange, frame, journal, message, seal
from sync.entry import HEADER_OCTETS, Entry, Header
from sync.message import Answer, Request

DATA = Path(__file__).resolve().parents[1] / "data"
KEPT = json.loads((DATA / "codec0.json").read_text(encoding="ascii"))
BODIES = json.loads((DATA / "bodies.json").read_text(encoding="ascii"))
NIGHT = Night(Seeds(**KEPT["seeds"]))
HEX: dict[str, str] = KEPT["hex"]


@pytest.mark.parametrize("name", HEX)
def test_the_same_seeds_still_give_the_same_octets(name: str) -> None:
    assert NIGHT.octets()[name] == HEX[name]


def test_nothing_of_the_night_is_missing_in_the_golden_file() -> None:
    assert HEX.keys() == NIGHT.octets().keys()
    assert BODIES.keys() == EVENTS.keys() == {str(number) for number in codec.KINDS}


@pytest.mark.parametrize(("seq", "kind"), [(1, "1"), (2, "2"), (3, "2"), (4, "8")])
def test_a_golden_entry_is_opened_and_read(seq: int, kind: str) -> None:
    octets = bytes.fromhex(HEX[f"entry {seq}"])
    entry = Entry(Header.unpack(octets[:HEADER_OCTETS]), octets[HEADER_OCTETS:])
    assert codec.decode(NIGHT.vault.open_entry(entry, unit=True)) == (STAMP, EVENTS[kind])


def test_the_golden_frame_is_accepted_by_its_reader() -> None:
    received = frame.unpack(bytes.fromhex(HEX["frame"]))
    assert frame.entries_of(received) == NIGHT.entries
    taken = journal.accept(empty_store(), received, NIGHT.writer.public, NIGHT.polres.public)
    assert taken.head.hash.hex() == HEX["head"]
    assert taken.new == NIGHT.entries


def test_the_golden_request_is_read_by_its_polres() -> None:
    number, opened = enrol.open_addressed(NIGHT.polres, bytes.fromhex(HEX["request"]))
    body, signature = message.open_envelope(opened)
    seal.verify(NIGHT.writer.public, message.REQUEST_DOMAIN, body, signature)
    assert Request.unpack(body) == NIGHT.request()
    assert number == NIGHT.log_id.node


def test_the_golden_answer_is_read_by_its_desa() -> None:
    read = exchange.open_answer(bytes.fromhex(HEX["answer"]), NIGHT.request(), NIGHT.speaker)
    assert isinstance(read, Answer)
    assert read == NIGHT.answer()


@pytest.mark.parametrize("kind", BODIES)
def test_the_golden_body_of_each_kind_is_read_and_written_the_same(kind: str) -> None:
    assert codec.decode(bytes.fromhex(BODIES[kind])) == (STAMP, EVENTS[kind])
    assert codec.encode(STAMP, EVENTS[kind]).hex() == BODIES[kind]
