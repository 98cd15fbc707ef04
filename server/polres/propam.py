"""What only Propam reads: complaints about officials and what belongs to them."""

import json
from pathlib import Path

from server.card import node_code
from server.domain import codec
from server.domain import events as e
from server.polres.district import District
from server.polres.errors import NotPropam
from server.polres.store import nodes
from server.polres.store.journals import PolresStore
from server.vault import Vault
from sync import seal
from sync.entry import Log
from sync.errors import CannotOpen, MalformedFrame
from sync.seal import KeyPair
from sync.session import SessionKeys, read_wrap


def read_key(path: Path, district: District) -> KeyPair:
    """Propam's key from its file.

    Raises:
        NotPropam: not such a file, or that of another server.
    """
    try:
        seed = bytes.fromhex(json.loads(path.read_text(encoding="utf-8"))["seed"])
        pair = seal.box_pair(seed)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotPropam from error
    if pair.public != district.keys.propam:
        raise NotPropam
    return pair


def complaints(district: District, pair: KeyPair) -> tuple[dict[str, str | int | None], ...]:
    """Every entry that was sealed to Propam, oldest first; nothing is written anywhere.

    `kind` says what it is: report, completed (late parts came), note (an addition), cancel (asked
    for), or text (no report). `same_as` names the report that was the same text once more: a copy
    that the network brought after a restart, which nobody in the desa could know again.
    """
    firsts: dict[tuple[int, str, str, int | None], str] = {}
    with district.read() as connection:
        store = PolresStore(connection)
        found: list[dict[str, str | int | None]] = []
        wraps = nodes.unit_wraps(connection)
        for number in sorted({node for node, _, _ in wraps}):
            vault = _vault([box for node, _, box in wraps if node == number], pair)
            log_id = store.newest(number, Log.UP)
            if log_id is None:
                continue
            for instance in range(1, log_id.instance + 1):
                log = type(log_id)(number, Log.UP, instance)
                for entry in store.entries(log, 1, store.head(log).seq):
                    try:
                        _, event = codec.decode(vault.open_entry(entry, unit=True))
                    except (CannotOpen, MalformedFrame):
                        continue
                    line = _line(event)
                    if isinstance(event, e.ReportReceived) and line is not None:
                        text = (number, event.sender, event.text, event.sent_s)
                        first = firsts.setdefault(text, event.ticket)
                        line["same_as"] = None if first == event.ticket else first
                    if line is not None:
                        found.append({"desa": node_code(number), "seq": entry.header.seq, **line})
    return tuple(found)


def _vault(boxes: list[bytes], pair: KeyPair) -> Vault:
    vault = Vault(bytes(seal.KEY_OCTETS), SessionKeys(b"", None, None, None), pair)
    for box in boxes:
        try:
            vault.learn(read_wrap(seal.open_box(pair, box))[0])
        except (CannotOpen, MalformedFrame):
            continue
    return vault


def _line(event: e.Event) -> dict[str, str | int | None] | None:
    match event:
        case e.ReportReceived():
            ticket, more = event.ticket, {"urgency": event.urgency}
            return _told("report", ticket, event.sender, event.text, event.received_s) | more
        case e.TextCompleted():
            ticket, more = event.ticket, {"urgency": event.urgency}
            return _told("completed", ticket, event.sender, event.text, event.received_s) | more
        case e.NoteAdded():
            return _told("note", event.ticket, event.sender, event.text, event.received_s)
        case e.CancelAsked():
            return _told("cancel", event.ticket, event.sender, "", None)
        case e.TextNoted():
            return _told("text", None, event.sender, event.text, event.received_s)
        case _:
            return None


def _told(
    kind: str, ticket: str | None, sender: str, text: str, received_s: int | None
) -> dict[str, str | int | None]:
    return {
        "kind": kind,
        "ticket": ticket,
        "sender": sender,
        "text": text,
        "received_s": received_s,
    }
