"""After a cut, with nobody there: new texts are served in full, older ones stay shut to a thief."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from post import Post, open_post
from test_scan_process import Browser

from server.desa import keys as key_files
from server.desa import login
from server.polres.store.engine import FILE_NAME
from server.process import control
from server.sections import Login
from server.vault import Bodies, Vault
from sync import seal
from sync.chain import LogId
from sync.entry import Entry, Log
from sync.errors import CannotOpen
from sync.seal import KeyPair
from sync.session import Role, SessionKeys, read_wrap
from sync.store import SqliteStore

OLD = (
    ("+6281234567001", "ada maling ayam di rumah pak Wayan Sugandi"),
    ("+6281234567002", "tolong kebakaran besar di dusun Puncak dekat masjid Nurul Iman"),
)
NEW = (
    ("+6281234567003", "Kerbau saya hilang sejak subuh di kebun Lanjar"),
    ("+6281234567004", "tolong kebakaran rumah di dusun Pungka dekat sumur Tirta"),
)
OFFICER = "+6281299990001"
SILENCE_S = 13 * 3_600


def test_a_start_without_anyone_serves_new_texts_and_opens_no_old_one(node_dir: Path) -> None:
    with open_post(node_dir) as post:
        post.started()
        made = control.ask(post.desa, "officer add", name="Bripka Made")
        assert isinstance(made, dict)
        control.ask(post.desa, "contact set", name="Made", role="Bhabinkamtibmas", number=OFFICER)
        say(post, OLD)
        post.wait("old texts are at the Polres", lambda: len(post.report_counts()) == len(OLD))
        post.settle()
        assert page(post, made, with_phone=False).count("Wayan Sugandi") == 1
        post.kill()
        fall_silent(post)
        heard = len(post.heard)
        post.started()
        say(post, NEW)
        post.wait(
            "new texts are at the Polres", lambda: set(NEW) <= set(post.report_counts()), 90.0
        )
        post.wait("all are answered", lambda: served(post.heard[heard:]), 90.0)
        status = post.status()
        shown = page(post, made, with_phone=False)
        alarms = [text for number, text in post.heard[heard:] if number == OFFICER]
        print(
            f"locked sessions {status['locked_sessions']}, Polres says "
            f"{status['polres']['state']!r}, reports {status['reports']}, alarms {len(alarms)}"
        )
        assert status["locked_sessions"] > 0
        assert status["polres"]["state"].startswith("Kunci sesi lama menunggu")
        assert status["reports"] == len(OLD) + len(NEW)
        assert all(words_of(text) in shown for _, text in NEW)
        assert not any(words_of(text) in shown for _, text in OLD)
        assert shown_after_unlock(post, made)
        post.kill()
    thief_finds_nothing(post.desa, made)


def say(post: Post, texts: tuple[tuple[str, str], ...]) -> None:
    """Villagers send texts."""
    for number, text in texts:
        post.mast.text(number, text)


def words_of(text: str) -> str:
    """The end of a text, which nothing else holds."""
    return text.rsplit(maxsplit=2)[-1]


def served(heard: list[tuple[str, str]]) -> bool:
    """Whether every writer has an answer and the officer the alarm."""
    return {number for number, _ in heard} >= {*(number for number, _ in NEW), OFFICER}


def fall_silent(post: Post) -> None:
    """As if the box had been off for 13 hours: the Polres will ask a person before keys go back."""
    post.processes.end("polres")
    with sqlite3.connect(post.polres / FILE_NAME) as db:
        changed = db.execute("update nodes set trusted_s = trusted_s - ?", (SILENCE_S,))
        assert changed.rowcount == 1
    db.close()
    post.start_polres()


def page(post: Post, made: dict[str, str], *, with_phone: bool) -> str:
    """The list of reports as an officer sees it after his login."""
    browser = Browser(post.desa_port)
    if with_phone:
        browser.post(made["phone_path"], made["phone_path"])
    browser.post("/masuk", "/masuk", name=made["name"], passphrase=made["passphrase"])
    return browser.get("/laporan")


def shown_after_unlock(post: Post, made: dict[str, str]) -> bool:
    """Whether the phone's key opens what its lack kept shut."""
    page(post, made, with_phone=True)
    post.wait("older sessions are open", lambda: not post.status()["locked_sessions"])
    shown = re.sub(r"\s+", " ", page(post, made, with_phone=False))
    return all(words_of(text) in shown for _, text in OLD)


