"""The program's commands: each is found, and none costs what another one needs."""

import subprocess
import sys

import click
import pytest

from server.cli.root import COMMANDS, kentongan


def loaded_by(statement: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after a statement."""
    code = f"{statement}; import sys; print(*{{name.partition('.')[0] for name in sys.modules}})"
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return set(told.stdout.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_found_by_its_name(name: str) -> None:
    found = kentongan.get_command(click.Context(kentongan), name)
    assert found is not None
    assert found.name == name


def test_a_word_that_is_no_command_is_none() -> None:
    assert kentongan.get_command(click.Context(kentongan), "root") is None


def test_a_village_node_carries_no_library_of_the_polres() -> None:
    node = "from server.cli.root import kentongan; import server.cli.desa"
    assert {"flask", "serial"} <= loaded_by(node)
    assert not {"sqlalchemy", "alembic"} & loaded_by(node)
    assert {"sqlalchemy", "alembic"} <= loaded_by("import server.cli.polres")
