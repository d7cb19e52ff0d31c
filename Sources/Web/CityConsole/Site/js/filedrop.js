// A file that is dropped on the console, wherever, is brought in by the page of imports. Without this the browser would leave the
// console to show the file.

import { el, setText } from "./dom.js";
import { t } from "./language.js";
import { toast } from "./toast.js";

/** @param take gets the file; only called where somebody is signed in. */
export function setUpFileDrop(take) {
  const hint = el("div", { className: "drop-hint", hidden: true, "aria-hidden": "true" }, el("p", { className: "card" }));
  document.body.append(hint);

  const show = (isDropping) => {
    document.body.classList.toggle("is-dropping", isDropping);
    // Where there is a place for files on the page, that one shows it.
    hint.hidden = !isDropping || [...document.querySelectorAll(".import-drop")].some((one) => one.checkVisibility());
    setText(hint.firstChild, hint.hidden ? "" : t`Drop the file to import it`);
  };

  const isFile = (event) => [...event.dataTransfer?.types ?? []].includes("Files") && !document.body.classList.contains("is-entrance");

  addEventListener("dragover", (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    show(true);
  });
  addEventListener("dragleave", (event) => {
    // Between two elements of the page it is not left.
    if (event.relatedTarget === null) show(false);
  });
  addEventListener("drop", (event) => {
    show(false);
    if (!isFile(event)) return;
    event.preventDefault();
    const { files, items } = event.dataTransfer;
    if (items[0]?.webkitGetAsEntry?.()?.isDirectory) return toast(t`A folder cannot be imported. Drop a file of it.`, 4000);
    if (files.length > 1) toast(t`One file at a time: ${files[0].name} is taken.`, 4000);
    if (files.length > 0) take(files[0]);
  });
}
