// Parts of the form of a rule: hours of the week, channels with a test of each, escalation.

import { durationOf, parseDuration } from "./durations.js";
import { el, setText } from "./dom.js";
import { field, rows, select, textInput } from "./formparts.js";
import { icon } from "./icons.js";
import { t } from "./language.js";
import { testChannel } from "./ruleapi.js";
import { days } from "./rulewords.js";
import { lengthInput } from "./ruletests.js";

const isTime = (text) => /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/.test(text);

/** Hours in which a rule holds: `{ element, values(), check() }`. */
export function hoursPart(activeTimes, onChange) {
  const error = el("p", { className: "field-error", hidden: true });
  const part = rows(t`Hours`, t`Only at some hours`, (given = { days: days.slice(0, 5).map(([key]) => key), from: "07:00", to: "20:00" }) => {
    const one = typeof given === "object" && given !== null ? given : {};
    const chosen = Array.isArray(one.days) && one.days.length > 0 ? one.days : days.map(([key]) => key);
    const boxes = days.map(([key, text]) => [key, el("input", { type: "checkbox", checked: chosen.includes(key), "aria-label": text }), text]);
    const from = el("input", { type: "time", value: one.from ?? "00:00", "aria-label": t`From` });
    const to = el("input", { type: "time", value: one.to === "24:00" ? "00:00" : one.to ?? "00:00", "aria-label": t`To` });
    return {
      elements: [el("span", { className: "rule-days" }, ...boxes.map(([, box, text]) => el("label", { className: "radio" }, box, text))), from, el("span", {}, t`to`), to],
      inputs: [from, to],
      value: () => ({ days: boxes.filter(([, box]) => box.checked).map(([key]) => key), from: from.value, to: to.value === "00:00" ? "24:00" : to.value }),
    };
  }, onChange);
  for (const one of activeTimes) part.add(one);
  return {
    element: el("div", { className: "field" }, part.element, error), values: part.values,
    check: () => {
      const at = part.values().findIndex((one) => one.days.length === 0 || !isTime(one.from) || !isTime(one.to) || one.from === one.to);
      setText(error, at < 0 ? "" : t`Choose a day at least, and two times that differ.`);
      error.hidden = at < 0;
      return at < 0 ? [] : [part.rows[at].inputs[0]];
    },
  };
}

const channels = [["webhook", t`Web address (webhook)`], ["mqtt", t`MQTT topic`], ["email", t`E-mail`]];
const placeholders = { webhook: "https://…", mqtt: "mqtt://host/topic", email: "a@b.example, c@d.example" };
const isMail = (text) => /^[^@\s]+@[^@\s]+$/.test(text);

function channelFault({ channel, uri = "", to = [] }) {
  if (channel === "email") return to.length > 0 && to.every(isMail) ? null : t`Write addresses with an @, with commas between them.`;
  if (channel === "mqtt") return /^mqtts?:\/\/[^/\s]+\/\S/i.test(uri) ? null : t`Write mqtt:// or mqtts://, a host and a topic: mqtt://host/topic`;
  return /^https?:\/\/[^/\s]+/i.test(uri) ? null : t`Begin with http:// or https:// and a host.`;
}

/** Where messages go: `{ element, values(), check() }`. Each row can send a test. */
export function channelsPart(label, given, onChange) {
  const part = rows(label, t`Add a channel`, (known = { channel: "webhook" }) => {
    const old = typeof known === "object" && known !== null ? known : {};
    const kind = select(channels, channels.some(([key]) => key === old.channel) ? old.channel : "webhook", { "aria-label": t`Kind of channel` });
    const target = textInput({ "aria-label": t`Where to`, maxLength: 2000, value: old.channel === "email" ? [old.to ?? []].flat().join(", ") : String(old.uri ?? "") });
    const said = el("p", { className: "rule-said", role: "status", hidden: true });
    const say = (text, tone) => {
      setText(said, text ?? "");
      said.hidden = !text;
      said.dataset.tone = tone ?? "";
    };
    const value = () => {
      const { channel: _, uri: __, to: ___, ...rest } = old;
      const text = target.value.trim();
      return kind.value === "email" ? { channel: "email", ...rest, to: text.split(",").map((one) => one.trim()).filter(Boolean) } : { channel: kind.value, ...rest, uri: text };
    };
    const test = el("button", { type: "button", className: "button", onclick: () => send() }, icon("send"), t`Send a test`);
    const send = async () => {
      const fault = channelFault(value());
      if (fault) return say(fault, "bad");
      test.disabled = true;
      say(t`Sending …`);
      try {
        const answer = await testChannel(value());
        const { taken, milliseconds, status, reason } = answer;
        if (taken) say(t`Delivered in ${Number(milliseconds)} ms.`, "good");
        else say(t`Not delivered: ${reason ?? (status ? t`the answer has the status ${status}` : t`nobody took it`)}`, "bad");
      } catch (error) {
        say(error.message, "bad");
      } finally {
        test.disabled = false;
      }
    };
    const show = () => { target.placeholder = placeholders[kind.value]; };
    kind.addEventListener("change", show);
    target.addEventListener("input", () => { if (!said.hidden) say(null); });
    show();
    return { elements: [kind, target, test, said], value, check: () => {
      const fault = channelFault(value());
      if (fault) say(fault, "bad");
      return fault ? [target] : [];
    } };
  }, onChange);
  for (const one of given) part.add(one);
  return { element: el("div", { className: "field rule-channels-form" }, part.element), values: part.values, check: () => part.rows.flatMap((row) => row.check()), count: () => part.rows.length };
}

/** Who is told when nobody acknowledges: `{ element, value(), check() }`. */
export function escalationPart(given, onChange) {
  const isOn = el("input", { type: "checkbox", checked: given !== null, "aria-label": t`Tell others when nobody acknowledges it` });
  const after = lengthInput(t`After`, parseDuration(given?.after ?? "PT30M"));
  const who = channelsPart(t`Channel of the escalation`, Array.isArray(given?.notify) ? given.notify : [], onChange);
  const error = el("p", { className: "field-error", hidden: true });
  const box = el("div", { className: "rule-escalation" }, el("div", { className: "form-row" }, el("span", {}, t`After`), ...after.elements), who.element, error);
  const show = () => { box.hidden = !isOn.checked; };
  isOn.addEventListener("change", show);
  show();
  return {
    element: el("div", { className: "field" }, el("label", { className: "radio" }, isOn, t`Tell others when nobody acknowledges it`), box),
    value: () => (isOn.checked ? { ...given, after: Number.isFinite(after.seconds()) ? durationOf(after.seconds()) : "", notify: who.values() } : null),
    check: () => {
      if (!isOn.checked) return [];
      const fault = !Number.isFinite(after.seconds()) ? t`Write after how long, as a number above 0.` : who.count() === 0 ? t`Add a channel, or take the escalation out.` : "";
      setText(error, fault);
      error.hidden = fault === "";
      return fault ? [after.input] : who.check();
    },
  };
}

/** A field with a length of time; empty for none where that is allowed. */
export function lengthField(label, seconds, hint) {
  const input = lengthInput(label, seconds, true);
  const part = field(label, input.input, hint);
  const line = el("div", { className: "form-row rule-length" });
  input.input.before(line);
  line.append(...input.elements);
  return { element: part.element, setError: part.setError, input: input.input, seconds: input.seconds };
}
