"""Nothing stops a log for ever: not octets that rot on a card, not an answer that cannot be."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server.desa import steps
from server.desa.exchange import short
from server.polres.down import orders
from server.polres.store.engine import FILE_NAME
from server.polres.store.journals import PolresStore
from server.vault import Bodies
from sync import exchange as sync_exchange
from sync import journal, message, peers, seal
from sync.chain import Head
from sync.errors import Fork
from sync.exchange import Speaker
from sync.message import RECEIPT_DOMAIN, Answer, Receipt
from sync.store import SqliteStore
from tests.world import CODE, World

VILLAGER = "+6281200001111"
ROTS = 12


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    made.exchange()
    yield made
    made.node.database.close()
    made.district.close()


def send(world: World, *texts: str) -> None:
    for text in texts:
        world.text(VILLAGER, text)
    world.listen()


def keep_frames(world: World, *, columns: bool) -> None:
    """Make the frames of what was written, in codec 1 or as stored."""
    node = world.node
    with node.database.write() as db:
        store, keys = SqliteStore(db), node.keys
        code = short.code_of(node, store) if columns else None
        journal.make_frames(
            store, node.ledger.log_id, keys.identity.signing, keys.pinned.exchange, code
        )


def rot(octets: bytes, at: int) -> bytes:
    """One bit of it turned."""
    return octets[:at] + bytes([octets[at] ^ 4]) + octets[at + 1 :]


def rot_newest(db: sqlite3.Connection, log: int, change: Callable[[bytes], bytes]) -> None:
    """Damage the newest frame of a log in a database."""
    (kept,) = db.execute(
        "select frame from frames where log = ? order by last desc limit 1", (log,)
    ).fetchone()
    db.execute(
        "update frames set frame = ? where log = ? and last ="
        " (select max(last) from frames where log = ?)",
        (change(kept), log, log),
    )


def exchanges_until(world: World, met: Callable[[], bool], most: int = 4) -> int:
    """How many exchanges it takes."""
    for count in range(1, most + 1):
        world.exchange()
        if met():
            return count
    pytest.fail(f"not within {most} exchanges: {world.node.health.road_trouble}")


PLACES = [*range(38), 38, 70, 101, 102, 110, -1]


@pytest.mark.parametrize("columns", [False, True], ids=["stored", "columns"])
def test_a_frame_that_rots_on_the_card_is_made_anew(world: World, columns: bool) -> None:  # noqa: FBT001
    slowest = 0
    for number, place in enumerate(PLACES):
        text = f"Kebakaran di dusun {'abcdefghij'[number // 10]}{'klmnopqrst'[number % 10]}"
        send(world, text)
        keep_frames(world, columns=columns)
        with world.node.database.write() as db:
            rot_newest(db, 0, lambda kept, at=place: rot(kept, at % len(kept)))
        arrived = exchanges_until(
            world, lambda text=text: text in {one.report.text for one in world.at_polres()}
        )
        slowest = max(slowest, arrived)
    print(f"{len(PLACES)} places, {slowest} exchanges at most")
    assert len(world.at_polres()) == len(PLACES)


def test_a_frame_that_is_cut_on_the_card_is_made_anew(world: World) -> None:
    for number, length in enumerate((0, 5, 38, 101, 110)):
        text = f"Pohon tumbang di dusun {'klmnopqrst'[number]}"
        send(world, text)
        keep_frames(world, columns=True)
        with world.node.database.write() as db:
            rot_newest(db, 0, lambda kept, length=length: kept[:length])
        exchanges_until(
            world, lambda text=text: text in {one.report.text for one in world.at_polres()}
        )


def test_a_frame_of_orders_that_rots_at_the_polres_is_made_anew(world: World) -> None:
    send(world, "Sapi saya hilang dari kandang")
    world.exchange()
    ticket = world.report().ticket
    for number, place in enumerate((*range(0, 38, 5), 38, 101, 102, 150, -1)):
        words = f"Petugas berangkat {number}"
        orders.order_answer(world.district, CODE, ticket, words, by="x", now_s=world.wall_s())
        world.road.cut = True
        with world.district.write():
            pass
        make_down(world)
        with sqlite3.connect(world.folder / "polres" / FILE_NAME) as db:
            rot_newest(db, 1, lambda kept, at=place: rot(kept, at % len(kept)))
        db.close()
        world.road.cut = False

        def is_told(words: str = words) -> bool:
            world.speak()
            return f"No {ticket}: {words}" in [text for _, text in world.sent]

        exchanges_until(world, is_told)


def make_down(world: World) -> None:
    """Let the Polres frame its orders, as an exchange whose answer is lost does."""
    world.road.cut = False
    world.road.lose_answers = 1
    assert world.exchange().result is steps.Result.LATER


def forged_answer(world: World, seq: int, digest: bytes) -> tuple[Answer, message.Request, Speaker]:
    """An answer that the root signed, with a receipt for a log that was never written."""
    node = world.node
    speaker = Speaker(
        node.ledger.log_id, node.keys.identity.signing, node.vault.ram, node.keys.pinned
    )
    with node.database.write() as db:
        request = sync_exchange.compose(db, speaker, (), world.wall_s(), 4)
    receipt = Receipt(speaker.log_id, 0, Head(seq, digest), world.wall_s()).pack()
    signed = seal.sign(world.district.keys.root, RECEIPT_DOMAIN, receipt)
    answer = Answer(
        "ok", sync_exchange.request_hash(request), world.wall_s(), (receipt, signed),
        (), 1, (), (), (),
    )  # fmt: skip
    return answer, request, speaker


@pytest.mark.parametrize("beyond", [0, 1, 500])
def test_a_receipt_for_what_was_never_written_is_not_believed(world: World, beyond: int) -> None:
    send(world, "Ada maling di pasar")
    node = world.node
    with node.database.read() as db:
        before = peers.receipt(db)
        head = SqliteStore(db).head(node.ledger.log_id)
    answer, request, speaker = forged_answer(world, head.seq + beyond, b"x" * 32)
    with pytest.raises(Fork), node.database.write() as db:
        sync_exchange.take(db, answer, request, speaker)
    with node.database.read() as db:
        assert peers.receipt(db) == before
    world.exchange()
    assert [one.report.text for one in world.at_polres()] == ["Ada maling di pasar"]


def test_a_kept_frame_that_rots_at_the_polres_does_not_refuse_the_same_frame_again(
    world: World,
) -> None:
    send(world, "Ada maling di pasar")
    world.road.lose_answers = 1
    world.exchange()
    node, decoder, opener = world.node, world.district.decoder, Bodies(world.node.vault)
    reader, writer = node.keys.pinned.exchange, node.keys.identity.signing.public
    for length in (0, 20, 90):
        with sqlite3.connect(world.folder / "polres" / FILE_NAME) as db:
            rot_newest(db, 0, lambda kept, length=length: kept[:length])
        db.close()
        with node.database.read() as own, world.district.write() as connection:
            (kept,) = SqliteStore(own).frames_after(node.ledger.log_id, 1, 1)
            far = PolresStore(connection)
            again = journal.accept(
                far, kept, writer, reader, lambda got, far=far: decoder.entries(far, got, opener)
            )
            assert again.new == ()
