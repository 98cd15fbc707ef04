"""What a desa is shown that seals to another exchange key than the newest, or to one we lack."""

import logging
from typing import Final

from server.polres.district import District
from server.polres.enrolment import Reply
from server.polres.keys import Exchange
from server.polres.store import exchange_keys
from server.polres.store.engine import Connection
from server.polres.store.exchange_keys import KeyRow
from sync import announcement
from sync.errors import SyncError

_LOG: Final = logging.getLogger(__name__)


def unopened(district: District) -> Reply:
    """The answer to what was sealed to no key that is held here, or is no request at all.

    The announcement may be seen by anybody: it is public, and the root's signature proves it.
    """
    return Reply(400, district.keys.announcement())


def beside(
    connection: Connection, district: District, place: tuple[int, int], used: Exchange
) -> bytes:
    """The announcement that goes with an answer; b"" for a box that has said that it took it.

    Args:
        connection: an open transaction, in which what the box brought was taken in.
        district: the server.
        place: node and instance of the box.
        used: the key that it sealed to.
    """
    heard(connection, district, place, used)
    keys = district.keys
    if not keys.number:
        return b""
    # A box may use the newest and not know its number, when its card came without that.
    knows = exchange_keys.use(connection, *place).taken >= keys.number
    return b"" if knows and used.number == keys.number else keys.announcement()


def heard(
    connection: Connection, district: District, place: tuple[int, int], used: Exchange
) -> None:
    """Note under which key a box was heard; nothing is written before there is a second one."""
    if district.keys.number:
        exchange_keys.heard(connection, *place, used.number)


def readers(connection: Connection, district: District) -> tuple[bytes, ...]:
    """Every exchange key before the newest that a frame may be signed for, lost ones too."""
    keys = district.keys
    if not keys.number:
        return ()
    known = {one.number for one in keys.held} | {one.number for one in keys.gone}
    root = keys.root.public
    lost = (row for row in exchange_keys.every(connection) if row.number not in known)
    return (*keys.earlier, *(announcement.read(row.announced, root).public for row in lost))


def show(district: District, octets: bytes, now_s: int) -> Reply:
    """Take an announcement that a box shows us, since we could not open what it sealed.

    Returns:
        200 with our newest announcement (empty for the first key), 400 for what our root has
        not signed.
    """
    if not note(district, octets, now_s):
        return Reply(400)
    return Reply(200, district.keys.announcement())


def note(district: District, octets: bytes, now_s: int) -> bool:
    """Remember a key that our root announced; False when it did not.

    One that is in no key file here was made before the file was set back: it is missed.
    """
    try:
        made = announcement.read(octets, district.keys.root.public)
    except SyncError:
        return False
    with district.read() as connection:
        known = any(row.number == made.number for row in exchange_keys.every(connection))
    if not known:
        with district.write() as connection:
            exchange_keys.add(connection, KeyRow(made.number, made.octets, now_s))
        _LOG.warning("exchange key missing", extra={"number": made.number})
    return True
