"""The options of `memsvc recall`, and how its answers are shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., Any]

SESSION = {
    "id": "s1",
    "started_at": "2024-05-01T12:00:00Z",
    "turns": [
        {"role": role, "content": text}
        for user, assistant in (
            ("I drink black coffee.", "Noted."),
            ("I like green tea.", "A good choice."),
            ("I own a red bicycle.", "Ride safely."),
        )
        for role, text in (("user", user), ("assistant", assistant))
    ],
}


@pytest.fixture(autouse=True)
def filled(run: Run, write_lines: Run) -> None:
    fact = {"content": "Tea is grown in Assam.", "kind": "fact", "metadata": {"tag": "a"}}
    run("ingest", write_lines(SESSION, {**fact, "event_time": "2024-06-01T00:00:00Z"}))


def _found(done: Any) -> list[str]:
    return [hit["note"]["content"] for hit in done.data["hits"]]


@pytest.mark.parametrize(
    "options",
    [
        ["--filter", '{"field": "metadata.tag", "op": "eq", "value": "a"}'],
        ["--kind", "fact"],
        ["--kind", "fact", "--kind", "thought"],
    ],
)
def test_only_what_fits_the_conditions_is_found(run: Run, options: list[str]) -> None:
    assert _found(run("recall", "tea", "--json", *options)) == ["Tea is grown in Assam."]


@pytest.mark.parametrize(
    "options", [["--known-at", "2020-01-01"], ["--as-of", "2020-01-01"], ["--min-score", "99"]]
)
def test_conditions_that_nothing_meets(run: Run, options: list[str]) -> None:
    assert run("recall", "tea", *options).out == "nothing found\n"


def test_the_token_budget_bounds_the_answer(run: Run) -> None:
    assert len(_found(run("recall", "tea", "--token-budget", "12", "--json"))) == 1


@pytest.mark.parametrize("text", ['{"field"', "[1]", "[" * 100_000])
def test_a_filter_that_is_no_json_object_is_bad_input(run: Run, text: str) -> None:
    done = run("recall", "tea", "--filter", text)
    assert (done.code, done.err.startswith("memsvc: --filter ")) == (2, True)


def test_explained_answers_show_their_arms(run: Run) -> None:
    lines = run("recall", "green tea", "-k", "1", "--explain").out.splitlines()
    assert [line.partition(",")[0] for line in lines[1:]] == [
        "   dense: rank 1",
        "   drawn: rank 1",
        "   lexical_user: rank 1",
        "   lexical_all: rank 1",
    ]


def test_neighbours_are_indented_below_their_answer(run: Run) -> None:
    lines = run("recall", "green tea", "-k", "1", "--neighbours", "1").out.splitlines()
    assert lines[1:] == [
        "   before 2024-05-01  I drink black coffee. Noted.",
        "   after 2024-05-01  I own a red bicycle. Ride safely.",
    ]


def test_the_cursor_of_an_answer_goes_on_after_it(run: Run) -> None:
    first = run("recall", "tea", "-k", "1")
    cursor = first.err.split()[-1]
    second = run("recall", "tea", "-k", "1", "--cursor", cursor, "--json")
    both = _found(run("recall", "tea", "-k", "2", "--json"))
    assert (first.out.endswith(" ".join(both[0].split()) + "\n"), _found(second)) == (True, both[1:])


def test_a_namespace_that_does_not_exist_is_named(run: Run) -> None:
    done = run("recall", "tea", "-n", "nope")
    assert (done.code, done.out, done.err) == (
        0,
        "",
        "memsvc: nothing found (the namespace `nope` does not exist)\n",
    )


@pytest.mark.parametrize(
    ("asked_at", "first"),
    [
        ("2023-05-30T12:00Z", "I had green tea at home."),
        ("2023-05-30", "I had green tea at home."),
        ("2023-05-30T12:00:00", "I had green tea at home."),
        ("2023-05-30 12:00:00", "I had green tea at home."),
        ("2023-07-03T01:00+02:00", "I had green tea at work."),
        ("2023-07-03T01:00:00-05:00", "I had green tea at work."),
    ],
)
def test_what_last_month_means_depends_on_when_is_asked(
    run: Run, write_lines: Run, asked_at: str, first: str
) -> None:
    notes = [
        {"content": f"I had green tea at {place}.", "kind": "fact", "event_time": f"2023-{month}-15T00:00:00Z"}
        for place, month in (("home", "04"), ("work", "06"))
    ]
    run("ingest", write_lines(*notes, name="places.jsonl"), "-n", "places")
    done = run(
        "recall", "Where did I have green tea last month?", "-n", "places", "--asked-at", asked_at, "--json"
    )
    assert _found(done)[0] == first


@pytest.mark.parametrize("option", ["--asked-at", "--since", "--until", "--as-of", "--known-at"])
@pytest.mark.parametrize("text", ["soon", "2023-13-01", "0001-01-01T00:00+02:00", ""])
def test_what_is_no_moment_is_bad_input(run: Run, option: str, text: str) -> None:
    done = run("recall", "tea", option, text)
    assert (done.code, done.out) == (2, "")


def test_a_moment_in_another_zone_is_that_moment(run: Run) -> None:
    found = [
        _found(run("recall", "grown in Assam", "--kind", "fact", "--until", until, "--json"))
        for until in ("2024-06-01T02:00+02:00", "2024-06-01T02:01+02:00")
    ]
    assert found == [[], ["Tea is grown in Assam."]]


@pytest.fixture
def thoughts(run: Run, write_lines: Run) -> list[str]:
    texts = ["Alice drinks green tea.", "Bob rides a red bicycle.", "Carol grows tea in Assam."]
    run("ingest", write_lines(*({"content": text, "kind": "thought"} for text in texts)))
    return texts


def test_mode_tim_with_all_probes_finds_every_thought_and_nothing_else(run: Run, thoughts: list[str]) -> None:
    done = run("recall", "tea", "--mode", "tim", "--probes", "16", "--json")
    assert sorted(_found(done)) == thoughts


def test_mode_tim_without_thoughts_says_why_it_finds_nothing(run: Run) -> None:
    done = run("recall", "tea", "--mode", "tim")
    assert (done.code, done.out) == (0, "nothing found\n")
    assert done.err.startswith("memsvc: degraded: tim: no thought is in a hash table yet")


def test_probes_with_another_mode_are_bad_input(run: Run) -> None:
    done = run("recall", "tea", "--probes", "2")
    assert (done.code, "mode tim" in done.err) == (2, True)


def test_what_only_quoted_words_find_is_shown_as_evidence(run: Run) -> None:
    quoted = ["recall", "tea", "--quoted", "I own a red bicycle", "-k", "1"]
    shown = run(*quoted).out
    assert ("red bicycle" in shown, "[evidence_only: enters_only_via_untrusted_span]" in shown) == (True, True)


def test_evidence_is_left_out_on_demand(run: Run) -> None:
    done = run("recall", "tea", "--quoted", "I own a red bicycle", "-k", "1", "--full-only", "--json")
    assert [content for content in _found(done) if "bicycle" in content] == []


def test_evidence_shows_whom_its_parts_come_from(run: Run, write_lines: Run) -> None:
    turns = [("user", "Is the ferry running?"), ("tool", "The ferry is cancelled.")]
    run("ingest", write_lines({"id": "s2", "turns": [{"role": role, "content": said} for role, said in turns]}))
    shown = run("recall", "ferry", "-k", "1").out
    assert "[evidence_only: origin_is_not_trusted]" in shown
    assert "of direct_user 0-21, tool_output_external 23-46" in shown
    assert "of direct_user" not in run("recall", "red bicycle", "-k", "1").out
