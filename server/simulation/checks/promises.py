"""The nine promises, each as one function that tells what breaks it."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from server.database import open_memory
from server.domain.report import Trust
from server.ledger import Ledger
from server.polres.projection import rebuild
from server.polres.store.tables.projected import PROJECTION
from server.projection import Projection
from server.simulation.checks import view
from server.simulation.plan import DAY_S
from server.simulation.trace import utc
from server.simulation.world.box import Box
from server.simulation.world.words import MARK, NUMBERS, Sort
from server.simulation.world.world import World
from sms.alphabet import encode_gsm7
from sms.outbox import Purpose
from sync.chain import LogId
from sync.entry import Log
from sync.store import SqliteStore

_SURE_WITHIN_S: Final = 900
_FOLDED: Final = ("reports", "history", "notes", "contacts", "opened", "orders")


def no_text_is_lost(world: World) -> Iterator[str]:
    """1. Every text that a modem took stands in a report of the box and of the Polres."""
    for box in world.living:
        owed = view.owed(world, box, Sort.REPORT)
        for where, found in (
            ("box", view.at_desa(box)), ("Polres", view.at_polres(world, box)),
        ):  # fmt: skip
            whole = {one.text for one in found}
            parts = "\n".join(whole)
            # Halves that were read days apart, each while the other was locked, may both stay.
            missing = {
                one.words
                for one in owed
                if one.words not in whole and not all(piece in parts for piece in one.pieces)
            }
            if where == "box" and view.has_erased(box):
                # What the rules of retention gave up lies at the Polres, closed.
                missing -= view.closed(world, box)
            if where == "box":
                missing -= view.awaited(world, box)
            if missing:
                yield f"{len(missing)} of box {box.number} miss at the {where}: {_few(missing)}"
        sealed = len(view.owed(world, box, Sort.OFFICIAL))
        there = sum(one.sealed for one in view.at_polres(world, box))
        if there < sealed:
            yield f"box {box.number}: {sealed} complaints were taken, {there} reached the Polres"


def one_text_is_one_report(world: World) -> Iterator[str]:
    """2. However often a text is listed, doubled or sent again, one report tells of it."""
    for box in world.living:
        for where, found in (
            ("box", view.at_desa(box)), ("Polres", view.at_polres(world, box)),
        ):  # fmt: skip
            # Who lost a card cannot know again what came when that card still lived.
            unsure = {one.words for one in world.air.texts if not one.sure}
            counted = Counter(one.text for one in found if MARK in one.text and not one.merged)
            # One that an officer closed before its copy was found keeps its own result.
            told = {
                words: max(o.report.copies for o in found if o.text == words) for words in counted
            }
            many = {
                words
                for words, count in counted.items()
                if count > told[words] and words not in unsure
            }
            if many:
                yield f"{len(many)} texts of box {box.number} twice at the {where}: {_few(many)}"
        # One that comes twice with a restart between is two: nobody in the desa can compare them.
        official = sum(
            one.times
            for one in world.air.texts
            if one.box == box.number and one.sort == Sort.OFFICIAL
        )
        there = sum(one.sealed and not one.merged for one in view.at_polres(world, box))
        if there > official and not box.restores:
            yield f"box {box.number}: {official} complaints came, {there} at the Polres"


def state_is_a_fold(world: World) -> Iterator[str]:
    """3. The tables of both sides are those that a rebuild from the journals gives."""
    for box in world.living:
        node = box.node
        fresh = Ledger(
            node.database, node.vault, Projection(open_memory().connection), node.ledger.log_id
        )
        ours, again = _tables(node.projection), _tables(fresh.projection)
        for name in _FOLDED:
            if ours[name] != again[name]:
                yield f"box {box.number}: table {name} is not that of a rebuild"
    before = _polres_tables(world)
    rebuild(world.polres.district)
    after = _polres_tables(world)
    for name, rows in before.items():
        if after[name] != rows:
            yield f"Polres: table {name} is not that of a rebuild"


def _tables(projection: Projection) -> dict[str, list[str]]:
    return {
        name: sorted(map(repr, projection.db.execute(f"select * from {name}"))) for name in _FOLDED
    }


def _polres_tables(world: World) -> dict[str, list[str]]:
    with world.polres.district.read() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(table.select())))
            for table in PROJECTION
        }


def each_side_writes_its_own(world: World) -> Iterator[str]:
    """4. What a box holds of the Polres' log is how that log begins, and the other way round."""
    for box in world.living:
        log_id, ours = view.up_log(box)
        theirs = view.polres_entries(world.polres.district, log_id)
        if theirs != ours[: len(theirs)]:
            yield f"box {box.number}: the Polres holds entries that the box did not write"
        down = _newest_down(box)
        if down is None:
            continue
        held = view.box_entries(box, down)
        written = view.polres_entries(world.polres.district, down)
        if held != written[: len(held)]:
            yield f"box {box.number}: it holds orders that the Polres did not write"


def _newest_down(box: Box) -> LogId | None:
    node = box.node
    return SqliteStore(node.database.connection).newest(node.ledger.log_id.node, Log.DOWN)


def every_entry_once_in_order(world: World) -> Iterator[str]:
    """5. The Polres holds each log of a box from its first entry to its last, each once."""
    for box in world.living:
        log_id, ours = view.up_log(box)
        theirs = view.polres_entries(world.polres.district, log_id)
        if not view.unbroken(log_id, theirs):
            yield f"box {box.number}: the Polres' copy of the log has a gap"
        if len(theirs) != len(ours):
            yield f"box {box.number}: it wrote {len(ours)} entries, the Polres has {len(theirs)}"


