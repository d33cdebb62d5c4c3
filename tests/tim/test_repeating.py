"""What only repeats recalled words is no news; what denies or counts something else is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from memsvc.memory.repeating import Recalled

_WORDS = ("boat", "garden", "piano", "river", "teacher", "window", "yellow", "sings", "paints", "carries")
_sentences = st.lists(st.sampled_from(_WORDS), min_size=3, max_size=9, unique=True).map(
    lambda words: " ".join(words)
)


@given(_sentences, st.lists(_sentences, max_size=3), st.sampled_from(["{}", "{}!", "You {}.", "So, {}", "The {}"]))
def test_what_was_recalled_is_held_however_it_is_framed(said: str, others: list[str], frame: str) -> None:
    assert Recalled([*others, f"{said}."]).holds(frame.format(said.capitalize()))


@given(_sentences, st.integers(0, 99), st.sampled_from(["not", "never", "no", "{}", "isn't"]))
def test_another_denial_or_number_is_news(said: str, number: int, mark: str) -> None:
    first, *rest = said.split()
    assert not Recalled([f"{said}."]).holds(" ".join([first, mark.format(number), *rest]))


@given(_sentences)
def test_what_was_not_recalled_is_news(said: str) -> None:
    assert not Recalled(["Ann went home."]).holds(said)
    assert not Recalled([]).holds(said)
