"""What the specification says that a broker holds and answers, in a few lines of Python: the other half of `scripts/model-check`.

Written from ETSI GS CIM 009 V1.9.1 and docs/queries.md, sharing nothing with the sources: entities are dictionaries, operations
change them one after the other, and a query looks at each. Clauses are named where they are followed.
"""

import copy
import math
import re

from temporal_model import History

NULL = "urn:ngsi-ld:null"
EARTH = 6_371_008.8  # metres, mean radius
VALUE_KEYS = {"Property": "value", "GeoProperty": "value", "Relationship": "object", "LanguageProperty": "languageMap",
              "VocabProperty": "vocab", "JsonProperty": "json", "ListProperty": "valueList"}
MEMBERS = {"type", "unitCode", "observedAt", "datasetId", *VALUE_KEYS.values()}


class Link(str):
    """The object of a Relationship: equal or not, but in no order, and no text to find patterns in."""


class Texts(list):
    """Those of a LanguageProperty, of which one is enough."""


class Entity:
    """Types, scopes, and attributes by name and datasetId ("" is the default instance), each as its normalized JSON."""

    def __init__(self, body, history):
        self.types = set(as_list(body["type"]))
        self.attributes = {}
        self.history = history
        self.scopes = list(as_list(body.get("scope", [])))
        for name, dataset, instance in instances(body):
            self.put(name, dataset, instance)

    @property
    def scopes(self):
        return self.history.scope

    @scopes.setter
    def scopes(self, scopes):
        self.history.scoped(scopes)

    def put(self, name, dataset, instance):
        self.attributes.setdefault(name, {})[dataset] = copy.deepcopy(instance)
        self.history.held(name, dataset, instance)

    def remove(self, name, dataset):
        held = self.attributes.get(name, {})
        if held.pop(dataset, None) is not None:
            self.history.ended(name, dataset)
        if not held:
            self.attributes.pop(name, None)

    def has(self, name, dataset):
        return dataset in self.attributes.get(name, {})

    def canonical(self):
        return {"type": sorted(self.types), "scope": self.scopes, "attributes": self.attributes}


class Snapshot:
    """What an entity is at a moment. Instances are never changed, only replaced."""

    def __init__(self, entity):
        self.types, self.scopes = set(entity.types), list(entity.scopes)
        self.attributes = {name: dict(sets) for name, sets in entity.attributes.items()}


def as_list(value):
    return value if isinstance(value, list) else [value]


def instances(body):
    """(name, datasetId, instance without it) of each attribute instance of a normalized entity or fragment."""
    for name, value in body.items():
        if name in ("id", "type", "scope", "@context", "createdAt", "modifiedAt"):
            continue
        for instance in as_list(value):
            if instance == NULL:
                yield name, "", NULL
                continue
            instance = dict(instance)
            yield name, instance.pop("datasetId", ""), instance


def canonical(body):
    return Entity(body, History()).canonical()


def is_null(instance):
    return instance == NULL or any(instance.get(key) == NULL for key in ("value", "object", "json", "vocab", "valueList")) \
        or instance.get("languageMap") in (NULL, {"@none": NULL})


def merged_json(old, new):
    """RFC 7396, with NGSI-LD Null in place of null."""
    if not isinstance(new, dict):
        return new
    result = dict(old) if isinstance(old, dict) else {}
    for key, value in new.items():
        if value == NULL:
            result.pop(key, None)
        else:
            result[key] = merged_json(result.get(key), value)
    return result


def fresh(instance):
    """An instance of a fragment where there is none yet: its NGSI-LD Nulls have nothing to remove."""
    result = {}
    for key, value in instance.items():
        if value == NULL or (key not in MEMBERS and is_null(value)):
            continue
        if key in MEMBERS:
            result[key] = merged_json(None, value)
        else:
            result[key] = fresh(value)
    return result


def merged_instance(old, new):
    """Clause 5.5.12 for one attribute instance, and for those below it."""
    result = dict(old)
    for key, value in new.items():
        if key == "type":
            continue
        if key in MEMBERS:
            if value == NULL:
                result.pop(key, None)
            else:
                result[key] = merged_json(result.get(key), value)
        elif is_null(value):
            result.pop(key, None)
        elif key in result:
            result[key] = merged_instance(result[key], value)
        else:
            result[key] = fresh(value)
    return result


