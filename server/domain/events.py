"""What can stand in a journal: events of the desa and orders of the Polres, as plain values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """A session began; `wrapped_to` names who can open it, `list_version` says by which list."""

    list_version: int
    wrapped_to: tuple[str, ...]
    boot: int


@dataclass(frozen=True, slots=True)
class ReportReceived:
    """A text or several parts of one became a report. Times in seconds since 1970 (UTC)."""

    ticket: str
    sender: str
    text: str
    category: str
    urgency: str
    rt: int | None
    rw: int | None
    dusun: str | None
    landmark: str | None
    confidential: bool
    confidence_percent: int
    why: str
    sent_s: int | None
    received_s: int
    inbox_id: int


@dataclass(frozen=True, slots=True)
class Repeated:
    """The same text lay in another slot: the report says how often it was sent."""

    ticket: str
    copies: int


@dataclass(frozen=True, slots=True)
class TextCompleted:
    """Missing parts of a report's text came late: its whole text and what it seems to say now.

    Attributes:
        missing: parts that are still not there.
        received_s: when the late part came, seconds since 1970 (UTC).
    """

    ticket: str
    sender: str
    text: str
    missing: int
    category: str
    urgency: str
    rt: int | None
    rw: int | None
    dusun: str | None
    landmark: str | None
    confidential: bool
    confidence_percent: int
    why: str
    received_s: int


@dataclass(frozen=True, slots=True)
class Merged:
    """The report turned out to be of the same text as an older one, `into`, which goes on."""

    ticket: str
    into: str


@dataclass(frozen=True, slots=True)
class NoteAdded:
    """The villager who wrote the report added something."""

    ticket: str
    sender: str
    text: str
    received_s: int


@dataclass(frozen=True, slots=True)
class CancelAsked:
    """The villager asked to cancel; only an officer closes."""

    ticket: str
    sender: str


@dataclass(frozen=True, slots=True)
class TextNoted:
    """A text that is no report: kept and shown, with the reason why no ticket was given."""

    sender: str
    text: str
    reason: str
    received_s: int


@dataclass(frozen=True, slots=True)
class CallMissed:
    """Somebody rang and hung up."""

    sender: str


@dataclass(frozen=True, slots=True)
class Taken:
    """An officer took the report."""

    ticket: str
    by: str


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The report was handed to a unit or an agency."""

    ticket: str
    by: str
    to: str
    note: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A free answer to the villager, by an officer or by the Polres."""

    ticket: str
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The report was closed with a result."""

    ticket: str
    by: str
    result: str


@dataclass(frozen=True, slots=True)
class Reopened:
    """A closed report was opened again."""

    ticket: str
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class MessageSent:
    """An SMS to the villager left, was delivered, or will not be sent (`outcome` says which)."""

    ticket: str
    notice: str
    outcome: str


@dataclass(frozen=True, slots=True)
class OrderReceived:
    """Receipt for an order of the Polres: what became of it."""

    order_instance: int
    order_seq: int
    ticket: str | None
    outcome: str


@dataclass(frozen=True, slots=True)
class OfficerRequested:
    """A new officer's public key, to be put on the signed list by the Polres."""

    name: str
    key: bytes


@dataclass(frozen=True, slots=True)
class ContactSet:
    """An officer's line in the phone book; an empty number removes it."""

    name: str
    role: str
    number: str


@dataclass(frozen=True, slots=True)
class SessionsUnlocked:
    """Older sessions were opened, by an officer or by keys that the Polres returned."""

    by: str
    count: int


@dataclass(frozen=True, slots=True)
class InboxExported:
    """An officer took the kept texts out as a plain file; `withheld` are those he may not read."""

    by: str
    texts: int
    withheld: int


