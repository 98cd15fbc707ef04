"""The rush after an outage: of many texts, those of people in need are read first."""

from server.desa.node import Node
from server.desa.reading.whole import classified
from server.domain.reading.labels import Urgency
from sms.segments import Assembly, Complete

SOME = 40
"""So many texts are read before the lock is let go, and what they brought may leave."""


def first(node: Node, texts: tuple[Assembly, ...]) -> tuple[Assembly, ...]:
    """The same texts, those of a number that is in need before all others.

    The texts of one number keep their order: a word about a report comes after it.
    """
    if len(texts) <= SOME:
        node.in_need = {}
        return texts
    known = node.in_need
    node.in_need = {
        one.row_ids[0]: known[one.row_ids[0]] if one.row_ids[0] in known else _in_need(one)
        for one in texts
    }
    senders = {one.sender for one in texts if node.in_need[one.row_ids[0]]}
    return tuple(sorted(texts, key=lambda one: one.sender not in senders))


def _in_need(text: Assembly) -> bool:
    return isinstance(text, Complete) and classified(text.text).urgency is Urgency.DARURAT
