"""kill -9 in the middle of remember, forget, purge and saving an index (thinned; tools/crash_sweep.py: all)."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.fault.scenes import SCENES
from tests.fault.sweep import available, check, find_points, kill_at, prepare

pytestmark = [pytest.mark.fault, pytest.mark.slow]
POINTS_PER_SCENE = 5


@pytest.mark.parametrize("name", SCENES)
def test_no_kill_breaks_a_promise(name: str, tmp_path: Path) -> None:
    if not available():
        message = "strace is missing or may not trace: install it (apt-get install strace)"
        assert not os.environ.get("CI"), message
        pytest.skip(message)
    scene = SCENES[name]
    prepared = tmp_path / "prepared"
    prepare(scene, prepared)
    points = find_points(scene, prepared, tmp_path, under=scene.under)
    step = max(1, len(points) // POINTS_PER_SCENE)
    chosen = points[len(name) % step :: step]
    broken = {}
    deaths = 0
    for point in chosen:
        data_dir, acknowledged, died = kill_at(scene, point, prepared, tmp_path)
        deaths += died
        if problems := check(scene, data_dir, acknowledged):
            broken[point] = problems
        shutil.rmtree(data_dir)
    assert broken == {}
    assert deaths == len(chosen)
