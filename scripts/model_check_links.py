"""The part of `scripts/model-check` that asks for linked entities; clause 4.5.23 and docs/queries.md."""

import json

import broker_model as model


def inlined(entities, identifier, level, above, is_simplified):
    """An entity, with those that it links to inside of its Relationships; none of `above`."""
    entity, above = entities[identifier], above | {identifier}
    shown = {}
    for name, sets in entity.attributes.items():
        made = {}
        for dataset, instance in sets.items():
            follows = level > 0 and instance["type"] == "Relationship" and instance["object"] in set(entities) - above
            inner = inlined(entities, instance["object"], level - 1, above, is_simplified) if follows else None
            if is_simplified:
                made[dataset] = inner if follows else model.simplified_value(instance)
            else:
                made[dataset] = {**instance, "entity": inner} if follows else instance
        shown[name] = model.simplified_values(made) if is_simplified else made
    return {"id": identifier, "type": sorted(entity.types), "scope": entity.scopes, "attributes": shown}


def as_inlined(answer, is_simplified):
    """An answer in the form of `inlined`."""
    shown = {}
    for name, value in answer.items():
        if name in ("id", "type", "scope"):
            continue
        if is_simplified:
            shown[name] = simplified_links(value)
            continue
        shown[name] = {}
        for instance in model.as_list(value):
            instance = dict(instance)
            if "entity" in instance:
                instance["entity"] = as_inlined(instance["entity"], is_simplified)
            shown[name][instance.pop("datasetId", "")] = instance
    return {"id": answer["id"], "type": sorted(model.as_list(answer["type"])), "scope": list(model.as_list(answer.get("scope", []))),
            "attributes": shown}


def simplified_links(value):
    if isinstance(value, dict) and set(value) == {"dataset"}:
        return {"dataset": {dataset: simplified_links(one) for dataset, one in value["dataset"].items()}}
    return as_inlined(value, True) if isinstance(value, dict) and "id" in value else value


def reached(entities, start, level):
    """Those that links lead to from some, without these."""
    found, edge = set(start), set(start)
    for _ in range(level):
        edge = {object for identifier in edge for name, sets in entities[identifier].attributes.items()
                for object in model.links(entities[identifier], {name}) if object in entities} - found
        found |= edge
    return found - set(start)


def check(read_all, entities, random, parameters, wanted, failure):
    """A query that met `wanted`, with what the entities link to."""
    level, join = random.choice([1, 1, 2, 3]), parameters.get("join") or random.choice(["inline", "inline", "flat"])
    form = random.choice(["simplified", "normalized"])
    parameters = {**parameters, "join": join, "joinLevel": level, "format": form}
    asked = json.dumps(parameters, ensure_ascii=False)
    found = read_all(parameters)
    if join == "inline":
        if {entity["id"] for entity in found} != wanted:
            raise failure(f"{asked} finds others than without join")
        expected = {identifier: inlined(entities, identifier, level, set(), form == "simplified") for identifier in wanted}
    else:
        further = reached(entities, wanted, level)
        first, others = [entity["id"] for entity in found[:len(wanted)]], [entity["id"] for entity in found[len(wanted):]]
        if set(first) != wanted or sorted(others) != sorted(further):
            raise failure(f"{asked} answers with {first} and then {others}; the model has {sorted(wanted)} and then {sorted(further)}")
        expected = {identifier: inlined(entities, identifier, 0, set(), form == "simplified") for identifier in wanted | further}
    for entity in found:
        answer = as_inlined(entity, form == "simplified")
        if answer != expected[entity["id"]]:
            raise failure(f"{entity['id']} differs in {asked}:\n    {json.dumps(answer, ensure_ascii=False)}\n    the model has "
                          f"{json.dumps(expected[entity['id']], ensure_ascii=False)}")
