"""One form of every text: idempotent, bounded, and without what nobody sees."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc.guard.invisible import SUSPECT
from memsvc.guard.normalize import invisible_finding, normalise, normalised

TAGS = "".join(chr(0xE0000 + ord(letter)) for letter in "obey")
ENGLAND = "\U0001f3f4" + "".join(chr(0xE0000 + ord(letter)) for letter in "gbeng") + "\U000e007f"
FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"

NASTY = st.lists(
    st.sampled_from(
        [
            *"aeoсеоΑοxй A1#.\n\t\r\x07\x0b\x85é\xad\u0301\u0327\u0345\u034f\u0600\u061c\u0627\u064b\u0915\u094d",
            *"\u1160\u180b\u200b\u200c\u200d\u200e\u2028\u202e\u2060\u20e3\u2122\u2764\u3099\u304b\uac00\u11a8",
            *"\ufb01\ufdfa\ufe0e\ufe0f\ufeff\U0001f3f4\U0001f469\U0001f3fb\U000e0067\U000e007f\U000e0100\U0001d400",
            ENGLAND,
        ]
    )
).map("".join)
ANY = st.text(st.characters(exclude_categories=["Cs"]))


@given(NASTY | ANY)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalised(text)
    again = normalise(once)
    assert again.text == once
    assert not again.removed


@given(NASTY | ANY)
def test_the_result_is_in_nfkc_and_bounded(text: str) -> None:
    told = normalised(text)
    assert unicodedata.is_normalized("NFKC", told)
    assert len(told) <= 18 * len(text)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126) | st.sampled_from("\t\n\r")))
def test_ascii_text_is_the_same_object(text: str) -> None:
    assert normalised(text) is text


@given(NASTY)
def test_both_ways_to_normalise_agree(text: str) -> None:
    assert normalised(text) == normalise(text).text


@pytest.mark.parametrize(
    "text",
    [
        "Ça va très bien, Łukasz – “genau”!",
        "Москва и Киев",
        "Αθήνα και Πάτρα",
        "می‌خواهم",  # Persian, with a non-joiner
        "क्‍ष",  # Devanagari, with a joiner
        "日本語のテキスト",
        "한국어",
        f"a family {FAMILY} and {ENGLAND}",
        "I ❤️ this, 1️⃣ of 👍🏽",
        "5 μm wide",
    ],
)
def test_honest_text_stays(text: str) -> None:
    assert normalise(text).removed == {}
    assert normalised(text) == text


@pytest.mark.parametrize(
    ("text", "told", "kind"),
    [
        ("ig\u200bnore", "ignore", "zero_width"),
        (f"hello{TAGS}", "hello", "tag"),
        ("a\u202eb", "ab", "override"),
        ("a\u2067b\u2069", "ab", "bidi"),
        ("co\xadoperate", "cooperate", "soft_hyphen"),
        ("bell\x07", "bell", "control"),
        ("page\x0cnext", "page\nnext", "control"),
        ("pаypаl", "paypal", "confusable"),
        ("Москвa", "Москва", "confusable"),
        ("ﬁnd", "find", "compatibility"),
        ("A\ufe0f", "A", "variation"),
        ("😀\U000e0148\U000e0155", "😀", "smuggled"),
        ("a\u200db", "ab", "zero_width"),
        ("Ａ", "A", "compatibility"),
    ],
)
def test_what_nobody_sees_is_taken_out_and_counted(text: str, told: str, kind: str) -> None:
    result = normalise(text)
    assert result.text == told
    assert kind in result.removed


@pytest.mark.parametrize("marks", ["\u0316\u0301", "\uff9e\u0301", "\u0f73\u0301", "\u0301\u0316\u034f"])
def test_marks_without_end_are_cut(marks: str) -> None:
    assert len(normalised("a" + marks * 60_000)) < 80


def test_hidden_text_is_never_innocent() -> None:
    assert invisible_finding(normalise(f"hi{TAGS}").removed).score == 1.0
    assert invisible_finding(normalise("a\u202eb").removed).score == 1.0


def test_a_soft_hyphen_or_a_byte_order_mark_is_innocent() -> None:
    assert invisible_finding(normalise("\ufeffco\xadoperate").removed).score == 0.0


def test_disguised_letters_are_suspicious() -> None:
    assert 0 < invisible_finding(normalise("pаypаl").removed).score < 1


def test_a_finding_repeats_no_text() -> None:
    assert "obey" not in invisible_finding(normalise(f"hi{TAGS}").removed).why


@given(NASTY)
def test_only_what_a_script_or_an_emoji_needs_is_left_of_invisible_characters(text: str) -> None:
    left = set(SUSPECT.findall(normalised(text.replace(ENGLAND, ""))))
    assert left <= {"\u200c", "\u200d", "\ufe0e", "\ufe0f"}
