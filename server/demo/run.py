"""`kentongan demo`: starts the world, tells where to look, and plays until Ctrl-C."""

import socket
import sys
import threading
import time

from server.demo import story
from server.demo.app import Stage, create_app
from server.demo.gauges import Gauges
from server.demo.link import LOOPBACK
from server.demo.phones import Kind, Phones
from server.demo.story import Scene
from server.demo.world import Account, World, open_world
from server.process.running import stop_on_signals
from server.web.serve import PortInUse, serve


def run(port: int) -> None:
    """Play until SIGINT or SIGTERM.

    Args:
        port: TCP port of the page, on loopback.

    Raises:
        PortInUse: another program listens there; nothing was started.
        DemoFailed: something did not start; nothing is left of it.
    """
    _require_free(port)
    phones = Phones()
    _say("Menyiapkan satu Polres dan tiga desa, kira-kira sepuluh detik ...")

    def heard(_: int, number: str, text: str, parts: int) -> None:
        phones.add(number, Kind.GOT, text, int(time.time()), parts)

    with open_world(heard) as world:
        world.make_accounts()
        stop = stop_on_signals()
        stage = Stage(world, phones, Gauges(world))
        stage.gauges.read()
        threads = (
            threading.Thread(target=stage.gauges.watch, args=(stop,), daemon=True),
            threading.Thread(target=story.play, args=(_actor(stage), stop), daemon=True),
        )

        def ready(at: int) -> None:
            _announce(world, at)
            for thread in threads:
                thread.start()

        serve(create_app(stage), LOOPBACK, port, stop, ready)
        for thread in threads:
            thread.join()
        _say("Demo selesai; semua proses dihentikan dan berkasnya dihapus.")


def _actor(stage: Stage) -> story.Act:
    def act(scene: Scene) -> None:
        if scene.text is None:
            stage.ring(scene.villager)
        else:
            stage.send(scene.villager, scene.text)

    return act


def _require_free(port: int) -> None:
    try:
        socket.create_server((LOOPBACK, port)).close()
    except OSError as error:
        raise PortInUse(port) from error


def _announce(world: World, port: int) -> None:
    lines = [
        "",
        f"Telepon warga    http://{LOOPBACK}:{port}/   (mulai di sini)",
        "",
        *_login("Halaman Polres", world.account),
    ]
    for village in world.villages:
        lines += _login(f"Desa {village.place.name}", village.account)
    lines += ["Cerita dimulai sendiri. Ctrl-C mengakhiri semuanya tanpa bekas.", ""]
    _say("\n".join(lines))


def _login(where: str, account: Account | None) -> list[str]:
    if account is None:
        return []
    lines = [
        f"{where:16} {account.page}",
        f"{'':16} nama {account.name}, kata sandi {account.passphrase}",
    ]
    if account.phone_link:
        lines.append(f"{'':16} kunci HP, buka sekali: {account.phone_link}")
    return [*lines, ""]


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()
