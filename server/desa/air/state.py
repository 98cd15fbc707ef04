"""What the air road remembers in RAM."""

from dataclasses import dataclass, field
from typing import Final

from server.air.carrier import Form
from sync.airtime.window import Counter

RETRIES_S: Final = (60.0, 300.0, 1_800.0, 7_200.0, 21_600.0)
"""How long a message that wants an answer waits for it before it goes again."""


@dataclass(slots=True)
class Try:
    """Something that goes by air until it is answered.

    Attributes:
        seen_s: when it was first seen, monotonic seconds.
        due_s: not before then.
        tries: how often it went.
        form: how it went last.
    """

    seen_s: float
    due_s: float = 0.0
    tries: int = 0
    form: Form | None = None

    def went(self, form: Form, now_s: float) -> None:
        """It was sent; it is due again after a while."""
        self.form = form
        self.due_s = now_s + RETRIES_S[min(self.tries, len(RETRIES_S) - 1)]
        self.tries += 1


@dataclass(slots=True)
class AirState:
    """The air road of one run.

    Attributes:
        acked: number of our last entry that the Polres is known to hold; None until looked at.
        looked_to: entries up to this number were looked at.
        owed: urgent reports that neither an exchange nor the air brought, by entry.
        met_s: when an exchange last succeeded; None for not in this run.
        missed_s: since when every exchange failed; None while the last one succeeded.
        asking: the request for session keys.
        asks_looked_s: when it was last seen which keys are wanted.
        wanted: those keys' sessions.
        beat_s: when the last heartbeat of this run went.
        answered_by: counter of each message that waits for its answer, with its form.
        in_hand: a modem is at work on a message.
        learned: sessions whose keys came and that were not looked through yet.
    """

    acked: int | None = None
    looked_to: int = 0
    owed: dict[int, Try] = field(default_factory=dict)
    met_s: float | None = None
    missed_s: float | None = None
    asking: Try | None = None
    asks_looked_s: float | None = None
    wanted: tuple[bytes, ...] = ()
    beat_s: float | None = None
    beat_due_s: float = 0.0
    answered_by: dict[int, Form] = field(default_factory=dict)
    in_hand: bool = False
    learned: int = 0
    counter: Counter | None = None
    enrolled: bool = False

    def met(self, now_s: float, acked: int) -> None:
        """An exchange succeeded, and the Polres holds our entries up to this one."""
        self.met_s, self.missed_s = now_s, None
        self.acked = max(self.acked or 0, acked)

    def missed(self, now_s: float) -> None:
        """An exchange failed."""
        if self.missed_s is None:
            self.missed_s = now_s

    def roadless(self, now_s: float, started_s: float, patience_s: float) -> bool:
        """Whether no exchange is to be hoped for now."""
        if self.missed_s is not None:
            return True
        return self.met_s is None and now_s - started_s >= patience_s
