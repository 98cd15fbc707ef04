"""The five brakes: whether a text may be sent now, and if not, why; pure."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from sms.likeness import NEAR_LETTERS, fingerprint, near, our_words
from sms.outbox import Purpose
from sms.phone import SenderKind, parse_phone, sender_kind

HOUR_S: Final = 3_600
DAY_S: Final = 86_400
SAME_TEXT_MAX: Final = 3
TREND_WINDOW_S: Final = 1_800
TREND_RATIO: Final = 1.5
TREND_SENDS_MIN: Final = 20
# So many texts of a number in a row that nobody understood make it one that is not understood.
UNCLEAR_TEXTS: Final = 3
# A backlog is what has waited longer than this; of it a number gets one answer.
BACKLOG_S: Final = 600.0
_REMEMBERED_TEXTS: Final = 10
_REMEMBERED_SENDERS: Final = 1_000


class Brake(StrEnum):
    """The brakes by what they look at; the words stand in the journal behind `withheld:`."""

    WHO = "who"
    RATE = "rate"
    TEXT = "text"
    MONEY = "money"
    TREND = "trend"


@dataclass(frozen=True, slots=True)
class Pace:
    """Automatic answers that one number may get.

    Attributes:
        per_hour: in an hour.
        per_day: in 24 hours.
        urgent: in 24 hours, whatever the hour, while it has an open emergency.
        unclear: in 24 hours, while its last texts were not understood.
    """

    per_hour: int
    per_day: int
    urgent: int
    unclear: int


@dataclass(frozen=True, slots=True)
class Budget:
    """Parts that may be sent, from the settings.

    Attributes:
        per_hour: automatic answers in an hour.
        per_day: everything in a day.
        reserved: of the day, for people's answers and alarms.
        alarms: of these, for alarms alone.
    """

    per_hour: int
    per_day: int
    reserved: int
    alarms: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What the brakes go by; `own` are the numbers of our own SIMs in E.164."""

    pace: Pace
    budget: Budget
    own: frozenset[str] = frozenset()
    brakes: frozenset[Brake] = frozenset(Brake)


