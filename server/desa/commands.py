"""What a running node answers on its control socket, and the same figures without one."""

import secrets
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from server import lookup
from server import settings as settings_file
from server.card import node_number
from server.checkup import running, watching
from server.database import open_readonly
from server.desa import keys as key_files
from server.desa import login
from server.desa.backup import asking
from server.desa.console import backlog, export, parcels, radios
from server.desa.desk import Contact
from server.desa.frontdesk import FrontDesk, box_of
from server.desa.node import Node, open_node
from server.desa.officers import renewal
from server.desa.officers.keydesk import KeyDesk
from server.desa.officers.told import key_answers
from server.domain import events as e
from server.domain.decide import Decision
from server.domain.errors import Told
from server.domain.report import Trust
from server.process.running import only_one
from sms import inbox, outbox
from sync import peers
from sync.chain import LogId
from sync.entry import Log
from sync.quick import carry
from sync.restores.lineage import lineage_of
from sync.roads.http import HttpRoad
from sync.session import fingerprint
from sync.store import SqliteStore

Figures = dict[str, object]


class NotAContact(Told):
    """Nama atau nomor HP petugas tidak dikenali; tulis nomornya seperti 0812-3456-7890."""


class UnknownModem(Told):
    """Modem itu tidak ada, atau kartu SIM-nya belum terbaca; lihat namanya di `desa status`."""


def answers(
    node: Node, desk: export.LoginCheck, keys: KeyDesk | None = None
) -> dict[str, Callable[[dict[str, str]], object]]:
    """Commands of the socket by name; `desk` checks logins, one guess at a time with the pages."""
    of_keys = {} if keys is None else key_answers(node, keys)
    return {
        **of_keys,
        "status": lambda _: status(node),
        "officer add": lambda asked: add_officer(node, asked["name"]),
        "sim accept": lambda asked: accept_sim(node, asked["name"]),
        **parcels.answers(node),
        "contact set": lambda asked: set_contact(node, asked),
        running.COMMAND: lambda _: radios.told(node),
        asking.COMMAND: lambda asked: asking.back_up(node, asked["folder"]),
        watching.COMMAND: lambda asked: radios.arrivals(node, asked["after"]),
        export.COMMAND: lambda asked: export.export(
            node, desk, asked["name"], asked["passphrase"], time.monotonic()
        ),
    }


def status(node: Node) -> Figures:
    """The figures of a running node."""
    box = box_of(node, time.monotonic())
    with node.database.read() as db:
        figures = _stored(db, node.ledger.log_id)
    with node.database.lock:
        open_reports = lookup.open_count(node.projection.db)
    return {
        **figures,
        "running": True,
        "open_reports": open_reports,
        "modem": box.modem.value,
        "lamp": node.lamp.told if node.settings.lamp.led and not node.lamp.trouble else "",
        "modems": radios.told(node),
        "card": {"failing": node.database.failing, "failures": node.database.failures},
        "clock": {"sure": box.clock_sure, "trust": Trust(node.clock.trust).name.lower()},
        "locked_sessions": box.locked_sessions,
        "trouble": [
            *box.trouble,
            *([node.health.road_trouble] if node.health.road_trouble else []),
        ],
        "polres": {"heard_s": box.polres_s, "state": box.polres_state},
        **backlog.figures(box),
    }


def status_readonly(directory: Path) -> Figures:
    """The figures of a node that does not run: all its sessions are locked."""
    settings = settings_file.load(directory / settings_file.FILE_NAME)
    keys = key_files.read(directory)
    key_files.check_code(keys, settings.desa.code)
    database = open_readonly(directory)
    with database.read() as db:
        certificate = peers.certificate(db, keys.pinned)
        instance = keys.card.instance if certificate is None else certificate.instance
        figures = _stored(db, LogId(node_number(settings.desa.code), Log.UP, instance))
        sessions = db.execute("select count(*) from sessions").fetchone()[0]
        heard_s, state = peers.heard(db)
    database.close()
    return {
        **figures,
        "running": False,
        "modem": "absent",
        "modems": [],
        "clock": {"sure": False, "trust": "unknown"},
        "locked_sessions": sessions,
        "trouble": [],
        "polres": {"heard_s": heard_s, "state": state},
    }


def _stored(db: sqlite3.Connection, log_id: LogId) -> Figures:
    store = SqliteStore(db)
    acked = carry.acked(db, log_id)
    head = store.head(log_id).seq
    begun: dict[int, bool] = {}
    for one, _ in lineage_of(store, log_id).logs:
        # What was carried over from a former log stands in both.
        begun |= store.begun(one)
    return {
        "inbox": inbox.counts(db),
        "reports": len(begun),
        "urgent": sum(begun.values()),
        "outbox": outbox.counts(db),
        "withheld": outbox.reasons(db),
        "journal": {"head": head, "acked": acked, "durable": peers.durable(db, log_id)},
    }


def zone_of(directory: Path) -> str:
    """The time zone of a node's directory."""
    return settings_file.load(directory / settings_file.FILE_NAME).desa.zone


def accept_sim(node: Node, name: str) -> Figures:
    """Let the SIM card that is in a modem send; with one modem "" names it.

    Raises:
        UnknownModem: there is none of that name, or its SIM is not known.
    """
    radios = node.health.radios
    name = next(iter(radios)) if not name and len(radios) == 1 else name
    if FrontDesk(node, time.monotonic).accept_sim(name) is not None:
        raise UnknownModem
    return {"name": name}


def add_officer(node: Node, name: str) -> dict[str, str]:
    """Make an account and ask the Polres to put its key on the signed list.

    Raises:
        NameTaken: an officer of that name exists.
        NotAName: nobody could log in under that name.
    """
    # Made before the transaction: the modem and the pages must not wait for the slow part.
    new, account = login.make(name, node.settings.login, node.random)
    event = e.OfficerRequested(name, new.identity)
    with node.database.write() as db:
        # No copy of anything that was given up before was ever wrapped to these keys.
        login.insert(db, replace(account, renewed=renewal.newest_erasure(node)))
        stamp = node.stamp(time.monotonic())
        node.ledger.record(stamp, Decision((event,)), cause="officer")
    node.exchange_soon.set()
    return {
        "name": new.name,
        "passphrase": new.passphrase,
        "fingerprint": fingerprint(new.identity),
        "recovery": new.recovery,
        "phone_path": f"/hp/{new.phone_key.hex()}",
        "port": str(node.settings.web.port),
        "host": node.settings.web.host,
    }


def set_contact(node: Node, asked: dict[str, str]) -> dict[str, str]:
    """Put an officer into the phone book: `name`, `role` and `number`.

    Raises:
        NotAContact: the name is empty, or the number is no mobile number.
    """
    contact = Contact(asked["name"], asked.get("role", ""), asked["number"])
    if FrontDesk(node, time.monotonic).set_contact(contact) is not None:
        raise NotAContact
    return {"name": contact.name}


def add_officer_offline(directory: Path, name: str) -> dict[str, str]:
    """Make an account while the node does not run.

    Raises:
        AlreadyRunning: it does run, but its socket does not answer.
        NameTaken: an officer of that name exists.
        NotAName: nobody could log in under that name.
    """
    with only_one(directory):
        node = open_node(
            directory,
            system_s=time.time(),
            now_s=time.monotonic(),
            random=secrets.token_bytes,
            make_road=HttpRoad,
        )
        try:
            return add_officer(node, name)
        finally:
            node.database.close()
