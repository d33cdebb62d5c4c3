"""The process that is killed: run a scene's steps, writing a line for each that was acknowledged."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.fault.scenes import SCENES, open_app

if __name__ == "__main__":
    scene, data_dir = SCENES[sys.argv[1]], Path(sys.argv[2])
    with open_app(data_dir) as app:
        print("open", flush=True)
        for number, step in enumerate(scene.steps, start=1):
            step.run(app)
            print(number, flush=True)
