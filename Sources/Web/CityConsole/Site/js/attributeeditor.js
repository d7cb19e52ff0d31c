// Changes one attribute in the details: fields, and what happened to it meanwhile.

import { AttributeInput } from "./attributeinput.js";
import { el, setText } from "./dom.js";
import { mainInstance, shortName } from "./entity.js";
import { deleteAttribute, readIfThere, writeAttributes } from "./entityapi.js";
import { memberOf } from "./attributekinds.js";
import { t } from "./language.js";
import { attributesOf, recordsOf } from "./typeinfo.js";
import { offerUndo } from "./undo.js";
import { toast } from "./toast.js";

const SHOWN = 120;

/**
 * The editor of an attribute; `onClose(isSaved)` is called when it is done.
 *
 * @param kind of the value of an attribute that is not there yet
 *
 * @returns {{ element: HTMLElement, focus(): void, close(): void }}
 */
export function attributeEditor({ record, name, kind, store, map, onClose }) {
  const old = Object.hasOwn(record.entity, name) ? mainInstance(record.entity[name]) : null;
  const type = [record.entity.type ?? []].flat()[0];
  const info = attributesOf(store, type).get(name) ?? null;
  const input = new AttributeInput({ label: shortName(name), kind, old, info, infoCount: recordsOf(store, type).length, store, map });
  const problem = el("p", { className: "notice", role: "alert", hidden: true });
  let known = old ? signatureOf(old) : "";
  const say = (text, tone = "bad") => {
    setText(problem, text ?? "");
    problem.hidden = !text;
    problem.dataset.tone = tone;
  };
  const save = el("button", { type: "submit", className: "button is-main" }, t`Save`);
  const close = (isSaved) => {
    input.close();
    onClose(isSaved);
  };

  /** Whether nobody else changed it since this was opened; else it is told, and saving again overwrites. */
  const isUnchanged = async () => {
    const entity = await readIfThere(record.id);
    if (!entity) return Boolean(say(t`The entity was deleted meanwhile. Copy what you entered if you need it.`));
    const instance = Object.hasOwn(entity, name) ? mainInstance(entity[name]) : null;
    const now = instance ? signatureOf(instance) : "";
    if (now === known) return true;
    known = now;
    say(instance ? t`It became ${now.slice(0, SHOWN)} meanwhile. Save again to put yours in its place.` : t`The attribute was deleted meanwhile. Save again to make it anew.`, "warn");
    return false;
  };

  const submit = async () => {
    const instance = input.read();
    if (!instance) return input.focus();
    say(null);
    save.disabled = true;
    try {
      if (!(await isUnchanged())) return;
      await writeAttributes(record.id, { [name]: instance });
      toast(t`Saved`);
      close(true);
    } catch (error) {
      say(error.message);
    } finally {
      save.disabled = false;
    }
  };

  const remove = async () => {
    const present = record.entity[name];
    try {
      await deleteAttribute(record.id, name);
      close(true);
      offerUndo(t`${shortName(name).slice(0, 60)} was deleted`, () => writeAttributes(record.id, { [name]: withoutSystem(present) }));
    } catch (error) {
      say(error.message);
    }
  };

  const element = el("form", { className: "attribute-editor field", "aria-label": t`Change ${shortName(name)}`, noValidate: true, onsubmit: (event) => {
    event.preventDefault();
    submit();
  } }, input.element, problem, el("div", { className: "value-row" }, save,
    el("button", { type: "button", className: "button", onclick: () => close(false) }, t`Cancel`),
    old ? el("button", { type: "button", className: "text-button is-danger", onclick: remove }, t`Delete`) : null));
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    close(false);
  });
  return { element, focus: () => input.focus(), close: () => input.close() };
}

const signatureOf = (instance) => JSON.stringify(instance[memberOf(instance)]) ?? "";

/** The attribute as it may be written again. */
function withoutSystem(attribute) {
  const clean = ({ createdAt: _, modifiedAt: __, instanceId: ___, ...rest }) => rest;
  return Array.isArray(attribute) ? attribute.map(clean) : clean(attribute);
}
