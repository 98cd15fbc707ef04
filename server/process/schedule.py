"""The clock of a process: the one door to APScheduler."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

log = logging.getLogger(__name__)
_LOOK_S: Final = 1.0
_JUMP_S: Final = 2.0


class _Every(BaseTrigger):  # type: ignore[misc] # the package is not typed
    """A moment an interval after the last one, or after now where that has passed.

    The package's own trigger counts every moment in between: after a start in 1970 that a time
    server ends, thousands of millions, and the schedule never runs again.
    """

    def __init__(self, interval: timedelta) -> None:
        self.interval = interval

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """Never a moment that has passed."""
        planned = (now if previous is None else previous) + self.interval
        return planned if planned > now else now + self.interval


class Schedule:
    """Runs each job at its interval, never two of one job at a time; late runs are joined.

    APScheduler plans by the system's clock, which may be turned at any moment: back by a day, and
    nothing would run for a day. So whoever turns it has all jobs planned anew.
    """

    def __init__(self, threads: int = 2) -> None:
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(threads)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._ahead_s = _ahead_s()
        self._stopped = threading.Event()
        self._watch = threading.Thread(target=self._look_on, name="clock", daemon=True)

    def every(self, seconds: float, job: Callable[[], object]) -> None:
        """Run a job again and again."""
        self._scheduler.add_job(job, _Every(timedelta(seconds=seconds)))

    def start(self) -> None:
        """Begin."""
        self._scheduler.start()
        self._watch.start()

    def stop(self) -> None:
        """End; jobs that run are waited for."""
        self._stopped.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def look(self) -> bool:
        """See whether the system's clock was turned; then every job runs now and as planned on.

        So does a job that is planned for later than its interval: APScheduler reads the clock
        before it plans, and a clock that is turned in between leaves such a plan.
        """
        before, self._ahead_s = self._ahead_s, _ahead_s()
        jump_s = self._ahead_s - before
        turned = abs(jump_s) >= _JUMP_S
        if turned:
            log.warning("system clock turned", extra={"seconds": round(jump_s)})
        now = datetime.now(UTC)
        for job in self._scheduler.get_jobs():
            planned = getattr(job, "next_run_time", None)
            latest = now + job.trigger.interval + timedelta(seconds=_JUMP_S)
            if turned or (planned is not None and planned > latest):
                job.modify(next_run_time=now)
        return turned

    def _look_on(self) -> None:
        while not self._stopped.wait(_LOOK_S):
            self.look()


def _ahead_s() -> float:
    """How far the system's clock is ahead of the one that only runs forward."""
    return time.time() - time.monotonic()
