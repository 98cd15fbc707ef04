"""Changed messages at a village: answers, acks, orders, certificates, lists and key returns."""

import random
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from mutants import Tally, count_of, frame_mutant, mutant_of

from server.polres import gate, quick
from server.polres.down import downlog, orders
from server.polres.store import nodes
from sync import exchange, frame, message, peers, seal
from sync.enrol import certificate_octets, read_certificate
from sync.entry import Log
from sync.exchange import Speaker, reader_of
from sync.frame import Frame
from sync.message import Certificate, Request
from sync.quick import carry, words
from sync.session import Role, from_seeds, read_wrap, wraps_for
from sync.store import SqliteStore
from tests.world import CODE, World

VILLAGER = "+6281200001111"
SEED = 26_11_22


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Give a village for which orders wait at the Polres."""
    made = World(tmp_path)
    made.exchange()
    made.text(VILLAGER, "Sapi saya hilang dari kandang")
    made.listen()
    made.exchange()
    made.exchange()
    yield made
    made.node.database.close()
    made.district.close()


def speaker(world: World) -> Speaker:
    """Who speaks for the village."""
    node = world.node
    return Speaker(node.ledger.log_id, node.keys.identity.signing, node.vault.ram, node.keys.pinned)


def order(world: World, count: int = 3) -> None:
    """Orders that wait for the village, each in a frame of its own."""
    ticket, now_s = world.report().ticket, world.wall_s()
    for number in range(count):
        orders.order_answer(
            world.district, CODE, ticket, f"Petugas {number}", by="spkt", now_s=now_s
        )
        number_ = world.node.ledger.log_id.node
        with world.district.write() as connection:
            node = nodes.get(connection, number_)
            assert node is not None
            place = downlog.Place(world.node.vault.ram.public, 0, 0)
            downlog.deliver(connection, world.district, node, place, now_s)


def asked(world: World) -> tuple[Request, bytes]:
    """A request, and the Polres' sealed answer to it."""
    with world.node.database.write() as db:
        request = exchange.compose(db, speaker(world), (), world.wall_s(), 4)
    octets = exchange.seal_request(request, speaker(world), secrets.token_bytes(32))
    return request, gate.exchange(world.district, octets, None, world.wall_s()).octets


def untouched(world: World, deliver: Callable[[bytes], object]) -> Callable[[bytes], str]:
    """Deliver, look whether the village took anything, and let it forget all of it."""

    def state() -> tuple[object, ...]:
        db = world.node.database.connection
        logs = db.execute("select count(*), max(seq) from entries").fetchone()
        return (*logs, peers.receipt(db), peers.value(db, peers.PEOPLE), len(opened(world)))

    def call(octets: bytes) -> str:
        with world.node.database.write() as db:
            before = state()
            db.execute("savepoint trial")
            try:
                deliver(octets)
                return "not taken" if state() == before else ""
            finally:
                db.execute("rollback to trial")
                db.execute("release trial")

    return call


def opened(world: World) -> dict[bytes, object]:
    """Sessions whose keys are known."""
    return world.node.vault._opened


def test_changed_answers_are_refused_by_their_seal(world: World) -> None:
    order(world)
    request, octets = asked(world)
    draw, tally = random.Random(SEED), Tally("whole answers")

    def read(sent: bytes) -> str:
        exchange.open_answer(sent, request, speaker(world))
        return ""

    assert read(octets) == ""
    for _ in range(count_of(2_000)):
        tally.run(mutant_of(draw, octets, [octets]), read)
    tally.check()


def test_an_answer_to_another_request_is_no_answer(world: World) -> None:
    order(world)
    request, octets = asked(world)
    world.mono_s += 1
    other, answer = asked(world)
    tally = Tally("answers of others")

    def read(sent: bytes) -> str:
        exchange.open_answer(sent, request if sent == answer else other, speaker(world))
        return ""

    for sent in (octets, answer):
        tally.run(sent, read)
    tally.check()


