"""A box in foreign hands: who holds its keys harms no other desa, and does not stop its own log."""

import dataclasses
import random
import resource
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
import zstandard
from drawn import empty_store
from played_node import START_S, Chance, PlayedNode, octets, received
from test_polres_pages import Desk

from server.domain.codec import KINDS
from server.polres import district as districts
from server.polres import enrolment, gate, lookup, quick
from server.polres.accounts import Role
from server.polres.district import District
from server.polres.down import officers
from server.polres.store import nodes
from server.polres.store.journals import PolresStore
from server.sections import Login
from server.vault import Bodies, Lock
from sync import frame, journal, message, seal
from sync.canonical import Value, pack
from sync.codec import coder, squeeze
from sync.codec.coder import Decoder
from sync.codec.packed import Memory
from sync.enrol import addressed, enrolment_octets
from sync.entry import Entry, Flag, Header, Log, Shape
from sync.errors import MalformedFrame
from sync.frame import Coded, Frame
from sync.quick import words
from sync.quick.words import Ask, State, Wish
from sync.session import Recipient

CODE = "52.04.07.2001"
LOW_ORDER = (bytes(32), b"\1" + bytes(31))
NUMBERS = (
    *(0, -1, 2**31, 2**62, 2**63 - 1, 2**63, 2**64, 2**70, -(2**63), -(2**70)),
    *(253_402_300_800, 10**15, START_S),
)
WORDS = (
    "",
    "a",
    "\0",
    "41275",
    "x" * 3_000,
    "99999",
    "-1",
    "\uff11\uff12",
    "order:1:1",
    "'",
    "\u202e",
)
POISONED = 400


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    districts.init(tmp_path / "polres", "Polres Sumbawa", Chance("init"))
    made = districts.open_district(tmp_path / "polres", Chance("run"))
    made.settings = replace(made.settings, login=Login(memory_mib=8, passes=1))
    yield made
    made.close()


@pytest.fixture
def node(district: District) -> PlayedNode:
    """Give an enrolled box with one report at the Polres."""
    card = enrolment.enroll(district, CODE, "Pungka", "http://10.0.0.1", now_s=START_S)
    played = PlayedNode(district, card)
    assert played.enrol() == 200
    played.write(received("41275"), sets=1)
    played.exchange()
    return played


def ask(node: PlayedNode, one: Ask, nonce: bytes = b"nonce123") -> words.Answer:
    """Say something in short, as the box's run."""
    key = seal.shared_key(node.ram, node.card.exchange)
    sealed = words.seal_ask(key, node.card.node, node.ram.public, nonce, one.pack())
    reply = quick.ask(node.district, sealed, START_S + 60)
    assert reply.status == 200
    return words.Answer.unpack(words.open_answer(key, nonce, reply.octets))


def write_body(node: PlayedNode, body: bytes, draw: random.Random) -> None:
    """Append an entry with any body, under a header of any kind."""
    seq = node.store.head(node.log_id).seq + 1
    header = Header(
        node.card.node, node.instance, Log.UP, seq, node.vault.running.id, Shape.SEALED,
        draw.randrange(65_536), draw.choice((0, 41_276, 100_001, 2**32 - 1)),
        draw.randrange(256), Flag(draw.randrange(256)),
    )  # fmt: skip
    sealed = node.vault.seal_entry(Lock.SESSION, header.pack(), Log.UP, seq, body)
    journal.append(node.store, node.log_id, (Entry(header, sealed),))


def poison(draw: random.Random) -> bytes:
    """A regular body whose fields are of the right types, and of any value."""
    kind = draw.choice(tuple(KINDS))
    fields = tuple(_value(str(field.type), draw) for field in dataclasses.fields(KINDS[kind]))
    stamp = (
        draw.choice((START_S, *NUMBERS)),
        draw.choice((0, 1, 5, 2**70)),
        *draw.sample(NUMBERS, 2),
    )
    return pack((1, kind, *stamp, fields))


def _value(wanted: str, draw: random.Random) -> Value:
    if "tuple" in wanted:
        return tuple(draw.choice(WORDS) for _ in range(draw.randrange(3)))
    if "bytes" in wanted:
        return draw.choice((b"", *LOW_ORDER, b"a" * 64))
    if "bool" in wanted:
        return draw.random() < 0.5
    if "None" in wanted and draw.random() < 0.2:
        return None
    return draw.choice(NUMBERS) if "int" in wanted else draw.choice(WORDS)


