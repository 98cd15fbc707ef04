"""Frames: what a writer packs comes out whole at its reader, and nowhere and nohow else."""

import pytest
from drawn import empty_store, flipped, run_of, written_frames
from hypothesis import given, settings
from hypothesis import strategies as st

from sync import chain, frame, journal, seal
from sync.chain import LogId
from sync.entry import HEADER_OCTETS, Log
from sync.errors import BadSignature, MalformedFrame, SyncError
from sync.frame import FRAME_BODY_OCTETS_MAX, FRAME_ENTRIES_MAX, Frame

LOG = LogId(5_204_072_001, Log.UP, 1)
WRITER = seal.signing_pair(b"w" * 32)
READER = b"r" * 32
RUNS = st.lists(
    st.tuples(st.integers(0, 900) | st.integers(3_900, 6_000), st.integers(1, 3)),
    min_size=1,
    max_size=130,
).map(lambda pairs: run_of(LOG, *map(list, zip(*pairs, strict=True))))
SMALL = run_of(LOG, [60, 0, 33], [1, 1, 1])
(ONE,) = written_frames(LOG, SMALL, WRITER, READER)
PACKED = frame.pack(ONE)


def accept(received: Frame, log_id: LogId = LOG, reader: bytes = READER) -> journal.Accepted:
    """Take a frame into an empty store."""
    return journal.accept(empty_store(), received, WRITER.public, reader)


@settings(max_examples=40)
@given(RUNS)
def test_frames_are_cut_by_session_by_fifty_entries_and_by_four_kilobytes(
    entries: list[frame.Entry],
) -> None:
    runs = frame.cut(entries)
    assert [one for run in runs for one in run] == entries
    sizes = [[HEADER_OCTETS + 2 + len(one.body) for one in run] for run in runs]
    for run, octets in zip(runs, sizes, strict=True):
        assert len({one.header.session for one in run}) == 1
        assert len(run) <= FRAME_ENTRIES_MAX
        assert len(run) == 1 or sum(octets) <= FRAME_BODY_OCTETS_MAX
    for before, after, octets, next_octets in zip(runs, runs[1:], sizes, sizes[1:], strict=False):
        assert (
            before[-1].header.session != after[0].header.session
            or len(before) == FRAME_ENTRIES_MAX
            or sum(octets) + next_octets[0] > FRAME_BODY_OCTETS_MAX
        )


@settings(max_examples=25)
@given(RUNS)
def test_every_run_of_entries_reaches_the_reader_bit_for_bit(entries: list[frame.Entry]) -> None:
    store = empty_store()
    for kept in written_frames(LOG, entries, WRITER, READER):
        assert frame.unpack(frame.pack(kept)) == kept
        journal.accept(store, frame.unpack(frame.pack(kept)), WRITER.public, READER)
    assert list(store.entries(LOG, 1, len(entries))) == entries
    assert store.head(LOG) == chain.follow(LOG, chain.genesis(LOG), entries)[-1]


@pytest.mark.parametrize("length", range(len(PACKED)))
def test_a_frame_that_was_cut_anywhere_is_malformed(length: int) -> None:
    with pytest.raises(MalformedFrame):
        frame.entries_of(frame.unpack(PACKED[:length]))


@pytest.mark.parametrize("octet", range(len(PACKED)))
def test_a_frame_with_any_changed_octet_is_refused(octet: int) -> None:
    for mask in (0x01, 0x80, 0xFF):
        changed = bytearray(PACKED)
        changed[octet] ^= mask
        with pytest.raises(SyncError):
            accept(frame.unpack(bytes(changed)))


@given(st.data())
def test_a_frame_with_any_changed_bit_is_refused(data: st.DataObject) -> None:
    with pytest.raises(SyncError):
        accept(frame.unpack(data.draw(flipped(PACKED))))


@given(st.binary(max_size=400) | st.binary(max_size=200).map(lambda tail: PACKED[:104] + tail))
def test_octets_that_are_no_frame_raise_nothing_but_a_sync_error(octets: bytes) -> None:
    with pytest.raises(SyncError):
        accept(frame.unpack(octets))


def test_a_signature_holds_for_its_reader_its_log_and_its_writer_alone() -> None:
    with pytest.raises(BadSignature):
        accept(ONE, reader=b"x" * 32)
    other = LogId(LOG.node + 1, Log.UP, 1)
    (twin,) = written_frames(other, run_of(other, [60, 0, 33], [1, 1, 1]), WRITER, READER)
    mixed = Frame(other, 0, 1, 3, ONE.session, twin.body, ONE.signature)
    with pytest.raises(BadSignature):
        accept(mixed)
    with pytest.raises(BadSignature):
        journal.accept(empty_store(), ONE, seal.signing_pair(b"v" * 32).public, READER)


def test_a_frame_names_the_log_and_the_session_of_its_entries() -> None:
    for wrong in (
        Frame(LogId(LOG.node, Log.DOWN, 1), 0, 1, 3, ONE.session, ONE.body, ONE.signature),
        Frame(LOG, 0, 1, 3, b"\2" * 16, ONE.body, ONE.signature),
        Frame(LOG, 0, 1, 2, ONE.session, ONE.body, ONE.signature),
        Frame(LOG, 1, 1, 3, ONE.session, ONE.body, ONE.signature),
    ):
        with pytest.raises(MalformedFrame):
            accept(wrong)


@given(st.lists(st.integers(0, 600), min_size=1, max_size=60), st.integers(0, 60), st.data())
def test_taking_frames_gives_at_least_one_and_then_no_more_than_fits(
    sizes: list[int], seq: int, data: st.DataObject
) -> None:
    kept = [
        frame.pack(one)
        for one in written_frames(LOG, run_of(LOG, sizes, [1] * len(sizes)), WRITER, READER)
    ]
    limit = data.draw(st.integers(0, 9_000))
    wanted = [one for one in kept if frame.unpack(one).last > seq]
    taken = [frame.pack(one) for one in frame.take(wanted, seq, limit)]
    assert taken == wanted[: len(taken)]
    assert bool(taken) == bool(wanted)
    assert len(taken) <= 1 or sum(map(len, taken)) <= limit
    assert taken == wanted or sum(map(len, wanted[: len(taken) + 1])) > limit
