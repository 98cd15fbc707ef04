"""Jobs go on whatever is done to the system's clock."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.schedulers import base

from server.process import schedule as module
from server.process.schedule import Schedule


class Turned(base.datetime):
    """What APScheduler plans by, where a test turns `time.time`."""

    @classmethod
    def now(cls, tz: object = None) -> object:
        return base.datetime.fromtimestamp(time.time(), tz)


def test_a_clock_that_is_turned_back_stops_no_job(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = threading.Event()
    schedule = Schedule()
    schedule.every(3_600, ran.set)
    schedule._scheduler.start()
    try:
        now = time.time
        monkeypatch.setattr(base, "datetime", Turned)
        monkeypatch.setattr(module, "datetime", Turned)
        monkeypatch.setattr(module.time, "time", lambda: now() - 86_400)
        (job,) = schedule._scheduler.get_jobs()
        assert job.next_run_time - Turned.now(UTC) > timedelta(hours=24)
        assert not ran.is_set()
        assert schedule.look()
        assert ran.wait(20)
    finally:
        schedule.stop()


def test_a_clock_that_nobody_turns_plans_nothing_anew() -> None:
    schedule = Schedule()
    schedule.every(3_600, lambda: None)
    assert not schedule.look()


def test_a_clock_that_is_turned_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    schedule = Schedule()
    now = time.time
    for jump_s in (-86_400, 0, 20 * 365 * 86_400):
        monkeypatch.setattr(module.time, "time", lambda jump_s=jump_s: now() + jump_s)
        assert schedule.look()
        assert not schedule.look()


def test_a_job_that_was_planned_by_a_clock_just_turned_back_runs_all_the_same() -> None:
    ran = threading.Event()
    schedule = Schedule(threads=1)
    schedule.every(60, ran.set)
    schedule.start()
    try:
        (job,) = schedule._scheduler.get_jobs()
        # The plan of a scheduler that had read the clock before it was turned back by a day.
        job.modify(next_run_time=datetime.now(UTC) + timedelta(days=1))
        assert not schedule.look()
        assert ran.wait(20)
    finally:
        schedule.stop()


def test_a_clock_that_is_turned_forward_by_56_years_does_not_count_what_it_missed() -> None:
    ran = threading.Event()
    schedule = Schedule(threads=1)
    schedule.every(0.25, ran.set)
    schedule.start()
    try:
        (job,) = schedule._scheduler.get_jobs()
        # Planned while the clock stood in 1970, before a time server set it.
        job.modify(next_run_time=datetime(1970, 1, 1, tzinfo=UTC))
        assert ran.wait(20)
        ran.clear()
        assert ran.wait(20)
    finally:
        schedule.stop()
