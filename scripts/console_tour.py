"""The tour of docs/tour.md, walked in a browser: from nothing to an alert. Tells how long the machine took for each step."""

import contextlib
import time
import urllib.request

from console_browser import send, type_in

ROWS = "[...document.querySelectorAll('.row:not([hidden]) .row-name')].map((one) => one.textContent)"
VALUES = (14.1, 18.9, 24.4, 31.2, 38.7)


class Watch:
    """Notes how long each step took."""

    def __init__(self):
        self.steps = []
        self._from = time.monotonic()

    def start(self):
        self._from = time.monotonic()

    def stop(self, name):
        self.steps.append((name, time.monotonic() - self._from))

    def table(self):
        return "\n".join(f"| {name} | {seconds:.1f} s |" for name, seconds in self.steps)


def has_rules(url):
    with contextlib.suppress(OSError):
        with urllib.request.urlopen(url + "/admin/rules", timeout=10) as answer:
            return answer.status == 200
    return False


def say(url, value):
    """What a sensor does: one more value of the station."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    send("PATCH", f"{url}/ngsi-ld/v1/entities/urn:ngsi-ld:AirQualityObserved:first", {"pm25": {"type": "Property", "value": value, "unitCode": "GQ", "observedAt": now}})


def walk(report, make_visit, url, started, picture):
    """@param started: seconds from the start of the process until it answered."""
    watch = Watch()
    watch.steps.append(("Parvis starts with an empty directory", started))
    watch.start()
    visit = make_visit()
    page = visit.page
    report.check("the page says what to do first", visit.wait("document.querySelector('#empty h2')?.textContent === 'Nothing here yet'"))
    watch.stop("The page opens and says what to do first")
    visit.wait_for_map()
    picture(page, "tour-empty")

    command = page.locator("#empty .command code").first.inner_text()
    watch.start()
    status, said = type_in(command, url)
    report.check("the line it shows makes a measurement", status == "201", said)
    report.check("the measurement appears by itself", visit.wait(f"{ROWS}.includes('My first station')"))
    watch.stop("The first measurement is on the page")

    watch.start()
    page.locator(".row:not([hidden])", has_text="My first station").filter(has_text="AirQualityObserved").click()
    report.check("the map goes there, and the details open", visit.wait("document.querySelector('#detail-title')?.textContent === 'My first station'") and visit.wait_for_map() == "true")
    watch.stop("Its details are open, and the map shows it")
    for value in VALUES:
        say(url, value)
        page.wait_for_timeout(1200)
    page.wait_for_timeout(1500)
    picture(page, "tour-map")

    watch.start()
    page.get_by_role("link", name="History of pm25").click()
    report.check("its history is a chart", visit.wait("/38.7/.test(document.querySelector('.history-legend')?.textContent)"))
    watch.stop("Its history is a chart")
    pressed = page.evaluate("document.querySelector('.history-ranges [aria-pressed=true]')?.textContent")
    report.check("all of it, since it has just begun", pressed == "All", pressed)
    page.wait_for_timeout(1000)
    picture(page, "tour-chart")

    if not has_rules(url):
        report.skip("a rule raises an alert", "this Parvis has no rules service")
        visit.context.close()
        return watch
    page.go_back()
    visit.wait("document.querySelector('#detail-title')?.textContent === 'My first station'")
    watch.start()
    page.get_by_role("link", name="Alert me about pm25").click()
    visit.wait("document.querySelector('.rule-form') !== null")
    page.get_by_label("Value", exact=True).fill("35")
    page.get_by_label("Ends at").fill("30")
    page.get_by_label("For how long it must hold before it is told", exact=True).fill("")
    page.get_by_role("button", name="Try it on last week").click()
    report.check("the rule is tried on last week", visit.wait("/It would have fired once/.test(document.querySelector('.rule-try .rule-said').textContent)"), page.inner_text(".rule-try .rule-said"))
    watch.stop("A rule is filled in, and tried on last week")
    page.locator(".rule-try").scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    picture(page, "tour-rule")
    watch.start()
    page.get_by_role("button", name="Create").click()
    report.check("the rule watches", visit.wait("/Watching/.test(document.querySelector('.rule-row')?.textContent)"))
    watch.stop("The rule watches")
    say(url, 20)
    page.evaluate("location.hash = '#/alerts'")
    page.wait_for_timeout(1500)
    watch.start()
    say(url, 61.2)
    report.check("the next bad value raises an alert", visit.wait("[...document.querySelectorAll('.alert-card')].some((one) => /My first station/.test(one.textContent))"))
    watch.stop("The next bad value is an alert on the page")
    page.wait_for_timeout(500)
    picture(page, "tour-alert")
    visit.context.close()
    return watch
