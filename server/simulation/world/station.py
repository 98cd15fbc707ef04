"""The Polres' server as its boxes reach it: the functions behind its machine addresses."""

import logging
from dataclasses import dataclass, field

from server.polres import enrolment, gate, quick
from server.polres.district import District
from server.polres.enrolment import Reply
from server.polres.restores import claims
from server.polres.rotation import answering
from server.simulation.outside.disk import Injected
from sync.errors import CardRefused, MalformedFrame, NotEnrolled, PolresBusy, StrangePage, SyncError
from sync.restores.claim import CLAIM_PATH
from sync.roads.http import ENROL_PATH, EXCHANGE_PATH, KEY_PATH, QUICK_PATH

log = logging.getLogger(__name__)
BUSY = 503
_REFUSALS: dict[int, type[SyncError]] = {
    400: MalformedFrame, 403: NotEnrolled, 409: CardRefused, 410: CardRefused, BUSY: PolresBusy,
}  # fmt: skip


@dataclass(slots=True)
class Station:
    """An open district, and how often each address was called."""

    district: District
    calls: dict[str, int] = field(default_factory=dict)

    def serve(self, path: str, octets: bytes, network: str | None, now_s: int) -> Reply:
        """Answer a POST as the machine pages do; a fault is a plain 503."""
        self.calls[path] = self.calls.get(path, 0) + 1
        try:
            if path == ENROL_PATH:
                return enrolment.admit(self.district, octets, now_s)
            if path == QUICK_PATH:
                return quick.ask(self.district, octets, now_s)
            if path == CLAIM_PATH:
                return claims.claim(self.district, octets, now_s)
            if path == KEY_PATH:
                return answering.show(self.district, octets, now_s)
            if path == EXCHANGE_PATH:
                return gate.exchange(self.district, octets, network, now_s)
        except Injected:
            return Reply(BUSY)
        except Exception:
            log.exception("exchange failed")
            return Reply(BUSY)
        return Reply(404)


def answered(reply: Reply) -> bytes:
    """The body of an answer; a refusal is the error that a road makes of it."""
    if reply.status != 200:
        raise _REFUSALS.get(reply.status, StrangePage)
    return reply.octets
