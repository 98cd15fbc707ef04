"""A text whose possible copy was read in another run is finished when keys come."""

from pathlib import Path

from world import CODE, World

from server import lookup
from server.desa import steps
from server.domain.report import Report
from server.polres.down import orders

SENDER = "+6281234567890"
WORDS = "ada maling motor dekat pos ronda"
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
