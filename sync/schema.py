"""Tables of both journals, sessions and peers in the desa's SQLite file."""

from sqlite_utils import Database, Migrations

migrations = Migrations("sync")


@migrations()
def m001_journals(db: Database) -> None:
    """Entries, frames, sessions with their wraps, and what is known of the other side."""
    db.execute(
        "create table entries (node integer not null, log integer not null,"
        " instance integer not null, seq integer not null, header blob not null,"
        " body blob not null, hash blob not null,"
        " primary key (node, log, instance, seq)) without rowid"
    )
    db.execute(
        "create table frames (node integer not null, log integer not null,"
        " instance integer not null, first integer not null, last integer not null,"
        " frame blob not null, primary key (node, log, instance, last)) without rowid"
    )
    db.execute(
        "create table sessions (number integer primary key, id blob not null unique,"
        " day integer not null, list_version integer not null)"
    )
    db.execute(
        "create table wraps (session blob not null, role text not null, recipient blob not null,"
        " box blob not null, primary key (session, role, recipient)) without rowid"
    )
    db.execute("create table peers (name text primary key, value blob not null) without rowid")
