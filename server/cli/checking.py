"""Which modem `check` and `watch` look at: one at a port, or those of a node that runs."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import cast

from hardware.devices import EVERY_PORT, open_modem
from hardware.modem import Modem
from server import settings as settings_file
from server.checkup import ports as places
from server.checkup import running
from server.checkup.finding import Finding, Mark
from server.checkup.steps import Checkup, Extras
from server.checkup.watching import OwnPort, ThroughNode, Watched
from server.domain.errors import Told
from server.process import control
from sms.phone import parse_phone

_STOPPED = {
    "mood": "absent",
    "trouble": "Kotak tidak menjawab. Periksa apakah `kentongan desa run` masih berjalan.",
}


class NotANumber(Told):
    """Nomor tujuan --send tidak dikenali; tulis seperti 0812-3456-7890."""


class NotACode(Told):
    """Kode --ussd hanya boleh berisi angka, * dan #; tulis seperti '*888#' dengan tanda kutip."""


def extras_of(ussd: str, send: str) -> Extras:
    """What was asked for beside looking.

    Raises:
        NotANumber, NotACode: nothing was done.
    """
    phone = parse_phone(send) if send else None
    if send and phone is None:
        raise NotANumber
    if ussd and not set(ussd) <= set("0123456789*#+"):
        raise NotACode
    return Extras(ussd, phone)


def findings(ports: Sequence[str], directory: Path | None, extras: Extras) -> Iterator[Finding]:
    """Every finding as it comes."""
    told = None if directory is None else _told(directory)
    if directory is not None and told is not None:
        yield _held_by(directory)
        yield from _through(told, extras)
        return
    found = places.search(_wanted(ports, directory))
    yield found.finding
    if found.holder is not None and found.holder.directory is not None:
        yield from _through(_told(found.holder.directory) or [_STOPPED], extras)
    if found.port is None:
        return
    try:
        yield from Checkup(found.port, time.monotonic).run(extras)
    finally:
        found.port.close()


def _through(told: Sequence[Mapping[str, object]], extras: Extras) -> Iterator[Finding]:
    yield from running.findings(told)
    if extras != Extras():
        seen = "Kode USSD dan SMS uji tidak dikirim: modem sedang dipakai kotak."
        yield Finding("extras", Mark.TO_DO, seen, "Hentikan kotak, lalu periksa lagi.")


def watched(ports: Sequence[str], directory: Path | None, stop: threading.Event) -> Watched:
    """What there is to watch: the running node's modems, or the modem at its port."""
    holder = None
    if directory is None:
        found = places.search(_wanted(ports, directory))
        if found.port is not None:
            found.port.close()
        holder = None if found.holder is None else found.holder.directory
    node = directory or holder
    if node is not None and _told(node) is not None:
        return ThroughNode(partial(control.ask, node), stop)
    wanted = _wanted(ports, directory)
    modem = Modem(lambda: open_modem(wanted), time.monotonic)
    return OwnPort(modem, time.monotonic, stop)


def _told(directory: Path) -> list[Mapping[str, object]] | None:
    """What the running node knows of its modems; None where none runs."""
    try:
        return cast("list[Mapping[str, object]]", control.ask(directory, running.COMMAND))
    except control.NotRunning:
        return None


def _held_by(directory: Path) -> Finding:
    seen = f"Modem dipegang kotak yang sedang berjalan ({directory})."
    return Finding("port", Mark.GOOD, seen, facts={"directory": str(directory)})


def _wanted(ports: Sequence[str], directory: Path | None) -> tuple[str, ...]:
    if ports or directory is None:
        return tuple(ports) or EVERY_PORT
    return settings_file.load(directory / settings_file.FILE_NAME).modem.ports or EVERY_PORT
