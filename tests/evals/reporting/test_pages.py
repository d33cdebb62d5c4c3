"""Pages of real runs: what stands on them, and that they need nothing else."""

from __future__ import annotations

import base64
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from memsvc_evals.cli import app

CLI = CliRunner()


class Tags(HTMLParser):
    """Tags with their attributes, and whether every one is closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture
def html(written: tuple[Path, Path]) -> str:
    return (written[1] / "report.html").read_text(encoding="utf-8")


@pytest.fixture
def markdown(written: tuple[Path, Path]) -> str:
    return (written[1] / "report.md").read_text(encoding="utf-8")


def test_html_is_well_formed_without_scripts_and_links(html: str) -> None:
    page = Tags(html)
    assert page.open == []
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "link", "iframe", "a"})
    assert not re.findall(r"(?:src|href)=\"(?!data:image/svg\+xml;base64,)", html)
    assert "default-src 'none'" in html.replace("&#x27;", "'")


def test_plots_are_inside_the_html_and_beside_the_markdown(
    html: str, markdown: str, written: tuple[Path, Path]
) -> None:
    inside = [base64.b64decode(data) for data in re.findall(r"base64,([^\"]+)", html)]
    names = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", markdown)
    assert names == [
        "recall-by-type-session.svg",
        "recall-by-type-turn.svg",
        "recall-against-k.svg",
        "latency.svg",
    ]
    assert inside == [(written[1] / name).read_bytes() for name in names]
    assert all(ElementTree.fromstring(svg).tag.endswith("svg") for svg in inside)


def test_every_plot_says_what_it_shows(html: str) -> None:
    assert all(attributes.get("alt") for tag, attributes in Tags(html).tags if tag == "img")


def test_page_says_what_was_measured(html: str, markdown: str, report_data: dict[str, Any]) -> None:
    for page in (html, markdown):
        assert report_data["data"]["sha256"] in page
        assert report_data["code"]["version"] in page
        assert "bm25-official" in page


def test_figures_stand_with_their_n(markdown: str, report_data: dict[str, Any]) -> None:
    figure = report_data["figures"]["session/ids_all/recall_all@5"]
    (row,) = [line for line in markdown.splitlines() if line.startswith("| session/ids_all |")]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[1] == str(figure["n"]) == "3"
    assert f"{figure['value']:.4f}" in cells


def test_page_from_the_report_file_is_that_of_the_run(written: tuple[Path, Path], tmp_path: Path) -> None:
    result = CLI.invoke(app, ["report", str(written[0]), str(tmp_path / "again")])
    assert result.exit_code == 0, result.output
    for path in written[1].iterdir():
        assert (tmp_path / "again" / path.name).read_text(encoding="utf-8") == path.read_text(encoding="utf-8")


def test_markup_in_names_is_shown_and_not_followed(report_data: dict[str, Any], tmp_path: Path) -> None:
    report_data["data"]["name"] = "<img src=x onerror=alert(1)>|x"
    (tmp_path / "r.json").write_text(json.dumps(report_data), encoding="utf-8")
    assert CLI.invoke(app, ["report", str(tmp_path / "r.json"), str(tmp_path / "page")]).exit_code == 0
    html = (tmp_path / "page" / "report.html").read_text(encoding="utf-8")
    assert "&lt;img src=x onerror=alert(1)&gt;|x" in html
    assert all(attributes.get("onerror") is None for _, attributes in Tags(html).tags)
    assert r"&lt;img src=x onerror=alert(1)>\|x |" in (tmp_path / "page" / "report.md").read_text(encoding="utf-8")


def test_incomplete_run_is_marked(report_data: dict[str, Any], tmp_path: Path) -> None:
    report_data["report"]["incomplete"] = "x.json: not valid JSON"
    (tmp_path / "r.json").write_text(json.dumps(report_data), encoding="utf-8")
    assert CLI.invoke(app, ["report", str(tmp_path / "r.json"), str(tmp_path / "page")]).exit_code == 0
    html = (tmp_path / "page" / "report.html").read_text(encoding="utf-8")
    assert '<p class="warning">Incomplete: the run ended early (x.json: not valid JSON).</p>' in html


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "is no report of a benchmark: 'format' is missing"),
        ([], "is no report of a benchmark"),
        ({"format": "x"}, "its format is 'x'"),
    ],
)
def test_what_is_no_report_is_refused(tmp_path: Path, data: Any, message: str) -> None:
    (tmp_path / "r.json").write_text(json.dumps(data), encoding="utf-8")
    result = CLI.invoke(app, ["report", str(tmp_path / "r.json"), str(tmp_path / "page")])
    assert result.exit_code == 2
    assert message in result.stderr


def test_benchmark_without_a_page_is_refused(report_data: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text(json.dumps(report_data | {"benchmark": "load"}), encoding="utf-8")
    result = CLI.invoke(app, ["report", str(tmp_path / "r.json"), str(tmp_path / "page")])
    assert result.exit_code == 2
    assert "there is no page for reports of load" in result.stderr


def test_folder_that_cannot_be_made_is_refused_before_the_run(three_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "gone" / "page"
    result = CLI.invoke(app, ["longmemeval", str(three_file), "--workers", "1", "--report", str(folder)])
    assert result.exit_code == 2
    assert "cannot write a report into" in result.stderr
