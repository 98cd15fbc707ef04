"""`kentongan desa`: the village node."""

import json
import secrets
import sys
from pathlib import Path
from typing import cast

import click

from server.cli import backing, carrying, exporting
from server.cli.status.watching import watch
from server.desa import commands, setup
from server.desa.console import backlog
from server.desa.console import figures as told
from server.desa.run import run
from server.domain.errors import Told
from server.process import control

DIRECTORY = click.Path(path_type=Path, file_okay=False)
NOT_RUNNING = "Kotak ini tidak sedang berjalan; jalankan dulu, lalu ulangi."
FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def desa() -> None:
    """The village node."""


@desa.command()
@click.argument("directory", type=DIRECTORY)
@click.option("--card", type=FILE, required=True, help="Enrolment card from the Polres.")
@click.option(
    "--modem", "modems", multiple=True, required=True, help="Candidate tty, or auto; repeatable."
)
@click.option("--port", type=click.IntRange(0, 65_535), help="TCP port of the pages.")
def init(directory: Path, card: Path, modems: tuple[str, ...], port: int | None) -> None:
    """Prepare DIRECTORY from an enrolment card."""
    click.echo(setup.init(directory, card, modems, port, secrets.token_bytes))


@desa.command(name="run")
@click.argument("directory", type=DIRECTORY)
def run_command(directory: Path) -> None:
    """Run the node until it is told to stop."""
    run(directory, click.echo)


@desa.command()
@click.argument("directory", type=DIRECTORY)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--watch", "watched", is_flag=True, help="Go on until nothing waits or opens.")
def status(directory: Path, *, as_json: bool, watched: bool) -> None:
    """Show inbox, reports, outbox, journal, modem, clock, and what waits for the Polres."""
    figures = _figures(directory)
    if as_json:
        click.echo(json.dumps(figures))
        return
    zone = commands.zone_of(directory)
    for sentence in told.sentences(figures, zone):
        click.echo(sentence)
    if watched:
        watch(lambda: backlog.going(_figures(directory), zone))


def _figures(directory: Path) -> dict[str, object]:
    try:
        return cast("dict[str, object]", control.ask(directory, "status"))
    except control.NotRunning:
        return commands.status_readonly(directory)


class NothingChosen(Told):
    """Belum jelas apa yang diekspor; tambahkan --inbox untuk SMS yang diterima."""


@desa.command()
@click.argument("directory", type=DIRECTORY)
@click.option("--inbox", is_flag=True, help="The texts that came, as an officer may read them.")
@click.option("--out", required=True, help="New file, or - for standard output.")
@click.option("--name", help="Officer; asked for when left out.")
@click.option("--passphrase-file", type=FILE, help="Its first line is the officer's passphrase.")
def export(
    directory: Path, *, inbox: bool, out: str, name: str | None, passphrase_file: Path | None
) -> None:
    """Write kept texts as CSV, after an officer's login, from the running node.

    Texts that no page shows the officer are counted, not written: complaints about officials,
    commands, and texts of locked sessions.
    """
    if not inbox:
        raise NothingChosen
    login = exporting.ask_login(name, passphrase_file)
    click.echo(exporting.export(directory, out, login, sys.stdout), err=True)


for _one in (backing.backup, backing.verify_backup, backing.restore):
    desa.add_command(_one)


@desa.command()
@click.argument("directory", type=DIRECTORY)
@click.argument("file", type=FILE)
def parcel(directory: Path, file: Path) -> None:
    """Write FILE for the Polres, or take FILE in when it came back from there.

    FILE may lie on a stick. It holds all that the Polres has not signed for, sealed; an older
    one of this desa is replaced whole. A return may be taken in twice and in any order.
    """
    for sentence in carrying.desa(directory, file):
        click.echo(sentence)


@desa.group()
def officer() -> None:
    """Officers who may log in."""


