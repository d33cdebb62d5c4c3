from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from memsvc_evals.redteam.corpora.corpus import Corpus, CorpusKind, CorpusNote, CorpusQuestion, Turn
from memsvc_evals.redteam.corpora.splits import Sizes, Splits, split_questions
from memsvc_evals.redteam.encoder.local import LocalEncoder
from tests.support.needed import needed

_TEXT = """
garden river music travel doctor school window basket summer winter kitchen engine letter
market bridge candle forest island planet rocket silver thunder violin walnut yellow zebra
anchor butter copper dragon emerald falcon ginger hammer iron jungle kettle lemon magnet
needle orange pepper quartz ribbon saddle temple umbrella velvet whale when did the go to
what does like where was she he about
"""
WORDS = tuple(dict.fromkeys(_TEXT.split()))


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a random encoder of one layer, whose vocabulary is WORDS."""
    torch, transformers = needed("torch", extra="local"), needed("transformers", extra="local")
    from safetensors.torch import save_file
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.normalizers import BertNormalizer
    from tokenizers.pre_tokenizers import BertPreTokenizer

    vocabulary = {"[PAD]": 0} | {f"[unused{i}]": i for i in range(1, 100)}
    vocabulary |= {"[UNK]": 100, "[CLS]": 101, "[SEP]": 102}
    vocabulary |= {word: 103 + i for i, word in enumerate(WORDS)}
    folder = tmp_path_factory.mktemp("tiny")
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer()
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.save(str(folder / "tokenizer.json"))
    config = transformers.BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        initializer_range=0.3,
    )
    torch.manual_seed(0)
    model = transformers.BertModel(config, add_pooling_layer=False)
    save_file(model.state_dict(), folder / "model.safetensors")
    config.to_json_file(folder / "config.json")
    return folder


@pytest.fixture
def encoder(tiny_model: Path) -> LocalEncoder:
    return LocalEncoder(tiny_model)


@pytest.fixture
def corpus() -> Corpus:
    """Sixty notes and questions about as many things, in a dialogue."""
    things = WORDS[:48]
    notes = tuple(
        CorpusNote(f"n{i}", f"s{i // 6}", (Turn("user", f"she was like the {thing} about the river"),))
        for i, thing in enumerate(things)
    )
    questions = tuple(
        CorpusQuestion(f"q{i}", f"when did she go to the {thing}?", (f"n{i}",), answer="yes", term=thing)
        for i, thing in enumerate(things)
    )
    return Corpus("things", CorpusKind.DIALOGUE, notes, questions)


@pytest.fixture
def splits(corpus: Corpus) -> Splits:
    return split_questions(corpus, seed=0, sizes=Sizes(learning=12, poison=6, canary=6, victim=24))


@pytest.fixture
def write_json(tmp_path: Path) -> Callable[[str, Any], Path]:
    def write(name: str, data: Any) -> Path:
        path = tmp_path / name
        path.write_text(json.dumps(data), encoding="utf-8")
        return path

    return write
