"""The part of scripts/console-test that looks at the map of a large city, which is drawn from vector tiles."""

import itertools
import json
import re
import time
import urllib.request

import large_city
from console_browser import wait_in

COUNT = 12_000
LINE = "document.querySelector('#result-line').textContent"
TILED = "document.querySelector('#map').dataset.from === 'tiles'"
TIP = "!document.querySelector('#map-tip').hidden"
# How many entities the page has asked for at most.
ASKED = """performance.getEntriesByType('resource').filter((one) => /\\/entities\\?/.test(one.name))
  .reduce((sum, one) => sum + Number(new URL(one.name).searchParams.get('limit')), 0)"""
# Runs before the page: notes what is said in the place of the list, and what the header counts while there is a list.
NOTES = """() => {
  globalThis.said = new Set();
  new MutationObserver(() => {
    const empty = document.querySelector('#empty');
    if (empty?.dataset.state && !empty.hidden) globalThis.said.add(empty.dataset.state);
    if (document.querySelector('.row:not([hidden])')) globalThis.said.add(document.querySelector('#entity-count').textContent.replace(/\\D/g, ''));
  }).observe(document, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ['hidden', 'data-state'] });
}"""
NEAR = "#/map/16.00/50.11000/8.68000"


def prepare(url):
    large_city.load(url, COUNT)


def settle(visit):
    """Waits for the list of the view and for the tiles, both of which are asked for a moment after a move."""
    visit.page.wait_for_timeout(900)
    visit.wait("document.querySelector('#state').dataset.state === 'live'")
    visit.page.wait_for_timeout(1200)


def go(visit, address):
    visit.page.evaluate("(address) => { location.hash = address; }", address)
    settle(visit)


def under_pointer(visit):
    """Moves the pointer over the free part of the map until something is named; gives its name and its kind."""
    page = visit.page
    box = page.locator("#map").bounding_box()
    is_narrow = box["width"] < 700
    left, top = box["x"] + (20 if is_narrow else box["width"] * 0.35), box["y"] + (190 if is_narrow else 40)
    for row in range(10 if is_narrow else 22):
        for column in range(14 if is_narrow else 30):
            page.mouse.move(left + column * 24 + row % 3 * 8, top + row * 22)
            page.wait_for_timeout(40)
            if page.evaluate(TIP):
                return page.inner_text("#map-tip b"), page.inner_text("#map-tip span")
    return None


def check_map(report, visit, url, look, picture):
    page = visit.page
    asked = []
    page.on("request", lambda request: "/tiles/" in request.url and asked.append(request.url))
    report.check("a large city is drawn from tiles", visit.wait(TILED))
    settle(visit)
    report.check("the header counts all of it", re.sub(r"\D", "", page.text_content("#entity-count")) == str(COUNT), page.text_content("#entity-count"))
    chips = page.evaluate("[...document.querySelectorAll('#legend-list .chip-count')].map((one) => Number(one.textContent.replace(/\\D/g, '')))")
    report.check("so do the types", sum(chips) == COUNT, sum(chips))
    held = page.evaluate(ASKED)
    report.check("the page reads a part of it", 0 < held < COUNT / 4, held)
    requests = page.evaluate("performance.getEntriesByType('resource').filter((one) => /\\/entities\\?/.test(one.name)).length")
    report.check("in few requests", requests < 12, requests)
    picture("map")
    look("the map of a large city")
    check_views(report, visit, picture)
    check_click(report, visit, picture)
    check_search(report, visit)
    check_types(report, visit, asked)
    moment = time.time()
    page.wait_for_timeout(1500)
    changed = check_live(report, visit, url, asked)
    check_past(report, visit, picture, moment, changed)
    check_options(report, visit, look, picture)
    check_opening(report, visit)
    report.check("no error in the browser's console", not visit.errors, visit.errors)


def check_opening(report, visit):
    """While a large city is read it is neither said to be empty, nor to be what is here so far."""
    for address in ("/", "/" + NEAR):
        page = visit.context.new_page()
        page.add_init_script(f"({NOTES})()")
        page.goto(visit.url + address)
        page.wait_for_selector("html[data-loaded=true]", state="attached")
        wait_in(page, "document.querySelector('.row:not([hidden])') !== null")
        said = page.evaluate("[...said]")
        report.check(f"a large city is whole from its first row on, at {address}", said == [str(COUNT)], said)
        page.close()


def check_views(report, visit, picture):
    page = visit.page
    go(visit, "#/map/11.00/50.11000/8.68000")
    before = page.evaluate(LINE)
    page.evaluate("document.querySelector('#list').scrollTop = 1e6")
    report.check("the list reads on as it is scrolled", visit.wait(f"(before) => {LINE} !== before", before), page.evaluate(LINE))
    page.evaluate("document.querySelector('#list').scrollTop = 0")
    go(visit, NEAR)
    is_small = visit.wait("/ in this view/.test(" + LINE + ")")
    report.check("the list is of what is in view", is_small, page.evaluate(LINE))
    picture("map-near")


def check_click(report, visit, picture):
    page = visit.page
    named = under_pointer(visit)
    report.check("the pointer finds an entity in the tiles", named is not None, named)
    if not named:
        return
    page.mouse.down()
    page.mouse.up()
    is_open = visit.wait("document.querySelector('#detail-title') !== null && location.hash.startsWith('#/entity/')")
    report.check("a click opens its details", is_open and page.inner_text("#detail-title") == named[0], named)
    picture("map-details")
    page.keyboard.press("Escape")
    visit.wait("document.querySelector('#detail').hidden")


