// Cases for the console's modules that need no map and no broker. scripts/console-test runs this in the page and gets
// back a list of `{ name, holds, seen }`.
async () => {
  const [entity, units, time, types, { EntityStore }, { RecentValues }, conditions, words, { Rates }, scale, data, { csvOf }, index, model, limits, { TrafficModel }, { decisionOf, phaseNamed, namesLane }, { clippedLine }, { armsOf }, trafficWords, { flowForecastOf }, { inkOn }, { reasonOf }] = await Promise.all(
    ["entity", "units", "time", "types", "store", "series", "conditions", "subscriptionwords", "rates", "chartscale", "historydata", "historytable", "airindex", "airmodel", "airlimits", "trafficmodel", "signaldecision", "queueline", "signaldiagram", "trafficwords", "flowforecast", "ink", "airreasons"].map((name) => import(`/console/js/${name}.js`)));
  const results = [];
  const equal = (name, seen, wanted) => {
    const [a, b] = [JSON.stringify(seen), JSON.stringify(wanted)];
    results.push({ name, holds: a === b, seen: a === b ? "" : `${a}, not ${b}` });
  };
  const property = (value, more = {}) => ({ type: "Property", value, ...more });
  const place = (value) => ({ type: "GeoProperty", value });

  equal("a full IRI is shortened, a short name and a URN are not",
    ["https://a.example/terms#speed", "https://a.example/speed", "speed", "urn:x:speed", "https://a.example/"].map(entity.shortName),
    ["speed", "speed", "speed", "urn:x:speed", "https://a.example/"]);
  equal("an id ends in what tells it apart",
    ["urn:ngsi-ld:Vehicle:bus:7", "https://a.example/bus/7", "odd"].map(entity.shortId), ["bus:7", "7", "odd"]);
  equal("removals are known in every form",
    [null, property("urn:ngsi-ld:null"), { type: "Relationship", object: "urn:ngsi-ld:null" }, { type: "LanguageProperty", languageMap: { "@none": "urn:ngsi-ld:null" } }, property(0), property(null)].map(entity.isRemoval),
    [true, true, true, true, false, false]);
  equal("kinds of values",
    [property(1), property("a"), property("2024-01-02T03:04:05Z"), property({ "@type": "DateTime", "@value": "2024-01-02T03:04:05Z" }), property({ a: 1 }), property([1, 2]),
      { type: "Relationship", object: ["a", "b"] }, { type: "ListRelationship", objectList: [{ object: "a" }] }, { type: "VocabProperty", vocab: "https://a.example/open" },
      { type: "JsonProperty", json: { a: 1 } }, { type: "LanguageProperty", languageMap: { en: "a" } }, place({ type: "Point", coordinates: [1, 2] }), property(true), { type: "Property" }]
      .map((instance) => entity.valueOf(instance).kind),
    ["number", "text", "time", "time", "json", "text", "relationship", "relationship", "text", "json", "language", "geometry", "text", "json"]);
  equal("places that are none are left out",
    [["x", 1], [181, 0], [0, 91], [], null, [[1, 2]], [7.5, 48.5, 100]].map((coordinates) => entity.placeOf({ location: place({ type: "Point", coordinates }) }).point),
    [null, null, null, null, null, null, [7.5, 48.5]]);
  equal("a broken line is not drawn, a polygon has a middle",
    [entity.placeOf({ location: place({ type: "LineString", coordinates: [[1, 2], ["a", 3]] }) }).shapes.length,
      entity.placeOf({ area: place({ type: "Polygon", coordinates: [[[0, 0], [2, 0], [2, 4], [0, 0]]] }) }).point],
    [0, [1, 2]]);
  const reasons = ["the index needs PM2.5, O3 too", "12.5 µg/m³ is outside -10 to 1000", "nan µg/m³ is outside -10 to 1000", "jumped by 80 µg/m³, neighbours by 3.2; the limit is 40",
    "the week's correlation with neighbours is 0.21, below 0.4", "what no service says: <b>5</b>", ""];
  equal("why a value is marked is said in English as the service does, and what is none of its sentences stays", reasons.map(reasonOf),
    reasons.map((text) => text.replace("1000", "1,000").replace("1000", "1,000")));
  const line = { type: "LineString", coordinates: [[1, 1], [2, 2]] };
  equal("location alone says where an entity stands; without it another place does",
    [{ before: place({ type: "Point", coordinates: [1, 1] }), location: place({ type: "Point", coordinates: [2, 2] }) },
      { startPoint: place({ type: "Point", coordinates: [1, 1] }), location: place(line) },
      { startPoint: place({ type: "Point", coordinates: [1, 1] }), course: place(line) }].map((one) => [entity.placeOf(one).point, entity.placeOf(one).shapes.length]),
    [[[2, 2], 0], [null, 1], [[1, 1], 1]]);
  equal("unit codes become symbols, unknown ones stay, no prototype shows",
    ["GQ", "CEL", "C62", "XYZ", undefined, "constructor", "__proto__"].map(units.unitSymbol), ["µg/m³", "°C", "", "XYZ", "", "constructor", "__proto__"]);
  const now = Date.parse("2026-01-01T00:00:00Z");
  equal("ages", [500, 12_000, 300_000, 7_200_000, -60_000].map((ago) => time.ageText(now - ago, now).replaceAll("\u00a0", " ")),
    ["now", "12 s ago", "5 min ago", "2 h ago", "in 1 min"]);
  equal("an unknown time has no age", [time.ageText(NaN, now), time.shortAgeText(time.parseTime("soon"), now)], ["", ""]);
  equal("known families have drawings, others letters",
    ["AirQualityObserved", "OffStreetParking", "GtfsStop", "Streetlight", "AutonomousMobileRobot", "Xylophone", "Ärger"].map((type) => types.lookOf(type).icon ?? types.lookOf(type).letters),
    ["wind", "parking", "stop", "lamp", "robot", "XY", "ÄR"]);
  equal("ground by type", ["Road", "RoadSegment", "OffStreetParking", "Streetlight", "River", "Park", "District"].map(types.groundOf),
    ["street", "street", "other", "other", "water", "green", "other"]);

  const store = new EntityStore();
  const asked = [];
  store.onUnknown = (id) => asked.push(id);
  store.limit = 3;
  store.put([{ id: "a", type: "T", name: property("A"), speed: property(1) }, { id: "b", type: "T" }]);
  store.takeDirty();
  store.apply([
    { op: "update", id: "a", entity: { speed: property(2), location: place({ type: "Point", coordinates: [1, 2] }) } },
    { op: "update", id: "a", entity: { name: property("urn:ngsi-ld:null") } },
    { op: "update", id: "x", entity: { speed: property(2) } },
    { op: "create", id: "c", entity: { id: "c", type: ["U", "V"], p: property(1) } },
    { op: "create", id: "d", entity: { id: "d", type: "T" } },
    { op: "delete", id: "b" }, { op: "delete", id: "never" }, { op: "odd", id: "a" },
  ]);
  equal("changes are taken in", [[...store.records.keys()], store.records.get("a").name, store.records.get("a").point, store.records.get("a").entity.speed.value, asked, store.leftOut],
    [["a", "c"], "a", [1, 2], 2, ["x"], 1]);
  equal("types are counted", [...store.typeCounts], [["T", 1], ["U", 1]]);
  const dirty = store.takeDirty();
  equal("each changed record is drawn once", [[...dirty.changed].map((one) => one.id), [...dirty.removed].map((one) => one.id)], [["a", "c"], ["b"]]);
  store.apply([{ op: "update", id: "x", entity: {} }, { op: "update", id: "a", entity: {}, removed: ["speed", "location"] }, JSON.parse('{"op":"update","id":"a","entity":{"__proto__":{"type":"Property","value":1}}}')]);
  equal("an unknown entity is asked for, removed attributes go, a prototype stays", [asked, store.records.get("a").point, "speed" in store.records.get("a").entity, store.records.get("a").entity.value ?? null], [["x", "x"], null, false, null]);
  store.apply([{ op: "create", id: "c", entity: { id: "c", type: "T" } }]);
  equal("creating again takes the old one's place", [[...store.typeCounts], store.size], [[["T", 2]], 2]);
  store.keepOnly(new Set(["c"]));
  equal("a reload forgets what is gone", [[...store.records.keys()], [...store.typeCounts]], [["c"], [["T", 1]]]);

  const recent = new RecentValues();
  recent.kept = 1;
  for (let index = 1; index < 30_000; index += 1) recent.add(index, "a", index, index);
  for (let at = 0; at < 500; at += 1) recent.add(29_999, "a", at, at);
  equal("recent values are bounded and those on show stay", [recent.of(1, "a")?.values, recent.of(2, "a") ?? null, recent.of(29_999, "a").values.length], [[1], null, 90]);

  const queries = ['no2>40', 'name=="a;b"', 'code=="7"', 'isOpen==true;level<=3', 'temperature', 'at>2024-01-02T03:04:05Z'];
  equal("conditions are read and written alike", queries.map((q) => conditions.writeConditions(conditions.parseConditions(q))), queries);
  equal("what the form cannot say is left alone", ['a>1|b>2', '(a>1)', 'a==1..2,5', 'a=="x'].map(conditions.parseConditions), [null, null, null, null]);
  equal("a text is quoted, a number is not", conditions.writeConditions([{ attribute: "a", comparison: "==", value: "it's" }, { attribute: "b", comparison: ">", value: " 4 " }]), 'a=="it\'s";b>4');
  const subscription = {
    id: "urn:ngsi-ld:Subscription:1", entities: [{ type: "A|B" }, { type: "C", id: ["urn:ngsi-ld:C:1"] }], q: "x>1;y", watchedAttributes: ["x"], throttling: 60,
    geoQ: { georel: "near;maxDistance==500", geometry: "Point", coordinates: [7.5, 48.5] }, notification: { endpoint: { uri: "mqtt://anna:s@host/t", receiverInfo: [{ key: "Authorization", value: "s" }] } },
  };
  equal("a subscription in words", [words.whatText(subscription), words.whenText(subscription)],
    ["A or B or C 1 where x is above 1 and y is there, within 500 m of 48.5000, 7.5000", "when x changes, at most every minute"]);
  equal("what is secret is hidden", JSON.stringify(words.definitionOf(subscription)).match(/anna|"s"/), null);
  equal("secrets in messages too", words.maskedText("http://a:b@c.example/x answers"), "http://c.example/x answers");

  const rates = new Rates();
  for (const [now, count] of [[0, 5], [3000, 5], [6000, 11]]) rates.note("s", count, now);
  equal("a rate is that of the samples", [rates.perMinute("s"), rates.series("s").values, rates.perMinute("t")], [60, [0, 120], null]);
  rates.note("s", 0, 9000);
  equal("a counter that begins anew makes no rate", rates.perMinute("s"), null);

  const HOUR = 3_600_000;
  const spans = [0.001, HOUR, 24 * HOUR, 7 * 24 * HOUR, 365 * 24 * HOUR, 3650 * 24 * HOUR, 8000 * 365 * 24 * HOUR, 1e300];
  equal("a window has at most 600 periods, or the longest there is", spans.map((span) => data.periodFor(span).iso), ["PT1S", "PT10S", "PT5M", "PT30M", "P1D", "P1W", "P20Y", "P20Y"]);
  const ends = [[0, 100], [-3.2, 17], [5, 5], [0, 0], [-1e308, 1e308], [1e308, 1.7e308], [5e-324, 1e-323], [Infinity, -Infinity], [NaN, 1]];
  equal("scales are finite whatever their ends, and hold them", ends.map(([low, high]) => {
    const one = scale.numberScale(low, high, 6);
    return one.ticks.length >= 2 && one.ticks.length < 60 && one.ticks.every(Number.isFinite) && [one.low, one.high].every((end) => one.part(end) >= 0 && one.part(end) <= 1)
      && (!(low <= high) || (one.low <= low && one.high >= high));
  }), ends.map(() => true));
  const windows = [[now, now + 60_000], [now, now + 90 * 24 * HOUR], [-62e12, 250e12], [now, now + 0.5], [5, 5], [NaN, 3]];
  equal("axes of time have few ticks", windows.map(([from, to]) => scale.timeTicks(from, to, 8).length <= 10), windows.map(() => true));
  const rows = (values) => values.map((value, at) => [value, new Date(now + at * HOUR).toISOString(), new Date(now + (at + 1) * HOUR).toISOString()]);
  const hours = data.readAggregates({ type: "Property", totalCount: rows([2, 1, 1]), avg: rows([5, null, "x"]), min: rows([4, "a", 1]), max: rows([6, "b", 1]) }, { length: HOUR });
  equal("aggregates of what is no number are none", [hours.values.map(String), hours.bands[0].lows.map(String), hours.total], [["5", "NaN", "NaN"], ["4", "NaN", "NaN"], 4]);
  const values = data.readValues({ values: [[2, "2026-01-01T01:00:00Z"], ["NaN", "2026-01-01T00:30:00Z"], [1, "2026-01-01T00:00:00Z"], [3, "soon"], "odd", [JSON.parse("1e999"), "2026-01-01T02:00:00Z"]] });
  equal("single values are put in order, what is none is a gap", [values.values.map(String), values.total], [["1", "NaN", "2", "NaN"], 4]);
  const { isMissingBefore } = await import("/console/js/chartseries.js");
  const missing = (steps, gap) => {
    const times = steps.reduce((all, step) => [...all, all.at(-1) + step], [0]);
    return times.map((_, at) => at).filter((at) => at > 0 && isMissingBefore({ times, gap }, at));
  };
  equal("where values are rare the line is whole, where some are missing it breaks", [
    missing([5, 5, 5, 5, 1, 1, 1, 1, 1, 1, 1, 1], 3), missing([1, 1, 1, 1, 10, 1, 1, 1, 1], 3), missing([1, 1, 1, 1, 10, 10, 1, 1, 1], 3), missing([60, 60, 60, 5, 5, 5, 5], 15), missing([1, 1, 9], Infinity),
  ], [[], [5], [5, 6], [], []]);
  equal("what is no answer is no series", [undefined, null, 7, "x", [], { values: 7 }].map((odd) => data.readValues(odd).times.length), [0, 0, 0, 0, 0, 0]);
  const live = data.readAggregates({ totalCount: rows([2]), avg: rows([5]), min: rows([4]), max: rows([6]) }, { length: HOUR });
  live.newest = now + 10;
  for (const [at, value] of [[5, 100], [20, 11], [30, "x"], [HOUR + 1, 1]]) data.addLive(live, now + at, value);
  equal("live values join the period they are of, older ones and texts do not", [live.values, live.bands[0].highs, live.times.length], [[7, 1], [11, 1], 2]);
  const saved = csvOf([{ source: { id: '=1+1"', attribute: "a" }, unit: "@x", times: [now, now + 1, now + 9], values: [1, NaN, 2], bands: [] }], now, now + 5);
  equal("a saved table holds no formula and only the window", saved.split("\r\n"), ["time,endTime,entity,attribute,unit,value,min,max", '2026-01-01T00:00:00.000Z,,"\'=1+1""","a","\'@x",1,,', ""]);
  equal("pollutants are known by any of their names, and by no other",
    ["PM2.5", "pm25", "pm2_5", "NO2", "co", "CO2", "constructor", ""].map((name) => index.pollutantNamed(name)?.key ?? null), ["pm25", "pm25", "pm25", "no2", "co", null, null, null]);
  equal("a value is in the category up to whose bound it goes, above all in the last",
    [["EAQI", 1], ["EAQI", 6], ["US-AQI", 0], ["US-AQI", 50], ["US-AQI", 51], ["US-AQI", 900], ["UK-DAQI", 10], ["IN-NAQI", 401]].map((one) => index.categoryOf(...one).name),
    ["Good", "Extremely poor", "Good", "Good", "Moderate", "Hazardous", "Very High", "Severe"]);
  equal("an index that is not known has no categories", [index.categoryOf("__proto__", 1), index.categoryOf("EAQI", NaN), index.categoriesOf("odd")], [null, null, []]);
  equal("ink is read on its colour", ["#ffffff", "#FFFF00", "#7E0023", "#FF5050"].map(inkOn), ["#000000", "#000000", "#ffffff", "#000000"]);
  const record = (id, type, attributes) => ({ id, types: [type], point: null, entity: { id, type, ...attributes } });
  const refers = { refAirQualityObserved: { type: "Relationship", object: "urn:s" } };
  const air = model.readAir([
    record("urn:s", "AirQualityObserved", { "PM2.5": property(12, { unitCode: "GQ" }), no2: property("high"), name: property("Here"), location: place({ type: "Point", coordinates: [1, 2] }) }),
    record("urn:ngsi-ld:AirQualityIndex:EAQI:s", "AirQualityIndex", { ...refers, index: property("EAQI"), airQualityIndex: property(3), pm25SubIndex: property(3), dominantPollutant: property("PM2.5"),
      sensorFitness: property({ SO2: "unfit: it does not follow", NO2: "fit" }), qualityMarks: property(["unfit: SO2: it does not follow", "spike: O3: 90 above its median"]) }),
    record("urn:f", "AirQualityForecast", { ...refers, pollutant: property("PM2.5"), dateIssued: property({ "@type": "DateTime", "@value": "2026-01-01T00:00:00Z" }), concentration: { type: "ListProperty", valueList: [1, "x", 3] } }),
    record("urn:g", "AirQualityForecast", { ...refers, pollutant: property("PM10"), dateIssued: property("soon"), concentration: property(7) }),
    record("urn:a", "Alert", { alertState: property("raised"), subCategory: property("airPollution"), severity: property("high"), description: property("Ozone") }),
    record("urn:b", "Alert", { alertState: property("cleared"), subCategory: property("airPollution") }), record("urn:c", "Alert", {}), record("urn:r", "Room", {}),
  ]);
  const here = air.stations.get("urn:s");
  equal("a station has its readings, indices and forecasts", [air.stations.size, [...here.readings.keys()], here.readings.get("pm25").unit, here.results.get("EAQI").dominant, [...here.forecasts.keys()]],
    [1, ["pm25"], "µg/m³", ["pm25"], ["pm25"]]);
  equal("the forecast of hour h is for the hour that ends h hours later; what is no number is a gap",
    [here.forecasts.get("pm25").times.map((one) => new Date(one).getUTCHours()), here.forecasts.get("pm25").means.map(String)], [[1, 2, 3], ["1", "NaN", "3"]]);
  equal("doubts are told once, the gravest first", here.results.get("EAQI").doubts.map(({ tone, word }) => [tone, word]), [["bad", "SO₂ sensor unfit"], ["warn", "O₃ spike"]]);
  equal("only alerts that are raised are told", air.alerts.map(({ text }) => text), ["Ozone"]);
  const pm10 = limits.limits.find(({ body, key }) => body === "EU 2008/50" && key === "pm10");
  const who = limits.limits.find(({ body, key }) => body === "WHO 2021" && key === "pm10");
  const days = new Map([[0, { count: 24, mean: 50.4, most: 90 }], [1, { count: 24, mean: 50.5, most: 90 }], [2, { count: 17, mean: 80, most: 90 }], [3, { count: 18, mean: 45.1, most: 90 }]]);
  equal("a day above the limit is one after rounding, and one with enough values", limits.judge(days, 2023, pm10).days.slice(0, 5).map(({ state }) => state), ["below", "above", "few", "below", "none"]);
  const ozone = limits.limitsOf("o3").find(({ metric, isWHO }) => metric === "mean8" && isWHO);
  // Hours of 90 but for 120 from the 6th to the 13th of the first day; on the second day 5 hours are missing, on the third 17.
  const ozoneHours = new Map(Array.from({ length: 7 + 96 }, (_, at) => [at, at >= 12 && at < 20 ? 120 : 90]).filter(([at]) => !(at >= 33 && at < 38) && !(at >= 56 && at < 73)));
  const eight = limits.eightHourDays(ozoneHours, 2023);
  equal("the highest 8-hour mean of a day is that of any 8 hours that end on it", [eight.get(0), eight.get(1).most], [{ count: 24, most: 120 }, 90]);
  equal("an 8-hour mean has at least 6 hours", [eight.get(1).count, eight.get(2).count, eight.get(3).count], [16, 4, 24]);
  equal("and a day 18 of them", limits.judge(eight, 2023, ozone).days.slice(0, 5).map(({ state }) => state), ["above", "few", "few", "below", "few"]);
  equal("WHO's limits are compared with what was measured", limits.judge(days, 2023, who).days.slice(0, 5).map(({ state }) => state), ["above", "above", "few", "above", "none"]);
  const whole = new Map(Array.from({ length: 365 }, (_, at) => [at, { count: 24, mean: at < 36 ? 60 : 10, most: 60 }]));
  equal("a year is breached, met, or not yet to be told",
    [whole, new Map([...whole].slice(1)), new Map([...whole].slice(1, 300)), new Map()].map((one) => limits.judge(one, 2023, pm10)).map(({ above, valid, verdict }) => [above, valid, verdict.tone]),
    [[36, 365, "bad"], [35, 364, "good"], [35, 299, "warn"], [0, 0, ""]]);
  const street = [[7, 48], [7, 48.001], [7, 48.002]];
  equal("a queue is the end of its lane, and no longer than it", [clippedLine(street, 1e6), clippedLine(street, 111.195 * 1.5).map(([x, y]) => [x, Math.round(y * 1e4) / 1e4]), clippedLine(street, 0)],
    [street, [[7, 48.0005], [7, 48.001], [7, 48.002]], [[7, 48.002]]]);
  const seenOf = (decision) => decision && [decision.phase, decision.reason, decision.candidates, [...decision.queues], [...decision.blocked]];
  equal("a decision is read with lists or objects, and what is none is left out",
    [{ phase: "A", reason: "extend", candidates: [{ phase: "A", cost: 3 }, { phase: 2, delayVehicleSeconds: 4 }, null, { phase: "B" }], queues: { a: 2, b: "x" }, blocked: ["a"] }, { queues: [{ lane: "a", vehicles: 1 }, null] }, null, [], "x"]
      .map((json) => seenOf(decisionOf(json, 0))),
    [["A", "extend", [{ phase: "A", cost: 3 }, { phase: "2", cost: 4 }], [["a", 2]], ["a"]], ["", "", [], [["a", 1]], []], null, null, null]);
  const phases = [{ id: "urn:ngsi-ld:SignalPhase:x:1", number: 1, name: "North" }, { id: "urn:ngsi-ld:SignalPhase:x:2", number: 2, name: null }];
  equal("a phase is named by name, number or id", ["North", "2", "urn:ngsi-ld:SignalPhase:x:1", "3", ""].map((name) => phaseNamed(name, phases)?.number ?? null), [1, 2, 1, null, null]);
  equal("a lane is named by its id or its end", ["urn:ngsi-ld:ApproachLane:x:a", "a", "b"].map((name) => namesLane(new Set([name]), { id: "urn:ngsi-ld:ApproachLane:x:a", name: null })), [true, true, false]);
  const signalGroup = (number, coordinates, kind = "vehicle") => ({ id: `g${number}`, number, kind, coordinates: coordinates ? [coordinates] : [], point: null });
  equal("groups of one approach stand side by side, those without a place around",
    armsOf({ point: [7, 48] }, [signalGroup(1, [[6.99995, 48.001], [6.99995, 48.0001]]), signalGroup(5, [[6.99998, 48.001], [6.99998, 48.0001]]), signalGroup(2, [[7.001, 48.00003], [7.0002, 48.00003]]), signalGroup(21, [[6.9999, 48.0001], [7.0001, 48.0001]], "pedestrian")])
      .map((arm) => [Math.round(arm.bearing), arm.cars.map(({ number }) => number), arm.walkers.map(({ number }) => number)]),
    [[0, [1, 5], []], [90, [2], []], [270, [], [21]]]);
  equal("who decides, and when that is a warning",
    [["adaptive", "adaptive"], ["fixedPlan", "adaptive"], ["fixedPlan", "fixedPlan"], ["fixedPlan", "off"], ["longestRed", "adaptive"], ["adaptive", "fixedPlan"], ["constructor", "adaptive"], ["", ""]].map(([active, mode]) => trafficWords.controlOf({ active, mode }).tone),
    ["good", "warn", "", "warn", "warn", "warn", "", ""]);
  equal("a description that cannot be used is a warning", trafficWords.controlOf({ active: "fixedPlan", mode: "fixedPlan", fault: "No groups." }).warning, "The controller cannot decide here. No groups.");
  equal("durations", [0, 59.4, 60, 125, NaN].map(trafficWords.durationText), ["0\u00a0s", "59\u00a0s", "1\u00a0min 00\u00a0s", "2\u00a0min 05\u00a0s", "–"]);
  const flowValues = (more) => new Map(Object.entries({ dateIssued: "2026-01-01T00:00:00Z", quantity: "averageVehicleSpeed", value: [30, 20], ...more }).map(([name, value]) => [name, { value, attribute: name }]));
  const flow = (more) => flowForecastOf({ id: "f", entity: {} }, flowValues(more));
  equal("a forecast of the flow has its times and errors in each form",
    [flow({ forecastError: { horizonMinutes: [15, 30], mae: [1, 2], persistenceMae: [2, 3] } }), flow({ validTimes: ["2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z"], forecastError: { 30: { mae: 2, persistence: 3 }, 15: { rmse: 1 } } }), flow({ forecastError: [{ minutes: 60, rmse: 4, persistenceRMSE: 5, coveragePercent: 90 }] })]
      .map(({ times, errors }) => [times.map((one) => new Date(one).toISOString().slice(11, 16)), errors.map(({ minutes, mae, persistence }) => [minutes, mae, String(persistence)])]),
    [[["00:15", "00:30"], [[15, 1, "2"], [30, 2, "3"]]], [["01:00", "02:00"], [[15, 1, "NaN"], [30, 2, "3"]]], [["00:15", "00:30"], [[60, 4, "5"]]]]);
  equal("one that says too little is none", [flow({ value: [] }), flow({ dateIssued: "soon" }), flow({ value: 3 })], [null, null, null]);
  const traffic = new TrafficModel();
  const stored = (id, type, attributes, index) => ({ ...record(id, type, attributes), index, shapes: [] });
  const junction = stored("urn:j", "SignalizedIntersection", { name: property("J") }, 1);
  const lamp = (state) => stored("urn:g", "SignalGroup", { refSignalizedIntersection: { type: "Relationship", object: "urn:j" }, groupNumber: property(1), signalState: property(state, { observedAt: "2026-01-01T00:00:00Z" }) }, 2);
  traffic.readAll([junction, lamp("red"), stored("urn:r", "Room", {}, 3)]);
  const first = [traffic.structure, traffic.partsOf("urn:j").groups[0]];
  const touched = traffic.take({ changed: new Set([lamp("green")]), removed: new Set() });
  equal("a lamp that changes changes nothing else", [[...touched.keys()], traffic.structure === first[0], first[1].state, first[1] === traffic.groups.get("urn:g")], [["groups"], true, "green", true]);
  traffic.take({ changed: new Set(), removed: new Set([lamp("green")]) });
  equal("a group that goes is gone", [traffic.partsOf("urn:j").groups.length, traffic.structure > first[0]], [0, true]);
  equal("offsets in words", [0, 5.5 * HOUR, -3 * HOUR].map(limits.offsetText), ["UTC", "UTC+05:30", "UTC−03:00"]);
  const [durations, rulewords, rulemodel, draw, attributekinds, files, boards, cards] = await Promise.all(
    ["durations", "rulewords", "rulemodel", "areadraw", "attributekinds", "download", "boardmodel", "alertcards"].map((name) => import(`/console/js/${name}.js`)));
  equal("durations are read", ["PT10M", "P1DT12H", "P2W", "PT0.5S", "P1M", "P", "PT", 5, "10 minutes"].map(durations.parseDuration), [600, 129_600, 1_209_600, 0.5, NaN, NaN, NaN, NaN, NaN]);
  equal("and written", [600, 90, 129_600, 86_400, 0.2].map(durations.durationOf), ["PT10M", "PT1M30S", "P1DT12H", "P1D", "PT1S"]);
  equal("and said", [600, 90, 3600, 172_800].map(durations.lengthText), ["10 minutes", "90 seconds", "1 hour", "2 days"]);
  const unitOf = () => "GQ";
  equal("tests of rules are sentences", [
    { kind: "threshold", attribute: "pm25", comparison: "above", value: 50, clear: 45 }, { kind: "threshold", attribute: "t", comparison: "outside", low: -10, high: 40 },
    { kind: "threshold", attribute: "state", comparison: "is", value: "broken" }, { kind: "rate", attribute: "level", comparison: "below", value: -0.5, per: "PT1H" },
    { kind: "absence", after: "PT15M" }, { kind: "area", event: "outside" }, { kind: "odd" }, null, { kind: "threshold", attribute: {}, comparison: 5, value: NaN },
  ].map((test) => rulewords.testText(test, (name) => (name === "pm25" ? "GQ" : undefined))), [
    "pm25 is above 50\u00a0µg/m³; ends below 45\u00a0µg/m³", "t is outside of -10 to 40", "state is broken", "level falls by more than 0.5 per hour",
    "nothing has come for 15 minutes", "it is outside of an area", "odd", "…", "… 5 …",
  ]);
  equal("a condition says how long before how it ends", rulewords.conditionText({ entities: { type: "A", id: ["urn:ngsi-ld:A:1"] }, for: "PT10M", tests: [{ kind: "threshold", attribute: "x", comparison: "below", value: 1, clear: 2 }] }, () => undefined),
    "A 1: x is below 1 for 10 minutes; ends above 2");
  equal("several tests are joined", rulewords.conditionText({ entities: { type: "A" }, match: "any", tests: [{ kind: "absence", after: "PT1M" }, { kind: "area", event: "inside" }] }, unitOf), "Any A: nothing has come for 1 minute or it is inside of an area");
  equal("a rule that says nothing is no fault", [rulewords.conditionText(null), rulewords.conditionText({ entities: 3, tests: "x" }), rulewords.timesText([null, { days: "x" }], "UTC")], ["Any …: no test yet", "Any …: …", "every day 00:00 to 24:00; x 00:00 to 24:00 (UTC)"]);
  equal("an address is told without its password", rulewords.channelText({ channel: "webhook", uri: "https://a:b@c.example/x" }), "webhook https://c.example/x");
  equal("the scheme of an address of MQTT says what it is", rulewords.channelText({ channel: "mqtt", uri: "mqtts://a:b@c.example/x" }), "mqtts://c.example/x");
  equal("a category that nobody named is not shown", [["other", "rule"], ["environment", "airPollution"], ["other", "noise"], []].map(([category, subCategory]) => rulemodel.alertOf({ id: "a", entity: { category: property(category), subCategory: property(subCategory) } }, 0).category), ["", "environment, airPollution", "noise", ""]);
  equal("times of alerts from the history of their state", rulemodel.episodesOf([["cleared", 40], ["raised", 10], ["raised", 20], ["raised", 50]]), [{ from: 50, to: NaN }, { from: 10, to: 40 }]);
  equal("an id is made of a name", [rulemodel.newRuleId("Bad air, émis!", 0), rulemodel.newRuleId("😀", 0.5)].map((id) => id.replace(/-[a-z0-9]{5}$/, "")), ["urn:ngsi-ld:AlertRule:bad-air-e-mis", "urn:ngsi-ld:AlertRule:rule"]);
  equal("corners are read, and what is none is told", [draw.cornersOf("7.5, 48.5\n7;48"), draw.cornersOf("7.5"), draw.cornersOf("200, 1"), draw.polygonOfCorners([[0, 0], [1, 0]]), draw.polygonOfCorners([[0, 0], [1, 0], [1, 1]])],
    [[[7.5, 48.5], [7, 48]], null, null, null, { type: "Polygon", coordinates: [[[0, 0], [1, 0], [1, 1], [0, 0]]] }]);
  const present = { type: "Property", value: 5, unitCode: "CEL", observedAt: "2020-01-01T00:00:00Z", modifiedAt: "x", accuracy: property(1) };
  equal("a value keeps what is known of it", attributekinds.instanceOf("number", "6,5", present, { now: 0 }), { instance: { type: "Property", value: 6.5, unitCode: "CEL", observedAt: "1970-01-01T00:00:00.000Z", accuracy: property(1) } });
  equal("a broken value is told in words", ["number", "text", "date", "relationship", "json"].map((kind) => typeof attributekinds.instanceOf(kind, kind === "relationship" ? "no id" : "").fault), Array(5).fill("string"));
  equal("a place is longitude before latitude, within bounds", [attributekinds.instanceOf("position", ["7.5", "48.5"]).instance.value.coordinates, typeof attributekinds.instanceOf("position", ["7.5", "98.5"]).fault, typeof attributekinds.instanceOf("position", ["", ""]).fault], [[7.5, 48.5], "string", "string"]);
  equal("a date keeps its form", [attributekinds.instanceOf("date", "2024-01-01T00:00Z", property("2020-01-01T00:00:00Z")).instance.value, attributekinds.instanceOf("date", "2024-01-01T00:00Z").instance.value["@type"]], ["2024-01-01T00:00:00.000Z", "DateTime"]);
  const listed = [{ entity: { id: "a", type: "T", modifiedAt: "m", x: property('say "=1"'), y: property("=1+1"), z: property(-1), at: place({ type: "Point", coordinates: [1, 2] }) } }, { entity: { id: "b", type: ["T", "U"], z: property(null) } }];
  equal("a table quotes, and is no formula", files.tableOf(listed), 'id,type,modifiedAt,at,x,y,z\r\na,T,m,"{""type"":""Point"",""coordinates"":[1,2]}","say ""=1""",\'=1+1,-1\r\nb,T U,,,,,\r\n');
  equal("features are those with a place", files.featuresOf(listed).features.map(({ id, geometry }) => [id, geometry.type]), [["a", "Point"]]);
  equal("of a layout only tiles that are known are taken", boards.tilesOf({ tiles: [{ kind: "number", entity: 5, width: 1e9 }, { kind: "__proto__" }, null, { kind: "text", text: "a", width: "6", height: 2 }] }),
    [{ kind: "number", title: "", width: 3, height: 1, entity: "", attribute: "" }, { kind: "text", title: "", width: 6, height: 2, text: "a" }]);
  equal("a wall has bounds", [boards.wallOf("b=a&b=b&every=1"), boards.wallOf("every=x")], [{ ids: ["a", "b"], every: 5 }, { ids: [], every: 30 }]);
  equal("muting ends when it is said", [cards.muteEnd("15", 0), new Date(cards.muteEnd("tomorrow", Date.UTC(2024, 0, 1, 12))).getHours()], [900_000, 7]);
  const [metrics, latency, judging, opsWords, attention, { Samples }] = await Promise.all(
    ["metrics", "latency", "silence", "words", "attention", "samples"].map((name) => import(`/console/js/operations${name}.js`)));
  const parsed = metrics.parseMetrics('# HELP a b\na 1\nb{x="1,}\\"\\\\\\n",__proto__="2",} 2.5e3 1700000000000\nc +Inf\nd -Inf\ne NaN\n\nbroken\n{x="1"} 1\nf{x=1} 1\ng 0x10\na{y="2"} 4\r\n');
  equal("metrics are read with labels, escapes and times, and what is none is counted",
    [[...parsed.samples].map(([name, all]) => [name, all.map((one) => [[...one.labels], String(one.value)])]), parsed.skipped],
    [[["a", [[[], "1"], [[["y", "2"]], "4"]]], ["b", [[[["x", '1,}"\\\n'], ["__proto__", "2"]], "2500"]]], ["c", [[[], "Infinity"]]], ["d", [[[], "-Infinity"]]]], 5]);
  equal("a sum is of numbers only", [metrics.sumOf(parsed, "a"), metrics.sumOf(parsed, "a", (labels) => labels.has("y")), metrics.sumOf(parsed, "c"), metrics.sumOf(parsed, "constructor")], [5, 4, null, null]);
  const began = performance.now();
  const flood = metrics.parseMetrics(`${'a{x="'.repeat(3000)}\n${"a{} ".repeat(1000)}\n${"a 1\n".repeat(60_000)}`);
  equal("a flood of metrics is bounded in number and time", [flood.samples.get("a").length < 20_001, performance.now() - began < 3000], [true, true]);
  const requests = metrics.parseMetrics('parvis_http_requests_total{operation="a",status="2xx"} 3\nparvis_http_requests_total{operation="a",status="5xx"} 1\nparvis_http_requests_total{operation="b",status="4xx"} 9\nparvis_http_requests_total{operation="c"} NaN');
  equal("requests by operation, the most first", metrics.operationsOf(requests), [{ name: "b", total: 9, refused: 9, failed: 0 }, { name: "a", total: 4, refused: 0, failed: 1 }]);
  const histogramText = (counts, sum) => `${["0.1", "1.0", "+Inf"].map((bound, at) => `parvis_http_request_seconds_bucket{le="${bound}"} ${counts[at]}\n`).join("")}parvis_http_request_seconds_sum ${sum}\nparvis_http_request_seconds_count ${counts[2]}\n`;
  const [before, after] = [[[10, 10, 10], 0.5], [[10, 30, 40], 30.5]].map(([counts, sum]) => latency.histogramOf(metrics.parseMetrics(histogramText(counts, sum))));
  const part = latency.between(before, after);
  equal("what came between two histograms", [part.count, part.sum, part.buckets.map(({ count }) => count), latency.between(after, before)], [30, 30, [0, 20, 30], null]);
  equal("quantiles lie within their bucket, or above the last", [latency.quantileOf(part, 0.5).seconds, latency.quantileOf(part, 0.99), latency.quantileOf(latency.between(before, before), 0.5), latency.histogramOf(parsed)], [0.775, { seconds: 1, isMore: true }, null, null]);
  const samples = new Samples();
  for (const [at, count] of [[0, 10], [5000, 20], [10_000, 40]]) samples.take(metrics.parseMetrics(`parvis_http_requests_total{operation="a"} ${count}\n${histogramText([count, count, count], count / 10)}`), at);
  equal("rates and latency of the page's own samples", [samples.rateOf("a"), samples.allSeries.values, samples.latency.isRecent, samples.latency.count, samples.latencySeries.values.map(Math.round)], [3, [2, 4], true, 30, [100, 100]]);
  samples.take(metrics.parseMetrics(`parvis_http_requests_total{operation="a"} 1\n${histogramText([1, 1, 1], 0.1)}`), 15_000);
  equal("after a restart they begin anew", [samples.rateOf("a"), samples.latency.isRecent, samples.latency.count, samples.latencySeries], [null, false, 1, null]);
  equal("policies in words", [{ record: false }, {}, { retention: [{ keep: "P30D" }, { every: "PT1H", keep: "P365D" }, { every: "P1D" }] }, { retention: [{ keep: "P1D" }] }, { sampleEvery: "PT1M", deadBand: 2 }, null, { retention: [null, { every: 5, keep: "P1M" }], sampleEvery: {} }].map(opsWords.retentionText), [
    "No past value is kept.", "Values as they come for ever.", "Values as they come for 30 days, then a summary of every hour for 365 days, then a summary of every day for ever.", "Values as they come for 1 day; what is older is deleted.",
    "Values as they come for ever; at most one value every minute, only changes of more than 2.", "Values as they come for ever.", "Values as they come for ever, then a summary of every 5 for P1M; what is older is deleted; at most one value every {}."]);
  equal("what policies are for", [{ type: "https://a.example/T", attribute: "https://a.example/x" }, { attribute: "x" }, { type: "T" }, { type: 5 }, null].map(opsWords.policySubject), ["x of T", "x of every type", "All of T", "Everything", "Everything"]);
  equal("sizes, counts and times", [opsWords.bytesText(0), opsWords.bytesText(1536), opsWords.bytesText(5e12), opsWords.bytesText(NaN), opsWords.countText(1e300), opsWords.countText("5"), opsWords.perSecondText(null), opsWords.perSecondText(0.01), opsWords.perSecondText(2), opsWords.secondsText(0.0042), opsWords.secondsText(2), opsWords.uptimeText("P1DT2H3M"), opsWords.uptimeText("PT59S"), opsWords.uptimeText({})].map((one) => one.replaceAll("\u00a0", " ")),
    ["0 B", "1.5 KiB", "4.55 TiB", "–", "1.00e+300", "–", "…", "0.6/min", "2.0/s", "4.2 ms", "2 s", "1 d 2 h", "59 s", "–"]);
  const observed = (...ages) => Object.fromEntries(ages.map((age, at) => [`a${at}`, property(1, { observedAt: new Date(now - age * 1000).toISOString() })]));
  equal("the newest observation, without forecasts and what is no time", [judging.newestOf({ id: "e", ...observed(90, 30, -3600), b: property(1, { observedAt: "soon" }) }, now), judging.newestOf({ id: "e", a: property(1) }, now)], [{ attribute: "a1", at: now - 30_000 }, null]);
  equal("the usual interval is the median gap", [judging.intervalOf([0, 60, 120, 180, 240, 1000].map((second) => second * 1000)), judging.intervalOf([0, 1, 2, 3, 4]), judging.intervalOf([5, 5, 5, 5, 5, 5, 5, NaN])], [{ usual: 60_000, longest: 760_000 }, null, null]);
  const sources = judging.sourcesOf([["late", "T", 600], ["rare", "T", 600], ["fresh", "T", 10], ["dumb", "U", 600], ["alert", "Alert", 600]].map(([id, type, age]) => ({ id, type, entity: { id, ...observed(age) } })), now);
  equal("only sources with old values are looked at, and alerts are none", sources.map(({ type, count, old }) => [type, count, old.map(({ record }) => record.id)]), [["T", 3, ["late", "rare"]], ["U", 1, ["dumb"]]]);
  const known = new Map([["late", { usual: 60_000, longest: 60_000 }], ["rare", { usual: 60_000, longest: 500_000 }], ["dumb", null]]);
  equal("silent is judged by the own rhythm, and not without one", sources.map(({ old }) => judging.judge(old, known, now)).map(({ silent, unknown }) => [silent.map(({ record }) => record.id), unknown]), [[["late"], 0], [[], 1]]);
  equal("one that was not asked for is judged by its type", judging.judge(sources[0].old, new Map([["rare", { usual: 60_000, longest: 60_000 }]]), now).silent.length, 2);
  equal("two minutes are never silence", [judging.silentAfter({ usual: 1000, longest: 2000 }), judging.silentAfter({ usual: 60_000, longest: 300_000 })], [120_000, 900_000]);
  equal("a sample is spread over all", judging.spread([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 3), [0, 3, 6]);
  const sentences = (given) => attention.attentionOf(given, now).map(({ tone, words, href, part: name }) => [tone, words, href ?? name ?? ""]);
  equal("nothing read is nothing to tell", sentences({}), []);
  equal("what is lost goes before what is to be looked at", sentences({
    deliveries: [{ subscription: "urn:ngsi-ld:Subscription:a", tenant: "", state: "retrying", waiting: 1 }, { subscription: "b", tenant: "t", state: "ok", deadLetters: 1, lastError: "x" }], names: new Map([["urn:ngsi-ld:Subscription:a", "A"]]),
    metrics: metrics.parseMetrics("parvis_notifications_dropped_total 2"),
  }), [["bad", "1 notification of “b” of tenant t was given up; send them again or drop them.", "#/subscriptions"], ["bad", "2 notifications were dropped because too many waited.", "#/subscriptions"], ["warn", "The endpoint of “A” failed and is tried again. 1 notification waits.", "#/subscription/urn%3Angsi-ld%3ASubscription%3Aa"]]);
  equal("rules, MQTT and sources in words", sentences({
    rules: [{ id: "urn:ngsi-ld:AlertRule:r", name: "R", state: "refused", reason: "no test." }, { id: "s", state: "watching", channels: [{ channel: "webhook", state: "open", lastError: "https://u:p@h refuses" }, { channel: "email", state: "ok" }] }],
    ingest: { servers: [{ server: "mqtt://u:p@h", state: "waiting", reason: "refused" }], topics: [{ topic: "air/{x}/pm", messages: 3, refused: 1 }], refusals: [{ topic: "air/1/no2", reason: "other" }, { topic: "air/1/pm", reason: "no number" }] },
    sources: { types: [{ type: "T", count: 2, silent: [{ record: { id: "e", name: "E" }, at: now - 7_200_000, usual: 60_000 }, { record: { id: "f", name: "F" }, at: now - 7_200_000, usual: 60_000 }] }] },
  }), [["bad", "The alert rule “R” is refused and watches nothing: no test.", "#/alerts/rule/urn%3Angsi-ld%3AAlertRule%3Ar"], ["bad", "Messages of the alert rule “s” do not arrive by webhook: https://h refuses.", "#/alerts/rule/s"], ["bad", "Nothing comes from the MQTT server mqtt://h (waiting): refused.", "ingest"],
    ["bad", "All 2 T are silent: the newest value came 2 h ago, usually every 60 s.", "sources"], ["warn", "1 of 3 messages of the topic air/{x}/pm was refused; the latest: no number.", "ingest"]]);
  equal("topics fit filters", [["a/+/c", "a/b/c"], ["a/#", "a/b/c"], ["s-{id}/up", "s-1/up"], ["a", "a/b"], ["a/b", "a"]].map(([filter, topic]) => attention.fits(filter, topic)), [true, true, true, false, false]);
  return results;
}