def noted(operation):
    """An operation on one entity, of which the broker keeps what the entity was before and is after."""

    def change(self, subject, *rest):
        identifier = subject if isinstance(subject, str) else subject["id"]
        before = self.entities.get(identifier)
        before = before and Snapshot(before)
        done = operation(self, subject, *rest)
        after = self.entities.get(identifier)
        if done:
            self.changes.append((identifier, before, after and Snapshot(after)))
        return done

    return change


class Broker:
    """The operations of clauses 5.6.1 to 5.6.20; each returns whether it was done, and changes nothing where not."""

    def __init__(self):
        self.entities = {}
        self.histories = {}
        self.changes = []  # (identifier, entity before, entity after), where None is none

    @noted
    def create(self, body):
        if body["id"] in self.entities:
            return False
        self.entities[body["id"]] = Entity(copy.deepcopy(body), self.histories.setdefault(body["id"], History()))
        return True

    @noted
    def delete(self, identifier):
        entity = self.entities.pop(identifier, None)
        if entity is None:
            return False
        for name in list(entity.attributes):
            for dataset in list(entity.attributes[name]):
                entity.remove(name, dataset)
        entity.scopes = []
        entity.history.types = entity.types
        return True

    @noted
    def replace(self, identifier, body):
        old = self.entities.get(identifier)
        if old is None:
            return False
        new = self.entities[identifier] = Entity(copy.deepcopy(body), old.history)
        for name, sets in old.attributes.items():
            for dataset in sets:
                if not new.has(name, dataset):
                    old.history.ended(name, dataset)
        return True

    def upsert(self, body, update):
        """Clause 5.6.8.4."""
        if body["id"] not in self.entities:
            return self.create(body)
        return self.update(body["id"], body) if update else self.replace(body["id"], body)

    @noted
    def update(self, identifier, fragment):
        """Clause 5.6.2.4: instances are replaced whole or added; a scope only where there is one."""
        entity = self.entities.get(identifier)
        if entity is None:
            return False
        for name, dataset, instance in instances(fragment):
            if is_null(instance):
                entity.remove(name, dataset)
            else:
                entity.put(name, dataset, fresh(instance))
        entity.types |= set(as_list(fragment.get("type", [])))
        if "scope" in fragment and entity.scopes:
            entity.scopes = list(as_list(fragment["scope"]))
        return True

    @noted
    def append(self, identifier, fragment, overwrite):
        """Clause 5.6.3.4."""
        entity = self.entities.get(identifier)
        if entity is None:
            return False
        for name, dataset, instance in instances(fragment):
            if overwrite or not entity.has(name, dataset):
                entity.put(name, dataset, instance)
        entity.types |= set(as_list(fragment.get("type", [])))
        if "scope" in fragment:
            scopes = as_list(fragment["scope"])
            entity.scopes = list(scopes) if overwrite else entity.scopes + [one for one in scopes if one not in entity.scopes]
        return True

    @noted
    def merge(self, identifier, fragment, observed=None):
        """Clause 5.6.17.4; observed is the parameter `observedAt`."""
        entity = self.entities.get(identifier)
        if entity is None:
            return False
        for name, dataset, instance in instances(fragment):
            if is_null(instance):
                entity.remove(name, dataset)
            elif entity.has(name, dataset):
                old = entity.attributes[name][dataset]
                if observed and "observedAt" in old:
                    instance = {"observedAt": observed, **instance}
                entity.put(name, dataset, merged_instance(old, instance))
            else:
                entity.put(name, dataset, fresh(instance))
        entity.types |= set(as_list(fragment.get("type", [])))
        if "scope" in fragment:
            entity.scopes = list(as_list(fragment["scope"]))
        return True

    def target(self, identifier, name, fragment):
        """The entity, if it has the instance that the fragment is for, the datasetId, and the fragment without it."""
        fragment = dict(fragment)
        dataset = fragment.pop("datasetId", "")
        entity = self.entities.get(identifier)
        return entity if entity is not None and entity.has(name, dataset) else None, dataset, fragment

    @noted
    def partial(self, identifier, name, fragment):
        """Clause 5.6.4.4: members of one instance are replaced whole."""
        entity, dataset, fragment = self.target(identifier, name, fragment)
        if entity is None:
            return False
        result = dict(entity.attributes[name][dataset])
        for key, value in fragment.items():
            if value == NULL or (key not in MEMBERS and is_null(value)):
                result.pop(key, None)
            else:
                result[key] = value if key in MEMBERS else fresh(value)
        entity.put(name, dataset, result)
        return True

    @noted
    def replace_attribute(self, identifier, name, fragment):
        """Clause 5.6.19.4."""
        entity, dataset, fragment = self.target(identifier, name, fragment)
        if entity is None:
            return False
        entity.put(name, dataset, fragment)
        return True

    @noted
    def remove_attributes(self, identifier, names):
        """What clause 5.6.21.4 does to one entity where names are given."""
        entity = self.entities.get(identifier)
        if entity is None:
            return False
        for name in names:
            for dataset in list(entity.attributes.get(name, {})):
                entity.remove(name, dataset)
        return True

    @noted
    def delete_attribute(self, identifier, name, dataset, everything):
        """Clause 5.6.5.4."""
        entity = self.entities.get(identifier)
        if entity is None or name not in entity.attributes or not (everything or entity.has(name, dataset)):
            return False
        for one in list(entity.attributes[name]) if everything else [dataset]:
            entity.remove(name, one)
        return True

    def bring_in(self, identifier, types, body):
        """Clauses 5.6.11.4 (with types) and 5.6.12.4 (where types are None); the present state of an entity stays as it is."""
        history = self.histories.get(identifier)
        if history is None:
            if types is None:
                return False
            history = self.histories[identifier] = History()
        if types is not None and identifier not in self.entities:
            history.types |= set(as_list(types))
        for name, dataset, instance in instances(body):
            history.held(name, dataset, instance)
        return True

    def forget(self, identifier):
        """Clause 5.6.16.4."""
        history = self.histories.get(identifier)
        if history is None:
            return False
        history.forget()
        if identifier not in self.entities:
            del self.histories[identifier]
        return True


