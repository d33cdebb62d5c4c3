"""After a purge and a compaction no byte of the content is left in any file of the database."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from memsvc.domain.attributes import Attributes
from memsvc.domain.changes import Operation
from memsvc.domain.derivations import Role
from memsvc.domain.drafts import NoteDraft
from memsvc.domain.guarding import Assessment, Canary, Decision, Ledgers, Review, Signal, Stage, Verdict
from memsvc.domain.ids import NoteId, SessionId
from memsvc.domain.jobs import NewJob
from memsvc.domain.notes import KeyKind, Kind
from memsvc.domain.triples import Triple
from memsvc.domain.usage import DailyLimits, LlmCall
from memsvc.errors import StorageBusy
from memsvc.ports.guard import BenignScore
from memsvc.ports.usage import KeptAnswer
from memsvc_stores.sql import SqlStorage, open_storage
from memsvc_stores.sql.vectors import encode
from tests.support.derived import derive, evolve, link, mention, new_link
from tests.support.drafts import (
    ACTOR,
    MODEL,
    SCOPE,
    T0,
    at,
    draft,
    forget,
    key,
    purge,
    restore,
    store,
    unit_vector,
)

CANARY = "xylophonequark"


def _secret(number: int) -> NoteDraft:
    return draft(
        f"{CANARY} number {number} " + f"{CANARY}{number} " * (number % 50),
        session=SessionId(f"{CANARY} session {number % 3}"),
        metadata={"tag": f"{CANARY} tag"},
        position=number,
    )


def _fill(storage: SqlStorage) -> list[NoteId]:
    """Mix secrets with other notes, so that they share pages, and change them, so that history holds them."""
    secrets = [_secret(number) for number in range(120)]
    for start in range(0, 120, 10):
        others = [draft(f"harmless {start} {n} " + "filler " * (n * 13 % 90)) for n in range(10)]
        mixed = [note for pair in zip(secrets[start : start + 10], others, strict=True) for note in pair]
        store(storage, *mixed)
    with storage.writer(SCOPE) as writer:
        writer.set_metadata(secrets[0].id, {"new": CANARY}, expected_version=None, at=T0, actor=ACTOR)
        writer.save_response("key", "hash", CANARY.encode(), at=T0)
        writer.triples.put({note.id: [Triple(f"{CANARY} head", CANARY, f"a {CANARY}")] for note in secrets})
    _keep_guarded(storage, secrets)
    _keep_answer(storage)
    forget(storage, secrets[1].id, reason=CANARY)
    restore(storage, secrets[1].id)
    return [note.id for note in secrets]


def _keep_guarded(storage: SqlStorage, secrets: list[NoteDraft]) -> None:
    """Keep what the guard finds of the secrets, and that a canary expects one of them."""
    with storage.writer(SCOPE) as writer:
        for note in secrets:
            writer.guard.put_original(note.id, f"{CANARY} as it was sent " + CANARY * 9)
            signal = Signal("wordlm", 1.0, 0.5, f"{CANARY} is rare", (0, 9))
            found = Assessment(Stage.WRITE, Verdict.LIMIT, Ledgers(1.0, 1.0, 1.0), (signal,), T0, "m-1")
            writer.guard.put_assessments({note.id: found})
            writer.guard.put_review(note.id, Review(Decision.RELEASED, T0, ACTOR, f"{CANARY} is harmless"))
            writer.guard.put_shingles({note.id: [1, 2]})
            writer.guard.put_scores([BenignScore(note.id, "lm", CANARY, 1.0)])


def _keep_answer(storage: SqlStorage) -> None:
    """Keep what a language model answered about the secrets."""
    ledger = storage.llm_ledger
    mark = ledger.mark(SCOPE)
    assert mark is not None
    call = LlmCall("link", "small", "asked", T0)
    number = ledger.reserve(SCOPE, call, DailyLimits())
    ledger.settle(SCOPE, number, call, keep=KeptAnswer("hash", f'["{CANARY} answered"]', mark))
    assert ledger.answer(SCOPE, "hash") is not None


def _fill_derived(storage: SqlStorage) -> list[NoteId]:
    """Store secrets, thoughts and merged thoughts of them, and notes whose attributes evolved from them."""
    secrets, plain = (
        [_secret(number) for number in range(40)],
        [draft(f"harmless {number}") for number in range(40)],
    )
    thoughts = [draft(f"{CANARY} thought {number}", kind=Kind.THOUGHT) for number in range(40)]
    merged = [draft(f"{CANARY} merged {number}", kind=Kind.THOUGHT) for number in range(20)]
    store(storage, *secrets, *plain, *thoughts, *merged)
    for number in range(40):
        derive(storage, thoughts[number].id, secrets[number].id)
        derive(storage, merged[number // 2].id, thoughts[number].id, role=Role.MERGE)
        mention(storage, secrets[number].id, f"{CANARY} {number}")
        said = Attributes((CANARY,), (CANARY,), f"{CANARY} {number}")
        amem = key(f"harmless {number} {CANARY}", KeyKind.AMEM)
        evolve(storage, plain[number].id, said, [key(f"harmless {number}"), amem], sources=[secrets[number].id])
    evolve(storage, plain[0].id, None, [key("harmless 0")], operation=Operation.REVERTED)
    link(storage, *[new_link(secrets[n].id, plain[n].id) for n in range(40)])
    with storage.writer(SCOPE) as writer:
        writer.triples.put({thoughts[0].id: [Triple(CANARY, "is", CANARY)]})
    return [note.id for note in secrets]


def _found(path: Path, needle: bytes) -> list[str]:
    files = sorted(path.parent.glob(path.name + "*"))
    return [file.name for file in files if needle in file.read_bytes()]


def test_the_canary_is_in_the_files_before(sqlite: SqlStorage, sqlite_path: Path) -> None:
    _fill(sqlite)
    assert _found(sqlite_path, CANARY.encode()) != []


def test_purge_and_compaction_leave_no_byte(sqlite: SqlStorage, sqlite_path: Path) -> None:
    secrets = _fill(sqlite)
    purge(sqlite, *secrets)
    sqlite.compact()
    assert _found(sqlite_path, CANARY.encode()) == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 4])
def test_rows_that_moved_between_pages_leave_no_copy(sqlite: SqlStorage, sqlite_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    notes = [draft(f"{CANARY}-{seed}-{n}- " + "z" * dice.randrange(900)) for n in range(600)]
    for start in range(0, 600, 10):
        store(sqlite, *notes[start : start + 10])
    with sqlite.writer(SCOPE) as writer:
        for _ in range(900):
            grown = {"filler": "q" * dice.randrange(700)}
            writer.set_metadata(dice.choice(notes).id, grown, expected_version=None, at=T0, actor=ACTOR)
    gone = dice.sample(notes, 200)
    purge(sqlite, *[note.id for note in gone])
    sqlite.compact()
    assert [n.content for n in gone if _found(sqlite_path, n.content.split()[0].encode())] == []


def test_the_vectors_of_purged_notes_leave_too(sqlite: SqlStorage, sqlite_path: Path) -> None:
    secret = _secret(7)
    store(sqlite, secret, draft("harmless"))
    purge(sqlite, secret.id)
    sqlite.compact()
    assert _found(sqlite_path, encode(MODEL, "", unit_vector(secret.content))) == []


def test_a_dropped_namespace_leaves_no_byte(sqlite: SqlStorage, sqlite_path: Path) -> None:
    _fill(sqlite)
    with sqlite.writer(SCOPE) as writer:
        writer.enqueue(NewJob("work", "one", {"text": CANARY}), at=at(0))
        writer.guard.put_canary(Canary("c", f"where is the {CANARY}?", (), 5, T0, ACTOR))
        writer.drop_namespace(at=T0, actor=ACTOR)
    sqlite.compact()
    assert _found(sqlite_path, CANARY.encode()) == []


def test_compaction_needs_the_end_of_old_reads(sqlite: SqlStorage) -> None:
    secrets = _fill(sqlite)
    with sqlite.reader(SCOPE) as reader:
        purge(sqlite, *secrets)
        with pytest.raises(StorageBusy):
            sqlite.compact()
        assert len(reader.notes(secrets)) == len(secrets)
    sqlite.compact()


@pytest.mark.postgres
@pytest.mark.parametrize("fill", [_fill, _fill_derived])
def test_postgres_table_files_hold_no_byte_after_compaction(
    postgres_url: str, fill: Callable[[SqlStorage], list[NoteId]]
) -> None:
    storage = open_storage(postgres_url)
    purge(storage, *fill(storage))
    storage.compact()
    with storage._engines.bare.connect() as connection:
        connection.exec_driver_sql("CHECKPOINT")
        data, *_ = connection.exec_driver_sql("SHOW data_directory").one()
        tables = (
            "SELECT pg_relation_filepath(oid) FROM pg_class WHERE relkind IN ('r', 't', 'i') AND relfilenode <> 0"
        )
        paths = [Path(data, name) for (name,) in connection.exec_driver_sql(tables) if name]
    storage.close()
    if not paths[0].exists():
        pytest.skip("the server's files are on another machine")
    assert [path.name for path in paths if CANARY.encode() in path.read_bytes()] == []


@pytest.mark.postgres
def test_postgres_compaction_needs_the_end_of_old_reads(postgres_url: str) -> None:
    storage = open_storage(postgres_url, timeout=0.1)
    secrets = _fill(storage)
    with storage.reader(SCOPE) as reader:
        purge(storage, *secrets)
        with pytest.raises(StorageBusy, match="older transaction"):
            storage.compact()
        assert len(reader.notes(secrets)) == len(secrets)
    storage.compact()
    storage.close()


def test_thoughts_and_attributes_of_an_erased_note_leave_no_byte(sqlite: SqlStorage, sqlite_path: Path) -> None:
    secrets = _fill_derived(sqlite)
    assert purge(sqlite, *secrets).notes == 100
    sqlite.compact()
    assert _found(sqlite_path, CANARY.encode()) == []


def test_dropping_takes_all_that_was_derived(sqlite: SqlStorage, sqlite_path: Path) -> None:
    _fill_derived(sqlite)
    with sqlite.writer(SCOPE) as writer:
        writer.drop_namespace(at=T0, actor=ACTOR)
    sqlite.compact()
    assert _found(sqlite_path, CANARY.encode()) == []
