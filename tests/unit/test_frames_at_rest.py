"""A kept frame tells a thief of the card nothing: its key lies in RAM, and wrapped to readers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.desa import keys as key_files
from server.vault import Bodies, Vault
from sync import frame, seal
from sync.codec import squeeze
from sync.codec.coder import Decoder
from sync.codec.packed import CODEC_COLUMNS
from sync.errors import MalformedFrame
from sync.frame import Frame
from sync.session import SessionKeys
from sync.store import SqliteStore
from tests.world import World

VILLAGER = "+6281276543210"
WORDS = ("zirkonia", "walafiat", "quokka", "7654321")
TEXTS = (
    "Kebakaran di gudang Zirkonia sejak subuh",
    "Maling motor lari ke kebun Walafiat, tolong",
    "Anak hilang berbaju quokka biru di pasar",
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A desa whose texts lie in kept frames, for the road was cut."""
    made = World(tmp_path)
    made.exchange()
    made.road.cut = True
    for text in TEXTS:
        made.text(VILLAGER, text)
        made.listen()
        made.exchange()
    return made


def rows(world: World) -> list[bytes]:
    """The frames of the desa's log as they lie on the disk."""
    found = world.node.database.connection.execute(
        "select frame from frames where log = 0 order by last"
    )
    return [bytes(row[0]) for row in found]


def columns(world: World) -> list[Frame]:
    """Those of codec 1."""
    kept = [frame.unpack(row) for row in rows(world)]
    return [one for one in kept if one.codec == CODEC_COLUMNS]


def compressed_texts(octets: bytes) -> Iterator[bytes]:
    """Every text that opens without a key where two octets announce how long it is."""
    for at in range(len(octets) - 4):
        end = at + 4 + int.from_bytes(octets[at : at + 2], "big")
        # The shortest of the planted texts is longer than this when it is compressed.
        if at + 24 <= end <= len(octets):
            try:
                yield squeeze.expand(octets[at + 4 : end], b"")
            except MalformedFrame:
                continue


def secrets_on_the_card(world: World) -> set[bytes]:
    """Every key that a thief of the card holds."""
    keys = key_files.read(world.directory)
    seed = bytes.fromhex((world.directory / key_files.KEY_FILE).read_text(encoding="ascii"))
    identity, card = keys.identity, keys.card
    signing = identity.signing.secret
    return {
        seed, signing[:32], signing[32:], identity.exchange.secret, identity.duty,
        card.root, card.exchange,
    }  # fmt: skip


def test_no_word_of_a_text_and_no_compressed_text_stands_in_a_kept_frame(world: World) -> None:
    kept = columns(world)
    assert kept
    for one in kept:
        assert list(compressed_texts(one.body)) == []
        assert not any(word.encode() in frame.pack(one).lower() for word in WORDS)


def test_all_that_is_on_the_card_opens_no_kept_frame(world: World) -> None:
    kept, ram = columns(world), seal.KeyPair(b"", b"")
    duty = key_files.read(world.directory).identity.duty
    store = SqliteStore(world.node.database.connection)
    assert kept
    for one in kept:
        for secret in (None, *secrets_on_the_card(world)):
            stolen = Vault(duty, SessionKeys(one.session, secret, secret, secret), ram)
            with pytest.raises(MalformedFrame):
                Decoder().entries(store, one, Bodies(stolen))
        running = Bodies(world.node.vault)
        assert len(Decoder().entries(store, one, running).entries) == one.count


def test_a_kept_frame_is_sent_as_it_lies_after_a_restart_that_locked_its_session(
    world: World,
) -> None:
    before = rows(world)
    assert columns(world)
    world.restart()
    assert rows(world) == before
    world.road.cut = False
    while world.exchange().result.name == "DONE" and len(world.at_polres()) < len(TEXTS):
        continue
    assert rows(world)[: len(before)] == before
    assert {one.report.text for one in world.at_polres()} == set(TEXTS)
