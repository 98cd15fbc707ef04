"""Rows about desas: who they are, their cards, sessions, forks, key returns and officers."""

from dataclasses import asdict, dataclass
from functools import cache

from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.dialects.sqlite import insert

from server.polres.store.prepared import Prepared, where
from server.polres.store.tables import schema

Cell = int | str | bytes | None
_NODES, _CARDS, _COUNTERS = schema.nodes, schema.cards, schema.counters
_UNIT_WRAPS = schema.unit_wraps
_SESSIONS, _DOWN, _OFFICERS = schema.session_keys, schema.down_sessions, schema.officer_requests
_RUNS, _RETURNS = schema.runs, schema.returns
_COUNTER = Prepared(select(_COUNTERS.c.value).where(where(_COUNTERS, "name")))
_SET = insert(_COUNTERS)
_SET_COUNTER = Prepared(
    _SET.on_conflict_do_update(index_elements=["name"], set_={"value": _SET.excluded.value})
)
_GET = Prepared(select(_NODES).where(where(_NODES, "node")))
_DUTY = Prepared(
    select(schema.duty_keys.c.content).where(where(schema.duty_keys, "node", "instance"))
)
_SESSION = Prepared(select(_SESSIONS).where(where(_SESSIONS, "node", "session")))
_SESSION_IDS = Prepared(select(_SESSIONS.c.session).where(where(_SESSIONS, "node")))
_UNIT_IDS = Prepared(select(_UNIT_WRAPS.c.session).where(where(_UNIT_WRAPS, "node")))
_ADD_UNIT = Prepared(insert(_UNIT_WRAPS).on_conflict_do_nothing())
_ADD_SESSION = Prepared(insert(_SESSIONS).on_conflict_do_nothing())
_TOUCH = Prepared(update(_SESSIONS).where(where(_SESSIONS, "node", "session")), ("last_entry_s",))
_ADD_RUN = Prepared(insert(_RUNS).on_conflict_do_nothing())
_RUNS_LIKE = Prepared(
    select(_RUNS.c.run).where(
        where(_RUNS, "node"), func.substr(_RUNS.c.run, 1, bindparam("long")) == bindparam("mark")
    )
)
_DOWN_SESSION = Prepared(select(_DOWN.c.content).where(where(_DOWN, "node", "session")))
_PAST = Prepared(
    select(_RETURNS.c.at_s, _RETURNS.c.run).where(
        where(_RETURNS, "node"), _RETURNS.c.at_s >= bindparam("since_s")
    )
)


@dataclass(frozen=True, slots=True)
class Node:
    """A desa as the Polres knows it; columns as in `schema.nodes`."""

    node: int
    name: str
    instance: int
    public: bytes | None
    enrolled_s: int | None
    down_instance: int
    people_version: int
    people: bytes
    last_contact_s: int | None
    announced_seq: int
    state: str
    revoked_s: int | None
    flagged_from: int | None
    trusted_run: bytes | None
    trusted_network: str | None
    trusted_s: int | None
    keys_reason: str | None
    grant_until_s: int | None
    grant_by: str | None
    issued_s: int | None
    fresh_s: int | None


@dataclass(frozen=True, slots=True)
class CardRow:
    """The desa's one valid card; `public` and `certificate` are set once it was used."""

    node: int
    code: bytes
    expires_s: int
    tries: int
    public: bytes | None
    certificate: bytes | None


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session of a desa with its hidden wrap; `last_entry_s` is when we last took an entry."""

    node: int
    session: bytes
    content: bytes
    started_s: int
    first_seen_s: int
    last_entry_s: int | None = None


@dataclass(frozen=True, slots=True)
class OfficerRow:
    """An officer who asked to be put on a desa's list."""

    node: int
    instance: int
    seq: int
    name: str
    key: bytes
    state: str
    by: str | None
    asked_s: int
    decided_s: int | None


def counter(connection: Connection, name: str) -> int:
    """A counter of the server, 0 when it was never set."""
    return _COUNTER.value(connection, of_name=name) or 0


def set_counter(connection: Connection, name: str, value: int) -> None:
    """Set a counter of the server."""
    _SET_COUNTER.run(connection, name=name, value=value)


def get(connection: Connection, node: int) -> Node | None:
    """One desa."""
    row = _GET.first(connection, of_node=node)
    return None if row is None else Node(*row)


