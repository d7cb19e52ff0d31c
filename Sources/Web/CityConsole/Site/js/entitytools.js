// What the details offer beside the values: links as a picture, another attribute, deletion.

import { attributeEditor } from "./attributeeditor.js";
import { kinds, kindOf } from "./attributekinds.js";
import { el, setText } from "./dom.js";
import { createEntity, deleteEntity, readEntity } from "./entityapi.js";
import { field, select, textInput } from "./formparts.js";
import { t, tn } from "./language.js";
import { relationGraph, relationsOf } from "./relationgraph.js";
import { attributesOf } from "./typeinfo.js";
import { offerUndo } from "./undo.js";

const isName = (text) => /^[A-Za-z][A-Za-z0-9_]*$/.test(text) || /^https?:\/\/\S+$/.test(text);

/** The tools of an entity, each `{ element, focus, close }`; `close()` closes the one that is open. */
export function toolsOf({ record, store, map, close }) {
  return {
    relations: () => ({ element: relationGraph(record, store) }),
    addition: () => addition(record, store, map, close),
    deletion: () => deletion(record, store, close),
  };
}

/** Asks for a name and a kind, then for the value. */
function addition(record, store, map, close) {
  const infos = attributesOf(store, [record.entity.type ?? []].flat()[0]);
  const name = field(t`Name of the attribute`, textInput({ maxLength: 400 }));
  const kind = select(kinds, "number", { "aria-label": t`Kind of value` });
  const list = el("datalist", { id: "addition-names" }, ...[...infos.values()].filter((info) => !Object.hasOwn(record.entity, info.name)).map((info) => el("option", { value: info.name })));
  name.input.setAttribute("list", list.id);
  name.input.addEventListener("change", () => {
    const info = infos.get(name.input.value.trim());
    if (info) kind.value = kindOf(info.example);
  });
  let editor = null;
  const box = el("div", {});
  const next = (event) => {
    event.preventDefault();
    const chosen = name.input.value.trim();
    const isThere = Object.hasOwn(record.entity, chosen) || ["id", "type", "scope", "@context"].includes(chosen);
    name.setError(!isName(chosen) ? t`A name begins with a letter and has letters, digits and _.` : isThere ? t`The entity has this already.` : null);
    if (!isName(chosen) || isThere) return name.input.focus();
    form.hidden = true;
    editor = attributeEditor({ record, name: chosen, kind: kind.value, store, map, onClose: close });
    box.replaceChildren(el("p", { className: "label" }, chosen), editor.element);
    editor.focus();
  };
  const form = el("form", { className: "attribute-editor", noValidate: true, "aria-label": t`Another attribute`, onsubmit: next }, list, name.element,
    el("div", { className: "value-row" }, kind, el("button", { type: "submit", className: "button is-main" }, t`Next`), el("button", { type: "button", className: "button", onclick: close }, t`Cancel`)));
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close();
  });
  return { element: el("div", { className: "detail-tool" }, form, box), focus: () => name.input.focus(), close: () => editor?.close() };
}

/** Deletes, and offers to put the entity back as it was. */
function deletion(record, store, close) {
  const { from } = relationsOf(record, store);
  const problem = el("p", { className: "notice", role: "alert", "data-tone": "bad", hidden: true });
  const yes = el("button", { type: "button", className: "button is-danger", onclick: async () => {
    yes.disabled = true;
    try {
      const entity = await readEntity(record.id);
      await deleteEntity(record.id);
      offerUndo(t`${record.name.slice(0, 60)} was deleted`, () => createEntity(entity));
    } catch (error) {
      setText(problem, error.message);
      problem.hidden = false;
      yes.disabled = false;
    }
  } }, t`Delete`);
  const links = from.length > 0 ? ` ${tn(from.length, "{0} link leads here and will lead nowhere.", "{0} links lead here and will lead nowhere.")}` : "";
  const element = el("div", { className: "detail-tool", role: "alertdialog", "aria-label": t`Delete this entity?` },
    el("p", {}, `${t`Delete this entity? Its history stays.`}${links}`), problem, el("div", { className: "value-row" }, yes, el("button", { type: "button", className: "button", onclick: close }, t`Keep it`)));
  return { element, focus: () => yes.focus() };
}
