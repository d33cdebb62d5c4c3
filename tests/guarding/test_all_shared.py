"""Which notes of a whole store share a run: only those that are trusted as much are counted and compared."""

from __future__ import annotations

import pytest

from memsvc.domain.notes import Note, Origin
from memsvc.memory.guarding import all_shared
from memsvc.memory.guarding.all_shared import AllShared
from tests.guarding.conftest import Guarded, packaged
from tests.guarding.test_quoting import MINE, PAGE
from tests.memory.conftest import SCOPE


@pytest.mark.parametrize(("origin", "found"), [(Origin.UNTRUSTED_DOCUMENT, [PAGE]), (Origin.DIRECT_USER, [])])
def test_only_notes_that_are_trusted_as_much_make_a_phrase_of_the_house(
    guarded: Guarded, monkeypatch: pytest.MonkeyPatch, origin: Origin, found: list[str]
) -> None:
    monkeypatch.setattr(all_shared, "_MOST_HOLDERS", 3)
    guarded.wants(level="off")
    mine, page = guarded.told(MINE), guarded.told(PAGE)
    crowd = [guarded.told(f"{PAGE} Page {number}.", origin=origin) for number in range(3)]
    assert _sharers(guarded, mine, [mine, page, *crowd]) == found


def _sharers(guarded: Guarded, note: Note, notes: list[Note]) -> list[str]:
    model = packaged()
    index = AllShared.of(
        (each.row, each.trust, [shingle.hash for shingle in model.runs.rare_shingles(each.content)])
        for each in notes
    )
    with guarded.storage.reader(SCOPE) as reader:
        return list(index.sharers(reader, model, note, note.content).texts)
