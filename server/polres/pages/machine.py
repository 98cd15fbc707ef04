"""The addresses that a desa's box calls: enrolment and exchange."""

import ipaddress
import logging
from collections.abc import Callable
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from server.polres import enrolment, gate
from server.polres.enrolment import Reply
from server.polres.pages.place import now_s, the_district
from server.polres.restores import claims
from server.polres.rotation import answering
from server.web.guards import machine
from sync.message import OCTETS_MAX
from sync.restores.claim import CLAIM_PATH
from sync.roads.http import CONTENT_TYPE, ENROL_PATH, EXCHANGE_PATH, KEY_PATH

blueprint = Blueprint("machine", __name__)
log = logging.getLogger(__name__)
ENDPOINTS: Final = frozenset(
    {"machine.enrol", "machine.exchange", "machine.claim", "machine.show_key"}
)
_NETWORK_BITS: Final = {4: 16, 6: 32}


@blueprint.post(ENROL_PATH)
@machine
def enrol() -> Response:
    """A box uses its card."""
    return _answer(lambda octets: enrolment.admit(the_district(), octets, now_s()))


@blueprint.post(EXCHANGE_PATH)
@machine
def exchange() -> Response:
    """A box brings its frames and takes its orders."""
    network = network_of(request.remote_addr)
    return _answer(lambda octets: gate.exchange(the_district(), octets, network, now_s()))


@blueprint.post(CLAIM_PATH)
@machine
def claim() -> Response:
    """A box that is not followed any more asks to go on."""
    return _answer(lambda octets: claims.claim(the_district(), octets, now_s()))


@blueprint.post(KEY_PATH)
@machine
def show_key() -> Response:
    """A box shows the exchange key that it uses, and is shown ours."""
    return _answer(lambda octets: answering.show(the_district(), octets, now_s()))


def network_of(address: str | None) -> str | None:
    """The network that a box calls from, as coarse as providers hand addresses out.

    The first 16 bits of an IPv4 address, the first 32 of an IPv6 one. None, which is not
    judged, for loopback (a relay stands before us) and for what is no address.
    """
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    plain = mapped or found
    if plain.is_loopback:
        return None
    return str(ipaddress.ip_network(f"{plain}/{_NETWORK_BITS[plain.version]}", strict=False))


def _answer(step: Callable[[bytes], Reply]) -> Response:
    """The step's answer; its failures are a plain 503, for the box knows how to try again."""
    if request.mimetype != CONTENT_TYPE:
        return _response(Reply(400))
    request.max_content_length = OCTETS_MAX
    try:
        octets = request.get_data(cache=False)
    except HTTPException:
        return _response(Reply(400))
    try:
        return _response(step(octets))
    except Exception as error:  # noqa: BLE001 - whatever it is, the box must keep its frames
        # No traceback: a database error would print the texts that it could not write.
        log.error("exchange failed", extra={"error": type(error).__name__})  # noqa: TRY400
        return _response(Reply(503))


def _response(reply: Reply) -> Response:
    answer = Response(reply.octets, status=reply.status)
    answer.headers["Content-Type"] = CONTENT_TYPE
    return answer
