"""Codec 1: whatever a journal holds comes back bit for bit, and nothing forged is taken."""

import json
import os
import random
import re
from pathlib import Path

import pytest
import zstandard
from drawn import empty_store, written_frames
from hypothesis import given, settings
from hypothesis import strategies as st

from server.bench.sync.corpus import own_texts
from server.bench.sync.dictionary import CONTENT_OCTETS, build, content
from server.bench.sync.journal import Keys, entries_of, events_of, log_of
from server.vault import Bodies, Lock, Vault
from sync import frame, journal, seal
from sync.canonical import pack
from sync.chain import LogId
from sync.codec import squeeze
from sync.codec.coder import Decoder, Encoder
from sync.codec.foretell import leant, unleant
from sync.codec.numbers import Reader, Writer, folded, unfolded
from sync.codec.packed import CODEC_COLUMNS, Memory
from sync.entry import Entry, Flag, Header, Log, Shape
from sync.errors import MalformedFrame, SyncError
from sync.frame import Frame

DATA = Path(__file__).resolve().parents[1] / "data"
LOG = log_of()
KEYS, OTHER = Keys.of(1), Keys.of(2)
WRITER = seal.signing_pair(b"w" * 32)
READER = b"r" * 32
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.integers(0, 200)
    | st.text(max_size=40)
    | st.sampled_from(("+628123456789", "74233", "ADA MALING DI PASAR", "Ada maling", "ada, api"))
    | st.binary(max_size=9)
)
BODIES = st.one_of(
    st.tuples(
        st.just(1),
        st.integers(0, 70),
        st.integers(1_790_000_000, 1_790_900_000),
        st.integers(0, 5),
        st.integers(0, 4),
        st.integers(-5, 10**9),
        st.lists(LEAVES, max_size=9).map(tuple),
    ),
    st.tuples(st.just(2), st.integers(0, 9), st.text(max_size=30)),
).map(pack) | st.binary(max_size=60)
DRAWN = st.lists(
    st.tuples(
        BODIES,
        st.sampled_from(("session", "duty", "unit", "raw")),
        st.integers(0, 65_535),
        st.sampled_from((0, 74_234, 74_235, 200_000, 2**32 - 1)),
        st.integers(0, 255),
    ),
    min_size=1,
    max_size=25,
)


def vault() -> Vault:
    """The writer's vault."""
    return KEYS.vault()


def sealed_run(drawn: list[tuple[bytes, str, int, int, int]], first: int = 1) -> list[Entry]:
    """Entries with these bodies, under these keys."""
    entries = []
    for seq, (body, lock, day, ticket, sets) in enumerate(drawn, start=first):
        shape = Shape.DUTY if lock == "duty" else Shape.SEALED
        header = Header(
            LOG.node, LOG.instance, Log.UP, seq, KEYS.session.id, shape, day, ticket, sets,
            Flag(sets % 2),
        )  # fmt: skip
        if lock == "raw":
            entries.append(Entry(header, body))
            continue
        how = {"session": Lock.SESSION, "duty": Lock.DUTY, "unit": Lock.UNIT}[lock]
        octets = vault().seal_entry(how, header.pack(), Log.UP, seq, body)
        entries.append(Entry(header, octets))
    return entries


def framed(entries: list[Entry]) -> tuple[Frame, ...]:
    """The frames that a writer keeps of them."""
    store, encoder = empty_store(), Encoder(Bodies(vault()))
    journal.append(store, LOG, entries)
    journal.make_frames(
        store, LOG, WRITER, READER, lambda pending: encoder.code(store, LOG, pending)
    )
    return store.frames_after(LOG, 0, 1 << 30)


def taken(frames: tuple[Frame, ...], *, cold: bool = False) -> list[Entry]:
    """What a reader with the session's and the duty key takes of them."""
    store, decoder, opener = empty_store(), Decoder(), Bodies(reader_vault())
    for one in frames:
        received = frame.unpack(frame.pack(one))
        if cold:
            decoder.forget(LOG)
        journal.accept(
            store, received, WRITER.public, READER, lambda got: decoder.entries(store, got, opener)
        )
    return list(store.entries(LOG, 1, store.head(LOG).seq))


def reader_vault() -> Vault:
    """The Polres' keys: it has none of the unit's."""
    keys = KEYS.session
    plain = type(keys)(keys.id, keys.session, keys.intake, None)
    return Vault(KEYS.duty, plain, seal.box_pair(bytes(32)))


def play(count: int) -> list[Entry]:
    """A journal as the product writes it."""
    written = tuple(events_of(own_texts(count), 3, answers=True))
    return list(entries_of(written, vault(), LOG))


@settings(max_examples=60, deadline=None)
@given(DRAWN)
def test_any_entries_come_back_bit_for_bit(drawn: list[tuple[bytes, str, int, int, int]]) -> None:
    entries = sealed_run(drawn)
    assert taken(framed(entries)) == entries


