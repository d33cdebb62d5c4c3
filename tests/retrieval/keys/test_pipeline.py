"""All slots together: what holds for any text, and that rules do not change without their version."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc.domain.notes import TurnSpan
from memsvc.ports.extraction import ExtractedKeys, Slot
from memsvc.ports.retrieval import Passage
from memsvc_retrieval.keys.pipeline import KeyPipeline, rule_pipeline
from memsvc_retrieval.keys.user_facts import UserFacts

from .conftest import WEDNESDAY

TEXT = (
    "I usually prefer hiking in the Alps, but last Saturday I went to Lake Como with my friend Rachel Morrison. "
    'We read "The Silent Patient" and paid $120 for 2 nights. By the way, I just adopted a cat, can you help? '
    "What should I feed him? I'm allergic to fish. My niece Emma was born on May 3rd. Rachel loved the lake."
)
REPLY = (
    "**Feeding:** Try Royal Canin, 60 grams per day.\n1. **Purina One**: a dry food sold by Petco.\nAsk Rachel!"
)
# What the rules of each version draw from the passage above; a new digest needs a new version.
DIGESTS = {
    "summary/1": "39028b50538bf3f9",
    "keyphrases/1": "afd54aa51d087ba7",
    "user_facts/1": "d2f4417cbcfb994a",
    "preferences/1": "1fcba58791f08aa7",
    "events/1": "27d730a6dea59d12",
    "entities/1": "ad5c28a65af65c62",
}


@pytest.mark.parametrize("slot", list(Slot))
def test_rules_that_draw_something_else_have_another_version(slot: Slot, said: Callable[..., Passage]) -> None:
    drawn = getattr(rule_pipeline().extract(said(TEXT, REPLY)), slot)
    digest = hashlib.sha256(repr(drawn).encode()).hexdigest()[:16]
    assert DIGESTS[f"{slot}/{rule_pipeline().versions[slot]}"] == digest, drawn


def test_the_slots_are_the_fields_of_what_is_drawn() -> None:
    assert [field.name for field in fields(ExtractedKeys)] == list(Slot)


def test_a_slot_without_an_extractor_stays_open(said: Callable[..., Passage]) -> None:
    pipeline = KeyPipeline(user_facts=UserFacts())
    assert pipeline.extract(said("I have a dog.")) == ExtractedKeys(user_facts=("User has a dog.",))
    assert dict(pipeline.versions) == {Slot.USER_FACTS: UserFacts.version}


def test_each_extractor_fills_its_own_slot() -> None:
    pipeline = rule_pipeline()
    assert {slot: getattr(pipeline, slot).slot for slot in Slot} == {slot: slot for slot in Slot}


@given(
    st.text(max_size=200) | st.text('I am Ann. \n-*`"?!5$', max_size=200), st.sampled_from(["user", "assistant"])
)
def test_any_text_has_keys_and_the_same_ones_again(text: str, role: str) -> None:
    passage = Passage(text, (TurnSpan(role, 0, len(text)),), WEDNESDAY)
    drawn = rule_pipeline().extract(passage)
    assert drawn == rule_pipeline().extract(passage)
    texts = [*(drawn.keyphrases or ()), *(drawn.user_facts or ()), *(drawn.entities or ())]
    assert all(each.strip() for each in texts)


def test_a_blank_passage_has_no_keys() -> None:
    drawn = rule_pipeline().extract(Passage(" \n ", (), WEDNESDAY))
    assert drawn == ExtractedKeys("", (), (), (), (), ())