@officer.command(name="add")
@click.argument("directory", type=DIRECTORY)
@click.argument("name")
def officer_add(directory: Path, name: str) -> None:
    """Make an account; passphrase and phone link are shown this once."""
    try:
        new = control.ask(directory, "officer add", name=name)
    except control.NotRunning:
        new = commands.add_officer_offline(directory, name)
    shown = dict(new)  # type: ignore[call-overload]
    click.echo(f"Petugas      {shown['name']}")
    click.echo(f"Kata sandi   {shown['passphrase']}")
    click.echo(f"Tautan HP    http://{shown['host']}:{shown['port']}{shown['phone_path']}")
    click.echo(f"Sidik kunci  {shown['fingerprint']}")
    click.echo(f"Pemulihan    {shown['recovery']}")
    click.echo("Catat sekarang: semua ini tidak disimpan dan tidak ditampilkan lagi.")
    click.echo(
        "Kata pemulihan ditulis di kartu dan disimpan Kapolsek dalam amplop tertutup. "
        "Kartu untuk dicetak dapat dibuat petugas di halaman Kunci saya."
    )
    click.echo("Polres menyetujui setelah mencocokkan sidik kunci lewat telepon.")


@officer.command(name="list")
@click.argument("directory", type=DIRECTORY)
def officer_list(directory: Path) -> None:
    """List who may log in; the node must run."""
    for line in cast("list[dict[str, str]]", _ask_running(directory, "officer list")):
        click.echo(f"{line['name']}  {line['told']}")


@officer.command(name="recover")
@click.argument("directory", type=DIRECTORY)
@click.argument("name")
def officer_recover(directory: Path, name: str) -> None:
    """Let an officer in again with the words on his recovery card; the node must run."""
    words = click.prompt("Kata di kartu pemulihan", hide_input=True)
    new = cast("dict[str, str]", _ask_running(directory, "officer recover", name=name, words=words))
    click.echo(f"Petugas      {new['name']}")
    click.echo(f"Kata sandi   {new['passphrase']}")
    click.echo(f"Tautan HP    http://{new['host']}:{new['port']}{new['phone_path']}")
    click.echo(f"Pemulihan    {new['recovery']}")
    click.echo("Catat sekarang: semua ini tidak disimpan dan tidak ditampilkan lagi.")
    click.echo("Buka tautan di HP petugas, lalu masuk dengan kata sandi baru. Sejak itu kartu yang")
    click.echo("tadi dipakai tidak berlaku lagi: bakar, dan simpan yang baru.")


@desa.command()
@click.argument("directory", type=DIRECTORY)
def lock(directory: Path) -> None:
    """Forget the keys of older sessions that owe nothing, at once; the node must run."""
    count = cast("int", _ask_running(directory, "lock"))
    click.echo(f"{count} sesi lama dikunci lagi." if count else "Tidak ada yang perlu dikunci.")


@desa.command()
@click.argument("directory", type=DIRECTORY)
@click.option("--json", "as_json", is_flag=True, help="One JSON array.")
def retention(directory: Path, as_json: bool) -> None:  # noqa: FBT001 -- a flag of the command line
    """Show what was erased by the rules and whose login it still waits for; the node must run."""
    erasures = cast("list[dict[str, object]]", _ask_running(directory, "retention"))
    if as_json:
        click.echo(json.dumps(erasures))
        return
    for sentence in told.erasure_lines(erasures, commands.zone_of(directory)):
        click.echo(sentence)


def _ask_running(directory: Path, command: str, **values: str) -> object:
    try:
        return control.ask(directory, command, **values)
    except control.NotRunning as absent:
        raise control.ControlRefused(NOT_RUNNING) from absent


@desa.group()
def sim() -> None:
    """SIM cards of the modems."""


@sim.command(name="accept")
@click.argument("directory", type=DIRECTORY)
@click.argument("modem", default="")
def sim_accept(directory: Path, modem: str) -> None:
    """Let the SIM card that was put into MODEM send; the node must run."""
    try:
        done = control.ask(directory, "sim accept", name=modem)
    except control.NotRunning as absent:
        raise control.ControlRefused(NOT_RUNNING) from absent
    shown = dict(done)  # type: ignore[call-overload]
    click.echo(f"Kartu SIM di {shown['name']} boleh mengirim.")
