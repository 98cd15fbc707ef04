"""Preparing a box: from a card to an enrolled folder, or to nothing at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from played_node import Chance
from world import CODE, NAME, NOW_S, MemoryRoad

from server import settings
from server.card import CardBroken, CardForged, CardMissing, write_card
from server.database import FILE_NAME
from server.desa import keys as key_files
from server.desa import setup
from server.desa.setup import DirectoryTaken
from server.polres import district as districts
from server.polres import enrolment
from server.polres.district import District
from server.polres.store import nodes
from sync.errors import BadSignature, CardRefused, NotEnrolled, SyncError

MODEMS = ("/dev/ttyUSB0", "/dev/ttyUSB1")


class Calendar:
    """The Polres' clock."""

    def wall_s(self) -> int:
        """A fixed moment."""
        return NOW_S


class Post:
    """The Polres and the road to it, with its cards."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.district = self._district("polres")
        self.road = MemoryRoad(self.district, Calendar())
        self.chance = Chance("desa")
        monkeypatch.setattr(setup, "open_road", lambda _url, _timeout_s: self.road)

    def _district(self, name: str) -> District:
        districts.init(self.folder / name, "Polres Sumbawa")
        return districts.open_district(self.folder / name)

    def card(self, name: str = "card.json", district: District | None = None) -> Path:
        """A card in a file."""
        made = enrolment.enroll(
            district or self.district, CODE, NAME, "http://127.0.0.1:1", now_s=NOW_S
        )
        write_card(self.folder / name, made)
        return self.folder / name

    def init(self, folder: str, card: Path) -> str:
        """Prepare a box."""
        return setup.init(self.folder / folder, card, MODEMS, 8081, self.chance)

    def other_district(self) -> District:
        """A Polres that nobody expects."""
        return self._district("other")


@pytest.fixture
def post(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    """Give a Polres that can be reached."""
    made = Post(tmp_path, monkeypatch)
    yield made
    made.district.close()


def enrolled(district: District) -> bool:
    """Whether the Polres knows the desa's key."""
    with district.read() as connection:
        row = nodes.get(connection, 5_204_072_004)
    return row is not None and row.public is not None


def test_a_card_makes_an_enrolled_box_that_only_its_owner_reads(post: Post) -> None:
    told = post.init("box", post.card())
    assert "sudah terdaftar" in told
    assert enrolled(post.district)
    written = settings.load(post.folder / "box" / settings.FILE_NAME)
    assert (written.desa.code, written.desa.name) == (CODE, NAME)
    assert (written.modem.ports, written.web.port) == (MODEMS, 8081)
    assert (post.folder / "box").stat().st_mode & 0o077 == 0
    for name in (key_files.KEY_FILE, key_files.CARD_FILE, settings.FILE_NAME, FILE_NAME):
        assert (post.folder / "box" / name).stat().st_mode & 0o777 == 0o600


def test_without_a_road_the_box_is_ready_and_enrols_later(post: Post) -> None:
    post.road.cut = True
    told = post.init("box", post.card())
    assert "belum terjangkau" in told
    assert not enrolled(post.district)
    assert (post.folder / "box" / FILE_NAME).exists()


def test_a_card_makes_one_box_and_the_second_leaves_nothing_behind(post: Post) -> None:
    card = post.card()
    post.init("first", card)
    with pytest.raises(CardRefused):
        post.init("second", card)
    assert not (post.folder / "second").exists()
    assert (post.folder / "first" / FILE_NAME).exists()


def test_a_folder_with_a_box_in_it_is_left_as_it_is(post: Post) -> None:
    post.init("box", post.card())
    before = {path.name: path.read_bytes() for path in (post.folder / "box").iterdir()}
    with pytest.raises(DirectoryTaken) as caught:
        post.init("box", post.card("again.json"))
    assert caught.value.sentence
    assert before == {path.name: path.read_bytes() for path in (post.folder / "box").iterdir()}


def test_a_folder_that_was_there_before_keeps_what_is_not_ours(post: Post) -> None:
    card = post.card()
    post.init("first", card)
    (post.folder / "second").mkdir()
    (post.folder / "second" / "notes.txt").write_text("milik orang", encoding="utf-8")
    with pytest.raises(CardRefused):
        post.init("second", card)
    assert [path.name for path in (post.folder / "second").iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("content", "error"),
    [(None, CardMissing), ("", CardBroken), ("{}", CardBroken), ("[1]", CardBroken)],
)
def test_a_card_that_cannot_be_read_makes_nothing(
    post: Post, content: str | None, error: type[Exception]
) -> None:
    path = post.folder / "broken.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(error):
        post.init("box", path)
    assert not (post.folder / "box").exists()


def test_a_card_whose_list_was_changed_makes_nothing(post: Post) -> None:
    path = post.card()
    text = path.read_text(encoding="utf-8")
    at = text.index('"list": "') + 60
    digit = "0" if text[at] != "0" else "1"
    path.write_text(text[:at] + digit + text[at + 1 :], encoding="utf-8")
    with pytest.raises(CardForged):
        post.init("box", path)
    assert not (post.folder / "box").exists()


def test_a_card_that_another_polres_made_is_refused_by_this_one(post: Post) -> None:
    other = post.other_district()
    with pytest.raises(SyncError):
        post.init("box", post.card("foreign.json", other))
    assert not (post.folder / "box").exists()
    other.close()


def test_an_answer_that_is_not_signed_by_the_polres_on_the_card_is_not_believed(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = post.other_district()
    true = post.road.post

    def forged(path: str, octets: bytes) -> bytes:
        true(path, octets)
        return enrolment.certificate_octets(
            enrolment.Certificate(5_204_072_004, 1, b"k" * 32, 0), other.keys.root
        )

    monkeypatch.setattr(post.road, "post", forged)
    with pytest.raises(BadSignature):
        post.init("box", post.card())
    assert not (post.folder / "box").exists()
    other.close()


def test_a_desa_that_the_polres_forgot_is_told_so(post: Post) -> None:
    card = post.card()
    with post.district.write() as connection:
        connection.exec_driver_sql("delete from cards")
    with pytest.raises(NotEnrolled):
        post.init("box", card)
    assert not (post.folder / "box").exists()
