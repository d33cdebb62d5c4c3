"""Kill a scene at its K-th call of a system call, by strace, and check what a new process finds."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from memsvc.app import App
from memsvc.domain.recall import Mode, RecallQuery
from tests.fault.scenes import SCOPE, Scene, open_app, present

__all__ = ["CALLS", "Point", "available", "check", "count_calls", "kill_at", "prepare"]

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


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": _PATHS, "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def count_calls(scene: Scene, prepared: Path, work: Path) -> Counter[str]:
    """Run the scene to its end and count the calls of its main thread, by name."""
    data_dir, log = work / "count", work / "calls.txt"
    shutil.copytree(prepared, data_dir)
    trace = ["strace", "-f", "-qq", "-o", str(log), "-e", "trace=" + ",".join(CALLS)]
    subprocess.run(
        [*trace, *_command(scene, data_dir)], env=_environment(), check=True, capture_output=True, cwd=REPO
    )
    lines = log.read_text(errors="replace").splitlines()
    main = lines[0].split()[0]
    names = (re.match(rf"{main}\s+(\w+)\(", line) for line in lines)
    shutil.rmtree(data_dir)
    return Counter(match.group(1) for match in names if match)


def kill_at(scene: Scene, point: Point, prepared: Path, work: Path) -> tuple[Path, int, bool]:
    """Run the scene until it is killed; return its directory, its acknowledged steps, and whether it died."""
    data_dir = work / f"{scene.name}-{point.call}-{point.count}"
    shutil.copytree(prepared, data_dir)
    inject = f"inject={point.call}:signal=KILL:when={point.count}"
    trace = ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={point.call}", "-e", inject]
    done = subprocess.run(
        [*trace, *_command(scene, data_dir)],
        env=_environment(),
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
    return problems + _traces(data_dir, gone)


def _index_problems(app: App, found: dict[str, str]) -> list[str]:
    visible = {content for content, status in found.items() if status == "active"}
    problems = []
    for mode in (Mode.DENSE, Mode.LEXICAL):
        hits = app.service.recall(SCOPE, RecallQuery("fact number zebracanary", k=1000, mode=mode)).hits
        got = {hit.note.content for hit in hits}
        if got != visible:
            problems.append(f"{mode} finds {sorted(got ^ visible)} differently from SQL")
    return problems


def _traces(data_dir: Path, gone: set[str]) -> list[str]:
    canaries = {content.split()[-1].encode() for content in gone}
    files = [path for path in data_dir.rglob("*") if path.is_file()]
    return [
        f"{path.name} holds {canary.decode()}"
        for path in files
        for canary in canaries
        if canary in path.read_bytes()
    ]


def available() -> bool:
    """Return whether strace is here and may inject signals."""
    if shutil.which("strace") is None:
        return False
    probe = ["strace", "-f", "-qq", "-o", os.devnull, "-e", "inject=getppid:signal=KILL:when=1", "true"]
    done = subprocess.run(probe, capture_output=True, check=False)
    return done.returncode == 0
