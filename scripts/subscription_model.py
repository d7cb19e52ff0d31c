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


class Subscription:
    """One of a city, as its conditions are functions of an identifier and an entity."""

    def __init__(self, selectors, watched, triggers, condition, attributes):
        self.selectors, self.watched, self.condition, self.attributes = selectors, watched, condition, attributes
        self.triggers = set(triggers or DEFAULT_TRIGGERS)
        if "entityUpdated" in self.triggers:
            self.triggers |= ENTITY_UPDATED

    def told(self, identifier, before, after):
        """What a notification says of a change of one entity, and None where it says nothing."""
        entity = after or before
        if entity is None or not any(selector(identifier, entity) for selector in self.selectors):
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
        if after is None:
            return {"id": identifier, "type": sorted(before.types), "deleted": True}
        shown = {name: dict(sets) for name, sets in after.attributes.items()}
        for name, sets in (before.attributes if before else {}).items():
            if name not in shown:
                # One Null tells of several that there are none left; docs/subscriptions.md.
                shown[name] = {"": deleted(sets.get("") or next(iter(sets.values())))} if len(sets) > 1 else {
                    dataset: deleted(instance) for dataset, instance in sets.items()}
            for dataset in set(sets) - set(after.attributes.get(name, sets)):
                shown[name][dataset] = deleted(sets[dataset])
        shown = {name: sets for name, sets in shown.items() if self.attributes is None or name in self.attributes}
        return {"id": identifier, "type": sorted(after.types), "scope": after.scopes, "attributes": shown}


def deleted(instance):
    """An instance as clause 5.8.6 tells that it was deleted."""
    kind = instance["type"]
    return {"type": kind, model.VALUE_KEYS[kind]: {"@none": model.NULL} if kind == "LanguageProperty" else model.NULL}
