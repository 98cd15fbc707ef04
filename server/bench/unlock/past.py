"""The past of a village on disk: sessions of years, each report with its history, all locked."""

import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from server.bench.sync.corpus import own_texts
from server.bench.sync.journal import events_of
from server.card import node_number
from server.desa import keys as key_files
from server.desa import login, sessions
from server.desa.node import Node, open_node
from server.domain import codec
from server.domain import events as e
from server.domain.reading.labels import Urgency
from server.domain.report import Stamp, Status, Trust
from server.polres import enrolment
from server.polres.district import init, open_district
from server.sections import Desa, Modem, Polres, Settings, Web
from server.settings import dump
from server.vault import Lock, Vault
from sync import journal
from sync.entry import Entry, Flag, Header, Log, Shape, day_number, ticket_code
from sync.roads.http import HttpRoad
from sync.session import Recipient, RecipientList, Role
from sync.store import SqliteStore

CODE: Final = "52.04.07.2001"
NAME: Final = "Made"
_DAY_S: Final = 86_400
_STEP_S: Final = 60


@dataclass(frozen=True, slots=True)
class Past:
    """A node's directory with a past, and what its officer logs in with.

    Attributes:
        entries: how many the journal holds.
        port: of the pages.
    """

    directory: Path
    entries: int
    officer: login.NewOfficer
    port: int


def make(home: Path, port: int, reports: int, sessions_: int) -> Past:
    """Write the past of a village: four entries a report, one session a day until yesterday."""
    directory = _directory(home, port)
    node = open_node(
        directory,
        system_s=time.time(),
        now_s=time.monotonic(),
        random=secrets.token_bytes,
        make_road=HttpRoad,
    )
    officer, account = login.make(NAME, node.settings.login, secrets.token_bytes)
    people = RecipientList(
        node.keys.card.node,
        2,
        (*node.keys.card.recipients().recipients, Recipient(Role.OFFICER, NAME, officer.public)),
    )
    with node.database.write() as db:
        login.insert(db, account)
    told = _told(reports)
    each = -(-reports // sessions_)
    began_s = int(time.time()) - sessions_ * _DAY_S
    for number in range(sessions_):
        stories = told[number * each : (number + 1) * each]
        if stories:
            _session(node, people, stories, began_s + number * _DAY_S)
    with node.database.read() as db:
        count = SqliteStore(db).head(node.ledger.log_id).seq
    node.database.close()
    return Past(directory, count, officer, port)


def _directory(home: Path, port: int) -> Path:
    init(home / "polres", "Polres")
    district = open_district(home / "polres")
    # A port at which nobody listens: no road, as on most days of a far village.
    card = enrolment.enroll(district, CODE, "Tepal", "http://127.0.0.1:9", now_s=int(time.time()))
    district.close()
    directory = home / "desa"
    directory.mkdir()
    key_files.create(directory, card, secrets.token_bytes)
    settings = Settings(
        desa=Desa(CODE, "Tepal"),
        polres=Polres(url=card.url),
        modem=Modem(ports=("none",)),
        web=Web(port=port),
    )
    (directory / "kentongan.toml").write_text(dump(settings), encoding="utf-8")
    return directory


def _told(reports: int) -> Sequence[tuple[e.ReportReceived, Sequence[e.DesaEvent]]]:
    """Each report with what follows it; numbers of six digits, since there are many."""
    written = [
        event
        for one in events_of(own_texts(), 1, answers=False)
        for _, event in one.stamped
        if isinstance(event, e.ReportReceived)
    ]
    stories: list[tuple[e.ReportReceived, Sequence[e.DesaEvent]]] = []
    for number in range(reports):
        ticket = f"{number:06d}"
        begun = replace(written[number % len(written)], ticket=ticket, inbox_id=0)
        stories.append((begun, _after(ticket)))
    return stories


def _after(ticket: str) -> Sequence[e.DesaEvent]:
    return (
        e.MessageSent(ticket, "tanda terima", "sent"),
        e.Taken(ticket, NAME),
        e.Closed(ticket, NAME, "Sudah didatangi dan didamaikan di balai desa"),
    )


def _session(
    node: Node,
    people: RecipientList,
    stories: Sequence[tuple[e.ReportReceived, Sequence[e.DesaEvent]]],
    began_s: int,
) -> None:
    keys, ram = sessions.fresh_keys(secrets.token_bytes)
    vault = Vault(node.keys.identity.duty, keys, ram)
    with node.database.write() as db:
        began = Stamp(began_s, Trust.NETWORK, 1, 0)
        sessions.keep_wraps(db, keys, people, began, secrets.token_bytes)
        store = SqliteStore(db)
        first = store.head(node.ledger.log_id).seq + 1
        made = [
            _entry(vault, node.ledger.log_id.instance, seq, stamp, event)
            for seq, (stamp, event) in enumerate(_stamped(stories, began_s), first)
        ]
        journal.append(store, node.ledger.log_id, made)


def _stamped(
    stories: Sequence[tuple[e.ReportReceived, Sequence[e.DesaEvent]]], began_s: int
) -> Iterator[tuple[Stamp, e.DesaEvent]]:
    at_s = began_s
    for begun, after in stories:
        at_s += _STEP_S
        received = replace(begun, sent_s=at_s - 5, received_s=at_s)
        for step, event in enumerate((received, *after)):
            seconds = step * 7
            yield Stamp(at_s + seconds, Trust.NETWORK, 1, (at_s - began_s + seconds) * 1000), event


def _entry(vault: Vault, instance: int, seq: int, stamp: Stamp, event: e.DesaEvent) -> Entry:
    begun = isinstance(event, e.ReportReceived)
    urgent = isinstance(event, e.ReportReceived) and event.urgency == Urgency.DARURAT.value
    sets = {e.ReportReceived: Status.NEW, e.Taken: Status.TAKEN, e.Closed: Status.CLOSED}
    header = Header(
        node=node_number(CODE),
        instance=instance,
        log=Log.UP,
        seq=seq,
        session=vault.running.id,
        shape=Shape.SEALED,
        day=day_number(datetime.fromtimestamp(stamp.wall_s, UTC)),
        ticket=ticket_code(getattr(event, "ticket", None)),
        sets=sets.get(type(event), 0),
        flags=Flag.URGENT if begun and urgent else Flag.NONE,
    )
    body = codec.encode(stamp, event)
    sealed = vault.seal_entry(Lock.SESSION, header.pack(), Log.UP, seq, body)
    return Entry(header, sealed)