@settings(max_examples=15, deadline=None)
@given(st.lists(DRAWN, min_size=2, max_size=4))
def test_frames_build_on_each_other_and_on_what_the_store_holds(
    parts: list[list[tuple[bytes, str, int, int, int]]],
) -> None:
    store, encoder, opener = empty_store(), Encoder(Bodies(vault())), Bodies(reader_vault())
    far, decoder = empty_store(), Decoder()
    for part in parts:
        first = store.head(LOG).seq + 1
        journal.append(store, LOG, sealed_run(part, first))
        journal.make_frames(
            store, LOG, WRITER, READER, lambda pending: encoder.code(store, LOG, pending)
        )
    for number, one in enumerate(store.frames_after(LOG, 0, 1 << 30)):
        if number % 2:
            decoder.forget(LOG)
        journal.accept(
            far, one, WRITER.public, READER, lambda got: decoder.entries(far, got, opener)
        )
    assert far.head(LOG) == store.head(LOG)


def test_a_journal_travels_in_codec_1_and_in_a_third_of_its_octets() -> None:
    entries = play(120)
    frames = framed(entries)
    assert {one.codec for one in frames} == {CODEC_COLUMNS}
    stored = sum(len(one.body) + 40 for one in entries)
    assert sum(len(one.body) for one in frames) * 3 < stored
    assert taken(frames) == taken(frames, cold=True) == entries


def test_a_reader_without_the_keys_takes_nothing() -> None:
    (one, *_), store = framed(play(20)), empty_store()
    for keys in (OTHER.vault(), Vault(b"", OTHER.session, seal.box_pair(bytes(32)))):
        with pytest.raises(SyncError):
            journal.accept(
                store, one, WRITER.public, READER,
                lambda got, keys=keys: Decoder().entries(store, got, Bodies(keys)),
            )  # fmt: skip
    assert store.head(LOG).seq == 0


def test_bodies_of_every_length_find_a_frame() -> None:
    draw = random.Random(1)
    sizes = [65_000, 65_400, 40_000, 1, 0, *([1_500] * 60)]
    entries = sealed_run(
        [
            (draw.randbytes(size), ("session", "raw")[at % 2], 1, 0, 0)
            for at, size in enumerate(sizes)
        ]
    )
    assert taken(framed(entries)) == entries


def test_a_refused_frame_is_issued_anew_in_codec_0() -> None:
    store, encoder, entries = empty_store(), Encoder(Bodies(vault())), play(60)
    journal.append(store, LOG, entries)
    journal.make_frames(store, LOG, WRITER, READER, lambda some: encoder.code(store, LOG, some))
    journal.reissue(store, LOG, 0, WRITER, READER)
    again = store.frames_after(LOG, 0, 1 << 30)
    assert {one.codec for one in again} == {0}
    assert taken(again) == entries


def test_the_entries_of_a_locked_session_travel_as_stored() -> None:
    store, encoder, entries = empty_store(), Encoder(Bodies(OTHER.vault())), play(30)
    journal.append(store, LOG, entries)
    journal.make_frames(store, LOG, WRITER, READER, lambda some: encoder.code(store, LOG, some))
    kept = store.frames_after(LOG, 0, 1 << 30)
    assert {one.codec for one in kept} == {0}
    assert taken(kept) == entries


def test_without_the_session_key_nothing_is_told_in_columns_not_even_under_the_duty_key() -> None:
    entries = sealed_run([(pack((1, 2, 1_790_000_000, 0, 0, 5, ())), "duty", 1, 0, 0)] * 5)
    held = Vault(KEYS.duty, OTHER.session, seal.box_pair(bytes(32)))
    assert all(Bodies(held).opened(entry) is not None for entry in entries)
    assert Encoder(Bodies(held)).code(empty_store(), LOG, entries) is None


@given(st.binary(max_size=200), st.binary(min_size=64, max_size=64))
def test_a_body_is_hidden_and_found_again(body: bytes, signature: bytes) -> None:
    hidden = seal.hide(KEYS.duty, signature, body)
    assert len(hidden) == len(body)
    assert seal.hide(KEYS.duty, signature, hidden) == body
    assert len(body) < 16 or seal.hide(KEYS.duty, signature[::-1] + b"x", body) != hidden


def test_a_signature_tells_nothing_of_a_body_to_who_guesses_it_without_the_key() -> None:
    (one, *_) = framed(play(5))
    key = Bodies(vault()).frame_key(LOG, one.session) or b""
    body = seal.hide(key, one.signature, one.body)
    forms = {frame.form_of(one, guess, body) for guess in (key, KEYS.duty, bytes(32))}
    assert len(forms) == 3


def mutated(draw: random.Random, packed: bytes, other: bytes) -> bytes:
    """A frame that somebody changed on its way."""
    octets = bytearray(packed)
    match draw.randrange(5):
        case 0:
            octets[draw.randrange(len(octets))] ^= 1 << draw.randrange(8)
        case 1:
            del octets[draw.randrange(len(octets)) :]
        case 2:
            at = draw.randrange(len(octets))
            octets[at : at + draw.randrange(1, 9)] = draw.randbytes(draw.randrange(9))
        case 3:
            at = draw.randrange(min(len(packed), len(other)))
            octets = bytearray(packed[:at] + other[at:])
        case _:
            octets += draw.randbytes(draw.randrange(1, 40))
    return bytes(octets)


