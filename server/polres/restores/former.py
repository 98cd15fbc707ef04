"""Boxes that a desa does not use any more: their logs end, and what still comes is kept apart."""

from dataclasses import replace

from server.polres.store import nodes, restores
from server.polres.store.engine import Connection
from server.polres.store.journals import PolresStore
from server.polres.store.nodes import Node
from server.polres.store.restores import Former
from sync.chain import LogId
from sync.entry import Log


def retire(connection: Connection, node: Node, now_s: int) -> None:
    """End the log that a desa's box writes; called before another takes its place."""
    if node.public is None:
        return
    head = PolresStore(connection).head(LogId(node.node, Log.UP, node.instance))
    flagged = head.seq + 1 if node.flagged_from is None else node.flagged_from
    ended = Former(node.node, node.instance, node.public, now_s, node.revoked_s, flagged)
    restores.add_former(connection, ended)
    nodes.forget_runs(connection, node.node)


def as_former(connection: Connection, node: Node, instance: int) -> Node | None:
    """A desa as it was while a former box spoke for it; None when there was none."""
    found = restores.former(connection, node.node, instance)
    if found is None:
        return None
    return replace(
        node,
        instance=found.instance,
        public=found.public,
        revoked_s=found.revoked_s,
        flagged_from=found.flagged_from,
    )
