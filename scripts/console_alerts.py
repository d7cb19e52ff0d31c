"""The part of scripts/console-test that looks at the page of alerts and rules."""

import json
import math
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
STATION = "urn:ngsi-ld:AlertTest:station"
RULE = "urn:ngsi-ld:AlertRule:console-test"
ALERTS = {severity: f"urn:ngsi-ld:Alert:rule:console-test:{severity}" for severity in ("low", "critical")}
SAID = "[...document.querySelectorAll('.rule-form .field-error:not([hidden]), .rule-form .rule-said[data-tone=bad]:not([hidden])')].map((one) => one.textContent).join('|')"


def prop(value, **more):
    return {"type": "Property", "value": value, **more}


def moment(seconds=0):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


def has_service(url):
    """Whether this Parvis knows rules; else the page is answered by the fake below."""
    try:
        with urllib.request.urlopen(url + "/admin/rules", timeout=10) as answer:
            return answer.status == 200
    except urllib.error.HTTPError:
        return False


def prepare(url, send):
    """A station with a few values and two raised alerts of it."""
    entities = url + "/ngsi-ld/v1/entities"
    for one in (STATION, RULE, *ALERTS.values()):
        send("DELETE", f"{entities}/{one}")
    statuses = [send("POST", entities, {
        "id": STATION, "type": "AlertTest", "name": prop("Test station"), "pm25": prop(20, unitCode="GQ", observedAt=moment(-7200)), "mode": prop("normal"),
        "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [-1.96, 47.15]}}})]
    for at, value in ((-5400, 80), (-5340, 82), (-3600, 30), (-60, 20)):
        statuses.append(send("POST", f"{entities}/{STATION}/attrs", {"pm25": prop(value, unitCode="GQ", observedAt=moment(at))}))
    for severity, identifier in ALERTS.items():
        statuses.append(send("POST", entities, {
            "id": identifier, "type": "Alert", "severity": prop(severity), "alertState": prop("raised"), "description": prop(f"A {severity} alert {HOSTILE}"),
            "validFrom": prop({"@type": "DateTime", "@value": moment(-300)}), "alertSource": {"type": "Relationship", "object": STATION},
            "alertRule": {"type": "Relationship", "object": RULE}}))
    return statuses


def entity(url, identifier):
    with urllib.request.urlopen(f"{url}/ngsi-ld/v1/entities/{urllib.parse.quote(identifier, safe='')}", timeout=10) as answer:
        return json.load(answer)


def until(holds, patience=60):
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.1)
    return False


def pretend(page):
    """Answers /admin/rules as the contract says, where the server does not know it."""
    asked = []

    def answer(route):
        path = urllib.parse.urlparse(route.request.url).path
        body = route.request.post_data_json if route.request.method == "POST" else None
        asked.append((path, body))
        if path.endswith("/notify-test"):
            return route.fulfill(content_type="application/json", body=json.dumps({"taken": False, "endpoint": body["uri"], "milliseconds": 3, "reason": "Nobody answers at the address."}))
        if path.endswith("/test"):
            firings = [{"entity": STATION, "name": "Test station", "from": moment(-5400 - day * 86400), "to": moment(-3600 - day * 86400), "peak": 82} for day in range(3)]
            return route.fulfill(content_type="application/json", body=json.dumps({
                "from": body["from"], "to": body["to"], "entities": 1, "values": 5, "firings": firings, "truncated": False}))
        return route.fulfill(content_type="application/json", body="[]")

    page.route("**/admin/rules**", answer)
    return asked


def go(visit, address):
    visit.page.evaluate("(address) => { location.hash = address; }", address)


def check_alerts(report, visit, look, picture, has_map, is_real):
    check_raised(report, visit, look, picture)
    check_cleared(report, visit, look, picture)
    make_rule(report, visit, look, picture, has_map, is_real)
    check_rule(report, visit, look, picture)
    check_alert_me(report, visit)


def check_raised(report, visit, look, picture):
    page = visit.page
    go(visit, "#/alerts")
    shown = "[...document.querySelectorAll('.alert-card')].filter((card) => /A (low|critical) alert/.test(card.textContent)).map((card) => /A (\\w+) alert/.exec(card.textContent)[1])"
    report.check("raised alerts are listed, the gravest first", visit.wait(f"{shown}.join() === 'critical,low'"), page.evaluate(shown))
    report.check("markup in an alert stays text", page.evaluate("document.querySelectorAll('#alerts img, #alerts script').length") == 0 and page.title() not in ("1", "2"))
    card = page.locator(".alert-card", has_text="A critical alert")
    report.check("an alert links to its source by name", card.get_by_role("link", name="Test station").get_attribute("href") == "#/entity/" + urllib.parse.quote(STATION, safe=""))
    look("the raised alerts")
    picture("alerts")
    page.keyboard.press("/")
    page.keyboard.type("critical")
    visit.wait(f"{shown}.join() === 'critical'")
    rows = visit.saved("Download what is shown as CSV", "#alerts")
    report.check("what the search leaves is saved as a table", [row["id"] for row in rows] == [ALERTS["critical"]], rows)
    page.focus("#alerts .view-search")
    page.keyboard.type(" nothing-like-this")
    report.check("the search says when nothing fits", visit.wait("/Nothing fits/.test(document.querySelector('#alerts .view-empty:not([hidden])')?.textContent)"))
    page.keyboard.press("Escape")
    card.get_by_role("button", name="Acknowledge").first.click()
    report.check("acknowledging asks for a note", visit.wait("document.activeElement.getAttribute('aria-label') === 'Note'"))
    page.keyboard.type(f"Team 2 is on its way {HOSTILE}")
    page.keyboard.press("Enter")
    report.check("the alert is acknowledged with the note", visit.wait("/Acknowledged.*Team 2/.test([...document.querySelectorAll('.alert-card')].find((card) => /A critical/.test(card.textContent)).textContent)"))
    stored = entity(visit.url, ALERTS["critical"])
    report.check("and so it is stored, with its time", stored["acknowledged"]["value"] is True and "observedAt" in stored["acknowledged"] and stored["acknowledgedNote"]["value"].startswith("Team 2"))
    report.check("what nobody acknowledged goes first", visit.wait(f"document.activeElement.blur(), {shown}.join() === 'low,critical'"), page.evaluate(shown))
    card = page.locator(".alert-card", has_text="A low alert")
    card.get_by_label("Mute this alert").select_option("15")
    report.check("an alert is muted for 15 minutes", visit.wait("/Muted until/.test([...document.querySelectorAll('.alert-card')].find((card) => /A low/.test(card.textContent)).textContent)"))
    muted = entity(visit.url, ALERTS["low"])["mutedUntil"]["value"]
    report.check("as a DateTime", muted["@type"] == "DateTime" and moment(13 * 60) < muted["@value"] < moment(17 * 60), muted)
    card.get_by_role("button", name="Unmute").click()
    report.check("and unmuted again", until(lambda: "mutedUntil" not in entity(visit.url, ALERTS["low"])))


def check_cleared(report, visit, look, picture):
    page = visit.page
    send = visit.send
    send("POST", f"{visit.url}/ngsi-ld/v1/entities/{ALERTS['low']}/attrs", {"alertState": prop("cleared"), "validTo": prop({"@type": "DateTime", "@value": moment()})})
    report.check("a cleared alert leaves the raised ones by itself", visit.wait("![...document.querySelectorAll('.alert-card')].some((card) => /A low/.test(card.textContent))"))
    page.get_by_role("link", name="Cleared").click()
    row = "[...document.querySelectorAll('.alert-table tbody tr')].find((row) => /A low alert/.test(row.textContent))"
    report.check("it is among the cleared ones with how long it lasted", visit.wait(f"/\\d (s|min|h)$/.test({row}?.textContent ?? '')"), page.evaluate(f"{row}?.textContent"))
    look("the cleared alerts")
    picture("alerts-cleared")


def make_rule(report, visit, look, picture, has_map, is_real):
    page = visit.page
    page.get_by_role("link", name="New rule").click()
    visit.wait("document.activeElement.id === 'rule-title'")
    page.click(".rule-form button[type=submit]")
    said = page.evaluate(SAID)
    report.check("what is missing is said beside its field", all(words in said for words in ("Give it a name", "Choose a type", "Choose an attribute")), said)
    page.get_by_label("Severity").select_option("high")
    page.get_by_label("Type of entities").select_option("AlertTest")
    report.check("the form tells how many it watches", visit.wait("document.querySelector('.rule-form .matches').textContent === '1 entity'"), page.inner_text(".rule-form .matches"))
    report.check("attributes come with their unit", "pm25 (µg/m³)" in page.get_by_label("Attribute", exact=True).inner_text())
    page.get_by_label("Attribute", exact=True).select_option("pm25")
    page.get_by_label("Value", exact=True).fill("50")
    page.get_by_label("Ends at").fill("60")
    page.click(".rule-form button[type=submit]")
    report.check("an end above the beginning is refused", "at or below" in page.evaluate(SAID), page.evaluate(SAID))
    page.get_by_label("Ends at").fill("45")
    words = page.inner_text(".rule-words")
    report.check("the rule is told in words", words == "Any AlertTest: pm25 is above 50\u00a0µg/m³ for 10 minutes; ends below 45\u00a0µg/m³.", words)
    check_area(report, visit, has_map, picture)
    page.get_by_role("button", name="Only at some hours").click()
    report.check("hours are told in words", "Mon, Tue, Wed, Thu, Fri 07:00 to 20:00" in page.inner_text(".rule-words"), page.inner_text(".rule-words"))
    page.get_by_role("button", name="Remove this hours").click()
    page.get_by_role("button", name="Add a channel").first.click()
    page.get_by_label("Where to").fill("nowhere")
    page.get_by_role("button", name="Send a test").click()
    report.check("a wrong address is told beside its channel", visit.wait(f"{SAID}.includes('Begin with http')"))
    page.get_by_label("Where to").fill("http://127.0.0.1:9/nobody")
    page.get_by_role("button", name="Send a test").click()
    report.check("a test tells what came of it", visit.wait("/^Not delivered: ./.test(document.querySelector('.rule-channels-form .rule-said:not([hidden])')?.textContent)"), page.inner_text(".rule-channels-form .rule-said >> nth=0"))
    page.get_by_role("button", name="Try it on last week").click()
    report.check("trying it, without a name yet, tells how often it would have fired", visit.wait("/It would have fired/.test(document.querySelector('.rule-try .rule-said').textContent)"), page.inner_text(".rule-try .rule-said"))
    report.check("with a strip of time and a list", page.locator(".rule-strip-bar").count() == page.locator(".rule-firings li").count() >= 1)
    page.locator(".rule-try").scroll_into_view_if_needed()
    look("the form of a rule")
    picture("rule-form")
    page.get_by_label("Name", exact=True).fill("Console test rule")
    page.click(".rule-form button[type=submit]")
    report.check("the rule is saved and listed", visit.wait("[...document.querySelectorAll('.rule-name')].some((one) => one.textContent === 'Console test rule')"), page.evaluate("document.querySelector('.rule-form .notice:not([hidden])')?.textContent ?? ''"))


def check_area(report, visit, has_map, picture):
    page = visit.page
    page.get_by_label("Only those in an area").check()
    page.get_by_label("Corners", exact=True).first.check()
    corners = page.locator(".rule-form textarea").first
    if has_map:
        visit.wait("document.querySelector('.rule-form .area-map').dataset.ready === 'true'")
        for x, y in ((60, 60), (240, 60), (240, 220)):
            page.locator(".rule-form .area-map").first.click(position={"x": x, "y": y})
        report.check("clicks on the map draw an area", len(corners.input_value().splitlines()) == 3, corners.input_value())
        picture("rule-area")
    corners.fill("-2, 47\n-1, 47\n-1, 48\n-2, 48")
    report.check("the area counts", visit.wait("/in an area/.test(document.querySelector('.rule-words').textContent) && document.querySelector('.rule-form .matches').textContent === '1 entity'"), page.inner_text(".rule-form .matches"))


def check_rule(report, visit, look, picture):
    page = visit.page
    row = page.locator(".rule-row", has_text="Console test rule")
    rules = [one for one in json.load(urllib.request.urlopen(visit.url + "/ngsi-ld/v1/entities?type=AlertRule&limit=1000", timeout=10)) if one["name"]["value"] == "Console test rule"]
    condition = rules[0]["condition"]["json"]
    report.check("the entity says what the form said", condition["tests"] == [{"kind": "threshold", "attribute": "pm25", "comparison": "above", "value": 50, "clear": 45}] and condition["for"] == "PT10M"
                 and condition["entities"]["area"]["type"] == "Polygon" and rules[0]["ruleState"]["value"] == "on", condition)
    look("the rules")
    picture("rules")
    row.get_by_role("switch").uncheck()
    report.check("a rule is switched off", until(lambda: entity(visit.url, rules[0]["id"])["ruleState"]["value"] == "off"))
    row.get_by_role("link", name="Change").click()
    visit.wait("document.activeElement.id === 'rule-title'")
    report.check("its form has what was saved", page.get_by_label("Value", exact=True).input_value() == "50" and page.get_by_label("Severity").input_value() == "high")
    page.get_by_label("What is tested").select_option("absence")
    page.get_by_label("For how long", exact=True).fill("20")
    page.get_by_label("Only those in an area").uncheck()
    page.click(".rule-form button[type=submit]")
    report.check("a rule is changed", visit.wait("[...document.querySelectorAll('.rule-row')].some((one) => /pm25 has not come for 20 minutes/.test(one.textContent))"))
    changed = entity(visit.url, rules[0]["id"])["condition"]["json"]
    report.check("what went is gone", "area" not in changed["entities"] and changed["tests"] == [{"kind": "absence", "attribute": "pm25", "after": "PT20M"}], changed)
    row.get_by_role("button", name="Delete").click()
    report.check("a deletion is asked about", visit.wait("document.activeElement.textContent === 'Delete' && document.activeElement.closest('[role=alertdialog]') !== null"))
    page.keyboard.press("Enter")
    report.check("and done", visit.wait("![...document.querySelectorAll('.rule-row')].some((one) => /Console test rule/.test(one.textContent))"))
    go(visit, "#/alerts/rule/" + urllib.parse.quote(rules[0]["id"], safe=""))
    report.check("the page of a deleted rule explains itself", visit.wait("/not there/.test(document.querySelector('#alerts .view-empty:not([hidden])')?.textContent)"))


def check_alert_me(report, visit):
    page = visit.page
    go(visit, "#/entity/" + urllib.parse.quote(STATION, safe=""))
    visit.wait("document.querySelector('#detail-title')?.textContent === 'Test station'")
    page.get_by_role("link", name="Alert me about pm25").click()
    report.check("an attribute leads to the form, filled in", visit.wait("document.activeElement.id === 'rule-title'") and page.get_by_label("Attribute", exact=True).input_value() == "pm25"
                 and page.get_by_label("Type of entities").input_value() == "AlertTest" and page.get_by_label("Ids", exact=True).input_value() == STATION)
    page.keyboard.press("Escape")
    report.check("Escape leads back to the entity", visit.wait("document.querySelector('#detail-title')?.textContent === 'Test station'"))


def week(url, send):
    """Three stations with a week of hours, with bad mornings and evenings."""
    for number, name in enumerate(("Harbour", "Station Street", "North Gate")):
        identifier = f"urn:ngsi-ld:AirQualityObserved:week-{number}"
        values = []
        for hour in range(168, 0, -1):
            at = time.gmtime(time.time() - hour * 3600)
            rush = math.exp(-((at.tm_hour - 8) ** 2) / 4) + math.exp(-((at.tm_hour - 19) ** 2) / 6)
            values.append({**prop(round(12 + (34 - 6 * number) * rush * (0.6 + 0.4 * math.sin(hour / 13 + number)), 1), unitCode="GQ"), "observedAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", at)})
        send("POST", url + "/ngsi-ld/v1/temporal/entities", {"id": identifier, "type": "AirQualityObserved", "pm25": values})
        send("POST", url + "/ngsi-ld/v1/entities", {
            "id": identifier, "type": "AirQualityObserved", "name": prop(name), "pm25": values[-1],
            "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [-1.96 + number / 100, 47.15]}}})
        send("POST", f"{url}/ngsi-ld/v1/entities/{identifier}/attrs", {"name": prop(name), "pm25": values[-1]})


def take_picture(visit, send, file):
    """The picture of docs/console.md: the form of a rule that was tried on last week."""
    page = visit.page
    visit.wait_for_city()
    week(visit.url, send)
    if not has_service(visit.url):
        sys.exit("take-pictures: this Parvis has no rules service, so there is no picture to take")
    page.wait_for_timeout(3000)
    go(visit, "#/alerts/new?type=AirQualityObserved&attribute=pm25")
    visit.wait("document.querySelector('.rule-form') !== null")
    page.get_by_label("Name", exact=True).fill("Bad air")
    page.get_by_label("Severity").select_option("high")
    page.get_by_label("Value", exact=True).fill("35")
    page.get_by_label("Ends at").fill("30")
    page.get_by_role("button", name="Try it on last week").click()
    visit.wait("document.querySelector('.rule-strip') !== null")
    page.locator(".rule-escalation, .rule-channels-form").first.scroll_into_view_if_needed()
    page.wait_for_timeout(600)
    page.screenshot(path=file)
