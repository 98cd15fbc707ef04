"""The board: how each modem is, where pages, commands and the other modems' threads read it."""

from dataclasses import replace

from server.desa.desk import ModemMood
from server.desa.node import Node
from server.desa.state.radio import RadioState, summary


def state(node: Node, name: str) -> RadioState:
    """What was put up last; a modem of which nothing is known is absent."""
    return node.health.radios.get(name) or RadioState(name, ModemMood.ABSENT)


def put(node: Node, after: RadioState) -> None:
    """Put up how a modem is; pages are woken only by what is new."""
    health = node.health
    with node.database.lock:
        before = health.radios.get(after.name)
        if before == after:
            return
        health.radios = {**health.radios, after.name: after}
        told = summary(health.radios.values())
        health.modem, health.modem_trouble = told.mood, told.trouble
        health.signal_percent = told.signal_percent
        # How full the memory is changes with every text; nobody waits for that.
        if before is None or replace(before, memories=after.memories) != after:
            node.projection.touch()


def rename(node: Node, before: str, after: str, number: int) -> str:
    """Take down what stands under a name that a modem no longer has; gives its new name.

    Args:
        node: the node.
        before: its name until now.
        after: the name that it wants; "" keeps the old one.
        number: of its thread, for a name that another modem has.
    """
    with node.database.lock:
        others = {name: one for name, one in node.health.radios.items() if name != before}
        wanted = f"{after}-{number}" if after in others else after
        if not wanted or wanted == before:
            return before
        node.health.radios = others
        return wanted
