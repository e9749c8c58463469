"""Programmes that are being written: begun, saved by two people, published without touching what runs, put away."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict, Invalid, NotFound
from coachfollow.flow import programme_drafts, programmes
from coachfollow.intake import programme as template
from coachfollow.intake import programme_documents
from coachfollow.intake.programme import InvalidProgramme
from coachfollow.intake.programme_changes import Part
from coachfollow.intake.programme_documents import Document
from coachfollow.models import (
    Cohort,
    Event,
    FollowUpPlan,
    Programme,
    ProgrammeDraft,
    ProgrammeText,
    ProgrammeVersion,
    Step,
)
from coachfollow.queries import programme_drafts as reads
from coachfollow.queries import step_words
from coachfollow.queries.programme_drafts import Draft
from coachfollow.rules.kinds import Role
from tests import house
from tests.flow.grounds import Ground
from tests.flow.world import BEFORE, DAY, World, at_once
from tests.house import PROGRAMME

LABELLED = """\
key: labelled
languages: [en]
title: {en: With everything}
why: {en: Because it is stored.}
sponsor: {name: Ruth Adeyemi, words: {en: Please.}}
themes: {clarity: {en: Clear words}}
commitment:
  examples: {en: [{situation: it rings, action: pick up}]}
  good: {en: {situation: it rings, action: pick up, why: Others hear it.}}
