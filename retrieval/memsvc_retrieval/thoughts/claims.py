"""What a sentence in the third person claims, as triples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from memsvc.domain.quantities import quantity
from memsvc.domain.relations import FUNCTIONAL, is_functional
from memsvc.domain.triples import Triple
from memsvc_retrieval.thoughts.predicates import Predicate, predicate
from memsvc_retrieval.thoughts.relations import KNOWN
from memsvc_retrieval.thoughts.subjects import Subject, subject_of
from memsvc_retrieval.thoughts.tails import items_of, tail_of

__all__ = ["claims"]

# Somebody may have more than one.
_SEVERAL: Final = frozenset(
    {"friend", "dog", "cat", "pet", "brother", "sister", "son", "daughter", "child", "kid", "cousin", "aunt"}
    | {"uncle", "colleague", "neighbor", "neighbour", "hobby", "goal", "plan", "dream", "teacher", "student"}
)
_KIND: Final = re.compile(r"(?:an?|the|so|very|not|in|on|at|for|with)\b|[a-z]+(?:ing|ed)\b")
_CIRCUMSTANCE: Final = re.compile(r",? (?:as|with|for|since|because) .*")


def claims(sentence: str, speaker: str) -> tuple[Triple, ...]:
    """Return the triples of a sentence; of others than the speaker only those of a relation that is known well."""
    subject = subject_of(sentence, speaker)
    return () if subject is None else tuple(_triples(sentence, subject, speaker))


def _triples(sentence: str, subject: Subject, speaker: str) -> Iterator[Triple]:
    rest = sentence[subject.stop :]
    found = predicate(rest)
    if found is None:
        return
    tail = rest[found.stop :]
    if subject.attribute is not None and found.relation == "is":
        yield from _attribute(subject, tail_of(tail), found)
        return
    if not subject.head.startswith(speaker) and found.relation not in KNOWN:
        return
    items = [tail_of(tail)] if found.single else items_of(tail)
    if any(items):
        for item in items:
            yield _triple(subject.head, found, item)
    elif found.relation != "is":
        # Nothing follows "smokes": it is what somebody does.
        yield Triple(subject.head, "does", found.relation, found.negated, event=found.event)


def _triple(head: str, found: Predicate, tail: str) -> Triple:
    if found.relation in FUNCTIONAL:
        tail = _CIRCUMSTANCE.sub("", tail)
    value, unit = quantity(tail) or (None, None)
    functional = is_functional(found.relation, tail) and not found.negated and not found.event
    return Triple(head, found.relation, tail, found.negated, functional, found.event, value, unit)


def _attribute(subject: Subject, tail: str, found: Predicate) -> Iterator[Triple]:
    """Read "her N is T": T is the one N, unless it says what kind of thing the N is ("a teacher")."""
    if not tail:
        return
    assert subject.attribute is not None
    value, unit = quantity(tail) or (None, None)
    if not subject.attribute.startswith("favo") and _KIND.match(tail):
        head = f"{subject.head}'s {subject.attribute}"
        yield Triple(head, "is", tail, found.negated, False, found.event, value, unit)
    else:
        several = subject.attribute.split()[-1] in _SEVERAL
        functional = not found.event and not found.negated and not several
        yield Triple(subject.head, subject.attribute, tail, found.negated, functional, found.event, value, unit)
