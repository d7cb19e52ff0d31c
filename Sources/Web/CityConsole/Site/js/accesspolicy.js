// A policy in words, and the form that makes one. docs/access.md tells what policies are.

import { el } from "./dom.js";
import { field, names, textInput } from "./formparts.js";
import { t } from "./language.js";

const groups = ["readOps", "temporalOps", "writeOps", "subscribe", "everything"];
const meanings = {
  readOps: () => t`read`, temporalOps: () => t`read the history`, writeOps: () => t`write`, subscribe: () => t`subscribe`,
  everything: () => t`do everything`, administer: () => t`administer`,
};

const sayOperation = (name) => (Object.hasOwn(meanings, name) ? meanings[name]() : name);
const listed = (texts) => texts.join(", ");

/** What a policy says, as a sentence. */
export function wordsOfPolicy(policy) {
  const what = listed(policy.operations.map(sayOperation));
  const limits = [
    policy.types && t`entities of type ${listed(policy.types)}`,
    policy.scopes && t`in ${listed(policy.scopes)}`,
    policy.attributes && t`only ${listed(policy.attributes)}`,
    policy.area && t`within an area`,
  ].filter(Boolean);
  const where = policy.tenants?.includes("*") ? t`in all tenants` : policy.tenants?.some((name) => name !== "") ? t`in ${listed(policy.tenants.map((name) => name || t`the default tenant`))}` : "";
  return [t`${listed(policy.roles)} may ${what}`, ...limits, where].filter(Boolean).join("; ");
}

/** The fields of a new policy, and what they say: `{ parts, policy() }`. */
export function addPolicyForm(roles) {
  const id = field(t`Name`, textInput({ maxLength: 200 }), t`Such as citizens-air.`);
  const listOf = (label, chosen, placeholder, hint, wordsOf) => {
    const box = names(label, chosen, placeholder, () => {}, wordsOf);
    return { box, element: el("div", { className: "field" }, el("span", { className: "label" }, label), box.element, hint ? el("p", { className: "hint" }, hint) : null) };
  };
  const who = listOf(t`Roles that may`, [], t`Another role`, t`The role anyone is for all, also without signing in.`);
  who.box.setOptions([...roles, "anyone"]);
  const what = listOf(t`What they may do`, ["readOps"], t`Another operation`, t`Operations of NGSI-LD, or groups of them.`, sayOperation);
  what.box.setOptions(groups);
  const types = listOf(t`Only entities of these types`, [], t`A type, such as AirQualityObserved`);
  const scopes = listOf(t`Only in these scopes`, [], t`A scope, such as /centre/#`);
  const attributes = listOf(t`Only these attributes`, [], t`An attribute, such as pm25`);
  const tenants = listOf(t`Tenants`, [], t`A tenant; * for all`, t`None: the default tenant.`);
  const chosen = (part) => [...part.box.chosen];
  const policy = () => {
    const made = { id: id.input.value.trim(), roles: chosen(who), operations: chosen(what) };
    for (const [name, part] of Object.entries({ types, scopes, attributes, tenants })) if (chosen(part).length > 0) made[name] = chosen(part);
    return made;
  };
  return { parts: [id.element, who.element, what.element, types.element, scopes.element, attributes.element, tenants.element], policy };
}
