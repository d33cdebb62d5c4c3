"""Kill a scene at its K-th call of a system call, by strace, and check what a new process finds."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from memsvc.app import App
from memsvc.domain.recall import Mode, RecallQuery
from tests.fault.scenes import SCOPE, Scene, open_app, present

__all__ = ["CALLS", "Point", "available", "check", "environment", "find_points", "kill_at", "prepare"]

REPO = Path(__file__).resolve().parents[2]
CALLS = (
    "write",
    "pwrite64",
    "writev",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "renameat2",
    "ftruncate",
    "unlink",
)
_STRACE = ("strace", "-f", "-qq")
_PATHS = os.pathsep.join(str(REPO / part) for part in ("", "stores", "retrieval", "agents", "evals"))


@dataclass(frozen=True)
class Point:
    """Die on entering the `count`-th call of `call`, before it has its effect."""

    call: str
    count: int


def prepare(scene: Scene, data_dir: Path) -> None:
    """Make the data directory in which the scene begins."""
    with open_app(data_dir) as app:
        for step in scene.before:
            step.run(app)


def _command(scene: Scene, data_dir: Path) -> list[str]:
    return [sys.executable, "-m", "tests.fault.child", scene.name, str(data_dir)]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": _PATHS, "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def find_points(scene: Scene, prepared: Path, work: Path, *, under: str = "") -> list[Point]:
    """Run the scene to its end; return its main thread's calls on paths with `under` in them, by name."""
    data_dir, log = work / "count", work / "calls.txt"
    shutil.copytree(prepared, data_dir)
    trace = [*_STRACE, "-y", "-o", str(log), "-e", "trace=" + ",".join(CALLS)]
    subprocess.run(
        [*trace, *_command(scene, data_dir)], env=environment(), check=True, capture_output=True, cwd=REPO
    )
    lines = log.read_text(errors="replace").splitlines()
    main = lines[0].split()[0]
    shutil.rmtree(data_dir)
    counts: Counter[str] = Counter()
    points = []
    for line in lines:
        if match := re.match(rf"{main}\s+(\w+)\(", line):
            counts[match.group(1)] += 1
            if under in line:
                points.append(Point(match.group(1), counts[match.group(1)]))
    return sorted(points, key=lambda point: CALLS.index(point.call))


def kill_at(scene: Scene, point: Point, prepared: Path, work: Path) -> tuple[Path, int, bool]:
    """Run the scene until it is killed; return its directory, its acknowledged steps, and whether it died."""
    data_dir = work / f"{scene.name}-{point.call}-{point.count}"
    shutil.copytree(prepared, data_dir)
    inject = f"inject={point.call}:signal=KILL:when={point.count}"
    trace = [*_STRACE, "-o", os.devnull, "-e", f"trace={point.call}", "-e", inject]
    done = subprocess.run(
        [*trace, *_command(scene, data_dir)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        cwd=REPO,
    )
    acknowledged = [line for line in done.stdout.split() if line.isdigit()]
    return data_dir, len(acknowledged), done.returncode != 0


def check(scene: Scene, data_dir: Path, acknowledged: int) -> list[str]:
    """Open what the dead process left, let the worker finish, and return every broken promise."""
    states = scene.states()
    with open_app(data_dir, later=timedelta(minutes=5)) as app:
        found = present(app)
        allowed = states[acknowledged : acknowledged + 2]
        problems = [] if found in allowed else [f"state {found} is none of {allowed}"]
        while app.runner.run_one():
            pass
        problems += _index_problems(app, found)
        problems += [f"{p.kind}: {p.detail}" for p in app.service.index_verify(SCOPE)]
        gone = {content for state in states[: acknowledged + 1] for content in state} - set(found)
        canaries = {content.split()[-1].encode(): content for content in gone} | _vectors(app, gone, set(found))
    return problems + _traces(data_dir, canaries)


def _index_problems(app: App, found: dict[str, str]) -> list[str]:
    visible = {content for content, status in found.items() if status == "active"}
    problems = []
    for mode in (Mode.DENSE, Mode.LEXICAL):
        hits = app.service.recall(SCOPE, RecallQuery("fact number zebracanary", k=1000, mode=mode)).hits
        got = {hit.note.content for hit in hits}
        if got != visible:
            problems.append(f"{mode} finds {sorted(got ^ visible)} differently from SQL")
    return problems


def _vectors(app: App, gone: set[str], there: set[str]) -> dict[bytes, str]:
    """Return the stored bytes of vectors that only notes which are gone have had."""

    def stored(contents: set[str]) -> dict[bytes, str]:
        texts = sorted(contents)
        vectors = app.embedder.embed(texts) if texts else ()
        return {
            vector.astype("<f2").tobytes(): f"the vector of {text}"
            for text, vector in zip(texts, vectors, strict=True)
        }

    living = stored(there)
    return {vector: text for vector, text in stored(gone).items() if vector not in living}


def _traces(data_dir: Path, canaries: Mapping[bytes, str]) -> list[str]:
    files = {path.name: path.read_bytes() for path in data_dir.rglob("*") if path.is_file()}
    return [
        f"{name} holds {what}"
        for name, content in files.items()
        for canary, what in canaries.items()
        if canary in content
    ]


def available() -> bool:
    """Return whether strace is here and may inject signals."""
    if shutil.which("strace") is None:
        return False
    probe = [*_STRACE, "-o", os.devnull, "-e", "inject=getppid:signal=KILL:when=1", "true"]
    done = subprocess.run(probe, capture_output=True, check=False)
    return done.returncode == 0
