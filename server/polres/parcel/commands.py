"""The parcel road on the control socket: octets travel as base64, the caller keeps the file."""

import base64
import time
from collections.abc import Callable

from server.polres.district import District
from server.polres.parcel import giving, taking
from server.polres.parcel.told import taken_sentences

TAKE = "parcel take"
Asked = dict[str, str]


def answers(district: District) -> dict[str, Callable[[Asked], object]]:
    """Commands of the socket by name."""
    return {TAKE: lambda asked: _take(district, asked)}


def _take(district: District, asked: Asked) -> dict[str, object]:
    """Take a file in, and make its return."""
    now_s = int(time.time())
    told = taking.take(district, base64.b64decode(asked["octets"]), asked["by"], now_s)
    name, octets = giving.file_for(district, told.code, now_s)
    return {
        "sentences": list(taken_sentences(told)),
        "name": name,
        "octets": base64.b64encode(octets).decode(),
    }