# Queries: functions that take an identifier and an entity and say whether it is met.


def type_query(text):
    """Clause 4.17, as far as used here: `A`, `A,B`, `A|B`, `(A;B)`, `*`, and `A|(B;C)`."""
    choices = [choice.strip("()").split(";") for choice in re.split(r"[,|]", text)]
    return lambda _, entity: any(all(name == "*" or name in entity.types for name in choice) for choice in choices)


def scope_query(text):
    """Clause 4.19: `+` is one level, `#` any number of them, none included."""

    def pattern(scope):
        if scope.endswith("/#"):
            return re.compile(part(scope[:-2]) + "(/.*)?$")
        return re.compile(part(scope) + "$")

    def part(scope):
        return "/".join("[^/]+" if level == "+" else re.escape(level) for level in scope.split("/"))

    choices = [[pattern(scope) for scope in choice.strip("()").split(";")] for choice in re.split(r"[,|]", text)]
    return lambda _, entity: any(all(any(one.match(scope) for scope in entity.scopes) for one in choice) for choice in choices)


def targets(entity, path):
    """The values that a path of `q` points at, of all instances; clause 4.9. A path is (names, members or language)."""
    names, members = path
    held = [instance for instance in entity.attributes.get(names[0], {}).values()]
    for name in names[1:]:
        held = [instance[name] for instance in held if isinstance(instance, dict) and name in instance]
    for instance in held:
        if not isinstance(instance, dict):
            yield instance
            continue
        kind = instance["type"]
        value = instance[VALUE_KEYS[kind]]
        if kind == "LanguageProperty":
            texts = Texts(value.values()) if members in ([], ["*"]) else Texts([value[members[0]]] if members[0] in value else [])
            if texts:
                yield texts
            continue
        if kind == "Relationship":
            value = Link(value)
        for member in members:
            value = value.get(member) if isinstance(value, dict) else None
        if value is not None:
            yield value


def equal(value, other):
    """Whether they are of one type and the same; true is not 1."""
    if isinstance(value, bool) or isinstance(other, bool):
        return isinstance(value, bool) and isinstance(other, bool) and value == other
    return value == other


def includes(value, choice):
    if isinstance(choice, tuple):
        low, high = choice
        return (comparable(value, low) or (isinstance(value, Link) and isinstance(low, str))) and low <= value <= high
    return equal(value, choice)


def comparable(value, other):
    if isinstance(value, (bool, Link)) or isinstance(other, bool):
        return False
    number = (int, float)
    return (isinstance(value, number) and isinstance(other, number)) or (isinstance(value, str) and isinstance(other, str))


