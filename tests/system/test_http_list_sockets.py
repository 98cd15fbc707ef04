"""The HTTP list, what needs a real socket: 51 to 57, 60 to 62, 69, 79 and 80, on both sites."""

import re
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest
from callers import SECRET, Said, Server, read
from post import Post, open_post

from server.web.headers import HEADERS

GIGABYTE = 1_000_000_000
GROWTH_MIB = 40
CALLERS = 200
# The desa may open so few files that 200 callers would take them all.
FILES = 192
WRONG = re.compile(rf"{SECRET}|Traceback|exception|fault|accept\(\)")
SITES = ("desa", "polres", "polres by TLS")


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    """Give both servers, running; no fault and nothing of a request may stand in their logs."""
    with open_post(tmp_path_factory.mktemp("post")) as made:
        words = (sys.executable, "-m", "server", "desa", "run", str(made.desa))
        made.processes.launch("desa", ("prlimit", f"--nofile={FILES}:{FILES}", *words))
        made.wait("the desa works", lambda: made.figures().modem == "good")
        yield made
        for log in made.logs.iterdir():
            lines = log.read_text(encoding="utf-8").splitlines()
            assert [line for line in lines if WRONG.search(line)] == [], log.name


@pytest.fixture(params=SITES)
def server(post: Post, request: pytest.FixtureRequest) -> Server:
    """Give each site, the Polres' also behind its relay."""
    name, _, tls = request.param.partition(" by ")
    port = post.desa_port if name == "desa" else post.polres_port
    return Server(name, port, post.processes.pid(name), bool(tls))


def refused(said: Said, status: int, title: str) -> None:
    """It is refused in words for people, with all headers, and the connection ends."""
    assert (said.status, said.title) == (status, title)
    for name, content in HEADERS.items():
        assert f"{name}: {content}".lower() in said.head.lower()
    assert SECRET not in said.page
    assert not re.search(r"waitress|werkzeug|flask", said.head + said.page, re.IGNORECASE)


@pytest.mark.parametrize("host", [f"{SECRET}.example", "127.0.0.1.example", "[", "127.0.0.2", ""])
def test_another_host_name_is_sent_away(server: Server, host: str) -> None:
    """51: Host: evil."""
    octets = f"GET /masuk HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    refused(server.says(octets.encode()), 421, "Alamat tidak dikenal")


def test_two_host_names_are_one_that_nobody_knows(server: Server) -> None:
    """52: two Host headers."""
    said = server.asked("GET /masuk HTTP/1.1", f"Host: {SECRET}.example")
    refused(said, 421, "Alamat tidak dikenal")
    twice = server.asked("GET /masuk HTTP/1.1", f"Host: 127.0.0.1:{server.port}")
    refused(twice, 421, "Alamat tidak dikenal")


CHUNKED = "Transfer-Encoding: chunked"
HIDDEN = f"0\r\n\r\nGET /{SECRET} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
SMUGGLED = {
    "both": (b"POST /masuk HTTP/1.1", ("Content-Length: 4", CHUNKED), 400),
    "both of an old version": (b"POST /masuk HTTP/1.0", ("Content-Length: 4", CHUNKED), 400),
    "chunked of an old version": (b"POST /masuk HTTP/1.0", (CHUNKED,), 411),
    "two lengths": (b"POST /masuk HTTP/1.1", ("Content-Length: 4", "Content-Length: 5"), 400),
    "equal lengths": (b"POST /masuk HTTP/1.1", ("Content-Length: 5", "Content-Length: 5"), 400),
    "a length with a sign": (b"POST /masuk HTTP/1.1", ("Content-Length: +5",), 400),
    "a negative length": (b"POST /masuk HTTP/1.1", ("Content-Length: -5",), 400),
    "a length of 5,000 digits": (b"POST /masuk HTTP/1.1", (f"Content-Length: {'9' * 5_000}",), 400),
    "a coding of another name": (b"POST /masuk HTTP/1.1", ("Transfer-Encoding: xchunked",), 501),
    "a coding behind a tab": (b"POST /masuk HTTP/1.1", ("Transfer-Encoding:\x0bchunked",), 400),
    "a name with a blank": (b"POST /masuk HTTP/1.1", ("Content-Length : 5",), 400),
    "a folded first line": (b"POST /masuk HTTP/1.1", (" Content-Length: 5",), 400),
    "a bare line feed": (b"POST /masuk HTTP/1.1", ("X: y\nContent-Length: 5",), 400),
    "a version of the future": (b"GET /masuk HTTP/9.9", (), 400),
    "no version": (b"GET /masuk", (), 400),
    "an address that is none": (b"GET http://[::1 HTTP/1.1", (), 400),
    "an address beyond ASCII": (b"GET /\xff\xfe HTTP/1.1", (), 400),
    "small letters": (b"get /masuk HTTP/1.1", (), 400),
    "octets": (b"\x00\x01\x02", (), 400),
}


