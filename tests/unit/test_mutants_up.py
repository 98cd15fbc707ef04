"""Changed messages at the Polres: whole exchanges, short asks, enrolments, and their frames."""

import random
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from mutants import Tally, count_of, frame_mutant, mutant_of

from server.desa.exchange import short
from server.polres import enrolment, gate, quick
from server.polres.store.journals import PolresStore
from server.vault import Identity
from sync import exchange, frame, journal, message, seal
from sync.enrol import addressed, enrolment_octets
from sync.exchange import Speaker
from sync.frame import Frame
from sync.message import Request
from sync.quick import carry, words
from sync.store import SqliteStore
from tests.world import CODE, World

VILLAGER = "+6281200001111"
TEXTS = (
    "Banjir di dusun Krajan, air masuk rumah warga",
    "Ada maling ayam di dekat masjid",
    "oknum polisi minta uang di pos, saya ada bukti",
    "kebakaran lahan di sebelah barat sawah pak Nyoman",
    "STATUS",
    "Sapi saya hilang dari kandang sejak subuh",
)
SEED = 26_11_22


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Give a village that its Polres knows, with frames of both codecs that it has not seen."""
    made = World(tmp_path)
    made.exchange()
    made.exchange()
    for number, text in enumerate(TEXTS):
        made.text(VILLAGER, text)
        made.listen()
        if number % 2:
            keep_frames(made, columns=number % 4 == 1)
    yield made
    made.node.database.close()
    made.district.close()


def keep_frames(world: World, *, columns: bool) -> None:
    """Frame what was written."""
    node = world.node
    with node.database.write() as db:
        store, keys = SqliteStore(db), node.keys
        code = short.code_of(node, store) if columns else None
        journal.make_frames(
            store, node.ledger.log_id, keys.identity.signing, keys.pinned.exchange, code
        )


def speaker(world: World) -> Speaker:
    """Who speaks for the village."""
    node = world.node
    return Speaker(node.ledger.log_id, node.keys.identity.signing, node.vault.ram, node.keys.pinned)


def request(world: World) -> Request:
    """What the village would bring in a whole exchange."""
    with world.node.database.write() as db:
        return exchange.compose(db, speaker(world), (), world.wall_s(), 4)


def frames(world: World) -> list[Frame]:
    """All frames that the Polres has not seen, of both codecs."""
    found = [frame.unpack(packed) for packed in request(world).frames]
    assert {one.codec for one in found} == {0, 1}
    return found


def untouched(world: World, deliver: Callable[[bytes], str]) -> Callable[[bytes], str]:
    """Deliver, look whether the Polres took anything, and let it forget all of it."""
    log_id = world.node.ledger.log_id

    def call(octets: bytes) -> str:
        with world.district.write() as connection:
            store = PolresStore(connection)
            before, trial = store.head(log_id), connection.begin_nested()
            try:
                said = deliver(octets)
                return said if store.head(log_id) == before else ""
            finally:
                trial.rollback()
                world.district.decoder.forget(log_id)

    return call


def arrives(world: World) -> None:
    """What was not changed still arrives, once."""
    world.exchange()
    world.exchange()
    texts = [one.report.text for one in world.at_polres()]
    expected = [text for text in TEXTS if text != "STATUS" and "oknum" not in text]
    assert sorted(text for text in texts if text) == sorted(expected)


def test_changed_requests_are_refused_by_their_seal(world: World) -> None:
    asked = request(world)
    octets = exchange.seal_request(asked, speaker(world), secrets.token_bytes(32))
    other = exchange.seal_request(replace(asked, frames=()), speaker(world), bytes(32))
    draw, tally = random.Random(SEED), Tally("whole requests")
    deliver = untouched(
        world,
        lambda sent: str(gate.exchange(world.district, sent, None, world.wall_s()).status),
    )
    for _ in range(count_of(1_500)):
        tally.run(mutant_of(draw, octets, [octets, other]), deliver)
    tally.check()
    assert set(tally.refused) <= {"400", "403"}
    arrives(world)


def test_changed_messages_in_a_sound_box_are_refused_by_their_signature(world: World) -> None:
    pinned, packed = world.node.keys.pinned, request(world).pack()
    signature = seal.sign(world.node.keys.identity.signing, message.REQUEST_DOMAIN, packed)
    whole = message.envelope(packed, signature)
    draw, tally = random.Random(SEED + 1), Tally("requests in a sound box")

    def post(plain: bytes) -> str:
        octets = addressed(pinned.node, pinned.exchange, plain, secrets.token_bytes(32))
        return str(gate.exchange(world.district, octets, None, world.wall_s()).status)

    deliver = untouched(world, post)
    for _ in range(count_of(1_500)):
        bent = mutant_of(draw, packed, [packed])
        plain = message.envelope(bent, signature) if draw.random() < 0.5 else bent
        tally.run(plain if draw.random() < 0.5 else mutant_of(draw, whole, [whole]), deliver)
    tally.check()
    assert set(tally.refused) <= {"400", "403"}
    arrives(world)


def test_changed_frames_are_refused_though_the_request_is_signed(world: World) -> None:
    known, asked = frames(world), request(world)
    draw, tally = random.Random(SEED + 2), Tally("frames in signed requests")
    packed = [frame.pack(one) for one in known]

    def post(bent: bytes) -> str:
        sent = exchange.seal_request(
            replace(asked, frames=(bent,)), speaker(world), secrets.token_bytes(32)
        )
        reply = gate.exchange(world.district, sent, None, world.wall_s())
        return f"answered {reply.status}"

    deliver = untouched(world, post)
    # Only the first frame follows what the Polres holds: others have a gap before them.
    for _ in range(count_of(700)):
        one = known[0] if draw.random() < 0.8 else draw.choice(known)
        if draw.random() < 0.5:
            tally.run(mutant_of(draw, frame.pack(one), packed), deliver)
        else:
            tally.run(frame.pack(frame_mutant(draw, one, known)), deliver)
    tally.check()
    arrives(world)


def asks(world: World) -> list[tuple[bytes, bytes]]:
    """(sealed, plain) of every ask of a row."""
    node = world.node
    with node.database.write() as db:
        code = short.code_of(node, SqliteStore(db))
        composed = carry.compose(db, speaker(world), node.known, node.random, code)
    assert composed is not None
    key = seal.shared_key(node.vault.ram, node.keys.pinned.exchange)
    return [(sealed, words.open_ask(key, sealed)) for sealed in composed.sealed]


def test_changed_asks_are_refused_by_their_seal(world: World) -> None:
    sealed = [one for one, _ in asks(world)]
    draw, tally = random.Random(SEED + 3), Tally("short asks")
    deliver = untouched(
        world, lambda sent: str(quick.ask(world.district, sent, world.wall_s()).status)
    )
    for _ in range(count_of(2_500)):
        tally.run(mutant_of(draw, draw.choice(sealed), sealed), deliver)
    tally.check()
    assert set(tally.refused) == {"403"}
    arrives(world)


def test_changed_asks_under_the_runs_own_key_bring_nothing_forged(world: World) -> None:
    plain = [one for _, one in asks(world)]
    node, draw, tally = world.node, random.Random(SEED + 4), Tally("asks under the run's key")
    key = seal.shared_key(node.vault.ram, node.keys.pinned.exchange)
    log_id = node.ledger.log_id

    def post(bent: bytes) -> str:
        sent = words.seal_ask(key, log_id.node, node.vault.ram.public, secrets.token_bytes(8), bent)
        reply = quick.ask(world.district, sent, world.wall_s())
        if reply.status != 200:
            return str(reply.status)
        answer = words.Answer.unpack(words.open_answer(key, words.nonce_of(sent), reply.octets))
        return f"answered {answer.state.name}"

    deliver = untouched(world, post)
    for _ in range(count_of(1_200)):
        bent = mutant_of(draw, draw.choice(plain), plain)
        if _tells_the_same(world, bent, plain):
            continue
        tally.run(bent, deliver)
    tally.check()
    arrives(world)


def _tells_the_same(world: World, bent: bytes, plain: list[bytes]) -> bool:
    """Whether a frame came through whole: only what is wished and shown beside it differs."""
    session = frames(world)[0].session
    known = {
        words.read_ask(one, world.node.ledger.log_id, lambda _: session).frame for one in plain
    }
    try:
        told = words.read_ask(bent, world.node.ledger.log_id, lambda _: session).frame
    except Exception:  # noqa: BLE001 -- the delivery tells what it is
        return False
    return told in known


def test_changed_enrolments_use_no_card(world: World) -> None:
    now_s = world.wall_s()
    card = enrolment.enroll(world.district, CODE, "Tepal", "http://127.0.0.1:1", now_s=now_s)
    made = Identity.from_seed(b"e" * 32)
    octets = enrolment_octets(
        card.node, made.signing.public, made.duty, code=card.code, exchange=card.exchange,
        seed=b"s" * 32,
    )  # fmt: skip
    plain = message.Enrolment.unpack(seal.open_box(world.district.keys.exchange, octets[5:]))
    draw, tally = random.Random(SEED + 5), Tally("enrolments")

    def post(sent: bytes) -> str:
        status = enrolment.admit(world.district, sent, now_s).status
        return "" if status == 200 else str(status)

    for _ in range(count_of(500)):
        if draw.random() < 0.5:
            tally.run(mutant_of(draw, octets, [octets]), post)
            continue
        bent = mutant_of(draw, plain.pack(), [plain.pack()])
        seed = secrets.token_bytes(32)
        tally.run(addressed(card.node, card.exchange, bent, seed), post)
    tally.check()
    assert set(tally.refused) <= {"400", "403", "410"}
    assert enrolment.admit(world.district, octets, now_s).status == 200
