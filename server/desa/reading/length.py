"""Length: as much of a text as an entry takes."""

# An entry's body ends at 65,535 octets; only Greek and the like reach this with 255 parts.
TEXT_OCTETS_MAX = 60_000
CUT = "... [terlalu panjang; sisanya tersimpan di kotak]"


def whole_or_cut(text: str) -> str:
    """A text as it is, or as much of it as an entry takes, with a word that more is kept."""
    octets = text.encode()
    if len(octets) <= TEXT_OCTETS_MAX:
        return text
    return octets[: TEXT_OCTETS_MAX - len(CUT)].decode(errors="ignore") + CUT
