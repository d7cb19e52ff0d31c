"""The part of `scripts/model-check` that writes histories, asks for them, and compares them with `scripts/temporal_model.py`."""

import json
import math
import re
import urllib.parse

import broker_model as model
import temporal_model as temporal
from kill_test import Failure

SERIES = 3  # entities of a writer that get long histories
LONG = 1_500  # instances in a history beyond which its writer deletes some
PART = 100  # instances in an answer, --temporal-instances
NAMES = ["speed", "name", "open", "levels", "address", "owner", "location", "label", "list", "raw", "mixed"]
DATASETS = ["", "urn:ngsi-ld:Dataset:a", "urn:ngsi-ld:Dataset:b"]
STARTS = ["1955-03-01T00:00:00Z", "1969-12-31T23:59:58Z", "1969-12-31T23:59:59.999990Z", "2024-02-28T12:00:00Z", "2025-12-31T23:00:00Z",
          "2026-03-01T12:00:00Z"]
STEPS = [1, 1_000, 500_000, temporal.SECOND, 900 * temporal.SECOND, 3_600 * temporal.SECOND, 86_400 * temporal.SECOND,
         31 * 86_400 * temporal.SECOND]
PERIODS = ["P0D", "PT0S", None, "PT1S", "PT15M", "PT1H", "P1D", "P1W", "P1M", "P1Y", "P1DT12H"]
PATH = "/temporal/entities"
VALUES = {"values", "objects", "languageMaps", "jsons", "valueLists"}


