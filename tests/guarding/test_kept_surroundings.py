"""What probes need of a namespace is made once, and anew when much has changed."""

from __future__ import annotations

import numpy as np
import pytest

from memsvc.domain.notes import Origin
from memsvc.guard.hubness import HubScale, Sentinels
from memsvc.memory.guarding.kept_surroundings import KeptSurroundings, Standing
from memsvc.ports.embedding import Model
from memsvc.ports.ranking import NamespaceState
from tests.guarding.conftest import PLAIN, Guarded
from tests.memory.conftest import CountingEmbedder

SEED, OTHER = b"one namespace", b"another"


def _state(sequence: int, *, row: int = 1) -> NamespaceState:
    return NamespaceState(row, sequence, Model("m", 4, 256))


def _standing(sequence: int, cleared: int) -> Standing:
    return Standing(sequence, cleared, Sentinels.of(np.eye(4, dtype=np.float32)), HubScale(0.0, 1.0))


def test_tools_are_made_once_for_a_seed() -> None:
    kept, embedder = KeptSurroundings(), CountingEmbedder()
    first = kept.tools(embedder, SEED)
    embedded = len(embedder.texts)
    assert kept.tools(embedder, SEED) is first
    assert len(embedder.texts) == embedded


def test_another_namespace_has_canaries_of_its_own_and_the_same_background() -> None:
    kept, embedder = KeptSurroundings(), CountingEmbedder()
    first, second = kept.tools(embedder, SEED), kept.tools(embedder, OTHER)
    assert first.canaries.texts != second.canaries.texts
    assert first.background is second.background


def test_another_embedder_has_a_background_of_its_own() -> None:
    kept = KeptSurroundings()
    wide, narrow = (kept.tools(CountingEmbedder(dimension), SEED) for dimension in (64, 32))
    assert (wide.background.shape[1], narrow.background.shape[1]) == (64, 32)


def test_the_namespaces_probed_longest_ago_are_forgotten() -> None:
    kept, embedder = KeptSurroundings(), CountingEmbedder(dimension=8)
    first = kept.tools(embedder, SEED)
    for number in range(64):
        kept.tools(embedder, bytes([number]))
    assert kept.tools(embedder, SEED) is not first


@pytest.mark.parametrize(
    ("sequence", "cleared", "holds"),
    [
        (10, 100, True),
        (509, 105, True),
        (510, 100, False),
        (20, 106, False),
        (20, 94, False),
        (9, 100, False),
    ],
    ids=["at once", "later", "many changes", "more cleared", "fewer cleared", "a store put back"],
)
def test_a_standing_holds_until_much_has_changed(sequence: int, cleared: int, holds: bool) -> None:
    kept = KeptSurroundings()
    kept.keep(_state(10), SEED, _standing(10, 100))
    assert (kept.standing(_state(sequence), SEED, cleared=cleared) is not None) is holds


def test_a_standing_is_its_namespaces_and_its_weeks() -> None:
    kept = KeptSurroundings()
    kept.keep(_state(10), SEED, _standing(10, 100))
    assert kept.standing(_state(10, row=2), SEED, cleared=100) is None
    assert kept.standing(_state(10), OTHER, cleared=100) is None


def test_a_second_job_embeds_no_canaries_again(guarded: Guarded) -> None:
    embedded = []
    for text in (PLAIN, "The bakery round the corner closes at six on Saturdays."):
        guarded.told(text, origin=Origin.UNTRUSTED_DOCUMENT)
        before = len(guarded.embedder.texts)
        guarded.work()
        embedded.append(len(guarded.embedder.texts) - before)
    assert embedded[0] > 1_000 > 10 * embedded[1]
