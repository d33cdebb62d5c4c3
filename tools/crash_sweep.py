"""Kill the service at every write, rename, fsync, truncation and unlink of a scene, and check each time.

    python tools/crash_sweep.py [--every N] [--scene NAME] [--under PATH] [--json FILE]

Prints the number of kills and every broken promise; exits with 1 when there is one.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path[:0] = [
    str(Path(__file__).resolve().parents[1] / part) for part in ("", "stores", "retrieval", "agents", "evals")
]

from tests.fault.scenes import SCENES, Scene
from tests.fault.sweep import check, find_points, kill_at, prepare


def sweep(scene: Scene, work: Path, *, every: int, under: str) -> dict[str, object]:
    prepared = work / f"{scene.name}-prepared"
    prepare(scene, prepared)
    everything = find_points(scene, prepared, work, under=under)
    counts = Counter(point.call for point in everything)
    points = everything[::every]
    broken: dict[str, list[str]] = {}
    deaths = 0
    started = time.monotonic()
    for done, point in enumerate(points, start=1):
        data_dir, acknowledged, died = kill_at(scene, point, prepared, work)
        deaths += died
        if problems := check(scene, data_dir, acknowledged):
            broken[f"{point.call} {point.count}"] = problems
            print(scene.name, point, problems, flush=True)
        shutil.rmtree(data_dir)
        if done % 50 == 0:
            print(f"{scene.name}: {done}/{len(points)} in {time.monotonic() - started:.0f} s", flush=True)
    return {"calls": dict(counts), "points": len(points), "kills": deaths, "broken": broken}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="take each N-th point only")
    parser.add_argument("--scene", choices=SCENES, help="one scene instead of all")
    parser.add_argument("--under", default="", help="only calls on files whose path has this in it: /indexes/")
    parser.add_argument("--json", type=Path, help="write the report here")
    options = parser.parse_args()
    names = [options.scene] if options.scene else list(SCENES)
    with tempfile.TemporaryDirectory(prefix="memsvc-crash-") as folder:
        report = {
            name: sweep(SCENES[name], Path(folder), every=options.every, under=options.under) for name in names
        }
    if options.json:
        options.json.write_text(json.dumps(report, indent=2))
    kills = sum(int(str(part["kills"])) for part in report.values())
    broken = sum(len(part["broken"]) for part in report.values())  # type: ignore[arg-type]
    print(f"{kills} kills, {broken} broken promises")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