def down_frames(world: World) -> list[Frame]:
    """The frames of orders that wait at the Polres."""
    request, octets = asked(world)
    answer = exchange.open_answer(octets, request, speaker(world))
    return [frame.unpack(packed) for packed in answer.down]


def test_changed_orders_are_refused_though_the_answer_is_signed(world: World) -> None:
    order(world)
    known = down_frames(world)
    assert len(known) >= 3
    request, octets = asked(world)
    answer = exchange.open_answer(octets, request, speaker(world))
    draw, tally = random.Random(SEED + 1), Tally("frames of orders")

    def take(bent: bytes) -> None:
        db = world.node.database.connection
        exchange.take(db, replace(answer, down=(bent,)), request, speaker(world))

    deliver = untouched(world, take)
    with world.node.database.write() as db:
        exchange.take(db, replace(answer, down=()), request, speaker(world))
    packed = [frame.pack(one) for one in known]
    for _ in range(count_of(1_500)):
        one = known[0] if draw.random() < 0.8 else draw.choice(known)
        if draw.random() < 0.5:
            tally.run(mutant_of(draw, frame.pack(one), packed), deliver)
        else:
            tally.run(frame.pack(frame_mutant(draw, one, known)), deliver)
    tally.check()
    world.exchange()
    world.speak()
    assert [text for _, text in world.sent if ": Petugas" in text] == [
        f"No {world.report().ticket}: Petugas {number}" for number in range(3)
    ]


def test_changed_receipts_are_refused_though_the_answer_is_signed(world: World) -> None:
    request, octets = asked(world)
    answer = exchange.open_answer(octets, request, speaker(world))
    draw, tally = random.Random(SEED + 2), Tally("receipts")
    packed, signature = answer.receipt

    def take(bent: bytes) -> None:
        forged = replace(answer, receipt=message.open_envelope(bent))
        exchange.take(world.node.database.connection, forged, request, speaker(world))

    whole = message.envelope(packed, signature)
    for _ in range(count_of(800)):
        if draw.random() < 0.5:
            bent = mutant_of(draw, whole, [whole])
        else:
            bent = message.envelope(mutant_of(draw, packed, [packed]), signature)
        tally.run(bent, untouched(world, take))
    tally.check()


def test_changed_short_answers_are_refused_by_their_seal_and_belong_to_one_ask(
    world: World,
) -> None:
    order(world)
    asks, answers = short_row(world)
    draw, tally = random.Random(SEED + 3), Tally("short answers")

    def read(sent: bytes) -> str:
        for _ in carry.open_answers(asks, [sent], speaker(world)):
            return ""
        return "none"

    assert read(answers[0]) == ""
    for _ in range(count_of(2_000)):
        tally.run(mutant_of(draw, draw.choice(answers), answers), read)
    other, _ = short_row(world)
    for sent in answers:
        tally.run(
            sent,
            lambda sent: "".join("" for _ in carry.open_answers(other, [sent], speaker(world))),
        )
    tally.check()
    assert set(tally.refused) == {"StrangePage"}


def short_row(world: World) -> tuple[carry.Asks, list[bytes]]:
    """A row of asks, and the answers of the Polres."""
    node = world.node
    with node.database.write() as db:
        asks = carry.compose(db, speaker(world), node.known, node.random, None)
    assert asks is not None
    now_s = world.wall_s()
    return asks, [quick.ask(world.district, one, now_s).octets for one in asks.sealed]


def test_changed_acks_under_the_right_key_move_nothing(world: World) -> None:
    order(world)
    asks, answers = short_row(world)
    key = seal.shared_key(world.node.vault.ram, world.node.keys.pinned.exchange)
    plain = words.open_answer(key, words.nonce_of(asks.sealed[0]), answers[0])
    draw, tally = random.Random(SEED + 4), Tally("acks under the run's key")
    sound = words.Answer.unpack(plain)

    def take(bent: bytes) -> None:
        told = words.Answer.unpack(bent)
        carry.take(world.node.database.connection, told, speaker(world), carry.Heard())

    deliver = untouched(world, take)
    for _ in range(count_of(1_000)):
        bent = mutant_of(draw, plain, [plain])
        try:
            same = words.Answer.unpack(bent).down[:1] == sound.down[:1]
        except Exception:  # noqa: BLE001 -- the delivery tells what it is
            same = False
        if not same:
            tally.run(bent, deliver)
    tally.check()


