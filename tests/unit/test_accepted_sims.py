"""Which SIM may send: the first of a modem, one that was accepted, and no other."""

from hypothesis import given
from hypothesis import strategies as st

from server.desa.radios import sims
from server.desa.radios.ports import Ports

marks = st.sampled_from(["", "one", "two", "three"])
known = st.dictionaries(st.sampled_from(["m1", "m2"]), st.sampled_from(["one", "two"]))


@given(known, st.sampled_from(["m1", "m2"]), marks)
def test_only_a_first_a_known_or_a_moved_sim_may_send(
    accepted: dict[str, str], modem: str, sim: str
) -> None:
    judged = sims.judge(accepted, modem, sim)
    allowed = bool(sim) and (modem not in accepted or sim in accepted.values())
    assert judged == (sim if allowed else accepted.get(modem, ""))


def test_of_one_modem_two_threads_hold_one_and_the_other_port_is_left_alone() -> None:
    ports = Ports(())
    assert ports.claim_modem(1, "866123040506078")
    assert not ports.claim_modem(2, "866123040506078")
    assert ports.claim_modem(2, "866123040506079")
    ports.let_go(1)
    assert ports.claim_modem(3, "866123040506078")
    assert ports.claim_modem(4, "")
