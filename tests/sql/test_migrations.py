"""The migrations make what the tables say, on both databases, and back."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from memsvc.domain.attributes import Attributes
from memsvc.domain.changes import Operation
from memsvc.domain.notes import KeyKind, Status
from memsvc.errors import InvalidInput, Unavailable
from memsvc_stores.lexical import ddl
from memsvc_stores.sql import current, downgrade, open_storage, schema, upgrade
from memsvc_stores.sql.tables import METADATA
from tests.support.derived import evolve
from tests.support.drafts import ACTOR, SCOPE, change, draft, forget, key, sha256, store

_INDEXES = (
    "SELECT m.name, l.name FROM sqlite_master AS m JOIN pragma_index_list(m.name) AS l WHERE m.type = 'table'"
)


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(schema.migrations_path()))
    return ScriptDirectory.from_config(config)


def _tables(url: str) -> set[str]:
    engine = create_engine(url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names


def test_there_is_one_head_and_the_code_knows_it() -> None:
    assert _scripts().get_heads() == [schema.HEAD]


def test_the_migrations_make_the_tables_of_the_models(bare_url: str) -> None:
    upgrade(bare_url)
    engine = create_engine(bare_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, kind, _: kind != "table" or not name.startswith("lexical")},
        )
        differences = compare_metadata(context, METADATA)
    engine.dispose()
    assert differences == []


def test_up_down_up(bare_url: str) -> None:
    upgrade(bare_url)
    made = _tables(bare_url)
    downgrade(bare_url, "base")
    assert _tables(bare_url) - {"alembic_version"} == set()
    assert current(bare_url) is None
    upgrade(bare_url)
    assert (current(bare_url), _tables(bare_url)) == (schema.HEAD, made)


def test_going_back_leaves_no_key_that_the_older_code_cannot_read(bare_url: str) -> None:
    with closing(open_storage(bare_url)) as storage:
        store(storage, replace(draft("a"), keys=(key("a"), key("b", KeyKind.STATEMENT))))
    downgrade(bare_url, "0001")
    engine = create_engine(bare_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT kind FROM keys")).all() == [("content",)]
        assert connection.execute(text("SELECT text_hash FROM vectors")).all() == [(sha256("a"),)]
    engine.dispose()


def test_going_back_leaves_no_status_nor_operation_that_the_older_code_cannot_read(bare_url: str) -> None:
    pending, merged, evolved = replace(draft("a"), status=Status.PENDING), draft("b"), draft("c")
    with closing(open_storage(bare_url)) as storage:
        store(storage, pending, merged, evolved)
        forget(storage, pending.id)
        change(storage, merged.id, Operation.MERGED, Status.MERGED, superseded_by=evolved.id)
        evolve(storage, evolved.id, Attributes(("canary",), (), ""), [key("c")])
        store(storage, replace(draft("d"), status=Status.PENDING))
    downgrade(bare_url, "0002")
    engine = create_engine(bare_url)
    with engine.connect() as connection:
        statuses = connection.execute(text("SELECT status FROM notes ORDER BY row")).scalars().all()
        assert statuses == ["forgotten", "merged", "active", "active"]
        history = connection.execute(
            text("SELECT operation, patch FROM journal WHERE operation <> 'created' ORDER BY sequence")
        ).all()
    engine.dispose()
    assert [operation for operation, _ in history] == ["forgotten", "superseded", "updated"]
    assert json.loads(history[0].patch)["status"]["old"] == "active"
    assert history[2].patch == "{}"


def test_going_back_leaves_no_guarded_note_that_the_older_code_cannot_read(bare_url: str) -> None:
    poison, reader = draft("poison"), draft("written after reading it")
    with closing(open_storage(bare_url)) as storage:
        store(storage, poison, replace(reader, parents=(poison.id,)))
        change(storage, poison.id, Operation.QUARANTINED, Status.QUARANTINED)
    downgrade(bare_url, "0003")
    engine = create_engine(bare_url)
    with engine.connect() as connection:
        statuses = connection.execute(text("SELECT status FROM notes ORDER BY row")).scalars().all()
        operations = connection.execute(text("SELECT operation FROM journal ORDER BY sequence")).scalars().all()
        derived = connection.execute(text("SELECT count(*) FROM derivations")).scalar_one()
    engine.dispose()
    assert (statuses, operations, derived) == (["forgotten", "active"], ["created", "created", "updated"], 0)


def test_notes_of_an_older_store_get_their_principals_from_the_journal(bare_url: str) -> None:
    with closing(open_storage(bare_url)) as storage:
        store(storage, draft("a"))
    downgrade(bare_url, "0003")
    with closing(open_storage(bare_url)) as storage, storage.reader(SCOPE) as reader:
        assert [note.principal for note in reader.guard.written_by(ACTOR, after_row=0, limit=9)] == [ACTOR]


def test_the_planner_knows_the_indexes_of_notes_and_of_the_guard(sqlite_path: Path) -> None:
    upgrade(f"sqlite:///{sqlite_path}")
    engine = create_engine(f"sqlite:///{sqlite_path}")
    with engine.connect() as connection:
        known = {(table, index) for table, index in connection.execute(text("SELECT tbl, idx FROM sqlite_stat1"))}
        made = {(table, index) for table, index in connection.execute(text(_INDEXES))}
    engine.dispose()
    guarded = {"notes", "originals", "assessments", "reviews", "shingles", "guard_scores", "canaries", "audit"}
    # A table without rowid is its primary key's index, and goes by its own name in the statistics.
    unknown = {(table, index) for table, index in made if not {(table, index), (table, table)} & known}
    assert {table for table, _ in made} > guarded
    assert {table for table, _ in unknown} & guarded == set()


def test_upgrading_twice_changes_nothing(bare_url: str) -> None:
    upgrade(bare_url)
    upgrade(bare_url)
    assert current(bare_url) == schema.HEAD


def test_an_empty_database_has_no_revision(bare_url: str) -> None:
    assert current(bare_url) is None


def test_a_store_without_tables_is_not_ready(bare_url: str) -> None:
    storage = open_storage(bare_url, create=False)
    with pytest.raises(Unavailable, match="memsvc db upgrade"):
        storage.check()
    storage.close()


def test_the_lexical_tables_are_those_of_the_lexical_index() -> None:
    module = _scripts().get_revision("0001").module
    assert (module._SQLITE_LEXICAL, module._POSTGRES_LEXICAL) == (ddl.SQLITE_DDL, ddl.POSTGRES_DDL)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://h/db", "postgresql://h/db", "no"])
def test_another_kind_of_url_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput):
        open_storage(url)
