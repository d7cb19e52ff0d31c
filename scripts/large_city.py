"""A large made-up city, for checks and measurements of the map: the same entities for the same number, always.

Two thirds stand around the middle, as in a city; one in 997 is a park (an area), one in 499 a road (a line). Numbers
are higher in the east, so that a map coloured by them shows it.
"""

import itertools
import json
import random
import urllib.request

MIDDLE = (8.68, 50.11)
TYPES = ["StreetLamp", "Bench", "WasteContainer", "Tree", "ParkingSpot", "Fountain", "Vehicle", "BusStop"]
BATCH = 1_000


def entity(number, rng):
    spread = (0.05, 0.03) if number % 3 else (0.12, 0.08)
    longitude, latitude = (round(rng.gauss(middle, width), 6) for middle, width in zip(MIDDLE, spread))
    kind = TYPES[number % len(TYPES)]
    level = round(50 + (longitude - MIDDLE[0]) * 300 + rng.gauss(0, 5), 1)
    shape = {"type": "Point", "coordinates": [longitude, latitude]}
    if number % 997 == 0:
        kind = "Park"
        steps = [(0, 0), (4, 0), (5, 3), (0, 4), (0, 0)]
        shape = {"type": "Polygon", "coordinates": [[moved(longitude, latitude, *step) for step in steps]]}
    elif number % 499 == 1:
        kind = "Road"
        shape = {"type": "LineString", "coordinates": [moved(longitude, latitude, 2 * step, step * (step % 3)) for step in range(6)]}
    return {
        "id": f"urn:ngsi-ld:{kind}:{number}", "type": kind, "name": f"{kind} {number}", "level": {"type": "Property", "value": level, "unitCode": "P1"},
        "state": rng.choice(["ok", "broken", "unknown"]), "location": {"type": "GeoProperty", "value": shape},
    }


def moved(longitude, latitude, east, north):
    """A position some thousandths of a degree away."""
    return [round(longitude + east / 1_000, 6), round(latitude + north / 1_000, 6)]


def entities(count, seed=1):
    rng = random.Random(seed)
    for number in range(count):
        yield entity(number, rng)


def load(url, count, seed=1):
    """Creates them; raises where the broker refuses one."""
    address = url + "/ngsi-ld/v1/entityOperations/create"
    made = entities(count, seed)
    while batch := list(itertools.islice(made, BATCH)):
        request = urllib.request.Request(address, json.dumps(batch).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            if answer.status != 201:
                raise RuntimeError(f"{answer.status} {answer.read()[:300]!r}")
