"""The bench itself, small: real processes, real pseudo terminals, drains and kills."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from server.bench import drain, texts
from server.bench.kills import kill_again_and_again
from server.bench.site import Site
from server.bench.village import District, Village, hurried
from server.demo.processes import Processes

# Those that cost a modem of the test no minutes of waiting.
BRISK = (
    *("status-chatter", "glued-lines", "echo-returns", "cmti-unreliable", "other-memory"),
    *("cpms-three", "narrow-ranges", "cnmi-refuses-2", "empty-is-error", "index-base"),
    *("stored-twice", "list-dialect", "odd-finals", "dirty-line", "flow-control", "bad-pdus"),
)
KILLS = 6


@pytest.fixture
def district(node_dir: Path) -> Iterator[District]:
    """Give a running Polres."""
    logs = node_dir / "logs"
    logs.mkdir()
    processes = Processes(logs)
    made = District(node_dir / "polres", processes)
    try:
        made.start()
        yield made
    finally:
        processes.end_all()


def some(seed: int) -> tuple[str, ...]:
    """Six quirks for each modem."""
    return tuple(Random(seed).sample(BRISK, 6))


def test_a_node_empties_a_modem_in_bulk_and_killed_in_between_keeps_each_text_once(
    district: District, node_dir: Path
) -> None:
    site = Site(node_dir, district.processes)
    done = drain.drain(site, Village(district), texts.singles(100, 1), "none")
    print(f"drain of 100: {done.per_s:.0f} texts/s, {done.commands_per_text:.2f} commands a text")
    assert done.whole
    assert (done.tally.kept, done.tally.lost, done.tally.doubled) == (100, 0, 0)
    assert done.commands_per_text <= 0.5

    killed = kill_again_and_again(
        site,
        Village(district, hurried, road=True),
        KILLS,
        1,
        ways=some,
        at_once=3,
        say=print,
    )
    print(f"{KILLS} kills: lost {killed.lost}, doubled {killed.doubled}")
    assert (killed.stuck, killed.lost, killed.doubled) == (0, 0, 0)
