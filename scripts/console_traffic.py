"""The part of scripts/console-test that looks at the page of the traffic, with the town of traffic_town.py."""

import datetime
import json
import subprocess
import time
import urllib.parse
import urllib.request

import traffic_town as town
from console_browser import type_in

UTC = datetime.timezone.utc
NAMES = "[...document.querySelectorAll('#traffic .view-list:not([hidden]) .view-name')].map((one) => one.textContent)"
LETTERS = "[...document.querySelectorAll('#traffic .view-list:not([hidden]) .view-row .view-mark')].map((one) => one.textContent)"
CHART = "document.querySelector('#traffic-chart-title')?.closest('section').querySelector('.chart-canvas').getAttribute('aria-label') ?? ''"
FAN = "document.querySelector('#traffic-forecast-title')?.closest('section').querySelector('.chart-canvas').getAttribute('aria-label') ?? ''"
TIMELINE = "document.querySelector('.signal-timeline')?.getAttribute('aria-label') ?? ''"
SIGNALS = "Object.fromEntries([...document.querySelectorAll('#signal-diagram-title ~ details tbody tr')].map((row) => [row.children[0].textContent, row.children[2].textContent]))"
CONTROL = "document.querySelector('#signal-control-title')?.closest('section').innerText ?? ''"
QUEUE = "[...document.querySelectorAll('.signal-queues li')].find((one) => /^north-1/.test(one.textContent))?.querySelector('.signal-cost').textContent"
WORDS = {"red": "Red", "yellow": "Yellow", "green": "Green", "permissiveGreen": "Green, gives way"}
MARKET, STATION, MILL, CASTLE = town.JUNCTIONS
WORST = town.urn("TrafficSegmentState", town.slug(town.worst()[0]))
# Switches of services that compute what the town says itself.
SERVICES = ("--no-traffic", "--no-signals")


def switches(binary, command):
    """Those of the switches that this command has."""
    text = subprocess.run([binary, command, "--help"], capture_output=True, text=True, timeout=60).stdout
    return [one for one in SERVICES if one in text]


def prepare(url):
    return town.prepare(url, datetime.datetime.now(UTC))


def read(url, identifier):
    with urllib.request.urlopen(f"{url}/ngsi-ld/v1/entities/{identifier}") as answer:
        return json.load(answer)


def go(visit, address):
    visit.page.evaluate("(address) => { location.hash = address; }", address)
    is_there = visit.wait("!document.querySelector('#traffic').hidden && document.querySelector('#traffic').getAttribute('aria-busy') === 'false'")
    visit.page.wait_for_timeout(150)  # for frames, in which it is drawn
    return is_there


def at(**parts):
    return "#/traffic?" + urllib.parse.urlencode(parts)


def settle(visit):
    """Waits until the map and the charts have drawn what they were asked."""
    visit.wait("document.querySelector('#traffic .view-map')?.dataset.ready === 'true' || document.querySelector('#traffic .view-map-box.is-empty')")
    visit.wait("[...document.querySelectorAll('#traffic .view-panel:not([hidden]) .view-card:not([hidden])')].every((one) => one.getAttribute('aria-busy') !== 'true')")
    visit.page.wait_for_timeout(400)


def check_empty(report, visit):
    """A Parvis without traffic says what would be here and how to begin, and what it says works."""
    page = visit.page
    page.evaluate("() => { location.hash = '#/traffic'; }")
    report.check("without traffic the page explains itself", visit.wait("document.querySelector('#traffic .view-empty')?.checkVisibility()"))
    commands = page.evaluate("[...document.querySelectorAll('#traffic .command code')].map((one) => one.textContent)")
    report.check("it names the simulator", "parvis traffic sumo city.sumocfg" in commands, commands)
    status, said = type_in(commands[1], visit.url)
    report.check("the command it shows creates a detector", status == "201", said)
    seen = "/1 detector is heard/.test(document.querySelector('#traffic .view-empty').innerText) || document.querySelectorAll('#traffic .view-row').length === 1"
    report.check("which is heard without a reload", visit.wait(seen), page.inner_text("#traffic .view-empty .notice"))


