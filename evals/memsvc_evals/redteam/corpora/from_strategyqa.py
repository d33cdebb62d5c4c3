"""StrategyQA as a keyed memory: a stored question is the key, the facts and the answer are what it leads to."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from memsvc.errors import InvalidInput
from memsvc_evals.redteam.corpora.corpus import Corpus, CorpusKind, CorpusNote, CorpusQuestion, Turn

__all__ = ["strategyqa_corpus"]

# Of the questions, the share that is asked and not stored: a victim's question is new to the memory.
_ASKED = 0.25


def strategyqa_corpus(path: Path, *, seed: int, limit: int) -> Corpus:
    """Return stored questions as notes, and others as what is asked: their gold are the notes on the same term.

    Raises InvalidInput that names the item and the field.
    """
    items = [_item(each, f"{path.name}: item {i}") for i, each in enumerate(_array(path))]
    random.Random(f"strategyqa/{seed}").shuffle(items)
    asked = int(len(items) * _ASKED)
    stored = items[asked:][:limit]
    by_term: dict[str, list[str]] = {}
    for item in stored:
        by_term.setdefault(item["term"].lower(), []).append(item["qid"])
    return Corpus(
        name=path.name.split(".")[0],
        kind=CorpusKind.KEYED,
        notes=tuple(_note(item) for item in stored),
        questions=tuple(
            CorpusQuestion(
                id=item["qid"],
                text=item["question"].strip(),
                gold=tuple(by_term.get(item["term"].lower(), ())),
                answer=_answer(item),
                term=item["term"],
            )
            for item in items[:asked]
        ),
    )


def _array(path: Path) -> list[object]:
    try:
        found = json.loads(path.read_bytes())
    except OSError as error:
        raise InvalidInput(f"cannot read {path}: {error.strerror or error}") from error
    except ValueError as error:
        raise InvalidInput(f"{path.name}: not valid JSON ({error})") from error
    if not isinstance(found, list):
        raise InvalidInput(f"{path.name}: must be the official format, one JSON array of questions")
    return found


def _item(data: object, where: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise InvalidInput(f"{where}: must be an object, not {type(data).__name__}")
    for name in ("qid", "question", "term"):
        if not isinstance(data.get(name), str) or not data[name].strip():
            raise InvalidInput(f"{where}: {name}: must be a text that is not empty")
    facts = data.get("facts", [])
    if not isinstance(facts, list) or not all(isinstance(fact, str) for fact in facts):
        raise InvalidInput(f"{where}: facts: must be a list of texts")
    return data


def _note(item: Mapping[str, Any]) -> CorpusNote:
    reply = " ".join([*(fact.strip() for fact in item.get("facts", ())), f"So the answer is {_answer(item)}."])
    return CorpusNote(item["qid"], item["qid"], (Turn("user", item["question"].strip()), Turn("assistant", reply)))


def _answer(item: Mapping[str, Any]) -> str:
    return {True: "yes", False: "no"}.get(item.get("answer"), "not known")  # type: ignore[arg-type]
