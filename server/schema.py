"""Tables of the node itself: accounts of officers, counters, figures of the last hours."""

from sqlite_utils import Database, Migrations

migrations = Migrations("server")


@migrations()
def m001_accounts(db: Database) -> None:
    """Accounts hold only what a login needs; nothing in them opens a report by itself."""
    db.execute(
        "create table accounts (name text primary key, salt blob not null,"
        " memory_mib integer not null, passes integer not null, verifier blob not null,"
        " public blob not null, sealed_secret blob not null) without rowid"
    )
    db.execute(
        "create table counters (name text primary key, value integer not null) without rowid"
    )


@migrations()
def m002_hours(db: Database) -> None:
    """Counts and signal of each hour, in clear: no numbers of people, no words."""
    db.execute(
        "create table traffic_hours (hour integer primary key, received integer not null,"
        " sent integer not null, withheld integer not null, calls integer not null)"
    )
    db.execute(
        "create table signal_hours (hour integer not null, radio text not null,"
        " samples integer not null, total integer not null, least integer not null,"
        " most integer not null, primary key (hour, radio)) without rowid"
    )
