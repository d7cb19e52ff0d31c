// The entities that are to be changed together: what the list showed, or those that somebody chose in it.

let present = null;

/** @param action what is to be done with them; without, they are all that the list shows */
export const choose = (records, action = null) => { present = { records, action }; };

/** `{ records, action }`, or `null` when nothing was chosen since the page was opened. */
export const chosen = () => present;