class HistoryWriter:
    """What a writer of model-check does to histories."""

    def history_identifier(self):
        """Mostly one of those with long histories."""
        return self.series_identifier() if self.random.random() < 0.7 else self.identifier()

    def series_identifier(self):
        return f"urn:ngsi-ld:Series:{self.index}-{self.random.randint(1, SERIES)}"

    def times(self, count):
        """Instants of one walk through time, out of order, some in the same second; few, so that they meet those of other walks."""
        choose = self.random
        if count < 3:
            return [temporal.instant(choose.choice(STARTS + ["2026-03-01T12:00:01.500Z", "2025-12-31T23:59:59Z"])) for _ in range(count)]
        at, step = temporal.instant(choose.choice(STARTS)) + choose.randint(0, 20) * choose.choice(STEPS[:-1]), choose.choice(STEPS)
        times = []
        for _ in range(count):
            times.append(at)
            at += step if choose.random() < 0.8 else choose.choice(STEPS[:4])
        if choose.random() < 0.3:
            choose.shuffle(times)
        return times

    def spelled(self, instant):
        """An instant with as many decimals as it needs, or more, or with a comma, as requests may have it."""
        return temporal.date_time(instant, self.random.choice([None, None, 3, 6]), self.random.choice([".", ".", ".", ","]))

    def instances(self, name, dataset, count):
        made = []
        for time in self.times(count):
            one = self.maker.instance(name)
            one["observedAt"] = self.spelled(time)
            made.append({**one, "datasetId": dataset} if dataset else one)
        if self.random.random() < 0.1:
            # One without a time stands at that of the request, where the last one would take the place of others.
            del made[0]["observedAt"]
        return made

    def evolution(self, count):
        """name -> instances, as a request says them."""
        body = {}
        for name in self.random.sample(NAMES, self.random.randint(1, 3)):
            sets = self.random.sample(DATASETS, self.random.choice([1, 1, 2, 3])) if name in ("speed", "location", "mixed") else [""]
            body[name] = [one for dataset in sets for one in self.instances(name, dataset, count)]
            if len(body[name]) == 1 and self.random.random() < 0.5:
                [body[name]] = body[name]
        return body

    def bring_in(self, client):
        """Clauses 5.6.11 and 5.6.12."""
        identifier = self.history_identifier()
        history, entity = self.broker.histories.get(identifier), self.broker.entities.get(identifier)
        if history and sum(map(len, history.instances.values())) > LONG:
            return self.forget(client, identifier)
        body = self.evolution(self.random.choice([1, 2, 10, 80, 80]) if "Series" in identifier else self.random.choice([1, 2, 4]))
        if self.random.random() < 0.6:
            # DIFFERS from clause 5.6.11.4: types are not added while there is an entity, and not kept over a kill after there was one.
            types = sorted(entity.types if entity is not None else history.types) if entity is not None \
                or self.broker.outlived(identifier) else self.maker.types()
            # Whether there is a history of which all was deleted is left open.
            status = [201] if history is None else [204] if history.knows() else [201, 204]
            self.broker.bring_in(identifier, types, body)
            self.send(client, True, status, [], "POST", PATH, {"id": identifier, "type": types, **body})
        elif history is not None and not history.knows():
            return
        else:
            done = self.broker.bring_in(identifier, None, body)
            self.send(client, done, [204], [404], "POST", f"{PATH}/{identifier}/attrs", body)

    def forget(self, client, identifier=None):
        """Clauses 5.6.13 and 5.6.16."""
        identifier = identifier or self.history_identifier()
        history = self.broker.histories.get(identifier)
        if history is not None and not history.knows():
            return
        if self.random.random() < 0.3:
            self.broker.forget(identifier)
            self.send(client, history is not None, [204], [404], "DELETE", f"{PATH}/{identifier}")
            return
        if self.broker.outlived(identifier):
            return
        there = sorted({*history.instances, *history.ends}) if history else []
        name, dataset = self.random.choice(there) if there and self.random.random() < 0.9 else ("speed", self.random.choice(DATASETS))
        everything = self.random.random() < 0.3
        has = history is not None and history.has(name, None if everything else dataset)
        query = "?deleteAll=true" if everything else f"?datasetId={dataset}" if dataset else ""
        # Clause 5.6.13.4 has no error for a datasetId that an attribute does not have.
        refused = [204, 404] if history is not None and history.has(name) else [404]
        if has:
            history.forget(name, None if everything else dataset)
        self.send(client, has, [204], refused, "DELETE", f"{PATH}/{identifier}/attrs/{name}{query}")

    def change_instance(self, client):
        """Clauses 5.6.14 and 5.6.15."""
        identifier = self.history_identifier()
        history = self.broker.histories.get(identifier)
        if self.broker.outlived(identifier):
            return
        observed = sorted(key for key, held in history.instances.items() if any(isinstance(one, int) for one in held)) if history else []
        if not observed:
            path = f"{PATH}/{identifier}/attrs/speed/urn:ngsi-ld:instance:none"
            self.send(client, False, [], [404], "DELETE", path)
            return
        name, dataset = self.random.choice(observed)
        keys = sorted(key for key in history.instances[name, dataset] if isinstance(key, int))
        key = self.random.choice(keys)
        before = self.one_instance(client, identifier, name, dataset, key)
        path = f"{PATH}/{identifier}/attrs/{name}/{before['instanceId']}"
        if self.random.random() < 0.4:
            history.remove(name, dataset, key)
            self.send(client, True, [204], [], "DELETE", path)
            self.send(client, False, [], [404], "DELETE", path)
            return
        instance = self.maker.instance(name)
        time = key if self.random.random() < 0.4 else self.random.choice(keys) + self.random.choice([0, 1, -1, temporal.SECOND])
        instance["observedAt"] = self.spelled(time)
        history.replace(name, dataset, key, instance)
        if dataset:
            instance["datasetId"] = dataset
        self.send(client, True, [204], [], "PATCH", path, {name: [instance]})
        after = self.one_instance(client, identifier, name, dataset, time)
        if after["createdAt"] != before["createdAt"] or parsed(after["modifiedAt"]) <= parsed(before["modifiedAt"]):
            raise Failure(f"PATCH {path} makes of {json.dumps(before)} {json.dumps(after)}: its createdAt should stay (clause 5.6.14.4)")

    def one_instance(self, client, identifier, name, dataset, key):
        query = urllib.parse.urlencode({"attrs": name, "datasetId": dataset or "@none", "timerel": "between", "options": "sysAttrs",
                                        "timeAt": temporal.date_time(key), "endTimeAt": temporal.date_time(key + 1)})
        found = json.loads(self.send(client, True, [200], [], "GET", f"{PATH}/{identifier}?{query}")).get(name, [])
        if len(found) != 1:
            raise Failure(f"{identifier} has in its history of {name} {dataset} at {temporal.date_time(key)} {found}, not one instance")
        return found[0]


class Difference(Failure):
    """What an answer has otherwise than the model; says what was asked."""


def asked(path, parameters):
    return f"GET {path}?{urllib.parse.urlencode(parameters, quote_via=urllib.parse.quote, safe=':,/@')}"


def get(client, path, parameters, accepted=(200, 206)):
    """(status, headers, JSON)"""
    return read(client, asked(path, parameters).removeprefix("GET "), accepted)


