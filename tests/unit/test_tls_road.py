"""HTTPS to a pinned key: over real sockets, with the door of a real Polres."""

import datetime as dt
import secrets
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask, request

from server.polres.door.key import FILE, Door
from server.polres.keys import make_keys, read_keys
from server.web.guards import machine
from server.web.serve import serve
from sync.errors import MalformedFrame, StrangeServer
from sync.roads import certificate
from sync.roads.http import CONTENT_TYPE, EXCHANGE_PATH, QUICK_PATH, HttpRoad
from sync.roads.pin import Pin
from sync.roads.tls import Trust

NOW_S = 1_790_000_000


def make_door(directory: Path) -> Door:
    """A door with a key of its own."""
    directory.mkdir()
    make_keys(directory, secrets.token_bytes)
    door = Door(directory, read_keys(directory))
    door.ensure(secrets.token_bytes, NOW_S)
    return door


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return make_door(tmp_path / "polres")


def root_of(door: Door) -> bytes:
    return door._keys.root.public


def pin_of(door: Door) -> Pin:
    return door.ensure(secrets.token_bytes, NOW_S)


def trust_of(door: Door, kept: list[bytes] | None = None, pin: Pin | None = None) -> Trust:
    """What a box with this Polres' card believes."""
    learnt = [] if kept is None else kept
    return Trust(root_of(door), pin or pin_of(door), b"", learnt.append)


@contextmanager
def serving(door: Door) -> Iterator[int]:
    """A port where an application upper-cases what comes, over TLS and in clear."""
    app = Flask("echo")

    @app.post(EXCHANGE_PATH)
    @app.post(QUICK_PATH)
    @machine
    def echo() -> tuple[bytes, dict[str, str]]:
        came = request.get_data()
        answer = b"; ".join([came.upper(), str(request.remote_addr).encode()])
        return answer * int(request.args.get("times", 1)), {"Content-Type": CONTENT_TYPE}

    app.config["MAX_CONTENT_LENGTH"] = 1 << 20
    stop, ready = threading.Event(), threading.Event()
    ports: list[int] = []

    def listening(port: int) -> None:
        ports.append(port)
        ready.set()

    thread = threading.Thread(
        target=serve, args=(app, "127.0.0.1", 0, stop, listening), kwargs={"tls": door.context}
    )
    thread.start()
    assert ready.wait(10)
    try:
        yield ports[0]
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()


def test_one_port_takes_tls_and_plain_http_and_both_show_the_caller(door: Door) -> None:
    with serving(door) as port:
        for road in (
            HttpRoad(f"https://127.0.0.1:{port}", 10, trust_of(door)),
            HttpRoad(f"http://127.0.0.1:{port}", 10),
        ):
            assert road.post(EXCHANGE_PATH, b"hello") == b"HELLO; 127.0.0.1"
            bodies = [bytes([letter]) * 3_000 for letter in b"abcdefgh"]
            assert list(road.post_all(QUICK_PATH, bodies)) == [
                body.upper() + b"; 127.0.0.1" for body in bodies
            ]
            road.close()


def test_a_large_request_and_a_large_answer_pass_whole(door: Door) -> None:
    body = secrets.token_hex(120_000).encode()
    with serving(door) as port:
        road = HttpRoad(f"https://127.0.0.1:{port}", 20, trust_of(door))
        answer = road.post(f"{EXCHANGE_PATH}?times=2", body)
        assert answer == (body.upper() + b"; 127.0.0.1") * 2
        road.close()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("cut", [False, True])
def test_a_connection_resumes_the_session_of_the_last_one_also_after_a_cut(
    door: Door, version: ssl.TLSVersion, *, cut: bool
) -> None:
    with serving(door) as port:
        trust = trust_of(door)
        trust._context.maximum_version = version
        for resumed in (False, True, True, True):
            road = HttpRoad(f"https://127.0.0.1:{port}", 10, trust)
            assert road.post(EXCHANGE_PATH, b"x") == b"X; 127.0.0.1"
            line = road._socket
            assert isinstance(line, ssl.SSLSocket)
            assert line.session_reused is resumed
            if cut:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            road.close()


def test_nothing_is_said_to_a_server_with_another_key(door: Door, tmp_path: Path) -> None:
    other = make_door(tmp_path / "other")
    with serving(other) as port:
        road = HttpRoad(f"https://127.0.0.1:{port}", 10, trust_of(door))
        with pytest.raises(StrangeServer):
            road.post(EXCHANGE_PATH, b"secret")
        with pytest.raises(StrangeServer):
            list(road.post_all(QUICK_PATH, [b"secret"]))


def test_an_https_address_without_anybody_to_trust_is_no_road(door: Door) -> None:
    with serving(door) as port, pytest.raises(StrangeServer):
        HttpRoad(f"https://127.0.0.1:{port}", 10).post(EXCHANGE_PATH, b"secret")


