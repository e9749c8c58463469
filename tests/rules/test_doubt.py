"""What becomes of a mail whose sender vanished: the first evidence that counts decides."""

import pytest

from coachfollow.rules.doubt import Ruling, rule


@pytest.mark.parametrize(
    ("code", "never_left", "may_repeat", "ruling", "remark"),
    [
        (250, False, True, Ruling.SENT, "a reply is the best evidence"),
        (250, True, True, Ruling.SENT, "even where a line is missing"),
        (550, False, True, Ruling.FAILED, "refused for good"),
        (451, False, False, Ruling.PUT_OFF, "refused for now: not taken, so no doubt"),
        (421, False, False, Ruling.PUT_OFF, "closing"),
        (None, True, False, Ruling.NEVER_LEFT, "proved: nothing can arrive twice"),
        (None, False, True, Ruling.SENT_AGAIN, "better twice than never"),
        (None, False, False, Ruling.IN_DOUBT, "better never than twice, or often enough"),
    ],
)
def test_the_first_evidence_that_counts_decides(
    code: int | None, *, never_left: bool, may_repeat: bool, ruling: Ruling, remark: str
) -> None:
    assert rule(code=code, never_left=never_left, may_repeat=may_repeat) is ruling, remark
