"""Reading: kept PDUs become whole texts, and each text becomes one decision."""

import logging

from server.desa.node import Node
from server.desa.reading import copies, gaps, rush
from server.desa.reading.calls import missed_call
from server.desa.reading.copies import remember_seen
from server.desa.reading.opened import Opened, fragment, mark, open_rows
from server.desa.reading.reactions import with_reactions
from server.desa.reading.whole import decide_whole
from sms import inbox, segments
from sms.segments import Assembly, Complete, Fragment

__all__ = ["missed_call", "read_pending", "remember_seen", "with_reactions"]
log = logging.getLogger(__name__)


def read_pending(node: Node, now_s: float, *, thorough: bool = False) -> int:
    """Read every kept text that can be opened; gives how many rows were finished.

    Args:
        node: the node.
        now_s: the monotonic clock.
        thorough: look also for texts of which each part is shown in a report of its own, as
            after keys came.
    """
    done, more = 0, True
    while more:
        count, more = read_some(node, now_s, thorough=thorough)
        done += count
    return done


def read_some(node: Node, now_s: float, *, thorough: bool = False) -> tuple[int, bool]:
    """Read some of them, urgent ones first; gives how many rows were finished, and if more wait.

    Two threads may want this at once (the modem's, and the one that keys came to); the lock is
    held throughout, so that no text is decided on twice. It is let go between these calls, so
    that pages are served while thousands of texts are read.
    """
    with node.database.lock:
        return _read_some(node, now_s, thorough=thorough)


def _read_some(node: Node, now_s: float, *, thorough: bool) -> tuple[int, bool]:
    with node.database.read() as db:
        pending = inbox.pending(db)
    if not pending and not thorough:
        node.parts_since = {}
        return 0, False
    opened = open_rows(node, pending)
    node.parts_since = {
        row.id: node.parts_since[row.id] for row in pending if row.id in node.parts_since
    }
    fragments, done = _fragments(node, opened, now_s)
    if thorough or any(segments.key_of(one.deliver) is not None for one in fragments):
        with node.database.read() as db:
            shown = open_rows(node, inbox.gaps(db))
        opened += shown
        fragments += [one for part in shown if (one := fragment(node, part, now_s)) is not None]
    by_id = {one.row.id: one for one in opened}
    all_open = sum(not one.shown for one in opened) == len(pending)
    patience_s = gaps.patience_s(node, all_open=all_open)
    decided = 0
    for assembly in rush.first(node, segments.assemble(fragments)):
        if decided >= rush.SOME:
            return done, True
        count = _guarded(node, assembly, by_id, now_s, patience_s)
        decided += count > 0
        done += count
    return done, False


def _fragments(node: Node, opened: list[Opened], now_s: float) -> tuple[list[Fragment], int]:
    """The texts and parts to be put together, and how many other rows were finished."""
    fragments: list[Fragment] = []
    done = 0
    for one in opened:
        original = node.seen.get(one.print_)
        kin = copies.kin(node, one)
        waits = kin is copies.Kin.WAITS
        if kin is copies.Kin.COPY:
            mark(node, (one.row.id,), inbox.State.COPY)
            done += 1
        elif original is not None and original != one.row.id and not waits:
            copies.repeat(node, original, (one.row.id,), now_s)
            done += 1
        elif (read := fragment(node, one, now_s)) is None:
            done += 1
        elif not waits:
            fragments.append(read)
    return fragments, done


def _guarded(
    node: Node, text: Assembly, rows: dict[int, Opened], now_s: float, patience_s: float
) -> int:
    """A text that cannot be decided on stays kept and unread; it must not hold up the others."""
    try:
        return _decide(node, text, rows, now_s, patience_s)
    except Exception:
        log.exception("deciding failed")
        return 0


def _decide(
    node: Node, text: Assembly, rows: dict[int, Opened], now_s: float, patience_s: float
) -> int:
    late = gaps.late(text, rows)
    fresh = [rows[row_id] for row_id in text.row_ids if not rows[row_id].shown]
    if late is not None:
        near = gaps.is_near(late, rows)
        if near or (fresh and gaps.waited_s(node, fresh, now_s) >= patience_s):
            return gaps.complete(node, late, rows, now_s)
    elif isinstance(text, Complete):
        return decide_whole(node, text, rows, now_s)
    elif gaps.waited_s(node, fresh, now_s) >= patience_s:
        return decide_whole(node, gaps.with_gaps(text), rows, now_s, gaps=True)
    gaps.wait(node, fresh)
    return 0
