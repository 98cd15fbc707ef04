"""Frames that are cut to a length: what was learnt before is not learnt again for each try."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from server.bench.sync.corpus import own_texts
from server.bench.sync.journal import Keys, entries_of, events_of, log_of
from server.vault import Bodies
from sync.chain import LogId
from sync.codec.coder import Encoder
from sync.codec.packed import Memory
from sync.entry import Entry

REPORTS = 300


@dataclass(slots=True)
class Journal:
    """A journal that counts how often its entries are asked for."""

    all: tuple[Entry, ...]
    asked: int = 0

    def entries(self, log_id: LogId, first: int, last: int) -> Sequence[Entry]:
        del log_id
        found = self.all[first - 1 : last]
        self.asked += len(found)
        return found


@pytest.mark.parametrize("octets_max", [576, 1_152, 2_304])
def test_a_backlog_is_cut_to_any_length_without_learning_it_again(octets_max: int) -> None:
    opener = Bodies(Keys.of(1).vault())
    written = tuple(events_of(own_texts(REPORTS), 1, answers=False))
    journal = Journal(entries_of(written, Keys.of(1).vault(), log_of()))
    encoder, reader = Encoder(opener), Memory(log_of(), journal.all[0].header.session, 1)
    encoder.octets_max = octets_max
    left, bodies = journal.all, []
    while left:
        coded = encoder.code(journal, log_of(), left)
        assert coded is not None
        assert reader.decode(coded.body, len(coded.run), opener) == coded.run
        bodies.append(len(coded.body))
        left = left[len(coded.run) :]
    assert max(bodies) <= octets_max
    # Nearly filled, and nothing was read from the journal to get there.
    assert sum(bodies[:-1]) > 0.75 * octets_max * (len(bodies) - 1)
    assert journal.asked == 0
