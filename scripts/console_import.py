"""The part of scripts/console-test that imports files - a table, GeoJSON, a transit feed -, undoes them, and changes many entities."""

import io
import json
import os
import pathlib
import tempfile
import urllib.error
import urllib.parse
import urllib.request
import zipfile

HOSTILE = '=HYPERLINK("x")<img src=x onerror="document.title=1">'
TABLE = "code;Libellé;NO2 (µg/m³);latitude;longitude;E-mail;note\n" + "".join(
    f"S{number};Station {number};{number},5;{47.15 + number / 1000:.3f};{-1.96 + number / 1000:.3f};a@b.example;".replace(".", ",").replace("a@b,example", "a@b.example")
    + (HOSTILE.replace('"', '""').join('""') if number == 1 else "calm") + "\n" for number in range(1, 41))
PREFIX = "urn:ngsi-ld:AirQualityObserved:S"


def entity(url, identifier):
    try:
        with urllib.request.urlopen(f"{url}/ngsi-ld/v1/entities/{urllib.parse.quote(identifier, safe='')}", timeout=10) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refusal:
        return {"status": refusal.code}


def forget_all(url, send):
    """Undoes and forgets every import, and deletes what the part itself brings in."""
    with urllib.request.urlopen(url + "/admin/imports", timeout=10) as answer:
        for one in json.load(answer):
            if one["counts"]["batches"] and one["status"] != "undone":
                send("POST", f"{url}/admin/imports/{one['id']}/undo", {"force": True})
            for _ in range(200):
                if send("DELETE", f"{url}/admin/imports/{one['id']}") != 409:
                    break


def prepare(url, send):
    forget_all(url, send)
    for one in (PREFIX + "2", PREFIX + "1"):
        send("DELETE", f"{url}/ngsi-ld/v1/entities/{one}")
    return [send("POST", url + "/ngsi-ld/v1/entities", {"id": PREFIX + "2", "type": "AirQualityObserved", "name": {"type": "Property", "value": "Before"}})]


def go(visit, address):
    visit.page.evaluate("(address) => { location.hash = address; }", address)


def files(folder):
    features = [{"type": "Feature", "id": f"t{number}", "geometry": {"type": "Point", "coordinates": [-1.95 + number / 500, 47.14]}, "properties": {"species": "oak", "height": 3.5 * number}} for number in range(1, 6)]
    feed = io.BytesIO()
    with zipfile.ZipFile(feed, "w") as archive:
        archive.writestr("agency.txt", "agency_id,agency_name,agency_url,agency_timezone\nA,Town Bus,https://bus.example,Europe/Paris\n")
        archive.writestr("stops.txt", "stop_id,stop_name,stop_lat,stop_lon\nS1,Quay,47.15,-1.96\nS2,Hill,47.16,-1.95\n")
        archive.writestr("routes.txt", "route_id,agency_id,route_short_name,route_long_name,route_type\nR1,A,1,Quay to Hill,3\n")
        archive.writestr("trips.txt", "route_id,service_id,trip_id\nR1,C,T1\n")
        archive.writestr("stop_times.txt", "trip_id,arrival_time,departure_time,stop_id,stop_sequence\nT1,08:00:00,08:00:00,S1,1\nT1,08:10:00,08:10:00,S2,2\n")
        archive.writestr("calendar.txt", "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,end_date\nC,1,1,1,1,1,0,0,20260101,20261231\n")
    found = {"air.csv": TABLE.encode(), "trees.geojson": json.dumps({"type": "FeatureCollection", "features": features}).encode(), "townbus.zip": feed.getvalue(), "broken.csv": b"a,a\n1,2\n", "trees.csv": "code;nom;hauteur\nA;Chêne;1,5\nB;Orée;2,5\n".encode("cp1252")}
    for name, content in found.items():
        (pathlib.Path(folder) / name).write_bytes(content)
    return {name: os.path.join(folder, name) for name in found}


def check_import(report, visit, look, picture, has_map):
    with tempfile.TemporaryDirectory() as folder:
        paths = files(folder)
        check_table(report, visit, look, picture, has_map, paths["air.csv"])
        check_undo(report, visit, look, picture)
        check_reading(report, visit, look, picture, paths["trees.csv"])
        check_others(report, visit, look, picture, paths)
        check_change(report, visit, look, picture)
        check_list(report, visit, look, picture)
        check_drop(report, visit, look, picture, paths)


def choose(visit, path):
    go(visit, "#/import")
    visit.wait("document.querySelector('#import .import-file') !== null")
    visit.page.locator("#import .import-file").set_input_files(path)