@pytest.mark.parametrize("kind", SMUGGLED)
def test_a_request_that_can_be_read_in_two_ways_is_refused_and_none_hides_behind_it(
    server: Server, kind: str
) -> None:
    """53: CL and TE at once, and other heads that two readers read in two ways."""
    line, heads, status = SMUGGLED[kind]
    head = "".join(f"{one}\r\n" for one in (f"Host: 127.0.0.1:{server.port}", *heads))
    if kind == "a folded first line":
        head = "".join(f"{one}\r\n" for one in heads)
    said = server.says(line + b"\r\n" + head.encode("latin-1") + b"\r\n" + HIDDEN)
    titles = {501: "Tidak bisa begitu"}
    refused(said, status, titles.get(status, "Permintaan tidak lengkap"))
    assert said.page.count("<!doctype") == 1
    assert "HTTP/1.1" not in said.page


def test_a_head_of_a_hundred_kilobytes_is_refused(server: Server) -> None:
    """54: a header of 100 k."""
    before = server.mebibytes()
    # Through TLS nobody can listen once a word of his was not taken.
    size = 17_000 if server.tls else 100_000
    said = server.asked("GET /masuk HTTP/1.1", f"X-Isi: {SECRET}{'a' * size}")
    refused(said, 431, "Permintaan terlalu panjang")
    endless = server.asked(f"GET /{SECRET}{'a' * size} HTTP/1.1")
    refused(endless, 431, "Permintaan terlalu panjang")
    assert server.mebibytes() < before + GROWTH_MIB


def test_two_hundred_slow_callers_keep_neither_pages_nor_texts_waiting(
    post: Post, server: Server
) -> None:
    """55: slowloris with 200 sockets, at the desa more than it may open files."""
    before, reports = server.mebibytes(), post.figures().reports
    with ExitStack() as callers:
        lines = [callers.enter_context(slow(server)) for _ in range(CALLERS)]
        for octets in (f"Host: 127.0.0.1:{server.port}\r\n".encode(), b"X-Isi: ", b"a", b"b"):
            for line in lines:
                with suppress(OSError):
                    line.sendall(octets)
            assert server.page() == 200
        post.mast.text("+6281234567890", f"kemalingan tadi malam di rumah pak Budi, {server}")
        post.wait("the text became a report", lambda: post.figures().reports == reports + 1)
        assert server.page() == 200
        assert server.mebibytes() < before + GROWTH_MIB
    post.settle()


def slow(server: Server) -> socket.socket:
    """A caller who begins a request; of the relay's callers he does not even shake hands."""
    line = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    line.sendall(b"\x16\x03\x01" if server.tls else b"GET /masuk HTTP/1.1\r\n")
    return line


def test_a_body_of_a_gigabyte_is_refused_before_it_comes(server: Server) -> None:
    """56: POST of 1 GB, announced, with Expect, or sent as far as it is taken."""
    before = server.mebibytes()
    length = f"Content-Length: {GIGABYTE}"
    for heads in ((length,), (length, "Expect: 100-continue")):
        refused(server.asked("POST /masuk HTTP/1.1", *heads), 413, "Terlalu besar")
    sent = pour(server, (length,), bytes(65_536), GIGABYTE)
    assert sent < GIGABYTE // 10
    assert server.mebibytes() < before + GROWTH_MIB
    assert server.page() == 200


def pour(server: Server, heads: tuple[str, ...], octets: bytes, most: int) -> int:
    """Send a body until nobody takes it; how much went."""
    sent = 0
    lines = ("POST /masuk HTTP/1.1", f"Host: 127.0.0.1:{server.port}", *heads, "", "")
    with server.line() as line, suppress(OSError):
        line.sendall("\r\n".join(lines).encode())
        while sent < most:
            line.sendall(octets)
            sent += len(octets)
    return sent


