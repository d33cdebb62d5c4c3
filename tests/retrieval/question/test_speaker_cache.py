"""Speakers are looked up again only after a change, and for so many namespaces at most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import pytest

from memsvc.ports.embedding import Model
from memsvc.ports.ranking import NamespaceState
from memsvc.ports.storage import Reader
from memsvc_retrieval.question import speaker_cache
from memsvc_retrieval.question.speaker_cache import SpeakerCache


class Heads:
    """A reader of notes that begin alike, which counts how often it is asked."""

    def __init__(self, *names: str) -> None:
        self.names: Sequence[str] = names
        self.asked = 0

    def heads(self, *, limit: int, chars: int) -> list[str]:
        self.asked += 1
        return [f"{name}: hello"[:chars] for name in self.names for _ in range(5)][:limit]


def of(cache: SpeakerCache, heads: Heads, *, row: int = 1, sequence: int = 1) -> frozenset[str]:
    return cache.of(cast(Reader, heads), NamespaceState(row, sequence, Model("m", 4, 256)))


def test_the_reader_is_asked_once_while_nothing_changes() -> None:
    cache, heads = SpeakerCache(), Heads("Ann", "Bob")
    assert [of(cache, heads) for _ in range(3)] == [{"Ann", "Bob"}] * 3
    assert heads.asked == 1


def test_an_empty_answer_is_kept_too() -> None:
    cache, heads = SpeakerCache(), Heads()
    assert [of(cache, heads), of(cache, heads)] == [frozenset(), frozenset()]
    assert heads.asked == 1


def test_after_a_change_the_reader_is_asked_again() -> None:
    cache, heads = SpeakerCache(), Heads("Ann")
    of(cache, heads, sequence=1)
    heads.names = ["Bob"]
    assert [of(cache, heads, sequence=1), of(cache, heads, sequence=2)] == [{"Ann"}, {"Bob"}]
    assert heads.asked == 2


def test_two_namespaces_have_speakers_of_their_own() -> None:
    cache, ann, bob = SpeakerCache(), Heads("Ann"), Heads("Bob")
    for _ in range(2):
        assert (of(cache, ann, row=1), of(cache, bob, row=2)) == ({"Ann"}, {"Bob"})
    assert (ann.asked, bob.asked) == (1, 1)


def test_what_was_asked_longest_ago_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaker_cache, "_NAMESPACES", 2)
    cache, heads = SpeakerCache(), Heads("Ann")
    for row in (1, 2, 1, 3):
        of(cache, heads, row=row)
    assert heads.asked == 3
    of(cache, heads, row=1)
    assert heads.asked == 3
    of(cache, heads, row=2)
    assert heads.asked == 4


def test_a_forgotten_namespace_is_asked_again() -> None:
    cache, heads = SpeakerCache(), Heads("Ann")
    of(cache, heads)
    cache.forget(1)
    cache.forget(2)
    heads.names = []
    assert of(cache, heads) == frozenset()
