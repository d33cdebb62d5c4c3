"""From a retrieval log to accuracies, through an endpoint whose answers are scripted."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from memsvc_evals.cli import app
from tests.support.chat_endpoint import StubEndpoint

CLI = CliRunner()
THREE = Path(__file__).parents[1] / "data" / "longmemeval_three.json"
ANSWERS = ("Notes:\n- 2023: $420\nAnswer: You earned $420.", "Answer: It was not said.", "Answer: No idea.")


@pytest.fixture(scope="module")
def made_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the log of turns that a retrieval run writes."""
    prefix = tmp_path_factory.mktemp("logs") / "x"
    command = ["longmemeval", str(THREE), "--retriever", "bm25-official", "--logs", str(prefix)]
    result = CLI.invoke(app, command)
    assert result.exit_code == 0, result.output
    return prefix.with_name("x_retrievallog_turn")


@pytest.fixture
def log(made_log: Path, tmp_path: Path) -> Path:
    """Return a copy of that log in a folder of the test's own."""
    return Path(shutil.copy(made_log, tmp_path))


def read(log: Path, endpoint: StubEndpoint, *options: str) -> Any:
    out = str(log.parent / "h.jsonl")
    command = ["longmemeval-read", str(log), "--model", "reader", "--base-url", endpoint.url, "--out", out]
    return CLI.invoke(app, [*command, *options])


def judge(log: Path, file: Path, endpoint: StubEndpoint, *options: str) -> Any:
    command = ["longmemeval-judge", str(log.parent / "h.jsonl"), str(file), "--model", "judge", "--base-url"]
    return CLI.invoke(app, [*command, endpoint.url, "--json", str(log.parent / "r.json"), *options])


def hypotheses(log: Path) -> dict[str, str]:
    lines = (log.parent / "h.jsonl").read_text(encoding="utf-8").splitlines()
    return {data["question_id"]: data["hypothesis"] for data in map(json.loads, lines)}


def test_from_log_to_accuracies(log: Path, three_file: Path, endpoint: StubEndpoint) -> None:
    for text in (*ANSWERS, "yes", "Yes.", "no", "yes", "no", "no"):
        endpoint.says(text)
    done = read(log, endpoint, "--mode", "con", "--top-k", "3")
    assert done.exit_code == 0, done.output
    assert "3 answered, 0 failed, 0 answered before" in done.stdout
    assert list(hypotheses(log).values()) == ["You earned $420.", "It was not said.", "No idea."]
    done = judge(log, three_file, endpoint, "--again", "3")
    assert done.exit_code == 0, done.output
    assert "judged by: small-2026-01-01" in done.stdout
    report = json.loads((log.parent / "r.json").read_text(encoding="utf-8"))
    figures = {name: (figure["value"], figure["n"]) for name, figure in report["figures"].items()}
    assert figures["qa/overall"] == (pytest.approx(2 / 3), 3)
    assert figures["qa/abstention"] == (1.0, 1)
    assert figures["count/missing"] == (0, 3)
    assert figures["tokens/prompt/mean"] == (12.0, 3)
    assert report["report"]["judge_models"] == ["small-2026-01-01"]
    assert len((log.parent / "h.jsonl.eval-results-judge").read_text().splitlines()) == 3


def test_neither_labels_nor_ids_nor_answers_reach_the_reader(log: Path, endpoint: StubEndpoint) -> None:
    endpoint.says("Answer: x")
    assert read(log, endpoint, "--top-k", "50").exit_code == 0
    sent = json.dumps(endpoint.bodies)
    assert not [secret for secret in ("has_answer", "answer_", "noans", "sharegpt", "7e974930") if secret in sent]


def test_a_later_run_asks_only_what_has_no_answer(log: Path, endpoint: StubEndpoint) -> None:
    endpoint.says("Answer: first")
    assert read(log, endpoint, "--limit", "2").exit_code == 0
    endpoint.says("Answer: later")
    endpoint.answers = endpoint.answers[-1:]
    done = read(log, endpoint)
    assert "1 answered, 0 failed, 2 answered before" in done.stdout
    assert list(hypotheses(log).values()) == ["first", "first", "later"]
    assert len(endpoint.bodies) == 3


def test_a_failed_answer_is_missing_wrong_and_asked_again(
    log: Path, three_file: Path, endpoint: StubEndpoint
) -> None:
    for text in ("Answer: $420", None, "Answer: said so", "yes", "yes"):
        endpoint.says(text)
    assert "2 answered, 1 failed" in read(log, endpoint).stdout
    assert judge(log, three_file, endpoint, "--again", "0").exit_code == 0
    report = json.loads((log.parent / "r.json").read_text(encoding="utf-8"))
    assert report["figures"]["qa/overall"]["value"] == pytest.approx(2 / 3)
    assert report["figures"]["count/missing"]["value"] == 1
    assert report["report"]["failed"] == {"f4f1d8a4_abs": "llm-bad-reply"}
    endpoint.says("Answer: now")
    endpoint.answers = endpoint.answers[-1:]
    assert "1 answered, 0 failed, 2 answered before" in read(log, endpoint).stdout


