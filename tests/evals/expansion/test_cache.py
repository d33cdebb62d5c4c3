"""The official cache file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memsvc.errors import InvalidInput
from memsvc_evals.longmemeval.expansion.cache import ExpansionCache, cache_id, make_cache, read_cache, write_cache
from memsvc_evals.longmemeval.expansion.options import Expansion

FACTS = Expansion.SESSION_USERFACT


def _file(tmp_path: Path, text: str, expansion: Expansion = FACTS) -> Path:
    path = tmp_path / f"data.json.{expansion}.json"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        ("answer_aa_1", "aa_1"),
        ("noans_sharegpt_Q_0_3", "sharegpt_Q_0_3"),
        ("answer_sharegpt_Q_0", "sharegpt_Q_0"),
        ("ultrachat_7", "ultrachat_7"),
    ],
)
def test_the_label_leaves_the_id(identity: str, expected: str) -> None:
    assert cache_id(identity) == expected


def test_the_three_kinds_of_entries_are_read(tmp_path: Path) -> None:
    cache = read_cache(_file(tmp_path, '{"a": "f", "b": ["f1", "f2"], "c": null, "d": []}'), FACTS)
    assert [cache.get(name) for name in ("answer_a", "noans_b", "c", "d", "missing")] == [
        ("f",),
        ("f1", "f2"),
        None,
        (),
        None,
    ]


def test_a_path_without_the_expansion_is_refused(tmp_path: Path) -> None:
    path = _file(tmp_path, "{}", Expansion.SESSION_SUMM)
    with pytest.raises(InvalidInput, match="must contain session-userfact"):
        read_cache(path, FACTS)


def test_the_name_of_the_folder_counts_as_well(tmp_path: Path) -> None:
    path = tmp_path / "session-userfact" / "all.json"
    path.parent.mkdir()
    path.write_text("{}", encoding="utf-8")
    assert read_cache(path, FACTS).entries == {}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"a": "x", "b": 3}', "entry 'b': must be a string, a list of strings or null, not a int"),
        ('{"a": {"facts": []}}', "entry 'a': .*, not a dict"),
        ('{"a": "x", "a": "y"}', "entry 'a': is there twice"),
        (r'{"a": "\ud800"}', "entry 'a': holds half of a surrogate pair"),
        ('["a"]', "must be one JSON object of expansions by id, not list"),
        ('{"a": "x"', "not valid JSON"),
        ("", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
    ],
)
def test_a_malformed_file_is_refused_by_file_and_entry(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(InvalidInput, match=rf"^data\.json\.session-userfact\.json: {problem}"):
        read_cache(_file(tmp_path, text), FACTS)


def test_facts_that_are_no_texts_are_read_as_the_official_code_reads_them(tmp_path: Path) -> None:
    cache = read_cache(_file(tmp_path, '{"a": ["x", 3, null, {"fact": "y"}]}'), FACTS)
    assert cache.get("a") == ("x", "3", "None", "{'fact': 'y'}")


@pytest.mark.parametrize("expansion", [e for e in Expansion if not e.is_facts])
def test_a_summary_or_keyphrase_that_is_no_text_is_refused(tmp_path: Path, expansion: Expansion) -> None:
    with pytest.raises(InvalidInput, match="json: entry 'a': holds a int instead of a text"):
        read_cache(_file(tmp_path, '{"a": [3]}', expansion), expansion)


@pytest.mark.parametrize("expansion", [e for e in Expansion if not e.is_facts])
def test_a_list_where_one_text_belongs_is_refused(tmp_path: Path, expansion: Expansion) -> None:
    with pytest.raises(InvalidInput, match=rf"json: entry 'a': {expansion} takes one text, not 2"):
        read_cache(_file(tmp_path, '{"a": ["x", "y"]}', expansion), expansion)


def test_bytes_that_are_no_utf8_are_refused(tmp_path: Path) -> None:
    path = _file(tmp_path, "")
    path.write_bytes(b'{"a": "\xff"}')
    with pytest.raises(InvalidInput, match="not valid JSON"):
        read_cache(path, FACTS)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"cannot read .*session-userfact.*No such file"):
        read_cache(tmp_path / "session-userfact.json", FACTS)


def test_facts_are_written_as_lists_and_keyphrases_as_text(tmp_path: Path) -> None:
    facts, phrases = tmp_path / "session-userfact.json", tmp_path / "turn-keyphrase.json"
    write_cache(facts, make_cache(FACTS, {"answer_a": ["f1"], "b": [], "c": None}))
    write_cache(phrases, make_cache(Expansion.TURN_KEYPHRASE, {"answer_a_1": ["k1; k2"], "b_1": None}))
    assert json.loads(facts.read_text(encoding="utf-8")) == {"a": ["f1"], "b": [], "c": None}
    assert json.loads(phrases.read_text(encoding="utf-8")) == {"a_1": "k1; k2", "b_1": None}


def test_a_cache_is_not_written_under_another_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="must contain session-userfact"):
        write_cache(tmp_path / "facts.json", ExpansionCache(FACTS, {}))
    assert list(tmp_path.iterdir()) == []


def test_a_cache_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "session-userfact.json"
    (target / "in the way").mkdir(parents=True)
    with pytest.raises(InvalidInput, match="cannot write"):
        write_cache(target, ExpansionCache(FACTS, {}))
    assert list(tmp_path.iterdir()) == [target]


def test_two_ids_with_one_cache_id_must_agree() -> None:
    with pytest.raises(InvalidInput, match="entry 'a': 'a' and another id give it different texts"):
        make_cache(FACTS, {"answer_a": ["f1"], "a": ["f2"]})


@given(st.dictionaries(st.text(max_size=4), st.none() | st.lists(st.text(max_size=5), max_size=3).map(tuple)))
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, entries: dict[str, tuple[str, ...] | None]
) -> None:
    path = tmp_path_factory.mktemp("caches") / "session-userfact.json"
    cache = ExpansionCache(FACTS, entries)
    write_cache(path, cache)
    assert read_cache(path, FACTS) == cache
