"""The HTTP road: many posts in a row, answers in order, and pages of others are no road."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from sync.errors import NoRoad, NotEnrolled
from sync.roads.http import CONTENT_TYPE, EXCHANGE_PATH, QUICK_PATH, HttpRoad, post_all

Talk = Callable[[socket.socket], None]


@contextmanager
def server(talk: Talk, connections: int = 1) -> Iterator[str]:
    """An address where each of so many connections is handed to `talk`."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        for _ in range(connections):
            line, _where = listener.accept()
            with line:
                talk(line)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        thread.join(10)
        listener.close()
    assert not thread.is_alive()


def read_requests(line: socket.socket, count: int) -> list[bytes]:
    """The bodies of so many requests."""
    file = line.makefile("rb")
    bodies = []
    for _ in range(count):
        length = 0
        while (header := file.readline()) not in {b"\r\n", b""}:
            if header.lower().startswith(b"content-length:"):
                length = int(header.split(b":")[1])
        bodies.append(file.read(length))
    return bodies


def answer(body: bytes, status: str = "200 OK", kind: str = CONTENT_TYPE) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def test_all_requests_leave_before_the_first_answer_and_come_back_in_order() -> None:
    def talk(line: socket.socket) -> None:
        bodies = read_requests(line, 3)
        for octet in b"".join(answer(body.upper()) for body in bodies):
            line.sendall(bytes([octet]))

    with server(talk) as url:
        road = HttpRoad(url, 10)
        assert list(road.post_all(QUICK_PATH, [b"a", b"b", b"c"])) == [b"A", b"B", b"C"]
        road.close()


def test_answers_before_a_cut_are_given_and_then_it_is_no_road() -> None:
    def talk(line: socket.socket) -> None:
        read_requests(line, 3)
        line.sendall(answer(b"one") + answer(b"two")[:-1])

    with server(talk) as url:
        answers = post_all(HttpRoad(url, 10), QUICK_PATH, [b"a", b"b", b"c"])
        assert next(answers) == b"one"
        with pytest.raises(NoRoad):
            next(answers)


def test_who_takes_as_many_answers_as_he_asked_keeps_the_connection() -> None:
    def talk(line: socket.socket) -> None:
        for _ in range(2):
            line.sendall(b"".join(answer(body) for body in read_requests(line, 2)))

    with server(talk) as url:
        road = HttpRoad(url, 10)
        for row in ([b"a", b"b"], [b"c", b"d"]):
            answers = road.post_all(QUICK_PATH, row)
            # As `zip` does, nobody asks for a third answer.
            assert [next(answers) for _ in row] == row
            del answers
        road.close()


def test_a_connection_that_the_server_closed_while_idle_is_opened_anew() -> None:
    def talk(line: socket.socket) -> None:
        read_requests(line, 1)
        line.sendall(answer(b"yes"))

    with server(talk, connections=3) as url:
        road = HttpRoad(url, 10)
        assert road.post(EXCHANGE_PATH, b"first") == b"yes"
        assert road.post(EXCHANGE_PATH, b"second") == b"yes"
        assert list(road.post_all(QUICK_PATH, [b"third"])) == [b"yes"]
        road.close()


@pytest.mark.parametrize(
    "page",
    [
        answer(b"<h1>Silakan masuk</h1>", kind="text/html"),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 abc\r\nContent-Length: 0\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"x" * 20_000,
        b"",
        answer(b"", status="503 Service Unavailable"),
        answer(b"", status="302 Found", kind="text/html"),
    ],
)
def test_whatever_else_answers_is_no_road(page: bytes) -> None:
    def talk(line: socket.socket) -> None:
        read_requests(line, 1)
        line.sendall(page)

    with server(talk) as url:
        road = HttpRoad(url, 10)
        with pytest.raises(NoRoad):
            road.post(EXCHANGE_PATH, b"hello")
        road.close()


def test_a_refusal_in_a_row_is_told_by_its_name() -> None:
    def talk(line: socket.socket) -> None:
        read_requests(line, 2)
        line.sendall(answer(b"", status="403 Forbidden"))

    with server(talk) as url, pytest.raises(NotEnrolled):
        list(HttpRoad(url, 10).post_all(QUICK_PATH, [b"a", b"b"]))


def test_an_address_that_is_none_is_no_road() -> None:
    for url in ("ftp://polres", "http://", "http://host:port", "nothing"):
        with pytest.raises(NoRoad):
            HttpRoad(url).post(EXCHANGE_PATH, b"")


def test_every_octet_on_the_line_is_counted_once_also_of_a_cut_answer() -> None:
    def talk(line: socket.socket) -> None:
        (body,) = read_requests(line, 1)
        line.sendall(answer(body))
        (body,) = read_requests(line, 1)
        line.sendall(answer(body)[:-1])

    with server(talk) as url:
        road = HttpRoad(url, 10.0)
        assert road.post(EXCHANGE_PATH, b"x" * 40_000)
        up, down = road.take_count()
        assert down == len(answer(b"x" * 40_000))
        assert 40_000 < up < 40_000 + 400
        assert road.take_count() == (0, 0)
        with pytest.raises(NoRoad):
            next(road.post_all(QUICK_PATH, [b"y" * 10]))
        assert road.take_count()[1] == len(answer(b"y" * 10)) - 1
