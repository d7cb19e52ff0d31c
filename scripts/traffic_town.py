#!/usr/bin/env python3
"""A made-up town's traffic, as the city's services and its roadside units would write it: for scripts/console-test, and to look at.

  scripts/traffic_town.py http://127.0.0.1:1026          posts the town once
  scripts/traffic_town.py http://127.0.0.1:1026 --live   and lets its signals and queues go on, once a second

Start Parvis without services that would compute the same (`serve --help` names the switches), else they overwrite it.
"""

import argparse
import datetime
import json
import math
import time
import urllib.error
import urllib.request

UTC = datetime.timezone.utc
SECOND = datetime.timedelta(seconds=1)
MINUTE = datetime.timedelta(minutes=1)
CENTRE = (7.75, 48.58)
BLOCK = 420  # metres between two crossings
AVENUES = ["Harbour Street", "Market Street", "Castle Street"]
STREETS = ["Mill Lane", "Station Road", "Garden Lane"]
# Phase by phase: which groups have green, and for how many seconds; yellow 3 s and all red 2 s lie between.
PHASES = [("North and south", (1, 3, 22, 24), 30), ("Left from north and south", (5, 7), 10), ("East and west", (2, 4, 21, 23), 24), ("Left from east and west", (6, 8), 10)]
PERMISSIVE = {1: (5, 7), 2: (), 3: (6, 8), 4: ()}
YELLOW, CLEARANCE = 3, 2
CYCLE = sum(green + YELLOW + CLEARANCE for _, _, green in PHASES)
ARMS = {1: (0, 1), 2: (1, 0), 3: (0, -1), 4: (-1, 0)}  # where the traffic of an approach comes from: north, east, south, west
ARM_NAMES = {1: "north", 2: "east", 3: "south", 4: "west"}
HOSTILE = '<img src=x onerror="document.title=1">'


def iso(moment):
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def urn(kind, name):
    return f"urn:ngsi-ld:{kind}:TrafficTown:{name}"


def place(east, north):
    """Metres from the centre as longitude and latitude."""
    return [round(CENTRE[0] + east / (111195 * math.cos(math.radians(CENTRE[1]))), 7), round(CENTRE[1] + north / 111195, 7)]


def value(content, at=None, unit=None):
    one = {"type": "Property", "value": content}
    if at:
        one["observedAt"] = iso(at)
    if unit:
        one["unitCode"] = unit
    return one


def geo(kind, coordinates):
    return {"type": "GeoProperty", "value": {"type": kind, "coordinates": coordinates}}


def ref(target):
    return {"type": "Relationship", "object": target}


# --- Roads and what is measured on them --------------------------------------------------------------------------------


def roads():
    """Both directions of every block: name, from, to, and how busy it is, 0...1."""
    for row, street in enumerate(AVENUES):
        for column in range(2):
            ends = [((column - 1) * BLOCK, (row - 1) * BLOCK), (column * BLOCK, (row - 1) * BLOCK)]
            yield f"{street} {column + 1} eastbound", *ends, 0.2 + 0.35 * row + 0.2 * column
            yield f"{street} {column + 1} westbound", *reversed(ends), 0.1 + 0.15 * row + 0.1 * column
    for column, street in enumerate(STREETS):
        for row in range(2):
            ends = [((column - 1) * BLOCK, (row - 1) * BLOCK), ((column - 1) * BLOCK, row * BLOCK)]
            yield f"{street} {row + 1} northbound", *ends, 0.15 + 0.25 * column + 0.3 * row
            yield f"{street} {row + 1} southbound", *reversed(ends), 0.05 + 0.12 * column


def measured(busy, ago=0):
    """Speed in km/h, vehicles an hour and occupancy so many minutes ago: two hours in which traffic grew."""
    load = min(1.15, busy * (1 - 0.4 * ago / 120 + 0.04 * math.sin(ago / 2.3 + busy * 9) * (ago != 0)))
    speed = max(6, 52 * (1 - 0.85 * max(0, load - 0.2) ** 1.1))
    return round(speed, 1), round(1500 * load * (1.25 - 0.35 * load)), round(min(0.9, 0.05 + 0.42 * load**2), 3)


