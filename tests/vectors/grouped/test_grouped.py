"""An index for each group of keys: what each one sees, keeps on disk and forgets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from memsvc.domain.drafts import NoteDraft
from memsvc.domain.notes import KeyGroup, KeyKind
from memsvc.domain.scope import Scope
from memsvc.ports.ranking import KeyedSource, NamespaceState, Ranked, VectorDelta
from memsvc.ports.storage import Reader
from memsvc_stores.memory import MemoryStorage
from memsvc_stores.vectors.grouped import GroupedIndex
from memsvc_stores.vectors.paged.search import Effort
from memsvc_stores.vectors.tiered import TieredVectorIndex
from tests.support.drafts import ACTOR, SCOPE, T0, draft, forget, key, purge, put_vectors, store, unit_vector

WHOLE, DRAWN = KeyGroup.WHOLE, KeyGroup.DRAWN
OTHER = Scope.of(SCOPE.tenant, "space-2")
ALL = 1 << 20
NOTES = 40
SAVED = ["flat", "paged"]
FORMS = {"exact": (ALL, ALL), "flat": (0, ALL), "paged": (0, 8)}

Open = Callable[[], GroupedIndex]


@dataclass(frozen=True, slots=True)
class Asked:
    """A source that keeps from which sequences on it was asked, by group."""

    source: KeyedSource
    after: list[tuple[KeyGroup | None, int]] = field(default_factory=list)

    def vector_delta(
        self, after_sequence: int, *, limit: int | None = None, group: KeyGroup | None = None
    ) -> VectorDelta:
        self.after.append((group, after_sequence))
        return self.source.vector_delta(after_sequence, limit=limit, group=group)


@dataclass(frozen=True, slots=True)
class Without:
    """A source that has lost the keys of one group."""

    source: KeyedSource
    lost: KeyGroup

    def vector_delta(
        self, after_sequence: int, *, limit: int | None = None, group: KeyGroup | None = None
    ) -> VectorDelta:
        found = self.source.vector_delta(after_sequence, limit=limit, group=group)
        if group is not self.lost:
            return found
        return replace(found, note_rows=found.note_rows[:0], matrix=found.matrix[:0], times=None)


def tiered(directory: Path, form: str) -> TieredVectorIndex:
    exact, flat = FORMS[form]
    return TieredVectorIndex(
        directory, memory_bytes=ALL, exact_keys=exact, flat_keys=flat, reranked=ALL, effort=Effort(ALL, ALL, ALL)
    )


@pytest.fixture(params=sorted(FORMS))
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def opened(tmp_path: Path, form: str) -> Iterator[Open]:
    """Open indexes of every group over this test's directories."""
    made: list[GroupedIndex] = []

    def open_index() -> GroupedIndex:
        made.append(GroupedIndex({group: tiered(tmp_path / group, form) for group in KeyGroup}))
        return made[-1]

    yield open_index
    for index in made:
        index.close()


def keyed(name: str, *drawn: str) -> NoteDraft:
    sent = draft(name)
    return replace(sent, keys=(*sent.keys, *(key(text, KeyKind.FACT) for text in drawn)))


def many(prefix: str = "note") -> list[NoteDraft]:
    """Return notes of which every second has two drawn keys."""
    return [keyed(f"{prefix} {n}", *(f"{prefix} {n} {part}" for part in "ab" if n % 2)) for n in range(NOTES)]


@pytest.fixture
def storage() -> MemoryStorage:
    filled = MemoryStorage()
    store(filled, *many())
    return filled


def at(reader: Reader) -> NamespaceState:
    assert reader.state is not None
    return reader.state


def search(
    index: GroupedIndex,
    reader: Reader,
    text: str,
    *,
    group: KeyGroup,
    k: int = 5,
    source: KeyedSource | None = None,
) -> Ranked:
    return index.search(source or reader, at(reader), unit_vector(text), group=group, k=k, allowed=None)


def best(reader: Reader, text: str, *, group: KeyGroup, k: int = 5) -> list[int]:
    """Rank by brute force over the keys of the group."""
    delta = reader.vector_delta(0, group=group)
    scores: dict[int, float] = {}
    for row, score in zip(delta.note_rows.tolist(), (delta.matrix @ unit_vector(text)).tolist(), strict=True):
        if delta.visible[row]:
            scores[row] = max(score, scores.get(row, -2.0))
    return sorted(scores, key=lambda row: (-scores[row], row))[:k]


def assert_right(index: GroupedIndex, reader: Reader) -> None:
    for group in KeyGroup:
        for text in ("note 7", "note 7 a", "something else"):
            assert search(index, reader, text, group=group).rows.tolist() == best(reader, text, group=group)


def traces(directory: Path, *texts: str) -> set[str]:
    """Name the texts whose vectors stand in any file."""
    files = [path.read_bytes() for path in directory.rglob("*") if path.is_file()]
    return {text for text in texts if any(unit_vector(text).astype("<f2").tobytes() in body for body in files)}


