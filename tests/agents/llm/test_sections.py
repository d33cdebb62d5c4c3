from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc_agents.llm.sections import Section, flag, instruction, lines, numbers, read_sections, rows, words

FORM = (
    Section("keywords", "separated by commas", words),
    Section("should_link", "yes or no", flag),
    Section("context", "one sentence"),
)
ANSWER = """Sure, here it is:
## Keywords
- tea, green
* biscuits
## SHOULD LINK: Yes.
### **Context**
A person who likes tea.
"""


def test_an_answer_is_read_in_any_case_and_decoration() -> None:
    assert read_sections(ANSWER, FORM) == {
        "keywords": ["tea", "green", "biscuits"],
        "should_link": True,
        "context": "A person who likes tea.",
    }


def test_the_first_of_two_equal_headings_counts() -> None:
    assert read_sections("## a\nx\n## a\ny", [Section("a", "")]) == {"a": "x"}


def test_a_missing_section_is_named() -> None:
    with pytest.raises(ValueError, match="sections are missing: should_link, context"):
        read_sections("## keywords\na", FORM)


def test_a_section_that_cannot_be_read_is_named_without_its_text() -> None:
    with pytest.raises(ValueError, match=r"^section should_link cannot be read$"):
        read_sections(ANSWER.replace("Yes.", "canary"), FORM)


def test_the_instruction_names_each_heading_and_hint() -> None:
    told = instruction(FORM)
    assert all(f"## {section.name}\n({section.hint})" in told for section in FORM)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("- a\n- b", ["a", "b"]), ("1. a\n2) b", ["a", "b"]), ("none", []), ("N/A.", []), ("\n\n", [])],
)
def test_lines(text: str, expected: list[str]) -> None:
    assert lines(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1, 3 and 12", [1, 3, 12]), ("3 3", [3]), ("none", []), ("-4", []), ("1.5", []), ("[0, 2]", [0, 2])],
)
def test_numbers_are_whole(text: str, expected: list[int]) -> None:
    assert numbers(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("Yes, it is", True), ("(no)", False), ("TRUE", True)])
def test_flags(text: str, expected: bool) -> None:
    assert flag(text) is expected


def test_another_word_is_no_flag() -> None:
    with pytest.raises(ValueError, match="yes or no"):
        flag("perhaps")


def test_rows_become_objects() -> None:
    parse = rows("head", "relation", "tail")
    assert parse("- Ada | likes | tea\n| Ada | has | a cat |") == [
        {"head": "Ada", "relation": "likes", "tail": "tea"},
        {"head": "Ada", "relation": "has", "tail": "a cat"},
    ]


def test_a_row_of_other_parts_is_an_error() -> None:
    with pytest.raises(ValueError, match="3 parts"):
        rows("head", "relation", "tail")("Ada | likes")


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        found = read_sections(text, FORM)
    except ValueError:
        return
    assert set(found) == {"keywords", "should_link", "context"}
