"""How the standard library writes our mails: the oracle of the prepared ones, and for rare single mails."""

from email.policy import EmailPolicy

# Programs read these. The library would turn a long token into encoded-words, which no program decodes:
# the one-click link is then silently gone and threads break.
MACHINE_HEADERS = frozenset(
    {
        "archived-at",
        "auto-submitted",
        "feedback-id",
        "in-reply-to",
        "list-help",
        "list-id",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "message-id",
        "references",
        "x-auto-response-suppress",
    }
)

FOLD_AT = 78


class MailPolicy(EmailPolicy):
    """Fold machine headers at white space alone; everything else as the library does."""

    def fold(self, name: str, value: str) -> str:
        """Write one header line, folded."""
        return self._machine(name, value) if name.lower() in MACHINE_HEADERS else super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        """Write one header line, folded, as bytes."""
        if name.lower() in MACHINE_HEADERS:
            return self._machine(name, value).encode("ascii")
        return super().fold_binary(name, value)

    def _machine(self, name: str, value: str) -> str:
        first, *rest = str(value).split() or [""]
        lines = [f"{name}: {first}"]
        for word in rest:
            if len(lines[-1]) + 1 + len(word) > FOLD_AT:
                lines.append("")
            lines[-1] += f" {word}"
        return self.linesep.join(lines) + self.linesep


POLICY = MailPolicy(linesep="\r\n", cte_type="7bit")  # what it writes is pure ASCII
