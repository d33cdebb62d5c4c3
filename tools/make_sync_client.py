"""Write memsvc/client/_sync from memsvc/client/_async; with --check only say whether it is up to date."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CLIENT = ROOT / "memsvc" / "client"
SOURCE, TARGET = CLIENT / "_async", CLIENT / "_sync"
DOCSTRING = (
    '"""The synchronous client, written by tools/make_sync_client.py: change `memsvc.client._async` instead."""\n'
)
WORDS = {
    r"\basync (def|for|with)\b": r"\1",
    r"\bawait ": "",
    r"\bAsync(?=[A-Z])": "",
    r"\b__a(enter|exit)__\b": r"__\1__",
    r"\bclient\._async\b": "client._sync",
    r"for (\w+) in (.+):\n +yield \1\n": r"yield from \2\n",
}


def synchronous(source: str) -> str:
    """Return the text of a module without its asynchronous words."""
    for word, replacement in WORDS.items():
        source = re.sub(word, replacement, source)
    ruff = [
        "ruff",
        "check",
        "--quiet",
        "--select",
        "I",
        "--fix",
        "--stdin-filename",
        "memsvc/client/_sync/x.py",
        "-",
    ]
    done = subprocess.run(
        [sys.executable, "-m", *ruff], input=source, capture_output=True, text=True, check=True, cwd=ROOT
    )
    return done.stdout


def expected() -> dict[str, str]:
    """Return the text of every generated file by its name."""
    files = {path.name: synchronous(path.read_text()) for path in sorted(SOURCE.glob("*.py"))}
    return files | {"__init__.py": DOCSTRING}


def main(arguments: list[str]) -> int:
    wanted = expected()
    if "--check" in arguments:
        present = {path.name: path.read_text() for path in TARGET.glob("*.py")}
        return 0 if present == wanted else 1
    TARGET.mkdir(exist_ok=True)
    for name, text in wanted.items():
        (TARGET / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
