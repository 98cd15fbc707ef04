"""What a program loses and doubles when it is killed while it empties a modem."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from statistics import median
from typing import Final

from hardware.simulated.quirks.registry import QUIRKS
from server.bench.driver import Driver, Tally
from server.bench.site import Site, Stand, await_state
from server.bench.texts import singles

TEXTS: Final = 50
"""Texts that wait when a program starts; with quirks the modem may hold them twice."""

LISTED: Final = tuple(quirk.name for quirk in QUIRKS.values() if quirk.number)
_ALL_EVERY: Final = 5
_MOST_AT_ONCE: Final = 12
_FIRST_COMMAND_S: Final = 60.0
_PATIENCE_S: Final = 400.0
# A kill comes also in the work that follows when the last slot was freed.
_BEYOND: Final = 1.2
_CALIBRATIONS: Final = 3

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill: the quirks that were on, whether texts were left in the modem, the outcome.

    `whole` is False for a run whose texts were not all taken within some minutes.
    """

    quirks: tuple[str, ...]
    in_drain: bool
    whole: bool
    tally: Tally


@dataclass(frozen=True, slots=True)
class Kills:
    """All kills of one program."""

    window_s: float
    kills: tuple[Kill, ...]

    @property
    def lost(self) -> int:
        """Texts of which nothing is left."""
        return sum(kill.tally.lost for kill in self.kills)

    @property
    def doubled(self) -> int:
        """Reports, or rows or files, beyond one for each text."""
        return sum(kill.tally.doubled for kill in self.kills)

    @property
    def stuck(self) -> int:
        """Runs that did not come to their end."""
        return sum(not kill.whole for kill in self.kills)

    def matrix(self) -> dict[str, int]:
        """In how many kills each quirk was on."""
        on = Counter(name for kill in self.kills for name in kill.quirks)
        return {name: on[name] for name in LISTED if on}


def mix(seed: int) -> tuple[str, ...]:
    """Quirks for one modem; every fifth has all of the list."""
    chance = Random(f"{seed} mix")  # noqa: S311 -- play, not keys
    if seed % _ALL_EVERY == 0:
        return LISTED
    return tuple(chance.sample(LISTED, chance.randint(2, _MOST_AT_ONCE)))


def kill_again_and_again(
    site: Site, driver: Driver, count: int, seed: int, *, quirks: bool, at_once: int, say: Say
) -> Kills:
    """Kill a program `count` times, each time with texts and modem of its own.

    Args:
        site: where it runs.
        driver: the program.
        count: how many kills.
        seed: of texts, quirks and moments.
        quirks: whether the modems have quirks; without, all is as the standard says.
        at_once: how many modems run side by side; most of the time a program only waits.
        say: takes lines about the progress.
    """
    seeds = [seed * 1000 + number for number in range(count)]

    def quirks_of(number: int) -> tuple[str, ...]:
        return mix(number) if quirks else ()

    window_s = median(
        _unhurt(site, driver, quirks_of(number), number) for number in seeds[:_CALIBRATIONS]
    )
    say(f"{driver.name}: kills within {window_s:.1f} s after the first command")
    done: list[Kill] = []

    def run(number: int) -> Kill:
        kill = _kill(site, driver, quirks_of(number), number, window_s * _BEYOND)
        done.append(kill)
        lost, doubled = (sum(getattr(k.tally, a) for k in done) for a in ("lost", "doubled"))
        if not len(done) % 10 or not kill.whole:
            stuck = sum(not one.whole for one in done)
            say(f"{driver.name}: {len(done)} kills, lost {lost}, doubled {doubled}, stuck {stuck}")
        return kill

    with ThreadPoolExecutor(at_once) as pool:
        return Kills(window_s, tuple(pool.map(run, seeds)))


def _unhurt(site: Site, driver: Driver, quirks: tuple[str, ...], seed: int) -> float:
    """Seconds from the first command until all is done, without a kill."""
    stand = _loaded(site, driver, quirks, seed)
    stand.start()
    stand.await_done(_PATIENCE_S)
    stand.end()
    return stand.air.close().drain_s()


def _kill(site: Site, driver: Driver, quirks: tuple[str, ...], seed: int, window_s: float) -> Kill:
    chance = Random(f"{seed} moment")  # noqa: S311 -- play, not keys
    stand = _loaded(site, driver, quirks, seed)
    stand.start()
    await_state(lambda: bool(stand.air.trace.commands), _FIRST_COMMAND_S)
    # The moment is the experiment: nothing is waited for.
    threading.Event().wait(chance.uniform(0.0, window_s))
    in_drain = not stand.air.empty()
    stand.kill()
    driver.revive(stand.folder)
    stand.start()
    whole = stand.await_done(_PATIENCE_S)
    stand.end()
    taken = [pdu for _, pdu in stand.air.close().taken]
    return Kill(quirks, in_drain, whole, driver.tally(stand.folder, singles(TEXTS, seed), taken))


def _loaded(site: Site, driver: Driver, quirks: tuple[str, ...], seed: int) -> Stand:
    stand = site.stand(driver, "usb", quirks, seed)
    stand.air.load(pdu for text in singles(TEXTS, seed) for pdu in text.pdus)
    return stand
