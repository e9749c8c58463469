"""The one place where what went wrong becomes a sentence on standard error and an exit code."""

import errno
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any

import click
from sqlalchemy.exc import DatabaseError, OperationalError

from coachfollow.errors import Misconfigured, Refusal
from coachfollow.intake.words import Unreadable
from coachfollow.vault import WrongKey

DAMAGED = "The file is damaged, or is no database: put a backup in its place (docs/operating.md)."

FULL = "Make room there, and do it again: of what did not fit nothing was kept."
SHUT = "See whether the data folder is there and may be written, and whose it is (COACHFOLLOW_DATA_DIR)."

FAULTY = "Where the disk has no room make some; if it has, it may be damaged: the system's log says so."

_DISK: Mapping[int | None, str] = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EROFS: SHUT,
    errno.EACCES: SHUT,
    errno.EPERM: SHUT,
    errno.ENOTDIR: SHUT,
}
"""What to do where the disk took nothing; any other trouble with files is a defect."""

_SQLITE: Mapping[str, str] = {
    "SQLITE_FULL": FULL,
    "SQLITE_IOERR": FAULTY,
    "SQLITE_CANTOPEN": SHUT,
    "SQLITE_READONLY": SHUT,
}


class Sentence(click.ClickException):
    """What the terminal is told when a command did not do its work; exit code 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence as it is, on standard error."""
        click.echo(self.format_message(), file=file, err=True)


class WrongSettings(Sentence):
    """The settings cannot be used, so nothing was tried."""

    exit_code = 2


class Told(click.Group):
    """The outermost command: refusals end here as sentences, everything else is a defect and stays one."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command and tell its refusals."""
        with as_sentences():
            return super().invoke(ctx)


@contextmanager
def as_sentences() -> Iterator[None]:
    """Raise refusals of what is inside as Sentence."""
    try:
        yield
    except Misconfigured as error:
        raise WrongSettings(_all_mistakes(error)) from error
    except (Refusal, Unreadable) as error:
        raise Sentence(error.sentence) from error
    except WrongKey as error:
        raise Sentence(str(error)) from error
    except OperationalError as error:
        raise Sentence(_database(error.orig)) from error
    except sqlite3.OperationalError as error:  # a copy is made without SQLAlchemy
        raise Sentence(_database(error)) from error
    except OSError as error:
        if error.errno not in _DISK:
            raise
        where = error.filename or "A file"
        raise Sentence(f"{where} cannot be written: {error.strerror}. {_DISK[error.errno]}") from error
    except DatabaseError as error:
        if type(error) is not DatabaseError:  # its subclasses are defects of ours
            raise
        raise Sentence(f"The database cannot be used: {error.orig}. {DAMAGED}") from error


def told(program: Callable[[], object]) -> None:
    """Do what no command is around; tells its refusals and ends the process as a command would."""
    try:
        with as_sentences():
            program()
    except Sentence as sentence:
        sentence.show()
        sys.exit(sentence.exit_code)


def _database(error: BaseException | None) -> str:
    """What the database says, and where it is the disk of an SQLite file, what to do."""
    said = f"The database cannot be used: {error}"
    about = "_".join(getattr(error, "sqlite_errorname", "").split("_")[:2])
    return f"{said}. {_SQLITE[about]}" if about in _SQLITE else said


def _all_mistakes(error: Misconfigured) -> str:
    if len(error.mistakes) == 1:
        return error.mistakes[0]
    return "\n".join((f"{len(error.mistakes)} settings are wrong:", *(f"- {one}" for one in error.mistakes)))
