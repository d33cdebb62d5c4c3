"""Lexical search: exact BM25 within a namespace, over FTS5, PostgreSQL's GIN, or memory."""

from __future__ import annotations

from memsvc_stores.lexical.analysis import Analyzer, LexicalDocument
from memsvc_stores.lexical.scoring import CorpusStats

__all__ = ["Analyzer", "CorpusStats", "LexicalDocument"]
