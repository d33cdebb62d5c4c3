"""Write docs/openapi.json from the app; a test fails when it is out of date.

Run: python tools/openapi.py
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from memsvc.api import create_app
from memsvc.app import build
from memsvc.settings import Settings
from memsvc_agents.embed.hashing import HashingEmbedder
from memsvc_stores.memory import MemoryStorage

TARGET = Path(__file__).parent.parent / "docs" / "openapi.json"


def document() -> str:
    """Return the document as it is committed."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        with build(settings, storage=MemoryStorage(), embedder=HashingEmbedder()) as parts:
            app = create_app(parts.service, parts.storage, settings)
            return json.dumps(app.openapi(), indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    TARGET.write_text(document())
    print(f"wrote {TARGET}")
