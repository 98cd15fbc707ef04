"""How the driver survives each quirk, and which test and control of the driver show it."""

from dataclasses import dataclass
from typing import Final

TESTS: Final = "tests/contract/test_modem_quirks.py"
"""Where the tests stand; each runs under several seeds, and mixes of quirks beside them."""

_DRAIN: Final = "no_text_is_lost_or_doubled_under_a_quirk"
_NAIVE_DRAIN: Final = "a_naive_driver_loses_or_doubles_texts_or_stops_under_a_quirk"
_SEND: Final = "what_is_told_as_sent_went_out_once_and_nothing_twice"
_NAIVE_SEND: Final = "a_naive_driver_sends_twice_or_stops"
_LOCKED: Final = "a_locked_sim_is_a_state_and_nothing_is_tried_on_it"
_CALL: Final = "one_missed_call_is_told_once_in_every_dialect"
_REMOVED: Final = "a_sim_that_is_taken_out_is_told_and_its_return_is_noticed"


@dataclass(frozen=True, slots=True)
class Survival:
    """What the driver does about a quirk.

    Attributes:
        remedy: in one line.
        test: name of the test that plays the driver under the quirk, without `test_`.
        control: name of the test in which a naive driver fails under it.
    """

    remedy: str
    test: str = _DRAIN
    control: str = _NAIVE_DRAIN


SURVIVALS: Final = {
    "status-chatter": Survival("classifies every line, and takes none by its place"),
    "glued-lines": Survival("cuts a line at the running command, its prefix and the end of a PDU"),
    "echo-returns": Survival("drops its own echo always; one that returns asks for setting up"),
    "two-ports": Survival("lists on its own clock, whatever it is told"),
    "cmti-unreliable": Survival("takes +CMTI as a call to list, never as an address"),
    "other-memory": Survival("lists SM and ME each time"),
    "cpms-three": Survival("tries three memories, then two, then one, and keeps what was taken"),
    "narrow-ranges": Survival("keeps one memory as home and falls through seven forms of CNMI"),
    "cnmi-refuses-2": Survival("falls back from CNMI mode 2 to 1 and 3"),
    "forgets-settings": Survival("asks AT+CMGF? where a list falls short, and sets all up again"),
    "full-memory": Survival("lists without waiting for notices, and tells that it is full"),
    "send-errors": Survival(
        "waits 180 s; 500, 512, 350 and 332 are doubt, not failure", _SEND, _NAIVE_SEND
    ),
    "odd-prompt": Survival(
        "finds > anywhere; else ESC, back into step, once more", _SEND, _NAIVE_SEND
    ),
    "loose-send-answer": Survival(
        "finds the reference anywhere; it says enough without OK", _SEND, _NAIVE_SEND
    ),
    "sim-busy": Survival("asks a busy SIM again for 30 s; a silent CPIN stops nothing"),
    "odd-finals": Survival("knows these finals; one-line questions end by quiet as well"),
    "empty-is-error": Survival("takes 321 and 303 on a list as empty, if the count says so"),
    "list-blind": Survival("compares with the count, and reads slot by slot over CMGD=?"),
    "list-hangs": Survival("comes into step, reads slot by slot for a while, resets at last"),
    "index-base": Survival("uses only slot numbers that were listed"),
    "stored-twice": Survival(
        "tells both slots; the inbox keeps two rows of one text",
        "a_text_stored_twice_is_two_slots_and_one_text",
        "a_naive_driver_takes_a_text_stored_twice_for_two",
    ),
    "stubborn-delete": Survival("proves bulk deletion by a list, else one by one; tells after 3"),
    "re-enumerates": Survival("closes, looks at all candidates again, opens the one that answers"),
    "brown-out": Survival("ends the running command at RDY and sets all up again"),
    "boot-lines": Survival("takes them as a sign to set up again, not as an answer"),
    "dirty-line": Survival("reads bytes as latin-1, CR and LF in any mix, noise dropped"),
    "odd-senders": Survival(
        "works in PDU mode only",
        "senders_of_every_kind_come_through",
        "a_naive_driver_in_text_mode_reads_senders_that_are_none",
    ),
    "list-dialect": Survival("reads headers with or without alpha, state and spaces"),
    "report-dialect": Survival(
        "reads +CDS with a comma, and lists the memory that +CDSI names",
        "a_delivery_report_arrives_in_every_dialect",
        "a_naive_driver_misses_a_report_in_a_dialect",
    ),
    "direct-delivery": Survival(
        "has texts stored (CNMI mt 1, CSMS 0), so that nothing needs CNMA",
        "a_modem_that_wants_acknowledgements_is_never_asked_for_direct_delivery",
        "a_naive_driver_hears_one_direct_text_and_no_more",
    ),
    "ims-send": Survival(
        "runs the init commands of the settings first, such as AT+CGSMS=3",
        "over_lte_texts_go_out_once_the_init_command_is_given",
        "over_lte_texts_go_out_once_the_init_command_is_given",
    ),
    "call-dialect": Survival(
        "a call ends by a line, 8 s of silence, or its late name", _CALL, _CALL
    ),
    "flow-control": Survival("drops XON and XOFF; opens without flow control"),
    "ussd-dialect": Survival(
        "reads plain text, UCS-2 in hex and packed septets, before OK or behind",
        "a_balance_is_read_in_every_dialect",
        "a_naive_driver_reads_no_balance_in_a_dialect",
    ),
    "bad-pdus": Survival("keeps every PDU as it came; no field of it matters to the driver"),
    "endless-line": Survival("keeps 2,048 bytes of a line at most"),
    "sim-pin": Survival("tells it, tries nothing, goes on when it is unlocked", _LOCKED, _LOCKED),
    "sim-puk": Survival("tells it, tries nothing, goes on when it is unlocked", _LOCKED, _LOCKED),
    "sim-removed": Survival("tells it, and notices the return", _REMOVED, _REMOVED),
    "sim-swapped": Survival(
        "goes on listening; sends nothing until people accept the SIM",
        "another_sim_receives_but_does_not_send_until_people_say_so",
        "a_naive_driver_sends_from_another_sim",
    ),
}
