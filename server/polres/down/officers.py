"""Officers on a desa's signed list: asking, approving one key, and sending the list again."""

from typing import Final

from server.domain import events as e
from server.polres.district import District
from server.polres.down import downlog
from server.polres.down.orders import known
from server.polres.errors import NotListed, SeveralOfficers, UnknownOfficer
from server.polres.projection import RECIPIENTS
from server.polres.store import nodes, reports
from server.polres.store.engine import Connection
from server.polres.store.nodes import Node, OfficerRow
from sync import message
from sync.session import Recipient, RecipientList, Role, fingerprint

OFFICERS_UNASKED: Final = 3
UNASKED_S: Final = 7 * 24 * 3_600
OLDER_LIST: Final = "daftar lebih lama"
"""The desa's receipt for a list whose version is not above that of its own."""
RAISES_MAX: Final = 64


def ask_officer(
    connection: Connection, district: District, node: Node, asked: OfficerRow, now_s: int
) -> None:
    """Take in an officer's request: a new desa's first officers are listed at once."""
    people = officers(node.people)
    if any(person.key == asked.key for person in people):
        return
    if is_unasked(people, asked.name, node.enrolled_s, now_s):
        nodes.add_officer(connection, asked)
        _admit(connection, district, node, asked, "otomatis", now_s)
    else:
        nodes.add_officer(connection, asked)


def is_unasked(
    people: tuple[Recipient, ...], name: str, enrolled_s: int | None, now_s: int
) -> bool:
    """Whether an officer is listed without asking a person.

    Only in the first seven days, up to three officers, and never in place of a listed one.
    """
    fresh = enrolled_s is not None and now_s - enrolled_s <= UNASKED_S
    known_name = any(person.name == name for person in people)
    return fresh and not known_name and len(people) < OFFICERS_UNASKED


def approve_officer(
    district: District, code: str, name: str, by: str, now_s: int, chosen: str | None = None
) -> str:
    """Put one waiting officer on the desa's list, in place of an older key of the same name.

    Args:
        district: the server.
        code: the desa.
        name: the officer's name.
        by: who approves.
        now_s: seconds since 1970.
        chosen: fingerprint of the key; may be left out while one key alone waits by that name.

    Returns:
        The fingerprint of the key that was listed.

    Raises:
        UnknownDesa, BadDesaCode: no such desa.
        UnknownOfficer: nobody of that name and fingerprint waits (any more).
        SeveralOfficers: several keys wait by that name.
    """
    with district.write() as connection:
        node = known(connection, code)
        *older, newest = _chosen(connection, node, name, chosen)
        for row in older:
            nodes.decide_officer(connection, row, "replaced", by, now_s)
        _admit(connection, district, node, newest, by, now_s)
        return fingerprint(newest.key)


def refuse_officer(
    district: District, code: str, name: str, by: str, now_s: int, chosen: str | None = None
) -> None:
    """Turn one waiting officer down; arguments and errors as in `approve_officer`."""
    with district.write() as connection:
        node = known(connection, code)
        for row in _chosen(connection, node, name, chosen):
            nodes.decide_officer(connection, row, "refused", by, now_s)


def drop_officer(district: District, code: str, name: str, by: str, now_s: int) -> None:
    """Take an officer off the desa's list: nothing new is sealed to him once the desa has it.

    Raises:
        UnknownDesa, BadDesaCode: no such desa.
        NotListed: nobody of that name is on the list (any more).
    """
    with district.write() as connection:
        node = known(connection, code)
        people = officers(node.people)
        stay = tuple(person for person in people if person.name != name)
        if len(stay) == len(people):
            raise NotListed
        _order_list(connection, district, node, stay, now_s)
        for person in people:
            if person.name == name:
                nodes.drop_officer(connection, node.node, person.key, by, now_s)


def _chosen(
    connection: Connection, node: Node, name: str, chosen: str | None
) -> tuple[OfficerRow, ...]:
    """The requests of exactly one key, oldest first."""
    digits = None if chosen is None else "".join(chosen.split()).upper()
    found = tuple(
        row
        for row in nodes.waiting_officers(connection, node.node)
        if row.name == name and digits in {None, fingerprint(row.key).replace(" ", "")}
    )
    if not found:
        raise UnknownOfficer
    if len({row.key for row in found}) > 1:
        raise SeveralOfficers
    return found


def officers(people: bytes) -> tuple[Recipient, ...]:
    """The officers on a signed list (an envelope as `PolresKeys.people` makes it)."""
    packed, _signature = message.open_envelope(people)
    listed = RecipientList.unpack(packed).recipients
    return tuple(person for person in listed if person.role is Role.OFFICER)


def send_newer_list(connection: Connection, district: District, node: Node, now_s: int) -> None:
    """Sign the list again with the next version and order it: the desa refuses what is not newer.

    A desa does not say which version it holds. After a restore it may hold one beyond ours.
    """
    _order_list(connection, district, node, officers(node.people), now_s)


def mend_list(
    connection: Connection, district: District, node: Node, told: e.KeysTampered, now_s: int
) -> None:
    """Send the list again to a desa whose copy is not ours, while the last one was taken in.

    A desa that goes on saying so gets it once after each restart of its own, not in a circle.
    """
    sent = [
        order
        for order in reports.orders(connection, node.node)
        if order.instance == node.down_instance and order.kind == RECIPIENTS
    ]
    if not told.whose and (not sent or sent[-1].outcome is not None):
        send_newer_list(connection, district, node, now_s)


def _order_list(
    connection: Connection,
    district: District,
    node: Node,
    listed: tuple[Recipient, ...],
    now_s: int,
) -> None:
    version = node.people_version + 1
    people = district.keys.people(node.node, version, listed)
    nodes.change(connection, node.node, people=people, people_version=version)
    downlog.append(connection, district, node, e.RecipientsOrdered(people), now_s)


def answer_receipt(
    connection: Connection, district: District, node: Node, receipt: e.OrderReceived, now_s: int
) -> None:
    """Send a newer list when the desa refused our newest one as older than its own.

    At most `RAISES_MAX` times in one instance of our log, so that no box keeps us signing.
    """
    sent = [
        order
        for order in reports.orders(connection, node.node)
        if order.instance == node.down_instance and order.kind == RECIPIENTS
    ]
    if receipt.outcome != OLDER_LIST or not sent:
        return
    newest = (sent[-1].instance, sent[-1].seq)
    refused = sum(order.outcome == OLDER_LIST for order in sent)
    if newest == (receipt.order_instance, receipt.order_seq) and refused <= RAISES_MAX:
        send_newer_list(connection, district, node, now_s)


def _admit(
    connection: Connection, district: District, node: Node, asked: OfficerRow, by: str, now_s: int
) -> None:
    others = tuple(person for person in officers(node.people) if person.name != asked.name)
    listed = (*others, Recipient(Role.OFFICER, asked.name, asked.key))
    nodes.decide_officer(connection, asked, "listed", by, now_s)
    _order_list(connection, district, node, listed, now_s)
