"""What every page owes its readers, asked of the page in the browser."""

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page as Tab

from portal.core.config import ROOT
from tests.e2e.browsing import Visit

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Style sheets are not fetched again: only rules that are experimental would look into them.
RUN_AXE = """
async tags => (await axe.run(
    document, {runOnly: tags, resultTypes: ["violations"], preload: false}))
    .violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.html.slice(0, 200)}`))
"""

# A link in a sentence is as high as its line: WCAG 2.2, 2.5.8 lets it be. A checkbox can be hit by
# its label too, and a link may be larger than its box (a page number has a pseudo-element for it).
SMALL_TARGETS = """
least => {
  const box = element => element.getBoundingClientRect()
  const big = ({width, height}) => width >= least && height >= least
  const hidden = ({width, height}) => width <= 1 || height <= 1
  const inSentence = element => getComputedStyle(element).display.startsWith("inline") &&
    (element.localName === "a" || [...element.parentElement.childNodes].some(
      node => node.nodeType === Node.TEXT_NODE && node.data.trim()))
  const canBeHit = element => {
    element.scrollIntoView({block: "center"})
    const {left, top, width, height} = box(element)
    const reach = least / 2 - 1
    return [[-1, -1], [1, -1], [-1, 1], [1, 1]].every(([x, y]) => element.contains(
      document.elementFromPoint(left + width / 2 + x * reach, top + height / 2 + y * reach)))
  }
  return [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
    .filter(element => element.checkVisibility({visibilityProperty: true}))
    .filter(element => element.type !== "hidden" && !hidden(box(element)))
    .filter(element => !inSentence(element))
    .filter(element => ![element, ...(element.labels ?? [])].some(part => big(box(part))))
    .filter(element => !canBeHit(element))
    .map(element => `${box(element).width} × ${box(element).height}: ${element.outerHTML}`)
}
"""

SIDEWAYS = """
() => {
  const room = document.documentElement.clientWidth
  if (document.documentElement.scrollWidth <= room) return []
  const wide = [...document.body.querySelectorAll("*")]
    .filter(element => element.getBoundingClientRect().right > room + 1)
    .map(element => element.outerHTML.slice(0, 120))
  return [`${document.documentElement.scrollWidth} px wide`, ...wide.slice(0, 5)]
}
"""


def accessibility_violations(tab: Tab) -> list[str]:
    """Return what axe finds, each with the element."""
    if not tab.evaluate("'axe' in window"):
        tab.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = tab.evaluate(RUN_AXE, TAGS)
    return found


def problems(visit: Visit) -> dict[str, Any]:
    """Return what is wrong with an open page, by kind; nothing when all is well."""
    address = visit.tab.url
    host = urlsplit(visit.server.address).netloc
    urls = [asked.split(" ", 1)[1] for asked in visit.requests]
    # an answer that is an error is reported in the console, and expected where we asked for it
    expected = {answer.url for answer in visit.answers if answer.status >= 400}
    on_gov_uk = visit.wanted.portal == "education"  # the one place where the typeface may be used
    found = {
        "status": [] if visit.status == visit.wanted.status else [visit.status],
        "accessibility": accessibility_violations(visit.tab),
        "console": visit.errors + [url for url in visit.refused if url not in expected],
        "other hosts": [url for url in urls if urlsplit(url).netloc != host],
        "fonts": [] if on_gov_uk else [a for a in visit.requests if a.startswith("font ")],
        "sideways scroll": visit.tab.evaluate(SIDEWAYS),
        "small targets": visit.tab.evaluate(SMALL_TARGETS, 24),
        "address": [] if address.startswith(visit.server.address) else [address],
    }
    return {kind: list(dict.fromkeys(lines)) for kind, lines in found.items() if lines}
