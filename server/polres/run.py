"""The district process: exchanges and pages over one open store."""

import resource
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from server.polres import commands
from server.polres.accounts import users
from server.polres.air.radio import start_radio
from server.polres.app import create_app
from server.polres.district import District, open_district
from server.process.control import ControlSocket
from server.process.running import leave_no_core, leave_within, only_one, stop_on_signals
from server.web.serve import page_address, serve

# SIGTERM must leave within 5 s, whatever a page or a box is still waiting for.
LEAVE_S = 4.0


def run(
    directory: Path,
    host: str | None,
    port: int | None,
    say: Callable[[str], object] = lambda _: None,
) -> None:
    """Serve until SIGTERM or SIGINT; `say` is told where the pages are.

    Raises:
        AlreadyRunning, PortInUse, and what `open_district` raises.
    """
    leave_no_core()
    _take_many_calls()
    stop = stop_on_signals()
    with only_one(directory):
        district = open_district(directory)
        district.opened_s = int(time.time())
        web = district.settings.web
        web = replace(web, host=host or web.host, port=web.port if port is None else port)
        district.settings = replace(district.settings, web=web)
        control = ControlSocket(directory, commands.answers(district))
        radio = start_radio(district, stop)
        try:
            hosts = frozenset({web.host, "localhost", "127.0.0.1", *web.hosts})
            app = create_app(district, hosts=hosts)
            district.door.ensure(district.random, int(time.time()))
            serve(
                app,
                web.host,
                web.port,
                stop,
                lambda taken: say(_begun(district, taken)),
                tls=district.door.context,
            )
        finally:
            stop.set()
            leave_within(LEAVE_S)
            if radio is not None:
                radio.join(timeout=LEAVE_S / 2)
            control.close()
            district.close()


def _take_many_calls() -> None:
    """As many connections as the system grants: a district's boxes may all call at once."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _begun(district: District, port: int) -> str:
    """Where the pages are, and what to do next."""
    then = "buka di peramban dan masuk dengan akun Polres"
    if not users(district):
        command = f"kentongan polres user add {district.directory} NAMA --role admin"
        then = f"belum ada akun, jadi jalankan: {command}"
    address = page_address(district.settings.web.host, port)
    return f"Server {district.name} berjalan di {address} - {then}."
