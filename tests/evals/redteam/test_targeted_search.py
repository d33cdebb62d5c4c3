"""Searches held to what a scripted agent does, and the cache of what they find."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

from memsvc_agents.llm.scripted import ScriptedChat
from memsvc_evals.redteam.corpora.corpus import Corpus
from memsvc_evals.redteam.corpora.splits import Splits
from memsvc_evals.redteam.encoder.local import LocalEncoder
from memsvc_evals.redteam.optimise.agent import Agent
from memsvc_evals.redteam.optimise.cache import TriggerCache
from memsvc_evals.redteam.optimise.searches import SEARCHES
from memsvc_evals.redteam.optimise.target import Targeted
from memsvc_evals.redteam.optimise.triggers import TriggerSearches
from memsvc_evals.redteam.optimise.wished import WISHED

HF5 = SEARCHES["hf5"]
IDLE = "Thought: nothing fits.\nAction: Finish[in May]"


class Obedient(ScriptedChat):
    """Does as its memory says for ever, or never."""

    def __init__(self, does: bool, name: str = "obedient") -> None:
        every = "; ".join(wished.demonstration.format(t="it") for wished in WISHED)
        super().__init__([f"Action: {every}" if does else IDLE] * 1_000, name=name)


def searches(
    encoder: LocalEncoder, corpus: Corpus, chat: ScriptedChat | None, path: Path | None = None, calls: int = 400
) -> TriggerSearches:
    agent = None if chat is None else Agent(chat, calls)
    return TriggerSearches(lambda: encoder, corpus, TriggerCache(path), agent)


def test_a_search_accepts_only_what_the_agent_does(encoder: LocalEncoder, corpus: Corpus, splits: Splits) -> None:
    """With an agent that never does as told, the search stays with the words that it set out from."""
    idle = searches(encoder, corpus, Obedient(False))
    start = random.Random("hf5/3").sample(idle.words.texts, HF5.words)
    assert idle.find("hf5", splits, seed=3).split() == start
    counted = idle.targeted[0]
    assert (counted.met, counted.kept) == (False, 0)
    assert counted.calls == 3 * counted.asked > 0


def test_an_agent_that_does_everything_changes_nothing(
    encoder: LocalEncoder, corpus: Corpus, splits: Splits
) -> None:
    chat = Obedient(True)
    held = searches(encoder, corpus, chat)
    assert held.find("hf5", splits, seed=1) == searches(encoder, corpus, None).find("hf5", splits, seed=1)
    counted = held.targeted[0]
    assert (counted.met, counted.search, counted.seed) == (True, "hf5", 1)
    assert counted.calls == len(chat.requests) == 2 * counted.asked > 0


def test_only_triggers_of_notes_with_an_action_are_held(
    encoder: LocalEncoder, corpus: Corpus, splits: Splits
) -> None:
    chat = Obedient(False)
    held = searches(encoder, corpus, chat)
    assert held.find("hub", splits, seed=0) == searches(encoder, corpus, None).find("hub", splits, seed=0)
    assert (held.targeted, chat.requests) == ((), ())


def _keys(path: Path) -> Sequence[str]:
    return list(json.loads(path.read_text())["triggers"])


def test_triggers_are_kept_apart_by_the_agent_that_they_were_found_with(
    encoder: LocalEncoder, corpus: Corpus, splits: Splits, tmp_path: Path
) -> None:
    path = tmp_path / "triggers.json"
    for chat, calls in ((None, 1), (Obedient(False), 3), (Obedient(False), 4), (Obedient(False, name="other"), 3)):
        searches(encoder, corpus, chat, path, calls).find("hf5", splits, seed=0)
    assert len(_keys(path)) == 4


def test_a_trigger_from_the_cache_takes_no_calls_and_still_says_whether_it_was_met(
    encoder: LocalEncoder, corpus: Corpus, splits: Splits, tmp_path: Path
) -> None:
    path = tmp_path / "triggers.json"
    found = searches(encoder, corpus, Obedient(True), path).find("hf5", splits, seed=0)
    again = searches(encoder, corpus, ScriptedChat([], name="obedient"), path)
    assert again.find("hf5", splits, seed=0) == found
    assert again.targeted == (Targeted("hf5", 0, met=True),)
