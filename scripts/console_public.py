"""The part of scripts/console-test that looks at what everybody may see: the site, frames of it, and the page that chooses it."""

import contextlib
import http.server
import json
import threading
import urllib.request

MARKUP = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
KIND = "PublicTest"
TITLE = f"Air of the city {MARKUP}"
SECRET = "telltale"
ROWS = "[...document.querySelectorAll('#table tbody tr')].map((row) => row.textContent)"
LAYER = {
    "title": {"en": TITLE, "fr": f"Air de la ville {MARKUP}"}, "description": {"en": "Fine dust at stations.", "fr": "Particules fines aux stations."}, "type": KIND,
    "attributes": ["name", {"name": "pm10", "label": {"en": "Fine dust", "fr": "Particules fines"}}, "status", "location"], "colourBy": "pm10",
    "licence": "https://creativecommons.org/licenses/by/4.0/", "publisher": {"name": "City", "url": "https://city.example/"}, "contact": {"email": "data@city.example"},
    "updateFrequency": "HOURLY", "themes": ["ENVI"], "keywords": ["air"],
}
STREETS = {**LAYER, "title": "Streets", "type": "RoadSegment", "colourBy": "name", "attributes": ["name", "location"]}
ALERTS = {**LAYER, "title": "Alerts", "type": "Alert", "colourBy": "severity", "capSender": "alerts@city.example",
          "attributes": ["info", "status", "msgType", "dateIssued", "validFrom", "alertState", "severity", "category", "description", "location"]}


def entity(number):
    return {
        "id": f"urn:ngsi-ld:{KIND}:{number}", "type": KIND, "name": {"type": "Property", "value": f"Station {number} {MARKUP if number == 1 else ''}"},
        "pm10": {"type": "Property", "value": 5.5 + number, "unitCode": "GQ", "observedAt": "2026-05-01T10:00:00Z", "providedBy": {"type": "Relationship", "object": f"urn:x:{SECRET}"}},
        "status": {"type": "Property", "value": ["working", "broken", "=1+1"][number % 3]}, "remark": {"type": "Property", "value": SECRET},
        "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [3 + number % 12 * 0.004, 50.6 + number // 12 * 0.003]}},
    }


def prepare(url, send):
    """Stations, an alert and what is published of them; gives the statuses."""
    statuses = [send("POST", url + "/ngsi-ld/v1/entities", entity(number)) for number in range(130)]
    statuses.append(send("POST", url + "/ngsi-ld/v1/entities", {
        "id": "urn:ngsi-ld:Alert:public", "type": "Alert", "alertState": "raised", "dateIssued": "2026-05-01T10:00:00Z", "severity": "high", "category": "environment", "description": f"Dust {MARKUP}",
        "location": {"type": "Point", "coordinates": [3, 50.6]}}))
    statuses.append(send("POST", url + "/ngsi-ld/v1/entities", {
        "id": "urn:ngsi-ld:RoadSegment:public", "type": "RoadSegment", "name": {"type": "Property", "value": "Quay Street"},
        "location": {"type": "GeoProperty", "value": {"type": "LineString", "coordinates": [[2.99, 50.59], [3.02, 50.615], [3.05, 50.63]]}}}))
    return statuses + [send("PUT", f"{url}/admin/publications/{name}", layer) for name, layer in (("air", LAYER), ("alerts", ALERTS), ("streets", STREETS))]


