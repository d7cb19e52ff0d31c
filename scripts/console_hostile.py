"""The part of scripts/console-test that opens every page on a city of hostile entities.

They have markup in every text, very long names, numbers and coordinates beyond all bounds, values of wrong kinds, and ids
that are awkward in addresses. No page may run any of it, stop, or become wider than its window.
"""

import urllib.parse

MARKUP = '<img src=x onerror="document.title=1"><script>document.title=2</script>"\'`${1}</textarea></style>'
LONG = "Very-long-name-without-a-place-to-break" * 60
TYPES = ["AirQualityObserved", "TrafficFlowObserved", "RoadSegment", "SignalizedIntersection", "Alert", "AlertRule", "Board", "HostileTest"]
PAGES = ["#/", "#/alerts", "#/alerts/cleared", "#/alerts/rules", "#/alerts/new", "#/air", "#/traffic", "#/boards", "#/history", "#/subscriptions", "#/operations", "#/entities/new?type=HostileTest"]


def prop(value, **more):
    return {"type": "Property", "value": value, **more}


def entities():
    """Three of each type: markup everywhere, everything long, everything of a wrong kind."""
    point = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [-1.96, 47.15]}}
    for kind in TYPES:
        number = prop(1e308, unitCode=MARKUP, observedAt="9999-12-31T23:59:59Z", accuracy=prop(MARKUP))
        common = {"type": kind, "location": point, "pm25": number, "intensity": prop(-1e308), "alertSource": {"type": "Relationship", "object": "urn:x:" + "a" * 900}}
        yield {**common, "id": f"urn:ngsi-ld:{kind}:markup%3Cb%3E:{kind.lower()}", "name": prop(MARKUP), "description": prop(MARKUP), "severity": prop(MARKUP), "alertState": prop("raised"), "category": prop(MARKUP),
               "subCategory": prop(MARKUP), "ruleState": prop(MARKUP), "mutedUntil": prop(MARKUP), "acknowledgedNote": prop(MARKUP), "levelOfService": prop(MARKUP), "refRoadSegment": {"type": "Relationship", "object": "urn:ngsi-ld:RoadSegment:none"},
               "condition": {"type": "JsonProperty", "json": {"entities": {"type": MARKUP, "id": [MARKUP, 3]}, "tests": [{"kind": MARKUP}, {"kind": "threshold", "attribute": MARKUP, "comparison": MARKUP, "value": MARKUP}], "for": MARKUP}},
               "notify": {"type": "JsonProperty", "json": [{"channel": MARKUP, "uri": MARKUP}, {"channel": 5}]}, "layout": {"type": "JsonProperty", "json": {"tiles": [{"kind": "text", "text": MARKUP}]}},
               "ruleStatus": {"type": "JsonProperty", "json": {"state": "refused", "reason": MARKUP}}, "info": {"type": "JsonProperty", "json": [{"language": "en", "headline": MARKUP, "description": MARKUP}]}}
        yield {**common, "id": f"urn:ngsi-ld:{kind}:{'long' * 200}", "name": prop(LONG), "description": prop(LONG), "severity": prop(LONG), "alertState": prop("raised"), "validFrom": prop("0000-00-00"), "ruleState": prop("on")}
        yield {**common, "id": f"urn:ngsi-ld:{kind}:wrong", "name": prop([1, [2]]), "description": prop({"a": {"b": 1}}), "severity": prop(5), "alertState": prop({"a": 1}), "condition": prop("none"), "notify": prop(7), "layout": prop("x"),
               "activeTimes": {"type": "JsonProperty", "json": [{"days": "mon", "from": 7}, {"days": [None, 5]}]}, "escalation": {"type": "JsonProperty", "json": {"after": 3, "notify": 3}}, "pm25": prop("a text"), "acknowledged": prop("yes"), "ruleState": prop(True)}


