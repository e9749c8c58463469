"""What Flask-Mail's recording sees of our mails."""

from flask import Flask
from flask_mail import Mail, email_dispatched

from coachfollow.mail.outgoing import Outgoing


def test_a_recorded_mail_shows_the_bytes_that_leave() -> None:
    app = Flask(__name__)
    mail = Mail(app)
    raw = b"Subject: Hello\r\n\r\nText\r\n"
    with app.app_context(), mail.record_messages() as outbox:
        email_dispatched.send(app, message=Outgoing("Hello", "anna@example.org", "post@example.org", raw))
    [recorded] = outbox
    assert recorded.as_bytes() == raw
    assert recorded.as_string() == raw.decode()
    assert (recorded.subject, recorded.recipients, recorded.sender) == (
        "Hello",
        ["anna@example.org"],
        "post@example.org",
    )
