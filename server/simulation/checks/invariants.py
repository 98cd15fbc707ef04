"""The invariants I1 to I14, each as one function that tells what breaks it."""

from collections.abc import Iterator
from typing import Final

from hardware.filling import is_filler
from server.domain import codec
from server.domain import events as e
from server.polres.store.journals import PolresStore
from server.polres.store.tables.schema import claims, forks
from server.simulation.checks import promises, view
from server.simulation.world.box import Box
from server.simulation.world.words import NUMBERS
from server.simulation.world.world import World
from sms.replies import ReplyKey, render
from sms.user_data import split_words
from sync.errors import SyncError

_UNENDED: Final = ("queued", "reserved", "submitting")
_REASONED: Final = ("withheld", "expired", "failed")
_WENT: Final = ("sent", "delivered")


def i1_what_left_the_modem_is_kept(world: World) -> Iterator[str]:
    """I1. A text that the modem let go is in the database, after every stop and start."""
    for box in world.living:
        yield from box.broken["i1"]
        yield from _kept(box, "at the end")


def _kept(box: Box, when: str) -> Iterator[str]:
    """Each freed slot has a row of its own."""
    freed = sum(count for pdu, count in box.line.freed.items() if not is_filler(pdu))
    kept = box.node.database.connection.execute("select count(*) from inbox").fetchone()[0]
    if kept < freed:
        yield f"box {box.number} {when}: {freed} texts left the modem, {kept} are kept"


def at_start(box: Box) -> None:
    """What is looked at after every start of a box."""
    box.broken["i1"] += _kept(box, f"after start {box.starts}")


def when_full(box: Box) -> None:
    """What is looked at while the card is full."""
    if box.process is not None:
        box.broken["i13"] += _kept(box, "while its card is full")


def i2_one_report_for_one_sms(world: World) -> Iterator[str]:
    """I2. At most one report tells of an SMS; a long one is one SMS."""
    for box in world.living:
        tickets = [one.ticket for one in view.at_desa(box)]
        if len(tickets) != len(set(tickets)):
            yield f"box {box.number}: a ticket stands for two reports"


def i3_report_entry_and_answer_together(world: World) -> Iterator[str]:
    """I3. A report, its entry, its read text and its answer are committed together."""
    for box in world.living:
        db = box.node.database.connection
        states = dict(db.execute("select id, state from inbox").fetchall())
        keys = {str(key) for (key,) in db.execute("select key from outbox")}
        for event in _events(box):
            if not isinstance(event, e.ReportReceived) or not event.inbox_id:
                continue
            if states.get(event.inbox_id) not in ("done", "gaps"):
                yield f"box {box.number}: report {event.ticket} without its read text"
            answerable = event.sender.startswith(NUMBERS)
            if answerable and f"inbox:{event.inbox_id}:0" not in keys:
                yield f"box {box.number}: report {event.ticket} without an answer"


def _events(box: Box) -> Iterator[e.Event]:
    for entry in view.up_log(box)[1]:
        try:
            yield codec.decode(box.node.vault.open_entry(entry))[1]
        except SyncError:
            continue


def i4_each_entry_once(world: World) -> Iterator[str]:
    """I4. The Polres sees each number of a log once, without a gap, in order."""
    for box in world.living:
        node = box.node.ledger.log_id.node
        with world.polres.district.read() as connection:
            logs = PolresStore(connection).logs(node)
        for log_id in logs:
            if not view.unbroken(log_id, view.polres_entries(world.polres.district, log_id)):
                yield f"box {box.number}: the Polres' copy of log {log_id.instance} has a gap"


def i5_alarms_mean_copies(world: World) -> Iterator[str]:
    """I5. No fork is shown where nothing was copied or set back; a copy that syncs is found."""
    with world.polres.district.read() as connection:
        found = len(connection.execute(forks.select()).fetchall())
    if found and view.is_plain(world):
        yield f"{found} forks are shown though nothing was copied"
    for box in world.living:
        if box.twin_synced and not found and not _asked(world):
            yield f"box {box.number}: a copy of it synced, and nobody was told"


def _asked(world: World) -> int:
    """Boxes that asked to go on in a new log, as the Polres remembers."""
    with world.polres.district.read() as connection:
        return len(connection.execute(claims.select()).fetchall())


def i6_every_ticket_has_its_answer(world: World) -> Iterator[str]:
    """I6. Every text that was to go out went, or carries the reason why not."""
    for box in world.living:
        went = {(one.to, one.text) for one in world.air.sent if one.box == box.number}
        rows = box.node.database.connection.execute(
            "select id, purpose, state, reason, attempts from outbox"
        ).fetchall()
        for number, purpose, state, reason, attempts in rows:
            if state in _UNENDED:
                yield f"box {box.number}: text {number} ({purpose}) is {state} after {attempts}"
            elif state in _WENT and not _is_out(box, number, went):
                yield f"box {box.number}: text {number} ({purpose}) is {state} and never went out"
            elif state in _REASONED and not reason and state != "failed":
                yield f"box {box.number}: text {number} ({purpose}) is {state} without a reason"


