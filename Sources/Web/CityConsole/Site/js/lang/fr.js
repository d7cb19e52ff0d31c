// French: the English text of the code, and what stands in its place. scripts/check-languages tells what is missing or no longer used.

export default {
  // Header
  "Language": "Langue",
};
