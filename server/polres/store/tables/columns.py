"""Columns of the Polres' tables in short, and the metadata that all of them belong to."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    LargeBinary,
    MetaData,
    Text,
)

METADATA = MetaData()


def int_column(name: str, *, key: bool = False, null: bool = False) -> Column[int]:
    """A number, time or flag."""
    return Column(name, BigInteger, primary_key=key, autoincrement=False, nullable=null)


def text_column(name: str, *, key: bool = False, null: bool = False) -> Column[str]:
    """Words."""
    return Column(name, Text, primary_key=key, nullable=null)


def blob_column(name: str, *, key: bool = False, null: bool = False) -> Column[bytes]:
    """Octets."""
    return Column(name, LargeBinary, primary_key=key, nullable=null)


def yes_column(name: str) -> Column[bool]:
    """Yes or no."""
    return Column(name, Boolean, nullable=False)
