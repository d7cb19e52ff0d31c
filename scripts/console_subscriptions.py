"""The part of scripts/console-test that looks at the page of subscriptions, with a receiver of its own on this machine."""

import contextlib
import http.server
import json
import threading
import time

DEAD = "http://127.0.0.1:9/nobody"  # the discard port: nothing listens there


@contextlib.contextmanager
def receiver():
    """Takes notifications; gives `(address, bodies, state)`. Answers 404 while `state["takes"]` is false."""
    bodies, state = [], {"takes": True}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if state["takes"]:
                bodies.append((dict(self.headers), json.loads(body)))
            self.send_response(200 if state["takes"] else 404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", bodies, state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def until(holds, patience=60):
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False


def check_no_subscriptions(report, visit):
    """A city without subscriptions says what they are for."""
    page = visit.page
    page.evaluate("location.hash = '#/subscriptions'")
    report.check("without subscriptions the page says what they are for",
                 visit.wait("/Be told when/.test(document.querySelector('.subs-empty:not([hidden]) h3')?.textContent)"))
    page.click(".subs-empty a")
    report.check("and leads to the form", visit.wait("document.activeElement.id === 'form-title'"))
    page.keyboard.press("Escape")
    report.check("Escape leaves the form", visit.wait("!document.querySelector('.subs-form')"))


def check_subscriptions(report, visit, send, look, picture, has_map):
    """Creates by the form, receives, tests, fails, replays, pauses, edits and deletes."""
    page = visit.page
    with receiver() as (address, bodies, state):
        check_form_faults(report, visit)
        create(report, visit, address + "/air", look, picture, has_map)
        report.check("the new one is tested at once", visit.wait("/^Taken after/.test(document.querySelector('.subs-detail [role=status]')?.textContent)"),
                     page.inner_text(".subs-detail [role=status]"))
        report.check("the receiver got the test, marked and with the header", until(lambda: any(headers.get("Parvis-Test") == "true" and headers.get("X-Office") == "air-secret" for headers, _ in bodies)))
        report.check("a secret is not shown", page.evaluate("!document.querySelector('.subs-detail').textContent.includes('air-secret')"))
        heat(visit, send, 41)
        report.check("a change is notified", until(lambda: any(headers.get("Parvis-Test") is None and body["data"][0].get("warmth") == 41 for headers, body in bodies)), len(bodies))
        report.check("the page counts it", visit.wait("[...document.querySelectorAll('.subs-detail .sub-grid div')].some((one) => one.textContent === 'Taken1')"))
        look("a subscription")
        picture("subscription")
        check_dead_letters(report, visit, send, bodies, state)
        check_pause_and_edit(report, visit, bodies)
        check_dead_endpoint(report, visit, send, look, picture)
        check_deletion(report, visit)


def check_form_faults(report, visit):
    page = visit.page
    page.evaluate("location.hash = '#/subscriptions/new'")
    visit.wait("document.activeElement.id === 'form-title'")
    page.click(".subs-form button[type=submit]")
    report.check("what is missing is said beside its field",
                 visit.wait("[...document.querySelectorAll('.field-error:not([hidden])')].map((one) => one.textContent).join('|').includes('Choose a type')")
                 and page.evaluate("document.activeElement.tagName") == "INPUT")


def create(report, visit, uri, look, picture, has_map):
    page = visit.page
    report.check("the types that exist are offered", visit.wait("[...document.querySelectorAll('.form-chip')].some((one) => one.textContent === 'SubscriptionTest')"))
    page.get_by_label("Name", exact=True).fill("Warm rooms")
    page.locator(".form-chip", has_text="SubscriptionTest").click()
    page.get_by_role("button", name="Add a condition").click()
    page.get_by_label("Attribute", exact=True).fill("warmth")
    page.get_by_label("Value", exact=True).fill("40")
    report.check("the form tells how many match now", visit.wait("document.querySelector('.matches').textContent === '0 entities'"), page.inner_text(".matches"))
    page.get_by_label("Value", exact=True).fill("10")
    report.check("also when that changes", visit.wait("document.querySelector('.matches').textContent === '1 entity'"), page.inner_text(".matches"))
    page.get_by_label("Only in an area").check()
    if has_map:
        visit.wait("document.querySelector('.area-map').dataset.ready === 'true'")
        page.locator(".area-map").click(position={"x": 120, "y": 130})
        report.check("a click on the map sets the middle", visit.wait("document.querySelector('.area .field-row input').value !== ''"))
        picture("subscription-area")
    for label, text in (("Latitude", "47.15"), ("Longitude", "-1.96"), ("Radius in metres", "900")):
        page.get_by_label(label, exact=True).fill(text)
    report.check("the area counts", visit.wait("document.querySelector('.matches').textContent === '1 entity'"), page.inner_text(".matches"))
    page.get_by_label("Address").fill("ftp://nowhere")
    page.click(".subs-form button[type=submit]")
    report.check("a wrong address is refused beside its field", visit.wait("/Begin with http/.test([...document.querySelectorAll('.field-error:not([hidden])')].map((one) => one.textContent).join())"))
    page.get_by_label("Address").fill(uri)
    report.check("and no longer once it is right", visit.wait("document.querySelectorAll('.field-error:not([hidden])').length === 0"))
    page.get_by_label("Format").select_option("simplified")
    page.get_by_role("button", name="Add a header").click()
    page.get_by_label("Name of the header").fill("X-Office")
    page.get_by_label("Value of the header").fill("air-secret")
    shown = page.inner_text(".form-side pre")
    report.check("the preview is what is meant, without the header's value", json.loads(shown).get("q") == "warmth>10" and 'air-secret' not in shown)
    look("the form")
    picture("subscription-form")
    page.click(".subs-form button[type=submit]")
    report.check("the form creates it and shows it", visit.wait("document.querySelector('.subs-detail:not([hidden]) h2')?.textContent === 'Warm rooms'"))


def heat(visit, send, warmth):
    entity = "/ngsi-ld/v1/entities/urn:ngsi-ld:SubscriptionTest:1/attrs"
    send("PATCH", visit.url + entity, {"warmth": {"type": "Property", "value": warmth}})


def check_dead_letters(report, visit, send, bodies, state):
    page = visit.page
    state["takes"] = False
    heat(visit, send, 42)
    report.check("what is refused becomes a dead letter with its reason", visit.wait("/status 404/.test(document.querySelector('.letter-reason')?.textContent)"))
    page.get_by_role("button", name="Send a test").click()
    report.check("a test tells of the refusal", visit.wait("/^Not taken after .*404/.test(document.querySelector('.subs-detail [role=status]').textContent)"))
    state["takes"] = True
    page.get_by_role("button", name="Send all dead letters again").click()
    report.check("a replayed dead letter arrives", until(lambda: any(body["data"] and body["data"][0].get("warmth") == 42 for headers, body in bodies if "Parvis-Test" not in headers)))
    report.check("and is no dead letter any more", visit.wait("!document.querySelector('.letter-reason')"))
    state["takes"] = False
    heat(visit, send, 43)
    visit.wait("document.querySelector('.letter-reason')")
    page.get_by_role("button", name="Delete the one of").click()
    report.check("a dead letter can be dropped", visit.wait("!document.querySelector('.letter-reason')"))
    state["takes"] = True


def check_pause_and_edit(report, visit, bodies):
    page = visit.page
    page.get_by_role("button", name="Pause").click()
    report.check("it can be paused", visit.wait("document.querySelector('.subs-detail .pill').textContent === 'Paused'"))
    page.get_by_role("button", name="Resume").click()
    report.check("and resumed", visit.wait("document.querySelector('.subs-detail .pill').textContent === 'Active'"))
    page.get_by_role("link", name="Edit").click()
    visit.wait("document.activeElement.id === 'form-title'")
    kept = page.get_by_label("Value of the header").input_value() == "" and page.get_by_label("Radius in metres").input_value() == "900"
    report.check("the form for editing has what it says, without secrets", kept)
    page.get_by_label("At most every so many seconds").fill("1")
    page.get_by_label("Only in an area").uncheck()
    page.click(".subs-form button[type=submit]")
    report.check("it can be edited", visit.wait("/at most every second/.test(document.querySelector('.subs-detail:not([hidden]) .sub-definition')?.textContent)"))
    report.check("what was taken out is gone", not page.evaluate("/within/.test(document.querySelector('.sub-definition').textContent)"))
    report.check("a header's value survives the edit", visit.wait("/^Taken after/.test(document.querySelector('.subs-detail [role=status]')?.textContent)")
                 and bodies[-1][0].get("X-Office") == "air-secret", bodies[-1][0].get("X-Office"))


def check_dead_endpoint(report, visit, send, look, picture):
    page = visit.page
    status = send("POST", visit.url + "/ngsi-ld/v1/subscriptions", {
        "id": "urn:ngsi-ld:Subscription:dead", "type": "Subscription", "subscriptionName": "To nobody", "entities": [{"type": "SubscriptionTest"}],
        "notification": {"endpoint": {"uri": DEAD}}})
    heat(visit, send, 50)
    page.evaluate("location.hash = '#/subscriptions'")
    seen = "[...document.querySelectorAll('.sub-row')].find((one) => /To nobody/.test(one.textContent))"
    report.check("a dead endpoint shows its error", status == 201 and visit.wait(f"/127.0.0.1:9/.test({seen}?.querySelector('.sub-error:not([hidden])')?.textContent)"))
    report.check("and is said to be tried again", visit.wait(f"/Retrying|Endpoint down/.test({seen}?.textContent)"))
    page.get_by_role("button", name="Failing").click()
    report.check("the filter shows what fails", visit.wait("document.querySelectorAll('.sub-row').length === 1"))
    page.keyboard.press("/")
    page.keyboard.type("no such")
    report.check("the search says when nothing fits", visit.wait("/Nothing fits/.test(document.querySelector('.subs-empty:not([hidden])')?.textContent)"))
    page.keyboard.press("Escape")
    report.check("Escape clears the search", visit.wait("document.querySelectorAll('.sub-row').length === 2"))
    look("the list of subscriptions")
    picture("subscriptions")


def check_deletion(report, visit):
    page = visit.page
    page.locator(".sub-row", has_text="To nobody").focus()
    page.keyboard.press("Enter")
    visit.wait("document.activeElement.id === 'sub-title'")
    page.get_by_role("button", name="Delete", exact=True).click()
    report.check("a deletion is asked about first", visit.wait("document.activeElement.textContent === 'Keep it'"))
    page.get_by_role("button", name="Delete for good").click()
    report.check("and done", visit.wait("document.querySelector('.subs-detail').hidden && document.querySelectorAll('.sub-row').length === 1"))
    page.locator(".sub-row").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete for good").click()
    report.check("the last one leaves the empty page", visit.wait("document.querySelector('.subs-empty:not([hidden])') !== null"))
    page.keyboard.press("Escape")
    report.check("Escape leads back to the city", visit.wait("document.querySelector('#subscriptions').hidden && !document.body.classList.contains('has-page')"))


def take_picture(visit, send, file):
    """The documentation's picture: four subscriptions, one of them with dead letters."""
    with receiver() as (address, _, state):
        def subscribe(name, uri, **more):
            send("POST", visit.url + "/ngsi-ld/v1/subscriptions", {
                "type": "Subscription", "subscriptionName": name, "notification": {"format": "simplified", "endpoint": {"uri": uri}}, **more})

        subscribe("Bad air in the centre", address + "/air", entities=[{"type": "AirQualityObserved"}], watchedAttributes=["no2", "pm25"], q="no2>5",
                  geoQ={"georel": "near;maxDistance==1500", "geometry": "Point", "coordinates": [-1.96, 47.15]})
        subscribe("Buses for the display at the station", address + "/buses", entities=[{"type": "Vehicle"}], throttling=1)
        subscribe("Car parks by the clock", address + "/parking", entities=[{"type": "OffStreetParking"}], timeInterval=5)
        subscribe("Traffic for the signals", address + "/signals", entities=[{"type": "TrafficFlowObserved"}],
                  watchedAttributes=["intensity"], throttling=4)
        page = visit.page
        page.evaluate("location.hash = '#/subscriptions'")
        page.wait_for_timeout(20_000)  # for charts with some history
        state["takes"] = False
        visit.wait("Number(document.querySelectorAll('.sub-figure.is-bad').length) >= 1")
        state["takes"] = True
        page.wait_for_timeout(9_000)
        page.locator(".sub-row:has(.is-bad)").first.click()
        page.wait_for_timeout(7_000)
        page.screenshot(path=file)