def every(connection: Connection) -> tuple[Node, ...]:
    """All desas by number."""
    return tuple(Node(*row) for row in connection.execute(select(_NODES).order_by(_NODES.c.node)))


def add(connection: Connection, node: int, name: str, people: bytes) -> None:
    """A desa that holds a card and was not heard yet."""
    connection.execute(
        _NODES.insert().values(
            node=node,
            name=name,
            instance=0,
            down_instance=1,
            people_version=1,
            people=people,
            announced_seq=0,
            state="",
        )
    )


def change(connection: Connection, node: int, **values: Cell) -> None:
    """Set columns of one desa."""
    _changing(tuple(values)).run(connection, of_node=node, **values)


@cache
def _changing(names: tuple[str, ...]) -> Prepared:
    return Prepared(update(_NODES).where(where(_NODES, "node")), names)


def follow(connection: Connection, node: int, instance: int, public: bytes, now_s: int) -> None:
    """Take a box as the desa's: nothing that was noted of the one before holds for it."""
    change(
        connection,
        node,
        instance=instance,
        public=public,
        enrolled_s=now_s,
        last_contact_s=now_s,
        announced_seq=0,
        state="",
        revoked_s=None,
        flagged_from=None,
        trusted_run=None,
        trusted_network=None,
        trusted_s=None,
        keys_reason=None,
        grant_until_s=None,
        grant_by=None,
        fresh_s=None,
    )


def card(connection: Connection, node: int) -> CardRow | None:
    """The desa's card."""
    row = connection.execute(select(_CARDS).where(_CARDS.c.node == node)).first()
    return None if row is None else CardRow(*row)


def put_card(connection: Connection, made: CardRow) -> None:
    """Replace the desa's card; the one before is worth nothing from here on."""
    connection.execute(_CARDS.delete().where(_CARDS.c.node == made.node))
    connection.execute(_CARDS.insert().values(asdict(made)))


def duty(connection: Connection, node: int, instance: int) -> bytes | None:
    """The hidden duty key of an instance of a desa."""
    content: bytes | None = _DUTY.value(connection, of_node=node, of_instance=instance)
    return content


def add_duty(connection: Connection, node: int, instance: int, content: bytes) -> None:
    """Keep the hidden duty key of a new instance."""
    connection.execute(
        schema.duty_keys.insert().values(node=node, instance=instance, content=content)
    )


def session(connection: Connection, node: int, session_id: bytes) -> SessionRow | None:
    """A session of a desa."""
    row = _SESSION.first(connection, of_node=node, of_session=session_id)
    return None if row is None else SessionRow(*row)


def session_ids(connection: Connection, node: int) -> frozenset[bytes]:
    """Ids of all sessions of a desa."""
    return frozenset(one for (one,) in _SESSION_IDS.run(connection, of_node=node))


def unit_ids(connection: Connection, node: int) -> frozenset[bytes]:
    """Ids of the sessions whose wraps for Propam are kept."""
    return frozenset(one for (one,) in _UNIT_IDS.run(connection, of_node=node))


def add_unit_wrap(connection: Connection, node: int, session_id: bytes, box: bytes) -> None:
    """Keep a wrap that only Propam opens; the first one stays."""
    _ADD_UNIT.run(connection, node=node, session=session_id, box=box)


def unit_wraps(connection: Connection) -> tuple[tuple[int, bytes, bytes], ...]:
    """(node, session, wrap) of every session."""
    rows = connection.execute(select(_UNIT_WRAPS))
    return tuple((row.node, row.session, row.box) for row in rows)


def add_session(connection: Connection, made: SessionRow) -> bool:
    """Keep a session's wrap; False when it was known."""
    return _ADD_SESSION.adds(connection, **asdict(made))


def touch_session(connection: Connection, node: int, session_id: bytes, at_s: int) -> None:
    """Note that an entry of a session was taken."""
    _TOUCH.run(connection, of_node=node, of_session=session_id, last_entry_s=at_s)


def add_run(connection: Connection, node: int, run: bytes) -> bool:
    """Note the RAM key of a run; False when it was known."""
    return _ADD_RUN.adds(connection, node=node, run=run)


def forget_runs(connection: Connection, node: int) -> None:
    """Another box speaks for the desa: no run before speaks in short any more."""
    connection.execute(schema.runs.delete().where(schema.runs.c.node == node))


