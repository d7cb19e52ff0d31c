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
        """Takes some away, changes some and makes others, while nothing else is under way."""
        for identifier in self.random.sample(sorted(self.held), len(self.held) // 3):
            self.send(client, 204, "DELETE", f"/subscriptions/{identifier}")
            del self.held[identifier]
        for identifier in self.random.sample(sorted(self.held), len(self.held) // 4):
            body, subscription = self.held[identifier]
            active = subscription.is_active
            if self.random.random() < 0.5:
                change = {"isActive": not active}
                active = not active
            else:
                made, subscription = self.make(identifier)
                # What it said before and does not now has to be taken back; the id stays.
                change = {**{member: None for member in body if member not in made and member != "isActive"}, **made}
                del change["id"]
                body = made
            self.send(client, 204, "PATCH", f"/subscriptions/{identifier}", change)
            subscription.is_active = active
            self.held[identifier] = ({**body, "isActive": active}, subscription)
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
        selectors, watched, triggers = [lambda *_: True], None, None
        if choose.random() < 0.8:
            made = [self.selector() for _ in range(choose.choice([1, 1, 2]))]
            body["entities"], selectors = [one for one, _ in made], [condition for _, condition in made]
        if "entities" not in body or choose.random() < 0.4:
            watched = body["watchedAttributes"] = choose.sample(self.asker.ATTRIBUTES, choose.randint(1, 4))
        if choose.random() < 0.5:
            triggers = body["notificationTrigger"] = choose.sample(TRIGGERS, choose.randint(1, 3))
        conditions = self.conditions(body)
        showing = self.showing(body, body["notification"])
        return body, subscription_model.Subscription(selectors, watched, triggers, model.all_of(conditions), showing)

    def showing(self, body, notification):
        """Says what is to be told."""
        choose, showing = self.random, subscription_model.Showing()
        if choose.random() < 0.5:
            showing.form = notification["format"] = choose.choice(["simplified", "concise"])
        some, said = choose.sample(self.asker.ATTRIBUTES, choose.randint(1, 4)), choose.choice(["attributes", "pick", "omit", "", "", ""])
        if said:
            notification[said] = ["id", "type", "scope", *some] if said == "pick" else some
            showing.names = set(self.asker.ATTRIBUTES) - set(some) if said == "omit" else some
        if choose.random() < 0.2:
            showing.datasets = choose.sample(self.asker.DATASETS, choose.randint(1, 2))
            body["datasetId"] = [dataset or "@none" for dataset in showing.datasets]
        if choose.random() < 0.2:
            showing.language = body["lang"] = choose.choice(["en", "fr"])
        if showing.form != "simplified" and choose.random() < 0.3:
            showing.changes = notification["showChanges"] = True
        return showing

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
            self.compare(identifier, told, self.came(identifier, self.held[identifier][1]))
        return sum(map(len, wanted.values()))

    def check_repeated(self, client):
        """After a kill, what was told shortly before may come again, in its order, and nothing else."""
        deadline = time.monotonic() + ARRIVAL_SECONDS
        while self.outbox_rows(client):
            if time.monotonic() > deadline:
                raise self.failure(f"the outbox still has rows {ARRIVAL_SECONDS} s after a restart")
            time.sleep(0.02)
        for identifier, (body, subscription) in self.held.items():
            for entity, got in self.came(identifier, subscription).items():
                told = iter(self.last[identifier].get(entity, []))
                if not all(any(subscription_model.exact(one) == subscription_model.exact(other) for other in told) for one in got):
                    raise self.failure(f"{entity} is told to {json.dumps(body, ensure_ascii=False)} after a restart, though it was not "
                                       f"told so before: {json.dumps(got, ensure_ascii=False)}")

    def outbox_rows(self, client):
        client.connection.request("GET", "/metrics")
        text = client.connection.getresponse().read().decode()
        return int(float(re.search(r"^parvis_outbox_rows (\S+)", text, re.MULTILINE).group(1)))

    def came(self, identifier, subscription):
        return by_entity([as_told(one, subscription.showing.form) for one in self.receiver.take(identifier)])

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


def as_told(entity, form):
    """What came, as the model says it."""
    head = {"id": entity["id"], "type": sorted(model.as_list(entity["type"]))}
    head.update({"deleted": True} if "deletedAt" in entity else {"scope": list(model.as_list(entity.get("scope", [])))})
    shown = {name: value for name, value in entity.items() if name not in ("id", "type", "scope", "deletedAt")}
    if form == "simplified":
        return {**head, "attributes": shown}
    if form == "concise":
        shown = {name: model.from_concise(value) for name, value in shown.items()}
    return {**head, "attributes": model.canonical({"type": [], **shown})["attributes"]}
