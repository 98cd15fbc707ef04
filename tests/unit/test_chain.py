"""The chain of a log: no entry is left out, swapped, changed or brought in from another log."""

import pytest
from drawn import LOG_IDS, run_of
from hypothesis import given
from hypothesis import strategies as st

from sync import chain
from sync.chain import Head, LogId
from sync.entry import Entry, Log
from sync.errors import Fork, Gap, MalformedFrame

LOG = LogId(5_204_072_001, Log.UP, 1)
LENGTHS = st.integers(2, 12)


def entries(log_id: LogId, count: int, first: int = 1) -> list[Entry]:
    """So many entries of a log."""
    return run_of(log_id, [40] * count, [1] * count, first)


@given(LOG_IDS, LOG_IDS)
def test_every_log_begins_at_a_genesis_of_its_own(one: LogId, other: LogId) -> None:
    assert (chain.genesis(one) == chain.genesis(other)) == (one == other)
    assert chain.genesis(one).seq == 0


@given(LENGTHS, st.data())
def test_following_in_pieces_ends_where_following_at_once_ends(
    count: int, data: st.DataObject
) -> None:
    whole = entries(LOG, count)
    at = data.draw(st.integers(1, count - 1))
    heads = chain.follow(LOG, chain.genesis(LOG), whole)
    assert [head.seq for head in heads] == list(range(1, count + 1))
    assert chain.follow(LOG, heads[at - 1], whole[at:])[-1] == heads[-1]


@given(LENGTHS, st.data())
def test_another_body_anywhere_gives_other_heads_from_there_on(
    count: int, data: st.DataObject
) -> None:
    whole = entries(LOG, count)
    at = data.draw(st.integers(0, count - 1))
    changed = [*whole]
    changed[at] = Entry(whole[at].header, b"another")
    true, false = (chain.follow(LOG, chain.genesis(LOG), run) for run in (whole, changed))
    assert true[:at] == false[:at]
    assert all(one.hash != other.hash for one, other in zip(true[at:], false[at:], strict=True))


@given(LENGTHS, st.data())
def test_a_run_with_a_missing_or_doubled_entry_is_refused(count: int, data: st.DataObject) -> None:
    whole = entries(LOG, count + 1)
    at = data.draw(st.integers(1, count - 1))
    for broken in (whole[:at] + whole[at + 1 :], [*whole[: at + 1], *whole[at:]]):
        with pytest.raises(MalformedFrame):
            chain.follow(LOG, chain.genesis(LOG), broken)


@pytest.mark.parametrize("first", [2, 9, 0])
def test_a_run_that_does_not_begin_behind_the_head_is_a_gap(first: int) -> None:
    with pytest.raises(Gap):
        chain.follow(LOG, chain.genesis(LOG), entries(LOG, 2, first))


@pytest.mark.parametrize(
    "other",
    [LogId(LOG.node + 1, Log.UP, 1), LogId(LOG.node, Log.DOWN, 1), LogId(LOG.node, Log.UP, 2)],
)
def test_entries_of_another_log_are_refused(other: LogId) -> None:
    with pytest.raises(MalformedFrame):
        chain.follow(LOG, chain.genesis(LOG), entries(other, 1))


@given(st.integers(0, 9), st.integers(0, 9), st.booleans())
def test_only_two_hashes_under_one_number_are_a_fork(ours: int, theirs: int, same: bool) -> None:  # noqa: FBT001
    one, other = Head(ours, b"a" * 32), Head(theirs, b"a" * 32 if same else b"b" * 32)
    if ours == theirs and not same:
        with pytest.raises(Fork):
            chain.agree(one, other)
    else:
        chain.agree(one, other)
