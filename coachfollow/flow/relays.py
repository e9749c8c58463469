"""Says which mail server carries our mail, where the settings meet the connection."""

from coachfollow.config import Settings
from coachfollow.mail.smtp import Relay


def relay(settings: Settings) -> Relay:
    """The mail server as the settings name it."""
    return Relay(
        host=settings.mail_server,
        port=settings.mail_port,
        username=settings.mail_username,
        password=settings.mail_password,
        tls=settings.mail_tls,
    )