@contextlib.contextmanager
def other_site(pages):
    """Somebody's site on an origin of its own: `{path: html}`."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = pages.get(self.path, "").encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def read(address):
    with urllib.request.urlopen(address, timeout=20) as answer:
        return answer.headers, answer.read().decode()


def check_site(report, visit, look, picture):
    """The site, with its script."""
    page = visit.page
    asked = []
    page.on("response", lambda answer: asked.append((answer.url, answer.status)))
    page.goto(visit.url + "/public/?layer=air&lang=en")
    report.check("the site opens", visit.wait("document.body.dataset.ready === 'true'"))
    drawn = visit.wait("document.body.dataset.map !== undefined") and page.get_attribute("body", "data-map") == "drawn"
    report.check("the map is drawn", drawn, page.get_attribute("body", "data-map"))
    report.check("on the streets that are published", any("/public/tiles/streets/" in address and status == 200 for address, status in asked), asked)
    report.check("titles are texts, whatever they hold", MARKUP in page.inner_text("h1") and "Air of the city" in page.title())
    report.check("a hundred of the stations are listed, with value and unit", page.evaluate(f"{ROWS}.length === 100 && {ROWS}[0].includes('5.5\\u00a0µg/m³')"), page.evaluate(f"{ROWS}[0]"))
    report.check("the legend tells the colours", page.locator(".legend li").count() > 2)
    look("the site")
    picture("public")
    page.fill("#search", "working")
    report.check("a search finds words among all entities", visit.wait(f"{ROWS}.length === 44"), page.evaluate(f"{ROWS}.length"))
    page.fill("#search", "station 129 134.5")
    visit.wait(f"{ROWS}.length === 1")
    page.focus("#table tbody button")
    page.keyboard.press("Enter")
    panel = "document.querySelector('#panel').innerText"
    report.check("a key opens the panel, which tells the value in words", visit.wait(f"!document.querySelector('#panel').hidden && /Fine dust/.test({panel}) && /134.5\\u00a0µg/.test({panel}) && /measured/.test({panel})"), page.evaluate(panel))
    report.check("the focus is in it", page.evaluate("document.activeElement.closest('#panel') !== null"))
    look("the panel")
    picture("public-panel")
    page.keyboard.press("Escape")
    report.check("Escape closes it and gives the focus back", page.evaluate("document.querySelector('#panel').hidden && document.activeElement.closest('tr') !== null"))
    about = page.inner_text("#about")
    report.check("licence, publisher and data are told", all(word in about for word in ("creativecommons.org", "City", "hourly", "CSV", "GeoJSON", "NGSI-LD")), about)
    page.click(".languages a[lang=fr]")
    report.check("French is a click away", visit.wait("document.documentElement.lang === 'fr' && document.body.dataset.ready === 'true'") and "Particules fines" in page.inner_text("#table thead"))
    report.check("no cookie is set", page.context.cookies() == [])


def check_plain(report, chromium, url):
    """Without a script there is the table, page by page."""
    context = chromium.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    page.goto(url + "/public/")
    report.check("without a script there is a table in the reader's language", page.locator("#table tbody tr").count() == 100 and "Particules fines" in page.inner_text("#table thead"))
    page.click(".more a")
    report.check("and its next page", page.locator("#table tbody tr").count() == 30, page.locator("#table tbody tr").count())
    context.close()


def check_frames(report, chromium, url, picture_of):
    """The embedded form may stand in a frame on any site, the site and the console may not."""
    def frame(path):
        return f'<!doctype html><html lang="en"><title>Blog</title><h1>Our street</h1><iframe src="{url}{path}" title="city" width="100%" height="600"></iframe>'

    with other_site({"/embed": frame("/public/embed?layer=air"), "/site": frame("/public/"), "/console": frame("/")}) as site:
        for path, may in (("/embed", True), ("/site", False), ("/console", False)):
            context = chromium.new_context(viewport={"width": 900, "height": 800})
            page = context.new_page()
            page.goto(site + path)
            page.wait_for_timeout(1500)
            inner = page.frames[1] if len(page.frames) > 1 else None
            shown = False
            for _ in range(100):
                with contextlib.suppress(Exception):
                    shown = inner.evaluate("document.querySelector('#table tbody tr, #search') !== null")
                if shown or not may:
                    break
                page.wait_for_timeout(200)
            report.check(f"{path[1:]} {'is shown' if may else 'is not shown'} in a frame of another site", shown == may, shown)
            if may:
                page.wait_for_timeout(1500)
                picture_of(page, "public-embed")
            context.close()


def check_data(report, url):
    """What leaves by each way."""
    for path in ("layers", "layers/air.geojson", "layers/air.geojson?format=normalized", "layers/air.csv", "layers/air.jsonld", "catalogue.ttl", "catalogue.jsonld", "alerts.atom",
                 "alerts/urn:ngsi-ld:Alert:public.cap.xml", "tiles/air.json", "?layer=air", "embed?layer=air"):
        headers, text = read(f"{url}/public/{path}")
        report.check(f"/public/{path} may be read from any page and holds nothing that is not published",
                     headers["Access-Control-Allow-Origin"] == "*" and SECRET not in text and "remark" not in text and headers["Set-Cookie"] is None)
    _, text = read(f"{url}/public/layers/air.csv")
    report.check("a table has no formulas", "\"'=1+1\"" in text and ",=1" not in text)
    geojson = json.loads(read(f"{url}/public/layers/air.geojson?limit=50")[1])
    report.check("pages link to the next", len(geojson["features"]) == 50 and geojson["links"][0]["rel"] == "next")


def check_publish(report, visit, send, look, picture):
    """The console's page: what is published, the form, the frame, taking back."""
    page = visit.page
    page.goto(visit.url + "/#/publish")
    page.reload()
    items = "[...document.querySelectorAll('.publish-item')].map((one) => one.dataset.id)"
    report.check("what is published is listed", visit.wait(f"{items}.includes('air') && {items}.includes('alerts')"), page.evaluate(items))
    look("the list of publications")
    picture("publish")
    page.locator(".publish-item[data-id=air]").get_by_role("button", name="Look at it").click()
    page.wait_for_selector(".publish-frame iframe")
    frame = page.frame_locator(".publish-frame iframe")
    frame.locator("#table tbody tr").first.wait_for()
    report.check("it is shown as everybody sees it", frame.locator("#table tbody tr").count() == 100)
    report.check("with what to paste into another site", "<iframe src=" in page.input_value("#publish-snippet") and "/public/embed?layer=air" in page.input_value("#publish-snippet"))
    visit.wait("document.documentElement.dataset.loaded === 'true'")
    page.goto(visit.url + "/#/publish/new")
    page.get_by_label("Type of entities").select_option(KIND)
    page.get_by_label("Title in English").fill("Stations new")
    page.get_by_label("Description in English").fill("Stations")
    page.get_by_label("Published by").fill("City")
    boxes = page.locator(".publish-attributes label")
    ticked = page.evaluate("[...document.querySelectorAll('.publish-attributes label')].filter((one) => one.querySelector('input').checked).map((one) => one.textContent.trim())")
    report.check("at first only name and place are ticked", sorted(ticked) == ["location", "name"], ticked)
    report.check("sub-attributes are said to stay", "providedBy" in boxes.filter(has_text="pm10").inner_text())
    seen = "document.querySelector('.publish-seen').innerText"
    report.check("the preview shows what leaves", visit.wait(f"/Station 0/.test({seen}) && !/{SECRET}/.test({seen}) && !/pm10/.test({seen})"), page.evaluate(seen)[:300])
    boxes.filter(has_text="pm10").locator("input").check()
    report.check("and follows the ticks", visit.wait(f"/pm10/.test({seen}) && !/providedBy/.test({seen})"))
    ticks = [boxes.filter(has_text=name).first.locator("input") for name in ("name", "location", "pm10")]
    for tick in ticks:
        tick.uncheck()
    report.check("without a tick it says what to do, and asks nothing", visit.wait(f"/tick the attributes/.test({seen})"), page.evaluate(seen))
    for tick in ticks:
        tick.check()
    visit.wait(f"/pm10/.test({seen})")
    look("the form of a publication")
    picture("publish-form")
    page.get_by_role("button", name="Publish", exact=True).click()
    report.check("it is published under its name", visit.wait(f"{items}.includes('stations-new')"), page.evaluate(items))
    report.check("and read by everybody", "pm10" in read(visit.url + "/public/layers/stations-new.csv")[1])
    item = page.locator(".publish-item[data-id=stations-new]")
    item.get_by_role("button", name="Take back at once").click()
    report.check("taking back is asked about first, and not doing it is nearest", visit.wait("document.activeElement.textContent === 'Leave it published'") and "Stations new" in item.get_by_role("alertdialog").inner_text())
    look("the question before taking back")
    page.keyboard.press("Escape")
    report.check("Escape leaves it", item.get_by_role("alertdialog").is_hidden() and page.evaluate("document.activeElement.textContent") == "Take back at once" and page.evaluate("location.hash") == "#/publish"
                 and send("GET", visit.url + "/public/layers/stations-new.csv") == 200)
    page.keyboard.press("Enter")
    item.get_by_role("button", name="Take it back", exact=True).click()
    visit.wait(f"!{items}.includes('stations-new')")
    report.check("taken back it is gone at once", send("GET", visit.url + "/public/layers/stations-new.csv") == 404)


def take_picture(visit, file):
    page = visit.page
    page.goto(visit.url + "/public/?layer=air&lang=en")
    visit.wait("document.body.dataset.map !== undefined")
    page.wait_for_timeout(2000)
    page.screenshot(path=file)