def check_traffic(report, visit, send, look, picture):
    page = visit.page
    check_overview(report, visit, look, picture)
    check_lists(report, visit, picture)
    check_segment(report, visit, look, picture)
    check_junction(report, visit, look, picture)
    check_live(report, visit)
    check_mode(report, visit, look)
    check_link(report, visit)
    check_hostile(report, visit)
    report.check("no error in the browser's console", not visit.errors, visit.errors)
    check_lost(report, visit, picture)
    page.keyboard.press("Escape")
    visit.wait("document.querySelectorAll('#traffic .view-panel:not([hidden])').length === 0")
    page.keyboard.press("Escape")
    report.check("Escape leaves the page", visit.wait("document.querySelector('#traffic').hidden"))


def check_overview(report, visit, look, picture):
    page = visit.page
    own = page.evaluate("performance.getEntriesByType('resource').map((one) => [one.name, one.decodedBodySize]).filter(([name]) => /\\/console\\/(js|css)\\//.test(name))")
    early = [name for name, _ in own if any(part in name for part in ("traffic", "signal", "air", "pagemap", "chart.js"))]
    size = sum(size for _, size in own)
    report.check("the first view of the city does not load the page", early == [], early)
    report.check("and is smaller than 200 KB", size < 200_000, f"{size} bytes")
    page.click("#nav a[data-page=traffic]")
    roads = len(list(town.roads()))
    report.check("the page opens with all segments", visit.wait(f"{NAMES}.length === {roads}"), len(page.evaluate(NAMES)))
    settle(visit)
    letters = page.evaluate(LETTERS)
    report.check("the worst is first", page.evaluate(NAMES)[0] == town.worst()[0] and letters == sorted(letters, reverse=True) and letters[0] == "F", letters)
    first = page.inner_text(".view-row >> nth=0")
    report.check("a row tells level, speed, travel time and what is lost", all(word in first for word in ("Jammed", "of 52 km/h", "to drive it", "lost")), first)
    report.check("with the course of two hours", visit.wait(f"document.querySelectorAll('#traffic .view-row .spark:not([hidden])').length === {roads}"))
    legend = page.inner_text("#traffic .view-legend")
    report.check("the legend has letters and words", all(word in legend for word in ("Free flow", "Jammed", "Detector at fault", "Queue")) and all(f"\n{letter}\n" in "\n" + legend for letter in "AF"), legend.replace("\n", " "))
    told = page.inner_text("#traffic .view-alerts")
    report.check("alerts are told with what they are about", "2 alerts" in told and "Traffic jam on" in told and page.evaluate("document.querySelectorAll('#traffic .view-alerts a').length") >= 1, told[:80])
    summary = page.inner_text(".traffic-summary")
    report.check("a sentence sums it up", "segments are at their limit or jammed" in summary and "2 of 4 intersections need attention" in summary, summary)
    look("the traffic")
    picture("traffic")


def check_lists(report, visit, picture):
    page = visit.page
    page.keyboard.press("/")
    page.keyboard.type("market eastbound")
    report.check("the search finds segments by words", visit.wait(f"{NAMES}.length === 2"), page.evaluate(NAMES))
    found = visit.saved("Download what is shown as GeoJSON", "#traffic")["features"]
    report.check("what it leaves is saved as GeoJSON", [one["geometry"]["type"] for one in found] == ["LineString"] * 2, found)
    page.keyboard.press("/")
    page.keyboard.press("Escape")
    report.check("Escape clears it", visit.wait(f"{NAMES}.length > 2"))
    page.get_by_role("button", name="Detectors at fault").click()
    words = "[...document.querySelectorAll('#traffic .view-list:not([hidden]) .view-word')].map((one) => one.textContent)"
    report.check("detectors at fault are listed, the gravest first", visit.wait(f"{words}.join() === 'Implausible,Stuck,Silent'"), page.evaluate(words))
    report.check("with their reason, which stays text", town.HOSTILE in page.inner_text("#traffic .view-list:not([hidden]) .view-what >> nth=0") and page.evaluate("document.querySelectorAll('#traffic img').length") == 0)
    report.check("and how many are fine", " detectors are fine" in page.inner_text(".traffic-lists > .hint"), page.inner_text(".traffic-lists > .hint"))
    report.check("the list is in the address", "list=detectors" in page.evaluate("location.hash"))
    picture("traffic-detectors")
    page.get_by_role("button", name="Intersections").click()
    report.check("intersections are listed, those that need attention first", visit.wait(f"{NAMES}.length === 4") and set(page.evaluate(NAMES)[:2]) == {STATION.name, MILL.name}, page.evaluate(NAMES))
    pills = page.evaluate("[...document.querySelectorAll('#traffic .view-list:not([hidden]) .view-doubts .pill')].map((one) => one.textContent)")
    report.check("with who decides", sorted(pills) == ["Adaptive control", "Fixed plan", "Fixed plan", "Longest red first"], pills)


