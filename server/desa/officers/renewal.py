"""New salt, phone key and key for sessions of an officer, without ever leaving him without one.

They wait beside the old ones until his phone has shown the new key: an answer that is lost on
the way leaves everything as it was.
"""

from dataclasses import replace
from enum import StrEnum

from server.desa import login
from server.desa.forgetting import held
from server.desa.login import Account, NewOfficer, Secrets
from server.desa.node import Node
from server.desa.officers import lost
from server.domain import events as e
from server.domain.decide import Decision
from sync import seal
from sync.seal import KeyPair
from sync.session import Role


class How(StrEnum):
    """What new keys are for; the word stands in the journal."""

    PASSPHRASE = "kata sandi diganti"  # noqa: S105 -- says what happened
    ERASURE = "penghapusan"
    CARD = "kartu pemulihan dibuat"
    RECOVERED = "masuk dengan kartu pemulihan"


def newest_erasure(node: Node) -> int:
    """Number of the newest erasure that was asked, 0 for none."""
    with node.database.read() as db:
        return int(db.execute("select coalesce(max(number), 0) from erasures").fetchone()[0])


def is_due(node: Node, account: Account) -> bool:
    """Whether something was given up that the officer's keys still open an old copy of."""
    return bool(account.identity) and account.renewed < newest_erasure(node)


def begin(node: Node, account: Account, secrets: Secrets, passphrase: str, how: How) -> NewOfficer:
    """Make new keys, which wait for the phone to show that it has got them; slow.

    All that the old keys open is wrapped to the new ones, at once; the old ones stay until then.
    """
    new, fresh = login.keyed(
        account.name, secrets.seed, passphrase, node.settings.login, node.random
    )
    fresh = replace(fresh, renewed=newest_erasure(node))
    with node.database.write():
        if wait_for_phone(node, account, fresh, new.phone_key, how):
            _wrap_again(node, secrets.pair, fresh.public)
    return new


def wait_for_phone(
    node: Node, account: Account, fresh: Account, phone_key: bytes, how: How
) -> bool:
    """Let new keys wait beside the old ones; False when the account is gone."""
    with node.database.write() as db:
        kept = login.read(db, account.name)
        if kept is None or kept.identity != account.identity:
            return False
        earlier = login.read_pending(kept.pending)
        if earlier is not None:
            _drop_wraps(node, earlier.account.public)
        packed = login.pack_pending(fresh, phone_key, how)
        return login.put(db, replace(kept, pending=packed, next_delegation=fresh.delegation))


def confirm(node: Node, name: str, phone_key: bytes, now_s: float) -> bool:
    """The phone shows the key that an account waits for: its new keys are in force."""
    with node.database.lock:
        with node.database.read() as db:
            account = login.read(db, name)
        pending = None if account is None else login.read_pending(account.pending)
        if account is None or pending is None or not pending.fits(phone_key):
            return False
        with node.database.write() as db:
            card = pending.account.recovery or account.recovery
            login.put(db, replace(pending.account, recovery=card))
            if pending.how == How.RECOVERED:
                lost.lose(node, name, account.public, pending.account.public, now_s)
            _drop_wraps(node, account.public)
            if pending.how != How.RECOVERED:
                journal(node, name, pending.how, now_s)
        lost.give_back(node)
        held.tell(node, now_s)
        return True


def journal(node: Node, name: str, how: str, now_s: float) -> None:
    """Tell the Polres that an officer's keys have changed; in the transaction that does it."""
    event = e.OfficerKeysChanged(name, str(how))
    node.ledger.record(node.stamp(now_s), Decision((event,)), cause="keys")
    node.exchange_soon.set()


def _wrap_again(node: Node, pair: KeyPair, public: bytes) -> None:
    with node.database.write() as db:
        rows = db.execute(
            "select session, box from wraps where role = ? and recipient = ?",
            (Role.OFFICER.value, pair.public),
        ).fetchall()
        for session, box in rows:
            content = seal.open_box(pair, bytes(box))
            db.execute(
                "insert or replace into wraps (session, role, recipient, box) values (?, ?, ?, ?)",
                (
                    session,
                    Role.OFFICER.value,
                    public,
                    seal.seal_box(public, content, node.random(seal.KEY_OCTETS)),
                ),
            )


def _drop_wraps(node: Node, public: bytes) -> None:
    with node.database.write() as db:
        db.execute(
            "delete from wraps where role = ? and recipient = ?", (Role.OFFICER.value, public)
        )