def term(path, operator=None, choices=()):
    """A term of `q`: the path, an operator, and its values, where a tuple is a range."""

    def holds(value):
        if operator == "!=":
            return not positive(value, "==")
        if operator == "!~=":
            texts = value if isinstance(value, Texts) else [value]
            return any(isinstance(text, str) and not isinstance(text, Link) and not positive(text, "~=") for text in texts)
        return positive(value, operator)

    def positive(value, operator):
        if isinstance(value, Texts):
            return any(positive(text, operator) for text in value)
        if operator == "==":
            return any(includes(element, choice) for element in (value if isinstance(value, list) else [value]) for choice in choices)
        if operator == "~=":
            return isinstance(value, str) and not isinstance(value, Link) and re.search(choices[0], value) is not None
        if not comparable(value, choices[0]):
            return False
        return {"<": value < choices[0], "<=": value <= choices[0], ">": value > choices[0], ">=": value >= choices[0]}[operator]

    if operator is None:
        return lambda _, entity: any(True for _ in targets(entity, path))
    return lambda _, entity: any(holds(value) for value in targets(entity, path))


def links(entity, names):
    """The objects of Relationships of the entity itself, of all instances."""
    for name in names & set(entity.attributes):
        for instance in entity.attributes[name].values():
            if instance["type"] == "Relationship":
                yield instance["object"]


def linked(entities, name, condition):
    """A term of `q` in braces after the name of a Relationship: some linked entity meets it."""
    return lambda _, entity: any(object in entities and condition(object, entities[object]) for object in links(entity, {name}))


def all_of(conditions):
    return lambda identifier, entity: all(condition(identifier, entity) for condition in conditions)


def any_of(conditions):
    return lambda identifier, entity: any(condition(identifier, entity) for condition in conditions)


def distance(one, other):
    """Metres over the ground, haversine."""
    east, north, east2, north2 = (math.radians(value) for value in (*one, *other))
    part = math.sin((north2 - north) / 2) ** 2 + math.cos(north) * math.cos(north2) * math.sin((east2 - east) / 2) ** 2
    return 2 * EARTH * math.asin(math.sqrt(part))


def points(entity, name):
    for instance in entity.attributes.get(name, {}).values():
        value = instance.get("value")
        if isinstance(value, dict) and value.get("type") == "Point":
            yield value["coordinates"]


def near(name, centre, metres, inside):
    """`near` with maxDistance where inside, else with minDistance."""
    return lambda _, entity: any((distance(point, centre) <= metres) == inside for point in points(entity, name))


def in_box(name, west, south, east, north, inside):
    """`within` and `intersects` (inside) or `disjoint` of a box, for points that do not lie on its edge."""
    return lambda _, entity: any((west < x < east and south < y < north) == inside for x, y in points(entity, name))


# Representations: what an answer shows of an entity, and back.


def in_language(instance, language):
    """Clause 4.15, where a text without the language comes in the only other that it has."""
    if language is None or instance["type"] != "LanguageProperty":
        return instance
    if is_null(instance):
        rest = {key: value for key, value in instance.items() if key not in ("type", "languageMap")}
        return {"type": "Property", "value": NULL, **rest}
    texts = instance["languageMap"]
    found = language if language in texts else next(iter(texts))
    rest = {key: value for key, value in instance.items() if key not in ("type", "languageMap")}
    return {"type": "Property", "value": texts[found], "lang": found, **rest}


def simplified_value(instance):
    """Clause 4.5.4, for one instance."""
    key = VALUE_KEYS[instance["type"]]
    value = instance[key]
    return {key: value} if key in ("languageMap", "vocab", "json") else value


def simplified(entity, names, language):
    """Clause 4.5.4, without id, type and scope. Names are those to be shown."""
    return {name: simplified_values({dataset: simplified_value(in_language(instance, language))
                                     for dataset, instance in entity.attributes[name].items()})
            for name in names & set(entity.attributes)}


def simplified_values(values, is_multiple=None):
    """Those of an attribute by datasetId, as one member; clause 4.5.4, where `is_multiple` says of the whole what some cannot."""
    if is_multiple is None:
        is_multiple = set(values) != {""}
    return {"dataset": {dataset or "@none": value for dataset, value in values.items()}} if is_multiple else values[""]


def from_concise(value):
    """The normalized form of an attribute that is written as clause 4.5.2.3 and its like have it."""
    if isinstance(value, list) and any(isinstance(one, dict) and "datasetId" in one for one in value):
        return [from_concise(one) for one in value]
    if not isinstance(value, dict) or is_geometry(value):
        return {"type": "GeoProperty" if is_geometry(value) else "Property", "value": value}
    if "value" in value:
        kind = "GeoProperty" if is_geometry(value["value"]) else "Property"
    else:
        kind = next(kind for kind, key in VALUE_KEYS.items() if key in value)
    return {"type": kind, **{key: one if key in MEMBERS or key == "lang" or key.startswith("previous") else from_concise(one) for key, one in value.items()}}


def is_geometry(value):
    return isinstance(value, dict) and "coordinates" in value
