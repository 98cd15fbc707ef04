"""`kentongan polres box`: boxes that ask to go on as a desa's box."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import click

DIRECTORY = click.Path(path_type=Path, file_okay=False)
Ask = Callable[..., object]
STATES = {"waiting": "menunggu", "granted": "diizinkan", "refused": "ditolak"}


def commands(ask: Ask) -> click.Group:
    """The group; `ask` lets the server, running or not, do a command."""

    @click.group()
    def box() -> None:
        """Boxes that ask to go on, after a restored card or a copy."""

    @box.command(name="list")
    @click.argument("directory", type=DIRECTORY)
    @click.argument("code")
    def box_list(directory: Path, code: str) -> None:
        """List the boxes that ask, with the four words that each one shows."""
        found = cast("list[dict[str, object]]", ask(directory, "box list", code=code))
        if not found:
            click.echo("Tidak ada kotak yang minta izin melanjutkan.")
        for one in found:
            state = STATES.get(str(one["state"]), str(one["state"]))
            click.echo(f"{one['words']}  kotak ke-{one['instance']}, {state}")

    @box.command(name="allow")
    @click.argument("directory", type=DIRECTORY)
    @click.argument("code")
    @click.argument("words", nargs=-1, required=True)
    @click.option("--by", default="operator", help="Who allows it.")
    def box_allow(directory: Path, code: str, words: tuple[str, ...], by: str) -> None:
        """Let the box with these four words go on as the box of the desa."""
        told = " ".join(words)
        ask(directory, "box decide", code=code, words=told, go_on="yes", by=by)
        click.echo("Diizinkan: kotak itu melanjutkan begitu menghubungi lagi.")

    @box.command(name="refuse")
    @click.argument("directory", type=DIRECTORY)
    @click.argument("code")
    @click.argument("words", nargs=-1, required=True)
    @click.option("--by", default="operator", help="Who refuses it.")
    def box_refuse(directory: Path, code: str, words: tuple[str, ...], by: str) -> None:
        """Refuse the box with these four words; what it wrote stays in it."""
        told = " ".join(words)
        ask(directory, "box decide", code=code, words=told, go_on="", by=by)
        click.echo("Ditolak: kotak itu tidak menjadi kotak desa ini.")

    return box