@dataclass(frozen=True, slots=True)
class Spent:
    """Parts that went out, as counted on disk without any number.

    Attributes:
        hour: in this hour.
        day: on this day.
        credit: parts that the SIM's balance still pays for; None while that is not known.
    """

    hour: int
    day: int
    credit: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A text that wants to go out; `emergency` says that its number has an open one."""

    to: str
    purpose: Purpose
    parts: int = 1
    emergency: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """Why a text does not go out (Indonesian, a few words); `waits` if it may later."""

    brake: Brake
    reason: str
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """A text that came in, as the brakes remember it."""

    at_s: float
    print: str
    understood: bool


@dataclass(slots=True)
class Traffic:
    """What the brakes remember, in RAM only: texts from and answers to each number.

    Times are seconds of a clock that never runs back; `spoken` is the last text to each number,
    `met` what it had written last when an automatic answer went out.
    """

    received: dict[str, deque[Heard]] = field(default_factory=dict)
    answered: dict[str, deque[float]] = field(default_factory=dict)
    spoken: dict[str, str] = field(default_factory=dict)
    met: dict[str, deque[Heard]] = field(default_factory=dict)
    sent_at: deque[float] = field(default_factory=deque)
    received_at: deque[float] = field(default_factory=deque)

    def hear(self, sender: str, text: str, now_s: float, *, understood: bool = True) -> None:
        """A text came in."""
        texts = self.received.pop(sender, None)
        if texts is None:
            texts = deque(maxlen=_REMEMBERED_TEXTS)
            if len(self.received) >= _REMEMBERED_SENDERS and self._has_quiet(now_s):
                self._forget_quiet(now_s)
        # The last who wrote stands last, so that the first one tells whether anybody is quiet.
        self.received[sender] = texts
        texts.append(Heard(now_s, fingerprint(text), understood))
        self.received_at.append(now_s)
        _forget(self.received_at, now_s - TREND_WINDOW_S)

    def expect(self, answers: int, now_s: float) -> None:
        """So many answers wait from before a start: the texts that they answer did come in."""
        self.received_at.extend([now_s] * answers)

    def speak(self, recipient: str, purpose: Purpose, now_s: float, text: str = "") -> None:
        """A text went out, or may have.

        Only automatic answers make the trend: an officer at work writes more than comes in.
        """
        self.spoken[recipient] = fingerprint(text)
        if purpose is Purpose.ACK:
            self.answered.setdefault(recipient, deque()).append(now_s)
            if heard := self.received.get(recipient):
                met = self.met.setdefault(recipient, deque(maxlen=_REMEMBERED_TEXTS))
                met.append(replace(heard[-1], at_s=now_s))
            self.sent_at.append(now_s)
            _forget(self.sent_at, now_s - TREND_WINDOW_S)

    def answers(self, recipient: str, now_s: float, window_s: float) -> int:
        """Automatic answers to a number within the last seconds, a day at most."""
        times = self.answered.get(recipient, deque())
        _forget(times, now_s - DAY_S)
        return sum(1 for at_s in times if at_s > now_s - window_s)

    def unclear(self, sender: str) -> bool:
        """Whether nobody understood the last texts of a number."""
        last = list(self.received.get(sender, ()))[-UNCLEAR_TEXTS:]
        return bool(last) and not any(heard.understood for heard in last)

    def _has_quiet(self, now_s: float) -> bool:
        longest = next(iter(self.received.values()))
        return longest[-1].at_s <= now_s - DAY_S

    def _forget_quiet(self, now_s: float) -> None:
        """Numbers that were silent for a day are forgotten, so that RAM stays bounded."""
        since_s = now_s - DAY_S
        self.received = {n: t for n, t in self.received.items() if t[-1].at_s > since_s}
        self.answered = {n: t for n, t in self.answered.items() if t and t[-1] > since_s}
        kept = self.received.keys() | self.answered.keys()
        self.spoken = {n: text for n, text in self.spoken.items() if n in kept}
        self.met = {n: texts for n, texts in self.met.items() if n in kept}


def allowance(to: str, traffic: Traffic, pace: Pace, *, emergency: bool) -> tuple[int, int]:
    """Automatic answers that a number may get (an hour, a day) as things stand with it."""
    if emergency:
        day = max(pace.urgent, pace.per_day)
        return day, day
    day = min(pace.unclear, pace.per_day) if traffic.unclear(to) else pace.per_day
    return min(pace.per_hour, day), day


def held(asked: Asked, traffic: Traffic, spent: Spent, limits: Limits, now_s: float) -> Held | None:
    """Why a text must not be sent now, or None.

    The brakes are independent: who (only mobile numbers, never our own), how often, what
    (repeated texts, our own words coming back), money, and the trend of the last half hour.
    People's answers and alarms are held by who and money alone.
    """
    facts = _Facts(asked, traffic, spent, limits, now_s)
    for brake, look in _LOOKS.items():
        if brake in limits.brakes and (found := look(facts)) is not None:
            return found
    return None


def closed(traffic: Traffic, spent: Spent, limits: Limits, now_s: float) -> dict[Purpose, Held]:
    """Purposes for which nothing at all goes out now, whoever it is for."""
    found: dict[Purpose, Held] = {}
    for purpose in Purpose:
        facts = _Facts(Asked("", purpose), traffic, spent, limits, now_s)
        for brake in (Brake.MONEY, Brake.TREND):
            if brake in limits.brakes and (why := _LOOKS[brake](facts)) is not None:
                found.setdefault(purpose, why)
    return found


def silent(purpose: Purpose, hour: int | None, night: tuple[int, int], *, urgent: bool) -> bool:
    """Whether a text waits for the morning: news and broadcasts do, never an answer to a text.

    Args:
        purpose: what it is for.
        hour: hour of the day as people of the desa read it, None while the clock is unsure.
        night: its first hour and the first hour after it; equal for no night.
        urgent: it belongs to an emergency, which waits for nothing.
    """
    if urgent or hour is None or purpose not in {Purpose.NEWS, Purpose.BROADCAST}:
        return False
    begins, ends = night
    return begins <= hour < ends if begins <= ends else hour >= begins or hour < ends


def merged(waiting: Iterable[tuple[int, str, int]]) -> frozenset[int]:
    """Texts of a backlog that must not go out, so that each recipient gets one.

    Args:
        waiting: (number of the row, recipient, weight). Of each recipient the newest of those
            with the greatest weight stays.
    """
    best: dict[str, tuple[int, int]] = {}
    rows = list(waiting)
    for number, to, weight in rows:
        best[to] = max(best.get(to, (0, 0)), (weight, number))
    return frozenset(number for number, to, _ in rows if best[to][1] != number)


@dataclass(frozen=True, slots=True)
class _Facts:
    asked: Asked
    traffic: Traffic
    spent: Spent
    limits: Limits
    now_s: float

    @property
    def automatic(self) -> bool:
        return self.asked.purpose is Purpose.ACK


def _who(facts: _Facts) -> Held | None:
    to = facts.asked.to
    if sender_kind(to) is not SenderKind.MOBILE:
        return Held(Brake.WHO, "bukan nomor HP")
    if parse_phone(to) in facts.limits.own:
        return Held(Brake.WHO, "nomor kotak ini sendiri")
    return None


def _rate(facts: _Facts) -> Held | None:
    to, traffic, now_s = facts.asked.to, facts.traffic, facts.now_s
    if not facts.automatic:
        return None
    pace = facts.limits.pace
    hour, day = allowance(to, traffic, pace, emergency=facts.asked.emergency)
    in_hour, in_day = traffic.answers(to, now_s, HOUR_S), traffic.answers(to, now_s, DAY_S)
    if in_day >= day:
        return Held(Brake.RATE, f"batas jawaban untuk nomor ini, {in_day} dalam sehari")
    if in_hour >= hour:
        return Held(Brake.RATE, f"batas jawaban untuk nomor ini, {in_hour} dalam satu jam")
    return None


def _text(facts: _Facts) -> Held | None:
    heard = facts.traffic.received.get(facts.asked.to)
    if not facts.automatic or not heard:
        return None
    last = heard[-1].print
    recent = [one.print for one in heard if one.at_s > facts.now_s - HOUR_S]
    # Whoever writes the same thrice while nothing answers is a person; a robot was answered.
    met = any(
        near(one.print, last)
        for one in facts.traffic.met.get(facts.asked.to, ())
        if one.at_s > facts.now_s - DAY_S
    )
    if last and met and sum(near(one, last) for one in recent) >= SAME_TEXT_MAX:
        return Held(Brake.TEXT, "teks yang sama berulang")
    said = facts.traffic.spoken.get(facts.asked.to, "")
    if our_words(last) or (len(said) >= NEAR_LETTERS and near(last[: len(said) + 8], said)):
        return Held(Brake.TEXT, "jawaban kami sendiri yang kembali")
    return None


def _money(facts: _Facts) -> Held | None:
    spent, budget = facts.spent, facts.limits.budget
    day, hour = spent.day + facts.asked.parts, spent.hour + facts.asked.parts
    match facts.asked.purpose:
        case Purpose.ALARM:
            short, in_hour = day > budget.per_day, False
        case Purpose.OFFICER | Purpose.NEWS:
            short, in_hour = day > budget.per_day - budget.alarms, False
        case Purpose.ACK | Purpose.BROADCAST:
            short, in_hour = day > budget.per_day - budget.reserved, hour > budget.per_hour
    if short or in_hour:
        span = "hari" if short else "jam"
        return Held(Brake.MONEY, f"anggaran SMS {span} ini habis", waits=True)
    # The network itself says whether it takes an alarm: a balance may be older than a top-up.
    if facts.asked.purpose is Purpose.ALARM or spent.credit is None:
        return None
    if spent.credit - facts.asked.parts < budget.alarms:
        return Held(Brake.MONEY, "pulsa hampir habis", waits=True)
    return None


def _trend(facts: _Facts) -> Held | None:
    traffic, since_s = facts.traffic, facts.now_s - TREND_WINDOW_S
    _forget(traffic.received_at, since_s)
    _forget(traffic.sent_at, since_s)
    sends, arrivals = len(traffic.sent_at), len(traffic.received_at)
    runaway = sends >= TREND_SENDS_MIN and sends > TREND_RATIO * max(arrivals, 1)
    if facts.automatic and runaway:
        return Held(Brake.TREND, "terlalu banyak SMS keluar", waits=True)
    return None


_LOOKS: Final[dict[Brake, Callable[[_Facts], Held | None]]] = {
    Brake.WHO: _who,
    Brake.RATE: _rate,
    Brake.TEXT: _text,
    Brake.MONEY: _money,
    Brake.TREND: _trend,
}


def _forget(times: deque[float], before_s: float) -> None:
    while times and times[0] < before_s:
        times.popleft()
