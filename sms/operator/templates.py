"""The operators of Indonesia: their networks, the codes that tell the balance, their answers."""

import re
from dataclasses import dataclass
from typing import Final

_INDONESIA: Final = "510"
_NETWORK: Final = re.compile(r"\d{5}")


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator, or a brand that sells over its network.

    Attributes:
        name: as people write it.
        networks: MCC and MNC of its SIM cards (ITU-T E.212); brands without one of their own
            have none and are chosen by name only.
        codes: USSD codes that tell balance and validity, the likeliest first. Operators change
            them without notice; `[credit] ussd` overrides all of them.
        labels: words that stand before the balance in its answers, beside those that all use.
        leads: its answer may begin with the amount itself, without a word before it.
        senders: names under which it sends SMS, in small letters without spaces.
    """

    name: str
    networks: frozenset[str]
    codes: tuple[str, ...]
    labels: tuple[str, ...] = ()
    leads: bool = False
    senders: frozenset[str] = frozenset()


OPERATORS: Final = (
    Operator(
        "Telkomsel",
        frozenset({"51010"}),
        ("*888#", "*889#"),
        senders=frozenset({"telkomsel", "mytelkomsel", "tselinfo", "simpati", "kartuas", "loop"}),
    ),
    Operator(
        "by.U",
        frozenset(),
        ("*888#", "*808#"),
        labels=("saldo pulsamu",),
        senders=frozenset({"byu", "by.u"}),
    ),
    Operator(
        "Indosat",
        frozenset({"51001", "51021"}),
        ("*123#", "*123*7*3#"),
        labels=("pulsautama", "plsutama", "mainbalance"),
        senders=frozenset({"indosat", "im3", "im3ooredoo", "isat", "myim3", "ooredoo"}),
    ),
    Operator(
        "Tri",
        frozenset({"51089"}),
        ("*123#", "*111*1#", "*111#"),
        labels=("plsmu",),
        leads=True,
        senders=frozenset({"tri", "3", "3indonesia", "bimatri", "bima+", "triindonesia"}),
    ),
    Operator(
        "XL",
        frozenset({"51011"}),
        ("*123#", "*123*7#"),
        leads=True,
        senders=frozenset({"xl", "xlaxiata", "myxl", "xl-axiata", "xlsmart", "xlprepaid"}),
    ),
    Operator(
        "Axis",
        frozenset({"51008"}),
        ("*123#", "*888#"),
        leads=True,
        senders=frozenset({"axis", "axisnet"}),
    ),
    Operator(
        "Smartfren",
        frozenset({"51009", "51028"}),
        ("*999#", "*995#", "*888#"),
        senders=frozenset({"smartfren", "mysf", "smart"}),
    ),
)
"""What is known of them; a code that fails is followed by the next one on the next occasion."""

ANY: Final = Operator("", frozenset(), ("*888#", "*123#"))
"""A SIM of an operator that is not in the list."""


def operator_of(network: str) -> Operator:
    """The operator of a SIM.

    Args:
        network: an IMSI, or its first five digits: MCC 510 and the MNC (3GPP TS 23.003, 2.2).
    """
    return next((one for one in OPERATORS if network[:5] in one.networks), ANY)


def operator_named(name: str) -> Operator:
    """The operator or brand of that name, in any spelling; `ANY` for others."""
    plain = _plain(name)
    return next((one for one in OPERATORS if _plain(one.name) == plain), ANY)


def is_network(network: str) -> bool:
    """Whether these are MCC and MNC of an Indonesian network."""
    return network.startswith(_INDONESIA) and _NETWORK.fullmatch(network) is not None


def writes_as(sender: str) -> Operator | None:
    """The operator that sends SMS under such a name, None where none does."""
    plain = sender.casefold().replace(" ", "")
    return next((one for one in OPERATORS if plain in one.senders), None)


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))
