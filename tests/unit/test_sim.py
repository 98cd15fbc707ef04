"""The SIM: its states, and telling a swapped one from one that is slow."""

import pytest

from hardware.answers import SimSwapped
from hardware.errors import PinWanted, PukWanted, SimMissing
from hardware.modem import Identity
from hardware.sim import SimState, SimWatch, fingerprint, sim_state, sim_trouble

IMSI, ICCID = "510100123456789", "8962000000000000001F"
OTHER_IMSI, OTHER_ICCID = "510109876543210", "89620000000000000099"


def sim(imsi: str, iccid: str = "") -> str:
    """The SIM as it is kept."""
    return Identity("", "", "", imsi, iccid).sim


@pytest.mark.parametrize(
    ("told", "state", "error"),
    [
        ("READY", SimState.READY, None),
        ("SIM PIN", SimState.PIN, PinWanted),
        ("PH-SIM PIN", SimState.PIN, PinWanted),
        ("SIM PUK", SimState.PUK, PukWanted),
        ("NOT INSERTED", SimState.MISSING, SimMissing),
        ("SIM REMOVED", SimState.MISSING, SimMissing),
        ("", SimState.UNKNOWN, None),
    ],
)
def test_what_the_sim_waits_for_is_a_state(
    told: str, state: SimState, error: type[Exception] | None
) -> None:
    assert sim_state(told) is state
    trouble = sim_trouble(state, told)
    assert (None if trouble is None else type(trouble)) is error


def test_a_fingerprint_tells_sims_apart_and_no_number() -> None:
    assert sim(IMSI) == fingerprint(IMSI) != sim(OTHER_IMSI)
    assert sim("", ICCID) == fingerprint(ICCID)
    assert IMSI not in sim(IMSI)
    assert fingerprint("") == fingerprint("ERROR") == ""


def test_the_first_sim_is_accepted_and_stays_so_while_it_is_slow() -> None:
    watch = SimWatch("")
    for imsi, iccid in ((IMSI, ""), ("", ""), ("", ICCID), (IMSI, ICCID), ("", "")):
        assert watch.see(imsi, iccid) is None
    assert (watch.accepted, watch.present) == (True, sim(IMSI))


def test_another_sim_is_noticed_by_either_number_and_not_accepted() -> None:
    for imsi, iccid in ((OTHER_IMSI, ""), ("", OTHER_ICCID), (OTHER_IMSI, OTHER_ICCID)):
        watch = SimWatch("")
        watch.see(IMSI, ICCID)
        assert watch.see(imsi, iccid) == SimSwapped(sim(IMSI), sim(imsi, iccid))
        assert not watch.accepted
        assert watch.see(imsi, iccid) is None
        watch.accept()
        assert watch.accepted
        assert watch.present == sim(imsi, iccid)


def test_the_known_sim_that_comes_back_is_accepted_again() -> None:
    watch = SimWatch(sim(IMSI))
    watch.see(OTHER_IMSI, OTHER_ICCID)
    assert not watch.accepted
    watch.see(IMSI, ICCID)
    assert watch.accepted


def test_a_sim_that_was_swapped_while_the_node_was_off_is_noticed() -> None:
    watch = SimWatch(sim(IMSI))
    assert watch.see("", OTHER_ICCID) is None
    watch = SimWatch(sim(IMSI))
    assert watch.see(OTHER_IMSI, "") == SimSwapped(sim(IMSI), sim(OTHER_IMSI))
    assert not watch.accepted
