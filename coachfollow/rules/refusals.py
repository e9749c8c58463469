"""How a mail server's no is worded, and whether it says that nobody has the address."""

import re

# RFC 3463: no such mailbox, no such domain, no address at all, moved away, takes no mail; 5.1.0 and 5.1.4 are vaguer,
# 5.1.7 and 5.1.8 are about the sender, and 5.7 is about us
_NOBODY = re.compile(r"The mail server answered RCPT with 5\d\d 5\.1\.(?:1|2|3|6|10)(?!\d)")


def worded(*, verb: str, code: int, text: str) -> str:
    """Say which command was refused, and how: a mail keeps these words."""
    return f"The mail server answered {verb} with {code} {text}"


def says_nobody(words: str | None) -> bool:
    """Whether a mail's last words say for good that its recipient does not exist.

    Only an answer to the recipient counts, and only with the code that says so: a bare 550 may mean our reputation,
    and what is said once the text is known is about the text.
    """
    return words is not None and _NOBODY.match(words) is not None
