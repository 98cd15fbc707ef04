"""What goes from the Polres to its desas by SMS, each with a counter of its own."""

import logging
from collections import deque
from typing import Final

from hardware.errors import SendRefused, SendUnknown
from hardware.modem import Modem
from server.air import carrier
from server.polres.air.taking import Reply
from server.polres.district import District
from server.polres.store import air
from sms.errors import UnsendableError
from sync.airtime import sealed
from sync.airtime.head import Head
from sync.airtime.window import Counter

log = logging.getLogger(__name__)
TRIES_MAX: Final = 3
WAITING_MAX: Final = 500


class Post:
    """Answers that wait to be sent, in RAM: a desa that gets none asks again.

    Args:
        district: the server.
    """

    def __init__(self, district: District) -> None:
        self._district = district
        self._waiting: deque[tuple[Reply, int]] = deque(maxlen=WAITING_MAX)
        self._counters: dict[tuple[int, int], Counter] = {}

    def add(self, replies: tuple[Reply, ...]) -> None:
        """Queue answers."""
        self._waiting.extend((reply, 0) for reply in replies)

    def send_one(self, modem: Modem) -> bool:
        """Send the oldest answer; False when there is none.

        Raises:
            HardwareError: the modem is gone; the answer waits.
        """
        if not self._waiting:
            return False
        reply, tries = self._waiting[0]
        head = Head(reply.kind, reply.node, self._counter(reply).take())
        octets = sealed.seal_air(reply.key, head, reply.body)
        try:
            modem.send(*carrier.submit(reply.number, octets, reply.form))
        except (SendRefused, UnsendableError) as error:
            self._waiting.popleft()
            if tries + 1 < TRIES_MAX and isinstance(error, SendRefused):
                self._waiting.append((reply, tries + 1))
            log.info("air answer refused", extra={"node": reply.node, "kind": reply.kind.name})
            return False
        except SendUnknown:
            log.info("air answer uncertain", extra={"node": reply.node})
        self._waiting.popleft()
        log.info("air answer sent", extra={"node": reply.node, "kind": reply.kind.name})
        return True

    def _counter(self, reply: Reply) -> Counter:
        place = (reply.node, reply.instance)
        if place not in self._counters:
            self._counters[place] = Counter(lambda count: self._reserve(place, count))
        return self._counters[place]

    def _reserve(self, place: tuple[int, int], count: int) -> int:
        with self._district.write() as connection:
            return air.reserve(connection, *place, count)
