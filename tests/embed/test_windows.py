"""Splitting by tokens, with tokenizers that are easy to count."""

from __future__ import annotations

from memsvc_agents.embed.windows import Tokens, split


def letters(text: str) -> Tokens:
    """Make every letter a token and every space-separated word a word."""
    places = [n for n, letter in enumerate(text) if letter != " "]
    return Tokens([(n, n + 1) for n in places], [text[:n].count(" ") for n in places])


def swelling(text: str) -> Tokens:
    """Make the first letter of a text three tokens."""
    if not text:
        return Tokens([], [])
    return Tokens([(0, 1)] * 3 + [(n, n + 1) for n in range(1, len(text))], [0] * 3 + [*range(1, len(text))])


def test_a_text_that_fits_is_one_window() -> None:
    assert split("ab cd", limit=4, tokenise=letters) == [(0, 5)]


def test_a_window_begins_with_a_word() -> None:
    assert split("abc defg", limit=4, tokenise=letters) == [(0, 4), (4, 8)]


def test_spaces_before_the_first_word_belong_to_the_first_window() -> None:
    assert split("  ab cd", limit=2, tokenise=letters) == [(0, 5), (5, 7)]


def test_a_word_over_the_limit_is_cut() -> None:
    assert split("abcdefgh", limit=3, tokenise=letters) == [(0, 3), (3, 6), (6, 8)]


def test_a_part_that_grows_is_split_again() -> None:
    assert split("abcd", limit=4, tokenise=swelling) == [(0, 1), (1, 2), (2, 4)]


def test_a_single_letter_over_the_limit_is_left_whole() -> None:
    assert split("a", limit=2, tokenise=swelling) == [(0, 1)]