def test_every_group_needs_an_index(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        GroupedIndex({WHOLE: tiered(tmp_path, "flat")})


def test_groups_do_not_see_each_others_keys(opened: Open, storage: MemoryStorage) -> None:
    index = opened()
    with storage.reader(SCOPE) as reader:
        assert_right(index, reader)
        assert search(index, reader, "note 7", group=WHOLE).scores[0] > 0.99
        assert search(index, reader, "note 7", group=DRAWN).scores[0] < 0.99
        assert search(index, reader, "note 7 a", group=WHOLE).scores[0] < 0.99
        assert search(index, reader, "note 7 a", group=DRAWN).scores[0] > 0.99


def test_notes_without_drawn_keys_are_not_found_by_them(opened: Open, storage: MemoryStorage) -> None:
    with storage.reader(SCOPE) as reader:
        found = search(opened(), reader, "note 8", group=DRAWN, k=NOTES)
        assert len(found.rows) == NOTES // 2
        assert len(search(opened(), reader, "note 8", group=WHOLE, k=NOTES).rows) == NOTES


def test_a_group_without_keys_finds_nothing(opened: Open) -> None:
    storage = MemoryStorage()
    store(storage, draft("a"))
    with storage.reader(SCOPE) as reader:
        index = opened()
        index.save(reader, at(reader))
        assert search(index, reader, "a", group=DRAWN).rows.tolist() == []
        assert index.verify(reader, at(reader)) == []


def test_changes_are_seen_by_each_group_at_once(opened: Open, storage: MemoryStorage) -> None:
    index, hidden, gone = opened(), keyed("hidden", "hidden a"), keyed("gone", "gone a")
    store(storage, hidden, gone)
    with storage.reader(SCOPE) as reader:
        index.save(reader, at(reader))
        assert_right(index, reader)
    forget(storage, hidden.id)
    purge(storage, gone.id)
    with storage.writer(SCOPE) as writer:
        note = next(
            record.note for record in writer.records(after_row=0, limit=99) if record.note.content == "note 7"
        )
        put_vectors(writer, [keyed("x", "new a")])
        writer.rekey(note.id, [key("note 7"), key("new a", KeyKind.FACT)], version="v2", at=T0, actor=ACTOR)
    with storage.reader(SCOPE) as reader:
        assert_right(index, reader)
        assert search(index, reader, "new a", group=DRAWN).rows[0] == note.row
        assert search(index, reader, "note 7 a", group=DRAWN).scores[0] < 0.99
        for group, text in ((WHOLE, "hidden"), (WHOLE, "gone"), (DRAWN, "hidden a"), (DRAWN, "gone a")):
            assert search(index, reader, text, group=group).scores[0] < 0.99


@pytest.mark.parametrize("form", SAVED)
def test_only_later_changes_are_read_after_a_restart(opened: Open, storage: MemoryStorage, form: str) -> None:
    with storage.reader(SCOPE) as reader:
        index = opened()
        index.save(reader, at(reader))
        index.close()
    store(storage, keyed("later", "later a"))
    with storage.reader(SCOPE) as reader:
        index, asked = opened(), Asked(reader)
        assert search(index, reader, "later", group=WHOLE, source=asked).scores[0] > 0.99
        assert search(index, reader, "later a", group=DRAWN, source=asked).scores[0] > 0.99
        assert asked.after == [(WHOLE, NOTES), (DRAWN, NOTES)]
        assert_right(index, reader)


def test_saved_groups_are_sound(opened: Open, storage: MemoryStorage) -> None:
    with storage.reader(SCOPE) as reader:
        index = opened()
        index.save(reader, at(reader))
        assert index.verify(reader, at(reader)) == []
        assert opened().verify(reader, at(reader)) == []


@pytest.mark.parametrize("lost", KeyGroup)
def test_a_difference_names_its_group(opened: Open, storage: MemoryStorage, form: str, lost: KeyGroup) -> None:
    with storage.reader(SCOPE) as reader:
        index = opened()
        index.save(reader, at(reader))
        search(index, reader, "note 7", group=lost)
        problems = index.verify(Without(reader, lost), at(reader))
    assert problems
    assert {problem.detail.split(" keys: ")[0] for problem in problems} == {lost}


def test_a_rebuild_mends_each_group(opened: Open, storage: MemoryStorage) -> None:
    with storage.reader(SCOPE) as reader:
        index = opened()
        for group in KeyGroup:
            index.rebuild(Without(reader, group), at(reader))
        index.rebuild(reader, at(reader))
        assert index.verify(reader, at(reader)) == []
        assert_right(index, reader)


@pytest.mark.parametrize("form", SAVED)
def test_compacting_saves_each_group(opened: Open, storage: MemoryStorage, form: str) -> None:
    gone = [keyed(f"gone {n}", f"gone {n} a") for n in range(3 * NOTES)]
    store(storage, *gone)
    with storage.reader(SCOPE) as reader:
        index = opened()
        index.save(reader, at(reader))
    purge(storage, *(each.id for each in gone))
    with storage.reader(SCOPE) as reader:
        before = index.stats(reader, at(reader))
        index.compact(reader, at(reader))
        asked = Asked(reader)
        assert opened().stats(asked, at(reader)).disk_bytes <= before.disk_bytes
        assert {after for _, after in asked.after} <= {at(reader).last_sequence}
        assert_right(index, reader)
        assert index.verify(reader, at(reader)) == []


def test_a_purge_leaves_no_bytes_in_either_group(
    tmp_path: Path, opened: Open, storage: MemoryStorage, form: str
) -> None:
    gone = keyed("gone", "gone a")
    store(storage, gone)
    with storage.reader(SCOPE) as reader:
        opened().save(reader, at(reader))
    texts = ("gone", "gone a", "note 7", "note 7 a")
    assert traces(tmp_path, *texts) == (set() if form == "exact" else set(texts))
    store(storage, keyed("later", "later a"))
    purge(storage, gone.id)
    with storage.reader(SCOPE) as reader:
        opened().purge(reader, at(reader))
        assert traces(tmp_path, *texts) == (set() if form == "exact" else set(texts[2:]))
        assert opened().verify(reader, at(reader)) == []
        assert search(opened(), reader, "later a", group=DRAWN).scores[0] > 0.99
        assert_right(opened(), reader)


def test_erasing_leaves_no_bytes_of_any_key(tmp_path: Path, opened: Open, storage: MemoryStorage) -> None:
    index = opened()
    with storage.reader(SCOPE) as reader:
        index.save(reader, at(reader))
        index.erase(at(reader).row)
        assert traces(tmp_path, *(text for sent in many() for text in (k.text or "" for k in sent.keys))) == set()
        assert_right(index, reader)


def test_stats_are_sums_and_the_form_of_whole_texts(opened: Open, storage: MemoryStorage, form: str) -> None:
    index = opened()
    with storage.reader(SCOPE) as reader:
        index.save(reader, at(reader))
        found = index.stats(reader, at(reader))
        assert (found.form, found.vectors, found.applied_sequence) == (form, 2 * NOTES, NOTES)
        assert (found.disk_bytes > 0) == (form != "exact")


@pytest.mark.parametrize("form", SAVED)
def test_bytes_of_a_group_are_counted(opened: Open, form: str) -> None:
    index = opened()
    disk = []
    for drawn in ((), ("a",)):
        storage = MemoryStorage()
        store(storage, *(keyed(f"note {n}", *(f"note {n} {part}" for part in drawn)) for n in range(NOTES)))
        with storage.reader(SCOPE) as reader:
            index.rebuild(reader, at(reader))
            disk.append(index.stats(reader, at(reader)).disk_bytes)
    assert disk[1] > disk[0]


def test_two_namespaces_do_not_mix(opened: Open, tmp_path: Path, storage: MemoryStorage, form: str) -> None:
    store(storage, *many("other"), scope=OTHER)
    index = opened()
    for scope in (SCOPE, OTHER):
        with storage.reader(scope) as reader:
            index.save(reader, at(reader))
    with storage.reader(OTHER) as other, storage.reader(SCOPE) as reader:
        assert search(index, other, "other 7 a", group=DRAWN).scores[0] > 0.99
        assert search(index, reader, "other 7 a", group=DRAWN).scores[0] < 0.99
        index.erase(at(other).row)
        assert traces(tmp_path, "other 7", "other 7 a") == set()
        assert_right(index, reader)
        assert index.verify(reader, at(reader)) == []


@pytest.mark.parametrize("form", SAVED)
def test_a_directory_of_one_index_for_all_keys_is_opened_as_it_is(tmp_path: Path, form: str) -> None:
    """What was written before keys had groups, when all were of whole texts."""
    storage = MemoryStorage()
    store(storage, *(draft(f"note {n}") for n in range(NOTES)))
    with storage.reader(SCOPE) as reader:
        older = tiered(tmp_path / "indexes", form)
        older.save(reader, at(reader))
        older.close()
        folders = {WHOLE: "indexes", DRAWN: "indexes-drawn"}
        index = GroupedIndex({group: tiered(tmp_path / folder, form) for group, folder in folders.items()})
        asked = Asked(reader)
        assert search(index, reader, "note 7", group=WHOLE, source=asked).rows.tolist() == best(
            reader, "note 7", group=WHOLE
        )
        assert {after for _, after in asked.after} <= {NOTES}
        assert index.verify(reader, at(reader)) == []
        index.close()


def test_hidden_notes_are_found_where_they_are_allowed(opened: Open, storage: MemoryStorage) -> None:
    hidden = keyed("hidden", "hidden a")
    (added,) = store(storage, hidden)
    forget(storage, hidden.id)
    index = opened()
    allowed = np.array([added.row], np.int64)
    with storage.reader(SCOPE) as reader:
        for group, text in ((WHOLE, "hidden"), (DRAWN, "hidden a")):
            found = index.search(reader, at(reader), unit_vector(text), group=group, k=5, allowed=allowed)
            assert found.rows.tolist() == [added.row]
