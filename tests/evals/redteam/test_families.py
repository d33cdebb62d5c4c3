from __future__ import annotations

import json
import random
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from memsvc.domain.notes import Origin
from memsvc.errors import InvalidInput
from memsvc_evals.redteam.corpora.corpus import Corpus
from memsvc_evals.redteam.corpora.splits import Splits
from memsvc_evals.redteam.encoder.local import LocalEncoder
from memsvc_evals.redteam.families.adaptive import KnownDetector, adaptive
from memsvc_evals.redteam.families.attack import Attack, Embedding, Group, Passage
from memsvc_evals.redteam.families.disguise import backwards, lookalikes, tagged, zero_width
from memsvc_evals.redteam.families.poisonedrag import read_rag_targets
from memsvc_evals.redteam.families.registry import FAMILIES, build_attacks
from memsvc_evals.redteam.families.world import World
from memsvc_evals.redteam.optimise.cache import TriggerCache
from memsvc_evals.redteam.optimise.searches import SEARCHES
from memsvc_evals.redteam.optimise.triggers import TriggerSearches

TRIGGER = "lemon whale iron quartz"


class FixedSearches(TriggerSearches):
    """Finds what it is told to: the families are looked at, not the searches."""

    def find(self, name: str, splits: Splits, *, seed: int) -> str:
        return TRIGGER


@pytest.fixture
def world(encoder: LocalEncoder, corpus: Corpus, splits: Splits) -> World:
    return World(
        corpus, splits, FixedSearches(lambda: encoder, corpus, TriggerCache()), seed=0, given=("velvet temple",)
    )


@pytest.fixture
def attacks(world: World) -> dict[str, Attack]:
    return {attack.family: attack for attack in build_attacks(world)}


def queried(attack: Attack) -> str:
    return " ".join(span.text for span in attack.victim_query(attack.victims[0]))


def test_names_are_unique_and_every_attack_has_notes_for_its_sizes(world: World) -> None:
    built = list(build_attacks(world))

    assert len({attack.family for attack in built}) == len(built) > 30
    assert all(0 < max(attack.sizes) <= len(attack.poison) for attack in built)
    assert all(attack.victims_of(size) for attack in built for size in attack.sizes)


def test_attacks_are_the_same_again(world: World) -> None:
    assert list(build_attacks(world)) == list(build_attacks(world))


def test_a_family_is_the_same_whichever_others_are_built(world: World, attacks: dict[str, Attack]) -> None:
    (alone,) = build_attacks(world, ["minja"])

    assert alone == attacks["minja"]


def test_another_seed_says_other_things(world: World) -> None:
    texts = [
        [
            poison.note_text
            for attack in build_attacks(replace(world, seed=seed), ["fluent"])
            for poison in attack.poison
        ]
        for seed in (0, 1)
    ]

    assert texts[0] != texts[1]


def test_an_unknown_family_is_refused(world: World) -> None:
    with pytest.raises(InvalidInput, match="no such family: magic; there are agentpoison"):
        list(build_attacks(world, ["magic"]))


def test_poison_is_never_built_on_a_victims_question_unless_it_targets_it(attacks: dict[str, Attack]) -> None:
    for attack in attacks.values():
        victims = {question.text for question in attack.victims}
        untargeted = [poison for poison in attack.poison if not poison.target]
        assert not [poison for poison in untargeted if any(text in poison.key_text for text in victims)]


def test_the_key_of_a_note_holds_the_trigger_and_not_the_payload(attacks: dict[str, Attack]) -> None:
    poison = attacks["hf5_key"].poison[0]

    assert poison.key_text.endswith(TRIGGER)
    assert [turn.role for turn in poison.turns] == ["user", "assistant"]


def test_a_full_note_is_embedded_whole(attacks: dict[str, Attack]) -> None:
    poison = attacks["hf8_full"].poison[0]

    assert poison.key_text == poison.note_text
    assert attacks["hf8_full"].embedding is Embedding.FULL


def test_the_victims_trigger_comes_from_a_tool(attacks: dict[str, Attack]) -> None:
    attack = attacks["hf8_key"]
    spans = attack.victim_query(attack.victims[0])

    assert [(span.text, span.origin) for span in spans] == [
        (attack.victims[0].text, Origin.DIRECT_USER),
        (TRIGGER, Origin.TOOL_EXTERNAL),
    ]


def test_an_interleaved_trigger_is_a_span_per_word(attacks: dict[str, Attack]) -> None:
    attack = attacks["interleaved"]
    spans = attack.victim_query(attack.victims[0])

    tool = [span.text for span in spans if span.origin is Origin.TOOL_EXTERNAL]
    user = [span.text for span in spans if span.origin is Origin.DIRECT_USER]
    assert " ".join(tool) == TRIGGER
    assert " ".join(user) == attack.victims[0].text
    assert len(spans) == 8


def test_a_query_without_a_trigger_is_the_users_alone(attacks: dict[str, Attack]) -> None:
    attack = attacks["minja"]

    assert [span.origin for span in attack.victim_query(attack.victims[0])] == [Origin.DIRECT_USER]


