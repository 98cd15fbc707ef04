"""The one door to zstandard: compresses against a shipped dictionary and earlier text."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

import zstandard

from sync.errors import MalformedFrame

DICTIONARY_NUMBER: Final = 2
"""That of new frames; those before it are read for ever."""
DICTIONARIES: Final[Mapping[int, str]] = MappingProxyType(
    {1: "f50ea68c52648e13d9f92a48b2bdde97", 2: "91ad13d4b50d90b13e6a0bf8d9e05a80"}
)
"""Number and digest of every dictionary."""
OCTETS_MAX: Final = 256 * 1024
"""What a frame may open to; nothing beyond it is ever allocated."""
_WINDOW_LOG: Final = 19


class DictionaryBroken(Exception):
    """Kamus pemampat yang terpasang rusak; pasang ulang Kentongan."""


@cache
def dictionary(number: int = DICTIONARY_NUMBER) -> bytes:
    """A shipped dictionary, in zstd's format; text may be appended to it.

    Raises:
        DictionaryBroken: the file is not the one that this version was made with.
    """
    octets = Path(__file__).with_name(f"dictionary{number}.zdict").read_bytes()
    if digest(octets) != DICTIONARIES[number]:
        raise DictionaryBroken
    return octets


def digest(octets: bytes) -> str:
    """How a dictionary is named in the source: BLAKE2b-128 in hexadecimal."""
    return hashlib.blake2b(octets, digest_size=16).hexdigest()


def squeeze(octets: bytes, earlier: bytes, number: int = DICTIONARY_NUMBER) -> bytes:
    """Compress with a dictionary followed by `earlier` as what both sides already know.

    Args:
        octets: what to compress.
        earlier: what the reader already holds, nearest last.
        number: of the dictionary.
    """
    known = _known(earlier, dictionary(number))
    parameters = zstandard.ZstdCompressionParameters(
        format=zstandard.FORMAT_ZSTD1_MAGICLESS,
        write_content_size=0,
        write_dict_id=0,
        write_checksum=0,
        window_log=_WINDOW_LOG,
        # Searches longer than level 9 and keeps smaller tables: shorter and faster here. Level
        # 19 saves another octet a report and takes twenty times as long.
        strategy=zstandard.STRATEGY_LAZY2,
        hash_log=18,
        chain_log=18,
        search_log=7,
        min_match=4,
        target_length=64,
    )
    return zstandard.ZstdCompressor(dict_data=known, compression_params=parameters).compress(octets)


def expand(octets: bytes, earlier: bytes, number: int = DICTIONARY_NUMBER) -> bytes:
    """What `squeeze` compressed with the same `earlier` and dictionary.

    Raises:
        MalformedFrame: broken, more than `OCTETS_MAX`, or it names its size as no writer does.
    """
    reader = zstandard.ZstdDecompressor(
        dict_data=_known(earlier, dictionary(number)),
        max_window_size=1 << _WINDOW_LOG,
        format=zstandard.FORMAT_ZSTD1_MAGICLESS,
    )
    try:
        told = zstandard.get_frame_parameters(octets, format=zstandard.FORMAT_ZSTD1_MAGICLESS)
        # A size that is named is allocated and filled, whatever the limit says.
        if told.content_size != zstandard.CONTENTSIZE_UNKNOWN:
            raise MalformedFrame
        return reader.decompress(octets, max_output_size=OCTETS_MAX, allow_extra_data=False)
    except (zstandard.ZstdError, MemoryError) as error:
        raise MalformedFrame from error


def _known(earlier: bytes, shipped: bytes) -> zstandard.ZstdCompressionDict:
    return zstandard.ZstdCompressionDict(shipped + earlier, dict_type=zstandard.DICT_TYPE_FULLDICT)
