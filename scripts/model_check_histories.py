"""What a writer of `scripts/model-check` does to histories: brings in, changes and deletes, in Parvis and in the model."""

import json
import urllib.parse

import temporal_model as temporal
from kill_test import Failure
from temporal_answers import PATH, parsed

SERIES = 3  # entities of a writer that get long histories
LONG = 1_500  # instances in a history beyond which its writer deletes some
NAMES = ["speed", "name", "open", "levels", "address", "owner", "location", "label", "list", "raw", "mixed"]
DATASETS = ["", "urn:ngsi-ld:Dataset:a", "urn:ngsi-ld:Dataset:b"]
STARTS = ["1955-03-01T00:00:00Z", "1969-12-31T23:59:58Z", "1969-12-31T23:59:59.999990Z", "2024-02-28T12:00:00Z",
          "2025-12-31T23:00:00Z", "2026-03-01T12:00:00Z"]
FEW = STARTS + ["2026-03-01T12:00:01.500Z", "2025-12-31T23:59:59Z"]
STEPS = [1, 1_000, 500_000, temporal.SECOND, 900 * temporal.SECOND, 3_600 * temporal.SECOND, 86_400 * temporal.SECOND,
         31 * 86_400 * temporal.SECOND]


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
            return [temporal.instant(choose.choice(FEW)) for _ in range(count)]
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
            several = name in ("speed", "location", "mixed")
            sets = self.random.sample(DATASETS, self.random.choice([1, 1, 2, 3])) if several else [""]
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
            # DIFFERS from clause 5.6.11.4: types are not added while there is an entity.
            types = self.maker.types() if entity is None else sorted(entity.types)
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
        there = sorted({*history.instances, *history.ends}) if history else []
        known = there and self.random.random() < 0.9
        name, dataset = self.random.choice(there) if known else ("speed", self.random.choice(DATASETS))
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
        observed = sorted(key for key, held in (history.instances if history else {}).items()
                          if any(isinstance(one, int) for one in held))
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
            raise Failure(f"PATCH {path} makes of {json.dumps(before)} {json.dumps(after)}: createdAt stays (clause 5.6.14.4)")

    def one_instance(self, client, identifier, name, dataset, key):
        query = urllib.parse.urlencode({"attrs": name, "datasetId": dataset or "@none", "timerel": "between", "options": "sysAttrs",
                                        "timeAt": temporal.date_time(key), "endTimeAt": temporal.date_time(key + 1)})
        found = json.loads(self.send(client, True, [200], [], "GET", f"{PATH}/{identifier}?{query}")).get(name, [])
        if len(found) != 1:
            raise Failure(f"{identifier} has of {name} {dataset} at {temporal.date_time(key)} {found}, not one instance")
        return found[0]
