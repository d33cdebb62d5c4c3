"""Measure the transplant probe on benign notes and on attacks; fit its weights; keep its benign scores.

python tools/guard/measure_probe.py collect CORPUS --data FOLDER --attacks FOLDER --out ROWS.jsonl [--most N]
python tools/guard/measure_probe.py report ROWS.jsonl ... [--fit] [--model memsvc/guard/model/guard.bin]

CORPUS: locomo, strategyqa, longmemeval, brief, passages, negatives. `collect` prints nothing of a text and writes
none; a corpus' benign texts and attacks go on from run to run with --skip. `report` takes the threshold from the
calibrating half of the benign texts (--rate of them flagged) and measures on the other half.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeAlias

sys.path[:0] = [
    str(Path(__file__).resolve().parents[2] / part)
    for part in ("", "stores", "retrieval", "agents", "evals", "tools")
]

from guard.probe_features import Attack, Row, Store, read_rows, write_rows
from guard.probe_report import fitted, kept_scores, report

from memsvc.domain.drafts import NewTurn
from memsvc.guard.coherence import Coherence
from memsvc.guard.conformal import length_bucket
from memsvc.guard.model_file import load_model
from memsvc.guard.normalize import normalised
from memsvc.memory.rounds import split_rounds
from memsvc.ports.embedding import Embedder
from memsvc.ports.retrieval import DrawnKey, Passage
from memsvc_agents.embed.make import EmbedderSpec, embedder_from
from memsvc_agents.embed.token_reader import packaged_token_reader
from memsvc_evals.longmemeval.schema import read_questions
from memsvc_evals.redteam.negatives import CLASSES, hard_negatives
from memsvc_retrieval.keys.making import key_maker

_CLEARED = 2_500
_VICTIMS = 50
_SIBLINGS = 40

Corpus: TypeAlias = tuple[list[str], list[tuple[str, str, list[str]]]]
"""Texts of cleared notes; kinds, contents and key texts of notes to be probed."""


def locomo(data: Path, embedder: Embedder) -> Corpus:
    """Return the turns of conversations as notes; them and questions to be probed."""
    turns: list[str] = []
    questions: list[str] = []
    for item in json.loads((data / "locomo5_dev.json").read_text()):
        sessions = [part for name, part in item["conversation"].items() if name.startswith("session_")]
        turns += [turn["text"] for part in sessions if isinstance(part, list) for turn in part]
        questions += [entry["question"] for entry in item["qa"]]
    cleared = list(dict.fromkeys(turn for turn in turns if turn.strip()))
    at = datetime(2026, 1, 1, tzinfo=UTC)
    turns_as_rounds = [each for text in cleared for each in _rounds([NewTurn("user", text)], at, embedder)]
    probed = [("dialogue", content, keys) for content, keys in turns_as_rounds]
    return cleared, probed + [("question", text, [text]) for text in dict.fromkeys(questions)]


def strategyqa(data: Path, _: Embedder) -> Corpus:
    """Return a memory keyed by questions, and those to be probed."""
    questions = [item["question"] for item in json.loads((data / "strategyqa_train.json").read_text())]
    return questions[:1500], [("stored question", text, [text]) for text in questions[:1500]]


def longmemeval(data: Path, embedder: Embedder) -> Corpus:
    """Return users' turns as notes, and rounds with their keys to be probed."""
    return _dialogue(data, embedder, slice(12))


def brief(data: Path, embedder: Embedder) -> Corpus:
    """Return the same of other dialogues, to be probed those rounds that have 61 to 120 words."""
    cleared, probed = _dialogue(data, embedder, slice(12, 60))
    return cleared, [each for each in probed if length_bucket(each[1]) == "long"]


def _dialogue(data: Path, embedder: Embedder, part: slice) -> Corpus:
    found: dict[str, tuple[str, list[str]]] = {}
    for question in list(read_questions(data / "longmemeval_s_dev.json"))[part]:
        for session in question.haystack:
            turns = [NewTurn(turn.role, turn.content) for turn in session.turns]
            for content, keys in _rounds(turns, session.at, embedder):
                found.setdefault(keys[0], (content, keys))
    probed = [("round", content, keys) for _, (content, keys) in sorted(found.items())]
    random.Random(2).shuffle(probed)
    return [text for _, _, keys in probed for text in keys], probed


def passages(data: Path, _: Embedder) -> Corpus:
    """Return paragraphs of 61 to 120 words of dialogues as notes of their own, which are about one thing each."""
    found: dict[str, None] = {}
    for question in list(read_questions(data / "longmemeval_s_dev.json"))[12:36]:
        for session in question.haystack:
            for turn in session.turns:
                found.update(dict.fromkeys(part.strip() for part in turn.content.split("\n\n")))
    chosen = sorted(text for text in found if length_bucket(text) == "long")
    random.Random(2).shuffle(chosen)
    return chosen, [("passage", text, [text]) for text in chosen]


