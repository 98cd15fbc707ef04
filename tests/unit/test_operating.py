"""The technician's pages name only commands and options that there are."""

import re
import shlex
from pathlib import Path

import click
import pytest

from server.cli.root import kentongan

PAGE = Path(__file__).parents[2] / "docs" / "operating.md"
LINES_MAX = 120
MORE = tuple(PAGE.with_name(name) for name in ("trouble.md", "backup.md"))
TEXT = "".join(page.read_text(encoding="utf-8") for page in (PAGE, *MORE))
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


def test_every_page_that_goes_on_is_linked_and_as_short() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for page in MORE:
        assert f"]({page.name})" in text
        assert len(page.read_text(encoding="utf-8").splitlines()) <= LINES_MAX
