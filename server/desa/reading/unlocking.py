"""Opening older sessions aside: slice by slice, and what follows when all of it lies open."""

import logging
import time
from collections.abc import Callable

from server.desa import orders
from server.desa.node import Node
from sync.roads import backoff

log = logging.getLogger(__name__)
RETRY_S = 5.0
RETRY_S_MAX = 600.0


class Unlocker:
    """Opens what keys have come for; called again and again while the node runs.

    Args:
        node: the node; from here on an unlock no longer holds everybody up.
        go_on: asked between slices; a node that leaves does not finish.
        now: the monotonic clock.
    """

    def __init__(
        self, node: Node, go_on: Callable[[], bool], now: Callable[[], float] = time.monotonic
    ) -> None:
        self._node = node
        self._go_on = go_on
        self._now = now
        self._owes = False
        self._failures = 0
        self._due_s = 0.0
        node.ledger.aside = True

    def tick(self) -> bool:
        """Fold anew with keys that came; True when that opened something.

        After a fault the old tables stay and the keys wait, longer each time.
        """
        if self._now() < self._due_s:
            return False
        try:
            opened = self._node.ledger.refold(self._go_on)
            self._owes = self._owes or opened
            if self._owes:
                orders.opened(self._node, self._now())
                orders.apply(self._node, self._now())
                self._owes = False
        except Exception:
            log.exception("opening older sessions failed")
            self._failures += 1
            wait_s = backoff.delay_s(self._failures, RETRY_S, 0.5, RETRY_S_MAX)
            self._due_s = self._now() + wait_s
            return False
        self._failures = 0
        return opened