def test_no_body_of_any_value_stops_a_log_or_breaks_a_page(
    district: District, node: PlayedNode
) -> None:
    draw = random.Random(4)
    desk = Desk(district)
    desk.login(Role.SPKT)
    for _ in range(POISONED // 20):
        for _ in range(20):
            write_body(node, poison(draw), draw)
        node.exchange()
        for page in ("/", "/segar", "/desa", f"/desa/{CODE}", f"/laporan/{CODE}/41275"):
            assert desk.client.get(page).status_code == 200, page
    node.write(received("50003", "kambing hilang"), sets=1)
    node.exchange()
    texts = [line["text"] for line in lookup.reports_json(district)]
    assert "kambing hilang" in texts
    assert "kambing hilang" in unescape(desk.client.get(f"/laporan/{CODE}/50003").text)


def test_an_urgency_that_is_not_known_here_stops_nothing(node: PlayedNode) -> None:
    whole = {**dataclasses.asdict(received("41275", "lengkap")), "urgency": "gawat"}
    fields = dataclasses.fields(KINDS[18])
    values = tuple(whole.get(field.name, 0) for field in fields)
    write_body(node, pack((1, 18, START_S, 4, 1, 5, values)), random.Random(1))
    assert node.exchange().state == "ok"


@pytest.mark.parametrize("ram", LOW_ORDER)
def test_a_run_with_a_weak_key_is_refused_and_stands_in_nobodys_way(
    district: District, node: PlayedNode, ram: bytes
) -> None:
    request = replace(node.request(), ram_key=ram)
    assert gate.exchange(district, node.body(request), None, START_S).status == 400
    named = node.card.node.to_bytes(5, "big") + ram[:4]
    assert quick.ask(district, named + bytes(40), START_S).status == 403
    assert node.exchange().state == "ok"


def test_an_officer_with_a_weak_key_is_not_listed(district: District, node: PlayedNode) -> None:
    for at, key in enumerate((*LOW_ORDER, octets("sound"))):
        body = pack((1, 15, START_S, 4, 1, at, (f"Petugas {at}", key)))
        write_body(node, body, random.Random(1))
    node.exchange()
    assert [one.name for one in _listed(district, node)] == ["Petugas 2"]


def _listed(district: District, node: PlayedNode) -> tuple[Recipient, ...]:
    with district.read() as connection:
        row = nodes.get(connection, node.card.node)
    assert row is not None
    return officers.officers(row.people)


@pytest.mark.parametrize("cut", [0, 1, 5, 7, 9, 16, 20])
def test_a_cut_ask_is_refused_before_any_key_is_tried(
    district: District, node: PlayedNode, cut: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[bytes] = []
    shared = seal.shared_key

    def counted(pair: seal.KeyPair, public: bytes) -> bytes:
        tried.append(public)
        return shared(pair, public)

    monkeypatch.setattr(seal, "shared_key", counted)
    octets_ = (node.card.node.to_bytes(5, "big") + node.ram.public + bytes(40))[:cut]
    assert quick.ask(district, octets_, START_S).status == 403
    assert tried == []


def test_a_bomb_that_names_its_size_opens_to_nothing() -> None:
    parameters = zstandard.ZstdCompressionParameters.from_level(
        19, format=zstandard.FORMAT_ZSTD1_MAGICLESS, window_log=27
    )
    bomb = zstandard.ZstdCompressor(compression_params=parameters).compress(bytes(1 << 28))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert len(bomb) < 10_000
    with pytest.raises(MalformedFrame):
        squeeze.expand(bomb, b"")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024


def coded(node: PlayedNode, run: tuple[Entry, ...], body: bytes, prefix: int) -> Frame:
    """A frame of codec 1 with any body, signed by the box."""
    store = node.store
    key = Bodies(node.vault).frame_key(node.log_id, run[0].header.session) or b""
    made = Coded(run, 1, squeeze.DICTIONARY_NUMBER, prefix, body, key)
    return journal._signed(store, node.log_id, made, node.identity.signing, node.card.exchange)


def test_a_frame_of_more_entries_than_any_writer_makes_is_refused_unread(node: PlayedNode) -> None:
    run = tuple(node.write(received(f"{at:05d}")) for at in range(5))
    first = run[0].header.seq
    memory = Memory(node.log_id, node.vault.running.id, first)
    sound = coded(node, run, memory.encode(run, Bodies(node.vault)), first)
    store, opener = empty_store(), Bodies(node.vault)
    assert Decoder().entries(store, sound, opener).entries == run
    for count in (coder.READ_ENTRIES_MAX + 1, 65_535):
        # "All as before" in every column: a few octets would be 65,535 rows.
        body = bytes((0, 0, 0, 40)) + b"\xff" * 40
        long = replace(sound, count=count, body=seal.hide(_key(node, sound), sound.signature, body))
        with pytest.raises(MalformedFrame):
            Decoder().entries(store, long, _Counting(opener))


def _key(node: PlayedNode, one: Frame) -> bytes:
    return Bodies(node.vault).frame_key(node.log_id, one.session) or b""


class _Counting:
    """Opens as another, and seals nothing: a frame is refused before that."""

    def __init__(self, inner: Bodies) -> None:
        self._inner = inner

    def opened(self, entry: Entry) -> bytes | None:
        return self._inner.opened(entry)

    def sealed(self, header: Header, plain: bytes) -> bytes | None:
        pytest.fail(f"sealed {header.seq}, {len(plain)} octets")

    def frame_key(self, log_id: object, session: bytes) -> bytes | None:
        return self._inner.frame_key(log_id, session)  # type: ignore[arg-type]


def test_what_a_reader_learns_from_one_session_has_an_end(node: PlayedNode) -> None:
    opener, store = Bodies(node.vault), node.store
    first = store.head(node.log_id).seq + 1
    long = "kebakaran di dusun sebelah barat " * 1_200
    writer, decoder = Memory(node.log_id, node.vault.running.id, first), Decoder()

    def read_one_more(at: int) -> None:
        one = node.write(received(f"{at:05d}", f"{long} {at}"))
        made = coded(node, (one,), writer.encode((one,), opener), first)
        decoder.entries(store, made, opener)

    whole = coder.READ_TEXT_MAX // len(long) + 1
    for at in range(whole):
        read_one_more(at)
    with pytest.raises(MalformedFrame):
        read_one_more(whole)


def test_a_frame_that_is_held_already_is_not_read_again(node: PlayedNode) -> None:
    run = tuple(node.write(received(f"{at:05d}")) for at in range(30))
    first, writer, reader = run[0].header.seq, node.identity.signing.public, node.card.exchange
    memory = Memory(node.log_id, run[0].header.session, first)
    held = coded(node, run, memory.encode(run, Bodies(node.vault)), first)
    node.exchange(request=replace(node.request(), frames=(frame.pack(held),)))
    with node.district.write() as connection:
        far = PolresStore(connection)
        assert far.head(node.log_id).seq == held.last
        assert journal.accept(far, held, writer, reader, _unread).new == ()
        other = replace(held, body=held.body[:-1] + bytes([held.body[-1] ^ 1]))
        with pytest.raises(AssertionError, match="read"):
            journal.accept(far, other, writer, reader, _unread)


def _unread(received_: Frame) -> frame.Told:
    raise AssertionError(f"read {received_.first}")


def test_an_ask_of_codec_0_names_no_dictionary(node: PlayedNode) -> None:
    node.write(received("50003"))
    (packed,) = node.request().frames
    one = replace(frame.unpack(packed), dictionary=5)
    answer = ask(node, Ask(START_S, Wish.FRAME, frame=one))
    assert answer.state is State.WHOLE
    assert node.exchange().state == "ok"


def changes(district: District) -> int:
    """How often the Polres has written."""
    with district.read() as connection:
        return nodes.counter(connection, "changes")


def test_who_holds_no_key_costs_the_polres_no_commit(district: District, node: PlayedNode) -> None:
    request, stranger = node.request(), seal.signing_pair(octets("stranger"))
    packed = request.pack()
    forged = seal.sign(stranger, message.REQUEST_DOMAIN, packed)
    unsigned = message.envelope(packed, forged)
    number, name = node.card.node, node.card.node.to_bytes(5, "big") + node.ram.public[:4]
    before = changes(district)
    for at in range(20):
        seed = octets("seed", at)
        body = addressed(number, node.card.exchange, unsigned, seed)
        assert gate.exchange(district, body, None, START_S).status == 403
        assert gate.exchange(district, body[:-1], None, START_S).status == 400
        assert quick.ask(district, name + octets(at), START_S).status == 403
        wrong = enrolment_octets(
            number + 1, stranger.public, seed, code="A" * 20, exchange=node.card.exchange, seed=seed
        )
        assert enrolment.admit(district, wrong, START_S).status == 403
    assert changes(district) == before
