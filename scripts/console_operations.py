"""The part of scripts/console-test that looks at the page of those who run Parvis."""

import contextlib
import json
import time
import urllib.parse

import console_subscriptions

MARKUP = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
DEAD = "http://127.0.0.1:9/nobody"
KIND = "OperationsTest"
# A type and the name of each habit, and how long ago its values came: every minute until an hour ago, every minute until now, at
# odd times, once.
HABITS = {"silent": ("", range(4200, 3599, -60)), "steady": ("", range(600, -1, -60)), "rare": ("Rare", (9000, 8900, 6000, 5990, 5900, 2400)), "once": ("Once", (90_000,))}
RULE = "urn:ngsi-ld:AlertRule:operations-test"
SUBSCRIPTION = "urn:ngsi-ld:Subscription:operations-test:"
SENTENCES = "[...document.querySelectorAll('#ops-attention li')].map((one) => one.textContent).join('|')"


def prop(value, **more):
    return {"type": "Property", "value": value, **more}


def moment(ago):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - ago))


def figure(name, label):
    return f"[...document.querySelectorAll('#ops-{name} .ops-figures > div')].find((one) => one.querySelector('dt').textContent === '{label}')?.querySelector('dd').textContent"


@contextlib.contextmanager
def prepared(url, send):
    """Sources of several habits, a rule that is refused, endpoints that refuse and that are not there; gives the statuses."""
    entities, subscriptions = url + "/ngsi-ld/v1/entities", url + "/ngsi-ld/v1/subscriptions"
    # A history outlives its entity, so each time the sources are others.
    sources = {f"urn:ngsi-ld:{KIND}{more}:{name}-{time.time_ns()}": (name, KIND + more, ages) for name, (more, ages) in HABITS.items()}
    clear(send, url, sources)
    with console_subscriptions.receiver() as (address, _, state):
        state["takes"] = False
        statuses = [send("POST", subscriptions, {
            "id": SUBSCRIPTION + name, "type": "Subscription", "subscriptionName": f"To the {name} {MARKUP}", "entities": [{"type": KIND}], "notification": {"endpoint": {"uri": uri}}})
            for name, uri in (("dead", f"{DEAD}/{time.time_ns()}"), ("letters", address))]
        for identifier, (name, kind, ages) in sources.items():
            for at, age in enumerate(ages):
                level = {"level": prop(at, observedAt=moment(age))}
                statuses.append(send("POST", entities, {"id": identifier, "type": kind, "name": prop(f"The {name} one {MARKUP}"), **level}) if at == 0 else send("POST", f"{entities}/{identifier}/attrs", level))
        statuses.append(send("POST", entities, {"id": RULE, "type": "AlertRule", "name": prop(f"Refused {MARKUP}"), "ruleState": prop("on"), "condition": {"type": "JsonProperty", "json": {"entities": {"type": KIND}, "tests": [{"kind": "none"}]}}}))
        statuses.append(send("PUT", url + "/admin/history/operations-test", {"type": KIND, "retention": [{"keep": "P30D"}, {"every": "PT1H", "keep": "P365D"}, {"every": "P1D"}]}))
        try:
            yield statuses
        finally:
            clear(send, url, sources)


def clear(send, url, sources):
    for one in (RULE, *sources):
        send("DELETE", f"{url}/ngsi-ld/v1/entities/{one}")
    for name in ("dead", "letters"):
        send("DELETE", f"{url}/ngsi-ld/v1/subscriptions/{SUBSCRIPTION}{name}")
    send("DELETE", url + "/admin/history/operations-test")


def go(visit, address="#/operations"):
    visit.page.evaluate("(address) => { location.hash = address; }", address)


def again(visit):
    """Leaves the page and opens it, so that all is read anew."""
    go(visit, "#/subscriptions")
    visit.wait("document.querySelector('#operations').hidden")
    go(visit)