def read(client, path, accepted=(200, 206), body=None):
    method = "GET" if body is None else "POST"
    status, headers, answer = client.send(method, path, body)
    if status not in accepted:
        raise Difference(f"{method} {path} {json.dumps(body) if body else ''} answered {status}: {answer[:500]!r}")
    return status, {name.lower(): value for name, value in headers.items()}, json.loads(answer) if status in (200, 206) else None


def parameters_of(window, last=None):
    parameters = {}
    if window.relation is not None:
        parameters.update(timerel=window.relation, timeAt=temporal.date_time(window.at))
        if window.relation == "between":
            parameters["endTimeAt"] = temporal.date_time(window.end)
    if last is not None:
        parameters["lastN"] = last
    return parameters


def posted(parameters):
    """The path and the Query (clause 5.2.23) that ask the same by POST."""
    def take(names):
        return {name: rest.pop(name) for name in names if name in rest}

    rest = dict(parameters)
    body = {"type": "Query", "temporalQ": take(["timerel", "timeAt", "endTimeAt", "lastN"]), "entities": [take(["type", "id"])], **take(["q"])}
    if "id" in body["entities"][0]:
        body["entities"][0]["id"] = body["entities"][0]["id"].split(",")
    place = take(["georel", "geometry", "coordinates", "geoproperty"])
    if place:
        body["geoQ"] = {**place, "coordinates": json.loads(place["coordinates"])}
    for name, value in take(["attrs", "pick", "omit", "datasetId"]).items():
        body[name] = value.split(",")
    return f"/temporal/entityOperations/query?{urllib.parse.urlencode(rest)}", body


def link(headers, relation):
    """Where a Link with the relation leads to, below the API."""
    for target, attributes in re.findall(r"<([^>]*)>([^<]*)", headers.get("link", "")):
        if f'rel="{relation}"' in attributes:
            return target.removeprefix("/ngsi-ld/v1")
    return None


# Answers: what is shown of each attribute and datasetId.


def shown(body, form):
    """(name, datasetId, instant or None, content) of each instance that an answer shows; for deletions the content is model.NULL."""
    for name, value in body.items():
        if name in ("id", "type", "scope", "@context"):
            continue
        for one in model.as_list(value):
            if form == "temporalValues":
                [member] = set(one) - {"type", "datasetId"}
                if member not in VALUES:
                    raise Difference(f"{body.get('id')} shows of {name} {json.dumps(one)[:300]}")
                for content, time in one[member]:
                    deleted = content == model.NULL or (isinstance(content, dict) and model.is_null(content))
                    yield name, one.get("datasetId", ""), parsed(time), model.NULL if deleted else content
                continue
            if form == "concise":
                one = model.from_concise(one)
            one = dict(one)
            dataset, time = one.pop("datasetId", ""), one.pop("observedAt", None)
            content = model.NULL if "deletedAt" in one else without_times(one)
            yield name, dataset, parsed(time) if time else None, content


def parsed(time):
    if "," in time:
        raise Difference(f"an answer has {time}, where only requests may have a comma (clause 4.6.3)")
    return temporal.instant(time)


def without_times(instance):
    """Without what the system adds, at any depth."""
    return {key: without_times(value) if isinstance(value, dict) and key not in model.MEMBERS else value
            for key, value in instance.items() if key not in ("instanceId", "createdAt", "modifiedAt")}


def content(instance, form):
    """What an answer shows of an instance of the model."""
    if form == "temporalValues":
        return model.simplified_value(instance)
    return {key: value for key, value in instance.items() if key != "observedAt"}


def gathered(bodies, form, last=None):
    """(name, datasetId) -> (instant, content) of all parts of an answer, and how many deletions. Each has to be there once, in order."""
    found, ends, seen = {}, {}, set()
    for body in bodies:
        for name, dataset, time, what in shown(body, form):
            if what == model.NULL:
                ends[name, dataset] = ends.get((name, dataset), 0) + 1
                continue
            if time is not None and form != "temporalValues":
                if (name, dataset, time) in seen:
                    raise Difference(f"{body.get('id')} shows {name} {dataset} at {temporal.date_time(time)} twice")
                seen.add((name, dataset, time))
            found.setdefault((name, dataset), []).append((time, what))
    if last is not None:
        found = {key: values[:last] for key, values in found.items()}
    return found, ends


# Parts of the time of answers that are too long for one (clause 6.3.10).


