"""Tables of the Polres that are thrown away and folded again from the journals."""

from sqlalchemy import Index, Table

from server.polres.store.tables.columns import (
    METADATA,
    blob_column,
    int_column,
    text_column,
    yes_column,
)

reports = Table(
    "reports",
    METADATA,
    int_column("node", key=True),
    int_column("instance", key=True),
    text_column("ticket", key=True),
    int_column("status"),
    text_column("urgency"),
    yes_column("locked"),
    yes_column("sealed"),
    text_column("sender", null=True),
    text_column("text"),
    text_column("category"),
    int_column("rt", null=True),
    int_column("rw", null=True),
    text_column("dusun", null=True),
    text_column("landmark", null=True),
    yes_column("confidential"),
    int_column("confidence_percent"),
    text_column("why"),
    int_column("sent_s", null=True),
    int_column("received_s"),
    int_column("trust"),
    int_column("copies"),
    text_column("officer", null=True),
    text_column("forwarded_to", null=True),
    text_column("result", null=True),
    int_column("updated_s"),
    int_column("seq"),
    Index("reports_by_time", "received_s"),
)
history = Table(
    "history",
    METADATA,
    int_column("node", key=True),
    int_column("instance", key=True),
    int_column("seq", key=True),
    text_column("ticket", null=True),
    text_column("kind"),
    int_column("at_s"),
    int_column("trust"),
    text_column("by", null=True),
    text_column("text"),
    Index("history_by_ticket", "node", "ticket"),
)
outgoing = Table(
    "outgoing",
    METADATA,
    int_column("node", key=True),
    text_column("ticket", key=True),
    text_column("notice", key=True),
    text_column("outcome"),
    int_column("at_s"),
)
contacts = Table(
    "contacts",
    METADATA,
    int_column("node", key=True),
    text_column("name", key=True),
    text_column("role"),
    text_column("number"),
)
texts = Table(
    "texts",
    METADATA,
    int_column("node", key=True),
    int_column("instance", key=True),
    int_column("seq", key=True),
    text_column("sender"),
    text_column("text"),
    text_column("reason"),
    int_column("received_s"),
)
orders = Table(
    "orders",
    METADATA,
    int_column("node", key=True),
    int_column("instance", key=True),
    int_column("seq", key=True),
    text_column("ticket"),
    text_column("kind"),
    text_column("text"),
    text_column("by"),
    int_column("made_s"),
    int_column("expires_s"),
    int_column("reached_desa_s", null=True),
    text_column("outcome", null=True),
    text_column("sms_outcome", null=True),
    Index("orders_by_ticket", "node", "ticket"),
)
# How the newest backup of a desa's box stands, and the backup that the box was restored from.
backups = Table(
    "backups",
    METADATA,
    int_column("node", key=True),
    int_column("made_s"),
    int_column("reports"),
    text_column("why"),
    int_column("noted_s"),
    int_column("restored_s", null=True),
    int_column("restored_from_s", null=True),
)
# What a desa told of its officers' keys and of what it gave up for good.
key_news = Table(
    "key_news",
    METADATA,
    int_column("node", key=True),
    int_column("instance", key=True),
    int_column("seq", key=True),
    text_column("kind"),
    int_column("number"),
    text_column("text"),
    int_column("count"),
    int_column("at_s"),
)
# Entries that came in a later log of their box, so that none is folded twice.
carried = Table(
    "carried",
    METADATA,
    int_column("node", key=True),
    int_column("instance", key=True),
    int_column("seq", key=True),
    blob_column("hash", key=True),
)
# Which log a log goes on from, and up to which of its entries.
lineage = Table(
    "lineage",
    METADATA,
    int_column("node", key=True),
    int_column("instance", key=True),
    int_column("parent"),
    int_column("common"),
)
PROJECTION = (
    reports, history, outgoing, contacts, texts, orders, backups, key_news, carried, lineage
)  # fmt: skip
