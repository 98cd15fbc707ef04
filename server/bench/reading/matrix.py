"""The confusion matrix as a picture: what was meant beside what was read."""

from collections import Counter
from html import escape
from typing import Final

from server.domain.reading.labels import Category

_CELL: Final = 18
_LEFT: Final = 150
_TOP: Final = 150
_INK: Final = "#1f2933"
_RIGHT: Final = "#2f6f4f"
_WRONG: Final = "#a33b20"


def svg(counts: Counter[tuple[str, str]]) -> str:
    """An SVG of (meant, read) pairs; each row's shades are shares of what was meant."""
    labels = [one.value for one in Category]
    size = _CELL * len(labels)
    width, height = _LEFT + size + 10, _TOP + size + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">',
        "<style>text { font: 11px sans-serif }</style>",
        "<title>Rows: what a person read. Columns: what the program read.</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for at, label in enumerate(labels):
        parts += _names(label, at)
        parts += _row(counts, labels, label, at)
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


def _names(label: str, at: int) -> list[str]:
    middle = at * _CELL + _CELL // 2 + 4
    name = escape(label.replace("_", " "))
    across, down = _LEFT + middle, _TOP + middle
    return [
        f'<text x="{_LEFT - 6}" y="{down}" text-anchor="end" fill="{_INK}">{name}</text>',
        f'<text transform="translate({across},{_TOP - 6}) rotate(-60)" fill="{_INK}">{name}</text>',
    ]


def _row(counts: Counter[tuple[str, str]], labels: list[str], meant: str, at: int) -> list[str]:
    whole = sum(counts[meant, read] for read in labels)
    made = []
    for column, read in enumerate(labels):
        count = counts[meant, read]
        x, y = _LEFT + column * _CELL, _TOP + at * _CELL
        shade = count / whole if whole else 0.0
        colour = _RIGHT if meant == read else _WRONG
        made.append(
            f'<rect x="{x}" y="{y}" width="{_CELL}" height="{_CELL}" fill="{colour}" '
            f'fill-opacity="{shade:.2f}" stroke="#e4e7eb"/>'
        )
        if count:
            ink = "#ffffff" if shade > 0.5 else _INK
            made.append(
                f'<text x="{x + _CELL // 2}" y="{y + 13}" text-anchor="middle" '
                f'fill="{ink}">{count}</text>'
            )
    return made
