"""Which operator a number, a SIM and a network belong to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.operator.prefixes import (
    NAMES,
    Operator,
    operator_of_imsi,
    operator_of_network,
    operator_of_number,
    shown,
)


@pytest.mark.parametrize(
    ("number", "operator"),
    [
        ("0812-3456-7890", Operator.TELKOMSEL),
        ("+6285712345678", Operator.INDOSAT),
        ("6281712345678", Operator.XL),
        ("083112345678", Operator.AXIS),
        ("0895 1234 5678", Operator.TRI),
        ("+6288112345678", Operator.SMARTFREN),
        ("0866 1234 5678", None),
        ("TELKOMSEL", None),
        ("123", None),
        ("", None),
    ],
)
def test_a_number_in_any_spelling_has_its_operator(number: str, operator: Operator | None) -> None:
    assert operator_of_number(number) is operator


def test_a_sim_and_a_network_have_theirs() -> None:
    assert operator_of_imsi("510100123456789") is Operator.TELKOMSEL
    assert operator_of_imsi("510891234567890") is Operator.TRI
    assert operator_of_imsi("262011234567890") is None
    assert operator_of_imsi("") is None
    assert operator_of_network("51011") is operator_of_network("XL Axiata") is Operator.XL
    assert (shown("51001"), shown("TELKOMSEL"), shown("Vodafone")) == (
        "Indosat",
        "Telkomsel",
        "Vodafone",
    )


@given(st.integers(0, 10**9))
def test_every_operator_has_a_name_and_every_number_at_most_one_operator(tail: int) -> None:
    found = operator_of_number(f"08{tail:09}")
    assert found is None or NAMES[found]
