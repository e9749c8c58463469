"""Notices that a mail server, or one domain behind it, takes nothing for now, so that it is left in peace."""

from collections import Counter
from dataclasses import dataclass, field

MOST_IN_A_ROW = 20  # temporary refusals of whatever mails: then it is the server
MOST_OF_A_DOMAIN = 3  # of mails to one domain: then it is the domain


@dataclass(slots=True)
class Breaker:
    """How often in a row a batch was put off, in all and by domain."""

    in_a_row: int = 0
    by_domain: Counter[str] = field(default_factory=Counter)

    @property
    def is_open(self) -> bool:
        """Whether the server puts off everything."""
        return self.in_a_row >= MOST_IN_A_ROW

    def took(self, address: str) -> None:
        """Note that a mail to this address was taken."""
        self.in_a_row = 0
        self.by_domain.pop(domain(address), None)

    def put_off(self, address: str) -> bool:
        """Note that a mail to this address was put off; gives whether its domain is to be left in peace now."""
        self.in_a_row += 1
        self.by_domain[domain(address)] += 1
        return self.by_domain[domain(address)] >= MOST_OF_A_DOMAIN


def domain(address: str) -> str:
    """The part of an address that names its mail server."""
    return address.rpartition("@")[2].lower()