def level(speed):
    share = speed / 52
    return next((letter for letter, least in zip("ABCDE", (0.85, 0.67, 0.5, 0.4, 0.3)) if share > least), "F")


def slug(name):
    return name.lower().replace(" ", "-")


def segment(name, start, end, busy, now):
    speed, intensity, occupancy = measured(busy)
    travel = BLOCK / speed * 3.6
    return {
        "id": urn("TrafficSegmentState", slug(name)), "type": "TrafficSegmentState", "name": value(name), "refRoadSegment": ref(urn("RoadSegment", slug(name))),
        "location": geo("LineString", [place(*start), place(*end)]), "levelOfService": value(level(speed), now), "averageVehicleSpeed": value(speed, now, "KMH"), "freeFlowSpeed": value(52, now, "KMH"),
        "travelTime": value(round(travel, 1), now, "SEC"), "delay": value(round(travel - BLOCK / 52 * 3.6, 1), now, "SEC"), "intensity": value(intensity, now, "H10"), "occupancy": value(occupancy, now),
        "congested": value(level(speed) in "EF", now), "completeness": value(0.97, now),
    }


def segment_history(name, busy, now):
    rows = [(now - back * MINUTE, measured(busy, back)) for back in range(120, 0, -1)]
    return {
        "id": urn("TrafficSegmentState", slug(name)), "type": "TrafficSegmentState", "averageVehicleSpeed": [value(row[0], moment, "KMH") for moment, row in rows],
        "intensity": [value(row[1], moment, "H10") for moment, row in rows], "occupancy": [value(row[2], moment) for moment, row in rows],
    }


def worst():
    return max(roads(), key=lambda road: road[3])


def detectors(now):
    """A detector in the middle of every other road, and of the worst; one is stuck, one silent, one says what cannot be."""
    faults = {2: ("stuck", "It has said exactly 37.0 km/h for 46 min."), 5: ("silent", "Nothing has come for 22 min; it usually speaks every minute."),
              8: ("implausible", f"9,000 vehicles an hour on one lane. {HOSTILE}")}
    for number, (name, start, end, busy) in enumerate([*(road for road in list(roads())[::2] if road != worst()), worst()]):
        status, reason = faults.get(number, ("ok", "Speaks every minute."))
        middle = geo("Point", place(*[(a + b) / 2 + 6 for a, b in zip(start, end)]))
        speed, intensity, occupancy = measured(busy)
        observed = urn("TrafficFlowObserved", slug(name))
        yield {"id": observed, "type": "TrafficFlowObserved", "name": value(f"Loop {number + 1}, {name}"), "location": middle, "refRoadSegment": ref(urn("RoadSegment", slug(name))),
               "averageVehicleSpeed": value(speed, now, "KMH"), "intensity": value(round(intensity / 60), now), "occupancy": value(occupancy, now)}
        yield {"id": urn("TrafficDetectorState", slug(name)), "type": "TrafficDetectorState", "refTrafficFlowObserved": ref(observed), "location": middle, "status": value(status, now - 46 * MINUTE),
               "statusReason": value(reason, now - 46 * MINUTE)}


def forecast(quantity, now):
    name, _, _, busy = worst()
    at = 0 if quantity == "averageVehicleSpeed" else 1
    scale, unit, wide = (1, "KMH", 3) if at == 0 else (1 / 60, "C62", 2)
    ahead = (15, 30, 45, 60)
    times = [now + minutes * MINUTE for minutes in ahead]
    means = [round(measured(busy, 1.5 * minutes)[at] * scale, 1) for minutes in ahead]
    numbers = lambda row: {"type": "ListProperty", "valueList": [round(max(0, one), 1) for one in row], "unitCode": unit}
    return {
        "id": urn("TrafficFlowForecast", f"{quantity}:{slug(name)}"), "type": "TrafficFlowForecast", "refTrafficFlowObserved": ref(urn("TrafficFlowObserved", slug(name))), "quantity": value(quantity),
        "dateIssued": value({"@type": "DateTime", "@value": iso(now)}), "validTimes": {"type": "ListProperty", "valueList": [iso(moment) for moment in times]},
        "value": numbers(means), "valueLower": numbers(one - wide * (2 + step) for step, one in enumerate(means)), "valueUpper": numbers(one + wide * (2 + step) for step, one in enumerate(means)),
        "persistence": value(round(measured(busy)[at] * scale, 1), unit=unit),
        "forecastError": {"type": "JsonProperty", "json": {"horizonMinutes": [15, 30, 45, 60], "mae": [3.1, 3.9, 4.4, 4.8], "persistenceMae": [3.6, 4.9, 5.8, 6.6], "coverage": [0.92, 0.92, 0.92, 0.92]}},
    }


