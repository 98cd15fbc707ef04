"""Settings: `kentongan.toml` read and checked, all that is wrong with it told at once."""

import dataclasses
import difflib
import re
import tomllib
import typing
from pathlib import Path
from typing import Any

from server.sections import SECTIONS, Meaning, Plain, Settings
from server.words import CATEGORIES
from sms.phone import parse_phone

FILE_NAME = "kentongan.toml"
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)$")


class SettingsError(Exception):
    """Berkas pengaturan perlu diperbaiki."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems

    @property
    def sentence(self) -> str:
        """All problems at once, one a line."""
        return "\n".join(self.problems)


def load(path: Path) -> Settings:
    """Read and check a settings file.

    Raises:
        SettingsError: it is missing, is no TOML, or holds unknown or impossible keys; all
            problems are named at once.
    """
    try:
        # Editors of Windows put a mark before the text.
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(
            (f"Berkas {path.name} tidak dapat dibaca; jalankan init dahulu.",)
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(
            (f"Berkas {path.name} bukan teks UTF-8; simpan ulang sebagai UTF-8.",)
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            (f"Berkas {path.name} bukan TOML yang benar; perbaiki {_place(error)}.",)
        ) from error
    return parse(document)


def _place(error: tomllib.TOMLDecodeError) -> str:
    """Where a file stops being TOML; Python tells it in the error's last words."""
    line = _AT_LINE.search(str(error))
    return "bagian akhirnya" if line is None else f"baris {line[1]}"


def parse(document: dict[str, object]) -> Settings:
    """Check a parsed document.

    Raises:
        SettingsError: unknown or impossible keys; all problems are named at once.
    """
    problems: list[str] = []
    found: dict[str, Any] = {}
    for name, content in document.items():
        if name not in SECTIONS:
            problems.append(_unknown(f"[{name}]", name, tuple(SECTIONS)))
        elif not isinstance(content, dict):
            problems.append(f"[{name}] harus berupa bagian dengan kunci di bawahnya.")
        else:
            found[name] = _section(name, content, problems)
    if problems:
        raise SettingsError(tuple(problems))
    return dataclasses.replace(Settings(), **found)


def _section(name: str, content: dict[str, object], problems: list[str]) -> object:
    kind = SECTIONS[name]
    known = {f.name: f.default for f in dataclasses.fields(kind)}
    values: dict[str, Any] = {}
    for key, value in content.items():
        if key not in known:
            problems.append(_unknown(f"[{name}] {key}", key, tuple(known)))
            continue
        plain = tuple(value) if isinstance(value, list) else value
        wrong = _wrong(plain, type(known[key]), _meaning(kind, key))
        if wrong:
            problems.append(f"[{name}] {key} harus {wrong}.")
        else:
            values[key] = plain
    return dataclasses.replace(kind(), **values)


def _wrong(value: object, kind: type, meaning: Meaning) -> str:
    """What a value must be, in Indonesian; nothing when it is that."""
    wanted = {str: "berupa teks", int: "berupa angka bulat", tuple: "berupa daftar teks"}[kind]
    if type(value) is not kind:
        return wanted
    if isinstance(value, tuple) and not all(isinstance(item, str) for item in value):
        return wanted
    if isinstance(value, int) and not meaning.least <= value <= meaning.most:
        return f"antara {meaning.least} dan {meaning.most}"
    if meaning.words and value not in meaning.words:
        return f"salah satu dari {', '.join(meaning.words)}"
    if meaning.phones and isinstance(value, str) and value and parse_phone(value) is None:
        return "berupa nomor HP, misalnya 0812-3456-7890"
    if meaning.phones and isinstance(value, tuple) and None in map(parse_phone, value):
        return "berupa daftar nomor HP, misalnya 0812-3456-7890"
    if meaning.days and isinstance(value, tuple) and not all(map(_names_days, value)):
        return 'berupa daftar kategori dengan jumlah hari, misalnya ["kdrt 1825"]'
    return ""


def _names_days(item: str) -> bool:
    """Whether an item is a known category and a number of days."""
    category, _, days = item.partition(" ")
    return category in CATEGORIES and days.isascii() and days.isdigit() and len(days) <= 5


def _meaning(kind: type, key: str) -> Meaning:
    hints = typing.get_type_hints(kind, include_extras=True)
    meaning: Meaning = hints[key].__metadata__[0]
    return meaning


def _unknown(where: str, name: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
    hint = f" Maksudnya {near[0]}?" if near else f" Yang dikenal: {', '.join(known)}."
    return f"{where} tidak dikenal.{hint}"


def dump(settings: Settings) -> str:
    """The file's text: keys that differ from their default."""
    lines: list[str] = []
    for section in dataclasses.fields(Settings):
        content = getattr(settings, section.name)
        changed = [
            f"{key.name} = {_toml(getattr(content, key.name))}"
            for key in dataclasses.fields(content)
            if getattr(content, key.name) != key.default
        ]
        if changed:
            lines += [f"[{section.name}]", *changed, ""]
    return "\n".join(lines)


def _toml(value: Plain) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in escaped) + '"'


def table() -> tuple[tuple[str, str, Plain, str, str], ...]:
    """Rows of (section, key, default, unit, meaning) for the documentation."""
    rows: list[tuple[str, str, Plain, str, str]] = []
    for name, kind in SECTIONS.items():
        for key in dataclasses.fields(kind):
            meaning = _meaning(kind, key.name)
            rows.append((name, key.name, getattr(kind(), key.name), meaning.unit, meaning.text))
    return tuple(rows)
