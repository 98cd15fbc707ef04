"""Two Polres servers with the same keys by mistake: found, shown, and nothing lost."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from world import World

from server.polres import lookup
from server.polres.district import District, open_district
from server.polres.restores.restored import Notice, notice
from server.polres.store import restores


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Give an enrolled desa with one report at the Polres."""
    made = World(tmp_path)
    say(made, "ada maling di RT 2")
    yield made
    made.node.database.close()


def say(world: World, words: str) -> None:
    """A text comes, is read, and goes to the server at the end of the road."""
    world.mono_s += 900
    world.text("+6281234567890", words)
    world.listen()
    world.exchange()
    world.exchange()


def copy_of(world: World) -> District:
    """A second server from a copy of the first one's folder; the first goes on."""
    world.district.close()
    shutil.copytree(world.folder / "polres", world.folder / "kembar")
    world.district = open_district(world.folder / "polres")
    world.road.district = world.district
    return open_district(world.folder / "kembar")


def told(world: World, district: District) -> Notice | None:
    """What the pages of a server say about it."""
    return notice(district, world.wall_s())


def texts(district: District) -> set[str]:
    """The texts that a server holds."""
    return {line.report.text for line in lookup.search(district)}


def test_a_server_set_back_is_said_to_be_restored_and_not_a_twin(world: World) -> None:
    backup = copy_of(world)
    say(world, "rumah kebakaran")
    world.district.close()
    world.district = world.road.district = backup
    say(world, "motor hilang")
    said = told(world, backup)
    assert said is not None
    assert said.twin_s is None
    assert (said.silent, said.desas) == (0, 1)
    assert texts(backup) == {"ada maling di RT 2", "rumah kebakaran", "motor hilang"}
    backup.close()


def test_two_servers_with_one_key_find_each_other_and_both_get_everything(world: World) -> None:
    second = copy_of(world)
    first = world.district
    for number in range(3):
        for server in (first, second):
            world.road.district = server
            say(world, f"kejadian nomor {number} lewat {server.directory.name}")
    for server in (first, second):
        world.road.district = server
        world.exchange()
        world.exchange()
        said = told(world, server)
        assert said is not None
        assert said.twin_s is not None
    assert texts(first) == texts(second)
    assert len(texts(first)) == 7
    with first.read() as connection:
        assert restores.newest_evidence(connection, "twin") is not None
    first.close()
    second.close()


def test_a_server_alone_says_nothing_of_the_kind(world: World) -> None:
    say(world, "rumah kebakaran")
    world.restart()
    say(world, "motor hilang")
    assert told(world, world.district) is None
    world.district.close()
