"""Other keys for a note: its rows, its lexical document, and no vector left that only the old keys had."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, select, update

from memsvc.domain.notes import Key, Note, lexical_fields
from memsvc_stores.sql.attributes import attributes_of_rows
from memsvc_stores.sql.executor import Executor
from memsvc_stores.sql.inserting import insert_keys
from memsvc_stores.sql.namespace import Namespace
from memsvc_stores.sql.purging import delete_keys
from memsvc_stores.sql.tables import notes
from memsvc_stores.sql.vectors import check_vectors

__all__ = ["index_words", "replace_keys"]

_WORDS = select(notes.c.user_words, notes.c.other_words).where(
    notes.c.namespace_id == bindparam("namespace"), notes.c.row == bindparam("note")
)
_UPDATE = (
    update(notes)
    .where(notes.c.namespace_id == bindparam("namespace"), notes.c.row == bindparam("note"))
    .values(user_words=bindparam("new_user_words"), other_words=bindparam("new_other_words"))
)
_SET_VERSION = (
    update(notes)
    .where(notes.c.namespace_id == bindparam("namespace"), notes.c.row == bindparam("note"))
    .values(key_version=bindparam("new_key_version"))
)


def replace_keys(
    executor: Executor,
    namespace: Namespace,
    note: Note,
    new: Sequence[Key],
    *,
    version: str | None,
    kept: Collection[str],
) -> int:
    """Give a note other keys, and the words of these and of its attributes; return how many keys it had.

    Vectors of `kept` hashes stay though no key has them.
    """
    check_vectors(executor, namespace.row, model=namespace.model, keys=new)
    count, _ = delete_keys(executor, namespace, [note.row], kept={*kept, *(key.text_hash for key in new)})
    insert_keys(executor, namespace.row, [(note.row, new)])
    executor.run(_SET_VERSION, namespace=namespace.row, note=note.row, new_key_version=version)
    index_words(executor, namespace, note, new)
    return count


def index_words(executor: Executor, namespace: Namespace, note: Note, new: Sequence[Key]) -> None:
    """Index the words of a note anew, with those of its keys and attributes."""
    lexical = executor.backend.lexical
    attributes = attributes_of_rows(executor, namespace.row, [note.row]).get(note.row)
    document = lexical.analyzer.prepare(*lexical_fields(note.content, note.turns, new, attributes))
    user, other = len(document.user_terms), len(document.other_terms)
    had = executor.one(_WORDS, namespace=namespace.row, note=note.row)
    lexical.remove(executor.connection, namespace.row, [note.row])
    lexical.add(executor.connection, namespace.row, [(note.row, document)])
    executor.run(_UPDATE, namespace=namespace.row, note=note.row, new_user_words=user, new_other_words=other)
    namespace.count(0, user_words=user - had[0], other_words=other - had[1])
