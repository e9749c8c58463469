"""Seals with today's secret what an earlier one sealed, so that the earlier one can be let go of."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Select, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from coachfollow.extensions import installation
from coachfollow.models import Message, Person, PersonKey, SealedMail
from coachfollow.vault import Vault, WrongKey

FEW = 500  # rows in a transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """One kind of what is sealed: where it stands, to whom it is bound, and how it is sealed anew."""

    table: type[PersonKey | SealedMail]
    id: InstrumentedAttribute[int]
    sealed: InstrumentedAttribute[bytes]
    rows: Select[int, bytes, str]
    anew: Callable[[bytes, str], bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Renewed:
    """One row: as it was read, and as it shall be."""

    id: int
    before: bytes
    after: bytes


def renew(session: Session) -> None:
    """Seal everything anew, some hundred rows at a time; what no secret opens stays as it is."""
    if not installation().settings.secret_key_previous:
        return
    for kind in _kinds(installation().vault):
        for renewed in _renewed(session, kind):
            for one in renewed:
                # what was changed or erased since it was read stays so
                row = update(kind.table).where(kind.id == one.id, kind.sealed == one.before)
                session.execute(row.values({kind.sealed: one.after}))
            session.commit()


def left(session: Session) -> int:
    """Count what only an earlier secret opens. Only reads."""
    kinds = _kinds(installation().vault)
    return sum(len(renewed) for kind in kinds for renewed in _renewed(session, kind))


def _kinds(vault: Vault) -> Sequence[_Kind]:
    keys = select(PersonKey.person_id, PersonKey.wrapped_key, Person.public_id)
    mails = select(SealedMail.message_id, SealedMail.raw, Message.public_id)
    return (
        _Kind(
            table=PersonKey,
            id=PersonKey.person_id,
            sealed=PersonKey.wrapped_key,
            rows=keys.join(Person, Person.id == PersonKey.person_id),
            anew=lambda sealed, whose: vault.renewed_key(sealed, person=whose),
        ),
        _Kind(
            table=SealedMail,
            id=SealedMail.message_id,
            sealed=SealedMail.raw,
            rows=mails.join(Message, Message.id == SealedMail.message_id),
            anew=lambda sealed, which: vault.renewed_mail(sealed, message=which),
        ),
    )


def _renewed(session: Session, kind: _Kind) -> Iterator[list[_Renewed]]:
    last = 0
    while rows := session.execute(kind.rows.where(kind.id > last).order_by(kind.id).limit(FEW)).all():
        last = rows[-1][0]
        found = []
        for id_, sealed, bound_to in rows:
            with suppress(WrongKey):
                after = kind.anew(sealed, bound_to)
                if after is not None:
                    found.append(_Renewed(id=id_, before=sealed, after=after))
        yield found
