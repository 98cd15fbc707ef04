"""The settings file: all problems named at once, and what was written is read back."""

import dataclasses
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server import settings
from server.sections import Settings, Web
from server.settings import SettingsError

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def values(section: str, key: str, default: object) -> st.SearchStrategy[object]:
    """What a key may be."""
    meaning = settings._meaning(settings.SECTIONS[section], key)
    if isinstance(default, int):
        return st.integers(meaning.least, meaning.most)
    if meaning.phones and isinstance(default, str):
        return st.sampled_from(["", "0812-3456-7890", "+6281234567890"])
    if meaning.phones:
        return st.lists(st.sampled_from(["0812-3456-7890", "+6281234567890"])).map(tuple)
    if meaning.days:
        return st.lists(st.sampled_from(["kdrt 1825", "aparat 0"])).map(tuple)
    if isinstance(default, tuple):
        return st.lists(TEXTS, max_size=3).map(tuple)
    return st.sampled_from(meaning.words) if meaning.words else TEXTS


@st.composite
def chosen(draw: st.DrawFn) -> Settings:
    """Settings with some keys changed."""
    made = Settings()
    for section, key, default, _unit, _text in settings.table():
        if draw(st.booleans()):
            part = getattr(made, section)
            fresh = dataclasses.replace(part, **{key: draw(values(section, key, default))})
            made = dataclasses.replace(made, **{section: fresh})
    return made


@given(chosen())
def test_settings_that_were_written_are_read_back(made: Settings) -> None:
    assert settings.parse(tomllib.loads(settings.dump(made))) == made


def test_only_what_differs_from_its_default_is_written() -> None:
    assert settings.dump(Settings()) == ""
    changed = dataclasses.replace(Settings(), web=Web(port=81))
    assert settings.dump(changed).split() == ["[web]", "port", "=", "81"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[webb]\nport = 1", "Maksudnya web?"),
        ('[retention]\ncategories = ["kdrt"]', "kategori dengan jumlah hari"),
        ('[retention]\ncategories = ["maling 30"]', "kategori dengan jumlah hari"),
        ("[web]\nprot = 1", "Maksudnya port?"),
        ("[answers]\nper_houre = 1", "Maksudnya per_hour?"),
        ("[web]\nqqqq = 1", "Yang dikenal: host, port"),
        ('[web]\nport = "81"', "[web] port harus berupa angka bulat."),
        ("[web]\nport = true", "[web] port harus berupa angka bulat."),
        ("[web]\nport = 70000", "[web] port harus antara 0 dan 65535."),
        ("[answers]\nper_day = -1", "[answers] per_day harus antara 0 dan"),
        ("[polres]\nexchange_every_s = 0", "harus antara 1 dan"),
        ('[desa]\nzone = "UTC"', "salah satu dari WIB, WITA, WIT"),
        ("[modem]\nports = [1]", "[modem] ports harus berupa daftar teks."),
        ('[modem]\nports = "/dev/ttyUSB0"', "[modem] ports harus berupa daftar teks."),
        ('[modem]\nnumbers = ["1708"]', "daftar nomor HP, misalnya 0812-3456-7890"),
        ("[answers]\nanswer_parts = 4", "antara 1 dan 3"),
        ("web = 3", "[web] harus berupa bagian"),
    ],
)
def test_a_problem_is_named_with_what_would_be_right(text: str, told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings.parse(tomllib.loads(text))
    assert told in caught.value.sentence


def test_all_problems_are_named_at_once() -> None:
    text = '[web]\nport = "x"\nhots = "h"\n[desa]\nname = 5\nzone = "X"\n[mdem]\nports = []\n'
    with pytest.raises(SettingsError) as caught:
        settings.parse(tomllib.loads(text))
    assert len(caught.value.problems) == 5
    assert caught.value.sentence.splitlines() == list(caught.value.problems)


def test_a_file_that_is_missing_broken_or_no_text_is_told_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / settings.FILE_NAME
    for content in (None, b"[web", b"\xff\xfe"):
        if content is not None:
            path.write_bytes(content)
        with pytest.raises(SettingsError) as caught:
            settings.load(path)
        assert settings.FILE_NAME in caught.value.sentence


def test_every_key_says_what_it_means_and_its_default_is_allowed() -> None:
    for section, key, default, _unit, meaning in settings.table():
        assert meaning
        written = [*default] if isinstance(default, tuple) else default
        assert settings.parse({section: {key: written}}) == Settings()
