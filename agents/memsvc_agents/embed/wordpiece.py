"""The tokenizer of BERT-like models, from their vocabulary file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memsvc.errors import InvalidInput
from memsvc_agents.embed.windows import Range, Tokens, split

if TYPE_CHECKING:
    from tokenizers import Encoding

__all__ = ["WordPiece"]

SPECIAL_TOKENS = 2


class WordPiece:
    """Lower-cased WordPiece with [CLS] and [SEP]; safe to use from several threads."""

    def __init__(self, vocabulary: bytes, *, max_tokens: int) -> None:
        from tokenizers import BertWordPieceTokenizer

        words = vocabulary.decode("utf-8").split("\n")
        table = {word: number for number, word in enumerate(words) if word}
        self._tokenizer = BertWordPieceTokenizer(table, lowercase=True)
        self._limit = max_tokens - SPECIAL_TOKENS

    def ids(self, text: str) -> list[int]:
        """Return token ids, special ones included; raises InvalidInput for text that is not Unicode."""
        return list(self._encode(text, special=True).ids)

    def tokens(self, text: str) -> tuple[list[int], list[Range]]:
        """Return token ids, special ones included, and the character ranges of the others."""
        encoding = self._encode(text, special=True)
        return list(encoding.ids), list(encoding.offsets)[1:-1]

    def windows(self, text: str) -> list[Range]:
        """Return character ranges that cover the text, each within `max_tokens` with the special tokens."""
        return split(text, limit=self._limit, tokenise=self._tokens)

    def _tokens(self, text: str) -> Tokens:
        encoding = self._encode(text, special=False)
        return Tokens(encoding.offsets, encoding.word_ids)

    def _encode(self, text: str, *, special: bool) -> Encoding:
        try:
            encoding: Encoding = self._tokenizer.encode(text, add_special_tokens=special)
        except (TypeError, UnicodeEncodeError) as error:
            raise InvalidInput(f"the text is not valid Unicode and cannot be embedded: {error}") from error
        return encoding
