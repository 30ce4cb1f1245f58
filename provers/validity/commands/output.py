"""What the commands print: JSON on demand, else lines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import typer


def show(content: Mapping[str, Any], as_json: bool, last: str) -> None:  # noqa: FBT001 - an option's value
    """Print a ceremony, and the line that says what it means."""
    if as_json:
        typer.echo(json.dumps(content, indent=2, ensure_ascii=False))
        return
    for circuit in content["circuits"]:
        typer.echo(f"circuit       {circuit['label']}: domain {circuit['domain']}, {circuit['digest']}")
    typer.echo(f"start         {content['start']}")
    for number, each in enumerate(content["contributions"], 1):
        beacon = f" = beacon {each['beacon']}" if each["beacon"] else ""
        typer.echo(f"contribution  {number} {each['name']}{beacon}: {each['hash']}")
    typer.echo(f"keys hash     {content['keys_hash']}")
    if content["development"]:
        typer.echo("development   one process made the powers of tau and could have kept τ; a real chain needs others")
    typer.echo(last)
