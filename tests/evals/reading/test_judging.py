from __future__ import annotations

from pathlib import Path

import pytest

from memsvc.errors import InvalidInput, LlmBadReply
from memsvc_agents.llm.scripted import ScriptedChat
from memsvc_evals.figures import Figure
from memsvc_evals.longmemeval.judging.judge import Judge, Verdict
from memsvc_evals.longmemeval.judging.judged import JudgedQuestion, read_judged
from memsvc_evals.longmemeval.judging.readings import ReadingFacts
from memsvc_evals.longmemeval.judging.results import ResultFile
from memsvc_evals.longmemeval.judging.rules import judge_prompt
from memsvc_evals.longmemeval.judging.run import FlipCheck, check_flips, judge_all
from memsvc_evals.longmemeval.judging.summary import Judged, accuracy_figures, full_report, token_figures
from memsvc_evals.longmemeval.part import Part


def asked(identity: str = "q1", kind: str = "multi-session") -> JudgedQuestion:
    return JudgedQuestion(identity, kind, "How many cats?", "2", "_abs" in identity)


RULES = {
    "single-session-user": "only a part of what the correct answer holds",
    "single-session-assistant": "only a part of what the correct answer holds",
    "multi-session": "only a part of what the correct answer holds",
    "temporal-reasoning": "off by one",
    "knowledge-update": "newest value",
    "single-session-preference": "need not meet every point of the rubric",
}


@pytest.mark.parametrize(("kind", "rule"), RULES.items())
def test_each_type_has_its_rule(kind: str, rule: str) -> None:
    prompt = judge_prompt(asked(kind=kind), "I think 2.")
    assert rule in prompt
    assert all(part in prompt for part in ("Question: How many cats?", ": 2\n", "Response: I think 2."))


def test_only_temporal_questions_forgive_one_off() -> None:
    assert [kind for kind in RULES if "off by one" in judge_prompt(asked(kind=kind), "x")] == [
        "temporal-reasoning"
    ]


@pytest.mark.parametrize("kind", RULES)
def test_an_abstention_question_has_the_same_rule_whatever_its_type(kind: str) -> None:
    prompt = judge_prompt(asked("q1_abs", kind), "x")
    assert "cannot be answered" in prompt
    assert RULES[kind] not in prompt


def test_an_unknown_type_is_named() -> None:
    with pytest.raises(InvalidInput, match="question q1: question_type: no rule judges 'trivia'"):
        judge_prompt(asked(kind="trivia"), "x")


@pytest.mark.parametrize(
    ("reply", "label"), [("Yes.", True), ("YES", True), ("no", False), ("", False), ("I cannot say", False)]
)
def test_a_reply_with_yes_in_it_is_right(reply: str, label: bool) -> None:
    model = ScriptedChat([reply], name="judge-7")
    assert Judge(model).verdict(asked(), "2") == Verdict("q1", "2", label, "judge-7")
    assert (model.requests[0].temperature, model.requests[0].max_tokens) == (0.0, 10)


def test_integer_answers_are_judged_as_text(three_file: Path) -> None:
    questions = read_judged(three_file, Part())
    assert [question.is_abstention for question in questions.values()] == [False, True, False]
    assert all(isinstance(question.answer, str) for question in questions.values())


def results(tmp_path: Path, hypotheses: dict[str, str]) -> ResultFile:
    return ResultFile(tmp_path / "r", hypotheses)


def test_only_what_has_no_verdict_is_judged(tmp_path: Path) -> None:
    questions = {name: asked(name) for name in ("q1", "q2", "q3")}
    hypotheses = {"q1": "2", "q2": "3", "other": "4"}
    file = results(tmp_path, hypotheses)
    file.put(Verdict("q1", "2", True, "judge-7"))
    model = ScriptedChat(["no"])
    assert judge_all(Judge(model), questions, hypotheses, file) == ()
    assert {name: verdict.label for name, verdict in file.verdicts.items()} == {"q1": True, "q2": False}
    assert len(model.requests) == 1


def test_a_failed_judgement_leaves_no_verdict(tmp_path: Path) -> None:
    file = results(tmp_path, {"q1": "2"})
    failed = judge_all(Judge(ScriptedChat([LlmBadReply("empty")])), {"q1": asked()}, {"q1": "2"}, file)
    assert (failed, file.verdicts) == (("q1",), {})


