"""What a hostile hand would have a worker call; each call is remembered."""

SPRUNG: list[str] = []


def spring(*given: object, **named: object) -> None:
    """Remember that foreign code ran."""
    SPRUNG.append(f"{given} {named}")


class Pickled:
    """Springs the trap when it is unpickled."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return spring, ("unpickled",)
