"""The sections of `kentongan.toml`: every key with its default, unit and meaning."""

from dataclasses import dataclass
from typing import Annotated

Plain = str | int | bool | tuple[str, ...]
PARTS_MOST = 100_000
"""More than any SIM could send; a budget beyond that would be none."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a key means, its unit, and what it may be.

    In a range, one of these words, phones, or categories each with a number of days.
    """

    text: str
    unit: str = ""
    least: int = 0
    most: int = 1_000_000_000
    words: tuple[str, ...] = ()
    phones: bool = False
    days: bool = False


@dataclass(frozen=True, slots=True)
class Desa:
    """The desa that the box serves."""

    code: Annotated[str, Meaning("Kemendagri code, e.g. 52.04.07.2001")] = ""
    name: Annotated[str, Meaning("name of the desa as villagers read it")] = ""
    zone: Annotated[
        str,
        Meaning(
            "time zone on pages and in answers: WIB, WITA or WIT", words=("WIB", "WITA", "WIT")
        ),
    ] = "WITA"


@dataclass(frozen=True, slots=True)
class Polres:
    """The district server."""

    name: Annotated[str, Meaning("name of the Polres as people read it")] = ""
    url: Annotated[str, Meaning("where the desa reaches the Polres")] = ""
    exchange_every_s: Annotated[int, Meaning("how often an exchange is tried", "s", least=1)] = 60
    timeout_s: Annotated[int, Meaning("how long a road may be silent", "s", least=1)] = 60


@dataclass(frozen=True, slots=True)
class Modem:
    """The GSM modems."""

    ports: Annotated[
        tuple[str, ...],
        Meaning("candidate ttys, * and ? allowed; auto for every USB port; none: no modem"),
    ] = ()
    count: Annotated[int, Meaning("how many modems to run at once", least=1, most=4)] = 1
    list_every_s: Annotated[
        int, Meaning("how often both memories are listed anyway", "s", least=1)
    ] = 15
    patience_percent: Annotated[
        int,
        Meaning(
            "how long the driver waits for answers and how far apart its resets stay, of the usual",
            "%",
            least=1,
            most=1_000,
        ),
    ] = 100
    numbers: Annotated[
        tuple[str, ...],
        Meaning(
            "numbers of its own SIM cards, in the order of the modems' names in `desa status`;"
            " nothing is ever sent to them but the test whether a SIM still hears",
            phones=True,
        ),
    ] = ()


@dataclass(frozen=True, slots=True)
class Texts:
    """Incoming texts of several parts."""

    parts_wait_min: Annotated[
        int,
        Meaning(
            "how long a text waits for missing parts before it is shown with gaps",
            "min",
            least=1,
            most=10_080,
        ),
    ] = 15
    parts_keep_days: Annotated[
        int,
        Meaning("how long parts that come later still complete it", "days", least=1, most=3_650),
    ] = 90


@dataclass(frozen=True, slots=True)
class Web:
    """The local pages."""

    host: Annotated[str, Meaning("address to listen on")] = "127.0.0.1"
    port: Annotated[int, Meaning("TCP port", most=65_535)] = 8080
    hosts: Annotated[
        tuple[str, ...], Meaning("further names and addresses that it is called by")
    ] = ()


@dataclass(frozen=True, slots=True)
class Answers:
    """The brakes on outgoing texts."""

    per_sender_hour: Annotated[int, Meaning("automatic answers to one number", "SMS an hour")] = 3
    per_sender_day: Annotated[int, Meaning("automatic answers to one number", "SMS a day")] = 6
    per_sender_urgent: Annotated[
        int, Meaning("the same while the number has an open emergency", "SMS a day")
    ] = 10
    per_sender_unclear: Annotated[
        int, Meaning("the same while its last texts were not understood", "SMS a day")
    ] = 3
    per_hour: Annotated[
        int, Meaning("automatic answers in all", "parts an hour", most=PARTS_MOST)
    ] = 30
    per_day: Annotated[int, Meaning("all texts in all", "parts a day", most=PARTS_MOST)] = 120
    reserved: Annotated[
        int, Meaning("kept of the day's parts for officers and alarms", "parts")
    ] = 30
    reserved_alarms: Annotated[int, Meaning("kept of these for alarms alone", "parts")] = 10
    answer_parts: Annotated[
        int, Meaning("how long an officer's answer may be", "parts", least=1, most=3)
    ] = 1
    night_from_h: Annotated[
        int, Meaning("hour from which news and reminders wait for the morning", "h", most=23)
    ] = 22
    night_to_h: Annotated[
        int, Meaning("hour until which they wait; equal to the first for no night", "h", most=23)
    ] = 5


