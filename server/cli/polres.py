"""`kentongan polres`: the district server."""

import json
from pathlib import Path
from typing import cast

import click

from server.card import parse_card, write_card
from server.cli import boxes
from server.cli.wording import agree
from server.polres import commands
from server.polres.district import init as prepare
from server.polres.district import open_district
from server.polres.propam import complaints, read_key
from server.polres.run import run
from server.process import control
from server.process.running import only_one

DIRECTORY = click.Path(path_type=Path, file_okay=False)


def _ask(directory: Path, command: str, **values: str) -> object:
    """Let the running server do it; without one, do it here."""
    try:
        return control.ask(directory, command, **values)
    except control.NotRunning:
        with only_one(directory):
            district = open_district(directory)
            try:
                return commands.answers(district)[command](values)
            finally:
                district.close()


def _desa(directory: Path, code: str) -> dict[str, object] | None:
    return cast("dict[str, object] | None", _ask(directory, "desa", code=code))


@click.group()
def polres() -> None:
    """The district server."""


@polres.command()
@click.argument("directory", type=DIRECTORY)
@click.option("--name", default="Polres", help="Name that people read.")
def init(directory: Path, name: str) -> None:
    """Prepare DIRECTORY."""
    click.echo(prepare(directory, name))


@polres.command(name="run")
@click.argument("directory", type=DIRECTORY)
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65_535), help="TCP port.")
def run_command(directory: Path, host: str | None, port: int | None) -> None:
    """Run the server until it is told to stop."""
    run(directory, host, port, click.echo)