def check_operations(report, visit, look, picture):
    go(visit)
    report.check("the page opens by its address", visit.wait("document.activeElement?.id === 'ops-title'"))
    check_attention(report, visit)
    check_figures(report, visit)
    look("the page of operations")
    picture("operations")
    check_ways(report, visit)
    check_refused(report, visit, look, picture)
    check_hostile(report, visit, look, picture)
    check_lost(report, visit)
    visit.page.keyboard.press("Escape")
    report.check("Escape leads back to the city", visit.wait("document.querySelector('#operations').hidden && location.hash === '#/'"))


def check_attention(report, visit):
    page = visit.page
    for name, pattern in (
        ("a dead endpoint is told with its error", "The endpoint of “To the dead .*127\\.0\\.0\\.1:9"),
        ("dead letters are told", "1\\d notifications of “To the letters .* were given up|\\d notifications? of “To the letters .* (was|were) given up"),
        ("a refused rule is told with its reason", "The alert rule “Refused .* is refused and watches nothing: [^|]{10}"),
        ("a source that went silent is told", f"{KIND} “The silent one .* is silent: its newest value came 6\\d min ago, usually every 60 s"),
    ):
        report.check(name, visit.wait("(pattern) => new RegExp(pattern).test(" + SENTENCES + ")", pattern), page.evaluate(SENTENCES)[:600])
    seen = page.evaluate(SENTENCES)
    report.check("one that goes on, one of odd times, and one that came once are not called silent", not any(name in seen for name in ("steady", "rare", "once")), seen)
    report.check("what cannot be judged is counted", visit.wait("/\\d+ with old values could not be judged/.test(document.querySelector('#ops-sources').textContent)"))


def check_figures(report, visit):
    page = visit.page
    health = page.evaluate(figure("health", "Process"))
    report.check("health, uptime and version of the API are told", health == "Up" and page.evaluate(figure("health", "NGSI-LD version")) == "1.9.1" and page.evaluate(figure("health", "Running for"))[0].isdigit(), health)
    report.check("the requests of operations are listed", page.evaluate("[...document.querySelectorAll('#ops-requests tbody th')].map((one) => one.textContent)").count("createEntity") == 1)
    report.check("rates come from the page's own samples, with a line", visit.wait("/\\d\\/(s|min)$/.test(document.querySelector('#ops-requests .ops-course b').textContent) && document.querySelector('#ops-requests .ops-course .spark-line').getAttribute('d')?.length > 10"))
    report.check("times to answer are told", visit.wait(f"/\\d.*s$/.test({figure('requests', '95 of 100 within')})"), page.evaluate(figure("requests", "95 of 100 within")))
    report.check("memory is told", visit.wait(f"/MiB$/.test({figure('memory', 'Most ever')})"), page.evaluate(figure("memory", "Most ever")))
    words = page.inner_text("#ops-history")
    report.check("a policy is told in words", "Values as they come for 30 days, then a summary of every hour for 365 days, then a summary of every day for ever." in words and f"All of {KIND}" in words, words[:400])
    report.check("an address of Parvis without MQTT says how to have it", "No MQTT server is set" in page.inner_text("#ops-ingest") or "Topic" in page.inner_text("#ops-ingest"))
    command = page.inner_text("#ops-backup code")
    report.check("the command of a backup can be copied", command.startswith("parvis backup --data data city-") and page.get_by_role("button", name="Copy the command").count() >= 3, command)
    report.check("markup in names stays text", page.evaluate("document.querySelectorAll('#operations img, #operations script').length") == 0 and page.title() not in ("1", "2"))


