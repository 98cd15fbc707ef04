"""Live lines: one that is redrawn at a terminal, or one for each change anywhere else."""

from collections.abc import Callable
from dataclasses import dataclass

from server.checkup.judging import signal_word

_ERASE_LINE = "\r\x1b[K"


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen of a modem at one moment; `trouble` is one plain sentence or ""."""

    signal_percent: int | None = None
    network: str = ""
    memories: tuple[tuple[str, int, int], ...] = ()
    trouble: str = ""

    def words(self) -> str:
        """One line for people."""
        signal = "" if self.trouble else "sinyal belum diketahui"
        if self.signal_percent is not None:
            signal = f"sinyal {self.signal_percent} % ({signal_word(self.signal_percent)})"
        stored = ", ".join(f"{name} {used}/{total}" for name, used, total in self.memories)
        parts = (signal, self.network, f"memori {stored}" if stored else "", self.trouble)
        return " · ".join(filter(None, parts))


class Screen:
    """Where live lines are shown.

    Args:
        write: takes text and shows it at once.
        redraws: whether a line can be drawn over, as at a terminal.
        clock: the time of day as people read it.
        width: columns of the terminal.
    """

    def __init__(
        self,
        write: Callable[[str], object],
        clock: Callable[[], str],
        *,
        redraws: bool,
        width: int = 80,
    ) -> None:
        self._write = write
        self._clock = clock
        self._redraws = redraws
        self._width = width
        self._shown: str | None = None

    def see(self, sight: Sight) -> None:
        """Show how it is now."""
        words = sight.words()
        if words == self._shown and not self._redraws:
            return
        self._shown = words
        self._draw()

    def tell(self, happened: str) -> None:
        """Show what happened, once, above the line that is redrawn."""
        erase = _ERASE_LINE if self._redraws else ""
        self._write(f"{erase}{self._clock()} {happened}\n")
        if self._redraws and self._shown is not None:
            self._draw()

    def end(self) -> None:
        """Leave the terminal on a fresh line."""
        if self._redraws and self._shown is not None:
            self._write("\n")

    def _draw(self) -> None:
        line = f"{self._clock()} {self._shown}"
        if self._redraws:
            self._write(f"{_ERASE_LINE}{line[: self._width - 1]}")
        else:
            self._write(f"{line}\n")
