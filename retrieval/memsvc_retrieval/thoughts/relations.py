"""Phrases that a relation is read from."""

from __future__ import annotations

from typing import Final

from memsvc.domain.relations import FUNCTIONAL

__all__ = ["BE_PHRASES", "KNOWN", "PARTICLES"]

KNOWN: Final = FUNCTIONAL | {"is", "likes", "has", "prefers", "does", "is allergic to", "is afraid of"}
_BE: Final = """
married to|engaged to|dating|from|born in|born on|named|called|allergic to|afraid of|scared of|fond of|into|
in love with|interested in|passionate about|good at
"""
BE_PHRASES: Final = frozenset(tuple(phrase.split()) for phrase in _BE.split("|"))
_PARTICLE_WORDS: Final = """
up out off down away back over around along in at to for with on of about from as into by through near
"""
PARTICLES: Final = frozenset(_PARTICLE_WORDS.split())
