"""Random temporal queries for `scripts/model-check`, each with the answer that `scripts/temporal_model.py` has."""

import random

import broker_model as model
import temporal_model as temporal
from model_check_histories import DATASETS, NAMES, STARTS, STEPS
from temporal_answers import PATH, Difference, address, compare_aggregates, compare_selection, gathered, get, link, parameters_of, \
    parsed, query, read, retrieve, told

PART = 100  # instances in an answer, --temporal-instances
PERIODS = ["P0D", "PT0S", None, "PT1S", "PT15M", "PT1H", "P1D", "P1W", "P1M", "P1Y", "P1DT12H"]


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
        (names, _), datasets = self.projection(parameters), self.sets(parameters)
        last, form = self.last(window), self.form(parameters)
        wanted = temporal.selected(history, window, names, datasets, last)
        bodies = retrieve(self.client, identifier, parameters, form, window, last, self.random.random() < 0.5, self.counts)
        question = address(f"{PATH}/{identifier}", {**parameters, **parameters_of(window, last)})
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
            some = [one for of, most in ((self.others, 6), (self.series, 2)) for one in self.random.sample(of, min(most, len(of)))]
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
        (names, how), datasets = self.projection(parameters), self.sets(parameters)
        last, form = self.last(window), self.form(parameters)
        wanted = {}
        for identifier, history in self.broker.histories.items():
            if not chosen(identifier):
                continue
            if not temporal.selected(history, window, names if how == "attrs" else None):
                continue
            if condition is not None and not condition(identifier, temporal.Moment(history, window)):
                continue
            if datasets is not None and not temporal.selected(history, window, names if how == "attrs" else None, datasets):
                continue
            wanted[identifier] = temporal.selected(history, window, names, datasets, last)
        limit = self.random.choice([3, 7, 50])
        way = self.random.choice(["offset", "link", "post"])
        found = query(self.client, parameters, form, window, last, limit, way, self.counts)
        question = address(PATH, {**parameters, **parameters_of(window, last)})
        if set(found) != set(wanted):
            odd = sorted(set(found) ^ set(wanted))[:3]
            of_model = temporal.selected(self.broker.histories[odd[0]], window)
            how = "missing" if odd[0] in wanted else "too many"
            raise Difference(f"{odd[0]} is {how} in {question}, which finds {len(found)}, not {len(wanted)}; "
                             f"also {odd[1:]}; the model has it as {sorted(self.types(odd[0]))}\n"
                             + told(gathered(found.get(odd[0], []), form)[0], of_model, form))
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
        question = address(path, parameters)
        status, _, body = get(self.client, path, parameters, (200, 400, 403, 404))
        kinds = {name: {temporal.kind(one) for (of, _), selection in found.items() if of == name for _, one in selection}
                 for name, _ in found}
        counted = {"totalCount", "distinctCount"} & set(methods)
        able = {name: bool(counted or any(temporal.ELIGIBLE.get(kind, set()) & set(methods) for kind in of))
                for name, of in kinds.items()}
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
        choose = random.Random(self.random.random())  # The clock decides how many times there are, and must not what is asked next.
        whole = retrieve(self.client, identifier, {"options": "sysAttrs"}, None, temporal.Window(), None, True, self.counts)
        of = choose.choice(["modifiedAt", "createdAt", "deletedAt"])
        held = []
        for body in whole or []:
            for name, value in body.items():
                if isinstance(value, list) and name not in ("type", "scope"):
                    held += [(parsed(one[of]), name, one["instanceId"]) for one in value if of in one]
        if not held:
            return
        times = sorted({time for time, _, _ in held})
        at, end = choose.choice(times) + choose.choice([0, 0, 1, -1]), choose.choice(times) + choose.choice([0, 0, 1])
        relation = choose.choice(["before", "after", "between"])
        window = temporal.Window(relation, min(at, end), max(at, end) + (at == end)) if relation == "between" else \
            temporal.Window(relation, at)
        parameters = {"timeproperty": of, "options": "sysAttrs", **parameters_of(window)}
        path, got = address(f"{PATH}/{identifier}", parameters), []
        while path:
            status, headers, body = read(self.client, path)
            for name, value in body.items():
                if isinstance(value, list) and name not in ("type", "scope"):
                    got += [(parsed(one[of]), name, one["instanceId"]) for one in value]
            path = link(headers, "next") if status == 206 else None
        wanted = sorted(one for one in held if one[0] in window)
        if sorted(got) != wanted:
            raise Difference(f"{identifier} differs in {address(PATH, parameters)}: {len(got)} instances, not {len(wanted)}: "
                             f"{sorted(set(got) ^ set(wanted))[:3]}")


def check(client, broker, asker, queries, counts):
    """Compares the answers to random temporal queries."""
    if not broker.histories:
        return
    one = TemporalAsker(client, broker, asker, counts)
    for _ in range(queries):
        one.ask()