def drag(visit, paths, place, kinds):
    """Drags files of the system over the page as a hand does, by the browser's own events: `kinds` one after the other."""
    session = visit.page.context.new_cdp_session(visit.page)
    for kind in kinds:
        session.send("Input.dispatchDragEvent", {"type": kind, "x": place[0], "y": place[1], "data": {"items": [], "files": paths, "dragOperationsMask": 1}})
    session.detach()


DROP = ("dragEnter", "dragOver", "drop")


def middle(visit, selector):
    box = visit.page.locator(selector).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def title_is(visit, text):
    return visit.wait("(text) => document.querySelector('#import-result-title')?.textContent === text", text)


def check_table(report, visit, look, picture, has_map, path):
    page = visit.page
    go(visit, "#/import")
    visit.wait("document.querySelector('.import-drop') !== null")
    look("the page of imports")
    picture("import")
    choose(visit, path)
    report.check("a file comes up, and its columns are told", visit.wait("document.querySelectorAll('.import-column').length === 7"), page.inner_text("#import"))
    roles = page.evaluate("[...document.querySelectorAll('.import-column select')].map((one) => one.value)")
    report.check("each as it is", roles == ["id", "text", "number", "latitude", "longitude", "ignore", "text"], roles)
    report.check("with unit and type of the Smart Data Models", page.input_value("[aria-label^='Unit of NO2']") == "GQ" and page.get_by_label("Type of the entities").input_value() == "AirQualityObserved")
    report.check("what tells of persons is left out, and said", "persons" in page.inner_text("#import"))
    look("the meaning of columns")
    picture("import-meaning")
    page.get_by_label("Attribute that note becomes").fill("two words")
    page.get_by_role("button", name="Preview").click()
    report.check("a name that cannot be is refused beside its field", visit.wait("document.activeElement.getAttribute('aria-invalid') === 'true'"))
    page.get_by_label("Attribute that note becomes").fill("remark")
    page.get_by_role("button", name="Preview").press("Enter")
    report.check("a preview shows the first entities", visit.wait("document.querySelectorAll('.import-preview tbody tr').length === 20"), page.inner_text("#import"))
    report.check("with numbers and units", "1.5\u00a0µg/m³" in page.inner_text(".import-preview"))
    report.check("and nothing was written", entity(visit.url, PREFIX + "1") == {"status": 404})
    if has_map:
        report.check("and on the map", visit.wait("document.querySelector('.import-map .view-map')?.dataset.ready === 'true'"))
    look("the preview of an import")
    picture("import-preview")
    with page.expect_download() as download:
        page.get_by_role("button", name="Mapping as YAML").click()
    report.check("the mapping can be saved", 'remark": {column: "note", as: text}' in pathlib.Path(download.value.path()).read_text())
    page.get_by_role("button", name="Import", exact=True).press("Enter")
    report.check("the import runs to its end", title_is(visit, "It is done"), page.inner_text("#import"))
    report.check("and tells what it did", visit.wait("/39 created · 1 updated/.test(document.querySelector('.import-result').textContent)"), page.inner_text("#import"))
    stored = entity(visit.url, PREFIX + "1")
    report.check("entities are as the preview said", stored.get("no2", {}).get("value") == 1.5 and stored.get("remark", {}).get("value") == HOSTILE and "eMail" not in stored, stored)
    report.check("markup in a cell stays text", page.evaluate("document.querySelectorAll('#import img').length") == 0 and page.title() != "1")
    look("the result of an import")
    picture("import-result")


def check_undo(report, visit, look, picture):
    page = visit.page
    visit.send("POST", f"{visit.url}/ngsi-ld/v1/entities/{PREFIX}3/attrs", {"name": {"type": "Property", "value": "by hand"}})
    page.get_by_role("button", name="Undo", exact=True).press("Enter")
    report.check("an import is undone", title_is(visit, "It is as it was"), page.inner_text("#import"))
    report.check("what was changed since is named and left alone", visit.wait("(id) => document.querySelector('.import-ids')?.textContent === id", PREFIX + "3") and entity(visit.url, PREFIX + "3").get("name", {}).get("value") == "by hand")
    report.check("what was created is gone, what was replaced is back", entity(visit.url, PREFIX + "1") == {"status": 404} and entity(visit.url, PREFIX + "2").get("name", {}).get("value") == "Before" and "no2" not in entity(visit.url, PREFIX + "2"))
    look("an import that is undone")
    picture("import-undone")
    page.get_by_role("button", name="Undo these too").click()
    report.check("or undone too", visit.wait("document.querySelector('.import-ids') === null && document.querySelector('#import-result-title')?.textContent === 'It is as it was'") and entity(visit.url, PREFIX + "3") == {"status": 404})