steps:
  - key: plan
    kind: commitment
    when: {days: 0}
    texts: {en: {subject: Your plan, body: Say it.}}
  - key: asked
    kind: reflection
    when: {days: 7}
    theme: clarity
    texts: {en: {subject: "So?", body: Say it., question: "Did you?", labels: {partly: Half of it}}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where Lena writes the programme `service`."""

    world: World
    lena: int

    def edit(self, key: str = "service") -> Draft:
        programme_drafts.edit(
            self.world.session,
            organisation_id=self.world.organisation_id,
            key=key,
            now=BEFORE,
            actor_id=self.lena,
        )
        return self.draft(key)

    def draft(self, key: str = "service") -> Draft:
        return reads.draft(self.world.session, organisation_id=self.world.organisation_id, key=key)

    def retitle(self, title: str, *, revision: int, key: str = "service") -> None:
        def edit(document: Document) -> Document:
            return document | {"title": {"en": title}}

        programme_drafts.save(
            self.world.session,
            organisation_id=self.world.organisation_id,
            key=key,
            revision=revision,
            edit=edit,
            now=BEFORE + DAY,
            actor_id=self.lena,
        )

    def publish(self, draft: Draft, *, follows: int | None = None) -> ProgrammeVersion:
        return programme_drafts.publish(
            self.world.session,
            organisation_id=self.world.organisation_id,
            key=draft.key,
            revision=draft.revision,
            follows=draft.follows if follows is None else follows,
            now=BEFORE + DAY,
            actor_id=self.lena,
        )

    def receive(self, text: str) -> str:
        return programme_drafts.receive(
            self.world.session,
            organisation_id=self.world.organisation_id,
            text=text,
            file="mine.yaml",
            now=BEFORE,
            actor_id=self.lena,
        )

    def events(self) -> list[str]:
        named = select(Event.name).where(Event.name.like("programme%"), Event.actor_id == self.lena)
        return list(self.world.session.scalars(named.order_by(Event.id)))


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world=world, lena=world.appoint("lena@example.org", Role.LND))


def test_a_draft_begins_with_the_words_that_are_published_and_is_begun_once(desk: Desk) -> None:
    first = desk.edit()
    again = desk.edit()

    assert (first.document, first.follows, first.changed_by) == (PROGRAMME, 1, "Lena")
    assert again.id == first.id
    assert desk.events() == ["programme draft begun"]


def test_a_draft_of_what_is_not_there_is_refused(desk: Desk) -> None:
    with pytest.raises(NotFound, match="no programme “nothing”"):
        desk.edit("nothing")
    with pytest.raises(NotFound, match="There is no draft"):
        desk.draft("service")


def test_a_copy_is_a_programme_of_its_own_with_a_key_that_is_free(desk: Desk) -> None:
    def copy(title: str) -> str:
        return programme_drafts.copy(
            desk.world.session,
            organisation_id=desk.world.organisation_id,
            key="service",
            title=title,
            now=BEFORE,
        )

    assert [copy("Service"), copy(" Service  "), copy("Our service")] == [
        "service-2",
        "service-3",
        "our-service",
    ]
    draft = desk.draft("our-service")
    assert template.read(draft.document, file=draft.file).title == {"en": "Our service"}
    assert draft.follows == 0
    assert programme_drafts.changes(draft) == ()
    with pytest.raises(Invalid, match="a title of its own"):
        copy("  ")
    with pytest.raises(Invalid, match="up to 120 characters"):
        copy("x" * 121)


def test_words_are_kept_with_their_mistakes_and_cannot_be_published(desk: Desk) -> None:
    draft = desk.edit()
    desk.retitle("{{password}}", revision=draft.revision)
    changed = desk.draft()

    assert "{{password}}" in changed.document
    assert (changed.revision, changed.changed_at) == (2, BEFORE + DAY)
    assert programme_drafts.changes(changed) == ()
    with pytest.raises(InvalidProgramme, match="is not a placeholder"):
        desk.publish(changed)
    assert desk.draft().revision == 2
    assert desk.events() == ["programme draft begun", "programme draft changed"]


def test_of_two_who_write_the_second_is_told_and_nothing_is_overwritten(desk: Desk) -> None:
    seen_by_both = desk.edit()
    desk.retitle("Hers", revision=seen_by_both.revision)

    with pytest.raises(Conflict, match="Somebody else has changed this draft"):
        desk.retitle("His", revision=seen_by_both.revision)
    desk.world.session.rollback()

    assert "Hers" in desk.draft().document
    desk.retitle("His, having looked", revision=desk.draft().revision)
    assert "His, having looked" in desk.draft().document


def test_of_two_who_do_it_in_the_same_moment_one_gets_on_and_the_other_is_told(
    desk: Desk, ground: Ground
) -> None:
    here, lena = desk.world.organisation_id, desk.lena

    def alone(what: Callable[[Desk], object]) -> Callable[[Session], bool]:
        def told(session: Session) -> bool:
            try:
                what(Desk(world=World(session, here), lena=lena))
            except (Conflict, NotFound):
                session.rollback()
                return True
            return False

        return told

    desk.world.session.rollback()
    received = at_once(ground, *[alone(lambda own: own.receive(LABELLED))] * 2)
    saved = at_once(ground, *[alone(lambda own: own.retitle("New", revision=1, key="labelled"))] * 2)
    published = at_once(ground, *[alone(lambda own: own.publish(own.draft("labelled")))] * 2)

    assert [sorted(told) for told in (received, saved, published)] == [[False, True]] * 3
    numbers = desk.world.session.scalars(
        select(ProgrammeVersion.number)
        .join(Programme, Programme.id == ProgrammeVersion.programme_id)
        .where(Programme.key == "labelled")
    )
    assert numbers.all() == [1]


def test_a_published_draft_is_the_next_version_for_new_groups_and_running_ones_keep_theirs(
    desk: Desk,
) -> None:
    running = desk.world.open_group("running", programme="service")
    desk.world.attend(running, "Anna Berg <anna@example.org>\n")
    before = running.programme_version_id
    desk.edit()
    desk.retitle("A new title", revision=1)

    version = desk.publish(desk.draft())
    later = desk.world.open_group("later", programme="service")

    assert version.number == 2
    assert later.programme_version_id == version.id
    session = desk.world.session
    assert session.get_one(Cohort, running.id).programme_version_id == before
    assert session.scalars(select(FollowUpPlan.programme_version_id)).all() == [before]
    closed = session.scalars(select(ProgrammeDraft)).one()
    assert (closed.closed_at, closed.published_as_id) == (BEFORE + DAY, version.id)
    assert desk.events()[-1] == "programme published"


def test_what_is_not_different_is_not_published(desk: Desk) -> None:
    desk.edit()
    desk.retitle("Service that listens", revision=1)  # another spelling of the same file

    assert programme_drafts.changes(desk.draft()) == ()
    with pytest.raises(Conflict, match="Nothing is different"):
        desk.publish(desk.draft())


def test_a_version_that_came_between_is_told_before_it_is_followed(desk: Desk) -> None:
    desk.edit()
    desk.retitle("Mine", revision=1)
    seen = desk.draft()
    other = template.read(PROGRAMME.replace("Please do one thing.", "Please."), file="service.yaml")
    programmes.publish(
        desk.world.session, organisation_id=desk.world.organisation_id, programme=other, now=BEFORE
    )

    with pytest.raises(Conflict, match="A new version was published"):
        desk.publish(seen)

    looked = desk.draft()
    parts = [change.part for change in programme_drafts.changes(looked)]
    assert (looked.follows, parts) == (2, [Part.TITLE, Part.SPONSOR_WORDS])
    assert desk.publish(looked).number == 3


def test_a_draft_that_was_put_away_makes_room_and_is_not_destroyed(desk: Desk) -> None:
    first = desk.edit()
    programme_drafts.put_away(
        desk.world.session,
        organisation_id=desk.world.organisation_id,
        key="service",
        revision=first.revision,
        now=BEFORE,
        actor_id=desk.lena,
    )
    second = desk.edit()

    assert second.id != first.id
    assert len(desk.world.session.scalars(select(ProgrammeDraft.document)).all()) == 2
    assert desk.events()[1] == "programme draft put away"


def test_a_file_becomes_a_draft_with_its_mistakes_and_its_remarks(desk: Desk) -> None:
    text = "# ours\n" + LABELLED.replace("days: 7", "days: soon")

    assert desk.receive(text) == "labelled"
    assert desk.draft("labelled").document == text
    with pytest.raises(Conflict, match="There is a draft of “labelled” already"):
        desk.receive(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title: {en: x}\n", "says no key that can be used"),
        ("key: Not A Key\n", "says no key that can be used"),
        ("- a\n", "must be a group of fields"),
        ("key: [", "is not YAML"),
    ],
)
def test_a_file_in_which_there_is_no_programme_is_refused(desk: Desk, text: str, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        desk.receive(text)
    assert desk.world.session.scalars(select(ProgrammeDraft.id)).all() == []


def test_a_file_takes_the_place_of_a_draft_of_the_same_programme_only(desk: Desk) -> None:
    draft = desk.edit()

    def rewrite(text: str, revision: int) -> None:
        programme_drafts.rewrite(
            desk.world.session,
            organisation_id=desk.world.organisation_id,
            key="service",
            revision=revision,
            text=text,
            now=BEFORE,
        )

    with pytest.raises(Invalid, match="The key must stay “service”"):
        rewrite(LABELLED, draft.revision)
    with pytest.raises(Invalid, match="more than a programme can hold"):
        desk.retitle("x" * 300_000, revision=draft.revision)
    rewrite(f"# remark\n{PROGRAMME}", draft.revision)
    assert desk.draft().document.startswith("# remark\n")
    with pytest.raises(Conflict):
        rewrite(PROGRAMME, draft.revision)


def test_nobody_reaches_the_draft_of_another_organisation(desk: Desk) -> None:
    desk.edit()
    abroad = house.another(desk.world.session)

    with pytest.raises(NotFound):
        reads.draft(desk.world.session, organisation_id=abroad.organisation_id, key="service")
    assert reads.drafts(desk.world.session, organisation_id=abroad.organisation_id) == []


def test_events_hold_ids_and_no_words(desk: Desk) -> None:
    draft = desk.edit()
    desk.retitle("A secret title", revision=draft.revision)

    facts = desk.world.session.scalars(select(Event.facts).where(Event.name.like("programme draft%"))).all()
    assert [json.loads(one) for one in facts] == [{"draft": draft.id}, {"draft": draft.id}]


def test_everything_a_programme_says_is_stored_with_its_version(desk: Desk) -> None:
    desk.receive(LABELLED)
    version = desk.publish(desk.draft("labelled"))
    session = desk.world.session

    text = session.scalars(select(ProgrammeText).where(ProgrammeText.version_id == version.id)).one()
    assert json.loads(text.good) == ["it rings", "pick up", "Others hear it."]
    assert (json.loads(text.poor), json.loads(text.themes)) == ([], {"clarity": "Clear words"})
    asked = session.scalars(select(Step.id).where(Step.version_id == version.id, Step.key == "asked")).one()
    assert step_words.of(session, step_id=asked, locale="en").labels == {"partly": "Half of it"}


def test_a_document_that_was_saved_is_still_the_same_programme(desk: Desk) -> None:
    draft = desk.edit()
    desk.retitle("Service that listens", revision=draft.revision)

    saved = programme_documents.load(desk.draft().document, file="x")
    assert saved == programme_documents.load(PROGRAMME, file="x")
