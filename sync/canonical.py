"""The one canonical encoding of bodies and messages: deterministic CBOR (RFC 8949 section 4.2)."""

from typing import cast

import cbor2

from sync.errors import MalformedFrame

Value = None | bool | int | str | bytes | tuple["Value", ...]
_PLAIN = frozenset({type(None), bool, int, str, bytes})


def pack(value: Value) -> bytes:
    """The canonical bytes of a positional array; one value has exactly one encoding."""
    return cbor2.dumps(value, canonical=True)


def unpack(data: bytes) -> Value:
    """Read canonical bytes back; arrays become tuples.

    Raises:
        MalformedFrame: the bytes are cut, carry something else, or are not in canonical form.
    """
    try:
        value = _frozen(cbor2.loads(data))
    except (cbor2.CBORDecodeError, ValueError, RecursionError, OverflowError, MemoryError) as error:
        raise MalformedFrame from error
    if pack(value) != data:
        raise MalformedFrame
    return value


def _frozen(value: object) -> Value:
    if type(value) in _PLAIN:
        return cast("Value", value)
    if not isinstance(value, list | tuple):
        raise MalformedFrame
    found = [item if type(item) in _PLAIN else _frozen(item) for item in value]
    return cast("tuple[Value, ...]", tuple(found))


def row(value: Value, *kinds: type) -> tuple[Value, ...]:
    """Check that an array holds at least these kinds, in order; later fields are left to readers.

    Raises:
        MalformedFrame: not an array, too short, or a field of another kind.
    """
    if not isinstance(value, tuple) or len(value) < len(kinds):
        raise MalformedFrame
    for item, kind in zip(value, kinds, strict=False):
        # The very type first: it is the usual case, and a bool is no int here.
        if type(item) is not kind and (kind is int or not isinstance(item, kind)):
            raise MalformedFrame
    return value


def count_in(value: Value) -> int:
    """A field that holds a number which is not negative.

    Raises:
        MalformedFrame: it holds something else.
    """
    if not isinstance(value, int) or value < 0:
        raise MalformedFrame
    return value


def octets_in(value: Value) -> bytes:
    """A field that holds octets.

    Raises:
        MalformedFrame: it holds something else.
    """
    if not isinstance(value, bytes):
        raise MalformedFrame
    return value


def items_in(value: Value) -> tuple[Value, ...]:
    """A field that holds an array.

    Raises:
        MalformedFrame: it holds something else.
    """
    if not isinstance(value, tuple):
        raise MalformedFrame
    return value
