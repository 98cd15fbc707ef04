"""Which operator's brand a number, a SIM or a network is; Indonesian numbers do not move."""

from enum import StrEnum
from typing import Final

from sms.phone import parse_phone


class Brand(StrEnum):
    """Brands whose SIMs call each other at their own tariff."""

    TELKOMSEL = "telkomsel"
    INDOSAT = "indosat"
    XL = "xl"
    AXIS = "axis"
    TRI = "tri"
    SMARTFREN = "smartfren"
    BYU = "by.u"


NAMES: Final[dict[Brand, str]] = {
    Brand.TELKOMSEL: "Telkomsel",
    Brand.INDOSAT: "Indosat",
    Brand.XL: "XL",
    Brand.AXIS: "Axis",
    Brand.TRI: "Tri",
    Brand.SMARTFREN: "Smartfren",
    Brand.BYU: "by.U",
}
"""How people write them; by.U has neither numbers nor a network that would tell it apart."""

# The first four digits of a national number, 08xx.
_PREFIXES: Final[dict[Brand, str]] = {
    Brand.TELKOMSEL: "0811 0812 0813 0821 0822 0823 0851 0852 0853",
    Brand.INDOSAT: "0814 0815 0816 0855 0856 0857 0858",
    Brand.XL: "0817 0818 0819 0859 0877 0878 0879",
    Brand.AXIS: "0831 0832 0833 0838",
    Brand.TRI: "0895 0896 0897 0898 0899",
    Brand.SMARTFREN: "0881 0882 0883 0884 0885 0886 0887 0888 0889",
}
# Mobile country and network code, the first five digits of an IMSI (ITU-T E.212).
_NETWORKS: Final[dict[Brand, str]] = {
    Brand.TELKOMSEL: "51010 51020",
    Brand.INDOSAT: "51001 51021",
    Brand.XL: "51011",
    Brand.AXIS: "51008",
    Brand.TRI: "51089",
    Brand.SMARTFREN: "51009 51028",
}


def _by_digits(table: dict[Brand, str]) -> dict[str, Brand]:
    return {digits: operator for operator, words in table.items() for digits in words.split()}


_BY_PREFIX: Final = _by_digits(_PREFIXES)
_BY_NETWORK: Final = _by_digits(_NETWORKS)


def brand_of_number(number: str) -> Brand | None:
    """The operator of a mobile number in any spelling; None for one that no table names."""
    phone = parse_phone(number)
    return None if phone is None else _BY_PREFIX.get(f"0{phone[3:6]}")


def brand_of_imsi(imsi: str) -> Brand | None:
    """The operator that gave out a SIM; None for a foreign one, or one that tells nothing."""
    return _BY_NETWORK.get(imsi[:5])


def brand_of_network(told: str) -> Brand | None:
    """The operator of a network by what +COPS tells of it: its number, or its name."""
    known = _BY_NETWORK.get(told)
    if known is not None:
        return known
    word = told.casefold()
    return next((one for one in Brand if word.startswith(one.value)), None)


def shown(told: str) -> str:
    """A network's name as people write it; what no table names stays as it was told."""
    operator = brand_of_network(told)
    return told if operator is None else NAMES[operator]
