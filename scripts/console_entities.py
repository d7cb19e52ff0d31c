"""The part of scripts/console-test that changes entities: attributes of every kind, new ones, deletion and undo, downloads."""

import csv
import io
import json
import urllib.error
import urllib.parse
import urllib.request

import console_import

BENCH = "urn:ngsi-ld:EntityTest:bench"
OTHER = "urn:ngsi-ld:EntityTest:other"
HOSTILE = '=HYPERLINK("x")<img src=x onerror="document.title=1">'


def prop(value, **more):
    return {"type": "Property", "value": value, **more}


def fetched(url, identifier):
    try:
        with urllib.request.urlopen(f"{url}/ngsi-ld/v1/entities/{urllib.parse.quote(identifier, safe='')}", timeout=10) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refusal:
        return {"status": refusal.code}


def prepare(url, send):
    entities = url + "/ngsi-ld/v1/entities"
    for one in (BENCH, OTHER, "urn:ngsi-ld:EntityTest:made"):
        send("DELETE", f"{entities}/{one}")
    bench = {
        "id": BENCH, "type": "EntityTest", "name": prop("Bench"), "height": prop(45, unitCode="CMT", observedAt="2026-01-01T00:00:00Z", accuracy=prop(0.5)),
        "isFree": prop(True), "builtAt": prop({"@type": "DateTime", "@value": "2020-05-01T10:00:00Z"}), "state": prop("good"), "note": prop(HOSTILE),
        "near": {"type": "Relationship", "object": OTHER}, "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [-1.96, 47.15]}},
        "extra": {"type": "JsonProperty", "json": {"a": [1, 2]}}}
    other = {"id": OTHER, "type": "EntityTest", "name": prop("Other"), "state": prop("good"), "near": {"type": "Relationship", "object": BENCH}}
    return [send("POST", entities, bench), send("POST", entities, other)]


def go(visit, address):
    visit.page.evaluate("(address) => { location.hash = address; }", address)


def show(visit, identifier, name):
    go(visit, "#/entity/" + urllib.parse.quote(identifier, safe=""))
    return visit.wait("(name) => document.querySelector('#detail-title')?.textContent === name", name)


def check_entities(report, visit, look, picture, has_map):
    report.check("the entity opens", show(visit, BENCH, "Bench"))
    check_kinds(report, visit, look, picture, has_map)
    check_conflict(report, visit)
    check_additions(report, visit, look, picture)
    check_links(report, visit, look, picture)
    check_deletion(report, visit, look, picture)
    check_creation(report, visit, look, picture)
    check_downloads(report, visit)
    check_selection(report, visit, look, picture)


def change(visit, name, fill):
    page = visit.page
    page.get_by_role("button", name=f"Change {name}", exact=True).click()
    visit.wait("document.querySelector('.attribute-editor') !== null")
    fill(page.locator(".attribute-editor"))
    page.locator(".attribute-editor").get_by_role("button", name="Save").click()
    return visit.wait("document.querySelector('.attribute-editor') === null")


