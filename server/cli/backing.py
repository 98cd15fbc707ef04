"""`kentongan desa backup`, `verify-backup` and `restore`."""

import json
import secrets
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, cast

import click

from server import words
from server.card import Card, node_code, read_card
from server.desa.backup import asking, checking, restoring
from server.process import control

DIRECTORY = click.Path(path_type=Path, file_okay=False)
PLACE = click.Path(path_type=Path)
FILE = click.Path(path_type=Path, dir_okay=False)
EXIT_BROKEN: Final = 1


@click.command()
@click.argument("directory", type=DIRECTORY)
@click.argument("folder", type=DIRECTORY, required=False)
def backup(directory: Path, folder: Path | None) -> None:
    """Back DIRECTORY up into FOLDER, or into those of the settings, and test what was written."""
    where = "" if folder is None else str(folder.absolute())
    shown = _shown()
    try:
        for item in control.stream(directory, asking.COMMAND, folder=where):
            told = cast("dict[str, object]", item)
            ended = cast("dict[str, object] | None", told.get("ended"))
            if ended is None:
                shown(str(told["work"]), int(str(told["done"])), int(str(told["of"])))
                continue
            click.echo("\n".join(cast("list[str]", ended["sentences"])), err=not ended["good"])
            if not ended["good"]:
                sys.exit(EXIT_BROKEN)
    except control.NotRunning:
        click.echo("\n".join(asking.back_up_alone(directory, where, shown).sentences))


def _shown() -> Callable[[str, int, int], None]:
    """Progress at a terminal, one line that is written over; nothing into a file."""
    live = sys.stderr.isatty()

    def show(work: str, done: int, of: int) -> None:
        if live and work:
            percent = 100 * done // of if of else 0
            click.echo(f"\r{work} {percent:3} % ", nl=False, err=True)

    return show


@click.command(name="verify-backup")
@click.argument("source", type=PLACE)
@click.argument("directory", type=DIRECTORY, required=False)
@click.option("--card", type=FILE, help="Card made with --restore, in place of DIRECTORY.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each backup.")
def verify_backup(
    source: Path, directory: Path | None, card: Path | None, *, as_json: bool
) -> None:
    """Open the backups in SOURCE, a file or a folder, and prove what they hold.

    With DIRECTORY the key of that box opens them, and they are compared with its journal; without
    a key only the checksum is tested. Exits with 1 unless all are sound.
    """
    sound = True
    for result in _verified(source, directory, None if card is None else read_card(card)):
        sound = sound and result.sound
        if as_json:
            click.echo(json.dumps(result.as_json()))
        else:
            click.echo(f"{'✓' if result.sound else '✗'} {result.file}: {result.sentence}")
    if not sound:
        sys.exit(EXIT_BROKEN)


def _verified(source: Path, directory: Path | None, card: Card | None) -> Iterator[checking.Result]:
    if directory is not None:
        return checking.check_for_box(source, directory)
    if card is not None:
        return checking.check_for_card(source, card)
    return checking.check_sums(source)


@click.command()
@click.argument("source", type=PLACE)
@click.argument("directory", type=DIRECTORY)
@click.option("--card", type=FILE, required=True, help="New card, made with --restore.")
@click.option("--modem", "modems", multiple=True, help="Candidate tty, where it changed.")
def restore(source: Path, directory: Path, card: Path, modems: tuple[str, ...]) -> None:
    """Make the box DIRECTORY from a backup: SOURCE is one, or a folder of which the newest is used.

    The box gets a new number from its card, so nobody takes it for the one that it replaces.
    """
    done = restoring.restore(source, directory, read_card(card), modems, secrets.token_bytes)
    meta, proven = done.proven.meta, done.proven
    zone = restoring.zone_of(directory)
    for name in done.refused:
        click.echo(f"{name} rusak atau tidak cocok; dipakai cadangan sebelumnya.", err=True)
    reports = f"{proven.reports:,}".replace(",", ".")
    click.echo(
        f"Kotak {done.name} ({node_code(done.head.node)}) dipulihkan dari cadangan"
        f" {words.moment(meta.made_s, zone)}: {reports} laporan utuh."
    )
    click.echo(
        f"Bagi Polres ia kotak ke-{done.instance}: kotak lama jangan dinyalakan lagi, dan SMS"
        " sesudah cadangan itu hanya ada di Polres."
    )
    click.echo(f"  → kentongan desa run {directory}")
    click.echo(f"Hapus berkas kartunya ({card}): ia membuka cadangan lama.")