def check_ways(report, visit):
    page = visit.page
    row = page.locator("#ops-attention li", has_text="To the dead")
    href = row.get_by_role("link").get_attribute("href")
    report.check("a failing endpoint leads to its subscription", href == "#/subscription/" + urllib.parse.quote(SUBSCRIPTION + "dead", safe=""), href)
    href = page.locator("#ops-attention li", has_text="Refused").get_by_role("link").get_attribute("href")
    report.check("a refused rule leads to its form", href == "#/alerts/rule/" + urllib.parse.quote(RULE, safe=""), href)
    link = page.locator("#ops-attention li", has_text="The silent one").get_by_role("link")
    link.focus()
    page.wait_for_timeout(6000)  # longer than between two readings
    report.check("what is read anew leaves the focus where it was", page.evaluate("document.activeElement.getAttribute('href')") == link.get_attribute("href"))
    page.keyboard.press("Enter")
    report.check("a silent source leads to its details", visit.wait("/The silent one/.test(document.querySelector('#detail-title')?.textContent)"))
    go(visit)
    visit.wait("!document.querySelector('#operations').hidden")


def check_refused(report, visit, look, picture):
    """Where a proxy keeps /admin, /metrics and histories, each part says so, and the rest works."""
    page = visit.page
    page.route("**/admin/**", lambda route: route.fulfill(status=404 if "ingest" in route.request.url else 403, content_type="text/html", body="<h1>no</h1>"))
    page.route("**/metrics", lambda route: route.fulfill(status=500, content_type="application/problem+json", body=json.dumps({"title": "Broken", "detail": "The disk is full"})))
    page.route("**/info/sourceIdentity", lambda route: route.fulfill(content_type="application/json", body="[not json"))
    again(visit)
    said = "(name) => document.querySelector(`#ops-${name} > .notice:not([hidden])`)?.textContent ?? ''"
    report.check("a part that is kept from the page says so", visit.wait(f"/admin\\/notifications is kept from this page \\(status 403\\)/.test(({said})('notifications'))") and "403" in page.evaluate(said, "rules") and "403" in page.evaluate(said, "history"))
    report.check("a missing address is told as missing", "has no /admin/ingest" in page.evaluate(said, "ingest"), page.evaluate(said, "ingest"))
    report.check("a refusal is told with its reason", visit.wait(f"/status 500: The disk is full/.test(({said})('memory'))"), page.evaluate(said, "memory"))
    report.check("an answer that is none is told", visit.wait(f"/could not be read/.test(({said})('health'))") and page.evaluate(figure("health", "Process")) == "Up", page.evaluate(said, "health"))
    report.check("what is not known is not called well", visit.wait("/Not known, because it could not be read: requests, notifications, alert rules\\./.test(document.querySelector('#ops-attention').textContent)"), page.inner_text("#ops-attention"))
    report.check("what can be read still is", visit.wait("/The silent one/.test(document.querySelector('#ops-sources').textContent)"))
    look("the page of operations that may not read")
    picture("operations-refused")
    for pattern in ("**/admin/**", "**/metrics", "**/info/sourceIdentity"):
        page.unroute(pattern)