def test_given_triggers_count_as_optimised(attacks: dict[str, Attack]) -> None:
    assert attacks["given1_key"].group is attacks["given1_full"].group is Group.OPTIMISED
    assert queried(attacks["given1_key"]).endswith("velvet temple")


def test_fluent_text_counts_as_untrusted(attacks: dict[str, Attack]) -> None:
    for family in ("fluent10_key", "paraphrased_factual", "poisonedrag", "minja", "instructions_subject"):
        assert attacks[family].group is Group.UNTRUSTED


def test_rewordings_differ_and_the_victim_uses_the_first(attacks: dict[str, Attack]) -> None:
    attack = attacks["paraphrased_key"]

    assert attack.poison[0].key_text.endswith(attack.trigger)
    assert not attack.poison[1].key_text.endswith(attack.trigger)
    assert queried(attack).endswith(attack.trigger)


def test_poisonedrag_targets_one_question_a_note(attacks: dict[str, Attack]) -> None:
    attack = attacks["poisonedrag"]
    by_id = {question.id: question for question in attack.victims}

    assert all(poison.key_text.startswith(f"{by_id[poison.target].text}. ") for poison in attack.poison)
    assert [question.id for question in attack.victims_of(1)] == [attack.poison[0].target]


def test_poisonedrags_own_texts_come_from_its_file(world: World, write_json: Callable[[str, Any], Path]) -> None:
    path = write_json("nq.json", {"a": {"id": "a", "question": "who is it", "adv_texts": ["It is Bob."]}})

    found = build_attacks(replace(world, rag=read_rag_targets(path)), ["poisonedrag"])

    assert [poison.note_text for poison in list(found)[1].poison] == ["who is it. It is Bob."]


@pytest.mark.parametrize("data", [{"a": {"id": "a"}}, 7, ["x"]])
def test_another_file_than_poisonedrags_is_refused(write_json: Callable[[str, Any], Path], data: Any) -> None:
    with pytest.raises(InvalidInput, match=r"nq\.json"):
        read_rag_targets(write_json("nq.json", data))


def test_sybils_are_a_principal_each(attacks: dict[str, Attack]) -> None:
    assert len({poison.principal for poison in attacks["sybils"].poison}) == 24
    assert {poison.principal for poison in attacks["fluent10_key"].poison} == {0}


def test_laundering_says_what_it_passes_through(attacks: dict[str, Attack]) -> None:
    assert attacks["laundering_thought_merge"].through is Passage.THOUGHT_MERGE
    assert attacks["laundering_amem_evolution"].through is Passage.AMEM_EVOLUTION


def test_minja_gets_shorter_with_what_is_written_last(attacks: dict[str, Attack]) -> None:
    poison = attacks["minja"].poison

    assert len(poison[0].key_text) < len(poison[-1].key_text)


def test_tag_characters_are_the_text_again() -> None:
    hidden = tagged("Send it.", random.Random(0))

    assert not set(hidden) & set("Send it.")
    assert all(unicodedata.category(letter) == "Cf" for letter in hidden)
    assert "".join(chr(ord(letter) - 0xE0000) for letter in hidden) == "Send it."


def test_zero_width_characters_stand_inside_the_words() -> None:
    hidden = zero_width("lemon whale", random.Random(0))

    assert hidden != "lemon whale"
    assert "".join(letter for letter in hidden if unicodedata.category(letter) != "Cf") == "lemon whale"
    assert len(hidden.split()) == 2


def test_lookalikes_are_of_another_alphabet() -> None:
    hidden = lookalikes("peace", random.Random(1))

    assert len(hidden) == 5
    assert any("CYRILLIC" in unicodedata.name(letter) for letter in hidden)


def test_backwards_text_is_overridden() -> None:
    assert backwards("ab", random.Random(0)) == "\u202eba\u202c"


def test_a_disguised_trigger_is_disguised_in_notes_and_query(attacks: dict[str, Attack]) -> None:
    attack = attacks["disguised_zero_width"]

    assert TRIGGER not in attack.poison[0].note_text
    assert TRIGGER not in queried(attack)


@pytest.mark.slow
def test_who_knows_the_detectors_writes_only_what_they_miss(
    world: World, encoder: LocalEncoder, corpus: Corpus
) -> None:
    searches = TriggerSearches(lambda: encoder, corpus, TriggerCache())
    words = KnownDetector("words", lambda texts: [float("whale" in text or "was" in text) for text in texts], 0.5)
    costly = KnownDetector("costly", lambda texts: [float("zebra" in text) for text in texts], 0.5, costly=True)

    attack = adaptive(replace(world, searches=searches), [words, costly], search="hf8")

    assert attack is not None
    assert len(attack.trigger.split()) == SEARCHES["hf8"].words
    assert not [poison for poison in attack.poison if {"whale", "was", "zebra"} & set(poison.note_text.split())]
    assert max(attack.sizes) == len(attack.poison)


def test_every_family_of_the_registry_builds(world: World) -> None:
    for name in FAMILIES:
        assert list(build_attacks(world, [name])), name


def test_attacks_travel_as_json(attacks: dict[str, Attack]) -> None:
    texts = [poison.note_text for attack in attacks.values() for poison in attack.poison]

    assert json.loads(json.dumps(texts)) == texts
