"""`kentongan modem`: the virtual modem as a tty for any program."""

import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import click

from hardware.simulated.latency import Latency
from hardware.simulated.quirks.registry import QUIRKS
from server.airwaves import Quirks, simulate
from server.process.running import stop_on_signals

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

    Reads JSON lines {"from","text"}, {"pdu"} or {"ring"} on standard input; writes JSON lines
    {"to","text","parts"} for every text the modem sends, and every change of a slot.
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


@modem.command(name="quirks")
def quirks_command() -> None:
    """List the quirks that `simulate` can imitate, each with its number in the list."""
    for quirk in QUIRKS.values():
        click.echo(f"{quirk.number or '':>2}  {quirk.name:18} {quirk.summary}")
