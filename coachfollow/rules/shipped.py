"""What the shipped programmes invent, for whoever uses them to replace."""

# who asks for each of them; participants read the name and the words
SPONSORS = frozenset({"Helen Marsh", "Daniel Osei", "Ines Duarte"})


def invented_sponsors(*, is_demo: bool) -> frozenset[str]:
    """The names that somebody has yet to replace; in the demo everybody is invented."""
    return frozenset() if is_demo else SPONSORS
