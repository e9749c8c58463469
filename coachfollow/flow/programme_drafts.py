"""Keeps programmes that are being written: begun from what there is or from a file, saved, published, put away.

A draft is a document; publishing it is exactly what loading its file would be. Every save names the revision it was
made from, so that of two people who write at the same time the second is told, and nothing is overwritten unseen.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict, Invalid
from coachfollow.flow import history, programmes, sets
from coachfollow.intake import programme as template
from coachfollow.intake import programme_changes, programme_documents, programme_editing
from coachfollow.intake.programme_documents import Document
from coachfollow.intake.programme_nodes import LARGEST
from coachfollow.intake.programme_readers import KEYS, is_slug
from coachfollow.models import Programme, ProgrammeDraft, ProgrammeVersion
from coachfollow.queries import programme_drafts as reads
from coachfollow.queries import programmes as offers
from coachfollow.queries.programme_drafts import Draft

LONGEST_TITLE = 120

BEHIND = (
    "Somebody else has changed this draft since you opened it. Nothing of theirs was overwritten, and what you wrote"
    " stands below. Look at what there is now, then save again to put your words in its place."
)
TOO_LARGE = f"This is more than a programme can hold ({LARGEST // 1024} kB). Shorten a text, and save again."
UNCHANGED = "Nothing is different from the version that is published."
MOVED_ON = "A new version was published while you looked at this page. Look once more at what would change."

Edit = Callable[[Document], Document]


def edit(
    session: Session, *, organisation_id: int, key: str, now: datetime, actor_id: int | None = None
) -> str:
    """Open a programme's draft, begun from its newest version where there is none; gives its key."""
    version = offers.newest_of(session, organisation_id=organisation_id, key=key)
    if not _is_open(session, organisation_id, key):
        _begin(session, organisation_id, key, version.source, now=now, actor_id=actor_id)
    return key


def copy(
    session: Session,
    *,
    organisation_id: int,
    key: str,
    title: str,
    now: datetime,
    actor_id: int | None = None,
) -> str:
    """Begin a programme of its own with the words of another; gives its key."""
    version = offers.newest_of(session, organisation_id=organisation_id, key=key)
    named = " ".join(title.split())
    if not 0 < len(named) <= LONGEST_TITLE:
        sentence = f"Give the copy a title of its own, of up to {LONGEST_TITLE} characters."
        raise Invalid(sentence, {"title": sentence})
    own = _free_key(session, organisation_id, named)
    document = programme_documents.load(version.source, file=f"{key}.yaml")
    words = programme_documents.dump(programme_editing.copied(document, key=own, title=named))
    _begin(session, organisation_id, own, words, now=now, actor_id=actor_id)
    return own


def receive(
    session: Session,
    *,
    organisation_id: int,
    text: str,
    file: str,
    now: datetime,
    actor_id: int | None = None,
) -> str:
    """Take a file as a draft, mistakes and all; gives its key. Raises Invalid where there is no programme in it."""
    key = programme_documents.words(programme_documents.load(text, file=file), "key")
    if not is_slug(key):
        raise Invalid(f"{file} says no key that can be used, such as “key: better-handovers”; {KEYS}.")
    if _is_open(session, organisation_id, key):
        raise Conflict(
            f"There is a draft of “{key}” already. Open it and replace its words there, or put it away first."
        )
    _begin(session, organisation_id, key, text, now=now, actor_id=actor_id)
    return key


def save(
    session: Session,
    *,
    organisation_id: int,
    key: str,
    revision: int,
    edit: Edit,
    now: datetime,
    actor_id: int | None = None,
) -> None:
    """Change a draft that is still what it was at this revision; raises Conflict, Invalid or NotFound."""
    draft = reads.draft(session, organisation_id=organisation_id, key=key)
    changed = programme_documents.dump(edit(programme_documents.load(draft.document, file=draft.file)))
    _write(session, draft, changed, revision=revision, now=now, actor_id=actor_id)
    session.commit()


def rewrite(
    session: Session,
    *,
    organisation_id: int,
    key: str,
    revision: int,
    text: str,
    now: datetime,
    actor_id: int | None = None,
) -> None:
    """Put a whole file in the place of a draft's words; it must name the same programme."""
    draft = reads.draft(session, organisation_id=organisation_id, key=key)
    if programme_documents.words(programme_documents.load(text, file=draft.file), "key") != key:
        sentence = f"The key must stay “{key}”. To make another programme of it, copy this one."
        raise Invalid(sentence, {"text": sentence})
    _write(session, draft, text, revision=revision, now=now, actor_id=actor_id)
    session.commit()


