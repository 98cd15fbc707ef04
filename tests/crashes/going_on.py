"""Going on after a cut: real node and real Polres run until nothing is left to do."""

import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from scripted_day import COMPLAINT, MATTERS, OFFICER
from told import Told
from watched_world import NUMBER, TakenUp

from server.desa.officers.keydesk import KeyDesk, NotDone, Wait
from server.domain.errors import Told as Refusal

PAIR = ("desa", "polres")
ROUNDS = 6
OFTEN = 2
"""What may have gone out when the power went is sent once more and no oftener."""


def laid_out(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write both machines' files into an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in PAIR:
        (folder / name).mkdir(parents=True)
    for name, octets in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(octets)


def wrong_after(folder: Path, told: Told) -> list[str]:
    """Open both folders, go on to the end; gives what did not arrive, or arrived twice."""
    try:
        world = TakenUp(folder, told)
    except Refusal as refusal:
        return [f"does not open: {type(refusal).__name__}"]
    try:
        go_on(world)
        return [*_reports(world, told), *_ends(world), *_answers(world, told), *_login(world, told)]
    finally:
        world.close()


def go_on(world: TakenUp) -> None:
    """Work until nothing is left to do, or for as long as that should take."""
    for done in range(ROUNDS):
        world.listen()
        world.exchange()
        world.speak()
        world.mono_s += 90
        if done and not _ends(world):
            break


def _reports(world: TakenUp, told: Told) -> list[str]:
    with world.district.read() as connection:
        rows = connection.exec_driver_sql(
            "select sender, text, copies, sealed from reports"
        ).fetchall()
        forks = connection.exec_driver_sql("select count(*) from forks").scalar()
    found = Counter((sender, text) for sender, text, _, sealed in rows if not sealed)
    copies = {(sender, text): count for sender, text, count, _ in rows}
    complaints = sum(bool(sealed) for *_, sealed in rows)
    wanted = {(sender, words) for sender, words, _ in told.texts}
    wrong = [] if not forks else ["I5: a fork where there is no second box"]
    wrong += [f"arrived {found[one]} times" for one in wanted - {COMPLAINT} if found[one] != 1]
    if max(found.values(), default=0) > 1 or complaints > 1:
        wrong.append("I2: two reports of one text")
    if COMPLAINT in wanted and complaints != 1:
        wrong.append("the complaint did not arrive")
    for sender, words, parts in told.texts:
        often = max(1, told.came[parts[0]])
        if copies.get((sender, words), often) != often:
            wrong.append("I2: a report says wrongly how often its text was sent")
    strange = set(found) - set(MATTERS)
    return wrong + (["a report of what nobody wrote"] if strange else [])


def _ends(world: TakenUp) -> list[str]:
    node, wrong = world.node, []
    with node.database.read() as db:
        unread = db.execute(
            "select count(*) from inbox where state in ('unread', 'part')"
        ).fetchone()[0]
        waiting = db.execute(
            "select count(*) from outbox where state in"
            " ('queued', 'reserved', 'submitting', 'unknown')"
        ).fetchone()[0]
        (here,) = db.execute("select max(seq) from entries where log = 0").fetchone()
    with world.district.read() as connection:
        there = connection.exec_driver_sql(
            "select count(*), max(seq) from entries where log = 0 and node = ?", (NUMBER,)
        ).one()
    if unread:
        wrong.append(f"{unread} texts are never read")
    if waiting:
        wrong.append(f"{waiting} answers never go out")
    if tuple(there) != (here, here):
        wrong.append(f"the Polres holds {tuple(there)} of {here} entries")
    if node.health.road_trouble:
        wrong.append(f"the road says: {node.health.road_trouble}")
    return wrong


def _login(world: TakenUp, told: Told) -> list[str]:
    """The key in the officer's phone still opens his; looked at when it may have changed."""
    if not told.erased or told.phone is None:
        return []
    passphrase, key = told.phone
    desk = KeyDesk(world.node, world.desk(), lambda: world.mono_s)
    opened = desk.make_card(OFFICER, passphrase, bytes.fromhex(key))
    if isinstance(opened, NotDone | Wait):
        return ["the officer's phone opens nothing any more"]
    return []


def _answers(world: TakenUp, told: Told) -> list[str]:
    answered = Counter(number for number, _ in world.sent)
    silent = {sender for sender, *_ in told.texts if not answered[sender]}
    wrong = ["a villager was never answered"] if silent else []
    heard = [words for _, words in world.sent]
    if any(not any(one in words for words in heard) for one in told.promised):
        wrong.append("an answer that the Polres promised was never sent")
    if max(Counter(world.sent).values(), default=0) > OFTEN:
        wrong.append("I7: one answer was sent again and again")
    return wrong
