"""`kentongan polres status`: every desa with what is still on its way, as plain figures."""

import dataclasses

from server.polres import lookup
from server.polres.district import District
from server.polres.rotation.commands import told


def status(district: District, now_s: int) -> dict[str, object]:
    """The desas by code; times in seconds since 1970, octets of this month.

    Args:
        district: the server.
        now_s: seconds since 1970.
    """
    return {
        "now_s": now_s,
        "zone": district.settings.desa.zone,
        "exchange_key": told(district),
        "desa": [
            {
                "code": line.code,
                "name": line.name,
                "last_contact_s": line.last_contact_s,
                "backlog": line.backlog,
                "since_s": line.lag.since_s,
                "progress": _plain(line.lag.progress),
                "roads": [dataclasses.asdict(road) for road in line.lag.roads],
                "states": list(line.states),
            }
            for line in lookup.desa_list(district, now_s)
        ],
    }


def _plain(progress: object) -> dict[str, int] | None:
    return None if progress is None else dataclasses.asdict(progress)  # type: ignore[call-overload]