def test_changed_frames_are_all_refused() -> None:
    mutations = int(os.environ.get("KENTONGAN_MUTATIONS", "10000"))
    frames = framed(play(40))
    packed = [frame.pack(one) for one in frames]
    draw, store, opener = random.Random(5), empty_store(), Bodies(reader_vault())
    decoder = Decoder()
    refused = 0
    for number in range(mutations):
        changed = mutated(draw, packed[0], packed[-1])
        if changed in packed:
            changed = packed[0] + bytes([number % 256])
        try:
            journal.accept(
                store, frame.unpack(changed), WRITER.public, READER,
                lambda got: decoder.entries(store, got, opener),
            )  # fmt: skip
        except SyncError:
            refused += 1
            decoder.forget(LOG)
    assert refused == mutations
    assert store.head(LOG).seq == 0


def test_a_bomb_opens_to_no_more_than_a_frame_may_hold() -> None:
    bomb = squeeze.squeeze(bytes(squeeze.OCTETS_MAX + 1), b"")
    assert len(bomb) < 200
    with pytest.raises(MalformedFrame):
        squeeze.expand(bomb, b"")
    fits = squeeze.squeeze(bytes(squeeze.OCTETS_MAX), b"")
    assert len(squeeze.expand(fits, b"")) == squeeze.OCTETS_MAX


@given(st.lists(st.tuples(st.integers(0, 2**66), st.integers(0, 20)), max_size=30))
def test_numbers_are_read_as_they_were_written(pairs: list[tuple[int, int]]) -> None:
    to = Writer()
    for value, low_bits in pairs:
        to.number(value, low_bits)
    source = Reader(*to.streams())
    assert [source.number(low_bits) for _, low_bits in pairs] == [value for value, _ in pairs]
    source.done()


@given(st.integers(-(2**64), 2**64), st.integers(-8, 8))
def test_every_signed_number_has_one_unsigned_form(value: int, lean: int) -> None:
    assert unfolded(folded(value)) == value
    assert unleant(leant(value, lean), lean) == value
    assert leant(value, lean) >= 0


@pytest.mark.parametrize("number", squeeze.DICTIONARIES)
def test_a_dictionary_is_that_of_its_digest_without_numbers_and_names(number: int) -> None:
    octets = squeeze.dictionary(number)
    assert squeeze.digest(octets) == squeeze.DICTIONARIES[number]
    text = octets[octets.index(b"\x01\0\0\0\x04\0\0\0\x08\0\0\0") + 12 :].decode("ascii")
    assert not re.search(r"[0-9]", text)
    names = r"\b(budi|siti|made|wayan|ahmad|rudi|dewi|joko|iwan|yanto|eko|komang|ketut|nyoman)\b"
    assert not re.search(names, text)


@pytest.mark.skipif(zstandard.ZSTD_VERSION != (1, 5, 7), reason="another zstd trains other tables")
def test_the_words_of_the_dictionary_can_be_built_again() -> None:
    assert squeeze.dictionary().endswith(content(CONTENT_OCTETS))


def test_a_next_dictionary_would_hold_the_same_words() -> None:
    assert build().endswith(content(CONTENT_OCTETS))


@pytest.mark.parametrize("number", squeeze.DICTIONARIES)
def test_the_golden_frames_of_codec_1_are_read_for_ever(number: int) -> None:
    name = "codec1.json" if number == 1 else f"codec1_dictionary{number}.json"
    kept = json.loads((DATA / name).read_text(encoding="ascii"))
    frames = tuple(frame.unpack(bytes.fromhex(one)) for one in kept["frames"])
    assert {(one.codec, one.dictionary) for one in frames} == {(CODEC_COLUMNS, number)}
    entries = taken(frames)
    assert [(e.header.pack() + e.body).hex() for e in entries] == kept["entries"]


def test_a_memory_is_the_same_whatever_frames_its_entries_came_in() -> None:
    entries, opener = tuple(play(40)), Bodies(vault())
    whole, parts = (Memory(LogId(*_log()), KEYS.session.id, 1) for _ in range(2))
    whole.add(entries[:60], opener)
    for first in range(0, 60, 7):
        parts.add(entries[first : min(first + 7, 60)], opener)
    assert whole.encode(entries[60:], opener) == parts.encode(entries[60:], opener)


def _log() -> tuple[int, Log, int]:
    return LOG.node, LOG.log, LOG.instance


def test_old_readers_name_a_frame_of_a_newer_codec_malformed() -> None:
    (one, *_) = framed(play(5))
    with pytest.raises(MalformedFrame):
        frame.entries_of(one)
    assert written_frames(LOG, play(5), WRITER, READER)[0].codec == 0
