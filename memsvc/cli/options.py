"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

__all__ = ["ApiKey", "DataDir", "Json", "Namespace", "Url"]

Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print one JSON object to standard output.")]
Namespace: TypeAlias = Annotated[str, typer.Option("--namespace", "-n", help="Whose memory.", metavar="NAME")]
DataDir: TypeAlias = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Directory of the database and indexes (default: MEMSVC_DATA_DIR)."),
]
Url: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--url", envvar="MEMSVC_URL", help="Ask a running service instead of opening the data directory."
    ),
]
ApiKey: TypeAlias = Annotated[
    str | None, typer.Option("--api-key", envvar="MEMSVC_API_KEY", help="Key for --url.", metavar="KEY")
]