def runs_like(connection: Connection, node: int, mark: bytes) -> tuple[bytes, ...]:
    """RAM keys of a desa's runs that begin with these octets."""
    rows = _RUNS_LIKE.run(connection, of_node=node, long=len(mark), mark=mark)
    return tuple(run for (run,) in rows)


def down_session(connection: Connection, node: int, session_id: bytes) -> bytes | None:
    """The hidden wrap of a session of our log to a desa."""
    content: bytes | None = _DOWN_SESSION.value(connection, of_node=node, of_session=session_id)
    return content


def add_down_session(
    connection: Connection, node: int, session_id: bytes, content: bytes, started_s: int
) -> None:
    """Keep a session of our log to a desa; known ones stay as they are."""
    connection.execute(
        insert(_DOWN)
        .values(node=node, session=session_id, content=content, started_s=started_s)
        .on_conflict_do_nothing()
    )


def add_fork(  # noqa: PLR0913 -- one column each
    connection: Connection,
    node: int,
    instance: int,
    seq: int,
    *,
    ours: bytes | None,
    theirs: bytes,
    proof: bytes,
    found_s: int,
) -> None:
    """Keep the proof of two histories; the same one is kept once."""
    table = schema.forks
    known = select(table.c.id).where(
        table.c.node == node,
        table.c.instance == instance,
        table.c.seq == seq,
        table.c.theirs == theirs,
    )
    if connection.execute(known).first() is None:
        connection.execute(
            table.insert().values(
                node=node,
                instance=instance,
                seq=seq,
                ours=ours,
                theirs=theirs,
                proof=proof,
                found_s=found_s,
            )
        )


def forks(connection: Connection, node: int, instance: int) -> int:
    """How many forks of an instance were proven."""
    table = schema.forks
    return (
        connection.scalar(
            select(func.count()).where(table.c.node == node, table.c.instance == instance)
        )
        or 0
    )


def forked_s(connection: Connection, node: int, instance: int) -> int | None:
    """When the first fork of an instance was found."""
    table = schema.forks
    found: int | None = connection.scalar(
        select(func.min(table.c.found_s)).where(table.c.node == node, table.c.instance == instance)
    )
    return found


def past_returns(connection: Connection, node: int, since_s: int) -> tuple[tuple[int, bytes], ...]:
    """(time, run) of key returns since a moment."""
    return tuple(_PAST.run(connection, of_node=node, since_s=since_s))


def add_return(
    connection: Connection, node: int, run: bytes, count: int, reason: str, at_s: int
) -> None:
    """Note a key return."""
    connection.execute(
        schema.returns.insert().values(node=node, run=run, count=count, reason=reason, at_s=at_s)
    )


def add_officer(connection: Connection, asked: OfficerRow) -> None:
    """Note an officer's request; the same entry again changes nothing."""
    connection.execute(
        insert(_OFFICERS)
        .values(
            node=asked.node,
            instance=asked.instance,
            seq=asked.seq,
            name=asked.name,
            key=asked.key,
            state=asked.state,
            by=asked.by,
            asked_s=asked.asked_s,
            decided_s=asked.decided_s,
        )
        .on_conflict_do_nothing()
    )


def waiting_officers(connection: Connection, node: int) -> tuple[OfficerRow, ...]:
    """Officers of a desa who wait for a person at the Polres, oldest first."""
    rows = connection.execute(
        select(_OFFICERS)
        .where(_OFFICERS.c.node == node, _OFFICERS.c.state == "waiting")
        .order_by(_OFFICERS.c.instance, _OFFICERS.c.seq)
    )
    return tuple(OfficerRow(*row) for row in rows)


def drop_officer(connection: Connection, node: int, key: bytes, by: str, decided_s: int) -> None:
    """Note that a listed key was taken off the list."""
    connection.execute(
        update(_OFFICERS)
        .where(_OFFICERS.c.node == node, _OFFICERS.c.key == key, _OFFICERS.c.state == "listed")
        .values(state="dropped", by=by, decided_s=decided_s)
    )


def decide_officer(
    connection: Connection, asked: OfficerRow, state: str, by: str, decided_s: int
) -> None:
    """Note what became of a request."""
    connection.execute(
        update(_OFFICERS)
        .where(
            _OFFICERS.c.node == asked.node,
            _OFFICERS.c.instance == asked.instance,
            _OFFICERS.c.seq == asked.seq,
        )
        .values(state=state, by=by, decided_s=decided_s)
    )
