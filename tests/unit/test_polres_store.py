"""The Polres' directory, its tables with their migrations, and its accounts."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import alembic.command
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from played_node import START_S, PlayedNode, received
from sqlalchemy import create_engine

from server.polres import accounts, enrolment
from server.polres import district as districts
from server.polres.accounts import Account, Role, TooSoon
from server.polres.district import District
from server.polres.errors import (
    AlreadyPrepared,
    BadUserName,
    NewerTables,
    NotPrepared,
    UserExists,
)
from server.polres.store import engine, nodes
from server.polres.store.engine import FILE_NAME, Tables, open_tables
from server.polres.store.tables.columns import METADATA
from server.sections import Login


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[Tables]:
    """Give migrated tables."""
    opened = open_tables(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def district(district: District) -> District:
    """Give a prepared Polres whose passphrases cost little."""
    district.settings = replace(district.settings, login=Login(memory_mib=1, passes=1))
    return district


def back_to(path: Path, revision: str) -> None:
    """Take the tables back to what an earlier revision made."""
    config = Config()
    config.set_main_option("script_location", str(engine._MIGRATIONS))
    with create_engine(f"sqlite:///{path}").begin() as connection:
        config.attributes["connection"] = connection
        alembic.command.downgrade(config, revision)


class TestTables:
    def test_the_revisions_make_what_the_schema_says(self, tables: Tables) -> None:
        with tables.read() as connection:
            assert compare_metadata(MigrationContext.configure(connection), METADATA) == []

    def test_opening_again_keeps_what_was_written(self, tmp_path: Path) -> None:
        for expected in (0, 7):
            opened = open_tables(tmp_path)
            with opened.write() as connection:
                assert nodes.counter(connection, "era") == expected
                nodes.set_counter(connection, "era", 7)
            opened.close()

    def test_what_was_recorded_before_the_second_revision_is_not_fresh_after_it(
        self, tmp_path: Path
    ) -> None:
        open_tables(tmp_path, "0001").close()
        with sqlite3.connect(tmp_path / FILE_NAME) as connection:
            for statement in (
                (
                    "insert into nodes (node, name, instance, down_instance, people_version,"
                    " people, announced_seq, state, trusted_s)"
                    " values (7, 'Pungka', 1, 1, 1, x'', 0, '', 90)"
                ),
                "insert into session_keys values (7, x'01', x'02', 50, 60)",
            ):
                connection.execute(statement)
        connection.close()
        opened = open_tables(tmp_path)
        with opened.read() as db:
            node, session = nodes.get(db, 7), nodes.session(db, 7, b"\x01")
            assert compare_metadata(MigrationContext.configure(db), METADATA) == []
        assert node is not None
        assert session is not None
        assert (node.issued_s, node.fresh_s, session.last_entry_s) == (90, 90, 60)
        opened.close()

    def test_tables_of_a_newer_version_are_refused(self, tmp_path: Path) -> None:
        open_tables(tmp_path).close()
        with sqlite3.connect(tmp_path / FILE_NAME) as connection:
            connection.execute("update alembic_version set version_num = '9999'")
        connection.close()
        with pytest.raises(NewerTables) as caught:
            open_tables(tmp_path)
        assert "lebih baru" in caught.value.sentence

    def test_a_block_that_fails_leaves_nothing_behind(self, tables: Tables) -> None:
        def fail() -> None:
            with tables.write() as connection:
                nodes.set_counter(connection, "era", 9)
                raise KeyError

        with pytest.raises(KeyError):
            fail()
        with tables.read() as connection:
            assert nodes.counter(connection, "era") == 0
            assert nodes.counter(connection, "changes") == 0

    def test_a_block_inside_a_block_is_part_of_it(self, tables: Tables) -> None:
        with tables.write() as outer:
            nodes.set_counter(outer, "era", 3)
            with tables.write() as inner, tables.read() as reader:
                assert nodes.counter(inner, "era") == nodes.counter(reader, "era") == 3
        with tables.read() as connection:
            assert nodes.counter(connection, "changes") == 1

    def test_every_commit_is_synced_to_disk(self, tables: Tables) -> None:
        with tables.read() as connection:
            assert connection.exec_driver_sql("pragma journal_mode").scalar() == "wal"
            assert connection.exec_driver_sql("pragma synchronous").scalar() == 2


class TestDirectory:
    def test_secrets_are_for_their_owner_only(self, district: District) -> None:
        for name in ("polres.key", "propam.key", FILE_NAME):
            assert (district.directory / name).stat().st_mode & 0o077 == 0

    def test_the_server_does_not_need_propams_key(self, district: District) -> None:
        (district.directory / "propam.key").unlink()
        again = districts.open_district(district.directory)
        assert again.keys.propam == district.keys.propam
        again.close()

    def test_a_prepared_directory_is_not_prepared_again(self, district: District) -> None:
        before = (district.directory / "polres.key").read_bytes()
        with pytest.raises(AlreadyPrepared):
            districts.init(district.directory, "Lain")
        assert (district.directory / "polres.key").read_bytes() == before

    def test_a_directory_without_keys_is_named_as_such(self, tmp_path: Path) -> None:
        with pytest.raises(NotPrepared):
            districts.open_district(tmp_path)

    def test_session_and_card_secrets_do_not_lie_open_in_the_tables(
        self, district: District
    ) -> None:
        card = enrolment.enroll(district, "52.04.07.2001", "Pungka", "http://p", now_s=START_S)
        node = PlayedNode(district, card)
        node.enrol()
        node.write(received("41275"))
        node.exchange()
        secrets = (*node.vault.running.secrets(), node.identity.duty, card.code.encode())
        district.close()
        octets = (district.directory / FILE_NAME).read_bytes()
        assert not [secret for secret in secrets if secret in octets]

    def test_no_secret_shows_when_a_district_is_printed(self, district: District) -> None:
        district.running_session(5_204_072_001)
        shown = repr(district) + repr(district.keys)
        assert "KeyPair" not in shown
        assert "SessionKeys" not in shown


class TestAccounts:
    def test_the_right_passphrase_opens_however_it_is_spelled(self, district: District) -> None:
        passphrase = accounts.add_user(district, "spkt", Role.SPKT, START_S)
        spoken = f"  {passphrase.replace('-', ' ').upper()} "
        assert accounts.check_user(district, "spkt", spoken, START_S) == Account("spkt", Role.SPKT)

    def test_wrong_ones_wait_longer_each_time_until_a_right_one(self, district: District) -> None:
        passphrase = accounts.add_user(district, "spkt", Role.SPKT, START_S)
        assert accounts.check_user(district, "spkt", "salah", START_S) is None
        assert accounts.check_user(district, "spkt", passphrase, START_S) == TooSoon(1)
        assert accounts.check_user(district, "spkt", "salah", START_S + 1) is None
        assert accounts.check_user(district, "spkt", passphrase, START_S + 2) == TooSoon(1)
        assert accounts.check_user(district, "spkt", passphrase, START_S + 3) is not None
        assert accounts.check_user(district, "spkt", passphrase, START_S + 3) is not None

    def test_an_unknown_name_is_only_wrong(self, district: District) -> None:
        assert accounts.check_user(district, "siapa", "salah", START_S) is None

    def test_names_are_taken_once_and_have_a_form(self, district: District) -> None:
        accounts.add_user(district, "binmas", Role.BINMAS, START_S)
        with pytest.raises(UserExists):
            accounts.add_user(district, "binmas", Role.ADMIN, START_S)
        for name in ("", "a", "A B", "x" * 33, "../etc"):
            with pytest.raises(BadUserName):
                accounts.add_user(district, name, Role.SPKT, START_S)

    def test_a_renewed_or_removed_account_forgets_the_old_passphrase(
        self, district: District
    ) -> None:
        old = accounts.add_user(district, "kapolres", Role.KAPOLRES, START_S)
        new = accounts.renew_user(district, "kapolres", START_S)
        assert accounts.check_user(district, "kapolres", old, START_S) is None
        assert accounts.check_user(district, "kapolres", new, START_S + 1) is not None
        accounts.remove_user(district, "kapolres")
        assert accounts.users(district) == ()
        assert accounts.check_user(district, "kapolres", new, START_S + 2) is None

    @given(st.integers(0, 10_000))
    def test_the_wait_never_shrinks_and_never_exceeds_a_minute(self, failures: int) -> None:
        assert accounts.delay_s(failures) <= accounts.delay_s(failures + 1) <= 60
        assert [accounts.delay_s(n) for n in range(9)] == [0, 1, 2, 4, 8, 16, 32, 60, 60]
