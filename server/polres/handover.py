"""Session keys that go back to a desa: what the decision needs, and what follows from it."""

from dataclasses import dataclass
from typing import Protocol

from server.domain import events as e
from server.polres.district import District
from server.polres.down import downlog
from server.polres.rules import returns
from server.polres.rules.returns import Held, NeedPerson, Refuse, Return, Situation
from server.polres.store import nodes, reports
from server.polres.store.engine import Connection
from server.polres.store.nodes import Node, SessionRow


class Wish(Protocol):
    """Who asks for which keys, on whatever road."""

    @property
    def ram_key(self) -> bytes:
        """RAM key of the run."""

    @property
    def wanted(self) -> tuple[bytes, ...]:
        """Ids of the sessions."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A request for keys and what is known about it.

    Attributes:
        node: the desa as it was before the request.
        network: where the request came from; None is not judged.
        fresh: nobody can have said it before.
        new_run: its RAM key was never heard before.
        road: what the journal says of the road, "" for the usual one.
    """

    node: Node
    request: Wish
    network: str | None
    now_s: int
    fresh: bool
    new_run: bool
    road: str = ""


def give(
    connection: Connection, district: District, asking: Asking
) -> tuple[tuple[bytes, ...], bool]:
    """The contents of wraps that go back, and whether the desa must wait for a person.

    A request that may have been said before gets nothing, spends nothing and changes nothing.
    """
    node, now_s = asking.node, asking.now_s
    situation = _situation(connection, asking)
    decision = returns.decide(situation)
    if not (asking.fresh or asking.new_run):
        return (), isinstance(decision, NeedPerson)
    trusted = returns.unusual(situation) is None
    granted = False
    given: tuple[bytes, ...] = ()
    match decision:
        case Return():
            given = _hand_over(connection, district, asking, decision)
            granted = decision.granted
            reason = decision.asks
        case NeedPerson():
            reason = decision.reason
        case Refuse():
            reason, trusted = decision.reason, False
    if granted or (trusted and asking.fresh):
        nodes.change(
            connection,
            node.node,
            trusted_run=situation.run,
            trusted_network=asking.network or node.trusted_network,
            trusted_s=now_s,
        )
    nodes.change(connection, node.node, keys_reason=None if reason is None else reason.value)
    return given, isinstance(decision, NeedPerson | Refuse)


def trust(connection: Connection, asking: Asking) -> bool:
    """Whether a sign of life is of a run that goes on or follows as usual; then it is trusted."""
    trusted = returns.unusual(_situation(connection, asking)) is None
    if trusted and asking.node.revoked_s is None:
        nodes.change(
            connection,
            asking.node.node,
            trusted_run=asking.request.ram_key,
            trusted_s=asking.now_s,
        )
    return trusted


def _hand_over(
    connection: Connection, district: District, asking: Asking, decision: Return
) -> tuple[bytes, ...]:
    if not decision.sessions:
        return ()
    node = nodes.get(connection, asking.node.node) or asking.node
    reason = "otomatis"
    if decision.granted:
        reason = f"diizinkan {node.grant_by or ''}".strip()
        nodes.change(connection, node.node, grant_until_s=None, grant_by=None)
    reason = f"{reason} {asking.road}".strip()
    count = len(decision.sessions)
    run, now_s = asking.request.ram_key, asking.now_s
    nodes.add_return(connection, node.node, run, count, reason, now_s)
    downlog.append(connection, district, node, e.KeysReturned(count, reason), now_s)
    rows = (nodes.session(connection, node.node, one) for one in decision.sessions)
    return tuple(
        district.keys.reveal("session", node.node, row.content) for row in rows if row is not None
    )


def _situation(connection: Connection, asking: Asking) -> Situation:
    node = asking.node
    rows = (nodes.session(connection, node.node, one) for one in set(asking.request.wanted))
    wanted = [row for row in rows if row]
    open_ones = _open_sessions(connection, node) if wanted else frozenset()
    held = [_held(row, row.session in open_ones) for row in wanted]
    return Situation(
        now_s=asking.now_s,
        run=asking.request.ram_key,
        network=asking.network,
        trusted_run=node.trusted_run,
        trusted_network=node.trusted_network,
        trusted_s=node.trusted_s,
        past=nodes.past_returns(connection, node.node, asking.now_s - returns.DAY_S),
        revoked=node.revoked_s is not None,
        granted_until_s=node.grant_until_s,
        wanted=tuple(sorted(held, key=lambda one: (one.started_s, one.session))),
        enrolled_s=node.enrolled_s or 0,
    )


def _held(row: SessionRow, open_report: bool) -> Held:  # noqa: FBT001 -- a column of its row
    return Held(row.session, row.started_s, row.first_seen_s, open_report, row.last_entry_s)


def _open_sessions(connection: Connection, node: Node) -> frozenset[bytes]:
    """Sessions in which a report that is not closed has an entry."""
    return frozenset(one.session for one in reports.open_entries(connection, node.node))
