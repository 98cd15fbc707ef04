"""What a program loses and doubles when it is killed while it empties a modem."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from typing import Final

from hardware.simulated.quirks.registry import QUIRKS
from server.bench.air import Trace
from server.bench.driver import Driver, Tally
from server.bench.site import Site, Stand, await_state
from server.bench.texts import singles

TEXTS: Final = 50
"""Texts that wait when a program starts; with quirks the modem may hold them twice."""

LISTED: Final = tuple(quirk.name for quirk in QUIRKS.values() if quirk.number)
_ALL_EVERY: Final = 5
_MOST_AT_ONCE: Final = 12
_MOMENT_S: Final = 90.0
_PATIENCE_S: Final = 400.0
# Longer than it takes a slow modem to list, and a program to keep and delete, what lies in it.
_CYCLE_S: Final = 0.7

Say = Callable[[str], None]
Ways = Callable[[int], tuple[str, ...]]


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


def standard(_: int) -> tuple[str, ...]:
    """A modem without quirks."""
    return ()


def mix(seed: int) -> tuple[str, ...]:
    """Quirks for one modem; every fifth has all of the list."""
    chance = Random(f"{seed} mix")  # noqa: S311 -- play, not keys
    if seed % _ALL_EVERY == 0:
        return LISTED
    return tuple(chance.sample(LISTED, chance.randint(2, _MOST_AT_ONCE)))


def kill_again_and_again(
    site: Site, driver: Driver, count: int, seed: int, *, ways: Ways, at_once: int, say: Say
) -> Kills:
    """Kill a program `count` times, each time with texts and modem of its own.

    Args:
        site: where it runs.
        driver: the program.
        count: how many kills.
        seed: of texts, quirks and moments.
        ways: draws the quirks of a modem from its seed.
        at_once: how many modems run side by side; most of the time a program only waits.
        say: takes lines about the progress.
    """
    seeds = [seed * 1000 + number for number in range(count)]

    done: list[Kill] = []

    def run(number: int) -> Kill:
        kill = _kill(site, driver, ways(number), number)
        done.append(kill)
        lost, doubled = (sum(getattr(k.tally, a) for k in done) for a in ("lost", "doubled"))
        if not len(done) % 10 or not kill.whole:
            stuck = sum(not one.whole for one in done)
            say(f"{driver.name}: {len(done)} kills, lost {lost}, doubled {doubled}, stuck {stuck}")
        return kill

    with ThreadPoolExecutor(at_once) as pool:
        return Kills(tuple(pool.map(run, seeds)))


def _kill(site: Site, driver: Driver, quirks: tuple[str, ...], seed: int) -> Kill:
    chance = Random(f"{seed} moment")  # noqa: S311 -- play, not keys
    stand = _loaded(site, driver, quirks, seed)
    stand.start()
    # One that empties the whole modem at once is as often killed after its first look into it.
    trace, freed = stand.air.trace, chance.choice((0, chance.randrange(TEXTS)))
    await_state(
        lambda: len(trace.freed) >= max(1, freed) or (not freed and _looked(trace)), _MOMENT_S
    )
    # The moment is the experiment: nothing more is waited for.
    threading.Event().wait(chance.uniform(0.0, _CYCLE_S))
    in_drain = not stand.air.empty()
    stand.kill()
    driver.revive(stand.folder)
    stand.start()
    whole = stand.await_done(_PATIENCE_S)
    stand.end()
    taken = [pdu for _, pdu in stand.air.close().taken]
    return Kill(quirks, in_drain, whole, driver.tally(stand.folder, singles(TEXTS, seed), taken))


def _looked(trace: Trace) -> bool:
    return any(line.startswith(("AT+CMGL", "AT+CMGR")) for _, line in list(trace.commands))


def _loaded(site: Site, driver: Driver, quirks: tuple[str, ...], seed: int) -> Stand:
    stand = site.stand(driver, "usb", quirks, seed)
    stand.air.load(pdu for text in singles(TEXTS, seed) for pdu in text.pdus)
    return stand
