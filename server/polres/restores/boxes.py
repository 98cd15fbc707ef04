"""Commands about boxes and backups: who asks to go on, the person's word, and a backup."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

from server.card import node_number
from server.polres.district import District
from server.polres.down import officers
from server.polres.down.orders import known
from server.polres.restores import claims
from server.polres.restores.backup import back_up

Asked = dict[str, str]


def answers(district: District, now_s: Callable[[], int]) -> dict[str, Callable[[Asked], object]]:
    """Commands of the socket by name; values are plain JSON."""
    return {
        "box list": lambda asked: _list(district, asked["code"]),
        "box decide": lambda asked: claims.decide(
            district,
            node_number(asked["code"]),
            asked["words"],
            go_on=bool(asked["go_on"]),
            by=asked["by"],
            now_s=now_s(),
        ),
        "officer resend": lambda asked: _resend(district, asked["code"], now_s()),
        "backup": lambda asked: dataclasses.asdict(back_up(district, Path(asked["file"]), now_s())),
    }


def _resend(district: District, code: str, now_s: int) -> None:
    """Sign a desa's list of officers again and order it, with a higher version."""
    with district.write() as connection:
        officers.send_newer_list(connection, district, known(connection, code), now_s)


def _list(district: District, code: str) -> list[dict[str, object]]:
    with district.read() as connection:
        node = known(connection, code)
        return [dataclasses.asdict(one) for one in claims.waiting(connection, node)]