def test_a_run_that_answers_nothing_is_a_failure(log: Path, endpoint: StubEndpoint) -> None:
    endpoint.says(None)
    done = read(log, endpoint, "--limit", "1")
    assert done.exit_code == 2
    assert "error: no question was answered" in done.stderr


def test_con_separate_asks_for_a_note_of_each_item(log: Path, endpoint: StubEndpoint) -> None:
    endpoint.says("a note")
    assert read(log, endpoint, "--mode", "con-separate", "--top-k", "2", "--limit", "1").exit_code == 0
    assert [body["max_tokens"] for body in endpoint.bodies] == [500, 500, 500]


def test_what_the_budget_drops_is_recorded(log: Path, endpoint: StubEndpoint) -> None:
    endpoint.says("Answer: x")
    assert read(log, endpoint, "--budget", "600", "--limit", "1").exit_code == 0
    record = json.loads((log.parent / "h.jsonl.readings.jsonl").read_text(encoding="utf-8"))
    assert len(record["items"]) + len(record["dropped"]) == 10
    assert record["dropped"]
    assert len(endpoint.bodies[0]["messages"][1]["content"].encode()) < 600 * 3 + 500


def test_evidence_behind_the_cut_is_a_miss(log: Path, endpoint: StubEndpoint) -> None:
    endpoint.says("Answer: x")
    assert read(log, endpoint, "--budget", "60", "--limit", "1").exit_code == 0
    record = json.loads((log.parent / "h.jsonl.readings.jsonl").read_text(encoding="utf-8"))
    assert (record["shortened"], record["evidence_read"]) == (record["items"][0], False)


def test_several_at_a_time_give_the_same_file(log: Path, endpoint: StubEndpoint) -> None:
    endpoint.says("Answer: x")
    assert read(log, endpoint, "--parallel", "3").exit_code == 0
    assert list(hypotheses(log)) == ["7e974930", "f4f1d8a4_abs", "8cf51dda"]


def test_a_refused_key_is_one_clear_line_and_what_was_answered_is_kept(log: Path, endpoint: StubEndpoint) -> None:
    many = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] * 3
    lines = [json.dumps(data | {"question_id": f"q{number}"}) for number, data in enumerate(many)]
    log.write_text("\n".join(lines) + "\n", encoding="utf-8")
    endpoint.says("Answer: x")
    endpoint.gives(401, "")
    done = read(log, endpoint, "--api-key", "sk-secret")
    assert (done.exit_code, len(hypotheses(log))) == (2, 1)
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert "stopped after 5 failures in a row" in line
    assert "check the API key" in line
    assert "sk-secret" not in done.output


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--base-url", "nowhere"], "must begin with http"),
        (["--out", "gone/h.jsonl"], "there is no folder"),
        (["--expansion", "merge"], "belong together"),
        (["--offset", "3"], "no question at offset 3"),
    ],
)
def test_a_wrong_option_of_read_is_one_clear_line(
    log: Path, endpoint: StubEndpoint, monkeypatch: pytest.MonkeyPatch, options: list[str], message: str
) -> None:
    monkeypatch.chdir(log.parent)
    done = read(log, endpoint, *options)
    assert done.exit_code == 2
    assert message in done.stderr
    assert endpoint.bodies == []


@pytest.mark.skipif(shutil.which("zstd") is None, reason="needs the zstd program")
def test_a_packed_file_is_judged_under_its_own_name(log: Path, three_file: Path, endpoint: StubEndpoint) -> None:
    for text in (*ANSWERS, "yes"):
        endpoint.says(text)
    assert read(log, endpoint).exit_code == 0
    packed = log.parent / "three.json.zst"
    subprocess.run(["zstd", "-q", str(three_file), "-o", str(packed)], check=True)
    done = judge(log, packed, endpoint)
    assert done.exit_code == 0, done.output
    data = json.loads((log.parent / "r.json").read_text(encoding="utf-8"))["data"]
    assert (data["name"], data["questions"]) == ("three.json.zst", 3)


def test_hypotheses_on_other_questions_only_are_refused(
    log: Path, three_file: Path, endpoint: StubEndpoint
) -> None:
    endpoint.says("Answer: x")
    assert read(log, endpoint, "--limit", "1").exit_code == 0
    done = judge(log, three_file, endpoint, "--offset", "1")
    assert done.exit_code == 2
    assert "none of its 1 hypotheses is on one of the 2 questions" in done.stderr
    assert len(endpoint.bodies) == 1


def test_a_judge_without_hypotheses_is_one_clear_line(log: Path, three_file: Path, endpoint: StubEndpoint) -> None:
    done = judge(log, three_file, endpoint)
    assert done.exit_code == 2
    assert "h.jsonl: there is no such file" in done.stderr
