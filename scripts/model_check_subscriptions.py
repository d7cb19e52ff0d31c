"""The part of `scripts/model-check` that subscribes: random subscriptions, a receiver, and a comparison with `subscription_model.py`."""

import collections
import http.server
import json
import re
import threading
import time

import broker_model as model
import subscription_model

TRIGGERS = ["entityCreated", "entityUpdated", "entityDeleted", "attributeCreated", "attributeUpdated", "attributeDeleted"]
COUNT = 12  # at a time
ARRIVAL_SECONDS = 60


class Receiver:
    """An endpoint that takes every notification and keeps what it tells, by subscription."""

    def __init__(self):
        self.lock = threading.Lock()
        self.told = collections.defaultdict(list)  # subscription -> entities, as they came
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with receiver.lock:
                    receiver.told[body["subscriptionId"]] += body["data"]
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.uri = f"http://127.0.0.1:{self.server.server_port}/notify"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, subscription):
        """What came since it was last asked."""
        with self.lock:
            return self.told.pop(subscription, [])

    def waiting(self, subscription):
        with self.lock:
            return len(self.told.get(subscription, []))

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Subscriptions:
    """Some subscriptions of a city, of which a few are made anew in each round."""

    def __init__(self, asker, receiver, failure):
        self.asker, self.random, self.receiver, self.failure = asker, asker.random, receiver, failure
        self.held = {}  # id -> (body, model)
        self.made = 0
        self.last = {}  # what the last round told, as `by_entity`

    def send(self, client, wanted, *request):
        status, _, answer = client.send(*request)
        if status != wanted:
            raise self.failure(f"{' '.join(map(str, request))} answered {status}, not {wanted}: {answer[:500]!r}")

    def renew(self, client):
        """Takes some away and makes others, while nothing else is under way."""
        for identifier in self.random.sample(sorted(self.held), len(self.held) // 3):
            self.send(client, 204, "DELETE", f"/subscriptions/{identifier}")
            del self.held[identifier]
        while len(self.held) < COUNT:
            self.made += 1
            identifier = f"urn:ngsi-ld:Subscription:{self.made}"
            body, subscription = self.make(identifier)
            self.send(client, 201, "POST", "/subscriptions", body)
            self.held[identifier] = (body, subscription)

    def selector(self):
        """An element of `entities`, and the condition that it stands for."""
        choose = self.random
        text = choose.choice(["Lamp", "Sensor", "Sensor,Vehicle", "(Lamp;Sensor)", "Vehicle|(Lamp;Sensor)", "*"])
        kind = model.type_query(text)
        if choose.random() < 0.2:
            return {"type": text, "idPattern": "7$"}, lambda identifier, entity: identifier.endswith("7") and kind(identifier, entity)
        if choose.random() < 0.2:
            some = [f"urn:ngsi-ld:Thing:{choose.randint(0, 3)}-{choose.randint(1, 60)}" for _ in range(8)]
            return {"type": text, "id": some}, lambda identifier, entity: identifier in some and kind(identifier, entity)
        return {"type": text}, kind

    def make(self, identifier):
        choose = self.random
        body = {"id": identifier, "type": "Subscription", "notification": {"endpoint": {
            "uri": self.receiver.uri, "accept": "application/json"}}}
        selectors, watched, triggers, attributes = [lambda *_: True], None, None, None
        if choose.random() < 0.8:
            made = [self.selector() for _ in range(choose.choice([1, 1, 2]))]
            body["entities"], selectors = [one for one, _ in made], [condition for _, condition in made]
        if "entities" not in body or choose.random() < 0.4:
            watched = body["watchedAttributes"] = choose.sample(self.asker.ATTRIBUTES, choose.randint(1, 4))
        if choose.random() < 0.5:
            triggers = body["notificationTrigger"] = choose.sample(TRIGGERS, choose.randint(1, 3))
        conditions = self.conditions(body)
        if choose.random() < 0.3:
            attributes = body["notification"]["attributes"] = choose.sample(self.asker.ATTRIBUTES, choose.randint(1, 4))
        return body, subscription_model.Subscription(selectors, watched, triggers, model.all_of(conditions), attributes)

    def conditions(self, body):
        conditions = []
        if self.random.random() < 0.4:
            condition, body["q"] = self.asker.q(1)
            conditions.append(condition)
        if self.random.random() < 0.2:
            condition, body["scopeQ"] = self.asker.scope()
            conditions.append(condition)
        if self.random.random() < 0.2:
            condition, parameters = self.asker.place()
            conditions.append(condition)
            body["geoQ"] = {**parameters, "coordinates": json.loads(parameters["coordinates"])}
        return conditions

    def check(self, changes):
        """Waits for what the changes have to tell, and compares it."""
        wanted = {identifier: [told for told in (subscription.told(*change) for change in changes) if told is not None]
                  for identifier, (_, subscription) in self.held.items()}
        deadline = time.monotonic() + ARRIVAL_SECONDS
        while time.monotonic() < deadline and any(
                self.receiver.waiting(identifier) < len(told) for identifier, told in wanted.items()):
            time.sleep(0.005)
        # What is too much was decided with the rest: it would have come by now, or comes to the next round.
        time.sleep(0.05)
        self.last = {identifier: by_entity(told) for identifier, told in wanted.items()}
        for identifier, told in self.last.items():
            self.compare(identifier, told, self.came(identifier))
        return sum(map(len, wanted.values()))

    def check_repeated(self, client):
        """After a kill, what was told shortly before may come again, in its order, and nothing else."""
        deadline = time.monotonic() + ARRIVAL_SECONDS
        while self.outbox_rows(client):
            if time.monotonic() > deadline:
                raise self.failure(f"the outbox still has rows {ARRIVAL_SECONDS} s after a restart")
            time.sleep(0.02)
        for identifier, (body, _) in self.held.items():
            for entity, got in self.came(identifier).items():
                told = iter(self.last[identifier].get(entity, []))
                if not all(any(subscription_model.exact(one) == subscription_model.exact(other) for other in told) for one in got):
                    raise self.failure(f"{entity} is told to {json.dumps(body, ensure_ascii=False)} after a restart, though it was not "
                                       f"told so before: {json.dumps(got, ensure_ascii=False)}")

    def outbox_rows(self, client):
        client.connection.request("GET", "/metrics")
        text = client.connection.getresponse().read().decode()
        return int(float(re.search(r"^parvis_outbox_rows (\S+)", text, re.MULTILINE).group(1)))

    def came(self, identifier):
        return by_entity([form(one) for one in self.receiver.take(identifier)])

    def compare(self, identifier, wanted, came):
        """Changes of one entity come in their order; those of different ones may come in any."""
        body = json.dumps(self.held[identifier][0], ensure_ascii=False)
        for entity in set(wanted) | set(came):
            expected, got = wanted.get(entity, []), came.get(entity, [])
            if subscription_model.exact(expected) != subscription_model.exact(got):
                first = next((index for index, (one, other) in enumerate(zip(expected, got)) if one != other),
                             min(len(expected), len(got)))
                raise self.failure(
                    f"{entity} is told otherwise to {body}:\n    {len(got)} times, the model has {len(expected)}; at {first} comes "
                    f"{json.dumps(got[first:first + 1], ensure_ascii=False)}\n    the model has "
                    f"{json.dumps(expected[first:first + 1], ensure_ascii=False)}")


def by_entity(told):
    result = collections.defaultdict(list)
    for one in told:
        result[one["id"]].append(one)
    return result


def form(entity):
    """What came, as the model says it."""
    if "deletedAt" in entity:
        return {"id": entity["id"], "type": sorted(model.as_list(entity["type"])), "deleted": True}
    return {"id": entity["id"], **model.canonical(entity)}
