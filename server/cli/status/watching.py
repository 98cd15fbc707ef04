"""`--watch`: a command's answer again and again, said when it has changed."""

import time
from collections.abc import Callable, Sequence

import click

EVERY_S = 1.0


def watch(told: Callable[[], Sequence[str]]) -> None:
    """Say the lines that differ from those before, until Ctrl-C, or until nothing goes on.

    Args:
        told: what goes on now; nothing when it is over.
    """
    before: Sequence[str] = ()
    try:
        while lines := told():
            for line in lines:
                if line not in before:
                    click.echo(line)
            before = lines
            time.sleep(EVERY_S)
    except KeyboardInterrupt:
        return
