"""Which operator a mobile number or a SIM belongs to; Indonesian numbers do not move."""

from enum import StrEnum
from typing import Final

from sms.phone import parse_phone


class Operator(StrEnum):
    """Brands whose SIMs call each other at their own tariff."""

    TELKOMSEL = "telkomsel"
    INDOSAT = "indosat"
    XL = "xl"
    AXIS = "axis"
    TRI = "tri"
    SMARTFREN = "smartfren"


NAMES: Final[dict[Operator, str]] = {
    Operator.TELKOMSEL: "Telkomsel",
    Operator.INDOSAT: "Indosat",
    Operator.XL: "XL",
    Operator.AXIS: "Axis",
    Operator.TRI: "Tri",
    Operator.SMARTFREN: "Smartfren",
}
"""How people write them."""

# The first four digits of a national number, 08xx.
_PREFIXES: Final[dict[Operator, str]] = {
    Operator.TELKOMSEL: "0811 0812 0813 0821 0822 0823 0851 0852 0853",
    Operator.INDOSAT: "0814 0815 0816 0855 0856 0857 0858",
    Operator.XL: "0817 0818 0819 0859 0877 0878 0879",
    Operator.AXIS: "0831 0832 0833 0838",
    Operator.TRI: "0895 0896 0897 0898 0899",
    Operator.SMARTFREN: "0881 0882 0883 0884 0885 0886 0887 0888 0889",
}
# Mobile country and network code, the first five digits of an IMSI (ITU-T E.212).
_NETWORKS: Final[dict[Operator, str]] = {
    Operator.TELKOMSEL: "51010 51020",
    Operator.INDOSAT: "51001 51021",
    Operator.XL: "51011",
    Operator.AXIS: "51008",
    Operator.TRI: "51089",
    Operator.SMARTFREN: "51009 51028",
}


def _by_digits(table: dict[Operator, str]) -> dict[str, Operator]:
    return {digits: operator for operator, words in table.items() for digits in words.split()}


_BY_PREFIX: Final = _by_digits(_PREFIXES)
_BY_NETWORK: Final = _by_digits(_NETWORKS)


def operator_of_number(number: str) -> Operator | None:
    """The operator of a mobile number in any spelling; None for one that no table names."""
    phone = parse_phone(number)
    return None if phone is None else _BY_PREFIX.get(f"0{phone[3:6]}")


def operator_of_imsi(imsi: str) -> Operator | None:
    """The operator that gave out a SIM; None for a foreign one, or one that tells nothing."""
    return _BY_NETWORK.get(imsi[:5])


def operator_of_network(told: str) -> Operator | None:
    """The operator of a network by what +COPS tells of it: its number, or its name."""
    known = _BY_NETWORK.get(told)
    if known is not None:
        return known
    word = told.casefold()
    return next((one for one in Operator if word.startswith(one.value)), None)


def shown(told: str) -> str:
    """A network's name as people write it; what no table names stays as it was told."""
    operator = operator_of_network(told)
    return told if operator is None else NAMES[operator]