def _is_out(box: Box, number: int, went: set[tuple[str, str]]) -> bool:
    """Whether a short text was handed to the network; long ones go in pieces."""
    text = box.outgoing(number)
    if text is None or len(split_words(text.text)) > 1:
        return True
    # The last answer of a day says so in other words.
    last = render(ReplyKey.BATAS)
    return (text.to, text.text) in went or any(to == text.to and last in said for to, said in went)


def i7_answers_stay_within_brakes(world: World) -> Iterator[str]:
    """I7. What was handed to the network was counted before, so that no budget is passed."""
    for box in world.living:
        handed = sum(one.box == box.number for one in world.air.sent)
        spent = box.node.database.connection.execute("select sum(parts) from spent").fetchone()[0]
        if not box.copies and handed > (spent or 0) + box.air_sent:
            yield f"box {box.number}: {handed} SMS went out, {spent} are counted"


def i8_chains_verify(world: World) -> Iterator[str]:
    """I8. The chain of every log verifies from its first entry."""
    for box in world.living:
        log_id, entries = view.up_log(box)
        if not view.unbroken(log_id, entries):
            yield f"box {box.number}: its log is broken"


def i9_no_plain_text_on_disk(world: World) -> Iterator[str]:
    """I9. No plain text reaches a disk: neither a box's nor what is copied from it."""
    for folder in (*world.folder.glob("copy*"), *world.folder.glob("stick*")):
        yield from promises.plain_in(folder, folder.name)


def i10_what_was_saved_stays(world: World) -> Iterator[str]:
    """I10. What an officer did, and the page called saved, stands in both histories."""
    for box in world.living:
        told = _told(world, box)
        for done in world.people.done:
            if done.box != box.number or not done.words or done in world.people.lost:
                continue
            for where, text in told.items():
                if where == "the box" and (view.has_erased(box) or view.awaits_keys(box)):
                    continue
                if done.words not in text:
                    yield f"box {box.number}: what was saved about {done.ticket} misses at {where}"


def _told(world: World, box: Box) -> dict[str, str]:
    ours = box.node.projection.db.execute("select text from history").fetchall()
    with world.polres.district.read() as connection:
        theirs = connection.exec_driver_sql("select text from history").fetchall()
    return {
        "the box": " ".join(str(text) for (text,) in ours),
        "the Polres": " ".join(str(text) for (text,) in theirs),
    }


def i11_every_box_works_again(world: World) -> Iterator[str]:
    """I11. After every stop a box works again by itself, and its modem is good."""
    for box in world.living:
        if box.process is None:
            yield f"box {box.number} does not run"
        elif box.process.trouble is not None:
            yield f"box {box.number}: its modem is {type(box.process.trouble).__name__}"


def i12_queues_run_empty(world: World) -> Iterator[str]:
    """I12. Once the faults stop, nothing waits any more: modem, inbox, road."""
    for box in world.living:
        modem = box.line.modem
        waiting = [
            pdu
            for memory in modem.held.capacity
            for pdu in modem.stored(memory).values()
            if not is_filler(pdu)
        ]
        if waiting or modem.waiting():
            yield f"box {box.number}: {len(waiting) + modem.waiting()} texts wait in the modem"
        unread = box.node.database.connection.execute(
            "select count(*) from inbox where state in ('unread', 'part')"
        ).fetchone()[0]
        if unread:
            yield f"box {box.number}: {unread} texts are unread"


def i13_a_full_card_keeps_the_modem_full(world: World) -> Iterator[str]:
    """I13. While the card is full, no text leaves the modem that is not kept."""
    for box in world.living:
        yield from box.broken["i13"]


def i14_no_clock_reorders_or_expires(world: World) -> Iterator[str]:
    """I14. A clock that is wrong or jumps neither expires a text early nor reorders the log."""
    for box in world.living:
        yield from box.broken["i14"]


INVARIANTS = (
    i1_what_left_the_modem_is_kept, i2_one_report_for_one_sms, i3_report_entry_and_answer_together,
    i4_each_entry_once, i5_alarms_mean_copies, i6_every_ticket_has_its_answer,
    i7_answers_stay_within_brakes, i8_chains_verify, i9_no_plain_text_on_disk,
    i10_what_was_saved_stays, i11_every_box_works_again, i12_queues_run_empty,
    i13_a_full_card_keeps_the_modem_full, i14_no_clock_reorders_or_expires,
)  # fmt: skip