def test_bodies_of_two_hundred_callers_do_not_fill_the_memory(server: Server) -> None:
    """56: large bodies that are allowed, from many callers at once, none of them complete."""
    before, size = server.mebibytes(), 700_000
    with ExitStack() as callers:
        for _ in range(CALLERS):
            line = callers.enter_context(server.line())
            with suppress(OSError):
                line.sendall(whole_head(server, size) + bytes(size - 1))
        assert server.mebibytes() < before + GROWTH_MIB
        with server.line() as late:
            with suppress(OSError):
                late.sendall(whole_head(server, size))
            if server.name != "desa":
                refused(read(late), 503, "Sedang penuh")
        assert server.page() == 200


def whole_head(server: Server, size: int) -> bytes:
    """The head of a large upload."""
    head = f"POST /berkas HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Length: {size}"
    return f"{head}\r\n\r\n".encode()


@pytest.mark.parametrize(
    "octets",
    [
        b"f" * 65_536,
        b"5\r\nhalo \r\n" * 6_000,
        b"0\r\n" + b"x: y\r\n" * 10_000,
        b"1;" + b"a" * 60_000,
    ],
    ids=["a size without end", "chunks without end", "a trailer without end", "an extension"],
)
def test_a_body_in_chunks_is_not_begun(server: Server, octets: bytes) -> None:
    """57: a chunk without end."""
    before = server.mebibytes()
    refused(server.asked("POST /masuk HTTP/1.1", CHUNKED), 411, "Permintaan tidak lengkap")
    assert pour(server, (CHUNKED,), octets, GIGABYTE) < GIGABYTE // 10
    assert server.mebibytes() < before + GROWTH_MIB
    assert server.page() == 200


PATHS = {
    "60 dots": "/..%2f..%2f..%2fetc/passwd",
    "60 plain dots": "/../../../../etc/passwd",
    "60 dots below static": "/static/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "60 dots twice encoded": "/static/%252e%252e%252fsite.py",
    "60 backslashes": "/static/..%5c..%5csite.py",
    "60 an absolute path": "/static//etc/passwd",
    "60 two slashes": f"//{SECRET}.example/..",
    "61 NUL": f"/%00{SECRET}",
    "61 NUL below static": "/static/kentongan.css%00.html",
    "62 overlong": "/%c0%ae%c0%ae/%c0%afetc",
    "62 overlong below static": "/static/%c0%ae%c0%ae%c0%afsite.py",
    "62 half a sign": "/%e2%82",
}


@pytest.mark.parametrize("kind", PATHS)
def test_an_odd_path_is_a_page_that_is_not_there(server: Server, kind: str) -> None:
    """60: ..%2f..%2fetc/passwd. 61: %00 in the path. 62: overlong UTF-8."""
    refused(server.asked(f"GET {PATHS[kind]} HTTP/1.1"), 404, "Tidak ada di sini")


def test_cookies_without_end_are_refused_and_long_ones_do_not_matter(server: Server) -> None:
    """69: a cookie of 8 KB, 200 cookies."""
    long = server.asked("GET /masuk HTTP/1.1", f"Cookie: kentongan_polres={'a' * 8_192}")
    assert long.status == 200
    many = "; ".join(f"kue{n}={SECRET}" for n in range(200))
    assert server.asked("GET /masuk HTTP/1.1", f"Cookie: {many}").status == 200
    full = "; ".join(f"kue{n}={'a' * 90}" for n in range(200))
    said = server.asked("GET /masuk HTTP/1.1", f"Cookie: {full}")
    refused(said, 431, "Permintaan terlalu panjang")


def test_a_websocket_is_not_begun(server: Server) -> None:
    """79: websocket upgrade."""
    said = server.asked(
        "GET /masuk HTTP/1.1",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    )
    assert said.status == 200
    assert "Upgrade" not in said.head
    assert "Masuk" in said.page


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ("0-," * 3_000 + "0-", 416),
        ("0-0", 206),
        ("99999999999-", 416),
        ("-99999999999999999999", 416),
        ("5-2", 416),
        ("a-b", 416),
    ],
    ids=["3,000 ranges", "one octet", "beyond the end", "all from the end", "backwards", "words"],
)
def test_ranges_make_no_answer_larger_than_the_file(
    server: Server, wanted: str, status: int
) -> None:
    """80: Range: bytes=0-,0-,..."""
    whole = server.asked("GET /static/mark.svg HTTP/1.1")
    said = server.asked("GET /static/mark.svg HTTP/1.1", f"Range: bytes={wanted}")
    assert len(said.page) <= max(len(whole.page), 2_000)
    assert said.status == status