@polres.command()
@click.argument("directory", type=DIRECTORY)
@click.argument("code")
@click.argument("name")
@click.option("--url", required=True, help="Where the desa reaches the Polres.")
@click.option("--card", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option("--yes", is_flag=True, help="Do not ask before an earlier card is replaced.")
def enroll(directory: Path, code: str, name: str, url: str, card: Path, *, yes: bool) -> None:
    """Write the enrolment card of a desa: CODE as 52.04.07.2001, NAME as villagers read it."""
    known = _desa(directory, code)
    if known is not None:
        ends = "kotak yang lama berhenti" if known["enrolled"] else "kartu yang lama tidak berlaku"
        agree(f"Desa {known['name']} sudah punya kartu; bila kartu baru dipakai, {ends}.", yes=yes)
    again = "yes" if known is not None else ""
    made = _ask(directory, "enroll", code=code, name=name, url=url, again=again)
    write_card(card, parse_card(json.dumps(made)))
    click.echo(f"Kartu {name} ditulis ke {card}. Berlaku 7 hari, untuk satu kotak.")


@polres.command()
@click.argument("directory", type=DIRECTORY)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def reports(directory: Path, as_json: bool) -> None:  # noqa: FBT001 -- a flag of the command line
    """List the reports of all desa."""
    lines = cast("list[dict[str, object]]", _ask(directory, "reports"))
    if as_json:
        for line in lines:
            click.echo(json.dumps(line, ensure_ascii=False))
        return
    if not lines:
        click.echo("Belum ada laporan yang sampai dari desa mana pun.")
        return
    click.echo(f"{'desa':13}  {'nomor':6}  {'urgensi':8} keadaan")
    for line in lines:
        told = f"{line['desa']:13}  {line['ticket']:6}  {line['urgency']:8} {line['status']}"
        click.echo(told)


@polres.group()
def user() -> None:
    """Accounts of the district server."""


@user.command(name="add")
@click.argument("directory", type=DIRECTORY)
@click.argument("name")
@click.option("--role", required=True, help="spkt, binmas, kapolres, propam or admin.")
def user_add(directory: Path, name: str, role: str) -> None:
    """Make an account; its passphrase is shown this once."""
    made = cast("dict[str, str]", _ask(directory, "user add", name=name, role=role))
    click.echo(f"Akun         {made['name']}")
    click.echo(f"Kata sandi   {made['passphrase']}")
    click.echo(f"Masuk di     {made['address']}")
    click.echo("Catat sekarang: kata sandi tidak disimpan dan tidak ditampilkan lagi.")


@polres.group()
def keys() -> None:
    """Session keys of the desa."""


@keys.command(name="grant")
@click.argument("directory", type=DIRECTORY)
@click.argument("code")
@click.option("--by", default="operator", help="Who allows it.")
def keys_grant(directory: Path, code: str, by: str) -> None:
    """Allow one return of session keys to a desa, for 30 minutes."""
    _ask(directory, "keys grant", code=code, by=by)
    click.echo("Diizinkan: kunci sesi kembali pada pertukaran berikutnya, paling lama 30 menit.")


@polres.group()
def officer() -> None:
    """Officers of the desa."""


@officer.command(name="list")
@click.argument("directory", type=DIRECTORY)
@click.argument("code")
def officer_list(directory: Path, code: str) -> None:
    """List the officers of a desa who wait, with the fingerprints of their keys."""
    waiting = cast("list[dict[str, str]]", _ask(directory, "officer list", code=code))
    if not waiting:
        click.echo("Tidak ada petugas yang menunggu persetujuan.")
    for line in waiting:
        click.echo(f"{line['fingerprint']}  {line['name']}")


@officer.command(name="approve")
@click.argument("directory", type=DIRECTORY)
@click.argument("code")
@click.argument("name")
@click.option("--by", default="operator", help="Who approves.")
@click.option("--fingerprint", default="", help="Of the key; needed when several wait by the name.")
def officer_approve(directory: Path, code: str, name: str, by: str, fingerprint: str) -> None:
    """Put an officer who asked on the signed list of a desa."""
    values = {"code": code, "name": name, "by": by, "fingerprint": fingerprint}
    listed = _ask(directory, "officer approve", **values)
    click.echo(f"{name} masuk daftar; desa menerimanya pada pertukaran berikutnya.")
    click.echo(f"Sidik kunci  {listed}")


polres.add_command(boxes.commands(_ask))


@officer.command(name="resend")
@click.argument("directory", type=DIRECTORY)
@click.argument("code")
def officer_resend(directory: Path, code: str) -> None:
    """Send a desa its signed list of officers again, after its own copy was changed."""
    _ask(directory, "officer resend", code=code)
    click.echo("Daftar petugas dikirim lagi; desa menerimanya pada pertukaran berikutnya.")


@polres.command()
@click.argument("directory", type=DIRECTORY)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(directory: Path, file: Path) -> None:
    """Write a checked backup of the tables to FILE, and tell the desa what it covers."""
    made = cast("dict[str, int]", _ask(directory, "backup", file=str(file.absolute())))
    size = f"{made['octets'] / 1_000_000:.1f}".replace(".", ",")
    click.echo(f"Cadangan ditulis ke {file} dan diperiksa: {size} MB, {made['entries']} catatan.")
    click.echo("Simpan di luar server ini. polres.key tidak ikut: simpan salinannya terpisah.")


@polres.command()
@click.argument("directory", type=DIRECTORY)
@click.option("--key", type=click.Path(path_type=Path, dir_okay=False), required=True)
def propam(directory: Path, key: Path) -> None:
    """Read complaints about officials with Propam's key: one JSON object a line."""
    district = open_district(directory)
    try:
        for line in complaints(district, read_key(key, district)):
            click.echo(json.dumps(line, ensure_ascii=False))
    finally:
        district.close()


@polres.command()
@click.argument("directory", type=DIRECTORY)
@click.argument("code")
@click.option("--yes", is_flag=True, help="Do not ask first.")
def revoke(directory: Path, code: str, *, yes: bool) -> None:
    """Close a box that was reported stolen: no keys and no orders go there any more."""
    known = _desa(directory, code)
    if known is not None:
        lasts = "ini tidak dapat dibatalkan; hanya kartu baru yang membuka desa itu lagi"
        agree(f"Kotak desa {known['name']} akan ditutup, dan {lasts}.", yes=yes)
    _ask(directory, "revoke", code=code)
    click.echo("Kotak ditutup: kunci dan perintah tidak lagi dikirim ke sana.")