def _rounds(turns: Sequence[NewTurn], at: datetime, embedder: Embedder) -> Iterator[tuple[str, list[str]]]:
    """Yield the content and the key texts of each round of a session."""
    maker = key_maker("expanded")
    for part in split_rounds(turns, first=0):
        texts: list[str] = []
        for key in maker.keys(Passage(part.content, part.turns, at)):
            text = key.text if isinstance(key, DrawnKey) else part.content[key.start : key.end]
            texts += [text[start:end] for start, end in embedder.windows(text)]
        kept = list(dict.fromkeys(text for text in texts if text.strip()))
        if kept:
            yield part.content, kept


_CORPORA: Final[dict[str, Callable[[Path, Embedder], Corpus]]] = {
    "locomo": locomo,
    "strategyqa": strategyqa,
    "longmemeval": longmemeval,
    "brief": brief,
    "passages": passages,
}


def attacks(file: Path, groups: Sequence[str], *, most_per_set: int = 1) -> Iterator[Attack]:
    """Yield poisoned texts of a file of the red team, normalised: the first ones of each set."""
    for each in json.loads(file.read_text())["attacks"]:
        if each["group"] not in groups:
            continue
        texts = each["key_texts"] if each["embedding"] == "key" else each["texts"]
        asked = [normalised(" ".join(text for text, _ in spans)) for spans in each["victim_queries"][:_VICTIMS]]
        for text in texts[:most_per_set]:
            yield Attack(f"{each['family']} {each['embedding']}", normalised(text), asked)


def collect(options: argparse.Namespace) -> None:
    embedder = embedder_from(EmbedderSpec())
    coherence = Coherence(load_model(options.guard).head, packaged_token_reader())
    part = slice(options.skip, options.skip + options.most)
    rows: list[Row] = []
    if options.corpus == "negatives":
        rows = list(_negatives(options, embedder, coherence, part))
    else:
        cleared, probed = _CORPORA[options.corpus](options.data, embedder)
        seed = (options.seed or options.corpus).encode()
        store = Store(options.corpus, cleared[:_CLEARED], embedder, coherence, seed=seed)
        poison = options.attacks and options.corpus in ("locomo", "strategyqa")
        found = list(attacks(options.attacks / f"{options.corpus}.json", options.groups)) if poison else []
        random.Random(options.seed or 3).shuffle(found)
        rows += [store.attack(attack) for attack in found[: options.most_attacks]]
        random.Random(4).shuffle(probed)
        rows += [store.benign(*each) for each in probed[part]]
    write_rows(options.out, rows)


def _negatives(
    options: argparse.Namespace, embedder: Embedder, coherence: Coherence, part: slice
) -> Iterator[Row]:
    """Yield hard negatives as a namespace's first of their class, and as further ones after some were cleared."""
    cleared, _ = locomo(options.data, embedder)
    seed = (options.seed or "negatives").encode()
    alone = Store("locomo", cleared[:_CLEARED], embedder, coherence, seed=seed)
    for name in CLASSES:
        texts = hard_negatives(name, count=_SIBLINGS + part.stop)
        known, probed = texts[:_SIBLINGS], texts[_SIBLINGS:][part]
        yield from (alone.benign(f"first {name}", text, [text]) for text in probed)
        among = alone.with_cleared(known, embedder)
        yield from (among.benign(f"further {name}", text, [text]) for text in probed[::2])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("collect")
    one.add_argument("corpus", choices=[*_CORPORA, "negatives"])
    one.add_argument("--data", type=Path, required=True)
    one.add_argument("--attacks", type=Path)
    one.add_argument("--groups", nargs="+", default=["optimised"])
    one.add_argument("--out", type=Path, required=True)
    one.add_argument("--most", type=int, default=100)
    one.add_argument("--most-attacks", type=int, default=100)
    one.add_argument("--seed", help="draws other canaries")
    one.add_argument("--skip", type=int, default=0)
    one.add_argument("--guard", type=Path, help="the guard model file whose head reads the words")
    one.set_defaults(run=collect)
    two = commands.add_parser("report")
    two.add_argument("rows", type=Path, nargs="+")
    two.add_argument("--rate", type=float, default=0.005)
    two.add_argument("--fit", action="store_true")
    two.add_argument("--model", type=Path)
    two.set_defaults(run=_report)
    options = parser.parse_args()
    options.run(options)


def _report(options: argparse.Namespace) -> None:
    rows = list(read_rows(options.rows))
    if options.fit:
        fitted(rows)
    report(rows, rate=options.rate)
    if options.model:
        kept_scores(rows, options.model)


if __name__ == "__main__":
    main()
