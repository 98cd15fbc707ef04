"""Rows of the accounts."""

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from server.polres.store.tables import schema

_USERS = schema.users


@dataclass(frozen=True, slots=True)
class UserRow:
    """An account; columns as in `schema.users`."""

    name: str
    role: str
    salt: bytes
    memory_mib: int
    passes: int
    verifier: bytes
    failures: int
    failed_s: int
    made_s: int


def get(connection: Connection, name: str) -> UserRow | None:
    """One account."""
    row = connection.execute(select(_USERS).where(_USERS.c.name == name)).first()
    return None if row is None else UserRow(*row)


def every(connection: Connection) -> tuple[UserRow, ...]:
    """All accounts by name."""
    return tuple(
        UserRow(*row) for row in connection.execute(select(_USERS).order_by(_USERS.c.name))
    )


def put(connection: Connection, user: UserRow) -> None:
    """Write an account in place of the one of that name."""
    remove(connection, user.name)
    connection.execute(
        _USERS.insert().values(
            name=user.name,
            role=user.role,
            salt=user.salt,
            memory_mib=user.memory_mib,
            passes=user.passes,
            verifier=user.verifier,
            failures=user.failures,
            failed_s=user.failed_s,
            made_s=user.made_s,
        )
    )


def remove(connection: Connection, name: str) -> None:
    """Remove an account."""
    connection.execute(_USERS.delete().where(_USERS.c.name == name))


def set_failures(connection: Connection, name: str, failures: int, failed_s: int) -> None:
    """Count wrong passphrases; 0 after a right one."""
    connection.execute(
        update(_USERS).where(_USERS.c.name == name).values(failures=failures, failed_s=failed_s)
    )
