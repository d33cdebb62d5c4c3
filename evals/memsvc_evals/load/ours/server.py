"""The server that is measured: `memsvc serve` but for the embedder, which looks the workload's vectors up.

Arguments: the folder of the dataset, the data directory. Its first line on stdout is {"url": ...}.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from memsvc.api import bind, configure_logging, create_app
from memsvc.api import serve as serve_app
from memsvc.app import build
from memsvc.settings import Settings
from memsvc_evals.load.ours.in_process import TableEmbedder
from memsvc_evals.load.peers.worker import load_dataset

__all__: list[str] = []


def main(dataset: Path, data_dir: Path) -> None:
    settings = Settings.model_validate({"data_dir": data_dir, "auth": "off", "port": 0, "guard": {"level": "off"}})
    configure_logging(settings.log_level)
    with build(settings, embedder=TableEmbedder(load_dataset(dataset))) as app:
        listener = bind(settings.host, settings.port)
        url = f"http://{settings.host}:{listener.getsockname()[1]}"
        sys.stdout.write(json.dumps({"url": url}) + "\n")
        sys.stdout.flush()
        rest = create_app(app.service, app.storage, settings)
        serve_app(rest, settings, listener=listener)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
