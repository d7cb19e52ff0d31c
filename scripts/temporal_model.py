"""What the specification says of histories: the part of `scripts/broker_model.py` that knows of time.

Written from ETSI GS CIM 009 V1.9.1 and, where that leaves something open, docs/temporal.md. Times are whole microseconds since
1970; a history is a dictionary for each attribute and datasetId, and a temporal query looks at each instance. Clauses are named
where they are followed.
"""

import calendar
import copy
import datetime
import json
import math
import re

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MICROSECOND = datetime.timedelta(microseconds=1)
SECOND = 1_000_000
METHODS = ["totalCount", "distinctCount", "sum", "avg", "min", "max", "stddev", "sumsq"]
# Tables 4.5.19.1-1 and 4.5.19.1-3, but for the two counts, which all have.
ELIGIBLE = {"text": {"min", "max"}, "number": {"sum", "avg", "min", "max", "stddev", "sumsq"},
            "boolean": {"sum", "avg", "min", "max", "stddev", "sumsq"}, "array": {"sum", "avg", "min", "max"}, "object": set(),
            "Relationship": set()}


def instant(text):
    """Clause 4.6.3: a DateTime with up to six decimals, in UTC."""
    match = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,](\d{1,6}))?Z", text)
    if match is None:
        raise ValueError(f"{text} is no DateTime")
    whole = datetime.datetime.fromisoformat(match[1] + "+00:00")
    return (whole - EPOCH) // MICROSECOND + int((match[2] or "").ljust(6, "0"))


def date_time(instant, decimals=None, separator="."):
    """The DateTime of an instant, with as many decimals as it needs, or with more."""
    whole, fraction = divmod(instant, SECOND)
    digits = f"{fraction:06}".rstrip("0")
    digits = digits.ljust(decimals or 0, "0")
    return (EPOCH + datetime.timedelta(seconds=whole)).strftime("%Y-%m-%dT%H:%M:%S") + (separator + digits if digits else "") + "Z"


class History:
    """What an entity's attributes were, by name and datasetId: all instances, and how often each ended.

    1. An instance with `observedAt` stands under that instant, and takes the place of one with the same.
    2. One without stands under a tuple with its place in the order of writing, which is no instant.
    3. `types` are those given with a history, or those of an entity that was deleted; while there is an entity, its own count.
    """

    def __init__(self):
        self.instances, self.ends, self.types, self.written = {}, {}, set(), 0
        self.scope, self.scopes = [], []  # what it is, and what it was, [] where it was removed

    def held(self, name, dataset, instance):
        self.written += 1
        key = instant(instance["observedAt"]) if "observedAt" in instance else (self.written,)
        self.instances.setdefault((name, dataset), {})[key] = copy.deepcopy(instance)

    def ended(self, name, dataset):
        self.ends[name, dataset] = self.ends.get((name, dataset), 0) + 1

    def scoped(self, scope):
        """Clause 4.5.6; the same scope again changes nothing (docs/temporal.md)."""
        if scope != self.scope:
            self.scope = scope
            self.scopes.append(scope)

    def replace(self, name, dataset, key, instance):
        """Clause 5.6.14.4."""
        self.remove(name, dataset, key)
        self.held(name, dataset, instance)

    def remove(self, name, dataset, key):
        """Clause 5.6.15.4."""
        held = self.instances[name, dataset]
        del held[key]
        if not held:
            del self.instances[name, dataset]

    def forget(self, name=None, dataset=None):
        """Clauses 5.6.13.4 and 5.6.16.4: an attribute, one datasetId of it, or all."""
        for kept in (self.instances, self.ends):
            for key in [key for key in kept if name in (None, key[0]) and dataset in (None, key[1])]:
                del kept[key]
        if name is None:
            self.scopes = []

    def has(self, name, dataset=None):
        return any(key[0] == name and dataset in (None, key[1]) for key in (*self.instances, *self.ends))

    def knows(self):
        return bool(self.instances or self.ends)


