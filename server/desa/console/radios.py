"""What the running node knows of its modems, and which texts came, without what they say."""

from dataclasses import asdict

from server import radio
from server.checkup.masked import arrival
from server.desa.node import Node
from sms import inbox

_TEXTS_AT_ONCE = 50


def told(node: Node) -> list[dict[str, object]]:
    """The modems as plain JSON; see `server.checkup.running`. No number and no mark of a SIM."""
    with node.database.lock:
        radios = tuple(node.health.radios.values())
    return [
        {
            "name": one.name,
            "mood": one.mood.value,
            "trouble": one.trouble,
            "signal_percent": one.signal_percent,
            "operator": one.operator,
            "memories": [list(row) for row in one.memories],
            "erasing": one.erasing,
            "may_send": one.may_send,
        }
        for one in radios
    ]


def arrivals(node: Node, after: str) -> dict[str, object]:
    """Texts kept after the inbox row `after`, oldest first; "" tells none and where it stands.

    The newest 50 at once; see `server.checkup.masked` for what is shown of each.
    """
    with node.database.read() as db:
        last = inbox.next_id(db, "inbox") - 1
        first = last + 1 if not after.isdecimal() else int(after) + 1
        rows = [
            row
            for number in range(max(first, last + 1 - _TEXTS_AT_ONCE), last + 1)
            if (row := inbox.row_of(db, number)) is not None
        ]
        pdus = [radio.open_pdu(node.vault, row) for row in rows if row.state != inbox.State.COPY]
    texts = [asdict(arrival(hex_pdu)) for hex_pdu in pdus if hex_pdu is not None]
    return {"last": str(last), "texts": texts, "radios": told(node)}