def check_segment(report, visit, look, picture):
    page = visit.page
    page.get_by_role("button", name="Segments").click()
    page.focus("#traffic .view-list:not([hidden]) .view-row >> nth=0")
    page.keyboard.press("Enter")
    is_open = visit.wait("document.activeElement?.id === 'traffic-segment-title'")
    report.check("Enter on a row opens the segment and moves the focus there", is_open, page.inner_text("#traffic-segment-title"))
    settle(visit)
    now = page.inner_text("#traffic .view-panel:not([hidden]) .view-now")
    report.check("its state is told", all(word in now for word in ("Jammed", "Level of service F", "% of free flow", "of it lost", "Congested", "vehicles/h", "of the usual values")), now.replace("\n", " ")[:200])
    report.check("speed, intensity and occupancy are drawn", visit.wait(f"/Speed: [\\d.,]+ to [\\d.,]+/.test({CHART}) && /Intensity: /.test({CHART}) && /Occupancy: .*%/.test({CHART})"), page.evaluate(CHART))
    fan = page.evaluate(FAN)
    report.check("forecast, persistence and what was measured are in one chart", all(word in fan for word in ("measured: ", "9 times in 10: ", "Persistence")), fan)
    words = page.inner_text("#traffic .view-words")
    report.check("with how far off both were", "15 min ahead by" in words and "persistence by" in words and "% better" in words, words.replace("\n", " "))
    look("a segment")
    picture("traffic-segment")
    page.get_by_role("button", name="24 h").click()
    report.check("another window can be chosen, and is in the address", visit.wait("/range=24h/.test(location.hash)"))
    page.get_by_label("Detector and quantity of the forecast").select_option(label="Intensity")
    report.check("and another quantity", visit.wait(f"/Intensity measured/.test({FAN})") and "forecast=" in page.evaluate("location.hash"), page.evaluate(FAN))
    page.keyboard.press("Escape")
    report.check("Escape closes it and returns the focus", visit.wait("document.activeElement?.classList.contains('view-row') && !/segment=/.test(location.hash)"))


def check_junction(report, visit, look, picture):
    page = visit.page
    go(visit, at(list="junctions", junction=MARKET.id))
    report.check("an intersection opens by its address", visit.wait("document.querySelector('#traffic-junction-title')?.checkVisibility()"), page.inner_text("#traffic-junction-title"))
    settle(visit)
    report.check("it says who decides", "Adaptive control" in page.evaluate(CONTROL) and "Nobody waits longer than 120 s" in page.evaluate(CONTROL), page.evaluate(CONTROL).replace("\n", " "))
    heads = page.evaluate("document.querySelectorAll('.signal-head').length")
    report.check("each group has a head in the drawing", heads == len(MARKET.groups), heads)
    lit = page.evaluate("[...document.querySelectorAll('.signal-picture .lamp')].filter((one) => /is-/.test(one.getAttribute('class'))).length")
    report.check("with one lamp on", lit == len(MARKET.groups), lit)
    phases = page.evaluate("[...document.querySelectorAll('.signal-phase b')].map((one) => one.textContent)")
    report.check("its phases are told, one has green", phases == [name for name, _, _ in town.PHASES] and page.evaluate("document.querySelectorAll('.signal-phase[aria-current]').length") <= 1, phases)
    report.check("decisions have sentences and the cost of alternatives", visit.wait("document.querySelectorAll('.signal-decisions > li').length >= 6 && document.querySelectorAll('#signal-decisions-title ~ ol > li:first-child .signal-costs li').length === 4"),
                 page.evaluate("document.querySelectorAll('.signal-decisions > li').length"))
    report.check("the chosen one is marked, and not by colour alone", page.evaluate("document.querySelectorAll('#signal-decisions-title ~ ol > li:first-child .is-chosen').length") == 1 and "(chosen)" in page.inner_text(".signal-decisions > li >> nth=0"))
    queues = page.inner_text(".signal-queues")
    report.check("queues are told by lane, assumed and blocked ones marked", page.evaluate("document.querySelectorAll('.signal-queues li').length") == 8 and "assumed" in queues and "blocked" in queues, queues.replace("\n", " "))
    report.check("the last ten minutes are drawn", visit.wait(f"/group 1 green \\d+ %/.test({TIMELINE})"), page.evaluate(TIMELINE)[:120])
    look("an intersection")
    picture("traffic-junction")
    page.evaluate("document.querySelector('#signal-timeline-title').scrollIntoView()")
    page.wait_for_timeout(300)
    picture("traffic-junction-timeline")
    for junction, words in ((STATION, ("Fixed plan", "It fell back")), (MILL, ("Longest red first", "overruled")), (CASTLE, ("Fixed plan", "As wanted"))):
        go(visit, at(junction=junction.id))
        visit.wait("(name) => document.querySelector('#traffic-junction-title')?.textContent === name", junction.name)
        said = page.evaluate(CONTROL)
        report.check(f"{junction.key}: said plainly", all(word in said for word in words), said.replace("\n", " "))
        tone = page.evaluate("document.querySelector('#signal-control-title').closest('section').dataset.tone")
        report.check(f"{junction.key}: {'with' if junction is not CASTLE else 'without'} a warning look", (tone == "warn") == (junction is not CASTLE), tone)
        if junction is STATION:
            look("an intersection that fell back")
            picture("traffic-fallen")


