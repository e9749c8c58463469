"""Settings: read from the environment, every mistake told at once, nothing weak accepted."""

import runpy
from dataclasses import fields
from pathlib import Path

import pytest

from coachfollow import config
from coachfollow.config import Settings
from coachfollow.errors import Misconfigured
from coachfollow.rules.kinds import MessageKind

TREE = Path(__file__).parent.parent.parent
SECRET = "a secret for tests and nowhere else"
ENOUGH = {
    "COACHFOLLOW_SECRET_KEY": SECRET,
    "COACHFOLLOW_EXTERNAL_URL": "https://followup.example.org",
    "COACHFOLLOW_MAIL_FROM": "followup@example.org",
}


def mistakes(environ: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(Misconfigured) as refused:
        config.load(environ)
    return refused.value.mistakes


def in_a_file(file: Path, mode: int) -> dict[str, str]:
    """Give the settings with the secret in a file of this mode."""
    file.write_text(f"  {SECRET}\n")
    file.chmod(mode)
    given = {key: value for key, value in ENOUGH.items() if not key.endswith("SECRET_KEY")}
    return given | {"COACHFOLLOW_SECRET_KEY_FILE": str(file)}


def test_three_settings_are_enough() -> None:
    settings = config.load(ENOUGH)

    assert settings.external_url == "https://followup.example.org"
    assert settings.secret_keys == (SECRET,)
    assert settings.mail_domain == "example.org"


def test_what_is_not_ours_in_the_environment_is_left_alone() -> None:
    assert config.load(ENOUGH | {"PATH": "/bin", "FLASK_DEBUG": "1"}) == config.load(ENOUGH)


def test_the_table_and_the_settings_name_the_same_things_in_the_same_order() -> None:
    assert tuple(setting.name for setting in config.TABLE) == tuple(Settings.__dataclass_fields__)


def test_every_mistake_is_told_at_once() -> None:
    told = mistakes(
        {"COACHFOLLOW_PORT": "http", "COACHFOLLOW_ZONE": "Mars/Olympus", "COACHFOLLOW_COLOUR": "red"}
    )

    assert [mistake.split()[0] for mistake in told] == [
        "COACHFOLLOW_COLOUR",
        "COACHFOLLOW_SECRET_KEY",
        "COACHFOLLOW_EXTERNAL_URL",
        "COACHFOLLOW_ZONE",
        "COACHFOLLOW_MAIL_FROM",
        "COACHFOLLOW_PORT",
    ]


def test_what_does_not_go_together_is_told_with_the_rest_as_far_as_it_can_be_read() -> None:
    told = mistakes(
        {
            "COACHFOLLOW_PORT": "http",
            "COACHFOLLOW_MAIL_USERNAME": "me",
            "COACHFOLLOW_MAIL_TLS": "perhaps",
            "COACHFOLLOW_NO_REDIS": "yes",
            "COACHFOLLOW_REDIS_URL": "redis://127.0.0.1",
        }
    )

    assert [one for one in told if "belong together" in one]
    assert [one for one in told if "keep one of them" in one]
    assert not [one for one in told if "in the clear" in one]  # nobody can know that yet


@pytest.mark.parametrize(
    ("name", "value", "says", "remark"),
    [
        ("SECRET_KEY", "short", "shorter than 32", "a weak secret"),
        ("SECRET_KEY", "", "shorter than 32", "an empty secret is none"),
        ("SECRET_KEY_PREVIOUS", f"{SECRET},short", "shorter than 32", "an earlier secret was weak"),
        ("SECRET_KEY_PREVIOUS", "short", "shorter than 32", "one alone"),
        ("SECRET_KEY", "changeme" * 4, "easily guessed", "what an example says"),
        ("SECRET_KEY", "0" * 64, "easily guessed", "long, and nothing in it"),
        ("EXTERNAL_URL", "followup.example.org", "not an address", "no scheme"),
        ("EXTERNAL_URL", "ftp://followup.example.org", "not an address", "not the web"),
        ("EXTERNAL_URL", "https://", "not an address", "no host"),
        ("DATABASE_URL", "mysql://localhost/x", "neither sqlite", "a database we do not know"),
        ("REDIS_URL", "localhost:6379", "redis://", "no scheme"),
        ("ZONE", "CET+1", "not a time zone", "an offset is no zone"),
        ("MAIL_FROM", "followup", "not a mail address", "no domain"),
        ("MAIL_FROM", "Follow Up <a@example.org>", "not a mail address", "the name has its own setting"),
        ("MAIL_REPLY_TO", "nobody", "not a mail address", "an address when it is given"),
        ("MAIL_TLS", "ssl", "starttls, tls, none", "a word outside the list"),
        ("MAIL_PORT", "0", "from 1 to 65535", "below the range"),
        ("MAIL_PORT", "65536", "from 1 to 65535", "above the range"),
        ("MAIL_PORT", "25.0", "whole number", "not whole"),
        ("MAIL_PORT", "²5", "whole number", "a digit to Unicode, not to int()"),
        ("MAIL_PORT", "-25", "whole number", "a sign"),
        ("ON_DOUBT", "guess", "resend, hold", "a word outside the list"),
        ("ON_DOUBT_BY_KIND", "postcard=hold", "postcard=hold", "no such kind of mail"),
        ("ON_DOUBT_BY_KIND", "sponsor", "sponsor", "a kind without its word"),
        ("DEMO", "maybe", "yes, no", "a flag is yes or no"),
        ("LOG_LEVEL", "loud", "debug, info, warning, error", "no such level"),
    ],
)
def test_a_value_that_cannot_be_used_gets_a_sentence(name: str, value: str, says: str, remark: str) -> None:
    told = mistakes(ENOUGH | {f"COACHFOLLOW_{name}": value})

    assert len(told) == 1, remark
    assert told[0].startswith(f"COACHFOLLOW_{name} "), remark
    assert says in told[0], remark
    assert told[0].endswith("."), remark


@pytest.mark.parametrize("secret", ["hunter2", "hunter2" * 8])
def test_a_refused_secret_is_not_repeated(secret: str) -> None:
    assert "hunter2" not in str(mistakes(ENOUGH | {"COACHFOLLOW_SECRET_KEY": secret}))


def test_settings_that_are_printed_say_no_secret() -> None:
    """A traceback, a log line or a debugger prints whatever stands there."""
    secrets = {
        "SECRET_KEY_PREVIOUS": "an earlier secret for tests alone",
        "DATABASE_URL": "postgresql://us:quorp@db/x",
        "REDIS_URL": "rediss://us:plugh@redis",
        "MAIL_USERNAME": "me",
        "MAIL_PASSWORD": "xyzzy",
        "METRICS_TOKEN": "fnord",
    }
    settings = config.load(ENOUGH | {f"COACHFOLLOW_{name}": value for name, value in secrets.items()})

    assert "mail_username='me'" in repr(settings)
    for word in (SECRET, "an earlier secret", "quorp", "plugh", "xyzzy", "fnord"):
        assert word not in repr(settings)


def test_what_the_table_calls_secret_is_not_printed() -> None:
    printed = {one.name for one in fields(Settings) if one.repr}

    assert {setting.name for setting in config.TABLE if not setting.secret} == printed


@pytest.mark.parametrize("name", ["SECRET_KEY", "EXTERNAL_URL", "MAIL_FROM"])
def test_what_has_no_default_must_be_given(name: str) -> None:
    variable = f"COACHFOLLOW_{name}"
    (told,) = mistakes({key: value for key, value in ENOUGH.items() if key != variable})

    assert told.startswith(f"{variable} is missing. ")
    assert told.endswith(".")
    assert not told.endswith("..")


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o640, 0o440])
def test_a_secret_may_come_from_a_file(tmp_path: Path, mode: int) -> None:
    given = in_a_file(tmp_path / "key", mode)

    assert config.load(given).secret_key == SECRET


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o444, 0o601, 0o660, 0o606])
def test_a_secret_in_a_file_that_others_may_read_or_change_is_refused(tmp_path: Path, mode: int) -> None:
    (told,) = mistakes(in_a_file(tmp_path / "key", mode))

    assert told == (
        f"COACHFOLLOW_SECRET_KEY names a file that others may read or change (mode {mode:o});"
        f" make it its owner's alone: chmod 600 {tmp_path / 'key'}."
    )


