"""Our own numbers: which of them belongs to which modem."""

from server.desa.node import Node
from sms.phone import Phone, parse_phone, show

_UNKNOWN = "nomor kotak"


def numbers(node: Node) -> tuple[Phone, ...]:
    """Numbers of our SIM cards, in the order of the settings."""
    return tuple(filter(None, map(parse_phone, node.settings.modem.numbers)))


def number_of(node: Node, name: str) -> Phone | None:
    """The number of a modem's SIM: the only one there is, or that of its place among the modems.

    While a modem is missing, the places of the others are not known.
    """
    radios = tuple(node.health.radios.values())
    known, names = numbers(node), sorted(one.name for one in radios if one.sim)
    if len(names) <= 1:
        return known[0] if len(known) == 1 else None
    place = names.index(name) if name in names else len(known)
    return known[place] if len(known) == len(names) and place < len(known) else None


def shown(node: Node, name: str) -> str:
    """The same as people read it on a page, or a word for it."""
    number = number_of(node, name)
    return _UNKNOWN if number is None else show(number)


def dialled(node: Node, name: str) -> str:
    """The same as people dial it, for an SMS: short, and it can be tapped."""
    number = number_of(node, name)
    return _UNKNOWN if number is None else f"0{number.removeprefix('+62')}"
