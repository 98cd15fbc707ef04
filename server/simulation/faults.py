"""Faults of the program itself: logged ones that nothing in the world explains."""

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from server.simulation.outside.disk import Injected
from server.simulation.outside.effects import PowerCut


class Faults(logging.Handler):
    """Notes every logged exception that is no failure which the world made."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Look at one line of the log."""
        error = record.exc_info[1] if record.exc_info else None
        if error is None or _is_made(error):
            return
        told = "".join(traceback.format_exception(error)[-12:])
        self.found.append(f"{record.getMessage()}: {type(error).__name__}\n{told}")

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Inside, the log goes here and nowhere else."""
        root = logging.getLogger()
        before, root.handlers = root.handlers, [self]
        try:
            yield
        finally:
            root.handlers = before


def _is_made(error: BaseException) -> bool:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, Injected | PowerCut) or isinstance(
            getattr(seen, "orig", None), Injected
        ):
            return True
        seen = seen.__cause__ or seen.__context__
    return False
