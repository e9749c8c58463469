"""Says where this process's send journal is, begins another when it must, and puts away those that served."""

import socket
import threading
from collections.abc import Collection
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow import clock
from coachfollow.extensions import installation
from coachfollow.mail import journal
from coachfollow.mail.journal import Evidence, Journal, Machine
from coachfollow.models import Message
from coachfollow.rules.kinds import MessageState

_open: dict[Path, Journal] = {}  # of this process, by folder
_opening = threading.Lock()


def folder() -> Path:
    """Where the journals of this installation lie."""
    return installation().settings.data_dir / "journal"


def machine() -> Machine:
    """This machine, on this boot."""
    return Machine(host=socket.gethostname(), boot=clock.boot())


def current() -> Journal:
    """Give the journal that the next batch is written into; raises Unwritten if there can be none."""
    where = folder()
    with _opening:
        ours = _open.get(where)
        if ours is None or not ours.may_go_on:  # batches that are under way still write into the old one
            _open[where] = Journal(where, machine())
        return _open[where]


def evidence(ids: Collection[str]) -> dict[str, Evidence]:
    """Read what these journals say, each once; those that are missing are left out."""
    found = {id_: journal.read(folder(), id_) for id_ in set(ids)}
    return {id_: said for id_, said in found.items() if said is not None}


def put_away(session: Session) -> None:
    """Remove the journals of processes that are gone and whose mails are all settled. Only reads the database."""
    journal.sweep(folder())
    done = set(journal.left_behind(folder()))
    if done:
        under_way = Message.state.in_([MessageState.CLAIMED, MessageState.HANDING])
        done -= set(session.scalars(select(Message.journal_id).where(under_way).distinct()))
    for id_ in done:
        journal.remove(folder(), id_)