def test_flips_are_named(tmp_path: Path) -> None:
    questions = {name: asked(name) for name in ("q1", "q2", "q3")}
    verdicts = {name: Verdict(name, "2", True, "judge-7") for name in questions}
    check = check_flips(Judge(ScriptedChat(["yes", "no", LlmBadReply("empty")])), questions, verdicts, sample=3)
    assert (check.judged_again, len(check.flipped)) == (2, 1)


def test_so_many_are_judged_again_and_always_the_same() -> None:
    questions = {name: asked(name) for name in ("q1", "q2", "q3")}
    verdicts = {name: Verdict(name, name, True, "judge-7") for name in questions}
    models = [ScriptedChat(["yes"]), ScriptedChat(["yes"])]
    checks = [check_flips(Judge(model), questions, verdicts, sample=1) for model in models]
    assert checks == [FlipCheck(1, ()), FlipCheck(1, ())]
    assert models[0].requests == models[1].requests


def facts(*, read: bool | None = True, error: str | None = None, tokens: int | None = 100) -> ReadingFacts:
    return ReadingFacts(read, error, "small-1", 2, 1, tokens, 5)


@pytest.fixture
def judged() -> Judged:
    """Five questions: right, wrong, abstention right, failed, unjudged."""
    questions = [
        asked("a"),
        asked("b"),
        asked("c_abs"),
        asked("d", "temporal-reasoning"),
        asked("e", "temporal-reasoning"),
    ]
    labels = {"a": True, "b": False, "c_abs": True}
    return Judged(
        questions={question.id: question for question in questions},
        hypotheses=dict.fromkeys(("a", "b", "c_abs", "e", "other"), "2"),
        verdicts={name: Verdict(name, "2", label, "judge-7") for name, label in labels.items()},
        readings={
            "a": facts(),
            "b": facts(read=False, tokens=300),
            "c_abs": facts(read=None, tokens=None),
            "d": facts(error="llm-unavailable", tokens=None),
        },
        flips=FlipCheck(3, ("b",)),
    )


FIGURES = {
    "qa/overall": (2 / 5, 5),
    "qa/type_mean": (1 / 3, 2),
    "qa/type/multi-session": (2 / 3, 3),
    "qa/type/temporal-reasoning": (0, 2),
    "qa/abstention": (1, 1),
    "qa/given_hit": (1 / 2, 2),
    "qa/given_miss": (0, 1),
    "count/missing": (1, 5),
    "count/failed": (1, 5),
    "count/unjudged": (1, 5),
    "count/judge_flips": (1, 3),
}


def test_missing_failed_and_unjudged_answers_are_wrong_and_counted(judged: Judged) -> None:
    found = {name: (figure.value, figure.n) for name, figure in accuracy_figures(judged).items()}
    assert found == {name: (pytest.approx(value), n) for name, (value, n) in FIGURES.items()}


def test_tokens_are_of_the_answered_where_they_are_told(judged: Judged) -> None:
    figures = token_figures(judged)
    assert figures["tokens/prompt/mean"] == Figure(200.0, 2, unit="tokens")
    assert figures["count/dropped_items/mean"] == Figure(1.0, 3, unit="per question")


def test_the_report_names_the_judge_and_what_is_missing(judged: Judged) -> None:
    report = full_report(judged, "judge")
    assert (report["judge"], report["judge_models"], report["reader_models"]) == (
        "judge",
        ["judge-7"],
        ["small-1"],
    )
    assert (report["missing"], report["failed"]) == (["d"], {"d": "llm-unavailable"})
    assert (report["unjudged"], report["other_hypotheses"]) == (["e"], ["other"])
    assert report["judge_flips"] == {"judged_again": 3, "flipped": ["b"]}
    assert [question["right"] for question in report["questions"]] == [True, False, True, False, False]


def test_without_readings_there_is_no_split_by_evidence(judged: Judged) -> None:
    bare = Judged(judged.questions, judged.hypotheses, judged.verdicts, {}, judged.flips)
    figures = accuracy_figures(bare)
    assert not {"qa/given_hit", "qa/given_miss"} & set(figures)
    assert token_figures(bare) == {}