def check_live(report, visit):
    """What signals show and who waits follows the changes, on the drawing and in the decisions."""
    page = visit.page
    go(visit, at(list="junctions", junction=MARKET.id))
    settle(visit)
    now = datetime.datetime.now(UTC)
    for number, state in ((1, "yellow"), (2, "permissiveGreen"), (3, "red")):
        town.upsert(visit.url, [{"id": MARKET.group(number), "type": "SignalGroup", "signalState": town.value(state, now)}])
    wanted = {str(number): WORDS[state] for number, state in ((1, "yellow"), (2, "permissiveGreen"), (3, "red"))}
    report.check("signals change while the page is open", visit.wait(f"(wanted) => {{ const seen = {SIGNALS}; return Object.entries(wanted).every(([group, word]) => seen[group] === word); }}", wanted), page.evaluate(SIGNALS))
    queue = f"{10 + int(time.time()) % 80 / 10:.1f}"
    decision = MARKET.decision(now + datetime.timedelta(seconds=1))
    decision["json"]["sentence"] = f"A tram comes in {queue} s. {town.HOSTILE}"
    town.upsert(visit.url, [{"id": MARKET.lane(1, 1), "type": "ApproachLane", "queueLength": town.value(float(queue), now, "C62")}, {"id": MARKET.id, "type": "SignalizedIntersection", "decision": decision}])
    report.check("queues follow", visit.wait(f"(queue) => {QUEUE} === queue", queue.removesuffix(".0")), page.evaluate(QUEUE))
    report.check("a decision appears with its sentence, as text", visit.wait("(text) => document.querySelector('.signal-decisions > li')?.textContent.includes(text)", decision["json"]["sentence"]) and page.evaluate("document.querySelectorAll('#traffic img').length") == 0)


def check_mode(report, visit, look):
    page = visit.page
    group = page.get_by_role("group", name="Control that is wanted")
    group.get_by_role("button", name="Fixed plan").click()
    dialog = page.get_by_role("alertdialog")
    report.check("a switch of the control is asked about first", dialog.is_visible() and "Switch Market Square to fixed plan" in dialog.inner_text(), dialog.inner_text().replace("\n", " "))
    look("the question before a switch")
    page.keyboard.press("Escape")
    report.check("Escape takes it back, and the intersection stays open", not dialog.is_visible() and page.evaluate("document.querySelector('#traffic-junction-title').checkVisibility()"))
    report.check("nothing was switched", read(visit.url, MARKET.id)["controlMode"]["value"] == "adaptive")
    group.get_by_role("button", name="Fixed plan").click()
    page.keyboard.press("Enter")
    pressed = "[...document.querySelectorAll('[aria-label=\"Control that is wanted\"] [aria-pressed=true]')].map((one) => one.textContent).join()"
    report.check("confirmed, it is switched", visit.wait(f"{pressed} === 'Fixed plan'") and read(visit.url, MARKET.id)["controlMode"]["value"] == "fixedPlan", page.evaluate(pressed))
    report.check("until the roadside unit follows, the page says so", visit.wait(f"/has not followed yet/.test({CONTROL})"), page.evaluate(CONTROL).replace("\n", " "))
    group.get_by_role("button", name="Adaptive").click()
    page.get_by_role("button", name="Switch to adaptive").click()
    report.check("and back", visit.wait(f"{pressed} === 'Adaptive'") and visit.wait("(tone) => document.querySelector('#signal-control-title').closest('section').dataset.tone === tone", "good"))


