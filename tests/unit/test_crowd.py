"""Many callers at once: slow ones, idle ones, and bodies that would fill the memory."""

import gc
import resource
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask, request
from waitress.adjustments import Adjustments

from server.demo.processes import until
from server.web import crowd
from server.web.asking import ROOM_OCTETS, Asking, Room
from server.web.guards import machine, public
from server.web.serve import serve
from server.web.site import Site, finish, make_site

PATIENCE_S = 20.0
LARGE = 1_000_000


class Clock:
    """A clock that the test moves."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class Place:
    """A small site that is served."""

    clock: Clock
    port: int = 0

    def line(self, octets: bytes = b"") -> socket.socket:
        """A connection on which something was said."""
        made = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)
        made.sendall(octets)
        return made

    def says(self, octets: bytes) -> str:
        """Everything that it answers."""
        with self.line(octets) as line:
            return heard(line)


def heard(line: socket.socket) -> str:
    """What comes until the server closes."""
    return b"".join(iter(lambda: line.recv(65_536), b"")).decode()


def small_site(clock: Clock) -> Flask:
    """A page, and an address for programs."""
    made = make_site(
        Site(
            cookie="kentongan_test",
            templates=Path(__file__).parent,
            find=lambda _: None,
            login="page",
            now_s=lambda: 0,
            zone="WIB",
            mono_s=clock,
            body_octets_max=2 * LARGE,
        )
    )
    made.add_url_rule("/", "page", public(lambda: "ada"))
    made.add_url_rule("/banyak", "much", public(lambda: "x" * 8 * LARGE))
    made.add_url_rule("/isi", "body", machine(lambda: str(len(request.data))), methods=["POST"])
    return finish(made)


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """Give a site that takes 32 connections."""
    monkeypatch.setattr(crowd, "connections", lambda: 32)
    made, stop, listening = Place(Clock()), threading.Event(), threading.Event()

    def ready(port: int) -> None:
        made.port = port
        listening.set()

    app = small_site(made.clock)
    thread = threading.Thread(
        target=serve, args=(app, "127.0.0.1", 0, stop, ready), kwargs={"mono_s": made.clock}
    )
    thread.start()
    assert listening.wait(PATIENCE_S)
    yield made
    stop.set()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()


GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n"


def test_a_head_that_never_ends_is_told_that_it_is_too_slow(place: Place) -> None:
    with place.line(GET) as slow:
        assert "ada" in place.says(GET + b"Connection: close\r\n\r\n")
        place.clock.now_s = crowd.HEAD_S + 10
        said = heard(slow)
    assert said.startswith("HTTP/1.0 408 ")
    assert "Terlalu lambat" in said


def test_a_body_may_take_as_long_as_a_slow_link_needs_and_no_longer(place: Place) -> None:
    octets = head("Connection: close\r\nContent-Length: 60000")
    with place.line(octets) as slow, place.line(octets) as slower:
        for line in (slow, slower):
            line.sendall(bytes(30_000))
        # Who is answered later came later: by then both had begun.
        assert "ada" in place.says(GET + b"Connection: close\r\n\r\n")
        place.clock.now_s = 300
        assert "ada" in place.says(GET + b"Connection: close\r\n\r\n")
        slow.sendall(bytes(30_000))
        assert heard(slow).endswith("60000")
        place.clock.now_s = 700
        assert heard(slower).startswith("HTTP/1.1 408 ")


def test_more_callers_than_connections_do_not_keep_a_page_from_others(place: Place) -> None:
    with ExitStack() as stack:
        lines = [stack.enter_context(place.line(GET)) for _ in range(50)]
        for _ in lines:
            place.clock.now_s += 0.001
            assert "ada" in place.says(GET + b"Connection: close\r\n\r\n")
        assert heard(lines[0]) == ""


def deaf(place: Place, stack: ExitStack) -> socket.socket:
    """A caller who asks for much and takes nothing of it."""
    line = socket.socket()
    stack.enter_context(line)
    line.settimeout(PATIENCE_S)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    line.connect(("127.0.0.1", place.port))
    line.sendall(b"GET /banyak HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert line.recv(1)
    return line


def test_callers_who_take_nothing_of_their_answers_keep_no_page_from_others(place: Place) -> None:
    with ExitStack() as stack:
        for _ in range(60):
            place.clock.now_s += 0.001
            deaf(place, stack)
        assert "ada" in place.says(GET + b"Connection: close\r\n\r\n")


def test_a_large_body_that_was_only_announced_holds_no_room_for_long(place: Place) -> None:
    size = 2 * LARGE
    octets = head(f"Connection: close\r\nContent-Length: {size}")
    with ExitStack() as stack:
        callers = [stack.enter_context(place.line(octets)) for _ in range(ROOM_OCTETS // size)]
        stack.enter_context(place.line(octets[:20]))
        assert "ada" in place.says(GET + b"Connection: close\r\n\r\n")
        assert " 503 " in place.says(octets)
        place.clock.now_s = crowd.HEAD_S + 10
        assert {heard(line)[:12] for line in callers} == {"HTTP/1.1 408"}
        assert place.says(octets + bytes(size)).endswith(str(size))


def unsent() -> int:
    """How many connections of this process hold something that nobody takes."""
    channels = [one for one in gc.get_objects() if isinstance(one, crowd.Channel)]
    return sum(one.connected and one.total_outbufs_len > 0 for one in channels)


def test_an_answer_that_nobody_takes_is_given_up(place: Place) -> None:
    with ExitStack() as stack:
        deaf(place, stack)
        assert unsent() == 1

        def given_up() -> bool:
            place.clock.now_s += crowd.TAKE_S + 10
            assert "ada" in place.says(GET + b"Connection: close\r\n\r\n")
            return unsent() == 0

        # The answer may still be in the making when its first octet is here.
        assert until(given_up, PATIENCE_S)


def test_connections_leave_descriptors_for_the_box_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = []
    for soft in (192, 1_024, 4_096, 1_048_576, resource.RLIM_INFINITY):
        monkeypatch.setattr(resource, "getrlimit", lambda _, soft=soft: (soft, soft))
        found.append(crowd.connections())
    assert found == [48, 384, 1_920, 4_096, 4_096]


def head(line: str) -> bytes:
    return f"POST /isi HTTP/1.1\r\nHost: localhost\r\n{line}\r\n\r\n".encode()


def asking(room: Room, line: str) -> Asking:
    made = Asking(room, Adjustments(max_request_body_size=1 << 40))
    made.received(head(line))
    return made


def status(one: Asking) -> int:
    return 0 if one.error is None else one.error.code


def test_large_bodies_share_a_room_and_small_ones_need_none() -> None:
    room = Room()
    took = [asking(room, f"Content-Length: {LARGE}") for _ in range(ROOM_OCTETS // LARGE)]
    assert {status(one) for one in took} == {0}
    late = asking(room, f"Content-Length: {LARGE}\r\nExpect: 100-continue")
    assert (status(late), late.completed, late.expect_continue) == (503, True, False)
    assert status(asking(room, "Content-Length: 60000")) == 0
    took.pop().close()
    assert status(asking(room, f"Content-Length: {LARGE}")) == 0


def test_room_is_given_back_once_however_a_request_ends() -> None:
    room = Room(LARGE)
    for _ in range(3):
        one = asking(room, f"Content-Length: {LARGE}")
        assert status(one) == 0
        one.release()
        one.close()
    assert room.take(LARGE)
    assert not room.take(1)


def test_a_caller_who_hangs_up_gives_his_room_back(place: Place) -> None:
    octets = head(f"Content-Length: {LARGE}\r\nConnection: close")
    for _ in range(2 * ROOM_OCTETS // LARGE):
        with place.line(octets + b"x"):
            pass
    assert "ada" in place.says(GET + b"Connection: close\r\n\r\n")
    assert place.says(octets + bytes(LARGE)).endswith(str(LARGE))
