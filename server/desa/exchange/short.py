"""A short exchange of the node, and the frames that are made while no road is there."""

from collections.abc import Callable, Iterable, Sequence

from server.desa.node import Node
from server.vault import Bodies
from sync import journal
from sync.codec.coder import BODY_OCTETS_MAX, Encoder
from sync.entry import Entry
from sync.errors import NoRoad, SyncError
from sync.exchange import Speaker
from sync.frame import CODEC_STORED, FRAME_BODY_OCTETS_MAX, Coded, Frame
from sync.quick import carry
from sync.quick.carry import Heard
from sync.quick.words import State
from sync.roads.http import QUICK_PATH, Road, post_all
from sync.store import SqliteStore

FRAME_ENTRIES: int = 50
FRAME_OCTETS_LEAST: int = 576
FEW_FRAMES: int = 3
_ALL: int = 1 << 30


def code_of(node: Node, store: SqliteStore) -> Callable[[Sequence[Entry]], Coded | None]:
    """Codec 1 with the keys that this run knows."""
    if node.coder is None:
        node.coder = Encoder(Bodies(node.vault))
    coder, log_id = node.coder, node.ledger.log_id
    coder.octets_max = node.known.frame_octets
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


def broke_off(node: Node, further: int) -> None:
    """Learn from a call that a link ended.

    Frames that arrived unanswered need not go again, so after a call that brought nothing the next
    one asks first. Of a call that brought few, one was lost on its way and another went twice:
    smaller ones lose less.
    """
    known = node.known
    introduced = known.run == node.vault.ram.public
    if introduced and not further:
        known.greets = True
    elif introduced and _crossed(node, further) < FEW_FRAMES:
        cut_smaller(node)


def _crossed(node: Node, further: int) -> int:
    """How many frames the last entries that the Polres acked came in."""
    log_id = node.ledger.log_id
    acked = _acked(node)
    with node.database.read() as db:
        kept = SqliteStore(db).frames_after(log_id, max(0, acked - further), _ALL)
    return sum(one.last <= acked for one in kept)


def ended_well(node: Node) -> None:
    """Learn from a call that carried all: the next frames may be longer again."""
    known = node.known
    known.greets = False
    known.frame_octets = min(BODY_OCTETS_MAX, known.frame_octets * 2)


def cut_smaller(node: Node) -> None:
    """Make what is not acked into frames of half the size: the link dies before one has crossed.

    Frames of a closed session stay as they are: anew they would be much longer.

    The entries stay the same, so it does no harm when one of the longer frames did arrive.
    """
    known = node.known
    if known.frame_octets <= FRAME_OCTETS_LEAST:
        return
    known.frame_octets = max(FRAME_OCTETS_LEAST, known.frame_octets // 2)
    identity, pinned, log_id = node.keys.identity, node.keys.pinned, node.ledger.log_id
    with node.database.write() as db:
        store = SqliteStore(db)
        acked = carry.acked(db, log_id)
        if not all(_makes_again(node, one) for one in store.frames_after(log_id, acked, _ALL)):
            return
        store.drop_frames(log_id, acked)
        journal.make_frames(
            store,
            log_id,
            identity.signing,
            pinned.exchange,
            code_of(node, store),
            octets_max=min(known.frame_octets, FRAME_BODY_OCTETS_MAX),
        )


def _makes_again(node: Node, one: Frame) -> bool:
    """Whether a frame can be made anew as short as it is: in columns only with its keys."""
    return one.codec == CODEC_STORED or node.vault.knows(one.session) is not None


def in_short(node: Node, speaker: Speaker, road: Road) -> Heard | None:
    """Say what is new in short asks; None when a whole exchange must say it.

    Each answer is kept as it comes, so that a road that breaks in between loses little.

    Raises:
        NoRoad: it broke; what was answered is kept.
    """
    heard = Heard()
    if node.known.greets:
        node.known.greets = False
        acked = _acked(node)
        if not _row(node, speaker, road, heard, bare=True):
            return None
        if heard.acked <= acked:
            # The call before had a whole life, and not one frame crossed in it.
            cut_smaller(node)
    return heard if _row(node, speaker, road, heard) else None


def _acked(node: Node) -> int:
    with node.database.read() as db:
        return carry.acked(db, node.ledger.log_id)


def _row(node: Node, speaker: Speaker, road: Road, heard: Heard, *, bare: bool = False) -> bool:
    """Say one row; False when a whole exchange must go on."""
    with node.database.write() as db:
        grow(node, SqliteStore(db))
        code = code_of(node, SqliteStore(db))
        asks = carry.compose(db, speaker, node.known, node.random, code, bare=bare)
    if asks is None:
        return False
    on_its_way(node, asks.ends)
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
        return True
    node.known.forget()
    return False