def prepare(url, send):
    statuses = []
    for one in entities():
        send("DELETE", f"{url}/ngsi-ld/v1/entities/{urllib.parse.quote(one['id'], safe='')}")
        statuses.append(send("POST", url + "/ngsi-ld/v1/entities", one))
    return statuses


def smuggle(page):
    """Adds to what the broker answers entities that none should store: the page believes nobody."""
    def answer(route):
        response = route.fetch()
        body = response.json()
        if isinstance(body, list):
            body += [{"id": "urn:ngsi-ld:Odd:1", "type": "Odd", "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [1e9, -1e9]}}, "n": prop(10 ** 400)},
                     {"id": "urn:ngsi-ld:Odd:2", "type": "Odd", "location": {"type": "GeoProperty", "value": {"type": "Polygon", "coordinates": [[[None, 0], [400, 0], ["x", None]]]}}},
                     {"id": "urn:ngsi-ld:Odd:3", "type": [MARKUP, "constructor"], "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": []}}, "name": {"type": "Property"}},
                     {"id": "urn:ngsi-ld:Odd:4", "type": "Odd", "name": {"type": "LanguageProperty", "languageMap": None}, "link": {"type": "Relationship", "object": [None, 5, MARKUP]}},
                     {"id": MARKUP, "type": "Odd", "name": prop(MARKUP)}, {"id": "urn:ngsi-ld:Odd:5"}]
        route.fulfill(response=response, json=body)

    page.route(lambda address: "/ngsi-ld/v1/entities?local=true" in address, answer)


def check_hostile(report, visit, overflowing, picture):
    page = visit.page
    page.route("**/admin/rules**", lambda route: route.fulfill(content_type="application/json", body='[{"id": 5}, null, {"id": "urn:ngsi-ld:AlertRule:wrong", "channels": [null, 4]}]'))
    smuggle(page)
    page.reload()
    report.check("the list comes", visit.wait("document.documentElement.dataset.loaded === 'true'") and visit.wait("document.querySelectorAll('.row:not([hidden])').length > 0"))
    places = [*PAGES, *("#/entity/" + urllib.parse.quote(one["id"], safe="") for one in entities() if one["type"] in ("Alert", "HostileTest")),
              *("#/entity/" + urllib.parse.quote(one, safe="") for one in ("urn:ngsi-ld:Odd:1", "urn:ngsi-ld:Odd:3", "urn:ngsi-ld:Odd:4", MARKUP)),
              *(f"#/alerts/rule/{urllib.parse.quote(one['id'], safe='')}" for one in entities() if one["type"] == "AlertRule"),
              *(f"#/boards/board/{urllib.parse.quote(one['id'], safe='')}" for one in entities() if one["type"] == "Board"),
              "#/entity/%E0%A4%A", "#/alerts/rule/%E0%A4%A", "#/boards/board/%", "#/boards/wall?b=<b>&every=x", "#/alerts/new?type=<b>&attribute=__proto__&entity=<b>"]
    for place in places:
        seen = len(visit.errors)
        page.evaluate("(address) => { location.hash = address; }", place)
        page.wait_for_timeout(700)
        name = place if len(place) < 70 else place[:60] + "…"
        runs = page.evaluate("document.querySelectorAll('main img, main script, .undo img').length") > 0 or page.title() in ("1", "2")
        wide = page.evaluate(overflowing) if not page.evaluate("document.body.classList.contains('is-wall')") else []
        is_wide = page.evaluate("document.scrollingElement.scrollWidth > innerWidth")
        is_there = page.evaluate("[...document.querySelectorAll('#browser, .page')].some((one) => one.checkVisibility() && one.textContent.trim().length > 10)")
        errors = [text for text in visit.errors[seen:] if "Failed to load resource" not in text]
        report.check(f"{name} stands", is_there and not runs and not wide and not is_wide and not errors, "" if is_there and not runs and not wide and not is_wide and not errors else [runs, wide[:3], is_wide, is_there, errors[:2]])
    picture("hostile")
