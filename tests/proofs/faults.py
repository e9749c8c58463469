"""What goes wrong at the mail server: chosen by a seed, the same for the same mail and attempt."""

import random
from enum import StrEnum

PATIENT_AFTER = 4  # attempts; from then on nothing goes wrong with a mail, so that everything settles


class Fault(StrEnum):
    """How the sink treats one attempt to hand it a mail."""

    NONE = "none"
    CLOSING = "421 to the recipient, then it hangs up"
    BUSY = "450 to the recipient"
    NOBODY = "550 to the recipient, each time"
    FULL = "452 after the dot"
    DROPPED = "hangs up at the dot, and takes nothing"
    LOST = "takes it and hangs up before it answers"
    LATE = "takes it and answers when nobody listens any more"
    SLOW = "takes its time"


PER_MILLE = {
    Fault.CLOSING: 6,
    Fault.BUSY: 6,
    Fault.FULL: 6,
    Fault.DROPPED: 6,
    Fault.LOST: 6,
    Fault.LATE: 4,
    Fault.SLOW: 8,
}
NOBODY_PER_MILLE = 3


def fault(recipient: str, attempt: int, *, seed: int) -> Fault:
    """Choose what happens at an attempt, counted from 1; whoever is unknown stays so."""
    if random.Random(f"{seed}/{recipient}").random() * 1000 < NOBODY_PER_MILLE:
        return Fault.NOBODY
    if attempt >= PATIENT_AFTER:
        return Fault.NONE
    chance = random.Random(f"{seed}/{recipient}/{attempt}")
    weights = [1000 - sum(PER_MILLE.values()), *PER_MILLE.values()]
    return chance.choices([Fault.NONE, *PER_MILLE], weights)[0]
