"""Kills while a card that was set back asks to go on: whatever came last, nothing is lost."""

import os
import time
from collections import Counter
from pathlib import Path

import pytest
from boxes import Boxes
from going_on import laid_out
from power_cut import in_memory
from statement_cuts import Camera, traced
from told import Told
from watched_world import NUMBER, TakenUp, WatchedWorld
from world import CODE

from server.desa import steps
from server.desa.restores import asking
from server.polres.down import orders
from server.polres.restores import claims
from sync.message import State as PeerState

EVERY = int(os.environ.get("KENTONGAN_CUT_STATES", "8"))
BUDI, SARI, TONO = "+6281234567890", "+6281298765432", "+6281311112222"
ROUNDS = 7


def played(folder: Path) -> Camera:
    """A card is set back, writes on without a road, asks, and goes on in a new log."""
    camera = Camera(folder)
    with traced(camera.statement):
        world = WatchedWorld(folder, hear=camera.hear)
        camera.paused = True
        boxes = Boxes(world)
        _say(world, BUDI, "ada maling di RT 2")
        world.exchange()
        boxes.copy("old")
        _say(world, SARI, "rumah kebakaran di RT 3")
        world.exchange()
        boxes.put_back("old")
        camera.paused = False
        world.road.cut = True
        _say(world, TONO, "motor hilang dekat pasar")
        world.restart()
        _say(world, BUDI, "banjir di RT 1")
        world.road.cut = False
        world.exchange()
        assert world.node.health.sync_state in asking.LOST
        _allow(world)
        assert world.exchange().result is steps.Result.DONE
        world.exchange()
        world.speak()
        boxes.close()
    return camera


def _say(world: WatchedWorld, sender: str, words: str) -> None:
    world.mono_s += 30
    world.say("clock", world.mono_s)
    world.text(sender, words)
    world.listen()


def _allow(world: WatchedWorld) -> None:
    """A person at the Polres lets every box go on that waits for it."""
    with world.district.read() as connection:
        found = claims.waiting(connection, orders.known(connection, CODE))
    words = [one.words for one in found if one.state == "waiting"]
    for one in words:
        claims.decide(world.district, NUMBER, one, go_on=True, by="spkt", now_s=world.wall_s())


def wrong_after(folder: Path, told: Told) -> list[str]:
    """Go on, with a person at the Polres who lets it; gives what did not arrive once."""
    world = TakenUp(folder, told)
    try:
        for _ in range(ROUNDS):
            world.listen()
            world.exchange()
            _allow(world)
            # The one who lets it go on is asked for the keys of its earlier sessions as well.
            orders.grant_keys(world.district, CODE, "spkt", world.wall_s())
            world.speak()
            world.mono_s += 90
        return _wrong(world, told)
    finally:
        world.close()


def _wrong(world: TakenUp, told: Told) -> list[str]:
    found = Counter(
        line.report.text
        for line in world.at_polres()
        if not (line.report.result or "").startswith("SMS yang sama")
    )
    wrong = [f"arrived {found[words]} times" for _, words, _ in told.texts if found[words] != 1]
    with world.node.database.read() as db:
        (left,) = db.execute(
            "select count(*) from inbox where state in ('unread', 'part')"
        ).fetchone()
    if left:
        wrong.append(f"{left} texts are never read")
    if world.node.health.sync_state != PeerState.OK:
        wrong.append(f"the box and the Polres do not agree: {world.node.health.sync_state}")
    return wrong


@pytest.fixture(scope="module")
def restored() -> Camera:
    with in_memory() as home:
        return played(home)


def test_a_restored_card_goes_on_after_a_kill_at_any_statement(
    restored: Camera, folder: Path
) -> None:
    began_s = time.process_time()
    wrong: dict[str, list[str]] = {}
    states = restored.states[::EVERY]
    for state in states:
        laid_out(folder / "both", state.files)
        faults = wrong_after(folder / "both", state.told)
        if faults:
            wrong[state.at] = faults
    print(
        f"{restored.statements} statements, {len(restored.states)} states that differ, "
        f"gone on from {len(states)}, {time.process_time() - began_s:.1f} s"
    )
    assert wrong == {}
    assert restored.statements > 500


def test_a_text_that_does_not_arrive_after_a_restore_is_found(
    restored: Camera, folder: Path
) -> None:
    state = restored.states[-1]
    laid_out(folder / "both", state.files)
    state.told.texts.append((SARI, "tak pernah dikirim", state.told.texts[0][2]))
    assert wrong_after(folder / "both", state.told) == ["arrived 0 times"]
