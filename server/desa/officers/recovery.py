"""A lost passphrase or phone: the words on the card in the envelope let the officer in again.

They open his identity and no session. He reads what the box holds open, what still owes work,
and what a person at the Polres lets come back.
"""

from dataclasses import replace

from server.desa import login
from server.desa.login import Account, NewOfficer
from server.desa.node import Node, people_of
from server.desa.officers import delegation, listed
from server.desa.officers.renewal import How, journal, newest_erasure
from sync.session import Recipient, Role

ASKED_S = 7 * 86_400
"""How long the node asks for the sessions that a recovered officer cannot open any more."""


def recover(node: Node, account: Account, seed: bytes, now_s: float) -> NewOfficer | None:
    """Give an officer a new passphrase, phone key, key for sessions, and card; slow.

    The card that was used opens nothing from here on. None when he was dropped meanwhile.
    """
    cost = node.settings.login
    passphrase = login.new_passphrase(node.random)
    new, fresh = login.keyed(account.name, seed, passphrase, cost, node.random)
    words, card = login.make_card(account.name, seed, cost, node.random)
    fresh = replace(fresh, recovery=card, renewed=newest_erasure(node))
    until_s = node.stamp(now_s).wall_s + ASKED_S
    with node.database.write() as db:
        if not login.put(db, fresh):
            return None
        db.execute(
            "insert or replace into lost (session, until_s)"
            " select session, ? from wraps where role = ? and recipient = ?",
            (until_s, Role.OFFICER.value, account.public),
        )
        db.execute(
            "delete from wraps where role = ? and recipient = ?",
            (Role.OFFICER.value, account.public),
        )
    give_back(node)
    journal(node, account.name, How.RECOVERED, now_s)
    return replace(new, recovery=words)


def give_back(node: Node) -> int:
    """Wrap the lost sessions that can be opened now to every officer; gives how many wraps."""
    with node.database.write() as db:
        lost = [bytes(one) for (one,) in db.execute("select session from lost").fetchall()]
        count = 0
        for session in lost:
            keys = node.vault.knows(session)
            if keys is None or keys.session is None:
                continue
            count += sum(listed.wrap_to(node, session, one) for one in _officers(node))
            db.execute("delete from lost where session = ?", (session,))
    return count


def tend(node: Node, now_s: float) -> int:
    """Stop asking for what did not come back in a week."""
    wall_s = node.stamp(now_s).wall_s
    with node.database.read() as db:
        late = db.execute("select 1 from lost where until_s < ? limit 1", (wall_s,)).fetchone()
    if late is None:
        return 0
    with node.database.write() as db:
        return db.execute("delete from lost where until_s < ?", (wall_s,)).rowcount


def _officers(node: Node) -> list[Recipient]:
    with node.database.read() as db:
        people = delegation.addressed(db, people_of(node)).people
    return [one for one in people.recipients if one.role is Role.OFFICER]
