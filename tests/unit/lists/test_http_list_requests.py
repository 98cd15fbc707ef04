"""The HTTP list, 58, 59, 63 to 66, 74, 77 and 78: what a request may look like."""

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from browsers import TEXT, WORDS, Site, refused
from world import CODE, NAME

from server.process.control import SOCKET_FILE, ControlRefused, ControlSocket, ask
from server.web.headers import CONTENT_SECURITY_POLICY

STALE = "Halaman ini terlalu lama terbuka"
MARK = re.compile(r'name="csrf_token" value="([^"]*)"')


def token(site_page: str) -> str:
    found = MARK.search(site_page)
    assert found
    return found[1]


def state_changes(site: Site) -> tuple[str, ...]:
    """Addresses of every form, with the report's ticket in their place."""
    desa = {"ticket": site.report.rpartition("/")[2], "code": CODE, "text": "0" * 64}
    return tuple(
        re.sub(r"<(?:\w+:)?(\w+)>", lambda found: desa[found[1]], rule.rule)
        for rule in site.app.url_map.iter_rules()
        if "POST" in (rule.methods or ())
    )


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "application/xml", ""])
def test_a_body_that_no_form_sends_changes_nothing(still: Site, kind: str) -> None:
    """58: text/plain with JSON in it, as another site's form can send it."""
    officer = still.officer()
    fields = {"csrf_token": token(officer.get(still.report).text), "text": WORDS}
    for path in state_changes(still):
        answer = officer.client.post(path, data=json.dumps(fields), content_type=kind)
        assert answer.status_code == 400, path
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
    assert still.moved() == 0


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"])
def test_a_get_stays_a_get_whatever_it_calls_itself(still: Site, name: str) -> None:
    """59: method override."""
    officer = still.officer()
    for method in ("POST", "DELETE"):
        shown = officer.client.get(f"{still.report}?_method={method}", headers={name: method})
        assert (shown.status_code, TEXT in shown.text) == (200, True)
        taken = officer.client.get(f"{still.report}/ambil?_method=POST", headers={name: method})
        refused(taken, 405, "Tidak bisa begitu")
    for method in ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "JEFF"):
        refused(officer.client.open(still.report, method=method), 405, "Tidak bisa begitu")
    assert still.moved() == 0


ODD = [
    *("-1", "0", str(2**63), "1e999", "NaN", "\uff11\uff12", "Infinity", "0x10", "1_0", " 1"),
    *("9" * 5_000, "'", "%", "\u0661\u0662", "null", "[]", "../..", "\u202e41275"),
]


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: ascii(odd)[:24])
def test_an_odd_number_names_no_report_and_an_odd_page_is_the_first_or_last(
    still: Site, odd: str
) -> None:
    """63: ids -1, 0, 2^63, 1e999, NaN, full-width digits."""
    officer = still.officer()
    before, _, ticket = still.report.rpartition("/")
    refused(officer.get(f"{before}/{odd}"), 404, "Tidak ada di sini")
    for path in ("/laporan", "/keluar") if still.name == "desa" else ("/", f"/desa/{CODE}"):
        answer = officer.client.get(path, query_string={"hal": odd, "desa": odd, "rentang": odd})
        assert answer.status_code == 200
    if still.name == "polres":
        refused(officer.get(f"/laporan/{odd}/{ticket}"), 404, "Tidak ada di sini")
        refused(officer.get(f"/desa/{odd}"), 404, "Tidak ada di sini")


def test_of_repeated_keys_the_first_counts(site: Site) -> None:
    """64: a=1&a=2."""
    officer = site.officer()
    listing = "/laporan" if site.name == "desa" else "/"
    found, none = officer.get(f"{listing}?cari=maling&cari=sapi"), "cari=sapi&cari=maling"
    assert site.report in found.text
    assert site.report not in officer.get(f"{listing}?{none}").text.partition("<main")[2]
    action = f"{site.report}/jawab"
    fields = officer.hidden(site.report, action)
    wrong = [("csrf_token", "x"), *fields.items(), ("text", WORDS)]
    body = "&".join(f"{name}={content}" for name, content in wrong)
    form = "application/x-www-form-urlencoded"
    refused(officer.client.post(action, data=body, content_type=form), 400, STALE)
    body = "&".join(f"{name}={content}" for name, content in [*fields.items(), *wrong])
    assert officer.client.post(action, data=body, content_type=form).status_code == 303
    assert site.moved() == 1


