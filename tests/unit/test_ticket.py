"""Report numbers catch slips of the finger and are drawn evenly."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.ticket import TicketsExhaustedError, check, draw


def _all_numbers(digits: int) -> list[str]:
    return [f"{n:0{digits}d}" for n in range(10**digits) if check(f"{n:0{digits}d}")]


FIVE = _all_numbers(5)


def test_a_tenth_of_all_numbers_is_legal() -> None:
    assert len(FIVE) == 10_000
    assert len({number[:4] for number in FIVE}) == 10_000
    assert sum(check(f"{n:06d}") for n in range(0, 1_000_000, 1)) == 100_000


def test_the_published_example_of_damm_checks() -> None:
    assert check("05724")  # the check digit of 572 is 4
    assert not check("05725")


def test_every_single_wrong_digit_is_caught() -> None:
    for number in FIVE:
        for at, digit in enumerate(number):
            for wrong in "0123456789".replace(digit, ""):
                assert not check(number[:at] + wrong + number[at + 1 :])


def test_every_swap_of_neighbours_is_caught() -> None:
    for number in FIVE:
        for at in range(4):
            left, right = number[at], number[at + 1]
            if left != right:
                assert not check(number[:at] + right + left + number[at + 2 :])


@pytest.mark.parametrize("text", ["", "4127", "0572405", "0572a", " 5724", "٠٥٧٢٤", "05724\n"])
def test_what_is_not_five_or_six_digits_is_no_ticket(text: str) -> None:
    assert not check(text)


@given(st.text(max_size=12))
def test_no_string_makes_the_check_raise(text: str) -> None:
    assert check(text) in (True, False)


def test_a_draw_is_even_over_the_free_numbers() -> None:
    offered: list[int] = []

    def choose(n: int) -> int:
        offered.append(n)
        return n // 2

    taken = FIVE[:5_000]
    assert draw(taken, choose) == FIVE[7_500]
    assert offered == [5_000]
    for at in range(0, 5_000, 250):
        assert draw(taken, {5_000: at}.__getitem__) == FIVE[5_000 + at]


def test_a_draw_never_repeats_what_is_taken() -> None:
    rng = random.Random(7)
    taken: set[str] = set()
    for _ in range(100):
        number = draw(taken, rng.randrange)
        assert check(number)
        assert number not in taken
        taken.add(number)
    assert max(Counter(number[0] for number in taken).values()) < 30


def test_six_digits_begin_when_fewer_than_two_thousand_are_free() -> None:
    assert len(draw(FIVE[:8_000], lambda _n: 0)) == 5
    six = draw(FIVE[:8_001], lambda _n: 0)
    assert len(six) == 6
    assert check(six)


def test_when_nothing_is_free_it_says_so() -> None:
    with pytest.raises(TicketsExhaustedError):
        draw(FIVE + _all_numbers(6), lambda _n: 0)


@given(st.integers(1, 20), st.integers(1, 20), st.randoms(use_true_random=False))
def test_two_boxes_of_a_desa_that_never_spoke_draw_no_number_twice(
    one: int, other: int, chance: random.Random
) -> None:
    if one % 10 == other % 10:
        other = one + 1
    drawn: dict[int, set[str]] = {one: set(), other: set()}
    for instance, numbers in drawn.items():
        for _ in range(40):
            numbers.add(draw(numbers, chance.randrange, instance))
    assert not drawn[one] & drawn[other]
    assert all(check(number) for numbers in drawn.values() for number in numbers)


def test_a_later_box_draws_evenly_from_its_block_and_leaves_it_only_when_it_is_full() -> None:
    block = sorted(number for number in _all_numbers(6) if number[0] == "3")
    taken = block[:5_000]
    assert draw(taken, {5_000: 0}.__getitem__, 3) == block[5_000]
    assert draw(taken, {5_000: 4_999}.__getitem__, 13) == block[9_999]
    nearly = block[:8_001]
    assert draw(nearly, {91_999: 0}.__getitem__, 3)[0] == "0"