def check_kinds(report, visit, look, picture, has_map):
    page = visit.page
    page.get_by_role("button", name="Change height", exact=True).click()
    visit.wait("document.activeElement.getAttribute('aria-label') === 'height'")
    page.keyboard.press("Control+A")
    page.keyboard.type("tall")
    page.keyboard.press("Enter")
    report.check("a text in the place of a number is refused in words", visit.wait("/Write a number/.test(document.querySelector('.attribute-editor .field-error:not([hidden])')?.textContent)"))
    look("the fields of a value")
    picture("entity-edit")
    page.keyboard.press("Control+A")
    page.keyboard.type("46,5")
    page.keyboard.press("Enter")
    visit.wait("document.querySelector('.attribute-editor') === null")
    height = fetched(visit.url, BENCH)["height"]
    report.check("a number is changed, with its unit, what is known of it, and a new time",
                 height["value"] == 46.5 and height["unitCode"] == "CMT" and height["accuracy"]["value"] == 0.5 and height["observedAt"] > "2026-01-01T00:00:00Z", height)
    change(visit, "isFree", lambda form: form.get_by_label("isFree").select_option("false"))
    change(visit, "builtAt", lambda form: form.get_by_label("builtAt").fill("2021-06-01T08:30:00"))
    change(visit, "state", lambda form: (form.get_by_role("button", name="Another word").click(), form.get_by_label("state").fill("broken")))
    change(visit, "location", lambda form: (form.get_by_label("location: latitude").fill("47.16"), form.get_by_label("location: longitude").fill("-1.97")))
    change(visit, "near", lambda form: form.get_by_label("near").fill(f"{OTHER}, urn:ngsi-ld:EntityTest:none"))
    change(visit, "extra", lambda form: form.get_by_label("extra").fill('{"b": true}'))
    entity = fetched(visit.url, BENCH)
    report.check("yes or no, a date, a word, a place, links and JSON are changed",
                 entity["isFree"]["value"] is False and entity["builtAt"]["value"]["@value"].startswith("2021-06-01T") and entity["state"]["value"] == "broken"
                 and entity["location"]["value"]["coordinates"] == [-1.97, 47.16] and entity["near"]["object"] == [OTHER, "urn:ngsi-ld:EntityTest:none"] and entity["extra"]["json"] == {"b": True}, entity)
    page.get_by_role("button", name="Change location", exact=True).click()
    page.get_by_label("location: latitude").fill("91")
    page.keyboard.press("Enter")
    report.check("a place out of range is refused in words", visit.wait("/between -90 and 90/.test(document.querySelector('.attribute-editor .field-error:not([hidden])')?.textContent)"))
    if has_map:
        page.get_by_role("button", name="Choose on the map").click()
        visit.wait("document.querySelector('.value-map').dataset.ready === 'true'")
        page.locator(".value-map").click(position={"x": 100, "y": 80})
        report.check("a click on the map sets the place", visit.wait("Math.abs(document.querySelector('.attribute-editor input').value) < 90"))
    page.keyboard.press("Escape")
    report.check("Escape leaves the value as it was", visit.wait("document.querySelector('.attribute-editor') === null") and not page.evaluate("document.querySelector('#detail').hidden"))


def check_conflict(report, visit):
    page = visit.page
    page.get_by_role("button", name="Change height", exact=True).click()
    page.locator(".attribute-editor").get_by_label("height", exact=True).fill("50")
    visit.send("POST", f"{visit.url}/ngsi-ld/v1/entities/{BENCH}/attrs", {"height": prop(47, unitCode="CMT", observedAt="2026-02-01T00:00:00Z")})
    page.keyboard.press("Enter")
    report.check("what changed meanwhile is told before it is overwritten", visit.wait("/It became 47 meanwhile/.test(document.querySelector('.attribute-editor .notice:not([hidden])')?.textContent)"))
    page.keyboard.press("Enter")
    report.check("and overwritten when that is wanted", visit.wait("document.querySelector('.attribute-editor') === null") and fetched(visit.url, BENCH)["height"]["value"] == 50)
    page.get_by_role("button", name="Change state", exact=True).click()
    page.locator(".attribute-editor").get_by_role("button", name="Delete").click()
    report.check("an attribute is deleted", visit.wait("document.querySelector('.undo') !== null") and "state" not in fetched(visit.url, BENCH))
    page.get_by_role("button", name="Undo").click()
    report.check("and put back", visit.wait("document.querySelector('.undo') === null") and fetched(visit.url, BENCH)["state"]["value"] == "broken")


def check_additions(report, visit, look, picture):
    page = visit.page
    page.get_by_role("button", name="Attribute", exact=True).click()
    visit.wait("document.activeElement.closest('.detail-tool') !== null")
    page.keyboard.type("height")
    page.keyboard.press("Enter")
    report.check("a name that is taken is refused in words", visit.wait("/has this already/.test(document.querySelector('.detail-tool .field-error:not([hidden])')?.textContent)"))
    page.get_by_label("Name of the attribute").fill("weight")
    page.get_by_label("Name of the attribute").press("Enter")
    visit.wait("document.activeElement.getAttribute('aria-label') === 'weight'")
    page.keyboard.type("12")
    page.get_by_label("weight: unit code").fill("KGM")
    page.keyboard.press("Enter")
    report.check("an attribute is added with its unit", visit.wait("document.querySelector('.detail-tool') === null") and fetched(visit.url, BENCH)["weight"].get("unitCode") == "KGM", fetched(visit.url, BENCH).get("weight"))


