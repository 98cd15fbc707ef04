"""After a power cut, with nobody there: new texts are worked, and old ones open to nobody."""

import re
import shutil
import sqlite3
from pathlib import Path

from post import Post, open_post
from test_scan_process import Browser

from server.desa import keys as key_files
from server.desa import login as accounts
from server.domain import codec
from server.domain import events as e
from server.process import control
from server.settings import Login
from server.vault import Vault
from sync import seal
from sync.entry import Entry, Header
from sync.errors import CannotOpen, MalformedFrame
from sync.session import from_seeds, read_wrap

VILLAGER, CALLER, OFFICER = "+6281234567890", "+6281298765432", "+6281211110000"
OLD, NEW = "ada maling motor di RT 2 RW 1", "tolong kebakaran rumah pak Amir, ada anak di dalam"
COST = Login(memory_mib=8, passes=1)


def opened_with(folder: Path, passphrase: str, phone_keys: list[bytes]) -> set[str]:
    """Texts that everything on the card gives to who knows a passphrase and tries these keys."""
    keys = key_files.read(folder)
    identity = keys.identity
    nothing = from_seeds(b"x" * 32, b"y" * 32, b"z" * 32)
    vault = Vault(identity.duty, nothing, seal.box_pair(b"w" * 32))
    db = sqlite3.connect(folder / "kentongan.db")
    pairs = [identity.exchange, seal.box_pair(identity.signing.secret[:32])]
    pairs += [seal.box_pair(identity.duty)]
    for account in accounts.every(db):
        stretched = accounts.stretch(account, passphrase, COST)
        assert accounts.fits(account, stretched)
        found = (accounts.open_secret(account, stretched, key) for key in phone_keys)
        pairs += [pair for pair in found if pair is not None]
    for (box,) in db.execute("select box from wraps").fetchall():
        for pair in pairs:
            try:
                vault.learn(read_wrap(seal.open_box(pair, bytes(box)))[0])
            except (CannotOpen, MalformedFrame):
                continue
    texts = set()
    for header, body in db.execute("select header, body from entries").fetchall():
        try:
            _, event = codec.decode(vault.open_entry(Entry(Header.unpack(header), body)))
        except CannotOpen:
            continue
        texts |= {event.text} if isinstance(event, e.ReportReceived) else set()
    db.close()
    return texts


def at_work(post: Post) -> dict[str, str]:
    """A listed officer with a number, and a report that he has closed."""
    made = control.ask(post.desa, "officer add", name="Bripka Made")
    assert isinstance(made, dict)
    control.ask(post.desa, "contact set", name="Bripka Made", role="Polisi", number=OFFICER)
    post.settle()
    post.mast.text(VILLAGER, OLD)
    post.wait("the text is read", lambda: post.figures().reports == 1)
    browser = Browser(post.desa_port)
    browser.post("/masuk", "/masuk", name=made["name"], passphrase=made["passphrase"])
    (ticket,) = set(re.findall(r'href="/laporan/(\d{5})"', browser.get("/")))
    browser.post(f"/laporan/{ticket}", f"/laporan/{ticket}/tutup", result="pelaku ditangkap")
    post.settle()
    return {**made, "ticket": ticket}


def told(post: Post, number: str) -> list[str]:
    return [text for to, text in post.heard if to == number]


def test_a_start_with_nobody_there_works_new_texts_and_opens_no_old_ones(node_dir: Path) -> None:
    with open_post(node_dir) as post:
        post.started()
        made = at_work(post)
        key = bytes.fromhex(made["phone_path"][-64:])
        post.kill()
        stolen = node_dir / "stolen"
        shutil.copytree(post.desa, stolen, ignore=shutil.ignore_patterns("*.sock*"))
        post.processes.kill("polres")
        post.started()
        post.mast.text(CALLER, NEW)
        post.wait("the villager is answered", lambda: told(post, CALLER))
        post.wait("the officer is called", lambda: told(post, OFFICER))
        post.start_polres()
        post.wait("the Polres has it", lambda: (CALLER, NEW) in post.report_counts())
        # The road works, and nobody was asked for keys that no work waits for.
        assert post.status()["locked_sessions"] >= 1
        browser = Browser(post.desa_port)
        browser.post("/masuk", "/masuk", name=made["name"], passphrase=made["passphrase"])
        page = browser.get(f"/laporan/{made['ticket']}")
        assert "masih terkunci" in page
        assert "maling" not in page
    guesses = [b"", bytes(32), key[:-1] + bytes([key[-1] ^ 1]), (stolen / "node.key").read_bytes()]
    assert opened_with(stolen, made["passphrase"], guesses) == set()
    assert opened_with(stolen, made["passphrase"], [key]) == {OLD}
