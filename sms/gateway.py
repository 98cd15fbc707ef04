"""The five brakes: whether an answer may be sent now, and if not, why; pure."""

from collections import deque
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from sms.outbox import Purpose
from sms.phone import SenderKind, sender_kind

HOUR_S = 3_600
DAY_S = 86_400
SAME_TEXT_MAX = 3
ECHO_SIMILARITY = 0.8
TREND_WINDOW_S = 1_800
TREND_RATIO = 1.5
TREND_SENDS_MIN = 20
NO_BUDGET = "anggaran SMS hari ini habis"


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits of the brakes: counts of SMS parts, from the settings."""

    per_sender_day: int
    per_hour: int
    per_day: int
    reserved: int


@dataclass(frozen=True, slots=True)
class Spent:
    """Parts that went out, as counted on disk without any number."""

    hour: int
    day: int


@dataclass(slots=True)
class Traffic:
    """What the brakes remember, in RAM only: times of texts from and to each number.

    Times are seconds of a clock that never runs back; `spoken` is the last text to each number.
    """

    received: dict[str, deque[tuple[float, str]]] = field(default_factory=dict)
    answered: dict[str, deque[float]] = field(default_factory=dict)
    spoken: dict[str, str] = field(default_factory=dict)
    sent_at: deque[float] = field(default_factory=deque)
    received_at: deque[float] = field(default_factory=deque)

    def hear(self, sender: str, text: str, now_s: float) -> None:
        """A text came in."""
        self.received.setdefault(sender, deque(maxlen=10)).append((now_s, fingerprint(text)))
        self.received_at.append(now_s)
        _forget(self.received_at, now_s - TREND_WINDOW_S)

    def speak(self, recipient: str, purpose: Purpose, now_s: float, text: str = "") -> None:
        """A text went out.

        Only automatic answers make the trend: an officer at work writes more than comes in.
        """
        self.spoken[recipient] = fingerprint(text)
        if purpose is Purpose.ACK:
            self.answered.setdefault(recipient, deque()).append(now_s)
            self.sent_at.append(now_s)
            _forget(self.sent_at, now_s - TREND_WINDOW_S)

    def answers_today(self, recipient: str, now_s: float) -> int:
        """Automatic answers to a number in the last 24 hours."""
        times = self.answered.get(recipient, deque())
        _forget(times, now_s - DAY_S)
        return len(times)


def fingerprint(text: str) -> str:
    """A text without case, spaces and the digits in which robots vary."""
    return "".join("0" if c.isdigit() else c for c in text.casefold() if not c.isspace())


def brake(
    recipient: str,
    purpose: Purpose,
    traffic: Traffic,
    spent: Spent,
    budget: Budget,
    now_s: float,
) -> str | None:
    """Why a text must not be sent now (Indonesian, a few words), or None.

    The brakes are independent: who (only mobile numbers), how often, what (repeated texts,
    our own words coming back), money, and the trend of the last half hour.
    """
    if sender_kind(recipient) is not SenderKind.MOBILE:
        return "bukan nomor HP"
    if purpose is not Purpose.ACK:
        return NO_BUDGET if spent.day >= budget.per_day else None
    if traffic.answers_today(recipient, now_s) >= budget.per_sender_day:
        return "batas jawaban untuk nomor ini"
    if _repeats(traffic, recipient, now_s):
        return "teks yang sama berulang"
    if _echoes(traffic, recipient):
        return "jawaban kami sendiri yang kembali"
    if spent.hour >= budget.per_hour or spent.day >= budget.per_day - budget.reserved:
        return "anggaran SMS habis"
    _forget(traffic.received_at, now_s - TREND_WINDOW_S)
    _forget(traffic.sent_at, now_s - TREND_WINDOW_S)
    if _runaway(traffic):
        return "terlalu banyak SMS keluar"
    return None


def _repeats(traffic: Traffic, sender: str, now_s: float) -> bool:
    recent = [print_ for at, print_ in traffic.received.get(sender, ()) if at > now_s - HOUR_S]
    return bool(recent) and recent.count(recent[-1]) >= SAME_TEXT_MAX


def _echoes(traffic: Traffic, sender: str) -> bool:
    """Whether a number's last text is mostly our own last one, as from a robot that quotes."""
    heard, said = traffic.received.get(sender), traffic.spoken.get(sender)
    if not heard or not said:
        return False
    likeness = SequenceMatcher(None, heard[-1][1][: 2 * len(said)], said)
    return likeness.quick_ratio() > ECHO_SIMILARITY and likeness.ratio() > ECHO_SIMILARITY


def _runaway(traffic: Traffic) -> bool:
    sends, arrivals = len(traffic.sent_at), len(traffic.received_at)
    return sends >= TREND_SENDS_MIN and sends > TREND_RATIO * max(arrivals, 1)


def _forget(times: deque[float], before_s: float) -> None:
    while times and times[0] < before_s:
        times.popleft()
