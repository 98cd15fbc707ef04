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
