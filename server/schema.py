"""Tables of the node itself: accounts, counters, SIM cards and their life, hours, backups."""

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
def m002_credit(db: Database) -> None:
    """What each prepaid SIM has left and when it was last heard; no number, only its mark."""
    db.execute(
        "create table credit (sim text primary key, balance_rp integer, valid_until text,"
        " told_s integer, sure integer not null, told_day integer not null,"
        " spent_that_day integer not null, asked_s integer, why text not null) without rowid"
    )
    db.execute(
        "create table credit_days (sim text not null, day integer not null,"
        " balance_rp integer not null, primary key (sim, day)) without rowid"
    )
    db.execute(
        "create table credit_warned (sim text not null, warning text not null,"
        " primary key (sim, warning)) without rowid"
    )
    db.execute(
        "create table hearing (sim text primary key, heard_s integer not null, tested_s integer,"
        " operator text not null, smsc text not null, nonce text not null,"
        " deaf integer not null) without rowid"
    )


@migrations()
def m003_hours(db: Database) -> None:
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


@migrations()
def m004_sims(db: Database) -> None:
    """Which SIM each modem may send with; both only as marks that tell no number."""
    db.execute("create table sims (modem text primary key, sim text not null) without rowid")


@migrations()
def m005_air(db: Database) -> None:
    """The air road: counters, the window of each instance, what went and was answered."""
    db.execute(
        "create table air_state (name text primary key, value integer not null) without rowid"
    )
    db.execute(
        "create table air_windows (instance integer primary key, highest integer not null,"
        " seen blob not null)"
    )
    db.execute(
        "create table air_reports (instance integer not null, seq integer not null,"
        " tries integer not null, answered integer not null,"
        " primary key (instance, seq)) without rowid"
    )
    db.execute("create table air_days (day integer primary key, sms integer not null)")


@migrations()
def m007_keys(db: Database) -> None:
    """What signs an officer's keys as they change, and what was given up for good.

    `delegation` is the identity's word for the key of the row, `next_delegation` for that of
    `pending`: the next row, until the officer's phone has shown that it has its key. `recovery`
    opens with the words on a card. `lost` are sessions that a recovered officer had wraps of.
    """
    for column in ("identity", "delegation", "recovery", "pending", "next_delegation"):
        db.execute(f"alter table accounts add column {column} blob not null default x''")
    db.execute("alter table accounts add column renewed integer not null default 0")
    db.execute(
        "create table erasures (number integer primary key, asked_s integer not null,"
        " reports integer not null, told text, complete_s integer)"
    )
    db.execute(
        "create table lost (session blob not null, name text not null, until_s integer not null,"
        " primary key (session, name)) without rowid"
    )
    db.execute(
        "create table erased (session blob primary key, number integer not null) without rowid"
    )
    db.execute(
        "create table erased_tickets (ticket integer primary key, instance integer not null,"
        " seq integer not null, number integer not null)"
    )
    db.execute(
        "create table remnants (id blob primary key, number integer not null,"
        " bundle blob not null) without rowid"
    )


@migrations()
def m008_backup(db: Database) -> None:
    """Which backups were made on which stick, what their drill said, and what hinders one."""
    db.execute(
        "create table backups (number integer primary key, instance integer not null,"
        " stick text not null, folder text not null, made_s integer not null,"
        " octets integer not null, entries integer not null, reports integer not null,"
        " drill text not null)"
    )
    db.execute(
        "create table backup_folders (folder text primary key, since_s integer not null,"
        " tried_s integer not null, trouble text not null) without rowid"
    )


@migrations()
def m009_backlog(db: Database) -> None:
    """What each road carried in each month (e.g. 202611), in octets, and its last success."""
    db.execute(
        "create table road_months (road text not null, month integer not null,"
        " up integer not null, down integer not null, primary key (road, month)) without rowid"
    )
    db.execute(
        "create table road_successes (road text primary key, at_s integer not null) without rowid"
    )


@migrations()
def m011_exchange_keys(db: Database) -> None:
    """Exchange keys that the Polres' root announced after that of the card.

    `in_clear` says that one came in answer to what the Polres could not open any more.
    """
    db.execute(
        "create table exchange_keys (number integer primary key, announced blob not null,"
        " in_clear integer not null) without rowid"
    )
