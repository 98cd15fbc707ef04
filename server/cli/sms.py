"""`kentongan sms`: the codec for people and other programs."""

import sys

import click

from server.cli.benches.reading import sms_read
from sms.decode import decode_line


@click.group()
def sms() -> None:
    """Texts and PDUs."""


@sms.command()
def decode() -> None:
    """Decode PDUs: JSON lines {"pdu"} in, JSON lines with what they hold out."""
    for line in sys.stdin:
        if line.strip():
            click.echo(decode_line(line))
            sys.stdout.flush()


sms.add_command(sms_read)
