"""`kentongan modem`: the virtual modem as a tty for any program."""

import signal
import sys
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path

import click

from hardware.simulated.latency import Latency
from server.airwaves import simulate

_WITA = timezone(timedelta(hours=8))


@click.group()
def modem() -> None:
    """GSM modems."""


@modem.command(name="simulate")
@click.option("--link", type=click.Path(path_type=Path), required=True, help="Path of the tty.")
@click.option("--store", type=click.Path(path_type=Path), help="File that its memory survives in.")
@click.option("--latency", type=click.Choice(["none", "usb"]), default="none")
def simulate_command(link: Path, store: Path | None, latency: Latency) -> None:
    """Make LINK a modem.

    Reads JSON lines {"from","text"}, {"pdu"} or {"ring"} on standard input; writes JSON lines
    {"to","text","parts"} for every text the modem sends, and every change of a slot.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    simulate(link, store, latency, sys.stdin, sys.stdout, stop, lambda: datetime.now(_WITA))
