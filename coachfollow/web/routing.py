"""Learns to write the addresses of pages one by one: a command or a worker needs few of them, and starts sooner."""

from collections.abc import Callable
from functools import cache

from werkzeug.routing import Rule


class LazyRule(Rule):
    """A rule whose builder of addresses is compiled when it is first asked for one.

    Werkzeug compiles two for each rule as it is bound: most of what it took to make an app.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002  # as Werkzeug has it
        compiled = cache(super()._compile_builder)

        def build(rule: Rule, /, **values: object) -> tuple[str, str]:
            return compiled(append_unknown)(rule, **values)

        return build