def check_others(report, visit, look, picture, paths):
    page = visit.page
    choose(visit, paths["broken.csv"])
    report.check("a file that is no table says why and where", visit.wait("/line 1: column a appears twice/.test(document.querySelector('#import').textContent)"), page.inner_text("#import"))
    choose(visit, paths["trees.geojson"])
    visit.wait("document.querySelectorAll('.import-column').length === 4")
    page.get_by_label("Type of the entities").fill("Tree")
    page.get_by_role("button", name="Preview").click()
    visit.wait("document.querySelectorAll('.import-preview tbody tr').length === 5")
    page.get_by_role("button", name="Import", exact=True).click()
    report.check("GeoJSON becomes entities", title_is(visit, "It is done") and entity(visit.url, "urn:ngsi-ld:Tree:t2").get("height", {}).get("value") == 7, page.inner_text("#import"))
    choose(visit, paths["townbus.zip"])
    visit.wait("/GTFS feed becomes/.test(document.querySelector('#import').textContent)")
    look("a feed")
    page.get_by_role("button", name="Preview").click()
    visit.wait("document.querySelectorAll('.import-preview tbody tr').length > 5")
    page.get_by_role("button", name="Import", exact=True).click()
    report.check("a feed becomes stops, routes and trips", title_is(visit, "It is done") and entity(visit.url, "urn:ngsi-ld:GtfsStop:townbus:S1").get("type") == "GtfsStop", page.inner_text("#import"))


def check_change(report, visit, look, picture):
    page = visit.page
    go(visit, "#/")
    page.fill("#search", "Tree:t")
    visit.wait("/^5 of/.test(document.querySelector('#result-line').textContent)")
    if page.evaluate("matchMedia('(max-width: 699px)').matches"):
        page.evaluate("document.body.dataset.sheet = 'full'")
    page.get_by_role("link", name="Change what the list shows").click()
    report.check("what the list shows can be changed", visit.wait("document.querySelectorAll('.change-list input:checked').length === 5"))
    page.locator(".change-list input").first.uncheck()
    page.get_by_label("Attribute", exact=True).select_option(label="species")
    page.get_by_label("New value", exact=True).evaluate("(one) => one.tagName") == "INPUT" and page.get_by_label("New value", exact=True).fill("lime")
    if page.get_by_label("New value", exact=True).evaluate("(one) => one.tagName") == "SELECT":
        page.get_by_label("New value", exact=True).select_option(index=1)
    look("the form of a change of many")
    picture("change")
    page.locator("#change").get_by_role("button", name="Preview").click()
    report.check("before and after are shown", visit.wait("document.querySelectorAll('#import .import-table tbody tr').length === 4"), page.inner_text("#import"))
    look("the preview of a change of many")
    picture("change-preview")
    page.get_by_role("button", name="Change 4 entities").press("Enter")
    report.check("they are changed", title_is(visit, "It is done"), page.inner_text("#import"))
    page.get_by_role("button", name="Undo", exact=True).click()
    report.check("and back", title_is(visit, "It is as it was") and all(entity(visit.url, f"urn:ngsi-ld:Tree:t{number}")["species"]["value"] == "oak" for number in range(1, 6)))
    go(visit, "#/")
    page.fill("#search", "")


def check_reading(report, visit, look, picture, path):
    """Separator, decimal sign and encoding, corrected in the form."""
    page = visit.page
    names = "[...document.querySelectorAll('.import-column-name b')].map((one) => one.textContent).join()"
    cells = "[...document.querySelectorAll('.import-preview tbody tr')].map((row) => row.innerText).join()"
    choose(visit, path)
    report.check("letters that are not UTF-8 are read, and that is said", visit.wait(f"{names} === 'code,nom,hauteur' && /Chêne/.test(document.querySelector('.import-columns').textContent) && /Windows-1252/.test(document.querySelector('#import .notice[data-tone=warn]').textContent)"), page.inner_text("#import"))
    page.get_by_label("Type of the entities").fill("Tree")
    page.get_by_label("Columns are parted by").select_option(",")
    report.check("another separator is tried at once", visit.wait(f"{names} === 'code;nom;hauteur'"), page.evaluate(names))
    page.get_by_label("Columns are parted by").select_option(";")
    report.check("and taken back, with a preview", visit.wait(f"{names} === 'code,nom,hauteur' && /Chêne/.test({cells}) && /1\\.5/.test({cells})"), page.evaluate(cells))
    report.check("what was corrected before stays", page.get_by_label("Type of the entities").input_value() == "Tree" and "urn:ngsi-ld:Tree:A" in page.evaluate(cells), page.evaluate(cells))
    page.get_by_label("Decimal sign").select_option(".")
    report.check("with another decimal sign a number is a text", visit.wait(f"/1,5/.test({cells})"), page.evaluate(cells))
    report.check("the focus stays where it was", page.evaluate("document.activeElement.name") == "reading-decimal", page.evaluate("document.activeElement.outerHTML"))
    page.get_by_label("Letters are encoded as").select_option("windows-1251")
    report.check("with another encoding letters are others", visit.wait(f"/Chкne/.test({cells})"), page.evaluate(cells))
    look("a file that is read in another way")
    page.locator("#import").evaluate("(one) => { one.scrollTop = 0; }")
    picture("import-reading")
    page.get_by_role("button", name="Forget this import").click()
    report.check("it is forgotten", visit.wait("location.hash === '#/import'"))


