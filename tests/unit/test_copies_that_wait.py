"""A text whose possible copy was read in another run is finished when keys come."""

from pathlib import Path

from paper_slots import KeyRing, SlotModem, one_part
from world import CODE, NOW_S, World

from server import lookup
from server.desa import steps
from server.domain.report import Report
from server.polres.down import orders

SENDER = "+6281234567890"
WORDS = "ada maling motor dekat pos ronda"
TEXT = one_part(SENDER, WORDS, NOW_S)
DAY_S = 86_400


def test_a_text_does_not_wait_for_ever_for_a_copy_that_was_read(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.exchange()
    world.text(SENDER, "STATUS")
    listed = world.modem.list()
    # Kept, and the power fails before its slot is free: it is listed once more.
    day = steps.day_of(world.node.stamp(world.mono_s))
    steps.radio.keep_listed(world.node.database, world.node.vault, world.modem.sim_id, listed, day)
    world.restart()
    world.listen()
    first, second = states(world)[:2]
    assert (first, second) == ("unread", "done")
    world.speak()
    # The run that read the copy ends, too, and owes nothing more.
    world.restart()
    for _ in range(3):
        world.exchange()
        orders.grant_keys(world.district, CODE, "spkt", world.wall_s())
    assert "unread" not in states(world)


def states(world: World) -> tuple[str, ...]:
    """What became of each kept PDU."""
    rows = world.node.database.connection.execute("select state from inbox order by id")
    return tuple(state for (state,) in rows.fetchall())


def test_a_text_that_came_twice_is_one_report_however_late_its_keys_come(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.exchange()
    sent_s = world.wall_s()
    world.text(SENDER, WORDS, sent_s)
    world.listen()
    world.exchange()
    # The network delivers it once more in a run that cannot read what the one before kept.
    world.restart()
    world.mono_s += 4 * DAY_S
    world.text(SENDER, WORDS, sent_s)
    world.listen()
    assert len(reports(world)) == 2
    world.mono_s += 20 * DAY_S
    for _ in range(3):
        world.exchange()
        orders.grant_keys(world.district, CODE, "spkt", world.wall_s())
    assert [(one.text, one.copies) for one in reports(world)] == [(WORDS, 2)]


def reports(world: World) -> list[Report]:
    """Reports that are no other's copy."""
    found = lookup.reports(world.node.projection.db)
    return [one for one in found if not (one.result or "").startswith("SMS yang sama")]


def come(world: World) -> None:
    """The network stores the very same PDU once more; it is kept, its slot freed, and read."""
    modem = SlotModem()
    modem.store(("SM", 1), TEXT)
    steps.listen(world.node, modem, world.mono_s)
    steps.listen(world.node, modem, world.mono_s)
    steps.read(world.node, world.mono_s)


def keep_unread(world: World) -> None:
    """It is kept, and the power fails before it is read."""
    modem = SlotModem()
    modem.store(("SM", 1), TEXT)
    steps.listen(world.node, modem, world.mono_s)


def copies(world: World) -> list[int]:
    """How often each report says that it came."""
    return [one.copies for one in reports(world)]


def an_older_row_read_last(world: World) -> KeyRing:
    """A report of two texts, of which the older was locked when the newer began it."""
    ring = KeyRing(world)
    keep_unread(world)
    ring.restart()
    come(world)
    ring.unlock()
    assert copies(world) == [2]
    return ring


def test_a_text_is_counted_where_the_oldest_of_its_rows_was_read_last(tmp_path: Path) -> None:
    world = World(tmp_path)
    ring = an_older_row_read_last(world)
    ring.unlock()
    come(world)
    assert copies(world) == [3]


def test_two_reports_become_one_where_the_oldest_row_began_neither(tmp_path: Path) -> None:
    world = World(tmp_path)
    ring = an_older_row_read_last(world)
    ring.restart()
    come(world)
    ring.unlock()
    assert copies(world) == [3]


def test_a_text_that_comes_while_its_report_is_locked_is_counted_when_it_opens(
    tmp_path: Path,
) -> None:
    world = World(tmp_path)
    ring = KeyRing(world)
    keep_unread(world)
    ring.restart()
    # Kept in the first session, its report is journalled in the second.
    ring.unlock()
    assert copies(world) == [1]
    ring.restart()
    ring.unlock(0)
    come(world)
    ring.unlock()
    assert copies(world) == [2]
    ring.unlock()
    assert copies(world) == [2]


def test_a_text_that_comes_while_only_its_copy_is_open_is_counted(tmp_path: Path) -> None:
    world = World(tmp_path)
    ring = KeyRing(world)
    come(world)
    ring.restart()
    ring.unlock()
    come(world)
    assert copies(world) == [2]
    ring.restart()
    ring.unlock(1)
    come(world)
    ring.unlock()
    assert copies(world) == [3]
