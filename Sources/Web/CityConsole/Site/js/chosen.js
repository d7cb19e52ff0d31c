// The entities that are to be changed together: what the list showed when somebody asked for it.

let ids = null;

export const choose = (records) => { ids = records.map(({ id }) => id); };

/** Their ids, or `null` when nothing was chosen since the page was opened. */
export const chosenIds = () => ids;
