"""The part of scripts/console-test that puts a board together, shows it, prints it and hangs it on a wall."""

import json
import urllib.parse
import urllib.request

STATION = "urn:ngsi-ld:BoardTest:station"
BROKEN = "urn:ngsi-ld:Board:broken"
HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script>'


def prop(value, **more):
    return {"type": "Property", "value": value, **more}


def boards(url):
    with urllib.request.urlopen(url + "/ngsi-ld/v1/entities?type=Board&limit=1000", timeout=10) as answer:
        return json.load(answer)


def prepare(url, send):
    """A station, and a board whose layout is nonsense."""
    entities = url + "/ngsi-ld/v1/entities"
    for one in [STATION, *(board["id"] for board in boards(url))]:
        send("DELETE", f"{entities}/{urllib.parse.quote(one, safe='')}")
    layout = {"tiles": [
        {"kind": "number", "entity": 5, "attribute": {"a": 1}, "width": 1e9}, {"kind": "__proto__"}, {"kind": "constructor"}, None, "tile", {"kind": "text", "text": HOSTILE, "title": HOSTILE * 50},
        {"kind": "chart", "series": [{"entity": "urn:ngsi-ld:None:1", "attribute": "x"}, 7], "range": "<b>"}, {"kind": "table", "type": "None", "attributes": [HOSTILE, 3]}, {"kind": "map", "types": "all"}] + [{"kind": "text"}] * 100}
    return [
        send("POST", entities, {"id": STATION, "type": "BoardTest", "name": prop("Board station"), "warmth": prop(21.5, unitCode="CEL"), "mode": prop("calm"),
                                "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [-1.96, 47.15]}}}),
        send("POST", entities, {"id": BROKEN, "type": "Board", "name": prop(HOSTILE * 20), "layout": {"type": "JsonProperty", "json": layout}}),
    ]


def go(visit, address):
    visit.page.evaluate("(address) => { location.hash = address; }", address)


def check_boards(report, visit, look, picture, has_map, is_wide):
    check_broken(report, visit, look, picture)
    make_board(report, visit, look, picture, has_map)
    check_shown(report, visit, look, picture, has_map)
    check_conflict(report, visit)
    check_wall(report, visit, look, picture)
    check_paper(report, visit, picture)
    check_deletion(report, visit)


def check_broken(report, visit, look, picture):
    page = visit.page
    go(visit, "#/boards")
    visit.wait("document.querySelector('.board-row') !== null")
    look("the list of boards")
    page.locator(".board-row").click()
    report.check("of a broken layout what makes sense is shown", visit.wait("document.querySelectorAll('.board-cell').length === 36"), page.locator(".board-cell").count())
    report.check("and nothing of it runs", page.evaluate("document.querySelectorAll('#boards img, #boards script').length") == 0 and page.title() not in ("1", "2"))
    look("a broken board")
    picture("board-broken")


def make_board(report, visit, look, picture, has_map):
    page = visit.page
    go(visit, "#/boards")
    page.get_by_role("button", name="New board").click()
    report.check("a new board opens to be changed", visit.wait("document.querySelector('.board-bar:not([hidden]) input') !== null"))
    page.get_by_label("Name of the board").fill("Harbour")
    add = page.get_by_label("Add a tile")
    add.select_option("number")
    page.get_by_role("button", name="Choose a number").click()
    page.keyboard.type("Board station warmth")
    page.keyboard.press("Enter")
    report.check("a number is chosen by words", visit.wait("/21.5/.test(document.querySelector('.tile-value')?.textContent)"), page.locator(".tile-form").inner_text())
    look("the form of a tile")
    picture("board-edit")
    page.get_by_role("button", name="Done").click()
    add.select_option("chart")
    page.get_by_role("button", name="Add a number").click()
    page.keyboard.type("Board station warmth")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Done").click()
    add.select_option("table")
    page.get_by_label("Type of entities").select_option("BoardTest")
    page.locator(".tile-form .form-chip", has_text="warmth").click()
    page.locator(".tile-form .form-chip", has_text="mode").click()
    page.get_by_role("button", name="Done").click()
    add.select_option("map")
    page.locator(".tile-form .form-chip", has_text="BoardTest").click()
    page.get_by_role("button", name="Done").click()
    add.select_option("text")
    page.get_by_role("textbox", name="Text", exact=True).fill(f"Who is on duty: team 2\n\n{HOSTILE}")
    page.get_by_role("button", name="Done").click()
    page.get_by_role("button", name="Earlier: Text, tile 5").press("Enter")
    report.check("a tile is moved by keyboard, and keeps the focus", visit.wait("document.activeElement.getAttribute('aria-label') === 'Earlier: Text, tile 4'"), page.evaluate("document.activeElement.getAttribute('aria-label')"))
    page.get_by_role("button", name="Save").click()
    report.check("the board is saved", visit.wait("document.querySelector('.board-bar').hidden && document.querySelector('#boards-title').textContent === 'Harbour'"))
    stored = next(board for board in boards(visit.url) if board["name"]["value"] == "Harbour")
    kinds = [tile["kind"] for tile in stored["layout"]["json"]["tiles"]]
    report.check("as an entity with its layout", kinds == ["number", "chart", "table", "text", "map"], kinds)


def check_shown(report, visit, look, picture, has_map):
    page = visit.page
    visit.send("POST", f"{visit.url}/ngsi-ld/v1/entities/{STATION}/attrs", {"warmth": prop(23.25, unitCode="CEL")})
    report.check("its number is alive", visit.wait("document.querySelector('.tile-value').textContent === '23.25\\u00a0°C'"), page.inner_text(".tile-value"))
    report.check("its table too", visit.wait("[...document.querySelectorAll('.tile-table td')].some((one) => one.textContent === '23.25\\u00a0°C')"))
    report.check("its chart has values", visit.wait("/values, each shown/.test(document.querySelector('.tile.is-chart')?.textContent)"), page.inner_text(".tile.is-chart"))
    report.check("markup in a text stays text", page.evaluate("document.querySelectorAll('#boards img').length") == 0 and "onerror" in page.inner_text(".tile.is-text"))
    if has_map:
        report.check("its map is drawn", visit.wait("document.querySelector('.tile-map .view-map')?.dataset.ready === 'true'"))
        page.locator(".tile-map").scroll_into_view_if_needed()
        box = page.locator(".tile-map").bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2 + 2, box["y"] + box["height"] / 2 + 2)
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        report.check("and names what is under the pointer", visit.wait("document.querySelector('.tile-map .map-tip:not([hidden]) b')?.textContent === 'Board station'"))
    rows = visit.saved("Download what is shown as CSV", "#boards")
    report.check("the entities on a board are saved as a table", STATION in [row["id"] for row in rows] and rows[0]["type"] != "Board", rows[:3])
    look("a board")
    picture("board")
    address = page.evaluate("location.hash")
    page.reload()
    visit.wait("document.documentElement.dataset.loaded === 'true'")
    report.check("its address opens it again", visit.wait("document.querySelectorAll('.board-cell').length === 5") and page.evaluate("location.hash") == address)


def check_conflict(report, visit):
    page = visit.page
    stored = next(board for board in boards(visit.url) if board["name"]["value"] == "Harbour")
    page.get_by_role("link", name="Change").click()
    visit.wait("document.querySelector('.board-bar:not([hidden]) input') !== null")
    page.get_by_role("button", name="Remove: Text, tile 4").click()
    layout = stored["layout"]["json"]
    visit.send("POST", f"{visit.url}/ngsi-ld/v1/entities/{stored['id']}/attrs", {"layout": {"type": "JsonProperty", "json": {**layout, "tiles": layout["tiles"][:2]}}})
    page.get_by_role("button", name="Save").click()
    report.check("what somebody else changed meanwhile is told", visit.wait("/Somebody else/.test(document.querySelector('.board .notice:not([hidden])')?.textContent)"))
    page.get_by_role("button", name="Save").click()
    report.check("and yours takes its place when you want", visit.wait("document.querySelector('.board-bar').hidden && document.querySelectorAll('.board-cell').length === 4"))


def check_wall(report, visit, look, picture):
    page = visit.page
    page.get_by_role("link", name="Wall").click()
    report.check("the wall has nothing but the board", visit.wait("document.body.classList.contains('is-wall')") and page.evaluate("getComputedStyle(document.querySelector('.bar')).display") == "none")
    visit.wait("document.querySelectorAll('.board-cell').length === 4")
    page.wait_for_timeout(1200)
    boxes = [one.bounding_box() for one in page.locator(".tile").all()]
    is_tall = visit.page.viewport_size["width"] < 700
    lowest = max(box["y"] + box["height"] for box in boxes)
    report.check("its tiles fill the screen", all(box["height"] > 100 for box in boxes) and (is_tall or visit.page.viewport_size["height"] - 40 < lowest <= visit.page.viewport_size["height"]), boxes)
    cut = page.evaluate("[...document.querySelectorAll('.tile-value')].filter((one) => one.scrollWidth > one.clientWidth || one.parentElement.scrollHeight > one.parentElement.clientHeight).map((one) => one.textContent)")
    report.check("no number on it is cut off", cut == [], cut)
    look("the wall")
    picture("board-wall")
    page.keyboard.press("Escape")
    report.check("Escape leaves it", visit.wait("!document.body.classList.contains('is-wall') && document.querySelectorAll('.board-cell').length === 4"))
    ids = [board["id"] for board in boards(visit.url)]
    go(visit, "#/boards/wall?" + urllib.parse.urlencode([("b", one) for one in ids] + [("every", "5")]))
    visit.wait("document.querySelector('#boards-title').textContent.length > 0")
    first = page.inner_text("#boards-title")
    report.check("several boards follow one another", visit.wait("(first) => document.querySelector('#boards-title').textContent !== first", first))
    page.keyboard.press("Escape")


def check_paper(report, visit, picture):
    page = visit.page
    stored = next(board for board in boards(visit.url) if board["name"]["value"] == "Harbour")
    go(visit, "#/boards/board/" + urllib.parse.quote(stored["id"], safe=""))
    visit.wait("document.querySelectorAll('.board-cell').length === 4")
    page.emulate_media(media="print")
    hidden = page.evaluate("['.bar', '.boards-head .button'].every((one) => getComputedStyle(document.querySelector(one)).display === 'none')")
    report.check("on paper there are tiles and no buttons", hidden and page.locator(".tile").first.is_visible())
    picture("board-paper")
    page.emulate_media(media="screen")


def check_deletion(report, visit):
    page = visit.page
    stored = next(board for board in boards(visit.url) if board["name"]["value"] == "Harbour")
    page.get_by_role("button", name="Delete").click()
    report.check("a board is deleted", visit.wait("document.querySelector('.undo') !== null && ![...document.querySelectorAll('.board-row')].some((one) => /Harbour/.test(one.textContent))"))
    go(visit, "#/boards/board/" + urllib.parse.quote(stored["id"], safe=""))
    report.check("the page of a deleted board explains itself", visit.wait("/not there/.test(document.querySelector('#boards .view-empty:not([hidden])')?.textContent)"))
    page.get_by_role("button", name="Undo").click()
    report.check("and opens it when it is put back", visit.wait("document.querySelectorAll('.board-cell').length === 4"))


def take_picture(visit, send, file):
    """The picture of docs/console.md: a board of the sample city."""
    page = visit.page
    visit.wait_for_city()
    entities = visit.url + "/ngsi-ld/v1/entities"
    with urllib.request.urlopen(entities + "?type=AirQualityObserved&limit=3", timeout=10) as answer:
        stations = [one["id"] for one in json.load(answer)]
    tiles = [{"kind": "number", "entity": stations[0], "attribute": "pm25"}, {"kind": "number", "entity": stations[1], "attribute": "no2"},
             {"kind": "text", "title": "On duty", "text": "Team 2, until 20:00\n\nBad air: call the port first.", "width": 6},
             {"kind": "chart", "title": "Fine dust", "range": "24h", "series": [{"entity": one, "attribute": "pm25"} for one in stations]}, {"kind": "map", "types": ["Vehicle", "AirQualityObserved"], "width": 6, "height": 2},
             {"kind": "table", "type": "AirQualityObserved", "attributes": ["pm25", "pm10", "no2"], "order": "pm25", "width": 12, "height": 2}]
    board = "urn:ngsi-ld:Board:harbour"
    send("DELETE", f"{entities}/{board}")
    send("POST", entities, {"id": board, "type": "Board", "name": prop("Harbour"), "layout": {"type": "JsonProperty", "json": {"tiles": tiles}}})
    go(visit, "#/boards/board/" + urllib.parse.quote(board, safe=""))
    visit.wait("document.querySelector('.tile-map .view-map')?.dataset.ready === 'true'")
    page.wait_for_timeout(8000)
    page.screenshot(path=file)