def hostile(address):
    """Answers that no Parvis gives: markup, huge numbers and texts, members of wrong kinds."""
    long = "very-long-without-a-place-to-break" * 300
    if "/metrics" in address:
        lines = [f'parvis_http_requests_total{{operation="{MARKUP.replace(chr(34), chr(92) + chr(34))}{at}",status="5xx"}} 1e300' for at in range(400)]
        lines += ['parvis_http_requests_total{operation="__proto__",status="2xx"} NaN', 'parvis_http_requests_total{operation="constructor"} +Inf', f"{long} 1", "}{ 1", "process_resident_memory_bytes 1e308",
                  'parvis_http_request_seconds_bucket{le="x"} 1', 'parvis_http_request_seconds_bucket{le="+Inf"} 1e308', "parvis_http_request_seconds_sum 1e308", "parvis_http_request_seconds_count 1e308", "parvis_entities -1e999"]
        return "text/plain", "\n".join(lines)
    if "/admin/notifications" in address:
        many = [{"subscription": f"urn:x:{at}:{MARKUP}", "tenant": "", "state": "open", "waiting": 1e300, "sent": "x", "failed": None, "deadLetters": 1e300, "lastError": f"at https://user:secret@host {MARKUP} {long[:2000]}"} for at in range(900)]
        return "application/json", json.dumps([None, 5, {"subscription": 7, "tenant": 5, "state": "constructor", "waiting": 3}, *many])
    if "/admin/rules" in address:
        return "application/json", json.dumps([None, {"id": 5, "state": "refused", "reason": {"a": long}}, *({"id": f"urn:{at}", "name": MARKUP + long, "state": "refused", "reason": MARKUP, "channels": [None, {"channel": MARKUP, "problem": long}], "entities": "x"} for at in range(500))])
    if "/admin/ingest" in address:
        return "application/json", json.dumps({"servers": [5, {"server": f"mqtt://u:secret@{MARKUP}", "state": MARKUP, "refusedFilters": [long, None]}], "topics": [{"topic": long, "refused": 1e300, "messages": -1}, *({"topic": f"t/{at}", "refused": at} for at in range(300))], "unmatched": "many",
                                               "refusals": [{"at": "soon", "topic": MARKUP, "reason": MARKUP, "payload": MARKUP + long}] * 400})
    if "/admin/history" in address:
        return "application/json", json.dumps([None, {"name": MARKUP, "retention": [{"keep": MARKUP}, 5, {"every": "P99999999999999999999D"}]}, *({"name": long, "type": long, "retention": "x", "deadBand": "x", "sampleEvery": 5} for _ in range(500))])
    if "sourceIdentity" in address:
        return "application/json", json.dumps({"contextSourceUptime": "P9" + "9" * 300 + "D"})
    return None


def check_hostile(report, visit, look, picture):
    page = visit.page

    def answer(route):
        given = hostile(route.request.url)
        if given is None:
            return route.fallback()
        return route.fulfill(content_type=given[0], body=given[1])

    page.route("**/*", answer)
    seen = len(visit.errors)
    again(visit)
    report.check("hostile answers are shown within bounds", visit.wait("/895 more endpoints fail/.test(document.querySelector('#ops-attention').textContent)") and visit.wait("document.querySelectorAll('#operations *').length < 3000"), page.inner_text("#ops-attention")[:600])
    report.check("nothing of them runs", page.evaluate("document.querySelectorAll('#operations img, #operations script').length") == 0 and page.title() not in ("1", "2"))
    report.check("passwords in addresses are not shown", "secret" not in page.inner_text("#operations"))
    report.check("no error came of it", not visit.errors[seen:], visit.errors[seen:][:3])
    look("the page of operations with hostile answers")
    picture("operations-hostile")
    page.unroute("**/*", answer)
    page.route("**/metrics", lambda route: route.fulfill(content_type="text/plain", body="x 1\n" * 2_200_000))
    again(visit)
    report.check("an answer without end is cut off", visit.wait("/longer than 8 MiB/.test(document.querySelector('#ops-memory > .notice:not([hidden])')?.textContent)"))
    page.unroute("**/metrics")


def check_lost(report, visit):
    """A server that does not answer is the first thing told; a return is noticed by itself."""
    page = visit.page
    abort = lambda route: route.abort()  # noqa: E731
    for pattern in ("**/health", "**/ready", "**/metrics", "**/admin/**"):
        page.route(pattern, abort)
    again(visit)
    report.check("a server that does not answer is told first", visit.wait("/^Act.*Parvis is not well: Parvis does not answer\\./.test(document.querySelector('#ops-attention li')?.textContent)"), page.inner_text("#ops-attention"))
    for pattern in ("**/health", "**/ready", "**/metrics", "**/admin/**"):
        page.unroute(pattern, abort)
    report.check("and no longer once it does", visit.wait("!/does not answer/.test(document.querySelector('#ops-attention').textContent) && /Up/.test(document.querySelector('#ops-health').textContent)"))


def take_picture(visit, file):
    """The picture of docs/console.md: what needs attention, and the figures with some history."""
    page = visit.page
    visit.wait("document.documentElement.dataset.loaded === 'true'")
    go(visit)
    page.wait_for_timeout(45_000)
    page.screenshot(path=file)
