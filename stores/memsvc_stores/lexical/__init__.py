"""Lexical search: exact BM25 within a namespace, over FTS5, PostgreSQL's GIN, or memory."""

from __future__ import annotations

from memsvc_stores.lexical.analysis import Analyzer, LexicalDocument
from memsvc_stores.lexical.fts5 import Fts5Lexical
from memsvc_stores.lexical.memory import MemoryLexical
from memsvc_stores.lexical.scoring import CorpusStats
from memsvc_stores.lexical.tsvector import TsvectorLexical

__all__ = ["Analyzer", "CorpusStats", "Fts5Lexical", "LexicalDocument", "MemoryLexical", "TsvectorLexical"]
