"""A short exchange of the node, and the frames that are made while no road is there."""

from collections.abc import Callable, Iterable, Sequence

from server.desa.node import Node
from server.vault import Bodies
from sync import journal
from sync.codec.coder import Encoder
from sync.entry import Entry
from sync.errors import NoRoad, SyncError
from sync.exchange import Speaker
from sync.frame import Coded
from sync.quick import carry
from sync.quick.carry import Heard
from sync.quick.words import State
from sync.roads.http import QUICK_PATH, Road, post_all
from sync.store import SqliteStore

FRAME_ENTRIES: int = 50


def code_of(node: Node, store: SqliteStore) -> Callable[[Sequence[Entry]], Coded | None]:
    """Codec 1 with the keys that this run knows."""
    if node.coder is None:
        node.coder = Encoder(Bodies(node.vault))
    coder, log_id = node.coder, node.ledger.log_id
    return lambda pending: coder.code(store, log_id, pending)


def keep_frames(node: Node) -> int:
    """Make frames of what was written since, before a power cut locks it; returns how many."""
    identity, pinned = node.keys.identity, node.keys.pinned
    with node.database.write() as db:
        store, log_id = SqliteStore(db), node.ledger.log_id
        grow(node, store)
        code = code_of(node, store)
        return journal.make_frames(store, log_id, identity.signing, pinned.exchange, code)


def grow(node: Node, store: SqliteStore) -> None:
    """Let a frame that was never sent take in what came since."""
    sent_to = node.known.sent_to
    journal.grow(store, node.ledger.log_id, node.vault.running.id, sent_to, FRAME_ENTRIES)


def on_its_way(node: Node, ends: Iterable[int | None]) -> None:
    """Frames with these last entries go out now: they stay as they are."""
    node.known.sent_to = max(node.known.sent_to, *(end or 0 for end in ends), 0)


def in_short(node: Node, speaker: Speaker, road: Road) -> Heard | None:
    """Say what is new in short asks; None when a whole exchange must say it.

    Each answer is kept as it comes, so that a road that breaks in between loses little.

    Raises:
        NoRoad: it broke; what was answered is kept.
    """
    with node.database.write() as db:
        grow(node, SqliteStore(db))
        code = code_of(node, SqliteStore(db))
        asks = carry.compose(db, speaker, node.known, node.random, code)
    if asks is None:
        return None
    on_its_way(node, asks.ends)
    heard = Heard()
    answers = post_all(road, QUICK_PATH, asks.sealed)
    try:
        for answer in carry.open_answers(asks, answers, speaker):
            with node.database.write() as db:
                carry.take(db, answer, speaker, heard)
            node.projection.touch()
            if heard.state is State.WHOLE:
                break
    except NoRoad:
        raise
    except SyncError:
        # A Polres that was set back does not know this run: it must be introduced again.
        heard.state = State.WHOLE
    if heard.state is State.OK:
        return heard
    node.known.forget()
    return None
