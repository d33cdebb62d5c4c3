"""Texts from templates: `[a|b]` picks one, `<name>` expands another rule, braces become square brackets."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence

__all__ = ["expand", "sample"]

_CHOICE = re.compile(r"\[([^\[\]]*)\]|<(\w+)>")
_TRIES = 6
_ROUNDS = 4
_BRACKETS = str.maketrans("{}", "[]")


def expand(template: str, rules: Mapping[str, Sequence[str]], rng: random.Random) -> str:
    """Return one text of a template; innermost choices first, until there are none."""
    while match := _CHOICE.search(template):
        picked = rng.choice(match[1].split("|")) if match[2] is None else rng.choice(rules[match[2]])
        template = template[: match.start()] + picked + template[match.end() :]
    text = re.sub(r" +([,.;:?! ])", r"\1", template).strip().translate(_BRACKETS)
    return text[:1].upper() + text[1:]


def sample(templates: Sequence[str], rules: Mapping[str, Sequence[str]], *, count: int, seed: str) -> list[str]:
    """Return so many texts, template after template; distinct as long as the next template has another one."""
    rng = random.Random(seed)
    found: dict[str, None] = {}
    repeated: list[str] = []
    turn = 0
    while len(found) + len(repeated) < count:
        texts = [expand(templates[turn % len(templates)], rules, rng) for _ in range(_TRIES)]
        turn += 1
        fresh = next((text for text in texts if text not in found), None)
        if fresh is not None:
            found[fresh] = None
        elif turn > _ROUNDS * count:
            repeated.append(texts[0])
    return [*found, *repeated]
