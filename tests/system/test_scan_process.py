"""The running program itself leaves nothing in plain: beside it, after SIGKILL, after a crash."""

import http.cookiejar
import re
import resource
import signal
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from planted import Planted, plant
from post import CODE, Post, open_post
from scanner import Hit, Scanner, secret_needles
from watched import Watch

from server.demo.processes import Process
from server.process import control

SEED = 11_22_33
FIRST, SECOND = 30, 40


class Browser:
    """An officer's phone on the Wi-Fi of the box."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)

    def get(self, path: str) -> str:
        """A page."""
        with self.opener.open(self.base + path, timeout=10) as answer:
            return answer.read().decode()

    def post(self, page: str, action: str, **fields: str) -> str:
        """Fill in the form of a page that sends to `action`."""
        form = re.search(rf'<form[^>]*action="{action}".*?</form>', self.get(page), re.DOTALL)
        assert form, f"{page} has no form for {action}"
        hidden = re.findall(r'<input[^>]*?type="hidden" name="(\w+)" value="([^"]*)"', form[0])
        body = urllib.parse.urlencode(dict(hidden) | fields).encode()
        try:
            with self.opener.open(self.base + action, body, timeout=10) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.read().decode()


@contextmanager
def cores_allowed() -> Iterator[None]:
    """Let a process of ours that crashes write its memory, where the machine does that."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))


def cores_are_written(folder: Path) -> bool:
    """Whether a process that crashes in a fresh folder leaves its memory there."""
    folder.mkdir()
    crash = [sys.executable, "-c", "import os; os.abort()"]
    subprocess.run(crash, cwd=folder, check=False, capture_output=True, timeout=20)
    return any(folder.iterdir())


def play(post: Post, texts: tuple[Planted, ...]) -> None:
    """Villagers send texts."""
    for one in texts:
        post.mast.text(one.number, one.text)


def work(post: Post, made: dict[str, str], words: str) -> None:
    """An officer logs in, reads, searches, answers, forwards and closes."""
    browser = Browser(post.desa_port)
    browser.post(made["phone_path"], made["phone_path"])
    browser.post("/masuk", "/masuk", name=made["name"], passphrase=made["passphrase"])
    for page in (
        "/",
        "/laporan",
        "/warga",
        "/kotak",
        f"/laporan?cari={words.split(maxsplit=1)[0]}",
    ):
        browser.get(page)
    tickets = dict.fromkeys(re.findall(r'href="/laporan/(\d{5})"', browser.get("/")))
    assert tickets
    for ticket in list(tickets)[:3]:
        page = f"/laporan/{ticket}"
        browser.post(page, f"{page}/ambil")
        browser.post(page, f"{page}/jawab", text=f"Kami ke {words}")
        browser.post(page, f"{page}/tutup", result=words)


def test_the_running_program_leaves_nothing_in_plain_however_it_ends(
    node_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted = plant(SEED)
    watch = Watch(node_dir)
    watch.environment(monkeypatch)
    with open_post(node_dir, "--log", "debug") as post, cores_allowed():
        process = post.started()
        made = control.ask(post.desa, "officer add", name="Bripka Made")
        assert isinstance(made, dict)
        fill_and_kill(post, process, made, watch, planted)
        process = post.started()
        post.processes.run("polres", "keys", "grant", str(post.polres), CODE)
        play(post, planted[SECOND:])
        post.wait("texts are read", lambda: post.figures().reports == len(planted))
        post.settle()
        work(post, made, planted[-1].probes[0])
        watch.gather(process.pid)
        open_to_others = watch.readable_by_others()
        process.send_signal(signal.SIGABRT)
        process.wait(10)
        watch.gather()
        cores = cores_are_written(node_dir / "crashed")
        logged = post.stderr("desa")
    hits = betrayed(planted, made, watch)
    print(
        f"{len(planted)} texts, {watch.octets / 1e6:.1f} MB at {watch.moments} moments, "
        f"{len(logged.splitlines())} log lines, this machine writes cores: {cores}, "
        f"hits {len(hits)}, open to others {open_to_others}"
    )
    assert process.returncode == -signal.SIGABRT
    assert hits == frozenset()
    assert open_to_others == []
    assert "Traceback" not in logged


def fill_and_kill(
    post: Post, process: Process, made: dict[str, str], watch: Watch, planted: tuple[Planted, ...]
) -> None:
    """Texts and an officer's work, then SIGKILL with texts in hand; the -wal is never empty."""
    play(post, planted[:FIRST])
    post.wait("texts are read", lambda: post.figures().reports == FIRST)
    post.settle()
    work(post, made, planted[0].probes[0])
    write_ahead = post.desa / "kentongan.db-wal"
    assert write_ahead.stat().st_size > 0
    watch.gather(process.pid)
    play(post, planted[FIRST:SECOND])
    post.wait("a text is read", lambda: post.figures().reports > FIRST)
    post.kill()
    assert write_ahead.stat().st_size > 0
    watch.gather()


def betrayed(planted: tuple[Planted, ...], made: dict[str, str], watch: Watch) -> frozenset[Hit]:
    """What of all that was planted, and of the officer's keys, lay in plain."""
    needles = [needle for one in planted for needle in one.needles()]
    needles += secret_needles("phone key", bytes.fromhex(made["phone_path"][-64:]))
    needles += secret_needles("passphrase", made["passphrase"].encode())
    needles += secret_needles("recovery words", made["recovery"].encode())
    scanner = Scanner(needles)
    return frozenset(hit for data in watch.seen.values() for hit in scanner.scan(data))