def rest(headers, bodies, form, window, last, followed=False):
    """What is left of a window after a part of it, the Content-Range of which has to be right; that of a Link begins with its part."""
    unit, _, said = headers.get("content-range", "").partition(" ")
    range_of, _, size = said.rpartition("/")
    start, end = (parsed(text + "Z") for text in range_of.rstrip("Z").split("Z-"))
    times = [time for body in bodies for _, _, time, _ in shown(body, form) if time is not None]
    times += [parsed(time) for body in bodies for time in scope_times(body)]
    if unit != "DateTime" or size != ("*" if last is None else str(last)) or not times:
        raise Difference(f"an answer of {len(times)} instances has the Content-Range {unit} {said}")
    if last is None:
        wanted = (window.at if window.relation in ("after", "between") and not followed else min(times), max(times))
    else:
        wanted = ({"before": window.at, "between": window.end, "after": max(times)}[window.relation], min(times))
    if (start, end) != wanted:
        raise Difference(f"a part has the Content-Range {said}, not {' to '.join(map(temporal.date_time, wanted))}")
    return window.since(end + 1) if last is None else window.before(end)


def scope_times(body):
    for one in model.as_list(body.get("scope", [])):
        if isinstance(one, dict):
            yield from [one["observedAt"]] if "observedAt" in one else [time for _, time in one.get("values", [])]


def retrieve(client, identifier, parameters, form, window, last, follow, counts):
    """All parts of the answer for one entity, or None where there is none; by the Link of each, or by the time after it."""
    bodies, path = [], asked(f"{PATH}/{identifier}", {**parameters, **parameters_of(window, last)}).removeprefix("GET ")
    while True:
        status, headers, body = read(client, path, (200, 206, 404))
        if status == 404:
            if bodies:
                raise Difference(f"GET {path} answered 404 after {len(bodies)} parts")
            return None
        bodies.append(body)
        if status == 200:
            if link(headers, "next"):
                raise Difference(f"GET {path} is the last part, and has a Link to a next")
            return bodies
        counts["parts"] += 1
        if window.relation is not None:
            window = rest(headers, [body], form, window, last, len(bodies) > 1 and follow and last is None)
            if window.empty():
                return bodies
        if last is None and (follow or window.relation is None):
            path = link(headers, "next")
            if path is None:
                raise Difference(f"{asked(PATH, parameters)} answered 206 without a Link to the next part")
        else:
            path = asked(f"{PATH}/{identifier}", {**parameters, **parameters_of(window, last)}).removeprefix("GET ")


def query(client, parameters, form, window, last, limit, how, counts):
    """id -> the bodies of all parts, for all pages of a list, by their "offset", by the "link" of each, or by "post" and offset."""
    found, offset, path = {}, 0, None
    while True:
        page_parameters = {**parameters, **parameters_of(window, last), "limit": limit, "offset": offset, "count": "true"}
        if how == "post":
            path, body = posted(page_parameters)
            status, headers, page = read(client, path, body=body)
        else:
            status, headers, page = read(client, path or asked(PATH, page_parameters).removeprefix("GET "))
        count, path = int(headers["ngsild-results-count"]), link(headers, "next") if how == "link" else None
        for body in page:
            if body["id"] in found:
                raise Difference(f"{asked(PATH, parameters)} shows {body['id']} twice, in pages of {limit}")
            found[body["id"]] = [body]
        remaining = window
        while status == 206:
            # The entities of the page, by id and no more by their values, since only the rest of their times is asked for.
            counts["parts"] += 1
            remaining = rest(headers, page, form, remaining, last)
            if remaining.empty():
                break
            again = {name: value for name, value in parameters.items() if name not in ("q", "id", "georel", "geometry", "coordinates",
                                                                                     "geoproperty")}
            again = {**again, **parameters_of(remaining, last), "id": ",".join(body["id"] for body in page), "limit": limit}
            status, headers, part = get(client, PATH, again)
            for body in part:
                if body["id"] not in found:
                    raise Difference(f"{asked(PATH, again)} shows {body['id']}, which it did not ask for")
                found[body["id"]].append(body)
            page = part if status == 206 else page
        offset += limit
        if offset >= count:
            break
        if how == "link" and path is None:
            raise Difference(f"{asked(PATH, page_parameters)} shows {limit} of {count}, and has no Link to the next")
    if len(found) != count:
        raise Difference(f"{asked(PATH, {**parameters, **parameters_of(window, last)})} counts {count}, and shows {len(found)}")
    return found


