"""Many boxes with a backlog each: their rows of asks are made beforehand, and then called out."""

import secrets
import selectors
import shutil
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from server.bench.sync.journal import Written, entries_of
from server.card import Card
from server.desa import keys as key_files
from server.desa import steps
from server.desa.exchange import short
from server.desa.node import Node, open_node
from server.desa.run import open_road
from server.sections import Desa, Polres, Settings
from server.settings import dump
from sync import journal, seal
from sync.exchange import Speaker
from sync.quick import carry, words
from sync.quick.words import Answer, State
from sync.roads.answer import take_answer
from sync.roads.http import QUICK_PATH
from sync.store import SqliteStore

_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Row:
    """What one box says in a row, and what is needed to read the answers."""

    octets: bytes
    key: bytes
    sealed: tuple[bytes, ...]
    last: int


@dataclass(slots=True)
class Call:
    """One box on the line: when it began and ended, seconds of the monotonic clock."""

    row: Row
    line: socket.socket
    began_s: float
    left: memoryview
    came: bytearray = field(default_factory=bytearray)
    answers: list[bytes] = field(default_factory=list)
    took_s: float = 0.0


@contextmanager
def box(folder: Path, card: Card, code: str) -> Iterator[Node]:
    """A box that has been introduced to its Polres; nothing of it is left afterwards."""
    folder.mkdir()
    key_files.create(folder, card, secrets.token_bytes)
    settings = Settings(desa=Desa(code, card.name), polres=Polres(url=card.url))
    (folder / "kentongan.toml").write_text(dump(settings), encoding="utf-8")
    node = open_node(
        folder,
        system_s=time.time(),
        now_s=time.monotonic(),
        random=secrets.token_bytes,
        make_road=open_road,
    )
    try:
        for _ in range(2):
            steps.exchange(node, time.monotonic())
        yield node
    finally:
        node.database.close()
        shutil.rmtree(folder)


def write(node: Node, written: Sequence[Written]) -> int:
    """Journal and frame a backlog; returns the number of its last entry."""
    log_id = node.ledger.log_id
    with node.database.write() as db:
        store = SqliteStore(db)
        first = store.head(log_id).seq + 1
        entries = entries_of(written, node.vault, log_id, first)
        journal.append(store, log_id, entries)
    short.keep_frames(node)
    return first + len(entries) - 1


def row(node: Node, host: str) -> Row | None:
    """The whole backlog as one row of asks; None when the box was not introduced."""
    speaker = Speaker(
        node.ledger.log_id, node.keys.identity.signing, node.vault.ram, node.keys.pinned
    )
    with node.database.write() as db:
        code = short.code_of(node, SqliteStore(db))
        asks = carry.compose(db, speaker, node.known, secrets.token_bytes, code)
        last = SqliteStore(db).head(node.ledger.log_id).seq
    if asks is None:
        return None
    octets = b"".join(
        f"POST {QUICK_PATH} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {len(ask)}\r\n\r\n".encode()
        + ask
        for ask in asks.sealed
    )
    key = seal.shared_key(speaker.ram, speaker.pinned.exchange)
    return Row(octets, key, asks.sealed, last)


def call_out(rows: Sequence[Row], port: int, patience_s: float) -> list[Call]:
    """All boxes call at once; gives those that were answered to the end."""
    done: list[Call] = []
    with selectors.DefaultSelector() as watched:
        for one in rows:
            began_s = time.monotonic()
            line = socket.create_connection(("127.0.0.1", port), patience_s)
            line.setblocking(False)
            call = Call(one, line, began_s, memoryview(one.octets))
            watched.register(line, selectors.EVENT_READ | selectors.EVENT_WRITE, call)
        until_s = time.monotonic() + patience_s
        while watched.get_map() and time.monotonic() < until_s:
            for key, events in watched.select(1.0):
                if _step(key.data, watched, events):
                    done.append(key.data)
    return done


def _step(call: Call, watched: selectors.BaseSelector, events: int) -> bool:
    """Let something go or come; True when the last answer is there."""
    if events & selectors.EVENT_WRITE:
        call.left = call.left[call.line.send(call.left) :]
        if not call.left:
            watched.modify(call.line, selectors.EVENT_READ, call)
    if not events & selectors.EVENT_READ:
        return False
    came = call.line.recv(_CHUNK)
    call.came += came
    while (answer := take_answer(call.came)) is not None:
        call.answers.append(answer.body)
    ended = len(call.answers) == len(call.row.sealed)
    if ended or not came:
        call.took_s = time.monotonic() - call.began_s
        watched.unregister(call.line)
        call.line.close()
    return ended


def acked(call: Call) -> bool:
    """Whether the Polres says that it holds everything."""
    last, ask = call.answers[-1], call.row.sealed[-1]
    answer = Answer.unpack(words.open_answer(call.row.key, words.nonce_of(ask), last))
    return answer.state is State.OK and answer.acked.seq == call.row.last
