"""`memsvc db`: the schema of the database."""

from __future__ import annotations

from pathlib import Path

import typer

from memsvc.cli import options
from memsvc.cli.configuration import load_settings
from memsvc.cli.output import report

__all__ = ["build_app"]


def build_app() -> typer.Typer:
    app = typer.Typer(help="Show and migrate the database's schema.", no_args_is_help=True)
    app.command("upgrade")(upgrade)
    app.command("current")(current)
    return app


def upgrade(data_dir: options.DataDir = None, json: options.Json = False) -> None:
    """Bring the database to the schema of this version; `memsvc serve` does so at its start as well."""
    from memsvc_stores import sql

    url = _url(data_dir)
    before = sql.current(url)
    sql.upgrade(url)
    after = sql.current(url)
    line = f"schema {after}" + (" already" if after == before else f" (was {before or 'empty'})")
    report({"before": before, "after": after}, [line], as_json=json)


def current(data_dir: options.DataDir = None, json: options.Json = False) -> None:
    """Show the schema that the database has, and the one that this version needs."""
    from memsvc_stores import sql
    from memsvc_stores.sql.schema import HEAD

    found = sql.current(_url(data_dir))
    state = "up to date" if found == HEAD else f"this version needs {HEAD}: run `memsvc db upgrade`"
    report({"current": found, "needed": HEAD}, [f"schema {found or 'empty'}, {state}"], as_json=json)


def _url(data_dir: Path | None) -> str:
    from memsvc.app import database_url, prepare_data_dir

    settings = load_settings(data_dir=data_dir)
    prepare_data_dir(settings.data_dir)
    return database_url(settings)
