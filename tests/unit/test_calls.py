"""Missed calls: several rings of one caller are one call, told once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.answers import Call
from hardware.calls import Calls

WHO = "+6281234567"


def play(*happened: tuple[str, str | None, float]) -> list[Call]:
    """Rings, ends and looks at their seconds; the calls that are told."""
    calls, told = Calls(8.0), []
    for what, number, at_s in happened:
        if what == "ring":
            told.append(calls.ring(number, at_s))
        elif what == "end":
            told.append(calls.end(number or "", at_s))
        else:
            told.append(calls.look(at_s))
    return [call for call in told if call is not None]


def test_several_rings_of_one_caller_are_one_call() -> None:
    rings = [("ring", number, float(at)) for at in range(5) for number in (None, WHO)]
    assert play(*rings, ("end", "", 6.0), ("look", None, 60.0)) == [Call(WHO)]


def test_a_caller_who_is_named_with_the_second_ring_is_known() -> None:
    story = [("ring", None, 0.0), ("ring", None, 4.0), ("ring", WHO, 4.1)]
    assert play(*story, ("end", "", 5.0)) == [Call(WHO)]


def test_a_caller_who_is_named_after_the_call_is_known() -> None:
    assert play(("ring", None, 0.0), ("end", "", 3.0), ("end", WHO, 3.5)) == [Call(WHO)]
    assert play(("ring", None, 0.0), ("end", "", 3.0), ("ring", WHO, 3.5)) == [Call(WHO)]
    assert play(("ring", WHO, 0.0), ("end", "", 3.0), ("end", WHO, 3.5)) == [Call(WHO)]
    assert play(("end", WHO, 3.5)) == [Call(WHO)]


def test_a_call_without_a_name_is_told_a_moment_after_its_end() -> None:
    story = [("ring", None, 0.0), ("end", "", 3.0), ("look", None, 4.0)]
    assert play(*story) == []
    assert play(*story, ("look", None, 5.0)) == [Call("")]
    assert play(*story, ("ring", None, 4.5), ("end", "", 5.0), ("look", None, 9.0)) == [
        Call(""),
        Call(""),
    ]


def test_a_hidden_number_is_told_at_once() -> None:
    assert play(("ring", "", 0.0), ("end", "", 2.0)) == [Call("")]


def test_another_caller_ends_the_call_before() -> None:
    story = [("ring", WHO, 0.0), ("ring", "0812", 3.0), ("look", None, 11.0)]
    assert play(*story) == [Call(WHO), Call("0812")]


def test_a_second_call_of_the_same_caller_is_a_call_of_its_own() -> None:
    story = [("ring", WHO, 0.0), ("end", "", 2.0), ("ring", WHO, 9.0), ("end", "", 12.0)]
    assert play(*story) == [Call(WHO)] * 2


@pytest.mark.parametrize("rings", [0, 1, 4])
def test_silence_ends_a_call_that_rang(rings: int) -> None:
    story = [("ring", WHO, float(at)) for at in range(rings)]
    assert play(*story, ("look", None, 30.0)) == [Call(WHO)] * (rings > 0)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["ring", "end", "look"]),
            st.sampled_from([None, "", WHO, "0812"]),
            st.floats(0, 20),
        ),
        max_size=30,
    )
)
def test_there_are_never_more_calls_than_signs_of_one(
    steps: list[tuple[str, str | None, float]],
) -> None:
    now_s, story = 0.0, []
    for what, number, passed_s in steps:
        now_s += passed_s
        story.append((what, number, now_s))
    told = play(*story, ("look", None, now_s + 60))
    signs = sum(what == "ring" or (what == "end" and bool(number)) for what, number, _ in story)
    assert len(told) <= signs
    assert bool(told) == bool(signs)
