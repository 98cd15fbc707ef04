"""Tables of texts in the desa's SQLite file: inbox with its slots, outbox, budget counts."""

from sqlite_utils import Database, Migrations

migrations = Migrations("sms")


@migrations()
def m001_texts(db: Database) -> None:
    """Sealed rows; what changes stands in clear columns of its own."""
    db.execute(
        "create table inbox (id integer primary key autoincrement, session blob not null,"
        " body blob not null, day integer not null, state text not null,"
        " perhaps_copy_of integer references inbox(id))"
    )
    db.execute("create index inbox_by_state on inbox(state)")
    db.execute(
        "create table slots (sim text not null, memory text not null, slot integer not null,"
        " length integer not null, tag integer not null,"
        " inbox_id integer not null references inbox(id),"
        " primary key (sim, memory, slot)) without rowid"
    )
    db.execute(
        "create table outbox (id integer primary key autoincrement, key text not null unique,"
        " session blob not null, shape integer not null, body blob not null,"
        " purpose text not null, ticket integer not null, urgent integer not null,"
        " state text not null, reason text, attempts integer not null default 0,"
        " reference integer, day integer not null)"
    )
    db.execute("create index outbox_by_state on outbox(state)")
    db.execute(
        "create table spent (day integer not null, hour integer not null, parts integer not null,"
        " primary key (day, hour)) without rowid"
    )


@migrations()
def m002_parts(db: Database) -> None:
    """Answers of several parts, each with its reference; how often a text may have gone out."""
    db.execute("alter table outbox add column parts integer not null default 1")
    db.execute("alter table outbox add column uncertain integer not null default 0")
    db.execute(
        "update outbox set uncertain = attempts - (state = 'submitting')"
        " where state in ('unknown', 'submitting')"
    )
    db.execute(
        "create table sent_parts (outbox_id integer not null references outbox(id),"
        " part integer not null, reference integer not null, delivered integer not null default 0,"
        " primary key (outbox_id, part)) without rowid"
    )
    db.execute(
        "insert into sent_parts (outbox_id, part, reference, delivered)"
        " select id, 1, reference, state = 'delivered' from outbox where reference is not null"
    )
    db.execute("create index sent_parts_by_reference on sent_parts(reference)")
    db.execute("alter table outbox drop column reference")


@migrations()
def m003_gaps(db: Database) -> None:
    """What became of a slot's text; which report the parts of an incomplete text began."""
    db.execute("alter table slots add column state text not null default 'held'")
    db.execute("alter table slots add column again integer not null default 0")
    db.execute("alter table inbox add column ticket text")


@migrations()
def m004_copies(db: Database) -> None:
    """Which rows are perhaps copies of a row, found quickly."""
    db.execute(
        "create index inbox_by_original on inbox(perhaps_copy_of) where perhaps_copy_of is not null"
    )
