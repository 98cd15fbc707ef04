"""The enrolment card as a file, and the passphrases beside it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from played_node import START_S, Chance

from server import card as cards
from server.card import BadDesaCode, Card, CardBroken, CardForged, CardMissing, CardNewer
from server.passphrase import WORDS, make_passphrase
from server.polres import district as districts
from server.polres import enrolment


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Card]:
    """Give a card of a real Polres."""
    districts.init(tmp_path / "polres", "Polres Sumbawa", Chance("init"))
    opened = districts.open_district(tmp_path / "polres", Chance("run"))
    yield enrolment.enroll(opened, "5204072001", "Pungka", "http://10.0.0.1", now_s=START_S)
    opened.close()


def test_a_card_is_read_back_as_it_was_written(made: Card, tmp_path: Path) -> None:
    path = tmp_path / "card.json"
    cards.write_card(path, made)
    assert cards.read_card(path) == made
    assert path.stat().st_mode & 0o077 == 0
    assert [person.name for person in made.recipients().recipients] == ["Polres", "Propam"]


def test_a_card_shows_what_people_check_by_eye(made: Card) -> None:
    fields = cards.pack_card(made)
    assert (fields["kentongan_card"], fields["node"]) == (1, "52.04.07.2001")
    assert len(str(fields["code"])) == 20


@pytest.mark.parametrize("name", ["node", "url", "code", "expires_s", "root", "list"])
def test_a_card_without_a_field_is_broken(made: Card, name: str) -> None:
    fields = cards.pack_card(made)
    del fields[name]
    with pytest.raises(CardBroken):
        cards.parse_card(json.dumps(fields))


def test_a_cut_or_missing_card_is_refused_in_plain_words(made: Card, tmp_path: Path) -> None:
    text = json.dumps(cards.pack_card(made))
    for cut in ("", text[:100], "[]", "[" * 9_000):
        with pytest.raises(CardBroken):
            cards.parse_card(cut)
    with pytest.raises(CardMissing) as caught:
        cards.read_card(tmp_path / "none.json")
    assert "tidak ditemukan" in caught.value.sentence


def test_a_changed_list_or_desa_is_a_forgery(made: Card) -> None:
    fields = cards.pack_card(made)
    for name, value in (("node", "52.04.07.2002"), ("root", "00" * 32), ("list", "00")):
        with pytest.raises(CardForged):
            cards.parse_card(json.dumps(fields | {name: value}))


def test_a_card_of_a_later_version_says_so(made: Card) -> None:
    with pytest.raises(CardNewer):
        cards.parse_card(json.dumps(cards.pack_card(made) | {"kentongan_card": 2}))


@given(st.integers(1_101_010_001, 9_999_999_999))
def test_a_desa_number_and_its_code_are_one(number: int) -> None:
    assert cards.node_number(cards.node_code(number)) == number


@pytest.mark.parametrize("code", ["", "52", "52.04.07.200", "52-04-07-2001", "52.04.07.2001x"])
def test_what_is_no_desa_code_is_refused(code: str) -> None:
    with pytest.raises(BadDesaCode):
        cards.node_number(code)


def test_passphrase_words_are_many_different_and_short() -> None:
    assert len(set(WORDS)) == len(WORDS) >= 256
    assert all(word.isascii() and word.islower() and len(word) <= 8 for word in WORDS)


@given(st.lists(st.integers(0, 10**6), min_size=6, max_size=6))
def test_a_passphrase_is_five_words_and_two_digits(draws: list[int]) -> None:
    feed = iter(draws)
    *words, digits = make_passphrase(lambda count: next(feed) % count).split("-")
    assert len(words) == 5
    assert set(words) <= set(WORDS)
    assert len(digits) == 2
    assert digits.isdecimal()
