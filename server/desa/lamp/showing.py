"""Looking at the node, and letting the lamp tell what was found."""

import shutil
import sqlite3
from pathlib import Path
from typing import Final

from hardware.errors import LampGone
from hardware.lamp import LEDS, Sign, lamp_of
from server import lookup
from server.desa.node import Node
from server.desa.officers import listed
from server.domain.lamp.telling import Signs, Told, told
from server.process import disk
from sms import inbox

ROOM_OCTETS_LEAST: Final = 64 * 1024 * 1024
DISK_TROUBLE: Final = (
    "Kartu memori kotak penuh atau rusak, jadi SMS baru mungkin tidak tersimpan. Jangan mencabut "
    "listrik; hubungi teknisi untuk menyalin cadangan dan mengganti kartunya."
)


def show(node: Node, leds: Path = LEDS) -> Told:
    """Look, remember what the lamp tells, and set it where the settings name one."""
    found = told(signs(node))
    node.lamp.told = found.value
    name = node.settings.lamp.led
    node.lamp.trouble = ""
    if name:
        try:
            lamp_of(name, leds).show(Sign(found.value))
        except LampGone as error:
            node.lamp.trouble = error.sentence
    return found


def darken(node: Node, leds: Path = LEDS) -> None:
    """The node stops: the lamp must not go on telling that all is well."""
    if node.settings.lamp.led and not node.lamp.trouble:
        lamp_of(node.settings.lamp.led, leds).show(None)


def signs(node: Node) -> Signs:
    """What was found; a card that cannot even be read is all that is told then."""
    try:
        with node.database.read() as db:
            kept = inbox.counts(db)
        with node.database.lock:
            reports = lookup.untaken_count(node.projection.db)
            radios = tuple(node.health.radios.values())
        keys = bool(listed.troubles(node))
    except sqlite3.Error as error:
        if disk.trouble_of(error) is None and not disk.tells_broken(error):
            raise
        return Signs(disk=True)
    return Signs(
        disk=is_disk_bad(node),
        keys=keys,
        modem=bool(node.health.modem_trouble) or any(radio.trouble for radio in radios),
        reports=reports,
        unread=kept["unread"],
    )


def is_disk_bad(node: Node) -> bool:
    """Whether the card refused what was last written, or has hardly any room."""
    if node.database.failing or node.database.refused:
        return True
    try:
        return shutil.disk_usage(node.directory).free < ROOM_OCTETS_LEAST
    except OSError:
        return True


def troubles(node: Node) -> tuple[str, ...]:
    """What the pages say of the card and of the lamp, "" for what is well."""
    # Of a card that fails the box says more than that.
    disk_trouble = DISK_TROUBLE if is_disk_bad(node) and not node.database.failing else ""
    return (disk_trouble, node.lamp.trouble)
