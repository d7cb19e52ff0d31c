// The layer's entities, read page by page, up to what a page can show.

const PAGE = 500;
const MOST = 5_000;

const shortName = (name) => (name.includes(":") ? name.split(/[/#:]/).filter(Boolean).pop() ?? name : name);

/** The descriptions of all that is published. */
export async function publishedLayers() {
  const answer = await fetch("layers");
  if (!answer.ok) throw new Error(`${answer.status}`);
  return (await answer.json()).layers;
}

/** The entities of a layer, at most `MOST`: `{ entities, isWhole }`, each with what the site shows of it. */
export async function entitiesOf(layer, language) {
  const entities = [];
  let address = `layers/${layer.id}.geojson?format=normalized&limit=${PAGE}`;
  while (address && entities.length < MOST) {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(`${answer.status}`);
    const page = await answer.json();
    for (const feature of page.features) entities.push(entityOf(feature, layer, language));
    const next = page.links?.find(({ rel }) => rel === "next")?.href;
    // The server may stand behind another address than it knows of.
    address = next ? `layers/${layer.id}.geojson${new URL(next, location.href).search}` : null;
  }
  return { entities, isWhole: address === null };
}

function entityOf(feature, layer, language) {
  const values = [];
  for (const { name, column, label } of layer.attributes) {
    const attribute = Object.hasOwn(feature.properties, name) ? feature.properties[name] : undefined;
    if (attribute === undefined || attribute.type === "GeoProperty") continue;
    const value = valueOf(attribute, language);
    values.push({ column, label: label[language] ?? label.en ?? Object.values(label)[0] ?? column, value, unitCode: attribute.unitCode, observedAt: attribute.observedAt });
  }
  const named = values.find(({ column, value }) => ["name", "title", "shortName", "headline"].includes(column) && typeof value === "string");
  const name = (named?.value ?? feature.id.replace(/^urn:ngsi-ld:/, "")).slice(0, 200);
  return { id: feature.id, name, named: named?.column, geometry: feature.geometry, values, text: `${name} ${values.map(({ value }) => String(value).slice(0, 300)).join(" ")}`.toLowerCase() };
}

function valueOf(attribute, language) {
  const value = attribute.value ?? attribute.object ?? attribute.vocab ?? attribute.valueList ?? attribute.objectList ?? attribute.json;
  if (attribute.languageMap) return attribute.languageMap[language] ?? attribute.languageMap["@none"] ?? attribute.languageMap.en ?? Object.values(attribute.languageMap)[0] ?? "";
  if (value !== null && typeof value === "object") return value["@value"] ?? JSON.stringify(value).slice(0, 500);
  return typeof value === "string" && attribute.type === "VocabProperty" ? shortName(value) : value;
}
