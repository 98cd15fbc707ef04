"""The parcel road on the control socket: octets travel as base64, the caller keeps the file."""

import base64
import secrets
import time
from collections.abc import Callable
from pathlib import Path

from server.card import node_number
from server.desa.node import Node, open_node
from server.desa.parcel import making, taking
from server.desa.parcel.told import made_sentences, taken_sentences
from server.process.running import only_one
from sync.parcel import form
from sync.parcel.errors import OtherDesa
from sync.parcel.form import Way
from sync.roads.http import HttpRoad

MAKE, TAKE = "parcel make", "parcel take"
Asked = dict[str, str]


def answers(node: Node) -> dict[str, Callable[[Asked], object]]:
    """Commands of the socket by name."""
    return {
        MAKE: lambda _: _make(node),
        TAKE: lambda asked: _take(node, base64.b64decode(asked["octets"])),
    }


def offline(directory: Path, command: str, asked: Asked) -> object:
    """Do a command while the node does not run.

    Raises:
        AlreadyRunning: it does run, but its socket does not answer.
    """
    with only_one(directory):
        node = open_node(
            directory,
            system_s=time.time(),
            now_s=time.monotonic(),
            random=secrets.token_bytes,
            make_road=HttpRoad,
        )
        try:
            return answers(node)[command](asked)
        finally:
            node.database.close()


def is_return(octets: bytes, code: str) -> bool:
    """Whether a file that lies in the way is to be taken in; False for our own older file.

    Raises:
        ParcelError: it is neither, and must not be overwritten.
    """
    if form.way_of(octets) is not Way.TO_POLRES:
        return True
    if form.unpack(octets).node != node_number(code):
        raise OtherDesa
    return False


def _make(node: Node) -> dict[str, object]:
    made = making.make(node, time.monotonic())
    return {
        "octets": base64.b64encode(made.octets).decode(),
        "name": made.name,
        "sentences": list(made_sentences(made)),
    }


def _take(node: Node, octets: bytes) -> dict[str, object]:
    return {"sentences": list(taken_sentences(taking.take(node, octets, time.monotonic())))}