def check_link(report, visit):
    page = visit.page
    for address, title in ((at(list="junctions", junction=STATION.id), "traffic-junction-title"), (at(segment=WORST, range="24h"), "traffic-segment-title")):
        go(visit, address)
        settle(visit)
        shown = f"[document.getElementById('{title}').textContent, [...document.querySelectorAll('#traffic [aria-pressed=true]')].filter((one) => one.checkVisibility()).map((one) => one.textContent).join()].join()"
        wanted = page.evaluate(shown)
        again = visit.context.new_page()
        again.goto(visit.url + "/" + page.evaluate("location.hash"))
        until, seen = time.monotonic() + 60, ""
        while time.monotonic() < until and seen != wanted:
            again.wait_for_timeout(200)
            seen = again.evaluate("(() => { try { return %s; } catch { return ''; } })()" % shown)
        report.check("the address opens the same again", seen == wanted and seen != "", f"{seen!r}, {wanted!r}")
        again.close()
    page.bring_to_front()


def check_hostile(report, visit):
    page = visit.page
    for address in ("#/traffic?segment=%%%&range=__proto__", "#/traffic?junction=constructor&list=toString", "#/traffic?list=__proto__&segment=" + "A" * 500, at(segment=MARKET.id, junction=WORST)):
        go(visit, address)
        page.wait_for_timeout(200)
    strange = {
        "id": town.urn("SignalizedIntersection", "odd"), "type": "SignalizedIntersection", "name": town.value(town.HOSTILE), "controlMode": town.value("__proto__"), "activeControl": town.value("constructor"),
        "decision": {"type": "JsonProperty", "json": {"phase": {"a": 1}, "reason": "__proto__", "sentence": ["x"], "candidates": [None, 7, {"phase": town.HOSTILE, "cost": 3}, {"phase": 2, "cost": "much"}], "queues": [None, 3], "blocked": "all", "assumed": [{"lane": 3}]}},
    }
    groups = [{"id": town.urn("SignalGroup", f"odd:{number}"), "type": "SignalGroup", "refSignalizedIntersection": town.ref(strange["id"]), "groupNumber": town.value(number), "signalState": town.value(state)}
              for number, state in ((1, "constructor"), ("two", town.HOSTILE), (3, "green"))]
    segment = {"id": town.urn("TrafficSegmentState", "odd"), "type": "TrafficSegmentState", "levelOfService": town.value("toString"), "averageVehicleSpeed": town.value("fast"), "location": town.geo("Point", town.place(30, 60))}
    forecast = {"id": town.urn("TrafficFlowForecast", "odd"), "type": "TrafficFlowForecast", "quantity": town.value("constructor"), "value": town.value(3), "dateIssued": town.value("soon"), "forecastError": {"type": "JsonProperty", "json": [{"minutes": "x"}, {"minutes": 15, "mae": "much"}]}}
    statuses = town.upsert(visit.url, [strange, *groups, segment, forecast])
    go(visit, at(list="junctions", junction=strange["id"]))
    is_text = visit.wait("(name) => document.querySelector('#traffic-junction-title')?.textContent === name", town.HOSTILE)
    report.check("an intersection with odd values opens, and markup stays text", statuses == [201] and is_text and page.evaluate("document.querySelectorAll('#traffic img').length") == 0 and page.title() != "1", statuses)
    settle(visit)
    go(visit, at(list="segments", segment=segment["id"]))
    report.check("so does a segment", visit.wait("document.querySelector('#traffic-segment-title')?.checkVisibility()"), page.inner_text("#traffic-segment-title"))
    for entity in (strange, *groups, segment, forecast):
        urllib.request.urlopen(urllib.request.Request(f"{visit.url}/ngsi-ld/v1/entities/{entity['id']}", method="DELETE"))
    report.check("they go when they are deleted", visit.wait("document.querySelectorAll('#traffic .view-panel:not([hidden])').length === 0"))