def check_search(report, visit):
    page = visit.page
    # Far from the view, so that the page cannot have it yet.
    far = next(
        one for number, one in enumerate(large_city.entities(COUNT))
        # Of the last ones, so that its name is in no other: rows exist only where they are seen.
        if number >= 10_000 and one["type"] == "Tree" and one["location"]["value"]["coordinates"][0] > 8.8)
    page.fill("#search", far["name"])
    found = visit.wait("(name) => [...document.querySelectorAll('.row:not([hidden]) .row-name')].some((one) => one.textContent === name)", far["name"])
    report.check("the search finds what is out of view", found, page.evaluate(LINE))
    page.fill("#search", "")
    visit.wait("/ in this view/.test(" + LINE + ")")


def check_types(report, visit, asked):
    page = visit.page
    chip = page.locator("#legend-list .chip", has_text="Bench").first
    chip.click()
    settle(visit)
    report.check("a hidden type is not asked for", asked and "Bench" not in asked[-1] and "Tree" in asked[-1], asked[-1:] or "nothing asked")
    chip.click()
    settle(visit)


# Another level for each look: the city goes on between them.
LEVELS = itertools.count(377.5)


def check_live(report, visit, url, asked):
    """Changes an entity; gives what it says since."""
    near, level = tree_near(), next(LEVELS)
    before = len(asked)
    request = urllib.request.Request(
        f"{url}/ngsi-ld/v1/entities/{near['id']}/attrs", data=json.dumps({"level": level}).encode(), method="PATCH", headers={"Content-Type": "application/json"})
    urllib.request.urlopen(request).close()
    until = 30
    while len(asked) == before and until > 0:
        visit.page.wait_for_timeout(1000)
        until -= 1
    report.check("tiles are asked for again after a change", len(asked) > before, len(asked) - before)
    return level


def check_past(report, visit, picture, moment, changed):
    """The city as it was before `check_live`: of a large one, what is in view, wherever that is moved."""
    page = visit.page
    names = "[...document.querySelectorAll('.row:not([hidden]) .row-name')].map((one) => one.textContent).sort()"
    near = tree_near()
    go(visit, NEAR)
    page.evaluate("(text) => { location.hash = '#/at/' + text; }", time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment + 1)))
    is_past = visit.wait("document.querySelector('#map').dataset.from === 'entities' && document.querySelector('#travel .hint').textContent.includes('entit')")
    page.fill("#search", near["name"])
    found = visit.wait(
        "([name, later]) => [...document.querySelectorAll('.row:not([hidden])')].some((one) => one.querySelector('.row-name').textContent === name && !one.textContent.replace(name, '').includes(later))",
        [near["name"], str(changed)])
    report.check("the past of what is in view is shown, with the values of then", is_past and found, page.inner_text("#travel"))
    picture("map-past")
    page.fill("#search", "")
    before = page.evaluate(names)
    go(visit, "#/map/13.00/50.17000/8.80000")
    report.check("moving the map shows the past of what is there", visit.wait(f"(before) => {{ const now = {names}; return now.length > 0 && JSON.stringify(now) !== JSON.stringify(before); }}", before), before[:3])
    page.get_by_role("button", name="Back to now").click()
    report.check("back to now draws from tiles again", visit.wait(TILED))
    go(visit, NEAR)


def tree_near():
    return next(one for one in large_city.entities(COUNT) if one["type"] == "Tree" and abs(one["location"]["value"]["coordinates"][0] - 8.68) < 0.0015 and abs(one["location"]["value"]["coordinates"][1] - 50.11) < 0.002)


def check_options(report, visit, look, picture):
    page = visit.page
    go(visit, "#/map/12.00/50.11000/8.68000?by=level")
    report.check("a number colours the map, with a scale", visit.wait("document.querySelector('#map-scale')?.checkVisibility()"))
    label = page.get_attribute("#map-scale", "aria-label")
    low, high = (float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", label)[:2])
    report.check("the scale is of the numbers in view, with their unit", low < 50 < high and "%" in label, label)
    picture("map-level")
    look("the map coloured by a number")
    page.select_option("#map-layer", "heat")
    settle(visit)
    page.wait_for_timeout(3000)  # for the scale of the heat, which follows the tiles
    report.check("heat has no scale of a number", not page.locator("#map-scale").is_visible())
    picture("map-heat")
    page.evaluate("() => { window.copied = null; navigator.clipboard.writeText = async (text) => { window.copied = text; }; }")
    page.click("#map-link")
    visit.wait("window.copied !== null")
    link = page.evaluate("window.copied")
    report.check("a link to the view has its place and how it is drawn", re.search(r"/#/map/12\.\d+/50\.1\d*/8\.6\d*\?layer=heat&by=level$", link or "") is not None, link)
    page.select_option("#map-layer", "markers")
    page.select_option("#map-by", "")
    settle(visit)


def take_picture(visit, file):
    """The documentation's picture: all of the city, coloured by a number."""
    visit.wait(TILED)
    go(visit, "#/map/11.20/50.10000/8.66000?by=level")
    visit.wait("document.querySelector('#map-scale')?.checkVisibility()")
    visit.page.wait_for_timeout(4000)
    visit.page.screenshot(path=file)
