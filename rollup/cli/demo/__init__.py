"""`tandem demo`: one program on two chains, a lie caught and forgeries refused, with figures from receipts."""

from rollup.cli.demo.command import demo

__all__ = ["demo"]
