"""Whom the specification has told of a change, and what, for `scripts/model-check`; beside `broker_model.py`, and like it.

Written from ETSI GS CIM 009 V1.9.1, clauses 5.2.12, 5.2.14 and 5.8.6, and docs/subscriptions.md.
"""

import broker_model as model

DEFAULT_TRIGGERS = ["attributeCreated", "attributeUpdated"]
ENTITY_UPDATED = {"attributeCreated", "attributeUpdated", "attributeDeleted"}


def exact(value):
    """The value so that == tells true from 1, and does not tell 1 from 1.0."""
    if isinstance(value, dict):
        return {key: exact(one) for key, one in value.items()}
    if isinstance(value, list):
        return [exact(one) for one in value]
    return ("boolean", value) if isinstance(value, bool) else value


def attribute_events(before, after):
    """name -> the triggers that its change sets off; instances that come or go are a change of the attribute too."""
    old, new = before.attributes if before else {}, after.attributes if after else {}
    events = {}
    for name in set(old) | set(new):
        was, is_now = old.get(name, {}), new.get(name, {})
        of = set()
        if set(is_now) - set(was):
            of.add("attributeCreated")
        if set(was) - set(is_now):
            of.add("attributeDeleted")
        if was and is_now and (of or any(exact(was[dataset]) != exact(is_now[dataset]) for dataset in was)):
            of.add("attributeUpdated")
        if of:
            events[name] = of
    return events


class Showing:
    """What of an entity a subscription wants, and how; what is None is not said."""

    form = "normalized"
    names = None  # attributes
    datasets = None  # with "" for default instances
    language = None
    changes = False  # whether it says what was before

    def attributes(self, told):
        """name -> datasetId -> normalized instance, of what there is to tell; `simplified` gives values instead."""
        multiple = {name for name, sets in told.items() if set(sets) != {""}}
        told = {name: {dataset: model.in_language(instance, self.language) for dataset, instance in sets.items()
                       if self.datasets is None or dataset in self.datasets}
                for name, sets in told.items() if self.names is None or name in self.names}
        told = {name: sets for name, sets in told.items() if sets}
        if self.form == "normalized":
            return told
        if self.form == "concise":
            return {name: {dataset: concise_null(dataset, instance) for dataset, instance in sets.items()} for name, sets in told.items()}
        return {name: model.simplified_values({dataset: simplified_value(instance) for dataset, instance in sets.items()}, name in multiple)
                for name, sets in told.items()}


class Subscription:
    """One of a city, as its conditions are functions of an identifier and an entity."""

    def __init__(self, selectors, watched, triggers, condition, showing):
        self.selectors, self.watched, self.condition, self.showing = selectors, watched, condition, showing
        self.triggers = set(triggers or DEFAULT_TRIGGERS)
        if "entityUpdated" in self.triggers:
            self.triggers |= ENTITY_UPDATED
        self.is_active = True

    def told(self, identifier, before, after):
        """What a notification says of a change of one entity, and None where it says nothing."""
        entity = after or before
        if not self.is_active or entity is None or not any(selector(identifier, entity) for selector in self.selectors):
            return None
        if not self.condition(identifier, entity):
            return None
        events = attribute_events(before, after)
        watched = {name: of for name, of in events.items() if self.watched is None or name in self.watched}
        happened = set().union(*watched.values()) if watched else set()
        # Clause 5.8.6: there has to be a change in the watched attributes, also where it is the entity that comes or goes.
        if before is None and (watched or self.watched is None):
            happened.add("entityCreated")
        if after is None and (watched or self.watched is None):
            happened.add("entityDeleted")
        if not happened & self.triggers:
            return None
        told = {"id": identifier, "type": sorted(entity.types)}
        if after is None:
            if "entityDeleted" in self.triggers:
                names = set(before.attributes) if self.showing.changes else set()
            else:
                names = set(watched)
            return {**told, "deleted": True, "attributes": self.showing.attributes(self.gone(names, before, {}))}
        shown = {name: dict(sets) for name, sets in after.attributes.items()}
        if before:
            if self.showing.changes:
                for name, sets in before.attributes.items():
                    for dataset in set(sets) & set(shown.get(name, {})):
                        shown[name][dataset] = with_previous(shown[name][dataset], sets[dataset])
            for name, sets in self.gone(set(before.attributes), before, after.attributes).items():
                shown.setdefault(name, {}).update(sets)
        return {**told, "scope": after.scopes, "attributes": self.showing.attributes(shown)}

    def gone(self, names, before, now):
        """name -> datasetId -> what tells that the instance was deleted."""
        result = {}
        for name in names:
            sets, left = before.attributes[name], now.get(name, {})
            lost = {dataset: deleted(instance, self.showing.changes) for dataset, instance in sets.items() if dataset not in left}
            # One Null tells of several that there are none left; docs/subscriptions.md.
            if not left and len(lost) > 1 and not self.showing.changes and self.showing.datasets is None:
                lost = {"": lost.get("") or next(iter(lost.values()))}
            if lost:
                result[name] = lost
        return result


def previous(instance):
    """The member that says what an instance was; clauses 5.2.5 and after."""
    key = model.VALUE_KEYS[instance["type"]]
    return {"previous" + key[0].upper() + key[1:]: instance[key]}


def with_previous(instance, old):
    return instance if exact(instance) == exact(old) else {**instance, **previous(old)}


def deleted(instance, changes):
    """An instance as clause 5.8.6 tells that it was deleted."""
    kind = instance["type"]
    value = {"@none": model.NULL} if kind == "LanguageProperty" else model.NULL
    return {"type": kind, model.VALUE_KEYS[kind]: value, **(previous(instance) if changes else {})}


def concise_null(dataset, instance):
    """In concise form nothing tells a deleted GeoProperty from a Property, nor what is told by the Null alone."""
    if not model.is_null(instance):
        return instance
    if not dataset and set(instance) == {"type", model.VALUE_KEYS[instance["type"]]}:
        return {"type": "Property", "value": model.NULL}
    return {**instance, "type": "Property"} if instance["type"] == "GeoProperty" else instance


def simplified_value(instance):
    return model.NULL if model.is_null(instance) else model.simplified_value(instance)
