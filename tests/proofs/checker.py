"""Judges a run by what the mail server wrote down and what the database says, and by nothing else."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Engine, text

Mode = Literal["resend", "hold"]

FINAL = frozenset({"sent", "failed", "in_doubt", "cancelled", "expired"})
UNHEARD = frozenset({"lost", "late"})  # answers of the sink that nobody heard

_DUE = text(
    "SELECT t.id AS touchpoint, m.public_id AS message, m.state AS state, m.reason AS reason"
    " FROM touchpoints t LEFT JOIN messages m ON m.touchpoint_id = t.id"
    " WHERE t.state <> 'cancelled'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What the database says of a follow-up that was due; no message and no state where it has none."""

    touchpoint: int
    message: str | None
    state: str | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of a run."""

    touchpoints: int
    lost: int
    unsettled: int
    false_sent: int
    false_failed: int
    duplicates: int
    max_copies: int
    in_doubt: int
    unheard: int  # acceptances whose answer was lost or late

    def breaches(self, *, mode: Mode, resends: int, deaths: int) -> list[str]:
        """Say how the guarantee is broken, if it is; each death or unheard answer may explain one more copy."""
        most = 1 + resends if mode == "resend" else 1
        explained = self.unheard + deaths if mode == "resend" else 0
        claims = {
            f"{self.lost} follow-ups were lost without a word": self.lost == 0,
            f"{self.unsettled} mails never came to an end": self.unsettled == 0,
            f"{self.false_sent} mails were called sent that nobody had accepted": self.false_sent == 0,
            f"{self.false_failed} mails were called failed that were accepted": self.false_failed == 0,
            f"a mail arrived {self.max_copies} times": self.max_copies <= most,
            f"{self.duplicates} copies too many, {explained} explained": self.duplicates <= explained,
        }
        return [breach for breach, holds in claims.items() if not holds]


def due(engine: Engine) -> list[Mail]:
    """Read every follow-up that was due, with its mails."""
    with engine.connect() as connection:
        return [Mail(**row._mapping) for row in connection.execute(_DUE)]


def judge(mails: Sequence[Mail], log: Iterable[Mapping[str, Any]]) -> Verdict:
    """Compare what the database says with what the mail server wrote down."""
    accepted = [line for line in log if line["accepted"]]
    copies = Counter(line["message"] for line in accepted)
    by_touchpoint: dict[int, list[Mail]] = {}
    for mail in mails:
        by_touchpoint.setdefault(mail.touchpoint, []).append(mail)
    states = Counter(mail.state for mail in mails)
    return Verdict(
        touchpoints=len(by_touchpoint),
        lost=sum(not any(_is_accounted_for(mail, copies) for mail in of) for of in by_touchpoint.values()),
        unsettled=sum(mail.message is not None and mail.state not in FINAL for mail in mails),
        false_sent=sum(mail.state == "sent" and not copies[mail.message] for mail in mails),
        false_failed=sum(mail.state == "failed" and copies[mail.message] > 0 for mail in mails),
        duplicates=sum(copies.values()) - len(copies),
        max_copies=max(copies.values(), default=0),
        in_doubt=states["in_doubt"],
        unheard=sum(line["answer"] in UNHEARD for line in accepted),
    )


def _is_accounted_for(mail: Mail, copies: Mapping[str, int]) -> bool:
    """Whether it arrived, or the database says why it may not have."""
    return mail.message in copies or mail.state in FINAL - {"sent"}
