"""The part of scripts/console-test that looks at the page in another language than English."""

import re
import urllib.request

# Address, what shows that it is open, and its name among the pictures.
PAGES = [
    ("#/", "!document.querySelector('#browser').hidden", "city"),
    ("#/alerts", "document.querySelector('#alerts .alerts-head')", "alerts"),
    ("#/alerts/cleared", "document.querySelector('#alerts .alert-history:not([hidden])')", "cleared"),
    ("#/alerts/rules", "document.querySelector('#alerts .alerts-head')", "rules"),
    ("#/alerts/new", "document.querySelector('#rule-title')", "rule"),
    ("#/air", "document.querySelector('#air-title')", "air"),
    ("#/traffic", "document.querySelector('#traffic-title')", "traffic"),
    ("#/boards", "document.querySelector('#boards-title')", "boards"),
    ("#/history", "document.querySelector('#history-title')", "history"),
    ("#/subscriptions", "document.querySelector('#subs-title')", "subscriptions"),
    ("#/subscriptions/new", "document.querySelector('#form-title')", "subscription"),
    ("#/operations", "document.querySelector('#ops-requests tbody tr')", "operations"),
    ("#/entities/new", "document.querySelector('#entityform-title')", "entity"),
    ("#/import", "document.querySelector('#import .import-drop')", "import"),
    ("#/change", "document.querySelector('#change-title')", "change"),
    ("#/publish", "!document.querySelector('#publish').hidden", "publish"),
    ("#/publish/new", "document.querySelector('#publish form')", "publish-form"),
    ("#/access", "document.querySelector('#access .access-row, #access .access-none')", "access"),
]

# Texts and labels in sight that stand in the dictionary in English, and are something else in French. What people or the server
# named is left out, and so are single words without a capital, which may be the name of an attribute.
LEFT = """async () => {
  const words = Object.assign({}, ...Object.values(await (await fetch('/console/js/lang/fr.json')).json()));
  const english = Object.entries(words).map(([key, text]) => [key.split('¦')[0], typeof text === 'string' ? [text] : Object.values(text)])
    .filter(([key, texts]) => /^[A-Z]|[a-z] [a-z]/.test(key) && !texts.includes(key));
  // A word that is also French for something else is not told apart.
  const french = new Set(Object.values(words).flatMap((text) => typeof text === 'string' ? [text] : Object.values(text)));
  const escaped = (text) => text.replace(/[.*+?^${}()|[\\]\\\\]/g, '\\\\$&');
  const whole = new Set(english.map(([key]) => key).filter((key) => !/\\{\\d\\}/.test(key) && !french.has(key)));
  const patterns = english.map(([key]) => key).filter((key) => /\\{\\d\\}/.test(key) && (key.match(/[a-z]{2,}/g) ?? []).length > 1)
    .map((key) => new RegExp('^' + key.split(/\\{\\d\\}/).map(escaped).join('.+') + '$'));
  const found = new Set();
  const look = (text) => { if (text && (whole.has(text) || patterns.some((one) => one.test(text)))) found.add(text); };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { parentElement, data } = walker.currentNode;
    if (!parentElement.checkVisibility() || parentElement.closest('noscript, script, code, pre, .row, .chip-name, .attribute, #language')) continue;
    look(data.trim());
  }
  for (const name of ['aria-label', 'title', 'placeholder']) for (const element of document.querySelectorAll(`[${name}]`)) look(element.getAttribute(name).trim());
  return [...found];
}"""

FORMS = """async () => {
  const [units, time, durations, { t, tn }] = await Promise.all(['units', 'time', 'durations', 'language'].map((name) => import(`/console/js/${name}.js`)));
  const day = Date.UTC(2026, 0, 31, 12);
  return [units.withUnit(units.formatNumber(1234.5), 'µg/m³'), units.formatTenths(2), time.ageText(day - 7_200_000, day), time.ageText(day - 1.7e8, day).slice(0, 17),
    durations.lengthText(86_400), durations.lengthText(172_800), durations.roughLength(400_000), tn(0, '{0} entity', '{0} entities'), tn(2, '{0} entity', '{0} entities'), t`Save`];
}"""
FRENCH_FORMS = ["1\u202f234,5\u00a0µg/m³", "2,0", "il y a 2\u00a0h", "29 janv. 2026, 12", "1 jour", "2 jours", "5 j", "0 entité", "2 entités", "Enregistrer"]

LANGUAGE = "document.documentElement.lang"