def publish(
    session: Session,
    *,
    organisation_id: int,
    key: str,
    revision: int,
    follows: int,
    now: datetime,
    actor_id: int | None = None,
) -> ProgrammeVersion:
    """Make a draft the newest version; running plans keep theirs (law 15). Raises Conflict or InvalidProgramme.

    `follows` is the version that its changes were shown against, 0 if there was none.
    """
    draft = reads.draft(session, organisation_id=organisation_id, key=key)
    programme = template.read(draft.document, file=draft.file)
    if draft.follows != follows:
        raise Conflict(MOVED_ON)
    if draft.source and not changes(draft):
        raise Conflict(UNCHANGED)
    # first: of two who press, one gets on
    _guarded(session, draft, revision=revision, said={"closed_at": now})
    version = programmes.add_version(
        session, organisation_id=organisation_id, programme=programme, now=now, actor_id=actor_id
    )
    row = update(ProgrammeDraft).where(ProgrammeDraft.id == draft.id)
    session.execute(row.values(published_as_id=version.id))
    session.commit()
    return version


def put_away(
    session: Session,
    *,
    organisation_id: int,
    key: str,
    revision: int,
    now: datetime,
    actor_id: int | None = None,
) -> None:
    """Close a draft unpublished; its words stay in the database, for nobody has said to destroy them."""
    draft = reads.draft(session, organisation_id=organisation_id, key=key)
    _guarded(session, draft, revision=revision, said={"closed_at": now})
    _record(session, "programme draft put away", organisation_id, draft.id, at=now, actor_id=actor_id)
    session.commit()


def changes(draft: Draft) -> tuple[programme_changes.Change, ...]:
    """Give what would change for new groups; nothing where the draft is the first of its key, or has mistakes."""
    before = template.examine(draft.source, file=draft.file)
    after = template.examine(draft.document, file=draft.file)
    if before.programme is None or after.programme is None or after.mistakes:
        return ()
    return programme_changes.changes(before.programme, after.programme)


def _begin(
    session: Session, organisation_id: int, key: str, document: str, *, now: datetime, actor_id: int | None
) -> None:
    draft = sets.insert(session, ProgrammeDraft).values(
        organisation_id=organisation_id,
        key=key,
        document=document,
        revision=1,
        begun_at=now,
        changed_at=now,
        changed_by_id=actor_id,
    )
    id_ = session.scalar(draft.on_conflict_do_nothing().returning(ProgrammeDraft.id))
    if id_ is None:  # two people pressed the button in the same moment
        raise Conflict(f"There is a draft of “{key}” already. Open it to go on with it.")
    _record(session, "programme draft begun", organisation_id, id_, at=now, actor_id=actor_id)
    session.commit()


def _write(
    session: Session, draft: Draft, document: str, *, revision: int, now: datetime, actor_id: int | None
) -> None:
    if len(document.encode()) > LARGEST:
        raise Invalid(TOO_LARGE)
    said = {"document": document, "revision": revision + 1, "changed_at": now, "changed_by_id": actor_id}
    _guarded(session, draft, revision=revision, said=said)
    _record(session, "programme draft changed", draft.organisation_id, draft.id, at=now, actor_id=actor_id)


def _guarded(session: Session, draft: Draft, *, revision: int, said: dict[str, object]) -> None:
    """Change a draft's row if it is still open and nobody has saved since; raises Conflict."""
    row = update(ProgrammeDraft).where(
        ProgrammeDraft.id == draft.id,
        ProgrammeDraft.revision == revision,
        ProgrammeDraft.closed_at.is_(None),
    )
    if session.execute(row.values(**said).returning(ProgrammeDraft.id)).first() is None:
        raise Conflict(BEHIND)


def _is_open(session: Session, organisation_id: int, key: str) -> bool:
    found = select(ProgrammeDraft.id).where(
        ProgrammeDraft.organisation_id == organisation_id,
        ProgrammeDraft.key == key,
        ProgrammeDraft.closed_at.is_(None),
    )
    return session.scalar(found) is not None


def _free_key(session: Session, organisation_id: int, title: str) -> str:
    """A key made of the title that neither a programme nor a draft has."""
    base = programme_editing.key_of(title)
    taken = {
        *session.scalars(select(Programme.key).where(Programme.organisation_id == organisation_id)),
        *session.scalars(
            select(ProgrammeDraft.key).where(
                ProgrammeDraft.organisation_id == organisation_id, ProgrammeDraft.closed_at.is_(None)
            )
        ),
    }
    return programme_editing.first_free(base, taken=taken)


def _record(
    session: Session, name: str, organisation_id: int, draft_id: int, *, at: datetime, actor_id: int | None
) -> None:
    history.record(session, name, at=at, organisation_id=organisation_id, actor_id=actor_id, draft=draft_id)
