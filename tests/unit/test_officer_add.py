"""`kentongan desa officer add`: what a technician reads once and what the Polres compares."""

from pathlib import Path

from click.testing import CliRunner
from world import World

from server.cli.desa import desa
from server.database import open_database
from server.desa import login
from sync.session import fingerprint


def test_the_command_shows_the_fingerprint_of_the_key_that_it_made(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.node.database.close()
    world.district.close()
    shown = CliRunner().invoke(desa, ["officer", "add", str(world.directory), "Putu"])
    assert shown.exit_code == 0, shown.output
    database = open_database(world.directory)
    with database.read() as db:
        kept = login.read(db, "Putu")
    database.close()
    assert kept is not None
    assert f"Sidik kunci  {fingerprint(kept.identity)}\n" in shown.output
    words = next(line for line in shown.output.splitlines() if line.startswith("Pemulihan"))
    cost = world.node.settings.login
    assert login.open_card(kept, words.removeprefix("Pemulihan"), cost) is not None
