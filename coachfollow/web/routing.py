"""Addresses of pages: written one by one as they are needed, so that a command starts sooner; numbers that exist."""

from collections.abc import Callable
from functools import cache
from typing import Any

from werkzeug.routing import IntegerConverter, Map, Rule

LARGEST = 2**31 - 1  # that a column of PostgreSQL holds


class LazyRule(Rule):
    """A rule whose builder of addresses is compiled when it is first asked for one.

    Werkzeug compiles two for each rule as it is bound: most of what it took to make an app.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002  # as Werkzeug has it
        compiled = cache(super()._compile_builder)

        def build(rule: Rule, /, **values: object) -> tuple[str, str]:
            return compiled(append_unknown)(rule, **values)

        return build


class StoredNumber(IntegerConverter):
    """A number in an address; what no database can hold is the number of nothing."""

    def __init__(self, map: Map, *arguments: Any, **keywords: Any) -> None:  # noqa: A002 - as Werkzeug has it
        super().__init__(map, *arguments, **{"max": LARGEST, **keywords})
