"""Nothing of the poison is left in what users see: its words are looked for, not its lineage."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from memsvc.domain.notes import KeyKind, Status
from memsvc.domain.policies import AmemPolicy, LinkPolicy, Policy, ThoughtPolicy, Work
from memsvc.domain.selection import VISIBLE
from memsvc_stores.memory import MemoryStorage
from memsvc_stores.sql import open_storage
from tests.guard.rollback.conftest import Memory, make_memory
from tests.guard.rollback.scripts import MARK, Act, Script, acts
from tests.memory.conftest import SCOPE

EVERYTHING = Policy(
    thoughts=ThoughtPolicy(work=Work.RULES),
    amem=AmemPolicy(work=Work.RULES),
    links=LinkPolicy(entity=True, semantic=True, tau=0.3),
)
_KINDS = ("round", "round", "item", "replace", "link", "work", "evolve", "forget", "restore")


def traces(memory: Memory) -> list[str]:
    """Return where words of the poison can be seen, or found by, or a visible note depends on it."""
    found = []
    notes = memory.notes()
    shown = [note for note in notes if note.status in VISIBLE]
    with memory.storage.reader(SCOPE) as reader:
        names = [note.id for note in shown]
        found += [f"content {note.id}" for note in shown if MARK in note.content.casefold()]
        for name, attributes in reader.attributes.get_many(names).items():
            found += [f"attributes {name}"] if MARK in attributes.text.casefold() else []
        for name, triples in reader.triples.get_many(names).items():
            found += [f"triples {name}" for each in triples if MARK in f"{each.head} {each.tail}".casefold()]
        for note in shown:
            texts = [key.text or "" for key in reader.keys(note.id) if key.kind is KeyKind.AMEM]
            found += [f"key {note.id}" for text in texts if MARK in text.casefold()]
        found += [
            f"words {row}" for row in reader.lexical(MARK, limit=9, allowed=None)["lexical_all"].rows.tolist()
        ]
        hidden = [note.id for note in notes if note.status is Status.QUARANTINED]
        found += [f"link {link.note}" for link in reader.links.touching(hidden)]
        found += [f"replaced {note.id}" for note in reader.replaced_by(hidden) if note.id not in hidden]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("sqlite", [False, True])
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(script=acts(*_KINDS, most=12))
def test_no_trace_of_the_poison_is_left(sqlite: bool, script: list[Act]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        storage = open_storage(f"sqlite:///{folder}/m.db") if sqlite else MemoryStorage()
        memory = make_memory(storage, Path(folder) / "indexes")
        memory.wants(EVERYTHING)
        Script(memory).play(script, without_poison=False)
        if any(act.is_poison for act in script):
            radius = memory.service.blast_radius(SCOPE, principal="mallory")
            done = memory.roll_back(principal="mallory")
            memory.work()
            reached = {*radius.roots, *(item.note for item in radius.items)}
            assert set(done.quarantined) <= reached
            assert set(done.reverted) | set(done.limited) <= reached | {note.id for note in memory.notes()}
        left = traces(memory)
        memory.context.index.close()
        storage.close()
    assert left == []