def test_a_renewed_key_is_taken_by_itself_and_the_old_one_never_again(
    door: Door, tmp_path: Path
) -> None:
    kept: list[bytes] = []
    card, old = pin_of(door), (tmp_path / "polres" / FILE).read_bytes()
    trust = trust_of(door, kept)
    with serving(door) as port:
        url = f"https://127.0.0.1:{port}"
        assert HttpRoad(url, 10, trust).post(EXCHANGE_PATH, b"a") == b"A; 127.0.0.1"
        renewed = door.renew(secrets.token_bytes, NOW_S)
        assert renewed.version > card.version
        assert HttpRoad(url, 10, trust).post(EXCHANGE_PATH, b"b") == b"B; 127.0.0.1"
    assert trust.pin == renewed
    assert len(kept) == 1
    # After a restart the box knows it from its tables.
    again = Trust(root_of(door), card, kept[0], kept.append)
    assert again.pin == renewed
    (tmp_path / "polres" / FILE).write_bytes(old)
    with serving(Door(tmp_path / "polres", read_keys(tmp_path / "polres"))) as port:
        for believer in (trust, again):
            with pytest.raises(StrangeServer):
                HttpRoad(f"https://127.0.0.1:{port}", 10, believer).post(EXCHANGE_PATH, b"c")


def test_a_card_without_a_pin_takes_whom_the_root_vouches_for_and_nobody_else(
    door: Door, tmp_path: Path
) -> None:
    kept: list[bytes] = []
    with serving(door) as port:
        road = HttpRoad(f"https://127.0.0.1:{port}", 10, trust_of(door, kept, Pin()))
        assert road.post(EXCHANGE_PATH, b"a") == b"A; 127.0.0.1"
        road.close()
    assert certificate.vouched(kept[0], root_of(door)) == pin_of(door)
    with serving(make_door(tmp_path / "other")) as port, pytest.raises(StrangeServer):
        HttpRoad(f"https://127.0.0.1:{port}", 10, trust_of(door, pin=Pin())).post(
            EXCHANGE_PATH, b"b"
        )


def test_a_changed_certificate_that_was_kept_is_not_believed(door: Door) -> None:
    root, card = root_of(door), pin_of(door)
    later = certificate.make(b"\x01" * 32, card.version + 1, door._keys.root)
    der = certificate.der_of(later.certificate)
    assert Trust(root, card, der, [].append).pin.version == card.version + 1
    place = der.index((card.version + 1).to_bytes(4, "big"), der.index(b"*\x86H") + 60)
    forged = der[:place] + (card.version + 9).to_bytes(4, "big") + der[place + 4 :]
    assert Trust(root, card, forged, [].append).pin == card
    for cut in range(0, len(der), 7):
        assert Trust(root, card, der[:cut], [].append).pin == card


@pytest.mark.parametrize("years", [(1990, 1991), (2300, 2301)])
def test_dates_of_a_certificate_mean_nothing_and_its_key_means_all(
    door: Door, tmp_path: Path, years: tuple[int, int]
) -> None:
    """Expired or not begun, to another name: a clock that is wrong on either side."""
    path = tmp_path / "polres" / FILE
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "example.org")])
    dated = (
        x509.CertificateBuilder(name, name, key.public_key(), 7)
        .not_valid_before(dt.datetime(years[0], 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(years[1], 1, 1, tzinfo=dt.UTC))
        .sign(key, hashes.SHA256())
    )
    trust, bare = trust_of(door), trust_of(door, pin=Pin())
    whole = path.read_bytes()
    begins = whole.index(b"-----BEGIN CERTIFICATE-----")
    path.write_bytes(whole[:begins] + dated.public_bytes(serialization.Encoding.PEM))
    with serving(door) as port:
        url = f"https://127.0.0.1:{port}"
        assert HttpRoad(url, 10, trust).post(EXCHANGE_PATH, b"a") == b"A; 127.0.0.1"
        # Without a pin somebody must vouch for the key, and nobody does here.
        with pytest.raises(StrangeServer):
            HttpRoad(url, 10, bare).post(EXCHANGE_PATH, b"b")


@pytest.mark.parametrize("octets", [b"", b"\x30", b"\x30\x82\xff\xff", b"\x00" * 300])
def test_what_is_no_certificate_is_called_malformed(octets: bytes) -> None:
    with pytest.raises(MalformedFrame):
        certificate.shown_key(octets)
    with pytest.raises(MalformedFrame):
        certificate.vouched(octets, bytes(32))


def test_a_lost_or_broken_file_of_the_door_gives_a_later_key(tmp_path: Path) -> None:
    door = make_door(tmp_path / "polres")
    first, path = pin_of(door), tmp_path / "polres" / FILE
    for damage in (path.unlink, lambda: path.write_bytes(path.read_bytes()[:-200])):
        damage()
        made = door.ensure(secrets.token_bytes, first.version + 60)
        assert made.version > first.version
        assert made.digest != first.digest
        assert door.ensure(secrets.token_bytes, NOW_S + 3_600) == made
    assert path.stat().st_mode & 0o777 == 0o600


def test_junk_and_early_ends_at_the_door_leave_it_open_for_others(door: Door) -> None:
    with serving(door) as port:
        for junk in (b"", b"\x16", b"\x16\x03\x01\x00\x05hello", b"\x16" + bytes(9_000), b"\x00"):
            with socket.create_connection(("127.0.0.1", port), 10) as line:
                line.sendall(junk)
        with socket.create_connection(("127.0.0.1", port), 10) as silent:
            road = HttpRoad(f"https://127.0.0.1:{port}", 10, trust_of(door))
            assert road.post(EXCHANGE_PATH, b"x") == b"X; 127.0.0.1"
            assert silent.fileno() >= 0
            road.close()