@dataclass(frozen=True, slots=True)
class Credit:
    """The prepaid credit of the SIM cards."""

    ussd: Annotated[
        str, Meaning("USSD code that tells the balance; empty for the operator's own")
    ] = ""
    ask_every_h: Annotated[
        int, Meaning("how often the balance is asked", "h", least=1, most=720)
    ] = 24
    ask_after_sms: Annotated[
        int, Meaning("asked also after so many parts went out", "parts", least=1)
    ] = 30
    low_rp: Annotated[int, Meaning("below this people are warned", "Rp")] = 10_000
    sms_price_rp: Annotated[
        int,
        Meaning("price of a part, to keep what the alarms need; 0 where an SMS package pays", "Rp"),
    ] = 350
    test_after_h: Annotated[
        int,
        Meaning("hours without a text until the box sends one to itself; 0 for never", "h"),
    ] = 24


@dataclass(frozen=True, slots=True)
class Air:
    """The air road: SMS between the box's modem and a modem at the Polres."""

    number: Annotated[
        str,
        Meaning("desa: number of the modem at the Polres; empty: nothing goes by air", phones=True),
    ] = ""
    after_s: Annotated[
        int,
        Meaning(
            "how long an urgent report waits for an exchange before it goes by air;"
            " not at all while exchanges fail",
            "s",
            most=86_400,
        ),
    ] = 30
    heartbeat_h: Annotated[
        int,
        Meaning("how often a heartbeat goes while no exchange succeeds; 0 for never", "h", most=24),
    ] = 1
    per_day: Annotated[
        int, Meaning("SMS of the air road in a day, some of them kept for urgent reports", "SMS")
    ] = 40
    form: Annotated[
        str,
        Meaning(
            "octets, text, or auto: text after some SMS of octets had no answer",
            words=("auto", "octets", "text"),
        ),
    ] = "auto"
    text_after: Annotated[
        int, Meaning("after how many unanswered SMS of octets text is tried", "SMS", least=1)
    ] = 2


@dataclass(frozen=True, slots=True)
class Login:
    """Cost of one guess at a passphrase (argon2id)."""

    memory_mib: Annotated[int, Meaning("memory of one guess", "MiB", least=1, most=4_095)] = 64
    passes: Annotated[int, Meaning("passes over that memory", least=1)] = 3


@dataclass(frozen=True, slots=True)
class Backup:
    """The backup of the whole box; see docs/operating.md."""

    folders: Annotated[
        tuple[str, ...], Meaning("where sticks or disks for the backup are mounted")
    ] = ()
    at_h: Annotated[int, Meaning("hour of the night", "h", most=23)] = 2
    keep: Annotated[int, Meaning("backups kept on each stick", least=1, most=365)] = 7
    warn_days: Annotated[
        int, Meaning("days without a backup until people are warned", "days", least=1, most=365)
    ] = 3


@dataclass(frozen=True, slots=True)
class Lock:
    """When what an officer opened is closed again."""

    idle_min: Annotated[
        int, Meaning("an officer's login ends after so long without him", "min", least=1, most=720)
    ] = 15
    forget_min: Annotated[
        int,
        Meaning(
            "keys of older sessions that owe nothing are forgotten so long after an officer",
            "min",
            least=1,
            most=1_440,
        ),
    ] = 30


@dataclass(frozen=True, slots=True)
class Retention:
    """How long the village keeps what is over; open reports stay for ever."""

    days: Annotated[
        int, Meaning("closed reports are erased so long after the last entry; 0 for never", "days")
    ] = 730
    categories: Annotated[
        tuple[str, ...],
        Meaning("categories with days of their own, such as kdrt 1825; 0 for never", days=True),
    ] = ("kdrt 1825", "pelecehan 1825")
    notes_days: Annotated[
        int, Meaning("texts and calls that became no report; 0 for never", "days")
    ] = 365
    every_days: Annotated[
        int,
        Meaning("at most one erasure in so long: each asks every officer to log in", "days"),
    ] = 30

    def of(self, category: str) -> int:
        """Days that a category is kept; 0 for ever."""
        chosen = dict(item.split() for item in self.categories)
        return int(chosen.get(category, self.days))


@dataclass(frozen=True, slots=True)
class Lamp:
    """The lamp on the box."""

    led: Annotated[
        str, Meaning("name of a lamp under /sys/class/leds, e.g. ACT; empty for none")
    ] = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole file, one attribute a section."""

    desa: Desa = Desa()
    polres: Polres = Polres()
    modem: Modem = Modem()
    texts: Texts = Texts()
    web: Web = Web()
    answers: Answers = Answers()
    credit: Credit = Credit()
    air: Air = Air()
    login: Login = Login()
    backup: Backup = Backup()
    lock: Lock = Lock()
    retention: Retention = Retention()
    lamp: Lamp = Lamp()


Section = (
    Desa | Polres | Modem | Texts | Web | Answers | Credit | Air | Login | Backup | Lock
    | Retention | Lamp
)  # fmt: skip
SECTIONS: dict[str, type[Section]] = {
    "desa": Desa,
    "polres": Polres,
    "modem": Modem,
    "texts": Texts,
    "web": Web,
    "answers": Answers,
    "credit": Credit,
    "air": Air,
    "login": Login,
    "backup": Backup,
    "lock": Lock,
    "retention": Retention,
    "lamp": Lamp,
}