def alerts(now):
    name = worst()[0]
    for number, (kind, severity, text) in enumerate([("trafficJam", "high", f"Traffic jam on {name}: 9 km/h of 52, since 12 min."), ("detectorFault", "low", "Loop 3 is stuck: it has said exactly 37.0 km/h for 46 min.")]):
        yield {"id": urn("Alert", kind), "type": "Alert", "category": value("traffic"), "subCategory": value(kind), "severity": value(severity), "alertState": value("raised"),
               "validFrom": value({"@type": "DateTime", "@value": iso(now - (12 + 34 * number) * MINUTE)}), "description": value(text), "refRoadSegment": ref(urn("RoadSegment", slug(name)))}


# --- Intersections -----------------------------------------------------------------------------------------------------


class Junction:
    """An intersection of four approaches with two lanes each: eight groups for vehicles, four for those who walk."""

    def __init__(self, key, name, east, north, active="adaptive", mode="adaptive", offset=0, crossings=4, more=0):
        self.key, self.name, self.middle, self.active, self.mode, self.offset = key, name, (east, north), active, mode, offset
        self.groups = [*range(1, 9), *range(21, 21 + crossings), *range(31, 31 + more)]
        self.id = urn("SignalizedIntersection", key)

    def group(self, number):
        return urn("SignalGroup", f"{self.key}:{number}")

    def lane(self, arm, number):
        return urn("ApproachLane", f"{self.key}:{ARM_NAMES[arm]}-{number}")

    def line(self, arm, across, near, far):
        """From the outside towards the stop line, `across` metres to the right of the road's middle."""
        (x, y), (east, north) = ARMS[arm], self.middle
        # Who comes from the north drives on its west side.
        side = (-y * across, x * across)
        return [place(east + x * along + side[0], north + y * along + side[1]) for along in (far, near)]

    def state(self, number, moment):
        """What a group shows at a time, by the fixed cycle."""
        at = (moment.timestamp() + self.offset) % CYCLE
        for phase, (_, groups, green) in enumerate(PHASES, 1):
            if at < green + YELLOW + CLEARANCE:
                shows = number in groups or (number > 30 and phase == number % 4 + 1)
                if number in PERMISSIVE[phase]:
                    return "permissiveGreen" if at < green else "yellow" if at < green + YELLOW else "red"
                if not shows:
                    return "red"
                if number > 20:
                    return "green" if at < green - 6 else "red"
                return "green" if at < green else "yellow" if at < green + YELLOW else "red"
            at -= green + YELLOW + CLEARANCE
        return "red"

    def phase(self, moment):
        at = (moment.timestamp() + self.offset) % CYCLE
        for number, (_, _, green) in enumerate(PHASES, 1):
            if at < green + YELLOW + CLEARANCE:
                return number, at
            at -= green + YELLOW + CLEARANCE
        return 1, 0

    def queue(self, arm, number, moment):
        """Vehicles that wait: they gather during red and leave during green."""
        group = arm if number == 1 else arm + 4
        since = next((back for back in range(CYCLE) if (self.state(group, moment - back * SECOND) in ("green", "permissiveGreen")) != (self.state(group, moment) in ("green", "permissiveGreen"))), CYCLE)
        rate, most = (0.22, 16) if number == 1 else (0.1, 6)
        if self.state(group, moment) in ("green", "permissiveGreen"):
            return max(0, round(rate * 50 - since * 0.5 + arm % 3, 1))
        return round(min(most, since * rate + arm % 3), 1)

    def queues(self, moment):
        return {self.lane(arm, number): self.queue(arm, number, moment) for arm in ARMS for number in (1, 2)}

    def decision(self, moment):
        number, at = self.phase(moment)
        name = PHASES[number - 1][0]
        reason = "change" if at < 1.5 else "extend"
        costs = {one: round(310 + 55 * abs(one - number) + 9 * math.sin(moment.timestamp() + one), 1) for one in range(1, 5)}
        queues = self.queues(moment)
        longest = max(queues, key=queues.get)
        sentence = {
            "change": f"{name} gets green: {round(queues[longest])} vehicles wait on {longest.rsplit(':', 1)[1]}, and the change costs less than letting them wait.",
            "extend": f"{name} keeps green for 3 s more: vehicles still come, and no other phase would serve more.",
        }[reason]
        return {"type": "JsonProperty", "observedAt": iso(moment), "json": {
            "phase": str(number), "reason": reason, "sentence": sentence, "candidates": [{"phase": str(one), "cost": cost} for one, cost in costs.items()],
            "queues": queues, "blocked": [self.lane(4, 2)] if self.key == "market" else [], "assumed": [self.lane(2, 1)],
        }}

    def entities(self, now):
        yield {
            "id": self.id, "type": "SignalizedIntersection", "name": value(self.name), "location": geo("Point", place(*self.middle)), "maximumRed": value(120, unit="SEC"), "controlMode": value(self.mode),
            "activeControl": value(self.active, now - 4 * MINUTE), "decision": self.decision(now),
        }
        for number in self.groups:
            if number > 30:
                location = geo("Point", place(self.middle[0] + 12 * math.cos(number), self.middle[1] + 12 * math.sin(number)))
            elif number > 20:
                (x, y), (east, north) = ARMS[number - 20], self.middle
                location = geo("LineString", [place(east + x * 11 + y * 9, north + y * 11 + x * 9), place(east + x * 11 - y * 9, north + y * 11 - x * 9)])
            else:
                location = geo("LineString", self.line((number - 1) % 4 + 1, 5 if number < 5 else 1.7, 14, 44))
            yield {
                "id": self.group(number), "type": "SignalGroup", "refSignalizedIntersection": ref(self.id), "groupNumber": value(number), "groupKind": value("pedestrian" if 20 < number < 30 else "vehicle"),
                "location": location, "signalState": value(self.state(number, now), self.since(number, now)),
            }
        for number, (name, groups, _) in enumerate(PHASES, 1):
            yield {"id": urn("SignalPhase", f"{self.key}:{number}"), "type": "SignalPhase", "name": value(name), "refSignalizedIntersection": ref(self.id), "phaseNumber": value(number),
                   "protectedGroup": ref([self.group(one) for one in groups]), **({"permissiveGroup": ref([self.group(one) for one in PERMISSIVE[number]])} if PERMISSIVE[number] else {})}
        for arm in ARMS:
            for number in (1, 2):
                yield {"id": self.lane(arm, number), "type": "ApproachLane", "refSignalizedIntersection": ref(self.id), "location": geo("LineString", self.line(arm, 5 if number == 1 else 1.7, 15, 190)),
                       "queueLength": value(self.queue(arm, number, now), now, "C62")}

    def since(self, number, now):
        """When what a group shows began, to the second."""
        start = now.replace(microsecond=0)
        return next((start - (back - 1) * SECOND for back in range(1, CYCLE + 1) if self.state(number, start - back * SECOND) != self.state(number, start)), start - CYCLE * SECOND)

    def histories(self, now, minutes=12):
        """What every group showed, and what was decided."""
        start = now.replace(microsecond=0) - minutes * MINUTE
        moments = [start + step * SECOND for step in range(minutes * 60)]
        for number in self.groups:
            states = [self.state(number, moment) for moment in moments]
            rows = [value(state, moment) for at, (moment, state) in enumerate(zip(moments, states)) if at == 0 or states[at - 1] != state]
            yield {"id": self.group(number), "type": "SignalGroup", "signalState": rows}
        decided = [moment for moment in moments[-300:] if self.phase(moment)[1] < 1 or round(self.phase(moment)[1]) == 12]
        yield {"id": self.id, "type": "SignalizedIntersection", "decision": [self.decision(moment) for moment in decided]}

    def changes(self, before, now):
        """What is different now, as entities with only what changed."""
        for number in self.groups:
            if self.state(number, before) != self.state(number, now):
                yield {"id": self.group(number), "type": "SignalGroup", "signalState": value(self.state(number, now), now)}
        for lane, queue in self.queues(now).items():
            yield {"id": lane, "type": "ApproachLane", "queueLength": value(queue, now, "C62")}
        if self.phase(now)[1] < 1 or round(self.phase(now)[1]) == 12:
            yield {"id": self.id, "type": "SignalizedIntersection", "decision": self.decision(now)}


