"""What a test looks for on a page that is open in a real browser."""

from typing import TYPE_CHECKING

from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

SMALLEST: "ViewportSize" = {"width": 320, "height": 640}
PHONE: "ViewportSize" = {"width": 390, "height": 844}

MOST_BYTES = 100_000

_AXE = Axe().axe_script
_RUN = """async options => {
  const {violations} = await axe.run(options)
  return violations.map(({id, nodes}) => `${id}: ${nodes[0].html}`)
}"""


def local(link: str, site: str) -> str:
    """A link of a mail, as it leads to the site under test."""
    return link.replace("http://localhost:5000", site)


def faint(page: "Page") -> list[str]:
    """What cannot be read on the page that is open because its colours are too near."""
    return _broken_rules(page, runOnly=["color-contrast"])


def _broken_rules(page: "Page", **options: object) -> list[str]:
    """What axe finds; its half a megabyte is read by a page once."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE)
    found: list[str] = page.evaluate(_RUN, {"resultTypes": ["violations"], **options})
    return found


def problems(page: "Page") -> list[str]:
    """What is wrong with the page that is open: axe's rules, the keyboard, something beyond the edge, many bytes."""
    page.emulate_media(reduced_motion="reduce")  # colours on their way from light to dark are neither
    found = _broken_rules(page)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    heavy = len(page.content().encode())
    return [
        *found,
        *_by_keyboard(page),
        *([f"{wide} pixels too wide"] if wide > 0 else []),
        *([f"{heavy} bytes"] if heavy > MOST_BYTES else []),
    ]


_BY_KEYBOARD = """() => {
  const told = [], name = one => one.outerHTML.slice(0, 120)
  const native = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]'
  for (const one of document.querySelectorAll('[tabindex]'))
    if (one.tabIndex > 0) told.push('out of turn: ' + name(one))
  for (const one of document.querySelectorAll('body *'))
    if (getComputedStyle(one).cursor === 'pointer' && !one.closest(native + ', label, button:disabled'))
      told.push('for pointers alone: ' + name(one))
  for (const one of document.querySelectorAll(native)) {
    if (one.disabled || one.tabIndex < 0 || !one.checkVisibility({visibilityProperty: true})) continue
    one.focus()
    if (document.activeElement !== one) { told.push('takes no focus: ' + name(one)); continue }
    const lit = [one, one.closest('label')].filter(Boolean).map(shown => getComputedStyle(shown))
    if (lit.every(({outlineStyle, boxShadow}) => outlineStyle === 'none' && boxShadow === 'none'))
      told.push('shows no focus: ' + name(one))
  }
  document.activeElement.blur()
  return told.slice(0, 5)
}"""


def _by_keyboard(page: "Page") -> list[str]:
    """What the keyboard cannot reach on the page that is open, in the order of the page, or does not show."""
    page.keyboard.press("Tab")  # from now on the browser takes its visitor for one with a keyboard
    found: list[str] = page.evaluate(_BY_KEYBOARD)
    return found


def in_every_light(page: "Page") -> list[str]:
    """What is wrong with the page that is open, by day and by night."""
    page.emulate_media(color_scheme="light")
    by_day = problems(page)
    page.emulate_media(color_scheme="dark")
    return by_day + faint(page)