def thief_finds_nothing(directory: Path, made: dict[str, str]) -> None:
    """The whole disk and the right passphrase open no session; the phone's key beside them does."""
    keys, phone = key_files.read(directory), bytes.fromhex(made["phone_path"][-64:])
    db = sqlite3.connect(f"file:{directory / 'kentongan.db'}?mode=ro", uri=True)
    account = login.read(db, made["name"])
    assert account is not None
    stretched = login.stretch(account, made["passphrase"], Login(memory_mib=8, passes=1))
    assert login.fits(account, stretched)
    candidates = set(all_keys(directory, db))
    assert len(candidates) > 1_000
    assert phone not in candidates
    assert not [key for key in candidates if login.open_secret(account, stretched, key)]
    boxes = [bytes(box) for (box,) in db.execute("select box from wraps")]
    own = (keys.identity.exchange, KeyPair(account.public, stretched))
    opened_by_thief = [box for box in boxes for pair in own if opens(pair, box)]
    pair = login.open_secret(account, stretched, phone)
    assert pair is not None
    rows = db.execute("select box from wraps where role = ?", (Role.OFFICER.value,)).fetchall()
    sessions = [read_wrap(seal.open_box(pair, box))[0] for (box,) in rows]
    entries = entries_of(db, keys.card.node)
    db.close()
    unknown = SessionKeys(b"", None, None, None)
    thief = Vault(keys.identity.duty, unknown, KeyPair(b"", b""))
    officer = Vault(keys.identity.duty, unknown, KeyPair(b"", b""))
    for one in sessions:
        officer.learn(one)
    read = {
        name: texts_in(entries, vault) for name, vault in (("thief", thief), ("officer", officer))
    }
    print(
        f"{len(candidates)} keys from the disk tried, {len(boxes)} wraps, {len(entries)} entries: "
        f"a thief reads {len(read['thief'])} texts, an officer {len(read['officer'])}"
    )
    assert opened_by_thief == []
    assert read == {"thief": set(), "officer": {text for _, text in (*OLD, *NEW)}}


def all_keys(directory: Path, db: sqlite3.Connection) -> Iterator[bytes]:
    """Every 32 octets on the disk that may be a key: in files, as hexadecimal, in each cell."""
    yield from (bytes(32), b"\xff" * 32)
    for name in (key_files.KEY_FILE, key_files.CARD_FILE, "kentongan.toml"):
        octets = (directory / name).read_bytes()
        yield from (octets[at : at + 32] for at in range(len(octets) - 31))
        for found in re.findall(rb"[0-9a-f]{64,}", octets):
            yield bytes.fromhex(found[:64].decode())
    tables = [name for (name,) in db.execute("select name from sqlite_master where type = 'table'")]
    for table in tables:
        for row in db.execute(f'select * from "{table}"'):
            for cell in row:
                if isinstance(cell, bytes) and len(cell) >= 32:
                    yield from (cell[at : at + 32] for at in (0, 16, 24, len(cell) - 32))


def opens(pair: KeyPair, box: bytes) -> bool:
    """Whether a key pair opens a sealed box."""
    try:
        seal.open_box(pair, box)
    except CannotOpen:
        return False
    return True


def entries_of(db: sqlite3.Connection, node: int) -> tuple[Entry, ...]:
    """The village's own journal."""
    store, log_id = SqliteStore(db), LogId(node, Log.UP, 1)
    return store.entries(log_id, 1, store.head(log_id).seq)


def texts_in(entries: tuple[Entry, ...], vault: Vault) -> set[str]:
    """Which of the villagers' texts a vault reads in the journal."""
    opened = [Bodies(vault).opened(entry) or b"" for entry in entries]
    return {text for _, text in (*OLD, *NEW) if any(text.encode() in body for body in opened)}
