"""Every address of both sites: who may call it, by which method, and that a form needs its mark."""

import io
import itertools
import logging
import re
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from paper_desk import PASSPHRASE, PaperDesk, report
from paper_phone import OFFICER, Phone
from played_node import CODE as NODE
from world import World

from server.desa.app import create_app as desa_app
from server.desa.officers.keydesk import KeyDesk
from server.polres import accounts
from server.polres.accounts import Role
from server.polres.app import create_app as polres_app
from server.polres.district import District
from server.process.logs import PlainFormatter
from server.sections import Login
from server.web import sessions
from server.web.guards import public
from server.web.serve import serve
from server.web.site import Site, make_site

TICKET, KEY = "41275", "ab" * 32
FILL = {"ticket": TICKET, "text": KEY, "name": "kentongan.css"}
MACHINES = {"machine.enrol", "machine.exchange", "machine.claim"}
# Of the village: everything else is for officers alone.
VILLAGE_PUBLIC = {
    ("GET", "login.ask"),
    ("POST", "login.enter"),
    ("GET", "login.carry"),
    ("POST", "login.keep"),
    ("GET", "own_keys.ask_recovery"),
    ("POST", "own_keys.recover"),
    ("GET", "static"),
}
VILLAGE_OFFICER = {
    *(("GET", f"pages.{name}") for name in ("today", "listing", "fresh")),
    *(("POST", f"report.{name}") for name in ("take", "forward", "answer", "close", "reopen")),
    *(("POST", f"box.{name}") for name in ("unlock", "accept", "back_up")),
    *(("POST", f"own_keys.{name}") for name in ("passphrase", "card", "lock")),
    *(("POST", f"people.{name}") for name in ("put", "remove")),
    *(("POST", f"parcel.{name}") for name in ("make", "take")),
    *(("GET", f"{name}.show") for name in ("report", "box", "own_keys", "people", "outbox")),
    ("POST", "login.leave"),
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Give a village that the Polres knows."""
    made = World(tmp_path)
    yield made
    made.node.database.close()
    made.district.close()


def addresses(app: Flask, **fill: str) -> list[tuple[str, str, str]]:
    """(method, endpoint, path) of everything that may be called."""
    values = FILL | fill
    return sorted(
        (
            method,
            rule.endpoint,
            re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found[1]], rule.rule),
        )
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    )


def village(world: World) -> Flask:
    desk = PaperDesk()
    desk.put(report(TICKET, 5, "sapi hilang"))
    return desa_app(desk, keys=KeyDesk(world.node, world.desk(), lambda: world.mono_s))


def test_every_address_of_the_village_has_its_rights_written_down(world: World) -> None:
    found = {(method, endpoint) for method, endpoint, _ in addresses(village(world))}
    assert found == VILLAGE_PUBLIC | VILLAGE_OFFICER


def test_nobody_gets_further_than_the_login_without_one(world: World) -> None:
    app = village(world)
    for method, endpoint, path in addresses(app):
        status = app.test_client().open(path, method=method).status_code
        if (method, endpoint) in VILLAGE_OFFICER:
            assert status == (303 if method == "GET" else 401), path
        else:
            assert status == (200 if method == "GET" else 400), path


def officer_of_the_village(world: World) -> FlaskClient:
    desk = PaperDesk()
    desk.put(report(TICKET, 5, "sapi hilang"))
    phone = Phone(desk, KeyDesk(world.node, world.desk(), lambda: world.mono_s))
    assert phone.login(PASSPHRASE, OFFICER).status_code == 303
    return phone.client


def user_of_the_polres(district: District, role: Role) -> FlaskClient:
    district.settings = replace(district.settings, login=Login(memory_mib=8, passes=1))
    client = polres_app(district, now=lambda: 0).test_client()
    passphrase = accounts.add_user(district, role.value, role, 0)
    found = re.findall(r'name="(\w+)" value="([^"]*)"', client.get("/masuk").text)
    fields = dict(found) | {"name": role.value, "passphrase": passphrase}
    assert client.post("/masuk", data=fields).status_code == 303
    return client


def forged(client: FlaskClient) -> list[tuple[str, int]]:
    """What comes of each form that is sent without its mark, or with one that is not ours."""
    return [
        (path, client.post(path, data=fields, headers=headers).status_code)
        for method, _, path in addresses(client.application, code=NODE)
        if method == "POST"
        for fields in ({}, {"csrf_token": ""}, {"csrf_token": "IjEi.aaaa.bbbb"}, {"text": "halo"})
        for headers in ({}, {"X-CSRFToken": "x"}, {"Origin": "null"})
    ]


def test_every_form_of_the_village_needs_its_mark(world: World) -> None:
    answers = forged(officer_of_the_village(world))
    assert len(answers) > 12 * 15
    assert [one for one in answers if one[1] != 400] == []


@pytest.mark.parametrize("role", [Role.BINMAS, Role.KAPOLRES])
def test_every_form_of_the_polres_needs_its_mark(world: World, role: Role) -> None:
    answers = forged(user_of_the_polres(world.district, role))
    assert len(answers) > 12 * 15
    assert [one for one in answers if one[1] != 400] == []


def test_no_page_but_a_static_file_is_kept_by_a_browser_or_marked_for_it(world: World) -> None:
    clients = (officer_of_the_village(world), user_of_the_polres(world.district, Role.BINMAS))
    for client in clients:
        for method, endpoint, path in addresses(client.application, code=NODE):
            answer = client.open(path, method=method)
            if endpoint.endswith("static"):
                continue
            assert answer.headers["Cache-Control"] == "no-store", path
            # The mark of /segar counts changes since the start and names no content.
            assert ("ETag" in answer.headers) == path.startswith("/segar"), path


@pytest.mark.parametrize(
    "wanted",
    [
        *(
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https:evil.example",
            "/%0d%0aX: y",
        ),
        *("/\t/evil.example", "\u2044\u2044evil.example", "javascript:alert(1)", "///evil.example"),
        *("/masuk?lanjut=//evil.example", "http://[::1", "data:text/html,x", " //evil.example"),
    ],
)
def test_a_login_leads_nowhere_else(wanted: str) -> None:
    phone = Phone(PaperDesk())
    page = "/masuk?lanjut=" + wanted.replace("?", "%3F").replace("&", "%26")
    hidden = phone.hidden(page, "/masuk") | {"lanjut": wanted}
    answer = phone.send("/masuk", hidden | {"name": OFFICER, "passphrase": PASSPHRASE})
    assert answer.status_code == 303
    assert re.match(r"/(?![/\\])", answer.location), answer.location
    assert "\n" not in answer.location


def test_the_wait_after_a_wrong_guess_does_not_tell_which_names_exist(world: World) -> None:
    district = world.district
    district.settings = replace(district.settings, login=Login(memory_mib=8, passes=1))
    passphrase = accounts.add_user(district, "ani", Role.BINMAS, 0)
    seconds = (0, 0, 1, 2, 2, 3, 6, 7, 9, 90, 91)
    known, unknown = (
        [accounts.check_user(district, name, "salah", now_s) for now_s in seconds]
        for name in ("ani", "nihil")
    )
    assert known == unknown
    assert {None, accounts.TooSoon(1)} < set(known)
    assert accounts.check_user(district, "ani", passphrase, 1_000) is not None


def test_whoever_opens_many_forms_empties_nobody_elses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "SESSIONS_MAX", 32)
    phone = Phone(PaperDesk())
    form = phone.hidden("/masuk", "/masuk")
    for _ in range(64):
        phone.client.application.test_client().get(
            "/masuk", environ_overrides={"REMOTE_ADDR": "10.0.0.66"}
        )
    answer = phone.send("/masuk", form | {"name": OFFICER, "passphrase": PASSPHRASE})
    assert answer.status_code == 303


def test_names_that_nobody_has_fill_no_memory(world: World) -> None:
    strangers = world.district.strangers
    for number in range(10_000):
        assert strangers.try_(f"nihil{number}", 0) == 0
    assert len(strangers._tried) <= 4_096
    assert strangers.try_("nihil9999", 0) == 1


def test_guesses_side_by_side_leave_threads_for_the_pages(world: World) -> None:
    district = world.district
    district.settings = replace(district.settings, login=Login(memory_mib=8, passes=1))
    passphrase = accounts.add_user(district, "ani", Role.BINMAS, 0)
    turns = district.strangers.turns
    while turns.acquire(blocking=False):
        pass
    assert accounts.check_user(district, "ani", passphrase, 0) == accounts.TooSoon(1)
    turns.release()
    assert accounts.check_user(district, "ani", passphrase, 0) is not None
    assert turns.acquire(blocking=False)


def small_site() -> Flask:
    """A site without pages."""
    site = Site("kentongan_test", Path(__file__).parent, lambda _: None, "x", lambda: 0, "WIB")
    return make_site(site)


@pytest.fixture
def told() -> Iterator[io.StringIO]:
    """Give all that is logged meanwhile, as it is written."""
    stream, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(PlainFormatter())
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def test_a_page_that_fails_names_no_key_in_the_log(told: io.StringIO) -> None:
    app = desa_app(PaperDesk())

    @app.before_request
    def fail() -> None:
        raise RuntimeError(KEY)

    answer = app.test_client().get(f"/hp/{KEY}")
    assert answer.status_code == 500
    assert "page failed" in told.getvalue()
    assert "login.carry" in told.getvalue()
    assert KEY[:5] not in told.getvalue()


def test_a_caller_who_hangs_up_leaves_no_address_in_the_log(told: io.StringIO) -> None:
    entered, go_on, left = threading.Event(), threading.Event(), threading.Event()
    app, stop, ports, listening = small_site(), threading.Event(), list[int](), threading.Event()

    @public
    def stream(text: str) -> Response:
        def parts() -> Iterator[bytes]:
            try:
                yield text.encode()
                entered.set()
                assert go_on.wait(20)
                # More than waitress holds for somebody who takes nothing.
                yield from itertools.repeat(bytes(100_000), 1_000)
            finally:
                left.set()

        return Response(parts())

    app.add_url_rule("/kunci/<text>", "stream", stream)

    def ready(port: int) -> None:
        ports.append(port)
        listening.set()

    server = threading.Thread(target=serve, args=(app, "127.0.0.1", 0, stop, ready))
    server.start()
    try:
        assert listening.wait(20)
        line = socket.create_connection(("127.0.0.1", ports[0]), timeout=20)
        line.sendall(f"GET /kunci/{KEY} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert entered.wait(20)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.close()
        go_on.set()
        assert left.wait(20)
    finally:
        stop.set()
        server.join(20)
    assert "Client disconnected" in told.getvalue()
    assert KEY[:5] not in told.getvalue()