# Comparisons.


def same(found, wanted, form):
    """Whether what is shown is what is selected: in order where it has times, in any where it has none."""
    if set(found) != set(wanted):
        return False
    for key, selection in wanted.items():
        of_model = [(time, content(instance, form)) for time, instance in selection]
        timed = [one for one in of_model if isinstance(one[0], int)]
        untimed = sorted(json.dumps(what, sort_keys=True) for time, what in of_model if not isinstance(time, int))
        if untimed and form == "temporalValues":
            # They are shown with the time of their writing, which the model does not know.
            values = sorted(json.dumps(what, sort_keys=True) for _, what in found[key])
            if values != sorted(json.dumps(what, sort_keys=True) for _, what in of_model):
                return False
            continue
        if [one for one in found[key] if one[0] is not None] != timed \
                or sorted(json.dumps(what, sort_keys=True) for time, what in found[key] if time is None) != untimed:
            return False
    return True


def told(found, wanted, form):
    """The first difference in words."""
    lines = []
    for key in sorted(set(found) | set(wanted)):
        one = found.get(key, [])
        other = [(time if isinstance(time, int) else None, content(instance, form)) for time, instance in wanted.get(key, [])]
        if one == other:
            continue

        def words(values):
            return [f"{temporal.date_time(time) if time is not None else 'without time'} {json.dumps(what, ensure_ascii=False)}"
                    for time, what in values]

        one, other = words(one), words(other)
        more, less = [text for text in one if text not in other], [text for text in other if text not in one]
        lines.append(f"  {key}: {len(one)} instances, the model has {len(other)}; only in the answer {more[:3]}, only in the model "
                     f"{less[:3]}" + ("" if more or less else ", the order differs"))
    return "\n".join(lines)


def compare_selection(identifier, question, bodies, form, last, wanted):
    found, ends = gathered(bodies, form, last)
    if not same(found, wanted, form):
        raise Difference(f"{identifier} differs in {question}\n{told(found, wanted, form)}")
    return ends


def compare_history(client, identifier, history, counts):
    """Compares the temporal evolution of all attributes of an entity, which may be deleted."""
    parameters = {"timeproperty": "modifiedAt"}
    bodies = retrieve(client, identifier, parameters, None, temporal.Window(), None, True, counts)
    if bodies is None:
        if history.knows():
            raise Difference(f"{identifier} has no history")
        return
    ends = compare_selection(identifier, asked(PATH, parameters), bodies, None, None, temporal.selected(history, temporal.Window()))
    if ends != history.ends:
        raise Difference(f"{identifier} has in its history the ends {ends}, the model has {history.ends}")
    scopes = [[] if "deletedAt" in one else model.as_list(one["value"]) for body in bodies for one in model.as_list(body.get("scope", []))]
    if scopes != history.scopes:
        raise Difference(f"{identifier} has in its history the scopes {scopes}, the model has {history.scopes}")


def compare_aggregates(identifier, question, body, found, methods, length, window):
    """`found` is what the query selects; periods are compared one by one, and have to hold all of it."""
    by_name = {}
    for (name, _), selection in found.items():
        by_name.setdefault(name, []).extend(selection)
    for name, selection in by_name.items():
        kinds = {temporal.kind(instance) for _, instance in selection}
        answer = body.get(name)
        if len(kinds) != 1 or kinds == {None}:
            continue  # What sums of numbers and texts are, or the least JsonProperty, is left open.
        got = {method: [(value, parsed(start), parsed(end)) for value, start, end in values]
               for method, values in (answer or {}).items() if method not in ("type", "datasetId")}
        choices = [of_periods(selection, methods, length, window, anchor) for anchor in anchors(window, found, name)]
        if kinds == {"Relationship"}:
            # DIFFERS from table 4.5.19.1-3: Relationships have a least and a greatest.
            got = {method: values for method, values in got.items() if method not in ("min", "max")}
        if any("\\" in json.dumps(instance["value"]) for _, instance in selection if kinds == {"text"}):
            # DIFFERS from table 4.5.19.1-1: texts are in the order of their spelling in JSON, \\u00c4 before a.
            for compared in (got, *choices):
                compared.pop("min", None), compared.pop("max", None)
        if not any(close(got, wanted) for wanted in choices):
            wanted = choices[0]
            raise Difference(f"{identifier} differs in {name} of {question}\n    {brief(got, wanted)}\n    the model has "
                             f"{brief(wanted, got)}")
    strange = {name for name in body if name not in ("id", "type", "scope", "@context")} - set(by_name)
    if strange:
        raise Difference(f"{identifier} has too many {sorted(strange)} in {question}")