def test_deep_json_is_read_by_no_page(still: Site) -> None:
    """65: JSON of depth 100,000, at every address."""
    officer = still.officer()
    for path in state_changes(still):
        answer = officer.client.post(path, data="[" * 60_000, content_type="application/json")
        assert answer.status_code == 400, path


@pytest.fixture
def control(node_dir: Path) -> Iterator[ControlSocket]:
    """Give a control socket, the one place where JSON is read."""
    listening = ControlSocket(node_dir, {"status": lambda _: "baik"})
    yield listening
    listening.close()


def said(folder: Path, octets: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(20)
        line.connect(str(folder / SOCKET_FILE))
        line.sendall(octets + b"\n")
        return b"".join(iter(lambda: line.recv(4_096), b""))


@pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.usefixtures("control")
@pytest.mark.parametrize(
    "octets", [b"[" * 100_000, b'{"command":' * 50_000, b"9" * 100_000, b"\xff", b"", b"NaN"]
)
def test_json_that_cannot_be_read_ends_one_connection_of_the_control_socket(
    node_dir: Path, octets: bytes
) -> None:
    """65: JSON of depth 100,000, at the control socket."""
    assert b"baik" not in said(node_dir, octets)
    assert ask(node_dir, "status") == "baik"


@pytest.mark.usefixtures("control")
def test_of_duplicate_keys_in_json_the_last_counts(node_dir: Path) -> None:
    """66: JSON with duplicate keys."""
    told = said(node_dir, b'{"command": "status", "command": "none"}')
    assert "tidak dikenal" in json.loads(told)["refused"]
    assert b"baik" in said(node_dir, b'{"command": "none", "command": "status"}')
    with pytest.raises(ControlRefused, match="tidak dikenal"):
        ask(node_dir, "none")


@pytest.mark.parametrize("name", ["sort", "urut", "order", "keadaan", "tingkat", "cari", "desa"])
def test_words_of_sql_in_an_address_sort_and_find_nothing(still: Site, name: str) -> None:
    """74: sort=(select ...)."""
    officer = still.officer()
    for words in ("(select name from accounts)", "1;drop table reports", "1' or '1'='1", "%_%"):
        for path in ("/laporan",) if still.name == "desa" else ("/", "/desa"):
            answer = officer.client.get(path, query_string={name: words})
            assert answer.status_code == 200
            shown = still.report in answer.text.partition("<main")[2]
            assert shown == (name != "cari" and path != "/desa"), (path, words)


def test_a_form_of_nowhere_needs_its_mark_and_one_of_elsewhere_is_refused(site: Site) -> None:
    """77: Origin: null, as our own forms send it since no page tells where it came from."""
    officer, action = site.officer(), f"{site.report}/jawab"
    fields = officer.hidden(site.report, action) | {"text": WORDS}
    without = {"text": WORDS}
    null, away = {"Origin": "null"}, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}
    refused(officer.client.post(action, data=without, headers=null), 400, STALE)
    refused(officer.client.post(action, data=fields, headers=away), 403, "Bukan untuk Anda")
    for origin in ("http://evil.example", "http://localhost.evil.example", "file://", "x"):
        answer = officer.client.post(action, data=fields, headers={"Origin": origin})
        refused(answer, 403, "Bukan untuk Anda")
    assert site.moved() == 0
    assert officer.client.post(action, data=fields, headers=null).status_code == 303
    assert site.moved() == 1


def test_no_page_lets_itself_be_framed(still: Site) -> None:
    """78: iframe."""
    assert "frame-ancestors 'none'" in CONTENT_SECURITY_POLICY
    officer, values = still.officer(), {"ticket": still.report.rpartition("/")[2], "code": CODE}
    seen = set()
    for rule in still.app.url_map.iter_rules():
        path = re.sub(
            r"<(?:\w+:)?(\w+)>", lambda found: values.get(found[1], "mark.svg"), rule.rule
        )
        answer = officer.get(path)
        assert answer.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY, path
        seen.add(answer.status_code)
    assert {200, 405} <= seen <= {200, 303, 304, 404, 405}
    assert NAME in officer.get("/").text
