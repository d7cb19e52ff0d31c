"""Answers of Parvis to temporal queries: how they are read, part by part and page by page, and compared with the model.

Part of `scripts/model-check`; what they should be is said by `scripts/temporal_model.py`.
"""

import json
import math
import re
import urllib.parse

import broker_model as model
import temporal_model as temporal
from kill_test import Failure

PATH = "/temporal/entities"
PLACE = ["georel", "geometry", "coordinates", "geoproperty"]
VALUES = {"values", "objects", "languageMaps", "jsons", "valueLists"}


class Difference(Failure):
    """What an answer has otherwise than the model; says what was asked."""


def address(path, parameters):
    return f"{path}?{urllib.parse.urlencode(parameters, quote_via=urllib.parse.quote, safe=':,/@')}"


def get(client, path, parameters, accepted=(200, 206)):
    """(status, headers, JSON)"""
    return read(client, address(path, parameters), accepted)


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
    selector = take(["type", "id"])
    if "id" in selector:
        selector["id"] = selector["id"].split(",")
    body = {"type": "Query", "temporalQ": take(["timerel", "timeAt", "endTimeAt", "lastN"]), "entities": [selector], **take(["q"])}
    place = take(PLACE)
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
    """(name, datasetId, instant or None, content) of each instance that an answer shows; that of a deletion is model.NULL."""
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
    """(name, datasetId) -> (instant, content) in all parts of an answer, and how many deletions. Each has to be there once."""
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
    """What is left of a window after a part of it. Its Content-Range has to be right; after a Link it begins with the part."""
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
    bodies, path = [], address(f"{PATH}/{identifier}", {**parameters, **parameters_of(window, last)})
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
                raise Difference(f"{address(PATH, parameters)} answered 206 without a Link to the next part")
        else:
            path = address(f"{PATH}/{identifier}", {**parameters, **parameters_of(window, last)})


def query(client, parameters, form, window, last, limit, how, counts):
    """id -> the bodies of all parts, for all pages of a list, by their "offset", by the "link" of each, or by "post" and offset."""
    found, offset, path = {}, 0, None
    while True:
        page_parameters = {**parameters, **parameters_of(window, last), "limit": limit, "offset": offset, "count": "true"}
        if how == "post":
            path, body = posted(page_parameters)
            status, headers, page = read(client, path, body=body)
        else:
            status, headers, page = read(client, path or address(PATH, page_parameters))
        count, path = int(headers["ngsild-results-count"]), link(headers, "next") if how == "link" else None
        for body in page:
            if body["id"] in found:
                raise Difference(f"{address(PATH, parameters)} shows {body['id']} twice, in pages of {limit}")
            found[body["id"]] = [body]
        remaining = window
        while status == 206:
            # The entities of the page, by id and no more by their values, since only the rest of their times is asked for.
            counts["parts"] += 1
            remaining = rest(headers, page, form, remaining, last)
            if remaining.empty():
                break
            again = {name: value for name, value in parameters.items() if name not in ("q", *PLACE)}
            again.update(parameters_of(remaining, last), id=",".join(body["id"] for body in page), limit=limit)
            status, headers, part = get(client, PATH, again)
            for body in part:
                if body["id"] not in found:
                    raise Difference(f"{address(PATH, again)} shows {body['id']}, which it did not ask for")
                found[body["id"]].append(body)
            page = part if status == 206 else page
        offset += limit
        if offset >= count:
            break
        if how == "link" and path is None:
            raise Difference(f"{address(PATH, page_parameters)} shows {limit} of {count}, and has no Link to the next")
    if len(found) != count:
        raise Difference(f"{address(PATH, {**parameters, **parameters_of(window, last)})} counts {count}, and shows {len(found)}")
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
    wanted = temporal.selected(history, temporal.Window())
    ends = compare_selection(identifier, address(PATH, parameters), bodies, None, None, wanted)
    if ends != history.ends:
        raise Difference(f"{identifier} has in its history the ends {ends}, the model has {history.ends}")
    scopes = [[] if "deletedAt" in one else model.as_list(one["value"])
              for body in bodies for one in model.as_list(body.get("scope", []))]
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
        if not any(close(got, wanted) for wanted in choices):
            wanted = choices[0]
            raise Difference(f"{identifier} differs in {name} of {question}\n    {brief(got, wanted)}\n    the model has "
                             f"{brief(wanted, got)}")
    strange = {name for name in body if name not in ("id", "type", "scope", "@context")} - set(by_name)
    if strange:
        raise Difference(f"{identifier} has too many {sorted(strange)} in {question}")


def anchors(window, found, name):
    """Where periods may be counted from: the start of the query, or else the first value of any datasetId (docs/temporal.md)."""
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
