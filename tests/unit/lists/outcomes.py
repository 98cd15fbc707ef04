"""What comes of PDUs from the network in a whole village node: nothing lost, one outcome."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from flask.testing import FlaskClient
from world import World

from server import lookup, radio
from server.cli.root import told_by
from server.desa.app import create_app
from server.process.running import only_one
from sms import inbox, pdu

VILLAGER, NEIGHBOUR = "+6281234567890", "+6281298765432"


@dataclass(frozen=True)
class Outcome:
    """What people see of it.

    Attributes:
        reports: texts of all reports, oldest first.
        notes: (sender, reason) of texts that became no report, oldest first.
        answers: (to, text) of what went out because of it.
    """

    reports: tuple[str, ...]
    notes: tuple[tuple[str, str], ...]
    answers: tuple[tuple[str, str], ...]


def now(world: World) -> datetime:
    """The service centre's time."""
    return datetime.fromtimestamp(world.wall_s(), UTC)


def deliver(
    world: World,
    body: str | bytes,
    *,
    sender: str = VILLAGER,
    dcs: int | None = None,
    pid: int = 0,
    part: tuple[int, int, int] | None = None,
) -> str:
    """One DELIVER; `part` is reference, number, total."""
    which = None if part is None else pdu.Part(part[0], wide=False, total=part[2], number=part[1])
    return pdu.encode_deliver(sender, body, now(world), part=which, dcs=dcs, pid=pid)


def raw(world: World, user_data: str, *, dcs: int, headed: bool = False, length: int = -1) -> str:
    """A DELIVER of the villager with user data in hex, whatever it says; UDL as it should be."""
    empty = deliver(world, b"", dcs=4)
    first = 0x44 if headed else 0x04
    count = len(user_data) // 2 if length < 0 else length
    fields = f"{empty[:2]}{first:02X}{empty[4:24]}{dcs:02X}{empty[26:40]}{count:02X}"
    return (fields + user_data).upper()


def outcome(world: World, *pdus: str) -> Outcome:
    """Let PDUs come, listen, read and answer; every one of them is kept as it came."""
    before = kept(world)
    for one in pdus:
        world.virtual.deliver(one)
    # The modem's memories hold 50; what waits in the network comes as they are emptied.
    for _ in range(2 + len(pdus) // 50):
        world.listen()
    assert sorted(kept(world)) == sorted([*before, *pdus])
    assert emptied(world)
    answered = len(world.sent)
    world.speak()
    return Outcome(
        tuple(one.text for one in lookup.reports(world.node.projection.db)[::-1]),
        tuple((note[2], note[4]) for note in lookup.notes(world.node.projection.db)[::-1]),
        tuple(world.sent[answered:]),
    )


def emptied(world: World) -> bool:
    """Whether the modem and the network hold nothing any more."""
    held = sum(len(world.virtual.stored(memory)) for memory in ("SM", "ME"))
    return held + world.virtual.waiting() == 0


def kept(world: World) -> list[str]:
    """Every text in the inbox, opened; delivery reports are left out."""
    db = world.node.database.connection
    opened = []
    for (number,) in db.execute("select id from inbox where state <> 'receipt'").fetchall():
        row = inbox.row_of(db, number)
        assert row is not None
        hex_pdu = radio.open_pdu(world.node.vault, row)
        assert hex_pdu is not None
        opened.append(hex_pdu)
    return opened


def browser(world: World) -> FlaskClient:
    """An officer's browser that has logged in."""
    made = world.officer()
    client = create_app(world.desk()).test_client()
    hidden = dict(
        re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', client.get("/masuk").text)
    )
    fields = hidden | {"name": made["name"], "passphrase": made["passphrase"]}
    assert client.post("/masuk", data=fields).status_code == 303
    return client


def begun(world: World) -> str:
    """Start the box's process anew; the sentence with which it refuses, "" when it runs.

    A fault of the program, which nobody could explain to people, is raised.
    """
    world.node.database.close()
    world.mono_s += 60
    try:
        with only_one(world.directory):
            world.start()
    except Exception as error:
        told = told_by(error)
        if told is None:
            raise
        assert told.sentence.count("\n") == 0, told.sentence
        return told.sentence
    return ""


def arrived(world: World) -> tuple[str, ...]:
    """Texts of all reports at the Polres once the box was heard, oldest first."""
    world.exchange()
    world.exchange()
    return tuple(one.report.text or "" for one in world.at_polres())[::-1]