def check_links(report, visit, look, picture):
    page = visit.page
    page.get_by_role("button", name="Links", exact=True).click()
    report.check("links from and to it are drawn", visit.wait("document.querySelectorAll('.relation-node').length === 3"), page.evaluate("document.querySelector('.relation-graph')?.getAttribute('aria-label')"))
    look("the links of an entity")
    picture("entity-links")
    page.locator(".relation-node").first.focus()
    page.keyboard.press("Enter")
    report.check("a link leads there by keyboard", visit.wait("document.querySelector('#detail-title')?.textContent === 'Other'"))
    show(visit, BENCH, "Bench")


def check_deletion(report, visit, look, picture):
    page = visit.page
    before = fetched(visit.url, BENCH)
    page.get_by_role("button", name="Delete", exact=True).click()
    report.check("a deletion is asked about, with what links here", visit.wait("/1 link leads here/.test(document.querySelector('.detail-tool')?.textContent)"))
    page.keyboard.press("Enter")
    report.check("the entity is deleted and the panel says so", visit.wait("/was deleted/.test(document.querySelector('#detail .detail-note:not([hidden])')?.textContent) && document.querySelector('.undo') !== null && document.querySelector('.detail-tool') === null"))
    look("the details of a deleted entity")
    picture("entity-deleted")
    page.get_by_role("button", name="Undo").click()
    report.check("it is put back as it was", visit.wait("document.querySelector('.undo') === null && !document.querySelector('#detail').classList.contains('is-gone')") and fetched(visit.url, BENCH) == before)


def check_creation(report, visit, look, picture):
    page = visit.page
    page.keyboard.press("Escape")
    go(visit, "#/entities/new?type=EntityTest")
    visit.wait("document.activeElement.id === 'entityform-title'")
    page.get_by_label("Id", exact=True).fill(OTHER)
    page.get_by_label("name", exact=True).fill("Made here")
    page.get_by_label("height", exact=True).fill("12.5")
    page.get_by_role("button", name="Create").click()
    report.check("an id that is taken is told beside its field", visit.wait("/of this id already/.test([...document.querySelectorAll('.entity-form .field-error:not([hidden])')].map((one) => one.textContent).join())"))
    page.get_by_label("Id", exact=True).fill("urn:ngsi-ld:EntityTest:made")
    page.get_by_label("Name of the attribute").fill("colour")
    page.get_by_label("Kind of value").select_option("text")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_label("colour", exact=True).fill("green")
    look("the form of a new entity")
    picture("entity-new")
    page.get_by_role("button", name="Create").click()
    report.check("a new entity is made and shown", visit.wait("document.querySelector('#detail-title')?.textContent === 'Made here'"), page.evaluate("document.querySelector('.entity-form .notice:not([hidden])')?.textContent ?? ''"))
    made = fetched(visit.url, "urn:ngsi-ld:EntityTest:made")
    report.check("with what was filled in, and its type's unit", made["height"] == prop(12.5, unitCode="CMT") and made["colour"]["value"] == "green" and "isFree" not in made, made)


def check_downloads(report, visit):
    page = visit.page
    go(visit, "#/")
    page.keyboard.press("/")
    page.keyboard.type("EntityTest:")
    visit.wait("document.querySelectorAll('.row:not([hidden])').length === 3")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download the list as CSV").press("Enter")
    rows = list(csv.DictReader(io.StringIO(open(saved.value.path(), newline="").read())))
    bench = next((row for row in rows if row["id"] == BENCH), {})
    report.check("the list is a table", len(rows) == 3 and bench["height"] == "50" and bench["type"] == "EntityTest", rows)
    report.check("in which nothing is a formula", bench["note"] == "'" + HOSTILE, bench.get("note"))
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download the list as GeoJSON").press("Enter")
    collection = json.load(open(saved.value.path()))
    report.check("and GeoJSON of those with a place", [feature["id"] for feature in collection["features"]] == [BENCH] and collection["features"][0]["properties"]["isFree"] is False, collection)
    page.focus("#search")
    page.keyboard.press("Escape")