class Window:
    """A temporal query by `observedAt` (clause 4.11); without a relation all matches. `at` of "before" and `end` are exclusive."""

    def __init__(self, relation=None, at=None, end=None):
        self.relation, self.at, self.end = relation, at, end

    def __contains__(self, key):
        if self.relation is None:
            return True
        if not isinstance(key, int):
            return False  # "Entities which do not convey the target Temporal Property [are] non-matching".
        if self.relation == "before":
            return key < self.at
        return key >= self.at and (self.relation == "after" or key < self.end)

    def empty(self):
        return self.relation == "between" and self.at >= self.end

    def before(self, instant):
        """What of it is before an instant: what is still to come where pages go backwards."""
        return Window("before", instant) if self.relation in (None, "before") else Window("between", self.at, instant)

    def since(self, instant):
        return Window("after", instant) if self.relation in (None, "after") else \
            Window("between", instant, self.at if self.relation == "before" else self.end)


def selected(history, window, names=None, datasets=None, last=None):
    """(name, datasetId) -> (key, instance) of those that match, in their order; with `last` the newest of them, newest first.

    Names and datasetIds of None are all ("" is the default instance). DIFFERS from clause 5.2.21, where the last N are those "per
    Attribute, per Entity": they count for each datasetId of an attribute.
    """
    found = {}
    for (name, dataset), held in history.instances.items():
        if (names is not None and name not in names) or (datasets is not None and dataset not in datasets):
            continue
        keys = [key for key in held if key in window]
        if last is not None:
            keys = sorted(keys, reverse=True)[:last]
        else:
            keys.sort(key=lambda key: (isinstance(key, tuple), key))
        if keys:
            found[name, dataset] = [(key, held[key]) for key in keys]
    return found


class Moment:
    """The instances that a window selects, all at once, in the shape of an entity, for `q`: any one that passes is enough."""

    def __init__(self, history, window):
        self.attributes = {}
        for (name, dataset), found in selected(history, window).items():
            self.attributes.setdefault(name, {}).update({(dataset, key): instance for key, instance in found})


def kind(instance):
    """The column of tables 4.5.19.1-1 to -3 for an instance, or None where they have none."""
    if instance["type"] == "Relationship":
        return "Relationship"
    if instance["type"] not in ("Property", "GeoProperty"):
        return None
    value = instance["value"]
    return {bool: "boolean", str: "text", list: "array", dict: "object"}.get(type(value), "number")


def aggregated(found, methods):
    """method -> value for the instances of a period, all of one kind, for those methods that the kind has."""
    of = kind(found[0])
    values = [instance["object" if of == "Relationship" else "value"] for instance in found]
    numbers = [len(value) for value in values] if of == "array" else values if of != "boolean" else [int(value) for value in values]
    result = {}
    for method in methods:
        if method == "totalCount":
            result[method] = len(values)
        elif method == "distinctCount":
            result[method] = len({json.dumps(value, sort_keys=True) for value in values})
        elif method in ELIGIBLE[of]:
            result[method] = {
                "sum": math.fsum, "min": min, "max": max, "avg": lambda numbers: math.fsum(numbers) / len(numbers),
                "stddev": deviation, "sumsq": lambda numbers: math.fsum(number * number for number in numbers)}[method](numbers)
    return result


def deviation(numbers):
    """Of a sample (docs/temporal.md)."""
    if len(numbers) == 1:
        return 0
    mean = math.fsum(numbers) / len(numbers)
    return math.sqrt(math.fsum((number - mean) ** 2 for number in numbers) / (len(numbers) - 1))


def duration(text):
    """(months, microseconds) of a duration (clause 4.5.19.1)."""
    match = re.fullmatch(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", text)
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return 12 * years + months, ((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds) * SECOND


def later(start, months, microseconds):
    """An instant some months later, on the last day of the month where there is no such day, and some microseconds more."""
    if months:
        moment = EPOCH + start * MICROSECOND
        year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
        day = min(moment.day, calendar.monthrange(year, month + 1)[1])
        start = (moment.replace(year=year, month=month + 1, day=day) - EPOCH) // MICROSECOND
    return start + microseconds


def period(anchor, months, microseconds, key):
    """(start, end) of the period that an instant is in, of those that follow each other from the anchor on."""
    length = months * 30.436875 * 86_400 * SECOND + microseconds
    number = int((key - anchor) // length)
    if months:
        number -= 2
        while later(anchor, months * (number + 1), microseconds * (number + 1)) <= key:
            number += 1
    return tuple(later(anchor, months * one, microseconds * one) for one in (number, number + 1))
