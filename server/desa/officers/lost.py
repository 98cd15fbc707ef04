"""Sessions that a recovered officer had wraps of: asked back for a week, and wrapped to him."""

from server.desa.node import Node, people_of
from server.desa.officers import delegation, listed
from sync.session import Role

ASKED_S = 7 * 86_400
"""How long the node asks for the sessions that a recovered officer cannot open any more."""


def lose(node: Node, name: str, old: bytes, new: bytes, now_s: float) -> None:
    """Note the sessions that an officer's old key has wraps of and his new one has not."""
    until_s = node.stamp(now_s).wall_s + ASKED_S
    role = Role.OFFICER.value
    with node.database.write() as db:
        db.execute(
            "insert or replace into lost (session, name, until_s)"
            " select session, ?, ? from wraps where role = ? and recipient = ? and session not in"
            " (select session from wraps where role = ? and recipient = ?)",
            (name, until_s, role, old, role, new),
        )


def give_back(node: Node) -> int:
    """Wrap the lost sessions that can be opened now to those who lost them; gives how many."""
    count = 0
    with node.database.write() as db:
        rows = db.execute("select session, name from lost").fetchall()
        if not rows:
            return 0
        people = delegation.addressed(db, people_of(node)).people
        for session, name in rows:
            keys = node.vault.knows(bytes(session))
            if keys is None or keys.session is None:
                continue
            for person in people.recipients:
                if person.role is Role.OFFICER and person.name == name:
                    count += listed.wrap_to(node, bytes(session), person)
            db.execute("delete from lost where session = ? and name = ?", (session, name))
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