JUNCTIONS = [
    Junction("market", "Market Square", 0, 0), Junction("station", "Station <b>Forecourt</b>", BLOCK, 0, active="fixedPlan", offset=23),
    Junction("mill", "Mill Bridge", -BLOCK, 0, active="longestRed", offset=51), Junction("castle", "Castle Gate", 0, BLOCK, active="fixedPlan", mode="fixedPlan", offset=64),
]


def crowd():
    """Twenty-one intersections with four hundred groups."""
    return [Junction(f"crowd{number}", f"Crossing {number + 1}", (number % 7 - 3) * 260, 1500 + number // 7 * 260, offset=number * 13, more=7 + (number == 0)) for number in range(21)]


# --- Posting -----------------------------------------------------------------------------------------------------------


def send(method, url, body):
    request = urllib.request.Request(url, data=json.dumps(body).encode(), method=method, headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        return refusal.code


def upsert(url, entities):
    entities = list(entities)
    return [send("POST", url + "/ngsi-ld/v1/entityOperations/upsert?options=update", entities[at:at + 200]) for at in range(0, len(entities), 200)]


def prepare(url, now):
    """Posts the town with its past as of `now`; gives the statuses of all requests."""
    entities = [segment(*road, now) for road in roads()] + list(detectors(now)) + [forecast(quantity, now) for quantity in ("averageVehicleSpeed", "intensity")] + list(alerts(now))
    for junction in JUNCTIONS:
        entities += junction.entities(now)
    statuses = upsert(url, entities)
    temporal = url + "/ngsi-ld/v1/temporal/entities"
    name, _, _, busy = worst()
    past = [segment_history(name, busy, now) for name, _, _, busy in roads()]
    past.append({"id": urn("TrafficFlowObserved", slug(name)), "type": "TrafficFlowObserved", "averageVehicleSpeed": [value(measured(busy, back)[0], now - back * MINUTE, "KMH") for back in range(120, 0, -1)]})
    for junction in JUNCTIONS:
        past += junction.histories(now)
    return statuses + [send("POST", temporal, one) for one in past]


def step(url, before, now, junctions=JUNCTIONS):
    """Lets the signals and queues go on by what happened between two times."""
    return upsert(url, [one for junction in junctions for one in junction.changes(before, now)])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--live", action="store_true", help="go on, once a second")
    parser.add_argument("--crowd", action="store_true", help="also 21 intersections with 400 groups")
    arguments = parser.parse_args()
    url = arguments.url.rstrip("/")
    before = datetime.datetime.now(UTC)
    print("statuses:", sorted(set(prepare(url, before))))
    junctions = JUNCTIONS + (crowd() if arguments.crowd else [])
    if arguments.crowd:
        upsert(url, [one for junction in junctions[len(JUNCTIONS):] for one in junction.entities(before)])
    while arguments.live:
        time.sleep(1)
        now = datetime.datetime.now(UTC)
        step(url, before, now, junctions)
        before = now


if __name__ == "__main__":
    main()
