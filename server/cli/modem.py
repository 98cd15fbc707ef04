"""`kentongan modem`: looking at a modem, and the virtual one as a tty for any program."""

import json
import shutil
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import click

from hardware.simulated.latency import Latency
from hardware.simulated.quirks.registry import QUIRKS
from server.airwaves import Quirks, simulate
from server.checkup.finding import Finding, conclusion, exit_code
from server.checkup.screen import Screen
from server.checkup.watching import watch
from server.cli import checking
from server.process.running import stop_on_signals

DIRECTORY = click.Path(path_type=Path, file_okay=False)
_WITA = timezone(timedelta(hours=8))


@click.group()
def modem() -> None:
    """GSM modems."""


@modem.command(name="simulate")
@click.option("--link", type=click.Path(path_type=Path), required=True, help="Path of the tty.")
@click.option("--store", type=click.Path(path_type=Path), help="File that its memory survives in.")
@click.option("--latency", type=click.Choice(["none", "usb"]), default="none")
@click.option("--quirk", "quirks", multiple=True, help="Way of a real modem; may be repeated.")
@click.option("--seed", default=0, show_default=True, help="Chances of the quirks.")
@click.option("--trace", is_flag=True, help="Tell every command too, and when things happen.")
def simulate_command(
    link: Path,
    store: Path | None,
    latency: Latency,
    quirks: tuple[str, ...],
    seed: int,
    trace: bool,  # noqa: FBT001 -- a flag of the command line
) -> None:
    """Make LINK a modem.

    Reads JSON lines {"from","text"}, {"pdu"}, {"ring"} or {"ussd":{"code","text","form"}} on
    standard input; writes JSON lines {"to","text","parts"} for every text the modem sends, and
    every change of a slot.
    """
    stop = stop_on_signals()
    simulate(
        link,
        store,
        latency,
        sys.stdin,
        sys.stdout,
        stop,
        lambda: datetime.now(_WITA),
        quirks=Quirks(quirks, seed),
        clock=time.monotonic if trace else None,
    )


@modem.command()
@click.argument("ports", nargs=-1, metavar="[PORT]...")
@click.option("--directory", type=DIRECTORY, help="Of a village node: its ports, and its process.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--ussd", default="", help="Also ask the network this code, such as *888#.")
@click.option("--send", default="", help="Also send one test text to this number; costs credit.")
def check(
    ports: tuple[str, ...], directory: Path | None, *, as_json: bool, ussd: str, send: str
) -> None:
    """Look at a modem step by step, and say what to do.

    Exit code 0: all well; 1: something to do; 2: no modem. Sends nothing unasked and deletes
    nothing. Without PORT every usual port is tried, or those of the node in --directory.
    """
    extras = checking.extras_of(ussd, send)
    found: list[Finding] = []
    for one in checking.findings(ports, directory, extras):
        found.append(one)
        if not as_json:
            click.echo("\n".join(one.lines()))
    if as_json:
        shown = {"exit": exit_code(found), "findings": [one.plain() for one in found]}
        click.echo(json.dumps(shown, ensure_ascii=False))
    else:
        click.echo(conclusion(found))
    sys.exit(exit_code(found))


@modem.command(name="watch")
@click.argument("ports", nargs=-1, metavar="[PORT]...")
@click.option("--directory", type=DIRECTORY, help="Of a village node: its ports, and its process.")
def watch_command(ports: tuple[str, ...], directory: Path | None) -> None:
    """Show signal, network, memories and arriving texts (masked) until Ctrl-C.

    A line that is redrawn at a terminal, else one for each change. While a node runs, it is
    asked; start a node only after a watch at its port has ended.
    """
    stop = stop_on_signals()
    watched = checking.watched(ports, directory, stop)
    screen = Screen(
        lambda text: click.echo(text, nl=False),
        lambda: f"{datetime.now().astimezone():%H.%M.%S}",
        redraws=sys.stdout.isatty(),
        width=shutil.get_terminal_size().columns,
    )
    watch(watched, screen, stop)


@modem.command(name="quirks")
def quirks_command() -> None:
    """List the quirks that `simulate` can imitate, each with its number in the list."""
    for quirk in QUIRKS.values():
        click.echo(f"{quirk.number or '':>2}  {quirk.name:18} {quirk.summary}")