@dataclass(frozen=True, slots=True)
class BackupNoted:
    """How the newest backup of the box stands.

    Attributes:
        made_s: when it was made, seconds since 1970; 0 for never.
        entries, reports: what its drill counted.
        why: "" where it passed its drill in time; else a word for what hinders the next one.
    """

    made_s: int
    entries: int
    reports: int
    why: str


@dataclass(frozen=True, slots=True)
class BoxRestored:
    """The box was brought back from a backup that ends with this entry of an earlier box."""

    old_instance: int
    old_seq: int
    old_hash: bytes
    made_s: int


@dataclass(frozen=True, slots=True)
class SpokeByAir:
    """Something went to the Polres by SMS for the first time: `report` or `keys_asked`.

    Attributes:
        ticket: the report's, None for anything else.
        sms: how many it took.
    """

    what: str
    ticket: str | None
    sms: int


@dataclass(frozen=True, slots=True)
class OfficersChanged:
    """A new signed list is in force; `shared` older sessions were wrapped to who is on it."""

    list_version: int
    joined: tuple[str, ...]
    left: tuple[str, ...]
    shared: int


@dataclass(frozen=True, slots=True)
class OfficerKeysChanged:
    """An officer has a new salt, phone key and key for sessions; `how` says what for."""

    name: str
    how: str


@dataclass(frozen=True, slots=True)
class ErasureTold:
    """Bodies were given up for good; complete once nobody is missing who held their keys.

    Attributes:
        number: of the erasure in this box, from 1.
        reports: how many reports it made unreadable.
        missing: officers whose secrets still open an old copy of the wraps.
    """

    number: int
    asked_s: int
    reports: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeysTampered:
    """Keys on the card are not as the Polres signed them: nothing is sealed to them.

    `whose` names the officers; it is empty when the list itself is not the Polres'.
    """

    whose: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExchangeKeyTaken:
    """The box seals to this exchange key of the Polres from here on; numbers rise."""

    number: int


@dataclass(frozen=True, slots=True)
class Carried:
    """An entry of a former log of this box that the Polres lacked, as it was sealed there.

    Attributes:
        instance: of the log that it stood in, with its number `seq`.
        digest: the chain's hash after it.
        header, body: the octets of both; the body is sealed.
    """

    instance: int
    seq: int
    digest: bytes
    header: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Resumed:
    """The box goes on in a new log: where the one before (`instance`) ended, with which hash.

    `common` is the number of its last entry that the Polres was known to hold.
    """

    instance: int
    seq: int
    digest: bytes
    common: int


@dataclass(frozen=True, slots=True)
class StatusOrdered:
    """Order of the Polres: take, forward or close the report."""

    ticket: str
    move: str
    by: str
    note: str
    expires_s: int


@dataclass(frozen=True, slots=True)
class AnswerOrdered:
    """Order of the Polres: send this answer to the villager."""

    ticket: str
    by: str
    text: str
    expires_s: int


@dataclass(frozen=True, slots=True)
class RecipientsOrdered:
    """The Polres' newly signed list of who may open the desa's sessions."""

    signed_list: bytes


@dataclass(frozen=True, slots=True)
class KeysReturned:
    """The Polres returned session keys to the node (journalled on its side)."""

    count: int
    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """An entry of a newer version: kept, chained and shown as unknown."""

    kind: int


DesaEvent = (
    SessionOpened | ReportReceived | Repeated | TextCompleted | Merged | NoteAdded | CancelAsked
    | TextNoted | CallMissed | Taken | Forwarded | Answered | Closed | Reopened | MessageSent
    | OrderReceived | OfficerRequested | ContactSet | SessionsUnlocked | InboxExported
    | BackupNoted | BoxRestored | SpokeByAir | OfficersChanged | OfficerKeysChanged | ErasureTold
    | KeysTampered | ExchangeKeyTaken | Carried | Resumed | Unknown
)  # fmt: skip
Order = StatusOrdered | AnswerOrdered | RecipientsOrdered | KeysReturned
Event = DesaEvent | Order
