"""What the lamp on the box tells, in RAM."""

from dataclasses import dataclass


@dataclass(slots=True)
class LampState:
    """The lamp.

    Attributes:
        told: what it was last to tell, a word of `domain.lamp.telling.Told`; "" before that.
        trouble: why it does not tell it, one plain sentence; "" where it does, or there is none.
    """

    told: str = ""
    trouble: str = ""
