"""Accounts of the Polres: roles, passphrases, and the wait after wrong ones."""

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from server.passphrase import make_passphrase, spelled
from server.polres.district import District
from server.polres.errors import BadUserName, UnknownUser, UserExists
from server.polres.keys import Random
from server.polres.rules.strangers import DELAY_S_MAX, delay_s
from server.polres.store import people
from server.polres.store.people import UserRow
from sync import seal

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,31}", re.ASCII)
_SALT_OCTETS: Final = 16


class Role(StrEnum):
    """What an account may do; the pages say which role sees which of them."""

    SPKT = "spkt"
    BINMAS = "binmas"
    KAPOLRES = "kapolres"
    PROPAM = "propam"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who may log in; `mark` is another one whenever his passphrase is."""

    name: str
    role: Role
    mark: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TooSoon:
    """No passphrase is looked at before `wait_s` seconds have passed."""

    wait_s: int


def add_user(
    district: District, name: str, role: Role, now_s: int, random: Random | None = None
) -> str:
    """Make an account; returns its passphrase, which is kept nowhere.

    Raises:
        BadUserName: not 2 to 32 small letters, digits, dots and hyphens.
        UserExists: the name is taken.
    """
    if _NAME.fullmatch(name) is None:
        raise BadUserName
    passphrase, user = _fresh(district, name, role, now_s, random or district.random)
    with district.write() as connection:
        if people.get(connection, name) is not None:
            raise UserExists
        people.put(connection, user)
    return passphrase


def renew_user(district: District, name: str, now_s: int, random: Random | None = None) -> str:
    """Give an account a new passphrase; the old one is worth nothing from here on.

    Raises:
        UnknownUser: no such account.
    """
    with district.read() as connection:
        user = people.get(connection, name)
    if user is None:
        raise UnknownUser
    passphrase, made = _fresh(district, name, Role(user.role), now_s, random or district.random)
    with district.write() as connection:
        people.put(connection, made)
    return passphrase


def remove_user(district: District, name: str) -> None:
    """Remove an account.

    Raises:
        UnknownUser: no such account.
    """
    with district.write() as connection:
        if people.get(connection, name) is None:
            raise UnknownUser
        people.remove(connection, name)


def users(district: District) -> tuple[Account, ...]:
    """All accounts by name."""
    with district.read() as connection:
        return tuple(Account(row.name, Role(row.role)) for row in people.every(connection))


def find_user(district: District, name: str) -> Account | None:
    """An account without its passphrase, for a session that has shown it before."""
    with district.read() as connection:
        row = people.get(connection, name)
    return None if row is None else _account(row)


def check_user(
    district: District, name: str, passphrase: str, now_s: int
) -> Account | TooSoon | None:
    """The account when the passphrase is right, None when it is wrong or there is none.

    A try is counted before it is looked at, so that tries side by side do not slip through.
    """
    strangers = district.strangers
    if not strangers.turns.acquire(blocking=False):
        return TooSoon(1)
    try:
        return _check(district, name, passphrase, now_s)
    finally:
        strangers.turns.release()


def _check(district: District, name: str, passphrase: str, now_s: int) -> Account | TooSoon | None:
    with district.write() as connection:
        user = people.get(connection, name)
        if user is not None:
            wait_s = user.failed_s + delay_s(user.failures) - now_s
            if user.failures and wait_s > 0:
                return TooSoon(min(wait_s, DELAY_S_MAX))
            people.set_failures(connection, name, user.failures + 1, now_s)
    if user is None and (wait_s := district.strangers.try_(name, now_s)):
        return TooSoon(wait_s)
    login = district.settings.login
    known = user or UserRow(name, "", bytes(16), login.memory_mib, login.passes, b"", 0, 0, 0)
    # An unknown name costs as much time as a known one.
    verifier = seal.stretch(
        spelled(passphrase), known.salt, memory_mib=known.memory_mib, passes=known.passes
    )
    if user is None or not seal.same(seal.derive(verifier, "verifier"), user.verifier):
        return None
    with district.write() as connection:
        people.set_failures(connection, name, 0, now_s)
    return _account(user)


def _account(row: UserRow) -> Account:
    return Account(row.name, Role(row.role), row.salt.hex())


def _fresh(
    district: District, name: str, role: Role, now_s: int, random: Random
) -> tuple[str, UserRow]:
    passphrase = make_passphrase(lambda count: int.from_bytes(random(16)) % count)
    login = district.settings.login
    blank = UserRow(
        name, role.value, random(_SALT_OCTETS), login.memory_mib, login.passes, b"", 0, 0, now_s
    )
    stretched = seal.stretch(
        passphrase, blank.salt, memory_mib=blank.memory_mib, passes=blank.passes
    )
    return passphrase, replace(blank, verifier=seal.derive(stretched, "verifier"))