def check_list(report, visit, look, picture):
    page = visit.page
    go(visit, "#/import")
    report.check("earlier imports are listed", visit.wait("document.querySelectorAll('.import-row').length === 5"), page.locator(".import-row").count())
    look("the list of imports")
    picture("import-list")
    page.keyboard.press("Escape")
    report.check("Escape leads back to the city", visit.wait("location.hash === '#/'"))
    forget_all(visit.url, visit.send)


def take_picture(visit, send, file):
    """The picture of docs/import-wizard.md: the meaning of columns, and what they would become."""
    page = visit.page
    visit.wait_for_city()
    visit.wait_for_map()
    with tempfile.TemporaryDirectory() as folder:
        choose(visit, files(folder)["air.csv"])
        visit.wait("document.querySelectorAll('.import-column').length === 7")
        page.screenshot(path=file)
    forget_all(visit.url, send)


def check_drop(report, visit, look, picture, paths):
    """Files come by hand: onto the place for them, and anywhere else."""
    page = visit.page
    go(visit, "#/import")
    visit.wait("document.querySelector('.import-drop') !== null")
    place = middle(visit, ".import-drop")
    drag(visit, [paths["trees.csv"]], place, DROP[:2])
    report.check("a file over the page shows where to drop it", visit.wait("document.body.classList.contains('is-dropping')"))
    picture("import-dropping")
    # Chromium lets no script take files out of the window; this is the event that it sends then.
    page.evaluate("document.body.dispatchEvent(new DragEvent('dragleave', { bubbles: true }))")
    report.check("and no longer when it is taken away", visit.wait("!document.body.classList.contains('is-dropping')"))
    for name, sign in (("air.csv", "document.querySelectorAll('.import-column').length === 7"), ("trees.geojson", "document.querySelectorAll('.import-column').length > 2"),
                       ("townbus.zip", "/A GTFS feed becomes/.test(document.querySelector('#import').textContent)")):
        go(visit, "#/import")
        visit.wait("document.querySelector('.import-drop') !== null")
        drag(visit, [paths[name]], middle(visit, ".import-drop"), DROP)
        report.check(f"{name} is dropped, and told what it is", visit.wait(sign), page.inner_text("#import"))
    page.get_by_role("button", name="Preview").click()
    visit.wait("document.querySelectorAll('.import-preview tbody tr').length > 0")
    page.get_by_role("button", name="Import", exact=True).click()
    report.check("what was dropped is imported", title_is(visit, "It is done"), page.inner_text("#import"))
    page.get_by_role("button", name="Undo", exact=True).click()
    report.check("and undone", title_is(visit, "It is as it was"), page.inner_text("#import"))
    go(visit, "#/")
    visit.wait("document.querySelector('#import').hidden")
    drag(visit, [paths["trees.csv"], paths["air.csv"]], middle(visit, "#map"), DROP[:2])
    report.check("over the map a file is offered to be imported", visit.wait("document.querySelector('.drop-hint').checkVisibility() && /import/.test(document.querySelector('.drop-hint').textContent)"))
    look("a file over the map")
    picture("import-dropping-city")
    drag(visit, [paths["trees.csv"], paths["air.csv"]], middle(visit, "#map"), DROP[2:])
    report.check("dropped there it is brought in, and the console stays", visit.wait("/^#.import.[0-9a-f]{16}$/.test(location.hash) && document.querySelectorAll('.import-column').length === 3"), page.inner_text("body")[:300])
    report.check("of two files the first is taken, and said", page.inner_text("#toast") == "One file at a time: trees.csv is taken.", page.inner_text("#toast"))
    report.check("the hint is gone", page.locator(".drop-hint").is_hidden())
    forget_all(visit.url, visit.send)
