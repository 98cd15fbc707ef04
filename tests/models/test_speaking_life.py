"""Texts that go out beside a plain count: refusing networks, dying modems, cuts at any moment."""

import shutil
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from world import CODE, World

from hardware.errors import HardwareError, PortGone, SendRefused, SendUnknown
from hardware.modem import Slot
from server.desa import steps
from server.domain.decide import Decision
from server.domain.react import Notice
from server.polres.down import orders
from sms import outbox, pdu
from sms.outbox import State

NUMBERS = ("+6281234567890", "+6281298765432")
PURPOSES = st.sampled_from(["ack", "officer", "alarm", "news"])
ENDS = {State.WITHHELD, State.EXPIRED, State.FAILED}
TRIES = 12


class Cut(Exception):
    """The power goes."""


class Radio:
    """A modem that does what it is told to do, and what the network heard of it."""

    sim_id = ""

    def __init__(self) -> None:
        self.out: Counter[str] = Counter()
        self.next: Exception | None = None
        self.heard = True

    def list(self) -> tuple[Slot, ...]:
        return ()

    def forget_all(self, slots: object) -> None:
        """Nothing lies in it."""

    def send(self, length: int, hex_pdu: str) -> int:
        del length
        failure, self.next = self.next, None
        if failure is None or self.heard:
            self.out[pdu.decode_submit(hex_pdu).text] += 1
        if failure is not None:
            raise failure
        return sum(self.out.values()) % 256


class Speaking(RuleBasedStateMachine):
    """One village that has much to say."""

    @initialize()
    def begin(self) -> None:
        """Nothing to say yet."""
        self.folder = Path(tempfile.mkdtemp(prefix="kentongan-"))
        self.world = World(self.folder)
        self.world.exchange()
        self.radio = Radio()
        self.queued: list[str] = []

    @rule(to=st.sampled_from(NUMBERS), purpose=PURPOSES, again=st.booleans())
    def queue(self, to: str, purpose: str, *, again: bool) -> None:
        """Something is to be said; perhaps for a cause that was answered already."""
        again = again and bool(self.queued)
        words = self.queued[-1] if again else f"Kabar nomor {len(self.queued)} untuk Anda."
        notice = Notice(to, words, None, purpose)
        node, cause = self.world.node, f"cause {words}"
        stamp = node.stamp(self.world.mono_s)
        node.ledger.record(stamp, Decision((), (notice,)), cause=cause)
        if not again:
            self.queued.append(words)

    @rule(
        how=st.sampled_from(["taken", "refused", "unsure", "unknown", "gone"]), heard=st.booleans()
    )
    def speak(self, how: str, *, heard: bool) -> None:
        """The next text is handed over, and something comes of it."""
        failures = {
            "taken": None, "refused": SendRefused(38), "unsure": SendRefused(500),
            "unknown": SendUnknown("?"), "gone": PortGone("gone"),
        }  # fmt: skip
        self.radio.next = failures[how]
        self.radio.heard = heard and how in {"unsure", "unknown"}
        self._say()
        self.radio.next = None

    @rule(heard=st.booleans())
    def cut(self, *, heard: bool) -> None:
        """The power goes while a text is handed over."""
        self.radio.next, self.radio.heard = Cut(), heard
        self._say()
        self.radio.next = None
        self._start()

    @rule()
    def restart(self) -> None:
        """The power goes while nothing is said."""
        self._start()

    @rule(minutes=st.sampled_from([1, 5, 61]))
    def wait(self, minutes: int) -> None:
        """Time passes."""
        self.world.mono_s += 60 * minutes

    @precondition(lambda self: hasattr(self, "radio"))
    @invariant()
    def nothing_is_said_oftener_than_twice_or_counted_too_little(self) -> None:
        """Twice only where nobody could tell; and the credit is counted before, not after."""
        db = self.world.node.database.connection
        assert all(count <= outbox.UNCERTAIN_MAX for count in self.radio.out.values())
        assert outbox.spent_since(db, 0) >= sum(self.radio.out.values())
        assert sum(outbox.counts(db).values()) == len(self.queued)
        said = self.radio.out.keys()
        counts = outbox.counts(db)
        assert counts["sent"] + counts["delivered"] <= len(said)

    def teardown(self) -> None:
        """With a sound modem everything is said, or has ended for a reason that is written."""
        if not hasattr(self, "world"):
            return
        try:
            for _ in range(TRIES):
                self.world.mono_s += 120
                while self._say():
                    self.world.mono_s += 1
            db = self.world.node.database.connection
            unsaid = len(set(self.queued) - self.radio.out.keys())
            ended = sum(outbox.counts(db)[state] for state in ENDS)
            assert unsaid <= ended
            assert sum(outbox.reasons(db).values()) == ended
        finally:
            self.world.node.database.close()
            self.world.district.close()
            shutil.rmtree(self.folder)

    def _say(self) -> bool:
        self.world.mono_s += 1
        try:
            outcome = steps.speak(self.world.node, self.radio, self.world.mono_s)
        except (HardwareError, Cut):
            return True
        return outcome.result is steps.Result.DONE

    def _start(self) -> None:
        self.world.restart()
        orders.grant_keys(self.world.district, CODE, "spkt", self.world.wall_s())
        self.world.exchange()
        self.world.exchange()


TestSpeaking = Speaking.TestCase
TestSpeaking.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
