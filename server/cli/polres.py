"""`kentongan polres`: the district server."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import click

from server.card import parse_card, write_card
from server.cli import boxes, carrying
from server.cli.status import district as told
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
    return _do(directory, command, values)


def _do(directory: Path, command: str, values: dict[str, str], patience_s: float = 60.0) -> object:
    """Let the running server do it; without one, do it here."""
    try:
        return control.ask_within(patience_s, directory, command, values)
    except control.NotRunning:
        with only_one(directory):
            district = open_district(directory)
            try:
                return commands.answers(district)[command](values)
            finally:
                district.close()


def take_parcel(directory: Path, file: Path, out: Path | None, by: str) -> tuple[str, ...]:
    """Take a file in and write its return; gives sentences."""

    def ask(values: dict[str, str]) -> object:
        return _do(directory, carrying.TAKE, values, carrying.PATIENCE_S)

    return carrying.polres(file, out, by, ask)


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
@click.option("--restore", is_flag=True, help="The card also opens the desa's backups.")
def enroll(
    directory: Path, code: str, name: str, url: str, card: Path, *, yes: bool, restore: bool
) -> None:
    """Write the enrolment card of a desa: CODE as 52.04.07.2001, NAME as villagers read it."""
    known = _desa(directory, code)
    if known is not None:
        ends = "kotak yang lama berhenti" if known["enrolled"] else "kartu yang lama tidak berlaku"
        agree(f"Desa {known['name']} sudah punya kartu; bila kartu baru dipakai, {ends}.", yes=yes)
    again = "yes" if known is not None else ""
    wish = {"restore": "yes"} if restore else {}
    made = _ask(directory, "enroll", code=code, name=name, url=url, again=again, **wish)
    write_card(card, parse_card(json.dumps(made)))
    click.echo(f"Kartu {name} ditulis ke {card}. Berlaku 7 hari, untuk satu kotak.")
    if restore:
        click.echo("Kartu ini membuka cadangan desa itu: bawa terpisah dari flashdisk cadangan.")


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


@polres.command()
@click.argument("directory", type=DIRECTORY)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the return goes; beside FILE when left out.",
)
@click.option("--by", default="operator", help="Who brings it in.")
def parcel(directory: Path, file: Path, out: Path | None, by: str) -> None:
    """Take in FILE that was carried here from a desa, and write the return for its box.

    The return holds receipts, orders and what was allowed; it may be made again at any time.
    """
    for sentence in take_parcel(directory, file, out, by):
        click.echo(sentence)


@polres.command()
@click.argument("directory", type=DIRECTORY)
def sms(directory: Path) -> None:
    """List the SMS at the modem of the Polres that no box sent; nobody answers them."""
    lines = cast("list[dict[str, str | int]]", _ask(directory, "sms"))
    if not lines:
        click.echo("Tidak ada SMS lain di modem Polres.")
    for line in lines:
        came = datetime.fromtimestamp(int(line["came_s"]), UTC).strftime("%Y-%m-%d %H:%M UTC")
        click.echo(f"{came}  {line['from']}  {' '.join(str(line['text']).split())}")


@polres.command()
@click.argument("directory", type=DIRECTORY)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--watch", "watched", is_flag=True, help="Go on until all has come.")
def status(directory: Path, *, as_json: bool, watched: bool) -> None:
    """Show what is still on its way from each desa, its last contact, and its data this month."""
    told.show(
        lambda: cast("dict[str, object]", _ask(directory, "status")),
        as_json=as_json,
        watched=watched,
    )


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


@officer.command(name="drop")
@click.argument("directory", type=DIRECTORY)
@click.argument("code")
@click.argument("name")
@click.option("--by", default="operator", help="Who takes him off.")
def officer_drop(directory: Path, code: str, name: str, by: str) -> None:
    """Take an officer off the signed list of a desa."""
    _ask(directory, "officer drop", code=code, name=name, by=by)
    click.echo(f"{name} dicabut; desa menerimanya pada pertukaran berikutnya.")
    click.echo("Sejak itu ia tidak dapat masuk, dan laporan baru tidak disegel untuknya.")


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
@click.option("--renew", is_flag=True, help="Make a new key; boxes take it at their next call.")
def tls(directory: Path, *, renew: bool) -> None:
    """Show the fingerprint of the key that boxes see at https:// addresses."""
    digest = _ask(directory, "tls", renew="yes" if renew else "")
    if renew:
        click.echo("Kunci baru dipakai; kotak menerimanya sendiri pada hubungan berikutnya.")
    click.echo(f"Sidik kunci  {digest}")


@polres.command(name="exchange-key")
@click.argument("directory", type=DIRECTORY)
@click.option("--renew", is_flag=True, help="Make a new key; boxes take it with their next answer.")
@click.option("--forget-old", is_flag=True, help="Destroy the older keys once all boxes have it.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
def exchange_key(directory: Path, *, renew: bool, forget_old: bool, yes: bool) -> None:
    """Show the key that boxes seal everything to, and which of them have not taken it yet."""
    if renew and forget_old:
        raise click.UsageError("Pilih satu saja: --renew, atau --forget-old bila semua sudah.")
    if forget_old:
        lost = "berkas kiriman yang dibuat untuk kunci lama tidak terbuka lagi"
        agree(f"Kunci lama akan dihapus dari polres.key; {lost}.", yes=yes)
    wish = "renew" if renew else "forget" if forget_old else ""
    for sentence in cast("list[str]", _ask(directory, "exchange key", do=wish)):
        click.echo(sentence)


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