def test_what_is_no_secret_may_come_from_a_file_that_everybody_reads(tmp_path: Path) -> None:
    file = tmp_path / "zone"
    file.write_text("Europe/Berlin\n")
    file.chmod(0o644)

    assert config.load(ENOUGH | {"COACHFOLLOW_ZONE_FILE": str(file)}).zone == "Europe/Berlin"


def test_a_secret_given_twice_is_a_mistake(tmp_path: Path) -> None:
    (told,) = mistakes(ENOUGH | {"COACHFOLLOW_SECRET_KEY_FILE": str(tmp_path / "key")})

    assert "twice" in told


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"], ids=["no such file", "not text"])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_bytes(content)
        file.chmod(0o600)
    (told,) = mistakes(
        ENOUGH | {"COACHFOLLOW_MAIL_PASSWORD_FILE": str(file), "COACHFOLLOW_MAIL_USERNAME": "me"}
    )

    assert told.startswith("COACHFOLLOW_MAIL_PASSWORD names a file that cannot be read")


@pytest.mark.parametrize(
    ("given", "says", "remark"),
    [
        ({"MAIL_USERNAME": "me"}, "belong together", "a login without a password"),
        ({"NO_REDIS": "yes", "REDIS_URL": "redis://r"}, "keep one of them", "with and without"),
        ({"MAIL_PASSWORD": "secret"}, "belong together", "a password without a login"),
        ({"MAIL_USERNAME": "me", "MAIL_PASSWORD": "s", "MAIL_TLS": "none"}, "in the clear", "overheard"),
    ],
)
def test_settings_must_fit_together(given: dict[str, str], says: str, remark: str) -> None:
    (told,) = mistakes(ENOUGH | {f"COACHFOLLOW_{name}": value for name, value in given.items()})

    assert says in told, remark