def check_selection(report, visit, look, picture):
    """Several rows chosen by hand and by keyboard, and what is done with just these."""
    page = visit.page
    count = "document.querySelector('.selection b')?.textContent"
    row = ".row:not([hidden])[aria-posinset='{}']"
    page.fill("#search", "EntityTest:")
    visit.wait("document.querySelectorAll('.row:not([hidden])').length === 3")
    # The order waits while the pointer is on the list.
    page.hover("#list")
    page.get_by_role("button", name="Choose several").click()
    report.check("choosing begins with nothing", visit.wait(f"{count} === '0 entities chosen'") and page.get_by_role("button", name="Delete", exact=True).is_disabled())
    page.locator(row.format(1)).click()
    page.locator(row.format(3)).click(modifiers=["Shift"])
    report.check("with Shift all between two are chosen", visit.wait(f"{count} === '3 entities chosen'"), page.evaluate(count))
    page.locator(row.format(2)).click(modifiers=["Control"])
    chosen = "[...document.querySelectorAll('.row:not([hidden])')].filter((one) => one.ariaSelected === 'true').map((one) => one.ariaPosInSet).sort().join()"
    report.check("one is taken out again", visit.wait(f"{count} === '2 entities chosen' && {chosen} === '1,3'"), page.evaluate(chosen))
    look("the list with several chosen")
    picture("selection")
    page.keyboard.press("Escape")
    report.check("Escape ends it", visit.wait("document.querySelector('.selection') === null && document.querySelector('#list').ariaMultiSelectable === null"))
    page.focus("#list")
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    report.check("Space chooses a row", visit.wait(f"{count} === '1 entity chosen'"), page.evaluate(count))
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    report.check("Shift and an arrow choose more", visit.wait(f"{count} === '3 entities chosen'"), page.evaluate(count))
    page.keyboard.press("Shift+ArrowUp")
    report.check("and less", visit.wait(f"{count} === '2 entities chosen'"), page.evaluate(count))
    page.keyboard.press("Control+A")
    report.check("Ctrl+A chooses all that are shown", visit.wait(f"{count} === '3 entities chosen'"), page.evaluate(count))
    page.keyboard.press("Escape")
    for name in ("Bench", "Other"):
        page.locator(".row:not([hidden])", has=page.locator(".row-name", has_text=name)).click(modifiers=["Control"])
        visit.wait(f"/^[12] entit/.test({count})")
    page.fill("#search", "EntityTest:made")
    page.locator(row.format(1)).click()
    report.check("what another search put out of sight stays chosen", visit.wait(f"{count} === '3 entities chosen, 2 not in the list now'"), page.evaluate(count))
    page.locator(row.format(1)).click()
    visit.wait(f"{count} === '2 entities chosen, 2 not in the list now'")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download what is chosen as CSV").press("Enter")
    rows = list(csv.DictReader(io.StringIO(open(saved.value.path(), newline="").read())))
    report.check("a file has just these", sorted(one["id"] for one in rows) == [BENCH, OTHER], rows)
    page.get_by_role("button", name="Delete", exact=True).press("Enter")
    report.check("deletion asks about just these", visit.wait("document.querySelectorAll('.change-list input:checked').length === 2") and page.get_by_label("What to do").input_value() == "delete", page.inner_text("#change"))
    look("the form of a deletion of many")
    page.locator("#change").get_by_role("button", name="Preview").press("Enter")
    visit.wait("[...document.querySelectorAll('#import button')].some((one) => one.textContent === 'Delete 2 entities')")
    page.get_by_role("button", name="Delete 2 entities").press("Enter")
    gone = console_import.title_is(visit, "It is done")
    report.check("they are deleted, and no other", gone and [fetched(visit.url, one).get("status") for one in (BENCH, OTHER)] == [404, 404] and fetched(visit.url, "urn:ngsi-ld:EntityTest:made")["id"], page.inner_text("#import"))
    page.get_by_role("button", name="Undo", exact=True).press("Enter")
    report.check("and put back", console_import.title_is(visit, "It is as it was") and fetched(visit.url, BENCH)["id"] == BENCH)
    go(visit, "#/")
    report.check("what is gone is chosen no more", visit.wait(f"{count} === '0 entities chosen'"), page.evaluate(count))
    page.get_by_role("button", name="Done", exact=True).press("Enter")
    report.check("it ends with the focus on the list", page.evaluate("document.activeElement.id") == "list")
    page.focus("#search")
    page.keyboard.press("Escape")
    console_import.forget_all(visit.url, visit.send)
