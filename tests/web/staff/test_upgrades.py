"""A group takes its programme's newest version on a page: shown first, done as it was shown."""

from coachfollow.flow import programmes
from coachfollow.intake import programme as template
from tests.house import PROGRAMME
from tests.web.staff.people import group_of, signed_in
from tests.web.worlds import ANNA, ASKED, LENA, ON_ONE, World


def publish_anew(world: World) -> None:
    with world.inside() as home:
        programme = template.read(f"{PROGRAMME}\n# anew\n", file="service.yaml")
        programmes.publish(home.session, organisation_id=home.organisation_id, programme=programme, now=ASKED)


@ON_ONE
def test_a_newer_version_is_offered_shown_and_taken(world: World) -> None:
    group = group_of(world, ANNA)
    browser = signed_in(world, LENA)
    browser.open(f"/groups/{group}")
    assert "Take version" not in browser.text
    publish_anew(world)

    browser.open(f"/groups/{group}")
    assert f'href="/groups/{group}/upgrade"' in browser.page.text
    browser.open(f"/groups/{group}/upgrade")
    assert "Nothing has happened yet." in browser.text
    assert "Nobody gets a mail about this" in browser.text

    browser.send(f"/groups/{group}/upgrade", **browser.fields)
    assert "The group has version 2 of its programme now." in browser.text

    browser.open(f"/groups/{group}/upgrade")
    assert "This group has the newest version of its programme already." in browser.text
