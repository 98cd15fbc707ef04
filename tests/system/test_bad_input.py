"""Whatever goes wrong gets a sentence that helps, loses nothing, and shows no traceback."""

import os
import random
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from post import LOOPBACK, Post, leave, open_post, tune

from server import settings as settings_file
from server.database import SCHEMA_VERSION
from server.demo.messages import Message
from server.demo.tally import parts_of
from server.desa import steps
from server.desa.node import open_node
from server.sections import Modem
from sync.errors import NoRoad
from sync.roads.http import CONTENT_TYPE, EXCHANGE_PATH

ROOT = Path(__file__).resolve().parents[2]
NUMBER = "+6281234567001"
NUL = "\x00"


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    """Give a Polres, a modem and an enrolled desa that does not run yet."""
    with open_post(tmp_path_factory.mktemp("post")) as made:
        yield made
        for log in made.logs.iterdir():
            assert "Traceback" not in log.read_text(encoding="utf-8"), log.name


@pytest.fixture
def running(post: Post) -> Iterator[Post]:
    """Give the same with the desa running; it must leave in order."""
    process = post.started()
    yield post
    assert leave(process) == 0


def refused(*words: str | Path) -> str:
    """Run a command that must fail with a sentence; gives the sentence."""
    done = subprocess.run(
        [sys.executable, "-m", "server", *map(str, words)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert done.stdout == ""
    print(done.stderr.strip())
    return done.stderr


@contextmanager
def port_taken() -> Iterator[int]:
    """Listen on a port as some other program."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        yield listener.getsockname()[1]


def other_desa(post: Post, code: str, name: str) -> Path:
    """Enrol one more desa and give its directory."""
    card, directory = post.home / f"{name}.json", post.home / name
    url = f"http://{LOOPBACK}:{post.polres_port}"
    enroll = ("polres", "enroll", str(post.polres), code, name, "--url", url)
    post.processes.run(*enroll, "--card", str(card))
    words = ("desa", "init", str(directory), "--card", str(card), "--modem", str(post.tty))
    post.processes.run(*words, "--port", str(post.desa_port))
    return directory


def test_an_unknown_key_is_named_with_the_nearest_one(post: Post) -> None:
    path = post.desa / settings_file.FILE_NAME
    whole = path.read_text(encoding="utf-8")
    try:
        path.write_text(whole.replace("per_hour", "per_hoour"), encoding="utf-8")
        said = refused("desa", "run", post.desa)
        assert "[answers] per_hoour tidak dikenal. Maksudnya per_hour?" in said
        path.write_text(whole + "\n[answer]\n", encoding="utf-8")
        assert "[answer] tidak dikenal. Maksudnya answers?" in refused("desa", "run", post.desa)
    finally:
        path.write_text(whole, encoding="utf-8")


def test_a_port_that_is_taken_is_named(post: Post) -> None:
    with port_taken() as port:
        other = post.home / "other-polres"
        post.processes.run("polres", "init", str(other))
        said = refused("polres", "run", other, "--port", str(port))
        assert f"Port {port} sudah dipakai program lain" in said
        settings = settings_file.load(post.desa / settings_file.FILE_NAME)
        tune(post.desa, web=replace(settings.web, port=port))
        try:
            said = refused("desa", "run", post.desa)
        finally:
            tune(post.desa, web=settings.web)
        assert f"Port {port} sudah dipakai program lain" in said


def test_a_card_is_used_once(post: Post) -> None:
    directory = post.home / "second"
    said = refused(*post.init_words(directory))
    assert "Kartu" in said
    assert not directory.exists()
    assert "sudah berisi" in refused(*post.init_words(post.desa))


def test_a_second_instance_is_told_that_the_first_runs(running: Post) -> None:
    assert "sudah berjalan" in refused("desa", "run", running.desa)
    assert "sudah berjalan" in refused("polres", "run", running.polres, "--port", "1")
    assert running.figures().modem == "good"


def test_a_newer_database_is_left_alone(post: Post) -> None:
    path = post.desa / "kentongan.db"
    _set_version(path, 99)
    before = path.read_bytes()
    try:
        assert "versi Kentongan yang lebih baru" in refused("desa", "run", post.desa)
        assert "versi Kentongan yang lebih baru" in refused("desa", "status", post.desa)
        assert path.read_bytes() == before
    finally:
        _set_version(path, SCHEMA_VERSION)


def _set_version(path: Path, version: int) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(f"pragma user_version = {version}")
        db.execute("pragma wal_checkpoint(truncate)")


def test_a_tty_that_is_no_modem_is_said_and_the_box_goes_on(post: Post) -> None:
    directory = other_desa(post, "52.04.07.2005", "Batu Dulang")
    master, slave = os.openpty()
    try:
        tune(directory, modem=Modem(ports=(os.ttyname(slave),)))
        process = post.processes.start("silent", "desa", "run", str(directory))
        other = replace(post)
        other.desa = directory
        post.wait("the silence is told", lambda: other.figures().modem == "silent")
        status = other.status()
        assert any("tidak menjawab sebagai modem" in told for told in status["trouble"])
        with urllib.request.urlopen(f"http://{LOOPBACK}:{post.desa_port}/masuk") as page:
            assert page.status == 200
        post.wait("it reaches the Polres", lambda: other.figures().backlog == 0)
        assert leave(process) == 0
    finally:
        os.close(master)
        os.close(slave)


class Taken(Exception):
    """The request was caught on its way."""


def test_a_broken_request_is_refused_and_changes_nothing(post: Post) -> None:
    directory = other_desa(post, "52.04.07.2001", "Batu Rotok")
    whole = request_of(directory)
    chance = random.Random(1)
    flipped = bytearray(whole)
    flipped[chance.randrange(len(whole))] ^= 1
    bad = (
        *(whole[:length] for length in (0, 4, 5, 37, len(whole) // 2, len(whole) - 1)),
        bytes(flipped),
        whole + b"\0",
        chance.randbytes(600),
    )
    before = dump(post.polres)
    codes = [post_octets(post, octets) for octets in bad]
    assert codes == [400] * len(bad)
    assert dump(post.polres) == before
    assert post_octets(post, whole) == 200
    assert dump(post.polres) != before


def request_of(directory: Path) -> bytes:
    """The request that a desa would post now."""
    caught: list[bytes] = []

    class Trap:
        def post(self, path: str, octets: bytes) -> bytes:
            assert path == EXCHANGE_PATH
            caught.append(octets)
            raise NoRoad

    node = open_node(
        directory,
        system_s=time.time(),
        now_s=time.monotonic(),
        random=secrets.token_bytes,
        make_road=lambda _url, _timeout_s: Trap(),
    )
    assert steps.exchange(node, time.monotonic()).result is steps.Result.LATER
    node.database.close()
    return caught[0]


def post_octets(post: Post, octets: bytes) -> int:
    """The Polres' answer to a body, as an HTTP status."""
    url = f"http://{LOOPBACK}:{post.polres_port}{EXCHANGE_PATH}"
    request = urllib.request.Request(url, octets, {"Content-Type": CONTENT_TYPE})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - loopback
            return answer.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def dump(polres: Path) -> list[str]:
    """Everything that the Polres' database holds."""
    (path,) = polres.glob("*.db")
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return list(db.iterdump())


def test_odd_texts_come_through_whole(running: Post) -> None:
    words = "ada maling di kebun jagung dekat sungai besar; "
    long = (words * 50)[:2_000]
    odd = {
        "2,000 characters": long,
        "2,000 emoji and letters": ("🔥 rumah terbakar 🏠 " * 200)[:2_000],
        "emoji": "👍🏽 maling 🔥 kebakaran 🇮🇩 di RT 3",
        "NUL": f"maling{NUL}di{NUL}RT 3",
        "every sign of GSM-7": "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞ{}[~]|€\\^ÆæßÉ maling",
        "right to left": "سرقة maling في البيت",
    }
    senders = {f"+62812345671{place:02}": text for place, text in enumerate(odd.values())}
    parts = sum(parts_of(Message(sender, text)) for sender, text in senders.items())
    for sender, text in senders.items():
        running.mast.text(sender, text)
    running.mast.text(NUMBER, "")
    running.wait("all are kept", lambda: running.figures().kept == parts + 1)
    running.settle()
    arrived = {one["sender"]: one["text"] for one in running.reports()}
    changed = [
        name
        for name, (sender, text) in zip(odd, senders.items(), strict=True)
        if arrived.get(sender) != text
    ]
    print(f"{len(odd)} odd texts in {parts} parts and an empty one: changed or lost {changed}")
    assert changed == []
    assert len(arrived) == len(odd)
    assert running.mast.sent[NUMBER] == 1
    assert running.mast.errors == ()


def test_nonsense_in_the_modem_is_kept_and_stops_nothing(running: Post) -> None:
    before = running.figures()
    for pdu in ("00FF", "0004", "07919126000000F004", "00" * 100, "0004" + "FF" * 60):
        running.mast._say({"pdu": pdu})
    running.mast.text("+6281234567299", "ada maling di RT 9")
    running.wait("the text is read", lambda: running.figures().reports == before.reports + 1)
    running.settle()
    print(f"kept {running.figures().kept - before.kept} of 6")
    assert running.figures().kept == before.kept + 6


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_box_leaves_at_once_also_when_the_polres_is_gone(
    post: Post, number: signal.Signals
) -> None:
    post.processes.end("polres")
    try:
        process = post.started()
        post.mast.text("+6281234567300", "ada maling di RT 4")
        post.wait("a report waits", lambda: post.figures().backlog > 0)
        assert leave(process, number) == 0
        assert not (post.desa / "control.sock").exists()
    finally:
        post.start_polres()


def test_a_box_leaves_at_once_while_the_polres_keeps_it_waiting(post: Post) -> None:
    post.processes.end("polres")
    try:
        with socket.create_server((LOOPBACK, post.polres_port)) as mute:
            mute.settimeout(30)
            process = post.started()
            connection, _ = mute.accept()
            with connection:
                assert connection.recv(1)
                assert leave(process) == 0
    finally:
        post.start_polres()