def anchors(window, found, name):
    """Where periods may be counted from: the start of the query, or the first value of the answer (docs/temporal.md), of whichever."""
    if window.relation in ("after", "between"):
        return [window.at]
    return sorted({selection[0][0] for (of, _), selection in found.items() if of == name})


def of_periods(selection, methods, length, window, anchor):
    """method -> (value, start, end) of each period that has instances; without a length, one as long as the query or its values."""
    keys = [key for key, _ in selection]
    start = window.at if window.relation in ("after", "between") else min(keys)
    end = {"before": window.at, "between": window.end}.get(window.relation, max(keys))
    periods = {}
    for key, instance in selection:
        periods.setdefault((start, end) if length is None else temporal.period(anchor, *length, key), []).append(instance)
    result = {}
    for (start, end), instances in sorted(periods.items()):
        for method, value in temporal.aggregated(instances, methods).items():
            result.setdefault(method, []).append((value, start, end))
    return result


def close(got, wanted):
    """Sums in another order may differ in the last digits."""
    if set(got) != set(wanted):
        return False
    return all(len(got[method]) == len(wanted[method]) and all(
        one[1:] == other[1:] and (one[0] == other[0] if isinstance(one[0], str) or isinstance(other[0], str)
                                  else math.isclose(one[0], other[0], rel_tol=1e-9, abs_tol=1e-6))
        for one, other in zip(got[method], wanted[method])) for method in wanted)


def brief(values, others):
    return {method: [f"{value} {temporal.date_time(start)} {temporal.date_time(end)}" for value, start, end in
                     [one for one in of if one not in others.get(method, [])][:3]] for method, of in values.items()}


