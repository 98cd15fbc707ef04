"""What follows from the signed list: who left loses his keys, who joined gets what is owed."""

from dataclasses import dataclass

from server import lookup
from server.desa import login, sessions
from server.desa.node import Node, people_of
from server.desa.officers import delegation
from server.domain import events as e
from server.domain.decide import Decision
from sync import seal
from sync.session import Recipient, RecipientList, Role, wrap_for

LIST_TROUBLE = (
    "Daftar petugas di kotak ini bukan lagi yang ditandatangani Polres. Laporan baru hanya "
    "disegel untuk Polres sampai daftar baru datang; periksa siapa yang memegang kartu kotak."
)
KEY_TROUBLE = (
    "Kunci {} di kotak ini diubah tanpa izinnya. Laporan baru tidak disegel untuk kunci itu; "
    "minta Polres mencabut petugas itu, lalu daftarkan ia lagi."
)


@dataclass(frozen=True, slots=True)
class Keeper:
    """Somebody who may log in: `listed` says whether the Polres has put him on the list."""

    name: str
    listed: bool


def keepers(node: Node) -> tuple[Keeper, ...]:
    """Everybody with an account, by name."""
    people = people_of(node)
    keys = {one.key for one in people.recipients if one.role is Role.OFFICER}
    with node.database.read() as db:
        accounts = login.every(db)
    return tuple(Keeper(one.name, _listed_key(one) in keys) for one in accounts)


def changed(node: Node, before: RecipientList, after: RecipientList, now_s: float) -> None:
    """A new list came into force: end who is not on it, and wrap owed sessions to who is."""
    old, new = _officers(before), _officers(after)
    left = {key: name for key, name in old.items() if key not in new}
    with node.database.write() as db:
        for account in login.every(db):
            if _listed_key(account) in left:
                login.remove(db, account.name)
                db.execute("delete from lost where name = ?", (account.name,))
        _destroy_wraps(node, after)
    shared = share(node, now_s, tell=False)
    joined = tuple(name for key, name in new.items() if key not in old)
    event = e.OfficersChanged(after.version, joined, tuple(left.values()), shared)
    node.ledger.record(node.stamp(now_s), Decision((event,)), cause="officers")


def share(node: Node, now_s: float, *, tell: bool = True) -> int:
    """Wrap what is owed and can be opened to every officer on the list who has no wrap of it.

    Sessions that owe a text or hold an open report; what is over and done opens to those who
    were there, and at the Polres.
    """
    with node.database.write() as db:
        tickets = lookup.open_tickets(node.projection.db)
        owed = sessions.owed(db, tickets, node.ledger.lineage)
        owed |= node.vault.remnants_of(owed)
        people = delegation.addressed(db, people_of(node)).people
        officers = [one for one in people.recipients if one.role is Role.OFFICER]
        count = sum(wrap_to(node, one, officer) for one in sorted(owed) for officer in officers)
        if count and tell:
            event = e.OfficersChanged(people.version, (), (), count)
            node.ledger.record(node.stamp(now_s), Decision((event,)), cause="officers")
    return count


def wrap_to(node: Node, session: bytes, officer: Recipient) -> int:
    """Wrap one session to one officer's key; gives 1 where that is new."""
    keys = node.vault.knows(session)
    if keys is None or keys.session is None:
        return 0
    with node.database.write() as db:
        known = db.execute(
            "select 1 from wraps where session = ? and role = ? and recipient = ?",
            (session, Role.OFFICER.value, officer.key),
        ).fetchone()
        if known is not None:
            return 0
        content = wrap_for(keys, officer, 0).content
        box = seal.seal_box(officer.key, content, node.random(seal.KEY_OCTETS))
        db.execute(
            "insert into wraps (session, role, recipient, box) values (?, ?, ?, ?)",
            (session, Role.OFFICER.value, officer.key, box),
        )
    return 1


def troubles(node: Node) -> tuple[str, ...]:
    """What is wrong with the keys on the card, one sentence each."""
    with node.database.read() as db:
        # Only looking at the list tells whether it is still as it was signed.
        tampered = delegation.addressed(db, people_of(node)).tampered
    told = [LIST_TROUBLE] if node.list_tampered else []
    return tuple(told + [KEY_TROUBLE.format(name) for name in tampered])


def _destroy_wraps(node: Node, people: RecipientList) -> None:
    """Only those on the list keep wraps; an officer whose keys are being renewed keeps both."""
    with node.database.write() as db:
        kept = {one.key for one in delegation.addressed(db, people).people.recipients}
        for account in login.every(db):
            pending = login.read_pending(account.pending)
            kept |= {account.public} | ({pending.account.public} if pending else set())
        found = db.execute(
            "select distinct recipient from wraps where role = ?", (Role.OFFICER.value,)
        ).fetchall()
        for (key,) in found:
            if bytes(key) not in kept:
                db.execute(
                    "delete from wraps where role = ? and recipient = ?",
                    (Role.OFFICER.value, key),
                )


def _officers(people: RecipientList) -> dict[bytes, str]:
    return {one.key: one.name for one in people.recipients if one.role is Role.OFFICER}


def _listed_key(account: login.Account) -> bytes:
    return account.identity or account.public
