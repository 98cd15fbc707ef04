"""Which operator a number, a SIM and a network belong to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms.operator.brands import (
    NAMES,
    Brand,
    brand_of_imsi,
    brand_of_network,
    brand_of_number,
    shown,
)


@pytest.mark.parametrize(
    ("number", "operator"),
    [
        ("0812-3456-7890", Brand.TELKOMSEL),
        ("+6285712345678", Brand.INDOSAT),
        ("6281712345678", Brand.XL),
        ("083112345678", Brand.AXIS),
        ("0895 1234 5678", Brand.TRI),
        ("+6288112345678", Brand.SMARTFREN),
        ("0866 1234 5678", None),
        ("TELKOMSEL", None),
        ("123", None),
        ("", None),
    ],
)
def test_a_number_in_any_spelling_has_its_operator(number: str, operator: Brand | None) -> None:
    assert brand_of_number(number) is operator


def test_a_sim_and_a_network_have_theirs() -> None:
    assert brand_of_imsi("510100123456789") is Brand.TELKOMSEL
    assert brand_of_imsi("510891234567890") is Brand.TRI
    assert brand_of_imsi("262011234567890") is None
    assert brand_of_imsi("") is None
    assert brand_of_network("51011") is brand_of_network("XL Axiata") is Brand.XL
    assert (shown("51001"), shown("TELKOMSEL"), shown("Vodafone")) == (
        "Indosat",
        "Telkomsel",
        "Vodafone",
    )


@given(st.integers(0, 10**9))
def test_every_operator_has_a_name_and_every_number_at_most_one_operator(tail: int) -> None:
    found = brand_of_number(f"08{tail:09}")
    assert found is None or NAMES[found]
