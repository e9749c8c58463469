"""A follow-up in German from the first answer on: thanks, plan, rhythm, away, another time, pause and stop."""

from coachfollow.rules.kinds import MessageKind
from tests.web.browsers import Browser
from tests.web.worlds import ANNA, ON_ONE, World

pytestmark = ON_ONE


def test_a_german_reader_goes_the_whole_way_in_german(world: World, browser: Browser, own_page: str) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])
    browser.send(applied="partly", times="3", barrier="no_time", note="nur morgens")
    assert "Danke! Deine Antwort ist gespeichert" in browser.text
    assert "Dienstag, 17. März 2026, 10:00 Uhr Ein Gespräch mit meinem Coach" in browser.text
    assert "Bis Dienstag, 24. März 2026 kannst du das noch ändern: noch einmal antworten." in browser.text

    browser.open(own_page)
    assert "Geschrieben am Mittwoch, 4. März 2026" in browser.text
    assert "Warum dieser Tag: 21 Tage nach dem Training." in browser.text
    assert "Mein Coach und ich; ohne Namen gezählt in Gruppen ab fünf Personen" in browser.text

    chosen = {"rhythm": "lighter", "weekday": "4", "time": "14:30"}
    browser.open(f"{own_page}/rhythm")
    browser.send(f"{own_page}/rhythm", **chosen)
    assert (
        "Eine Frage vom Dienstag, 24. März 2026 kommt am Freitag, 27. März 2026, 14:30 Uhr." in browser.text
    )
    mark = browser.page.text.split('name="confirm" value="')[1].split('"')[0]
    browser.send(f"{own_page}/rhythm", **chosen, confirm=mark)
    assert "Das habe ich gewählt: weniger Erinnerungen, immer am Freitag, um 14:30 Uhr." in browser.text
    assert "am nächsten Freitag, wie gewählt, um 14:30 statt um 09:00 Uhr" not in browser.text

    days = {"first": "2026-03-23", "last": "2026-03-31"}
    browser.open(f"{own_page}/away")
    browser.send(f"{own_page}/away", **days)
    assert "Eine Frage vom Fr., 27. März kommt am Mi., 1. April." in browser.text
    browser.send(f"{own_page}/away", **days, confirm="yes")
    assert "Notiert: Ich bin weg bis Dienstag, 31. März 2026." in browser.text
    assert "verschoben vom Fr., 27. März auf Mi., 1. April: abwesend bis 31. März" in browser.text

    browser.open(f"{own_page}/meetings/{world.touchpoint(ANNA, 'meeting')}")
    assert "Mein Gespräch mit Ben Okoro ist am Dienstag, 17. März 2026, 10:00 Uhr." in browser.text
    browser.send(at=browser.page.text.split('name="at" value="')[1].split('"')[0])
    assert "Verschoben: Wir treffen uns am" in browser.text
    assert "Warum dieser Tag: diese Zeit habe ich gewählt." in browser.text

    mails = f"/mails/{world.plan(ANNA)}"
    browser.open(mails)
    browser.send(f"{mails}/pause", quick="2026-04-25")
    assert "Ausgesetzt bis Samstag, 25. April 2026." in browser.text
    browser.send(f"{mails}/resume")
    assert "Willkommen zurück. Deine Begleitung geht weiter." in browser.text
    browser.open(mails)
    browser.send(f"{mails}/stop", reason="leave")
    assert "Erledigt: Du bekommst diese Mails nicht mehr." in browser.text
    browser.send(f"{mails}/restart")
    assert "Schön, dass du wieder dabei bist." in browser.text
