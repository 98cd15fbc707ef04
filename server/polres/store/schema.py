"""Tables of the Polres: journals, nodes and their keys, orders, accounts, and the projection."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

METADATA = MetaData()


def _int(name: str, *, key: bool = False, null: bool = False) -> Column[int]:
    return Column(name, BigInteger, primary_key=key, autoincrement=False, nullable=null)


def _text(name: str, *, key: bool = False, null: bool = False) -> Column[str]:
    return Column(name, Text, primary_key=key, nullable=null)


def _blob(name: str, *, key: bool = False, null: bool = False) -> Column[bytes]:
    return Column(name, LargeBinary, primary_key=key, nullable=null)


def _yes(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


entries = Table(
    "entries",
    METADATA,
    _int("node", key=True),
    _int("log", key=True),
    _int("instance", key=True),
    _int("seq", key=True),
    _blob("header"),
    _blob("body"),
    _blob("hash"),
)
frames = Table(
    "frames",
    METADATA,
    _int("node", key=True),
    _int("log", key=True),
    _int("instance", key=True),
    _int("first"),
    _int("last", key=True),
    _blob("frame"),
)
# Counters of the whole server: `era`, and `changes` for the pages' ETag.
counters = Table("counters", METADATA, _text("name", key=True), _int("value"))
# One row a desa. `public` is empty until its card was used; `people` is the signed list.
# The run, network and time that were last trusted decide whether keys are returned unasked.
# `issued_s` is the time in our newest receipt, which rises with each; `fresh_s` that in the
# answer to the last request that nobody can have said before.
nodes = Table(
    "nodes",
    METADATA,
    _int("node", key=True),
    _text("name"),
    _int("instance"),
    _blob("public", null=True),
    _int("enrolled_s", null=True),
    _int("down_instance"),
    _int("people_version"),
    _blob("people"),
    _int("last_contact_s", null=True),
    _int("announced_seq"),
    _text("state"),
    _int("revoked_s", null=True),
    _int("flagged_from", null=True),
    _blob("trusted_run", null=True),
    _text("trusted_network", null=True),
    _int("trusted_s", null=True),
    _text("keys_reason", null=True),
    _int("grant_until_s", null=True),
    _text("grant_by", null=True),
    _int("issued_s", null=True),
    _int("fresh_s", null=True),
)
cards = Table(
    "cards",
    METADATA,
    _int("node", key=True),
    _blob("code"),
    _int("expires_s"),
    _int("tries"),
    _blob("public", null=True),
    _blob("certificate", null=True),
)
# A desa's own key of each of its instances, hidden; it opens the entries of class `DUTY`.
duty_keys = Table(
    "duty_keys",
    METADATA,
    _int("node", key=True),
    _int("instance", key=True),
    _blob("content"),
)
unit_wraps = Table(
    "unit_wraps",
    METADATA,
    _int("node", key=True),
    _blob("session", key=True),
    _blob("box"),
)
session_keys = Table(
    "session_keys",
    METADATA,
    _int("node", key=True),
    _blob("session", key=True),
    _blob("content"),
    _int("started_s"),
    _int("first_seen_s"),
    _int("last_entry_s", null=True),
)
# Every RAM key that a desa has spoken with; an unknown one is no request said again.
runs = Table("runs", METADATA, _int("node", key=True), _blob("run", key=True))
down_sessions = Table(
    "down_sessions",
    METADATA,
    _int("node", key=True),
    _blob("session", key=True),
    _blob("content"),
    _int("started_s"),
)
forks = Table(
    "forks",
    METADATA,
    Column("id", Integer, primary_key=True),
    _int("node"),
    _int("instance"),
    _int("seq"),
    _blob("ours", null=True),
    _blob("theirs"),
    _blob("proof"),
    _int("found_s"),
)
returns = Table(
    "returns",
    METADATA,
    Column("id", Integer, primary_key=True),
    _int("node"),
    _blob("run"),
    _int("count"),
    _text("reason"),
    _int("at_s"),
)
officer_requests = Table(
    "officer_requests",
    METADATA,
    _int("node", key=True),
    _int("instance", key=True),
    _int("seq", key=True),
    _text("name"),
    _blob("key"),
    _text("state"),
    _text("by", null=True),
    _int("asked_s"),
    _int("decided_s", null=True),
)
users = Table(
    "users",
    METADATA,
    _text("name", key=True),
    _text("role"),
    _blob("salt"),
    _int("memory_mib"),
    _int("passes"),
    _blob("verifier"),
    _int("failures"),
    _int("failed_s"),
    _int("made_s"),
)

# Logs of a desa that its box does not write any more: the key that spoke for it, and from which
# entry on what still comes of it is kept apart.
instances = Table(
    "instances",
    METADATA,
    _int("node", key=True),
    _int("instance", key=True),
    _blob("public"),
    _int("ended_s"),
    _int("revoked_s", null=True),
    _int("flagged_from", null=True),
    _int("last_contact_s", null=True),
)
# Boxes that ask to go on in a new log, by the key that they made for it.
claims = Table(
    "claims",
    METADATA,
    _int("node", key=True),
    _blob("public", key=True),
    _int("instance"),
    _int("head_seq"),
    _blob("head_hash"),
    _text("state"),
    _text("by", null=True),
    _int("first_s"),
    _int("last_s"),
    _int("decided_s", null=True),
    _blob("certificate", null=True),
)
# What the last backup covers of each desa's log.
durable = Table(
    "durable",
    METADATA,
    _int("node", key=True),
    _int("instance", key=True),
    _int("seq"),
    _int("at_s"),
)
# What shows that this server was set back, or that another one uses its keys.
evidence = Table(
    "evidence",
    METADATA,
    Column("id", Integer, primary_key=True),
    _int("node"),
    _text("kind"),
    _int("at_s"),
    _blob("proof"),
)

# Everything below is the projection: thrown away and folded again from the journals.
reports = Table(
    "reports",
    METADATA,
    _int("node", key=True),
    _int("instance", key=True),
    _text("ticket", key=True),
    _int("status"),
    _text("urgency"),
    _yes("locked"),
    _yes("sealed"),
    _text("sender", null=True),
    _text("text"),
    _text("category"),
    _int("rt", null=True),
    _int("rw", null=True),
    _text("dusun", null=True),
    _text("landmark", null=True),
    _yes("confidential"),
    _int("confidence_percent"),
    _text("why"),
    _int("sent_s", null=True),
    _int("received_s"),
    _int("trust"),
    _int("copies"),
    _text("officer", null=True),
    _text("forwarded_to", null=True),
    _text("result", null=True),
    _int("updated_s"),
    _int("seq"),
    Index("reports_by_time", "received_s"),
)
history = Table(
    "history",
    METADATA,
    _int("node", key=True),
    _int("instance", key=True),
    _int("seq", key=True),
    _text("ticket", null=True),
    _text("kind"),
    _int("at_s"),
    _int("trust"),
    _text("by", null=True),
    _text("text"),
    Index("history_by_ticket", "node", "ticket"),
)
outgoing = Table(
    "outgoing",
    METADATA,
    _int("node", key=True),
    _text("ticket", key=True),
    _text("notice", key=True),
    _text("outcome"),
    _int("at_s"),
)
contacts = Table(
    "contacts",
    METADATA,
    _int("node", key=True),
    _text("name", key=True),
    _text("role"),
    _text("number"),
)
texts = Table(
    "texts",
    METADATA,
    _int("node", key=True),
    _int("instance", key=True),
    _int("seq", key=True),
    _text("sender"),
    _text("text"),
    _text("reason"),
    _int("received_s"),
)
orders = Table(
    "orders",
    METADATA,
    _int("node", key=True),
    _int("instance", key=True),
    _int("seq", key=True),
    _text("ticket"),
    _text("kind"),
    _text("text"),
    _text("by"),
    _int("made_s"),
    _int("expires_s"),
    _int("reached_desa_s", null=True),
    _text("outcome", null=True),
    _text("sms_outcome", null=True),
    Index("orders_by_ticket", "node", "ticket"),
)
# Entries that came in a later log of their box, so that none is folded twice.
carried = Table(
    "carried",
    METADATA,
    _int("node", key=True),
    _int("instance", key=True),
    _int("seq", key=True),
    _blob("hash", key=True),
)
# Which log a log goes on from, and up to which of its entries.
lineage = Table(
    "lineage",
    METADATA,
    _int("node", key=True),
    _int("instance", key=True),
    _int("parent"),
    _int("common"),
)
PROJECTION = (reports, history, outgoing, contacts, texts, orders, carried, lineage)
