"""From the words after a subject to a relation and where its tail begins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from memsvc.domain.relations import DENIED, FUNCTIONAL, same_relation
from memsvc_retrieval.thoughts.helping_verbs import ADVERBS, BE, DO, HAVE, MODALS, NO_VERBS, STOPPED
from memsvc_retrieval.thoughts.relations import BE_PHRASES, PARTICLES
from memsvc_retrieval.thoughts.verbs import base_form, is_past, third_person

__all__ = ["Predicate", "predicate"]

_TOKEN: Final = re.compile(r"[\w'-]+|[,;:.!?()]")
_STARTS: Final = frozenset({"start", "begin"})
_MOST_CHARS: Final = 200
_MOST_PARTICLES: Final = 2


@dataclass(frozen=True, slots=True)
class Predicate:
    """A relation, and the character at which its tail begins."""

    relation: str
    negated: bool
    event: bool
    stop: int

    @property
    def single(self) -> bool:
        """Return whether what follows is one tail, not a list of them."""
        return self.event or self.relation in FUNCTIONAL


def predicate(said: str) -> Predicate | None:
    """Return the relation that the words after a subject begin with; None when they hold no verb at once.

    Past is an event, except for what began a state: who moved lives there. Words of cessation deny.
    """
    return _Parse(said).predicate()


def _is_gerund(word: str) -> bool:
    return word.endswith("ing") and len(word) > 4 and word.islower()


class _Parse:
    """Goes through the words from the left, once."""

    def __init__(self, said: str) -> None:
        # Without capitals, but for names: "Beijing" is no form of a verb.
        found = [(match[0], match.end()) for match in _TOKEN.finditer(said[:_MOST_CHARS])]
        self._tokens = [(word if word[0].isupper() else word.lower(), stop) for word, stop in found]
        self._at = 0
        self._negated = False
        self._modal = ""

    def predicate(self) -> Predicate | None:
        helper = self._helpers()
        word = self._word()
        if not word.isalpha() and not helper:
            return None
        if helper in BE:
            return self._being(helper)
        if helper in HAVE:
            return self._having(helper)
        if not word.isalpha() or not word.islower() or word in NO_VERBS:
            return None
        self._at += 1
        return self._verb(word)

    def _word(self, ahead: int = 0) -> str:
        place = self._at + ahead
        return self._tokens[place][0] if place < len(self._tokens) else ""

    def _skip_adverbs(self) -> None:
        while self._word() in ADVERBS:
            self._at += 1

    def _helpers(self) -> str:
        """Go past adverbs, denials and modals; return the form of be or have at which the verb begins, or ""."""
        while True:
            self._skip_adverbs()
            word = self._word()
            stem = word.removesuffix("n't")
            if word == "not" or word == "never":
                self._negated = True
                self._at += 1
            elif (word, self._word(1)) in (("no", "longer"), ("used", "to")):
                self._negated = True
                self._at += 2
            elif word in STOPPED and self._word(1).endswith("ing"):
                self._negated = True
                self._at += 1
            elif stem in BE or stem in HAVE:
                self._negated |= stem != word
                self._at += 1
                return stem
            elif stem in DO and (stem != word or self._word(1) == "not"):
                self._negated = True
                self._at += 1
            elif stem in MODALS or word == "cannot":
                self._negated |= stem != word or word == "cannot"
                self._modal = {"ca": "can", "wo": "will", "cannot": "can"}.get(stem, stem)
                self._at += 1
            else:
                return ""

    def _after_helper(self) -> None:
        """Take in "not", "no longer" and adverbs after a form of be or have."""
        self._skip_adverbs()
        if self._word() == "not" or (self._word(), self._word(1)) == ("no", "longer"):
            self._negated = True
            self._at += 1 if self._word() == "not" else 2
            self._skip_adverbs()

    def _being(self, form: str) -> Predicate | None:
        self._after_helper()
        past = form in ("was", "were")
        for length in (3, 2, 1):
            phrase = tuple(self._word(ahead) for ahead in range(length))
            if phrase in BE_PHRASES:
                self._at += length
                born = phrase[0] == "born"
                return self._made(f"{'was' if born else 'is'} {' '.join(phrase)}", event=past and not born)
        word = self._word()
        if _is_gerund(word):
            self._at += 1
            return self._progressive(word, past=past)
        return self._made("is", event=past)

    def _having(self, form: str) -> Predicate | None:
        self._after_helper()
        word = self._word()
        if word == "been":
            self._at += 1
            self._skip_adverbs()
            word = self._word()
            if _is_gerund(word):
                self._at += 1
                return self._progressive(word, past=False)
            return self._made("has been", event=True, particles=True)
        if word in STOPPED and self._word(1).endswith("ing"):
            self._negated = True
            self._at += 2
            return self._verb(self._word(-1))
        if word == "got" and self._word(1) != "married":
            self._at += 1
            return self._made("has", event=False)
        if word.isalpha() and is_past(word) and word not in HAVE:
            self._at += 1
            return self._verb(word)
        if word == "to" and self._word(1).isalpha():
            self._at += 2
            return self._made(f"has to {self._word(-1)}", event=form == "had", particles=True)
        return self._made("has", event=form == "had")

    def _progressive(self, word: str, *, past: bool) -> Predicate | None:
        verb = third_person(base_form(word))
        particles = self._particles()
        named = " ".join([verb, *particles])
        same = same_relation(named)
        if not past and (same in FUNCTIONAL or same != named) and not named.startswith(("moves", "relocates")):
            return self._made(same, event=False)
        return self._made(" ".join(["was" if past else "is", word, *particles]), event=past)

    def _verb(self, word: str) -> Predicate | None:
        base = base_form(word)
        if base in _STARTS and self._word().endswith("ing"):
            word, base = self._word(), base_form(self._word())
            self._at += 1
        elif base == "get" and self._word() in ("married", "engaged") and self._word(1) == "to":
            self._at += 2
            return self._made(f"is {self._word(-2)} to", event=False)
        if (self._modal, base, self._negated) == ("can", "stand", True):
            return self._made("likes", event=False)
        if self._modal:
            return self._made(f"{self._modal} {base}", event=False, particles=True)
        verb = third_person(base)
        particles = self._particles()
        if verb in ("moves", "relocates") and particles == ["from"]:
            return self._moved()
        relation = " ".join([verb, *particles])
        same = same_relation(relation)
        if relation in DENIED:
            self._negated = not self._negated
        begun = verb in ("moves", "relocates", "settles", "marries") or word.endswith("ing")
        past = is_past(word) and not (begun and same != relation)
        return self._made(same, event=past and not self._negated)

    def _moved(self) -> Predicate | None:
        """Go on to where somebody moved "from ... to"."""
        while self._word() and self._word() != "to":
            self._at += 1
        self._at += 1
        return self._made("lives in", event=False) if self._word() else None

    def _particles(self) -> list[str]:
        found: list[str] = []
        while len(found) < _MOST_PARTICLES and self._word() in PARTICLES and self._word(1):
            if found == ["to"] or (self._word() == "to" and self._is_infinitive()):
                break
            found.append(self._word())
            self._at += 1
        return found

    def _is_infinitive(self) -> bool:
        """Say whether "to" begins a verb: "likes to hike", not "went to Rome"; a guess by the word before."""
        before = base_form(self._word(-1))
        return before in (
            "like",
            "love",
            "hate",
            "prefer",
            "enjoy",
            "want",
            "plan",
            "need",
            "hope",
            "decide",
            "try",
        )

    def _made(self, relation: str, *, event: bool, particles: bool = False) -> Predicate:
        if particles:
            relation = " ".join([relation, *self._particles()])
        self._skip_adverbs()
        stop = self._tokens[self._at - 1][1] if self._at else 0
        return Predicate(relation, self._negated, event, stop)
