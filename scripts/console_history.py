"""The part of scripts/console-test that looks at what was: charts over any time, and the city at another time."""

import csv
import datetime
import json
import math
import time
import urllib.parse
import urllib.request

UTC = datetime.timezone.utc
STATION = "urn:ngsi-ld:HistoryTest:station"
OTHER = "urn:ngsi-ld:HistoryTest:other"
GONE = "urn:ngsi-ld:HistoryTest:gone"
ODD = "urn:ngsi-ld:HistoryTest:odd"
YOUNG = "urn:ngsi-ld:HistoryTest:young"
STEP = datetime.timedelta(hours=3)
FIRST = datetime.datetime(2015, 1, 1, tzinfo=UTC)
LAST = datetime.datetime(2025, 1, 1, tzinfo=UTC)
GAP = (datetime.datetime(2020, 3, 1, tzinfo=UTC), datetime.datetime(2020, 9, 1, tzinfo=UTC))
MARKUP = '<img src=x onerror="document.title=1">&amp;<b>bold</b>'
EVERYTHING = "#/history?" + urllib.parse.urlencode({"e": STATION, "a": "level", "range": "all"})

# The share of the canvas' columns of pixels, of those between two parts of its width, in which a colour is drawn.
COLUMNS = """([variable, from, to]) => {
  const canvas = document.querySelector('.chart-canvas');
  const probe = document.createElement('span');
  probe.style.color = `var(${variable})`;
  document.body.append(probe);
  const wanted = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
  probe.remove();
  const { width, height } = canvas;
  const data = canvas.getContext('2d').getImageData(0, 0, width, height).data;
  let [count, drawn] = [0, 0];
  for (let x = Math.round(width * from); x < width * to; x += 1) {
    count += 1;
    for (let y = 0; y < height; y += 1) {
      const at = (y * width + x) * 4;
      if (data[at + 3] > 200 && wanted.every((part, index) => Math.abs(part - data[at + index]) < 24)) { drawn += 1; break; }
    }
  }
  return count === 0 ? 0 : drawn / count;
}"""
LABEL = "document.querySelector('.chart-canvas')?.getAttribute('aria-label') ?? ''"
IDLE = "document.querySelector('.history-body')?.getAttribute('aria-busy') === 'false'"
SHOWN = "[...document.querySelectorAll('.row:not([hidden]) .row-name')].map((one) => one.textContent)"


def iso(moment):
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def level(moment):
    """A made-up water level: seasons, days, and a slow rise."""
    days = (moment - FIRST).total_seconds() / 86400
    return round(50 + 20 * math.sin(days / 365.25 * 2 * math.pi) + 5 * math.sin(days * 2 * math.pi) + days / 400, 2)


def moments():
    moment = FIRST
    while moment < LAST:
        if not GAP[0] <= moment < GAP[1]:
            yield moment
        moment += STEP


def prepare(url, send):
    """Ten years of readings of one entity, by the temporal operations, and others that change while the page is open."""
    entities, temporal = url + "/ngsi-ld/v1/entities", url + "/ngsi-ld/v1/temporal/entities"
    now = datetime.datetime.now(UTC)
    point = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [-1.96, 47.15]}}
    statuses = [
        send("POST", entities, {
            "id": STATION, "type": "HistoryTest", "name": {"type": "Property", "value": "Weir"}, "location": point,
            "level": {"type": "Property", "value": 60, "unitCode": "CMT", "observedAt": iso(now)}}),
        send("POST", entities, {
            "id": OTHER, "type": "HistoryTest", "name": {"type": "Property", "value": "Mill"},
            "level": {"type": "Property", "value": 1, "unitCode": "CMT", "observedAt": iso(now)},
            "flow": {"type": "Property", "value": 3, "unitCode": "MQS", "observedAt": iso(now)}}),
        send("POST", entities, {
            "id": ODD, "type": "HistoryTest", "name": {"type": "Property", "value": MARKUP},
            "level": {"type": "Property", "value": 1, "unitCode": MARKUP, "observedAt": iso(now)}}),
    ]
    all_moments = list(moments())
    for at in range(0, len(all_moments), 5000):
        instances = [{"type": "Property", "value": level(one), "unitCode": "CMT", "observedAt": iso(one)} for one in all_moments[at:at + 5000]]
        statuses.append(send("POST", temporal, {"id": STATION, "type": "HistoryTest", "level": instances}))
    odd = [1e308, -1e308, "NaN", "1e999", MARKUP, True, {"a": [1]}, 5e-324, 12]
    instances = [{"type": "Property", "value": value, "observedAt": iso(now - datetime.timedelta(minutes=20 - at))} for at, value in enumerate(odd)]
    texts = [{"type": "Property", "value": MARKUP, "observedAt": iso(now - datetime.timedelta(minutes=20 - at))} for at in range(9)]
    flow = [{"type": "Property", "value": 3 + at % 7, "unitCode": "MQS", "observedAt": iso(now - datetime.timedelta(minutes=at))} for at in range(1, 900)]
    statuses.append(send("POST", temporal, {"id": ODD, "type": "HistoryTest", "level": instances, "words": texts}))
    statuses.append(send("POST", temporal, {"id": OTHER, "type": "HistoryTest", "flow": flow}))
    return statuses


def go(visit, address):
    visit.page.evaluate("(address) => { location.hash = address; }", address)
    visit.page.wait_for_timeout(100)  # for the page to hear of it
    is_idle = visit.wait(f"!document.querySelector('#history').hidden && {IDLE}")
    visit.page.wait_for_timeout(100)  # for a frame, in which it is drawn
    return is_idle


def check_charts(report, visit, send, look, picture, may_drag):
    page = visit.page
    answers = []
    page.on("response", lambda response: "/temporal/" in response.url and answers.append((response.url, response)))
    check_empty_page(report, visit)
    check_from_details(report, visit)
    check_young(report, visit, send)
    check_decade(report, visit, answers)
    check_gap(report, visit, picture)
    look("a chart")
    check_csv(report, visit)
    check_moving(report, visit, may_drag)
    check_keys(report, visit)
    check_comparison(report, visit, look, picture)
    check_live(report, visit, send)
    check_nothing_there(report, visit)
    report.check("no request was refused", not visit.refused, visit.refused)
    report.check("no error in the browser's console", not visit.errors, visit.errors)
    check_hostile(report, visit, answers, picture)
    page.keyboard.press("Escape")
    report.check("Escape leaves the charts", visit.wait("document.querySelector('#history').hidden"))
    # What never was, or cannot be, is answered by 404 or 400, which the browser notes.
    report.check("nothing hostile broke the page", all("status of 40" in error for error in visit.errors), visit.errors)


def check_empty_page(report, visit):
    page = visit.page
    page.click("#nav a[data-page=history]")
    report.check("without a choice the page says what it is for", visit.wait("document.querySelector('.history-empty:not([hidden]) h3') !== null"))


def check_from_details(report, visit):
    page = visit.page
    page.evaluate("(id) => { location.hash = '#/entity/' + encodeURIComponent(id); }", OTHER)
    visit.wait("document.querySelectorAll('#detail .attribute-chart:not([hidden])').length === 2")
    page.get_by_role("link", name="History of flow").click()
    report.check("a number's details lead to its chart", visit.wait(f"{IDLE} && /Mill · flow: 3 to [\\d.]+\\sm³/.test({LABEL})"), page.evaluate(LABEL))
    report.check("the values of a day are drawn", page.evaluate(COLUMNS, ["--series-1", 0.5, 0.9]) > 0.9)
    pressed = page.evaluate("document.querySelector('.history-ranges [aria-pressed=true]').textContent")
    report.check("the window is the last day", pressed == "24 h", pressed)


def check_young(report, visit, send):
    """What began some minutes ago is shown whole, and grows with what comes."""
    page = visit.page
    address = f"{visit.url}/ngsi-ld/v1/entities/{YOUNG}"
    now = datetime.datetime.now(UTC)

    def reading(value, ago):
        return {"level": {"type": "Property", "value": value, "observedAt": iso(now - datetime.timedelta(seconds=ago))}}

    send("DELETE", address)
    # A history outlives its entity.
    send("DELETE", f"{visit.url}/ngsi-ld/v1/temporal/entities/{YOUNG}")
    statuses = [send("POST", visit.url + "/ngsi-ld/v1/entities", {"id": YOUNG, "type": "HistoryTest", **reading(1.5, 240)})]
    statuses += [send("PATCH", address, reading(value, ago)) for value, ago in ((2.5, 160), (3.5, 80))]
    report.check("an entity that began four minutes ago is brought in", statuses == [201, 204, 204], statuses)
    page.evaluate("(id) => { location.hash = '#/entity/' + encodeURIComponent(id); }", YOUNG)
    visit.wait("document.querySelector('#detail .detail-id code')?.textContent === '" + YOUNG + "'")
    page.get_by_role("link", name="History of level").click()
    holds = visit.wait(f"{IDLE} && /level: 1.5 to 3.5/.test({LABEL})")
    pressed = page.evaluate("document.querySelector('.history-ranges [aria-pressed=true]')?.textContent")
    report.check("its chart shows it whole", holds and pressed == "All" and page.evaluate(COLUMNS, ["--series-1", 0.3, 0.6]) > 0.9, f"{pressed}; {page.evaluate(LABEL)}")
    send("PATCH", address, reading(9.5, 0))
    report.check("and grows with what comes", visit.wait(f"/level: 1.5 to 9.5/.test({LABEL})"), page.evaluate(LABEL))


def check_decade(report, visit, answers):
    answers.clear()
    holds = go(visit, EVERYTHING) and visit.wait(f"/, 2014 to/.test({LABEL}) && /Weir · level: 2/.test({LABEL})")
    sizes = [len(answer.body()) for url, answer in answers if answer.ok]
    most = max((answer.text().count('"20') for _, answer in answers if answer.ok), default=0)
    report.check("ten years open", holds, visit.page.evaluate(LABEL))
    report.check("from a few small answers", 0 < len(sizes) <= 6 and sum(sizes) < 250_000, f"{len(sizes)} answers, {sum(sizes)} bytes, {most} times")
    note = visit.page.inner_text("#history .history-body > .hint")
    report.check("the page says what is drawn", "averages of" in note, note)


def check_gap(report, visit, picture):
    """Half a year is missing in 2020: in a window around it the middle is empty, its sides are not."""
    address = "#/history?" + urllib.parse.urlencode({"e": STATION, "a": "level", "from": "2019-12-01T00:00:00Z", "to": "2020-12-01T00:00:00Z"})
    go(visit, address)
    visit.wait(f"/2019.* to .*2020.*level: \\d/.test({LABEL})")
    shares = [visit.page.evaluate(COLUMNS, ["--series-1", *part]) for part in ((0.15, 0.25), (0.4, 0.7), (0.85, 0.95))]
    report.check("a gap is shown as a gap", shares[0] > 0.9 and shares[1] == 0 and shares[2] > 0.9, shares)
    picture("history-gap")
    go(visit, EVERYTHING)
    visit.wait(f"/, 2014 to.*level: \\d/.test({LABEL})")
    picture("history-decade")


def check_csv(report, visit):
    """What is saved is what an independent calculation over the same values gives."""
    page = visit.page
    go(visit, "#/history?" + urllib.parse.urlencode({"e": STATION, "a": "level", "from": "2016-01-01T00:00:00Z", "to": "2019-01-01T00:00:00Z"}))
    visit.wait(f"/2016.* to .*2019.*level: \\d/.test({LABEL})")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save what is shown as CSV").click()
    rows = list(csv.DictReader(open(download.value.path(), newline="")))
    wrong = []
    for row in rows[1:-1]:
        start, end = (datetime.datetime.fromisoformat(row[name].replace("Z", "+00:00")) for name in ("time", "endTime"))
        values = [level(one) for one in moments() if start <= one < end]
        expected = (sum(values) / len(values), min(values), max(values))
        got = tuple(float(row[name]) for name in ("value", "min", "max"))
        if any(abs(a - b) > 1e-6 for a, b in zip(expected, got)):
            wrong.append((row["time"], expected, got))
        if len(wrong) > 2 or row is rows[40]:
            break
    report.check("the averages, least and most are right", len(rows) > 300 and not wrong, wrong or f"{len(rows)} rows")
    features = visit.saved("Save what is shown as GeoJSON", "#history")["features"]
    report.check("the same is saved as GeoJSON", len(features) == len(rows) and features[5]["geometry"] == {"type": "Point", "coordinates": [-1.96, 47.15]} and features[5]["properties"]["value"] == float(rows[5]["value"]), features[5:6])
    report.check("the saved rows say what they are of", rows and rows[0]["entity"] == STATION and rows[0]["attribute"] == "level" and rows[0]["unit"] == "cm", rows[:1])


def window(visit):
    query = urllib.parse.parse_qs(visit.page.evaluate("location.hash").split("?", 1)[1])
    if "from" not in query:
        return None
    return tuple(datetime.datetime.fromisoformat(query[name][0].replace("Z", "+00:00")) for name in ("from", "to"))


def moved(visit, action):
    """Does something that takes the window elsewhere, and waits until it is there."""
    before = visit.page.evaluate("location.hash")
    action()
    return visit.wait("(before) => location.hash !== before", before) and visit.wait(IDLE)


def check_moving(report, visit, may_drag):
    page = visit.page
    box = page.locator(".chart-canvas").bounding_box()
    before = window(visit)
    if may_drag:
        page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] / 2, steps=5)
        zoomed = moved(visit, page.mouse.up) and window(visit)
        report.check("dragging shows that part", zoomed and zoomed[1] - zoomed[0] < (before[1] - before[0]) * 0.3, zoomed and f"{zoomed[0]:%Y-%m-%d} to {zoomed[1]:%Y-%m-%d}")
        page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] / 2)
        report.check("the crosshair tells time, value and unit", visit.wait("/cm/.test(document.querySelector('.chart-tip:not([hidden])')?.textContent)"),
                     page.evaluate("document.querySelector('.chart-tip').textContent"))
        moved(visit, lambda: page.mouse.dblclick(box["x"] + box["width"] * 0.5, box["y"] + box["height"] / 2))
        report.check("a double click goes back", window(visit) == before, window(visit))
        report.check("the wheel zooms", moved(visit, lambda: page.mouse.wheel(0, -300)) and window(visit)[1] - window(visit)[0] < before[1] - before[0])
    moved(visit, page.get_by_role("button", name="Longer time").click)
    page.get_by_role("button", name="24 h", exact=True).click()
    report.check("a range button shows that range", visit.wait("/range=24h/.test(location.hash)"))
    # What is read late would put its own window into the fields.
    visit.wait(IDLE)
    page.fill("#history input[aria-label=From]", "2017-05-01T00:00:00")
    page.fill("#history input[aria-label=To]", "2017-04-01T00:00:00")
    page.keyboard.press("Tab")
    report.check("a window that ends before it begins is refused in words", visit.wait("/after the beginning/.test(document.querySelector('.history-message').textContent)"))
    page.fill("#history input[aria-label=To]", "2017-06-01T00:00:00")
    page.keyboard.press("Tab")
    report.check("two times make a window", visit.wait(f"{IDLE} && /from=2017/.test(location.hash) && /2017/.test({LABEL})"))


def check_keys(report, visit):
    page = visit.page
    page.focus(".chart-canvas")
    said = "document.querySelector('.chart [role=status]').textContent"
    page.keyboard.press("ArrowRight")
    report.check("an arrow reads a value", visit.wait(f"/Weir · level .*cm/.test({said})"), page.evaluate(said))
    first = page.evaluate(said)
    page.keyboard.press("ArrowRight")
    report.check("the next one the next", visit.wait(f"(first) => {said} !== first", first))
    before = window(visit)
    moved(visit, lambda: page.keyboard.press("+"))
    report.check("plus zooms", window(visit)[1] - window(visit)[0] < before[1] - before[0])
    zoomed = window(visit)
    moved(visit, lambda: page.keyboard.press("Shift+ArrowRight"))
    report.check("Shift and an arrow move", window(visit)[0] > zoomed[0])
    page.click(".history-table summary")
    rows = visit.wait("document.querySelectorAll('.history-rows tbody tr').length > 10")
    report.check("the values are there as a table", rows, page.evaluate("document.querySelector('.history-rows tbody tr')?.textContent"))
    page.click(".history-table summary")


def check_comparison(report, visit, look, picture):
    page = visit.page
    go(visit, "#/history?" + urllib.parse.urlencode({"e": OTHER, "a": "flow", "range": "24h"}))
    page.get_by_role("button", name="Add an attribute").click()
    page.keyboard.type("weir level")
    report.check("the search finds an attribute of another entity", visit.wait("document.querySelectorAll('.picker-row').length === 1"), page.inner_text(".picker-list"))
    look("the search for attributes")
    page.keyboard.press("Enter")
    report.check("it comes into the same chart", visit.wait(f"{IDLE} && document.querySelectorAll('.history-legend li').length === 2 && /Mill · flow: 3 to [\\d.]+\\sm³.*Weir · level: 60\\scm/.test({LABEL})"), page.evaluate(LABEL))
    page.wait_for_timeout(200)
    picture("history-two")
    look("a comparison")
    address = page.evaluate("location.href")
    shown = page.evaluate("[...document.querySelectorAll('.history-name')].map((one) => one.textContent)")
    page.locator(".history-toggle").first.click()
    report.check("the legend hides a series", visit.wait(f"!/flow/.test({LABEL}) && /off=0/.test(location.hash)"))
    again = visit.context.new_page()
    again.goto(address)
    until = time.monotonic() + 60
    names = []
    while time.monotonic() < until and names != shown:
        again.wait_for_timeout(200)
        names = again.evaluate("[...document.querySelectorAll('.history-name')].map((one) => one.textContent)")
    report.check("the address opens the same chart again", names == shown, names)
    again.close()
    page.bring_to_front()
    page.locator(".history-legend button[aria-label^='Take out']").first.click()
    report.check("a series can be taken out", visit.wait("document.querySelectorAll('.history-legend li').length === 1"))


def check_live(report, visit, send):
    page = visit.page
    go(visit, "#/history?" + urllib.parse.urlencode({"e": OTHER, "a": "flow", "range": "1h"}))
    visit.wait(f"/Mill/.test({LABEL})")
    now = datetime.datetime.now(UTC)
    value = 10 + int(now.timestamp()) % 900 + 0.5  # another one at each visit
    send("PATCH", f"{visit.url}/ngsi-ld/v1/entities/{OTHER}/attrs", {"flow": {"type": "Property", "value": value, "unitCode": "MQS", "observedAt": iso(now)}})
    report.check("a new value appears while the chart is open", visit.wait("(value) => document.querySelector('.history-value').textContent.startsWith(value)", str(value)), page.inner_text(".history-value"))


def check_nothing_there(report, visit):
    page = visit.page
    go(visit, "#/history?" + urllib.parse.urlencode({"e": STATION, "a": "level", "from": "2020-05-01T00:00:00Z", "to": "2020-06-01T00:00:00Z"}))
    message = "document.querySelector('.history-message:not([hidden])')?.textContent ?? ''"
    report.check("a window without values says so, and where the last one is", visit.wait(f"/No values between.*last one before/.test({message})"), page.evaluate(message))
    page.get_by_role("button", name="Go there").click()
    report.check("and leads there", visit.wait(f"{IDLE} && /Weir · level: \\d/.test({LABEL})"), page.evaluate(LABEL))


def check_hostile(report, visit, answers, picture):
    page = visit.page
    go(visit, "#/history?" + urllib.parse.urlencode({"e": "urn:ngsi-ld:Nothing:here", "a": "level", "range": "all"}))
    message = "document.querySelector('.history-message:not([hidden])')?.textContent ?? ''"
    report.check("an entity that never was has no values", visit.wait(f"/No values.*Nothing was recorded/.test({message})"), page.evaluate(message))
    go(visit, "#/history?" + urllib.parse.urlencode({"e": ODD, "a": "level", "range": "1h"}))
    report.check("absurd numbers are drawn, texts in their place are none", visit.wait(f"/level: .* to /.test({LABEL}) && !/NaN|Infinity/.test({LABEL})"), page.evaluate(LABEL)[:200])
    page.wait_for_timeout(200)
    picture("history-odd")
    is_text = page.evaluate("document.querySelectorAll('#history img, #history b:not(.chart-tip b)').length") == 0 and page.title() != "1"
    report.check("markup in names and units stays text", is_text and MARKUP in page.inner_text(".history-name"))
    go(visit, "#/history?" + urllib.parse.urlencode({"e": ODD, "a": "words", "range": "1h"}))
    report.check("texts make no chart, and the page says why", visit.wait("/no numbers/.test(document.querySelector('.history-message').textContent)"), page.inner_text(".history-message"))
    answers.clear()
    for query in ({"e": STATION, "a": "level", "from": "0001-01-01T00:00:00Z", "to": "9999-12-31T23:59:59Z"},
                  {"e": STATION, "a": "level", "from": "+275760-09-12T00:00:00Z", "to": "+275760-09-13T00:00:00Z"},
                  {"e": STATION, "a": "level", "from": "2016-01-01T00:00:00.000Z", "to": "2016-01-01T00:00:00.001Z"},
                  {"e": STATION, "a": "__proto__", "range": "constructor"}, {"e": "%%%", "a": "&", "range": "all"}):
        go(visit, "#/history?" + urllib.parse.urlencode(query))
    go(visit, "#/history?" + "&".join(f"e={urllib.parse.quote(STATION)}&a=level" for _ in range(500)) + "&range=all")
    periods = [urllib.parse.parse_qs(url.split("?", 1)[1]) for url, _ in answers if "aggrPeriodDuration" in url]
    sizes = [len(answer.body()) for _, answer in answers if answer.ok]
    report.check("no address makes a large request", periods and max(sizes, default=0) < 200_000 and len(answers) < 80, f"{len(answers)} answers, the largest {max(sizes, default=0)} bytes")
    report.check("nor more series than a chart holds", page.locator(".history-legend li").count() <= 8)


# --- Time travel -----------------------------------------------------------------------------------------------------


def past_value(url, identifier, attribute, moment):
    """What the temporal operations say of one attribute at a moment."""
    query = urllib.parse.urlencode({"attrs": attribute, "timerel": "before", "timeAt": moment, "lastN": 1, "options": "temporalValues"})
    with urllib.request.urlopen(f"{url}/ngsi-ld/v1/temporal/entities/{urllib.parse.quote(identifier)}?{query}") as answer:
        return json.load(answer)[attribute]["values"][0][0]


def live_through(url, send):
    """Something comes, changes and goes; gives the moments between."""
    entities = url + "/ngsi-ld/v1/entities"
    point = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [-1.955, 47.152]}}
    new = "urn:ngsi-ld:HistoryTest:new"

    def observed(value):
        return {"type": "Property", "value": value, "unitCode": "CEL", "observedAt": iso(datetime.datetime.now(UTC))}

    def pause():
        time.sleep(1.2)
        moment = datetime.datetime.now(UTC)
        time.sleep(1.2)
        return iso(moment)

    send("DELETE", f"{entities}/{new}")
    send("POST", entities, {"id": GONE, "type": "HistoryTest", "name": {"type": "Property", "value": "Short-lived"}, "location": point, "warmth": observed(7)})
    before = pause()
    send("POST", entities, {"id": new, "type": "HistoryTest", "name": {"type": "Property", "value": "First name"}, "location": point, "warmth": observed(1)})
    between = pause()
    send("PATCH", f"{entities}/{new}/attrs", {"warmth": observed(2), "name": {"type": "Property", "value": "Second name"}})
    send("DELETE", f"{entities}/{GONE}")
    after = pause()
    return new, before, between, after


def find(visit, identifier):
    """The name of the row of an entity, or `None` when the list does not have it."""
    page = visit.page
    page.evaluate("location.hash = '#/'")  # on a narrow screen the details are over the list
    visit.wait("document.querySelector('#detail').hidden")
    page.fill("#search", identifier)
    page.wait_for_timeout(300)
    names = page.evaluate(SHOWN)
    return names[0] if len(names) == 1 else None


def travel_to(visit, moment):
    visit.page.evaluate("(address) => { location.hash = address; }", "#/at/" + moment)
    is_there = visit.wait("(moment) => document.querySelector('#travel').dataset.moment === String(Date.parse(moment))", moment)
    visit.page.wait_for_timeout(200)  # for a frame, in which it is drawn
    return is_there


def check_travel(report, visit, send, look, picture):
    page = visit.page
    with urllib.request.urlopen(visit.url + "/ngsi-ld/v1/entities?type=Vehicle&limit=1") as answer:
        moving = json.load(answer)[0]["id"]
    new, before, between, after = live_through(visit.url, send)
    visit.wait("document.querySelector('#state').dataset.state === 'live'")
    requests = []
    page.on("request", lambda request: "/temporal/" in request.url and requests.append(request))
    page.click("#travel-open")
    report.check("a button takes the city to another time", visit.wait("!document.querySelector('#travel').hidden && /entit|Nothing/.test(document.querySelector('#travel [role=status]').textContent)"))
    report.check("a banner says so", "The city as it was at" in page.inner_text("#travel") and page.inner_text("#state") == "Past", page.inner_text("#travel .travel-text"))
    travel_to(visit, before)
    report.check("what has not come yet is not there", find(visit, new) is None)
    report.check("what has gone since is", find(visit, GONE) is not None)
    travel_to(visit, between)
    name = find(visit, new)
    report.check("later the one is there, with the name it had", name == "First name", name)
    page.focus("#search")
    page.keyboard.press("Enter")
    visit.wait("!document.querySelector('#detail').hidden")
    report.check("and with the value it had", visit.wait("/1\\s°C/.test(document.querySelector('#detail .attributes')?.textContent)"), page.inner_text("#detail .attributes"))
    travel_to(visit, after)
    page.evaluate("(id) => { location.hash = '#/entity/' + encodeURIComponent(id); }", new)
    visit.wait("!document.querySelector('#detail').hidden")
    report.check("later still the value is the next one", visit.wait("/2\\s°C/.test(document.querySelector('#detail .attributes')?.textContent)"))
    report.check("and the other has gone", find(visit, GONE) is None)
    page.evaluate("(id) => { location.hash = '#/entity/' + encodeURIComponent(id); }", moving)
    visit.wait("!document.querySelector('#detail').hidden")
    longitude, latitude = past_value(visit.url, moving, "location", after)["coordinates"]
    expected = f"{longitude:.5f}, {latitude:.5f}"
    report.check("what moves stands where it stood", visit.wait("(expected) => document.querySelector('#detail .attributes')?.textContent?.includes(expected)", expected), expected)
    find(visit, "")
    page.wait_for_timeout(1200)
    look("the city at another time")
    picture("travel")
    check_play(report, visit)
    moment = page.get_attribute("#travel", "data-moment")
    page.focus("#travel input[type=range]")
    page.keyboard.press("ArrowLeft")
    report.check("the slider goes by key", visit.wait("(moment) => document.querySelector('#travel').dataset.moment !== moment", moment), page.inner_text("#travel .travel-text"))
    requests.clear()
    moment = page.get_attribute("#travel", "data-moment")
    page.evaluate("""() => {
      const slider = document.querySelector('#travel input[type=range]');
      for (let at = 990; at > 960; at -= 1) {
        slider.value = String(at);
        slider.dispatchEvent(new Event('input'));
      }
    }""")
    visit.wait("(moment) => document.querySelector('#travel').dataset.moment !== moment", moment)
    asked = [request.url for request in requests if "timerel=before" in request.url]
    report.check("of a slide through thirty moments only the last is asked for", len(asked) == 1, len(asked))
    page.get_by_role("button", name="Back to now").click()
    report.check("back to now is live again", visit.wait("document.querySelector('#state').dataset.state === 'live' && document.querySelector('#travel').hidden"))
    report.check("with what is there now", find(visit, new) == "Second name" and find(visit, GONE) is None)
    page.fill("#search", "")
    send("DELETE", f"{visit.url}/ngsi-ld/v1/entities/{new}")


def check_play(report, visit):
    page = visit.page
    travel_to(visit, iso(datetime.datetime.now(UTC) - datetime.timedelta(seconds=45)))
    page.select_option("#travel select[aria-label=Speed]", label="1 s/s")
    seen = set()
    page.get_by_role("button", name="Play").click()
    until = time.monotonic() + 30
    while time.monotonic() < until and len(seen) < 4:
        seen.add(page.inner_text("#travel b"))
        page.wait_for_timeout(300)
    report.check("play goes on by itself", len(seen) >= 4, ", ".join(sorted(seen)))
    page.get_by_role("button", name="Pause").click()
    page.wait_for_timeout(700)
    stopped = page.inner_text("#travel b")
    page.wait_for_timeout(1500)
    report.check("and pause stops it", page.inner_text("#travel b") == stopped, stopped)


def take_picture(visit, file):
    """The documentation's picture: ten years of one entity's readings."""
    visit.wait_for_city()
    go(visit, EVERYTHING)
    visit.wait(f"/Weir · level: 2/.test({LABEL})")
    box = visit.page.locator(".chart-canvas").bounding_box()
    visit.page.mouse.move(box["x"] + box["width"] * 0.62, box["y"] + box["height"] / 2)
    visit.page.wait_for_timeout(500)
    visit.page.screenshot(path=file)
