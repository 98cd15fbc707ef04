"""The technician's page names only commands and options that there are."""

import re
import shlex
from pathlib import Path

import click
import pytest

from server.cli.root import kentongan

PAGE = Path(__file__).parents[2] / "docs" / "operating.md"
LINES_MAX = 120
BACKUP = PAGE.with_name("backup.md")
TEXT = PAGE.read_text(encoding="utf-8") + BACKUP.read_text(encoding="utf-8")
COMMANDS = [
    line.strip() for line in TEXT.splitlines() if line.strip().startswith("kentongan ")
] + re.findall(r"\| `(kentongan [^`]+)`", TEXT)


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_on_the_page_can_be_typed(line: str) -> None:
    words = shlex.split(line)[1:]
    command: click.Command = kentongan
    context = click.Context(command, info_name="kentongan")
    while isinstance(command, click.Group):
        name, command, words = command.resolve_command(context, words)
        assert command is not None
        context = click.Context(command, info_name=name, parent=context)
    command.parse_args(context, words)
    assert context.params


def test_the_page_names_the_whole_way_and_stays_short() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LINES_MAX
    polres, desa = ("polres init", "polres enroll"), ("modem check", "desa init")
    way = (*polres, *desa, "desa officer add", "desa run", "polres officer approve")
    places = [text.index(f"\nkentongan {step}") for step in way]
    assert places == sorted(places)