def check_pages(report, visit, look, picture):
    page = visit.page
    report.check("a browser that prefers French gets French", page.evaluate(LANGUAGE) == "fr" and page.evaluate("document.querySelector('#language').value") == "fr")
    report.check("the page is in sight", page.evaluate("getComputedStyle(document.body).visibility") == "visible" and page.evaluate("document.documentElement.dataset.words") is None)
    count = page.evaluate("document.querySelector('#entity-count').textContent")
    report.check("numbers have French marks", re.fullmatch(r"\d{1,3}(\u202f\d{3})*", count) is not None and visit.wait("[...document.querySelectorAll('.row-reading')].some((one) => /^-?\\d+,\\d/.test(one.textContent))"), count)
    for address, opened, name in PAGES:
        page.evaluate("(address) => { location.hash = address; }", address)
        is_open = visit.wait(f"Boolean({opened})")
        report.check(f"{address} opens", is_open)
        page.wait_for_timeout(700)
        left = page.evaluate(LEFT)
        report.check(f"{address} has no English left", not left, left)
        look(f"{address} in French")
        picture(f"french-{name}")
    page.evaluate("location.hash = '#/'")
    visit.wait("document.querySelector('.row:not([hidden])')")
    page.locator(".row:not([hidden])").first.click()
    visit.wait("document.querySelector('#detail-title')")
    left = page.evaluate(LEFT)
    report.check("the details have no English left", not left, left)
    look("the details in French")
    picture("french-details")


def check_choice(report, make, url):
    """The choice of the header, what happens without a dictionary, and how large the first view is. `make(language)` opens the page."""
    report.where = "language  "
    visit = make("fr-CH")
    page = visit.page
    visit.wait_for_city()
    forms = page.evaluate(FORMS)
    report.check("the region of the browser stays in numbers and dates", "1" in forms[0] and forms[-1] == "Enregistrer", forms)
    visit.context.close()
    visit = make("fr-FR")
    page = visit.page
    visit.wait_for_city()
    forms = page.evaluate(FORMS)
    report.check("numbers, dates, units and plurals are French", forms == FRENCH_FORMS, forms)
    page.evaluate("location.hash = '#/subscriptions'")
    visit.wait("!document.querySelector('#subscriptions').hidden")
    with page.expect_navigation():
        page.select_option("#language", "en")
    report.check("the choice changes the page at once", visit.wait(f"{LANGUAGE} === 'en' && document.querySelector('#subs-title')?.textContent === 'Subscriptions'"), page.inner_text("body")[:200])
    report.check("and keeps the address", page.evaluate("location.hash") == "#/subscriptions")
    page.reload()
    report.check("and is kept", visit.wait(f"document.querySelector('#language')?.value === 'en' && {LANGUAGE} === 'en'"))
    visit.context.close()
    for wish, lang in (("de-DE", "en"), ("en-GB", "en")):
        visit = make(wish)
        visit.wait_for_city()
        report.check(f"a browser that prefers {wish} gets {lang}", visit.page.evaluate(LANGUAGE) == lang)
        visit.context.close()
    check_missing(report, make, url)
    check_size(report, make, url)


def check_missing(report, make, url):
    visit = make("fr-FR")
    page = visit.page
    page.route("**/lang/fr.json*", lambda route: route.abort())
    page.goto(url + "/?again")
    report.check("without its dictionary the page is English, and in sight",
                 visit.wait(f"{LANGUAGE} === 'en' && document.documentElement.dataset.words === undefined && document.querySelector('.row:not([hidden])') !== null"))
    visit.context.close()


def check_size(report, make, url):
    visit = make("en-US")
    sizes = set()
    visit.page.on("response", lambda answer: sizes.add(answer.url))
    visit.page.reload()
    visit.wait_for_city()
    # Asked for anew: the browser may have been told that what it has is still right.
    own = {address: len(urllib.request.urlopen(address, timeout=10).read()) for address in sizes
           if address.split("?")[0] == url + "/" or "/console/js/" in address or "/console/css/" in address}
    total = sum(own.values())
    report.check("the first view is below 200 KB of our own", 100_000 < total < 200_000, f"{total / 1000:.0f} KB in {len(own)} files")
    sent = 0
    for address in own:
        with urllib.request.urlopen(urllib.request.Request(address, headers={"Accept-Encoding": "gzip"}), timeout=10) as answer:
            sent += len(answer.read())
    report.check("and below 80 KB on the way", 30_000 < sent < 80_000, f"{sent / 1000:.0f} KB")
    report.check("English asks for no dictionary", not any("/lang/" in address for address in sizes))
    visit.context.close()
