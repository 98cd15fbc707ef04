"""The SMS list, 26 to 30: who may write, and who is never answered."""

from pathlib import Path

import pytest
from outcomes import VILLAGER, deliver, outcome
from world import World

from sms import outbox

OURS = "+6281100000001"
WORDS = "kemalingan di pasar tadi malam"


@pytest.mark.parametrize(
    "sender",
    [
        pytest.param("POLRI", id="26 name"),
        pytest.param("POLRI-110", id="26 name with digits"),
        pytest.param("123", id="27 short code"),
        pytest.param("", id="29 no sender"),
        pytest.param("12345678901234567890", id="30 20 digits"),
        pytest.param("+62812345678901234567", id="30 20 digits like ours"),
    ],
)
def test_who_cannot_be_answered_is_noted_with_every_word_and_not_answered(
    world: World, sender: str
) -> None:
    came = outcome(world, deliver(world, WORDS, sender=sender))
    assert came.reports == ()
    assert came.notes == ((sender, "bukan nomor HP"),)
    assert came.answers == ()


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("+6281100000001", id="28 international"),
        pytest.param("6281100000001", id="28 without plus"),
        pytest.param("081100000001", id="28 national"),
        pytest.param("006281100000001", id="28 with 00"),
    ],
)
def test_our_own_number_in_any_spelling_is_read_and_never_answered(
    tmp_path: Path, written: str
) -> None:
    world = World(tmp_path, own=("0811-0000-0001",))
    came = outcome(world, deliver(world, WORDS, sender=written))
    assert came.reports == (WORDS,)
    assert came.answers == ()
    assert outbox.counts(world.node.database.connection)["withheld"] == 1
    assert world.report().sender == OURS
    other = outcome(world, deliver(world, WORDS))
    assert [to for to, _ in other.answers] == [VILLAGER]


def test_an_address_of_length_0_is_a_sender_without_name_whatever_its_type(world: World) -> None:
    """29: sender empty, with the type of a name."""
    pdu = deliver(world, WORDS)
    nameless = f"{pdu[:4]}00D0{pdu[22:]}"
    came = outcome(world, nameless)
    assert (came.notes, came.answers) == ((("", "bukan nomor HP"),), ())