def test_earlier_secrets_follow_the_one_in_use() -> None:
    first, second = f"the first {SECRET}", f"the second {SECRET}"
    settings = config.load(ENOUGH | {"COACHFOLLOW_SECRET_KEY_PREVIOUS": f"{first}, {second},"})

    assert settings.secret_keys == (SECRET, first, second)


def test_an_earlier_secret_may_be_a_passphrase_with_commas() -> None:
    phrase = "lunch at noon, meetings at two, home at six"
    settings = config.load(ENOUGH | {"COACHFOLLOW_SECRET_KEY_PREVIOUS": phrase})

    assert settings.secret_keys == (SECRET, phrase)


def test_an_easily_guessed_secret_can_be_left_behind() -> None:
    settings = config.load(ENOUGH | {"COACHFOLLOW_SECRET_KEY_PREVIOUS": "changeme" * 4})

    assert settings.secret_keys == (SECRET, "changeme" * 4)


@pytest.mark.parametrize(
    ("name", "value", "attribute", "expected"),
    [
        ("EXTERNAL_URL", "http://localhost:5000/", "external_url", "http://localhost:5000"),
        ("DATABASE_URL", "postgresql://db/x", "database_url", "postgresql+psycopg://db/x"),
        ("DATABASE_URL", "postgresql+psycopg://db/x", "database_url", "postgresql+psycopg://db/x"),
        ("REDIS_URL", "", "redis_url", None),
        ("REDIS_URL", "rediss://r:6379/1", "redis_url", "rediss://r:6379/1"),
        ("MAIL_TLS", "TLS", "mail_tls", "tls"),
        ("DEMO", "yes", "demo", True),
        ("MAIL_FROM", "a@example.org", "mail_reply_to", "a@example.org"),
        ("MAIL_REPLY_TO", "b@example.org", "mail_reply_to", "b@example.org"),
        ("ORGANISATION", "Acme", "mail_sender_name", "Acme"),
        ("MAIL_SENDER_NAME", "Acme Learning", "mail_sender_name", "Acme Learning"),
    ],
)
def test_what_is_given_arrives_ready_for_use(name: str, value: str, attribute: str, expected: object) -> None:
    settings = config.load(ENOUGH | {f"COACHFOLLOW_{name}": value})

    assert getattr(settings, attribute) == expected


def test_the_database_lies_in_the_data_folder_unless_told_otherwise(tmp_path: Path) -> None:
    settings = config.load(ENOUGH | {"COACHFOLLOW_DATA_DIR": str(tmp_path)})

    assert settings.database_url == f"sqlite:///{tmp_path}/coachfollow.db"


def test_the_page_about_the_settings_is_up_to_date() -> None:
    written = (TREE / "docs" / "configuration.md").read_text(encoding="utf-8")

    assert written == runpy.run_path(str(TREE / ".ci" / "document.py"))["configuration"](), "run: make docs"


def test_the_page_names_every_setting_with_its_meaning() -> None:
    written = (TREE / "docs" / "configuration.md").read_text(encoding="utf-8")

    assert [setting.name for setting in config.TABLE if f"`{setting.variable}`" not in written] == []
    assert [setting.name for setting in config.TABLE if setting.meaning not in written] == []


def test_kinds_of_mail_in_doubt_are_named_as_the_rules_name_them() -> None:
    names = ", ".join(f"{kind} = Hold" for kind in MessageKind)

    settings = config.load(ENOUGH | {"COACHFOLLOW_ON_DOUBT_BY_KIND": names})

    assert {settings.when_in_doubt(kind) for kind in MessageKind} == {"hold"}
    assert config.load(ENOUGH).when_in_doubt(MessageKind.SIGN_IN) == "resend"