def a_stolen_box_tells_nothing(world: World) -> Iterator[str]:
    """6. No word of a report lies in plain in a file of a box, and a thief opens none."""
    for box in world.boxes:
        yield from plain_in(box.directory, f"box {box.number}")
        # A Polres that was set back forgot that the box was reported, until it is told again.
        if box.stolen and box.process is not None and not world.polres.restores:
            # What comes while the thief has it switched on lies open to that run.
            # So does what still lay in its modem: a SIM card keeps no secret.
            freed_s, never_s = box.line.freed_s, world.clock.now_s
            before = {
                one.words
                for one in world.air.texts
                if MARK in one.words
                and all(freed_s.get(part, never_s) < box.stolen_s for part in one.pdus)
            }
            read = [one for one in view.at_desa(box) if one.text in before]
            if read:
                yield f"box {box.number} is stolen and shows {len(read)} reports"


def plain_in(folder: Path, whose: str) -> Iterator[str]:
    """What lies in plain in the files of a folder."""
    for path in sorted(folder.rglob("*")):
        octets = path.read_bytes() if path.is_file() else b""
        for what, pattern in PATTERNS.items():
            if pattern in octets:
                yield f"{whose}: {path.name} holds {what}"


def _patterns() -> dict[str, bytes]:
    digits = NUMBERS.removeprefix("+")
    swapped = bytes.fromhex("".join(b + a for a, b in zip(digits[::2], digits[1::2], strict=True)))
    plain = {
        "the words": MARK.encode(),
        "the words in UTF-16": MARK.encode("utf-16-le"),
        "the words in UCS-2": MARK.encode("utf-16-be"),
        "a number": digits.encode(),
        "a number in UTF-16": digits.encode("utf-16-le"),
        "a number of a PDU": swapped,
    }
    for offset in range(8):
        packed = _packed(MARK, offset)
        plain[f"the words in GSM-7 at bit {offset}"] = packed[1:-1]
    of_hex = {f"{what}, in hex": octets.hex().upper().encode() for what, octets in plain.items()}
    return plain | of_hex


def _packed(text: str, offset: int) -> bytes:
    bits = sum(septet << 7 * at for at, septet in enumerate(encode_gsm7(text) or b"")) << offset
    return bits.to_bytes((bits.bit_length() + 7) // 8, "little")


PATTERNS: Final = _patterns()


def complaints_stay_closed(world: World) -> Iterator[str]:
    """7. No officer who is logged in reads a complaint about an official in the desa."""
    for box in world.living:
        official = view.written(world, box, Sort.OFFICIAL)
        db = box.node.projection.db
        for name in _FOLDED:
            rows = " ".join(map(repr, db.execute(f"select * from {name}")))
            if any(words in rows for words in official):
                yield f"box {box.number}: table {name} holds a complaint"


def answers_do_not_burn_credit(world: World) -> Iterator[str]:
    """8. No number gets more automatic answers in a day than the brakes allow, nor all of them."""
    for box in world.living:
        said = box.node.settings.answers
        slack = box.starts
        acks = _acks(box)
        out = [one for one in world.air.sent if one.box == box.number]
        answers = [(one.to, one.at_s) for one in out if (one.to, one.text) in acks]
        for to in {to for to, _ in answers}:
            most = _most_in_a_day([at_s for other, at_s in answers if other == to])
            # Counts of a number live in RAM: a start gives it an hour's answers more at the most.
            restarts = box.starts * said.per_sender_hour
            if most > max(said.per_sender_day, said.per_sender_urgent) + restarts:
                yield f"box {box.number}: {most} answers to one number within a day"
        most = _most_in_a_day([one.at_s for one in out])
        if most > 2 * said.per_day + slack:
            yield f"box {box.number}: {most} texts within a day"


def _acks(box: Box) -> set[tuple[str, str]]:
    node = box.node
    found: set[tuple[str, str]] = set()
    for (number,) in node.database.connection.execute(
        "select id from outbox where purpose = ?", (Purpose.ACK.value,)
    ).fetchall():
        text = box.outgoing(number)
        if text is not None:
            found.add((text.to, text.text))
    return found


def _most_in_a_day(moments: list[float]) -> int:
    moments.sort()
    first = most = 0
    for last, at_s in enumerate(moments):
        while at_s - moments[first] >= DAY_S:
            first += 1
        most = max(most, last - first + 1)
    return most


def it_says_what_it_does_not_know(world: World) -> Iterator[str]:
    """9. A time that is told as sure is the true one."""
    for box in world.living:
        came = {one.words: utc(one.came_s) for one in view.owed(world, box, Sort.REPORT)}
        for one in view.at_desa(box):
            report = one.report
            if report.trust < Trust.NETWORK or one.text not in came:
                continue
            early = came[one.text] - report.received_s
            late = report.received_s - world.clock.true_s
            if max(early, late) > _SURE_WITHIN_S:
                yield f"box {box.number}: report {one.ticket} is told as sure and {early} s early"


def _few(found: set[str]) -> str:
    return "; ".join(sorted(found)[:2])


PROMISES = (
    no_text_is_lost, one_text_is_one_report, state_is_a_fold, each_side_writes_its_own,
    every_entry_once_in_order, a_stolen_box_tells_nothing, complaints_stay_closed,
    answers_do_not_burn_credit, it_says_what_it_does_not_know,
)  # fmt: skip
