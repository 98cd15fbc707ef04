"""How long to wait before the next try on a bad road; pure."""


def delay_s(failures: int, usual_s: float, random_fraction: float, longest_s: float) -> float:
    """The wait after so many failures in a row: doubled each time, with half of it at random.

    Args:
        failures: tries that failed since the last one that succeeded.
        usual_s: the wait after a success.
        random_fraction: 0.0 up to 1.0; spreads nodes that lost the road together.
        longest_s: no wait is longer.
    """
    full_s = min(longest_s, usual_s * 2.0 ** min(failures, 16))
    return full_s * (0.5 + 0.5 * random_fraction) if failures else usual_s
