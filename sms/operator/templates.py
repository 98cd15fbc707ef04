"""What each operator is asked for the balance, how it answers, and under which names it writes."""

from dataclasses import dataclass
from typing import Final

from sms.operator.brands import Brand, brand_of_imsi


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator, or a brand that sells over its network.

    Attributes:
        brand: None for one that is not in the list.
        codes: USSD codes that tell balance and validity, the likeliest first. Operators change
            them without notice; `[credit] ussd` overrides all of them.
        labels: words that stand before the balance in its answers, beside those that all use.
        leads: its answer may begin with the amount itself, without a word before it.
        senders: names under which it sends SMS, in small letters without spaces.
    """

    brand: Brand | None
    codes: tuple[str, ...]
    labels: tuple[str, ...] = ()
    leads: bool = False
    senders: frozenset[str] = frozenset()


OPERATORS: Final = (
    Operator(
        Brand.TELKOMSEL,
        ("*888#", "*889#"),
        senders=frozenset({"telkomsel", "mytelkomsel", "tselinfo", "simpati", "kartuas", "loop"}),
    ),
    Operator(
        Brand.BYU,
        ("*888#", "*808#"),
        labels=("saldo pulsamu",),
        senders=frozenset({"byu", "by.u"}),
    ),
    Operator(
        Brand.INDOSAT,
        ("*123#", "*123*7*3#"),
        labels=("pulsautama", "plsutama", "mainbalance"),
        senders=frozenset({"indosat", "im3", "im3ooredoo", "isat", "myim3", "ooredoo"}),
    ),
    Operator(
        Brand.TRI,
        ("*123#", "*111*1#", "*111#"),
        labels=("plsmu",),
        leads=True,
        senders=frozenset({"tri", "3", "3indonesia", "bimatri", "bima+", "triindonesia"}),
    ),
    Operator(
        Brand.XL,
        ("*123#", "*123*7#"),
        leads=True,
        senders=frozenset({"xl", "xlaxiata", "myxl", "xl-axiata", "xlsmart", "xlprepaid"}),
    ),
    Operator(
        Brand.AXIS,
        ("*123#", "*888#"),
        leads=True,
        senders=frozenset({"axis", "axisnet"}),
    ),
    Operator(
        Brand.SMARTFREN,
        ("*999#", "*995#", "*888#"),
        senders=frozenset({"smartfren", "mysf", "smart"}),
    ),
)
"""What is known of them; a code that fails is followed by the next one on the next occasion."""

ANY: Final = Operator(None, ("*888#", "*123#"))
"""A SIM of an operator that is not in the list."""


def operator_of(network: str) -> Operator:
    """The operator of a SIM.

    Args:
        network: an IMSI, or its first five digits: MCC 510 and the MNC (3GPP TS 23.003, 2.2).
    """
    brand = brand_of_imsi(network)
    return next((one for one in OPERATORS if one.brand is brand), ANY)


def writes_as(sender: str) -> Operator | None:
    """The operator that sends SMS under such a name, None where none does."""
    plain = sender.casefold().replace(" ", "")
    return next((one for one in OPERATORS if plain in one.senders), None)