def test_changed_certificates_are_refused(world: World) -> None:
    pinned, root = world.node.keys.pinned, world.district.keys.root
    public = world.node.keys.identity.signing.public
    octets = certificate_octets(Certificate(pinned.node, 1, public, 0), root)
    others = [
        certificate_octets(Certificate(pinned.node + 1, 1, public, 0), root),
        certificate_octets(Certificate(pinned.node, 1, b"k" * 32, 0), root),
        certificate_octets(Certificate(pinned.node, 1, public, 0), seal.signing_pair(b"x" * 32)),
    ]
    draw, tally = random.Random(SEED + 5), Tally("certificates")

    def read(sent: bytes) -> str:
        read_certificate(sent, pinned.root, pinned.node, public)
        return ""

    assert read(octets) == ""
    for other in others:
        tally.run(other, read)
    for _ in range(count_of(1_200)):
        tally.run(mutant_of(draw, octets, [octets, *others]), read)
    tally.check()


def test_changed_lists_of_people_are_refused(world: World) -> None:
    world.officer("Made")
    pinned = world.node.keys.pinned
    octets = peers.value(world.node.database.connection, peers.PEOPLE)
    assert octets is not None
    foreign = world.district.keys.people(pinned.node + 1, 9, ())
    draw, tally = random.Random(SEED + 6), Tally("lists of people")

    def read(sent: bytes) -> str:
        peers.check_people(sent, pinned)
        return ""

    assert read(octets) == ""
    tally.run(foreign, read)
    for _ in range(count_of(1_200)):
        tally.run(mutant_of(draw, octets, [octets, foreign]), read)
    tally.check()


def test_changed_returns_of_keys_open_nothing(world: World) -> None:
    people = world.node.keys.card.recipients()
    keys = from_seeds(b"s" * 32, b"i" * 32, b"u" * 32)
    wrap = next(one for one in wraps_for(keys, people, 5) if one.recipient.role is Role.POLRES)
    ram = world.node.vault.ram
    sealed = seal.seal_box(ram.public, wrap.content, b"b" * 32)
    draw, tally = random.Random(SEED + 7), Tally("returns of keys")

    def read(sent: bytes) -> str:
        given, _started_s = read_wrap(seal.open_box(ram, sent))
        return "" if given.session is not None else "no key"

    def unsealed(sent: bytes) -> str:
        given, _started_s = read_wrap(sent)
        return "" if given.session not in {None, keys.session} else "none but the right one"

    assert read(sealed) == ""
    for _ in range(count_of(700)):
        tally.run(mutant_of(draw, sealed, [sealed]), read)
        tally.run(mutant_of(draw, wrap.content, [wrap.content]), unsealed)
    tally.check()


def test_an_order_of_another_log_or_direction_is_never_carried_out(world: World) -> None:
    order(world)
    known = down_frames(world)
    log_id = known[0].log_id
    root, reader = world.district.keys.root, reader_of(log_id.node)
    with world.node.database.write() as db:
        store = SqliteStore(db)
        for bent in (
            replace(log_id, node=log_id.node + 1),
            replace(log_id, log=Log.UP),
        ):
            one = replace(known[0], log_id=bent)
            digest = store.hash_at(log_id, known[0].first - 1) or b""
            head = replace(store.head(log_id), seq=one.last, hash=digest)
            signed = frame.signed_octets(bent, one.first, head, reader)
            forged = replace(one, signature=seal.sign(root, frame.SIGNATURE_DOMAIN, signed))
            heard = carry.Heard()
            mark = carry.mark_of(store.head(world.node.ledger.log_id))
            answer = words.Answer(
                words.State.OK, world.wall_s(), mark, 0, b"", (frame.pack(forged),)
            )
            carry.take(db, answer, speaker(world), heard)
            assert heard.orders == []
