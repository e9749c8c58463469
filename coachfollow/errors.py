"""How an operation says no: every refusal is a class that carries its facts and one clear sentence."""

from collections.abc import Mapping


class Refusal(Exception):
    """An operation did not happen; `sentence` tells the person why and what to do."""

    status = 400

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotFound(Refusal):
    """What was named does not exist, or is not for this person to know about."""

    status = 404


class Forbidden(Refusal):
    """The person is known, and this is not theirs to do."""

    status = 403


class SignInNeeded(Refusal):
    """Nobody is signed in, and this is for somebody."""

    status = 401


class Invalid(Refusal):
    """What was given cannot be used; `fields` names a sentence per field."""

    status = 422

    def __init__(self, sentence: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.fields = dict(fields or {})


class Closed(Refusal):
    """It was possible once and no longer is: a closed follow-up, an old link, a plan that ended."""

    status = 410


class Conflict(Refusal):
    """Somebody else was first, or the state has moved on."""

    status = 409


class TooMany(Refusal):
    """A limit against floods was reached; try again after `retry_after` seconds."""

    status = 429

    def __init__(self, sentence: str, *, retry_after: int) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class Misconfigured(Exception):
    """The environment holds mistakes; all of them are told at once."""

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes
