"""The part of scripts/console-test that looks at the page of the air, with stations, a year of days and an alert of its own."""

import datetime
import json
import math
import re
import time
import urllib.parse
import urllib.request

from console_browser import type_in

UTC = datetime.timezone.utc
HOUR = datetime.timedelta(hours=1)
TYPE = "AirQualityObserved"
POLLUTANTS = {"pm25": 1.0, "pm10": 1.7, "no2": 1.2, "o3": 1.5, "so2": 0.2, "co": 12.0}
# Name, place, and how bad the air is there.
STATIONS = {
    "harbour": ("Harbour", (-1.985, 47.135), 1.0), "market": ("Market <b>square</b>", (-1.955, 47.152), 3.2), "park": ("Park", (-1.925, 47.165), 0.5),
    "ring": ("Ring road", (-1.965, 47.175), 2.0), "school": ("School", (-1.94, 47.135), 1.4),
}
YEAR = 2024
DAYS = 366
GAP = range(100, 110)  # days of the year without values
SPARSE = range(200, 205)  # days with ten hours only
CATEGORIES = ["Good", "Fair", "Moderate", "Poor", "Very poor", "Extremely poor"]
LABEL = "document.querySelector('#air-chart-title')?.closest('section').querySelector('.chart-canvas').getAttribute('aria-label') ?? ''"
NOTE = "document.querySelector('.view-note')?.textContent ?? ''"
NAMES = "[...document.querySelectorAll('.view-row .view-name')].map((one) => one.textContent)"
COUNT = "document.querySelector('.air-count-line')?.textContent ?? ''"


def iso(moment):
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def station(name):
    return f"urn:ngsi-ld:{TYPE}:AirTest:{name}"


def result(name, index="EAQI"):
    return f"urn:ngsi-ld:AirQualityIndex:{index}:{TYPE}:AirTest:{name}"


def value(name, pollutant, moment):
    """A made-up concentration: days, and a share for each station and pollutant."""
    hours = moment.timestamp() / 3600
    level = 12 + 5 * math.sin(hours / 24 * 2 * math.pi) + 3 * math.sin(hours / 67)
    return round(level * STATIONS[name][2] * POLLUTANTS[pollutant], 1)


def of_year(moment):
    """PM10 of the station at the harbour in the year of the calendar."""
    day = (moment - datetime.datetime(YEAR, 1, 1, tzinfo=UTC)).total_seconds() / 86400
    return round(34 + 16 * math.sin(day / 366 * 4 * math.pi) + 6 * math.sin(day * 2 * math.pi) + (day * 7 % 11), 1)


def hours_of_year():
    """The ends of the hours that were measured."""
    for number in range(1, DAYS * 24 + 1):
        day, hour = divmod(number - 1, 24)
        if day not in GAP and not (day in SPARSE and hour >= 10):
            yield datetime.datetime(YEAR, 1, 1, tzinfo=UTC) + number * HOUR


def expected(limit, offset=0):
    """Days above a limit and days with enough values, by another way than the page's. An hour belongs to the day it ends in."""
    days = {}
    for moment in hours_of_year():
        local = moment + datetime.timedelta(hours=offset) - datetime.timedelta(microseconds=1)
        if local.year == YEAR:
            days.setdefault(local.date(), []).append(of_year(moment))
    valid = {day: sum(values) / len(values) for day, values in days.items() if len(values) >= 18}
    return sum(1 for mean in valid.values() if math.floor(mean + 0.5 + 1e-9) > limit), len(valid)


def expected_eight(limit, offset=0):
    """Days whose highest 8-hour mean is above a limit, and days with enough of these; an 8-hour mean belongs to the day it ends in."""
    hours = {moment: round(2.5 * of_year(moment), 2) for moment in hours_of_year()}
    start = datetime.datetime(YEAR, 1, 1, tzinfo=UTC) - datetime.timedelta(hours=offset)
    above = enough = 0
    for day in range(366 if YEAR % 4 == 0 else 365):
        means = []
        for end in range(1, 25):
            # Where days begin at half an hour, an hour of theirs has the value that is stamped within it.
            last = (start + datetime.timedelta(days=day, hours=end)).replace(minute=0)
            values = [hours[last - back * HOUR] for back in range(8) if last - back * HOUR in hours]
            if len(values) >= 6:
                means.append(sum(values) / len(values))
        if len(means) >= 18:
            enough += 1
            above += math.floor(max(means) + 0.5 + 1e-9) > limit
    return above, enough


def read(url):
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)


def prepare(url, send, is_plain=False):
    """Five stations with hours up to now, the year, a forecast and an alert; waits for the indices. Plain: no markup in names."""
    entities, temporal = url + "/ngsi-ld/v1/entities", url + "/ngsi-ld/v1/temporal/entities"
    now = datetime.datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    statuses = []
    for moment in [now - back * HOUR for back in range(60, -1, -1)] + [datetime.datetime.now(UTC)]:
        batch = [{"id": station(name), "type": TYPE, "name": {"type": "Property", "value": re.sub("<[^>]*>", "", title) if is_plain else title}, "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": place}},
                  **{pollutant: reading(name, pollutant, moment) for pollutant in POLLUTANTS}} for name, (title, place, _) in STATIONS.items()]
        statuses.append(send("POST", url + "/ngsi-ld/v1/entityOperations/upsert?options=update", batch))
    moments = list(hours_of_year())
    for at in range(0, len(moments), 4000):
        part = moments[at:at + 4000]
        statuses.append(send("POST", temporal, {"id": station("harbour"), "type": TYPE, "pm10": [
            {"type": "Property", "value": of_year(one), "unitCode": "GQ", "observedAt": iso(one)} for one in part]}))
        statuses.append(send("POST", temporal, {"id": station("harbour"), "type": TYPE, "o3": [
            {"type": "Property", "value": round(2.5 * of_year(one), 2), "unitCode": "GQ", "observedAt": iso(one)} for one in part]}))
    statuses += [send("POST", entities, forecast(now)), send("POST", entities, alert(now))]
    until = time.monotonic() + 90
    while time.monotonic() < until and not all(exists(entities, result(name)) for name in STATIONS):
        time.sleep(0.3)
    return statuses


def exists(entities, identifier):
    try:
        return bool(read(f"{entities}?id={urllib.parse.quote(identifier)}&limit=1"))
    except OSError:
        return False


def reading(name, pollutant, moment):
    return {"type": "Property", "value": value(name, pollutant, moment), "unitCode": "GQ", "observedAt": iso(moment)}


def forecast(now):
    means = [round(38 + 14 * math.sin(hour / 24 * 2 * math.pi), 1) for hour in range(1, 49)]
    spread = [3 + hour * 0.4 for hour in range(1, 49)]

    def moment(at):
        return {"type": "Property", "value": {"@type": "DateTime", "@value": iso(at)}}

    return {
        "id": f"urn:ngsi-ld:AirQualityForecast:pm25:{TYPE}:AirTest:market", "type": "AirQualityForecast", "refAirQualityObserved": {"type": "Relationship", "object": station("market")},
        "pollutant": {"type": "Property", "value": "PM2.5"}, "dateIssued": moment(now), "validFrom": moment(now), "validTo": moment(now + 48 * HOUR),
        "concentration": {"type": "ListProperty", "valueList": means, "unitCode": "GQ"},
        "concentrationLower": {"type": "ListProperty", "valueList": [round(max(0, mean - wide), 1) for mean, wide in zip(means, spread)], "unitCode": "GQ"},
        "concentrationUpper": {"type": "ListProperty", "valueList": [round(mean + wide, 1) for mean, wide in zip(means, spread)], "unitCode": "GQ"},
        "persistence": {"type": "Property", "value": 41, "unitCode": "GQ"}, "trainedAt": moment(now), "trainedHours": {"type": "Property", "value": 17520},
        "weatherForecast": {"type": "Property", "value": "partlyUsed"}, "weatherForecastHours": {"type": "Property", "value": 40},
        "forecastError": {"type": "JsonProperty", "json": {"horizonHours": [1, 3, 6, 12, 24, 48], "mae": [8.1, 16, 25, 33, 41, 45], "persistenceMae": [8.6, 18, 30, 43, 55, 66],
                                                           "coverage": [0.9, 0.91, 0.9, 0.89, 0.88, 0.88], "hours": 8700}},
    }


def alert(now):
    def moment(at):
        return {"type": "Property", "value": {"@type": "DateTime", "@value": iso(at)}}

    return {
        "id": "urn:ngsi-ld:Alert:AirTest:1", "type": "Alert", "category": {"type": "Property", "value": "environment"}, "subCategory": {"type": "Property", "value": "airPollution"},
        "severity": {"type": "Property", "value": "medium"}, "alertState": {"type": "Property", "value": "raised"}, "validFrom": moment(now - HOUR), "validTo": moment(now + 3 * HOUR),
        "description": {"type": "Property", "value": "Information threshold for ozone: Market. O3 is 190 µg/m³."},
        "refAirQualityObserved": {"type": "Relationship", "object": station("market")},
    }


def go(visit, address):
    visit.page.evaluate("(address) => { location.hash = address; }", address)
    is_there = visit.wait("!document.querySelector('#air').hidden && document.querySelector('#air').getAttribute('aria-busy') === 'false'")
    visit.page.wait_for_timeout(150)  # for frames, in which it is drawn
    return is_there


def settle(visit):
    """Waits until map, chart and calendar have drawn what they were asked."""
    visit.wait("document.querySelector('.view-map')?.dataset.ready === 'true' || document.querySelector('.view-map-box.is-empty')")
    visit.wait("[...document.querySelectorAll('.view-panel:not([hidden]) .view-card:not([hidden])')].every((one) => one.getAttribute('aria-busy') !== 'true')")
    visit.page.wait_for_timeout(400)


def check_air(report, visit, send, look, picture):
    page = visit.page
    answers = []
    asked = []
    page.on("response", lambda response: "/air/map" in response.url and answers.append(response))
    page.on("request", lambda request: "/air/map" in request.url and asked.append(request.url))
    check_overview(report, visit, answers, look, picture)
    check_index(report, visit)
    check_station(report, visit, look, picture)
    check_calendar(report, visit)
    check_time(report, visit, asked, picture)
    check_link(report, visit)
    check_live(report, visit, send)
    report.check("no error in the browser's console", not [error for error in visit.errors if "status of 404" not in error], visit.errors)
    check_without_map(report, visit)
    check_hostile(report, visit)
    page.keyboard.press("Escape")
    visit.wait("document.querySelector('.view-panel').hidden")
    page.keyboard.press("Escape")
    report.check("Escape leaves the page", visit.wait("document.querySelector('#air').hidden"))


def check_empty(report, visit):
    """A Parvis without stations says how the first one comes, and what it says works."""
    page = visit.page
    page.evaluate("() => { location.hash = '#/air'; }")
    report.check("without stations the page explains itself", visit.wait("document.querySelector('#air .view-empty')?.checkVisibility()"))
    status, said = type_in(page.inner_text("#air .command code"), visit.url)
    report.check("the command it shows creates a station", status == "201", said)
    report.check("which is there without a reload", visit.wait("document.querySelectorAll('#air .view-row').length === 1"), page.inner_text("#air"))


def check_overview(report, visit, answers, look, picture):
    page = visit.page
    loaded = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name).filter((name) => /\\/air[a-z]*\\.(js|css)|subscriptions|historypage|chart\\.js/.test(name))")
    report.check("the first view of the city does not load the page", loaded == [], loaded)
    page.click("#nav a[data-page=air]")
    report.check("the page opens with all stations", visit.wait(f"{NAMES}.length === {len(STATIONS)}"), page.evaluate(NAMES))
    settle(visit)
    words = page.evaluate("[...document.querySelectorAll('.view-row .view-word')].map((one) => one.textContent)")
    ranks = [CATEGORIES.index(word) if word in CATEGORIES else -1 for word in words]
    report.check("the worst is first, and a name with markup stays text", page.evaluate(NAMES)[0] == STATIONS["market"][0] and ranks == sorted(ranks, reverse=True) and ranks[0] > ranks[-1], [page.evaluate(NAMES), words])
    report.check("each says its category in words", len(words) == len(STATIONS) and all(word and word != "No value" for word in words), words)
    report.check("with the course of the last day", visit.wait("document.querySelectorAll('.view-row .spark:not([hidden])').length >= 4"))
    report.check("the legend names the categories", all(name in page.inner_text(".view-legend") for name in ("Good", "Fair", "Moderate", "Poor", "Very poor", "Extremely poor")))
    alerts = page.inner_text(".view-alerts")
    report.check("an alert that is raised is told", "1 alert" in alerts and "Information threshold" in alerts, alerts[:80])
    if answers and answers[-1].ok:
        report.check("the field between the stations is drawn and told", visit.wait(f"/Between the stations: .* by /.test({NOTE})"), page.evaluate(NOTE))
    else:
        report.check("without a field the page says why", visit.wait(f"/No field between/.test({NOTE})"), page.evaluate(NOTE))
    rows = visit.saved("Download what is shown as CSV", "#air")
    kinds = [row["type"] for row in rows]
    report.check("what is listed is saved as a table", kinds.count("AirQualityObserved") == len(STATIONS) and kinds.count("AirQualityIndex") >= 3, kinds)
    places = visit.saved("Download what is shown as GeoJSON", "#air")["features"]
    report.check("and as GeoJSON", len(places) >= len(STATIONS) and all(one["geometry"] for one in places), len(places))
    look("the air")
    picture("air")


def check_index(report, visit):
    page = visit.page
    page.locator("#air-pollutant").select_option("no2")
    report.check("a pollutant can be chosen", visit.wait("/pollutant=no2/.test(location.hash) && /NO₂\\s/.test(document.querySelector('.view-what').textContent)"), page.inner_text(".view-row .view-what >> nth=0"))
    page.get_by_label("Uncertainty").check()
    report.check("and the uncertainty in the place of the field", visit.wait("/uncertainty=1/.test(location.hash)"))
    page.get_by_label("Uncertainty").uncheck()
    page.locator("#air-pollutant").select_option("")


def check_station(report, visit, look, picture):
    page = visit.page
    page.focus(".view-row >> nth=0")
    page.keyboard.press("Enter")
    is_open = visit.wait("document.activeElement?.id === 'air-station-title'")
    report.check("Enter on a row opens the station and moves the focus there", is_open, page.inner_text("#air-station-title"))
    settle(visit)
    rows = page.evaluate("document.querySelectorAll('.view-table tbody tr').length")
    report.check("its pollutants are told with their sub-indices", rows == len(POLLUTANTS), rows)
    report.check("with what to do", visit.wait("document.querySelector('.view-advice')?.textContent.length > 20"), page.evaluate("document.querySelector('.view-advice')?.textContent"))
    report.check("the last day is drawn", visit.wait(f"/PM2.5: [\\d.]+ to [\\d.]+/.test({LABEL}) && /CO: .*\\smg/.test({LABEL})"), page.evaluate(LABEL))
    words = page.inner_text(".view-words")
    report.check("the forecast says how far off it was, beside persistence", "6 h ahead by 25" in words and "persistence by 30" in words, words)
    words = page.evaluate("document.querySelector('#air-forecast-title').closest('section').innerText")
    report.check("the forecast says that it knows the weather forecast", "It knows the weather forecast of 40 hours" in words, words)
    fan = page.evaluate("document.querySelector('#air-forecast-title').closest('section').querySelector('.chart-canvas').getAttribute('aria-label')")
    report.check("the fan, persistence and what was measured are in one chart", all(word in fan for word in ("measured: ", "9 times in 10: ", "Persistence")), fan)
    look("a station")
    picture("view-panel")
    page.get_by_role("button", name="7 d").click()
    report.check("another window can be chosen, and is in the address", visit.wait("/range=7d/.test(location.hash)"))


def check_calendar(report, visit):
    page = visit.page
    for zone, offset in (("utc", 0), ("local", visit.offset)):
        go(visit, "#/air?" + urllib.parse.urlencode({"station": station("harbour"), "day": "pm10", "limit": "eu-2024-2881-mean", "zone": zone, "year": YEAR}))
        settle(visit)
        above, valid = expected(45, offset)
        report.check(f"the calendar counts the days above the limit ({zone})", visit.wait(f"(text) => ({COUNT}).startsWith(text)", f"{above} days above the limit in {YEAR}, of {valid} "), f"{above} of {valid}: {page.evaluate(COUNT)}")
    report.check("and says that the limit is breached", "18 allowed" in page.evaluate(COUNT) and "Breached" in page.evaluate(COUNT))
    for zone, offset in (("utc", 0), ("local", visit.offset)):
        go(visit, "#/air?" + urllib.parse.urlencode({"station": station("harbour"), "day": "o3", "limit": "eu-2024-2881-mean8", "zone": zone, "year": YEAR}))
        settle(visit)
        above, valid = expected_eight(120, offset)
        report.check(f"8-hour means are counted by the day they end in ({zone})", visit.wait(f"(text) => ({COUNT}).startsWith(text)", f"{above} days with an 8-hour mean above the limit in {YEAR}, of {valid} "), f"{above} of {valid}: {page.evaluate(COUNT)}")
    report.check("and says that three years decide", "3 years decide" in page.evaluate(COUNT), page.evaluate(COUNT))
    go(visit, "#/air?" + urllib.parse.urlencode({"station": station("harbour"), "day": "pm10", "limit": "eu-2024-2881-mean", "zone": "local", "year": YEAR}))
    settle(visit)
    drawn = page.evaluate("Object.fromEntries(['none', 'few', 'above'].map((state) => [state, document.querySelectorAll(`.air-days [data-state=${state}]`).length]))")
    report.check("days without values and with too few look different", drawn["none"] >= len(GAP) - 1 and drawn["few"] >= len(SPARSE) - 1, drawn)
    page.focus(".air-days")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    said = page.inner_text(".air-day-line")
    report.check("arrows read the days", "mean" in said and ("1 Feb" in said or "Feb 1" in said), said)
    page.get_by_label("Limit", exact=True).select_option("who-2021-mean")
    report.check("another limit counts anew", visit.wait(f"/3 allowed/.test({COUNT})"), page.evaluate(COUNT))
    page.get_by_role("button", name="The year before").click()
    report.check("a year without values says so", visit.wait(f"/^0 days above the limit in {YEAR - 1}, of 0 /.test({COUNT})"), page.evaluate(COUNT))


def check_time(report, visit, asked, picture):
    page = visit.page
    go(visit, "#/air")
    visit.wait(f"{NAMES}.length === {len(STATIONS)}")
    before = page.inner_text(".air-hour")
    asked.clear()
    page.focus(".air-time input[type=range]")
    for _ in range(30):
        page.keyboard.press("ArrowLeft")
    report.check("the slider goes to another hour by key", visit.wait("/at=/.test(location.hash)"), page.inner_text(".air-hour"))
    report.check("which is said", page.inner_text(".air-hour") != before and page.inner_text(".air-time .pill") == "Past")
    visit.wait("document.querySelectorAll('.view-row .view-word').length > 0")
    settle(visit)
    hours = [url for url in asked if "at=" in url]
    report.check("of thirty steps the field is asked for a few times at most", 1 <= len(hours) <= 8, len(hours))
    words = "[...document.querySelectorAll('.view-row .view-word')].map((one) => one.textContent)"
    report.check("the stations have the values of that hour", visit.wait(f"{words}.every((word) => word !== 'No value')"), page.evaluate(words))
    picture("air-past")
    page.get_by_role("button", name="Newest").click()
    report.check("and back to the newest", visit.wait("!/at=/.test(location.hash)"))


def check_link(report, visit):
    page = visit.page
    now = datetime.datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    at = now - 12 * HOUR
    address = "#/air?" + urllib.parse.urlencode({"index": "EAQI", "pollutant": "pm10", "at": iso(at), "station": station("ring"), "range": "30d"})
    go(visit, address)
    settle(visit)
    shown = "[document.querySelector('#air-station-title').textContent, document.querySelector('.air-hour').textContent, document.querySelector('#air-index').value].join()"
    wanted = page.evaluate(shown)
    again = visit.context.new_page()
    again.goto(visit.url + "/" + page.evaluate("location.hash"))
    until = time.monotonic() + 60
    seen = ""
    while time.monotonic() < until and seen != wanted:
        again.wait_for_timeout(200)
        seen = again.evaluate("(() => { try { return %s; } catch { return ''; } })()" % shown)
    report.check("the address opens the same station, hour and index again", seen == wanted and "Ring road" in seen, seen)
    again.close()
    page.bring_to_front()


def check_live(report, visit, send):
    page = visit.page
    go(visit, "#/air?pollutant=pm10")
    visit.wait(f"{NAMES}.length === {len(STATIONS)}")
    now = datetime.datetime.now(UTC)
    fresh = 10 + int(time.time()) % 200 / 10 + 0.05
    change = {pollutant: reading("park", pollutant, now) for pollutant in POLLUTANTS}
    change["pm10"]["value"] = fresh
    send("PATCH", f"{visit.url}/ngsi-ld/v1/entities/{station('park')}/attrs", change)
    rows = "[...document.querySelectorAll('.view-row')].find((row) => /Park/.test(row.textContent))?.textContent ?? ''"
    report.check("a new value appears while the page is open", visit.wait(f"(text) => ({rows}).includes(text)", f"{fresh:.2f}"), page.evaluate(rows))


def check_without_map(report, visit):
    """A server without the map: the page says so, and all else works."""
    page = visit.page
    page.route("**/air/map*", lambda route: route.fulfill(status=404, content_type="application/json", body=json.dumps({"title": "Not Found", "detail": "Nothing is mapped here."})))
    go(visit, "#/air?pollutant=so2")
    report.check("where the server has no field, the page says so in its words", visit.wait(f"/No field between the stations: Nothing is mapped here/.test({NOTE})"), page.evaluate(NOTE))
    page.unroute("**/air/map*")


def check_hostile(report, visit):
    page = visit.page
    for query in ("index=__proto__&pollutant=constructor&at=soon&station=%%%", "index=UK-DAQI&at=9999-12-31T23:00:00Z&station=urn:none&year=1e9&range=toString&limit=x",
                  "index=" + "A" * 500, "at=0001-01-01T00:00:00Z&pollutant=co&uncertainty=1"):
        go(visit, "#/air?" + query)
        page.wait_for_timeout(300)
    report.check("odd addresses open the page all the same", page.evaluate(NAMES) != [] and page.title() != "1" and page.evaluate("document.querySelectorAll('#air b b, #air img').length") == 0)
    broken = [error for error in visit.errors if "status of 40" not in error]
    report.check("and break nothing", not broken, broken)
    go(visit, "#/air?" + urllib.parse.urlencode({"station": station("market")}))


def take_picture(visit, file):
    """The documentation's picture: the map, the stations, and one of them."""
    visit.wait_for_city()
    visit.wait_for_map()
    go(visit, "#/air?" + urllib.parse.urlencode({"pollutant": "pm25"}))
    settle(visit)
    visit.page.wait_for_timeout(800)
    visit.page.screenshot(path=file)