def check_lost(report, visit, picture):
    """Without the stream what is shown is from before: another page, whose stream fails until it is let through."""
    other = visit.context.new_page()
    other.route("**/console/stream", lambda route: route.abort())
    other.goto(visit.url + "/" + at(junction=MARKET.id))

    def seen(condition):
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if other.evaluate(condition):
                return True
            other.wait_for_timeout(200)
        return False

    said = seen("/The connection is lost since/.test(document.querySelector('#traffic > .notice:not([hidden])')?.textContent ?? '')")
    report.check("a lost connection is said", said and seen("document.querySelector('#traffic').classList.contains('is-lost') && document.querySelector('#traffic-junction-title')?.checkVisibility()"))
    picture("traffic-lost", other)
    other.unroute("**/console/stream")
    report.check("and is gone when it is back", seen("document.querySelector('#state').dataset.state === 'live' && document.querySelector('#traffic > .notice').hidden"))
    other.close()
    visit.page.bring_to_front()


def check_crowd(report, visit):
    """Twenty-one intersections with four hundred groups that change each second."""
    page = visit.page
    crowd = town.crowd()
    start = datetime.datetime.now(UTC)
    statuses = town.upsert(visit.url, [one for junction in crowd for one in junction.entities(start)])
    report.check("21 intersections with 400 groups are brought in", set(statuses) == {201} and sum(len(one.groups) for one in crowd) == 400, statuses)
    shown = crowd[3]
    go(visit, at(list="junctions", junction=shown.id))
    settle(visit)
    page.evaluate("""() => {
      globalThis.longest = 0; globalThis.frames = 0;
      let last = performance.now();
      const frame = (now) => { globalThis.longest = Math.max(globalThis.longest, now - last); last = now; globalThis.frames += 1; requestAnimationFrame(frame); };
      requestAnimationFrame(frame);
    }""")
    began, states = time.monotonic(), ("red", "yellow", "green", "permissiveGreen")
    rounds = 8
    for turn in range(rounds):
        now = datetime.datetime.now(UTC)
        town.upsert(visit.url, [{"id": junction.group(number), "type": "SignalGroup", "signalState": town.value(states[(turn + number) % 4], now)} for junction in crowd for number in junction.groups]
                    + [{"id": lane, "type": "ApproachLane", "queueLength": town.value(turn + 0.5, now, "C62")} for junction in crowd for lane in junction.queues(now)])
        page.wait_for_timeout(max(0, (turn + 1 - (time.monotonic() - began)) * 1000))
    wanted = {str(number): WORDS[states[(rounds - 1 + number) % 4]] for number in shown.groups}
    report.check("all signals show what they were told last", visit.wait(f"(wanted) => {{ const seen = {SIGNALS}; return Object.entries(wanted).every(([group, word]) => seen[group] === word); }}", wanted), page.evaluate(SIGNALS))
    frames, longest = page.evaluate("[globalThis.frames, Math.round(globalThis.longest)]")
    report.check("frames went on meanwhile", frames > rounds, f"{frames} frames, the longest {longest} ms, in {time.monotonic() - began:.0f} s")
    report.check("no error in the browser's console", not visit.errors, visit.errors)


def take_picture(visit, file):
    """The documentation's picture: an intersection that decides, under the map."""
    visit.wait_for_city()
    visit.wait_for_map()
    visit.page.set_viewport_size({"width": 1440, "height": 1500})
    go(visit, at(list="segments", junction=MARKET.id))
    settle(visit)
    for _ in range(6):
        before = datetime.datetime.now(UTC)
        visit.page.wait_for_timeout(1000)
        town.step(visit.url, before, datetime.datetime.now(UTC))
    visit.page.evaluate("document.querySelector('#traffic').scrollTop = 0")
    visit.page.wait_for_timeout(1500)
    visit.page.screenshot(path=file)
