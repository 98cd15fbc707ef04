"""Tables of the node itself: accounts of officers, counters, accepted SIM cards."""

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
def m002_sims(db: Database) -> None:
    """Which SIM each modem may send with; both only as marks that tell no number."""
    db.execute("create table sims (modem text primary key, sim text not null) without rowid")