class TemporalAsker:
    """Random temporal queries of what a broker of the model has."""

    def __init__(self, client, broker, asker, counts):
        self.client, self.broker, self.asker, self.counts = client, broker, asker, counts
        self.random = asker.random
        self.series = sorted(one for one in broker.histories if "Series" in one)
        self.others = sorted(one for one in broker.histories if "Series" not in one)

    def ask(self):
        self.random.choices([self.retrieve, self.query, self.aggregate, self.by_system_time], [4, 4, 4, 1])[0]()
        self.counts["temporal"] += 1

    def identifier(self):
        return self.random.choice(self.series if self.series and (self.random.random() < 0.6 or not self.others) else self.others)

    def bound(self, history):
        """An instant: one that the history has, next to one, or any."""
        keys = [key for held in history.instances.values() for key in held if isinstance(key, int)]
        if keys and self.random.random() < 0.85:
            return self.random.choice(keys) + self.random.choice([0, 0, 0, 1, -1, temporal.SECOND])
        return temporal.instant(self.random.choice(STARTS)) + self.random.randint(-10, 1000) * self.random.choice(STEPS[3:-1])

    def window(self, history, needed):
        relation = self.random.choice(["before", "after", "between", "between", *([] if needed else [None])])
        if relation == "between":
            at, end = sorted([self.bound(history), self.bound(history)])
            return temporal.Window("between", at, end if end > at else at + 1)
        return temporal.Window(relation, self.bound(history)) if relation else temporal.Window()

    def projection(self, parameters):
        """The attributes that are shown, or None for all, and whether these are asked for by `attrs`."""
        how, some = self.random.choice([None, None, "attrs", "pick", "omit"]), self.random.sample(NAMES, self.random.randint(1, 5))
        if how is None:
            return None, how
        parameters[how] = ",".join((["id", "type"] if how == "pick" else []) + some)
        return set(NAMES) - set(some) if how == "omit" else set(some), how

    def sets(self, parameters):
        if self.random.random() < 0.75:
            return None
        some = self.random.sample(DATASETS, self.random.choice([1, 1, 2]))
        parameters["datasetId"] = ",".join(one or "@none" for one in some)
        return set(some)

    def last(self, window):
        """Of instances without the time in question the last ones are left open."""
        return self.random.choice([1, 2, 5, 50, 400]) if window.relation is not None and self.random.random() < 0.35 else None

    def form(self, parameters):
        form = self.random.choice([None, None, "temporalValues", "temporalValues", "concise"])
        if form:
            parameters[self.random.choice(["format", "options"])] = form
        return form

    def retrieve(self):
        """Clause 5.7.3."""
        identifier = self.identifier()
        history, parameters = self.broker.histories[identifier], {}
        window = self.window(history, False)
        (names, _), datasets, last, form = self.projection(parameters), self.sets(parameters), self.last(window), self.form(parameters)
        wanted = temporal.selected(history, window, names, datasets, last)
        bodies = retrieve(self.client, identifier, parameters, form, window, last, self.random.random() < 0.5, self.counts)
        question = asked(f"{PATH}/{identifier}", {**parameters, **parameters_of(window, last)})
        if bodies is None:
            # Whether an entity without instances to show is one is left open.
            if wanted:
                raise Difference(f"{identifier} is not there for {question}")
            return
        for body in bodies:
            if body["id"] != identifier or set(model.as_list(body["type"])) != self.types(identifier):
                raise Difference(f"{identifier} is {body['id']} of {body['type']}, not {self.types(identifier)}, in {question}")
        self.counts["instances"] += sum(map(len, wanted.values()))
        ends = compare_selection(identifier, question, bodies, form, last, wanted)
        expected = {key: count for key, count in history.ends.items() if window.relation is None
                    and (names is None or key[0] in names) and (datasets is None or key[1] in datasets)}
        if ends != expected:
            raise Difference(f"{identifier} has the ends {ends} in {question}, the model has {expected}")

    def types(self, identifier):
        entity = self.broker.entities.get(identifier)
        return entity.types if entity is not None else self.broker.histories[identifier].types

    def chosen(self, parameters):
        """A condition on identifiers, and its parameters."""
        conditions = []
        text = self.random.choice(["Lamp", "Sensor,Vehicle", "(Lamp;Sensor)", "Vehicle|(Lamp;Sensor)", "*", "*"])
        of_type = model.type_query(text)
        parameters["type"] = text

        class Typed:
            def __init__(self, types):
                self.types = types

        conditions.append(lambda identifier: of_type(identifier, Typed(self.types(identifier))))
        if self.random.random() < 0.7:
            some = self.random.sample(self.others, min(6, len(self.others))) + self.random.sample(self.series, min(2, len(self.series)))
            if some:
                conditions.append(lambda identifier: identifier in some)
                parameters["id"] = ",".join(some)
        return lambda identifier: all(condition(identifier) for condition in conditions)

    def query(self):
        """Clause 5.7.4."""
        parameters = {}
        window = self.window(self.broker.histories[self.identifier()], True)
        chosen = self.chosen(parameters)
        condition = None
        if self.random.random() < 0.5:
            condition, parameters["q"] = self.asker.q()
        if self.random.random() < 0.2:
            place, more = self.asker.place()
            parameters.update(more)
            condition = place if condition is None else model.all_of([condition, place])
        (names, how), datasets, last, form = self.projection(parameters), self.sets(parameters), self.last(window), self.form(parameters)
        wanted = {}
        for identifier, history in self.broker.histories.items():
            if not chosen(identifier):
                continue
            if not temporal.selected(history, window, names if how == "attrs" else None):
                continue
            # DIFFERS from clause 5.7.4.4, where `q` comes before datasetId and lastN: it sees only the instances that these leave.
            if condition is not None and not condition(identifier, temporal.Moment(history, window, datasets, last)):
                continue
            if datasets is not None and not temporal.selected(history, window, names if how == "attrs" else None, datasets):
                continue
            wanted[identifier] = temporal.selected(history, window, names, datasets, last)
        limit = self.random.choice([3, 7, 50])
        found = query(self.client, parameters, form, window, last, limit, self.random.choice(["offset", "link", "post"]), self.counts)
        question = asked(PATH, {**parameters, **parameters_of(window, last)})
        if set(found) != set(wanted):
            odd = sorted(set(found) ^ set(wanted))[:3]
            shown_of = told(gathered(found.get(odd[0], []), form)[0], temporal.selected(self.broker.histories[odd[0]], window), form)
            raise Difference(f"{odd[0]} is {'missing' if odd[0] in wanted else 'too many'} in {question}, which finds {len(found)} of "
                             f"{len(wanted)}; also {odd[1:]}; the model has it as {sorted(self.types(odd[0]))}\n{shown_of}")
        self.counts["instances"] += sum(len(held) for one in wanted.values() for held in one.values())
        for identifier, bodies in found.items():
            compare_selection(identifier, question, bodies, form, last, wanted[identifier])

    def aggregate(self):
        """Clause 4.5.19, for one entity, or in a list of few."""
        identifier = self.identifier()
        history = self.broker.histories[identifier]
        parameters = {"format": "aggregatedValues"}
        methods = self.random.sample(temporal.METHODS, self.random.choice([1, 2, len(temporal.METHODS)]))
        parameters["aggrMethods"] = ",".join(methods)
        duration = self.random.choice(PERIODS)
        if duration:
            parameters["aggrPeriodDuration"] = duration
        length = temporal.duration(duration) if duration not in ("P0D", "PT0S", None) else None
        window = self.window(history, True)
        (names, how), datasets, last = self.projection(parameters), self.sets(parameters), self.last(window)
        found = temporal.selected(history, window, names, datasets, last)
        parameters.update(parameters_of(window, last))
        path = f"{PATH}/{identifier}"
        question = asked(path, parameters)
        status, _, body = get(self.client, path, parameters, (200, 400, 403, 404))
        kinds = {name: {temporal.kind(one) for (of, _), selection in found.items() if of == name for _, one in selection}
                 for name, _ in found}
        counted = {"totalCount", "distinctCount"} & set(methods)
        able = {name: bool(counted or any(temporal.ELIGIBLE.get(kind, set()) & set(methods) for kind in of)) for name, of in kinds.items()}
        self.counts["aggregates"] += 1
        if status == 403:
            spans = [max(key for key, _ in selection) - min(key for key, _ in selection) for selection in found.values()]
            if length and sum(spans) / (length[0] * 2_500_000 * temporal.SECOND + length[1]) > 10_000:
                return
            raise Difference(f"{identifier}: {question} answered 403")
        if status == 404:
            if found:
                raise Difference(f"{identifier} is not there for {question}")
            return
        # Clause 5.7.4.4: an error where an attribute that was asked for is eligible for none of the methods.
        definite = not any(None in of or len(of) > 1 or "Relationship" in of for of in kinds.values())
        refused = how in ("attrs", "pick") and not all(able.values())
        if status == 400 or (refused and definite):
            if (status == 400) != refused and definite:
                raise Difference(f"{identifier}: {question} answered {status}, where {able} are eligible")
            return
        found = {key: selection for key, selection in found.items() if able[key[0]] or not definite}
        compare_aggregates(identifier, question, body, found, methods, length, window)

    def by_system_time(self):
        """Queries by `modifiedAt` and its like, against what an answer with all instances says that these are."""
        identifier = self.identifier()
        history = self.broker.histories[identifier]
        whole = retrieve(self.client, identifier, {"options": "sysAttrs"}, None, temporal.Window(), None, True, self.counts)
        of = self.random.choice(["modifiedAt", "createdAt", "deletedAt"])
        held = []
        for body in whole or []:
            for name, value in body.items():
                if isinstance(value, list) and name not in ("type", "scope"):
                    held += [(parsed(one[of]), name, one["instanceId"]) for one in value if of in one]
        if not held:
            return
        times = sorted({time for time, _, _ in held})
        at = self.random.choice(times) + self.random.choice([0, 0, 1, -1])
        end = self.random.choice(times) + self.random.choice([0, 0, 1])
        relation = self.random.choice(["before", "after", "between"])
        window = temporal.Window(relation, min(at, end), max(at, end) + (at == end)) if relation == "between" else \
            temporal.Window(relation, at)
        parameters = {"timeproperty": of, "options": "sysAttrs", **parameters_of(window)}
        path, got = asked(f"{PATH}/{identifier}", parameters).removeprefix("GET "), []
        while path:
            status, headers, body = read(self.client, path)
            for name, value in body.items():
                if isinstance(value, list) and name not in ("type", "scope"):
                    got += [(parsed(one[of]), name, one["instanceId"]) for one in value]
            path = link(headers, "next") if status == 206 else None
        wanted = sorted(one for one in held if one[0] in window)
        if sorted(got) != wanted:
            raise Difference(f"{identifier} differs in {asked(PATH, parameters)}: {len(got)} instances, not {len(wanted)}: "
                             f"{sorted(set(got) ^ set(wanted))[:3]}")


def check(client, broker, asker, queries, counts):
    """Compares the answers to random temporal queries."""
    if not broker.histories:
        return
    one = TemporalAsker(client, broker, asker, counts)
    for _ in range(queries):
        one.ask()
