// Puts a text where it can be pasted from.

import { el } from "./dom.js";
import { t } from "./language.js";
import { toast } from "./toast.js";

/** Copies a text, also where the page is not served securely and the clipboard's own interface is missing. */
export async function copyText(text) {
  let isCopied = false;
  try {
    await navigator.clipboard.writeText(text);
    isCopied = true;
  } catch {
    const field = el("textarea", { value: text, className: "offscreen", readOnly: true });
    document.body.append(field);
    field.select();
    isCopied = document.execCommand("copy");
    field.remove();
  }
  toast(isCopied ? t`Copied` : t`This browser does not let the page copy`);
}

