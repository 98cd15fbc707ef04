"""What holds for every page of both sites, on a small site of its own."""

import re
import socket
import threading
from pathlib import Path

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from server.web import live
from server.web.guards import (
    Person,
    UndeclaredRouteError,
    local_path,
    log_in,
    log_out,
    machine,
    needs,
    public,
)
from server.web.headers import HEADERS
from server.web.serve import PortInUse, serve
from server.web.site import BODY_OCTETS_MAX, Site, finish, make_site


class Clock:
    """A clock that the test moves."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def make(clock: Clock, people: dict[str, str] | None = None) -> Flask:
    known = {"ani": "spkt", "budi": "propam"} if people is None else people
    app = make_site(
        Site(
            cookie="kentongan_test",
            templates=Path(__file__).parent,
            find=lambda name: Person(name, known[name]) if name in known else None,
            login="enter",
            now_s=lambda: 0,
            zone="WIB",
            mono_s=clock,
        )
    )

    @app.get("/masuk/<name>")
    @public
    def enter(name: str) -> str:
        log_in(Person(name, known[name]))
        return "ok"

    app.add_url_rule("/masuk", "enter")
    _add_pages(app)
    return finish(app)


def _add_pages(app: Flask) -> None:
    @app.get("/keluar")
    @public
    def leave() -> str:
        log_out()
        return "ok"

    @app.get("/meja")
    @needs("spkt")
    def desk() -> str:
        return "meja"

    @app.post("/ubah")
    @needs("spkt")
    def change() -> str:
        return request.form["text"]

    @app.post("/tukar")
    @machine
    def exchange() -> bytes:
        return request.get_data()

    @app.get("/rusak")
    @public
    def broken() -> str:
        raise RuntimeError

    @app.get("/versi/<int:number>")
    @public
    def version(number: int) -> object:
        return live.refresh(number)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(clock: Clock) -> FlaskClient:
    return make(clock).test_client()


def test_a_route_that_names_nobody_stops_the_start(clock: Clock) -> None:
    app = make(clock)
    app.add_url_rule("/lupa", "forgotten", lambda: "")
    with pytest.raises(UndeclaredRouteError, match="forgotten"):
        finish(app)


@pytest.mark.parametrize(
    ("path", "method", "code"),
    [
        ("/masuk/ani", "GET", 200),
        ("/meja", "GET", 303),
        ("/ubah", "POST", 401),
        ("/nihil", "GET", 404),
        ("/masuk/ani", "DELETE", 405),
        ("/rusak", "GET", 500),
        ("/static/kentongan.css", "GET", 200),
        ("/static/..%2f..%2fsite.py", "GET", 404),
        ("/versi/7", "GET", 200),
    ],
)
def test_every_answer_carries_the_security_headers(
    client: FlaskClient, path: str, method: str, code: int
) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == code
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    cached = "immutable" in answer.headers["Cache-Control"]
    assert cached == (path == "/static/kentongan.css")
    assert cached or answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[", "127.0.0.2"])
def test_another_host_name_is_sent_away(client: FlaskClient, host: str) -> None:
    assert client.get("/masuk/ani", headers={"Host": host}).status_code == 421
    assert client.get("/masuk/ani", headers={"Host": "localhost:8080"}).status_code == 200


def test_only_the_declared_role_gets_in(client: FlaskClient) -> None:
    client.get("/masuk/budi")
    assert client.get("/meja").status_code == 403
    client.get("/masuk/ani")
    assert client.get("/meja").text == "meja"


def test_a_removed_person_is_out_at_once(clock: Clock) -> None:
    people = {"ani": "spkt"}
    client = make(clock, people).test_client()
    client.get("/masuk/ani")
    assert client.get("/meja").status_code == 200
    del people["ani"]
    assert client.get("/meja").status_code == 303


def test_a_session_ends_after_fifteen_idle_minutes(client: FlaskClient, clock: Clock) -> None:
    client.get("/masuk/ani")
    for clock.now_s in (800, 1600, 2400):
        assert client.get("/meja").status_code == 200
    clock.now_s = 2400 + 901
    assert client.get("/meja").status_code == 303


def test_a_page_that_renews_itself_keeps_nobody_logged_in(
    client: FlaskClient, clock: Clock
) -> None:
    client.get("/masuk/ani")
    for clock.now_s in (300, 600, 890):
        assert client.get("/meja", headers={"X-Segar": "1"}).status_code == 200
    clock.now_s = 901
    assert client.get("/meja", headers={"X-Segar": "1"}).status_code == 401


def test_a_busy_session_ends_after_twelve_hours(client: FlaskClient, clock: Clock) -> None:
    client.get("/masuk/ani")
    for clock.now_s in range(0, 12 * 3600 + 1, 600):
        assert client.get("/meja").status_code == 200
    clock.now_s = 12 * 3600 + 2
    assert client.get("/meja").status_code == 303


def test_login_and_logout_change_the_session_id(client: FlaskClient) -> None:
    client.get("/masuk/ani")
    before = client.get_cookie("kentongan_test")
    client.get("/masuk/ani")
    after = client.get_cookie("kentongan_test")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert (after.http_only, after.same_site) == (True, "Strict")
    client.set_cookie("kentongan_test", before.value)
    assert client.get("/meja").status_code == 303
    client.set_cookie("kentongan_test", after.value)
    client.get("/keluar")
    client.set_cookie("kentongan_test", after.value)
    assert client.get("/meja").status_code == 303


def test_a_form_without_its_token_changes_nothing(client: FlaskClient) -> None:
    client.get("/masuk/ani")
    answer = client.post("/ubah", data={"text": "yang saya tulis"})
    assert answer.status_code == 400
    assert "yang saya tulis" in answer.text
    assert "terlalu lama terbuka" in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://localhost:8081"},
    ],
)
def test_a_form_from_another_site_is_refused(client: FlaskClient, headers: dict[str, str]) -> None:
    client.get("/masuk/ani")
    assert client.post("/ubah", data={"text": "x"}, headers=headers).status_code == 403


def test_programs_need_no_form_token(client: FlaskClient) -> None:
    assert client.post("/tukar", data=b"\x00frame").data == b"\x00frame"


def test_a_body_beyond_the_limit_is_refused_in_words(client: FlaskClient) -> None:
    client.get("/masuk/ani")
    answer = client.post("/ubah", data={"text": "x" * (BODY_OCTETS_MAX + 1)})
    assert answer.status_code == 413
    assert "Ringkaskan" in answer.text


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "/\\evil.example", "https://evil.example", "evil", "/a\nb", None]
)
def test_login_leads_to_no_other_site(wanted: str | None) -> None:
    assert local_path(wanted, "/") == "/"
    assert local_path("/laporan?cari=a", "/") == "/laporan?cari=a"


def test_an_unchanged_page_answers_without_a_body(client: FlaskClient) -> None:
    first = client.get("/versi/7")
    assert (
        client.get("/versi/7", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    )
    assert first.json is not None
    assert client.get(f"/versi/7?sejak={first.json['versi']}").status_code == 304
    assert (
        client.get("/versi/8", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200
    )


def test_a_port_in_use_is_said_with_its_number(clock: Clock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUse) as refused:
            serve(make(clock), "127.0.0.1", port, threading.Event())
    assert str(port) in refused.value.sentence


def test_what_waitress_refuses_is_hardened_too(clock: Clock) -> None:
    stop, ports = threading.Event(), list[int]()
    listening = threading.Event()

    def ready(port: int) -> None:
        ports.append(port)
        listening.set()

    server = threading.Thread(target=serve, args=(make(clock), "127.0.0.1", 0, stop, ready))
    server.start()
    try:
        assert listening.wait(20)
        bad = _exchange(ports[0], b"GET / HTTP/1.1\r\nbad header\r\n\r\n")
        good = _exchange(ports[0], b"GET /masuk/ani HTTP/1.0\r\nHost: localhost\r\n\r\n")
    finally:
        stop.set()
        server.join(20)
    assert not server.is_alive()
    assert bad.startswith(("HTTP/1.1 400", "HTTP/1.0 400"))
    assert good.startswith("HTTP/1.0 200")
    for answer in (bad, good):
        assert "default-src 'none'" in answer
        assert not re.search(r"(?im)^server:", answer)


def _exchange(port: int, octets: bytes) -> str:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as road:
        road.sendall(octets)
        return b"".join(iter(lambda: road.recv(4096), b"")).decode("latin-1")
