"""The demo's road: it carries, breaks at once when cut, and carries again when restored."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from server.demo.link import LOOPBACK, Link

PATIENCE_S = 20.0


class Echo:
    """A server that sends back what it gets."""

    def __init__(self) -> None:
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while octets := connection.recv(4096):
                connection.sendall(octets)

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture
def echo() -> Iterator[Echo]:
    made = Echo()
    yield made
    made.close()


@pytest.fixture
def link(echo: Echo) -> Iterator[Link]:
    made = Link(echo.port)
    yield made
    made.close()


def call(link: Link) -> socket.socket:
    return socket.create_connection((LOOPBACK, link.port), PATIENCE_S)


def exchanged(connection: socket.socket, octets: bytes) -> bytes:
    """What comes back; fewer octets when the road breaks."""
    connection.sendall(octets)
    back = b""
    while len(back) < len(octets) and (more := connection.recv(4096)):
        back += more
    return back


def broken(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True


def test_an_open_road_carries_both_ways(link: Link) -> None:
    with call(link) as first, call(link) as second:
        assert exchanged(first, b"a" * 200_000) == b"a" * 200_000
        assert exchanged(second, b"laporan") == b"laporan"


def test_a_cut_breaks_what_is_under_way_and_lets_nothing_through(link: Link) -> None:
    with call(link) as under_way:
        assert exchanged(under_way, b"1") == b"1"
        link.cut()
        assert not link.open
        assert broken(under_way)
    with call(link) as late:
        assert broken(late)


def test_a_restored_road_carries_again_on_the_same_port(link: Link) -> None:
    port = link.port
    link.cut()
    link.restore()
    assert (link.open, link.port) == (True, port)
    with call(link) as again:
        assert exchanged(again, b"tersambung lagi") == b"tersambung lagi"


def test_a_connection_is_closed_when_nobody_listens_behind_the_road(echo: Echo) -> None:
    lonely = Link(echo.port)
    echo.close()
    try:
        with call(lonely) as connection:
            assert broken(connection)
    finally:
        lonely.close()


def test_a_closed_road_gives_its_port_back(echo: Echo) -> None:
    link = Link(echo.port)
    link.close()
    with socket.create_server((LOOPBACK, link.port)) as taken:
        assert taken.getsockname()[1] == link.port
