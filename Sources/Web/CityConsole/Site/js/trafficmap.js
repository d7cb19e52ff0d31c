// The map of the traffic: segments by their level of service, detectors at fault, intersections; from near by what each signal
// shows and the queue of each lane.
//
// What a signal shows is a feature's state, so that four hundred of them may change each second without a source being built.

import { boundsOf } from "./entity.js";
import { t } from "./language.js";
import { unite } from "./mapfeatures.js";
import { themeColours } from "./mapstyle.js";
import { collection, PageMap } from "./pagemap.js";
import { clippedLine } from "./queueline.js";
import { controlOf, faultNamed, lampNamed, lamps } from "./trafficwords.js";

/** What a standing vehicle takes of a lane, in metres. */
const VEHICLE = 7.5;
/** How much of an approach shows what its signal shows, in metres before the stop line. */
const STOP_LINE = 14;
/** The zoom from which signals and queues are drawn. */
const NEAR = 15;
const markers = { good: "marker|signal||#157347", warn: "marker|alert||#b45309", "": "marker|signal||#54677d" };

export class TrafficMap {
  /** Called with `(kind, id)` of what was clicked: `segment`, `junction`, `detector`. */
  onOpen = () => {};
  #base;
  #model;
  #lampOf = new Map();
  #selected = null;

  /** @param box where the map goes; MapLibre wants to know its size from the beginning */
  constructor(parts, store, box, model) {
    this.#model = model;
    this.#base = new PageMap(parts, store, box, {
      title: t`Map of the traffic. The lists hold the same.`, fitName: t`Show all traffic`, maxZoom: 15,
      sources: { "traffic-segments": {}, "traffic-queues": {}, "traffic-groups": {}, "traffic-points": {} }, layersOf,
      draw: () => this.drawAll(), boxesOf: () => this.#boxes(), clickable: ["traffic-points", "traffic-lamps", "traffic-lamp-points", "traffic-spots", "traffic-hits"],
      tipOf: (feature) => this.#tipOf(feature), open: ({ properties: { kind, id } }) => this.onOpen(kind, id),
      isGround: ({ types }) => !types.some((type) => /^(TrafficSegmentState|SignalGroup|ApproachLane)$/.test(type)),
    });
  }

  select(id) {
    if (id === this.#selected) return;
    this.#selected = id;
    this.drawSegments();
    this.drawPoints();
  }

  /** Goes to an intersection, so near that its signals are seen. */
  showJunction({ id, point }) {
    const { groups, lanes } = this.#model.partsOf(id);
    const near = groups.flatMap(geometriesOf);
    const boxes = (near.length > 0 ? near : lanes.flatMap(geometriesOf)).map(boundsOf);
    if (boxes.length > 0 || point) this.#base.show(boxes.length > 0 ? unite(boxes) : [...point, ...point], 17.5);
  }

  showSegment(segment) {
    const boxes = geometriesOf(segment).map(boundsOf);
    if (boxes.length > 0) this.#base.show(unite(boxes), 15);
  }

  fitOnce() {
    this.#base.fitOnce();
  }

  setTheme(theme) {
    this.#base.setTheme(theme);
  }

  resize() {
    this.#base.resize();
  }

  drawAll() {
    this.drawSegments();
    this.drawPoints();
    this.drawGroups();
    this.drawQueues();
  }

  drawSegments() {
    const { theme } = this.#base;
    this.#base.setData("traffic-segments", collection([...this.#model.segments.values()].flatMap((segment) => geometriesOf(segment).map((geometry) => ({
      type: "Feature", id: segment.index, geometry,
      properties: {
        kind: "segment", id: segment.id, rank: segment.level?.rank ?? -1, letter: segment.level?.letter ?? "", colour: segment.level?.[theme] ?? (theme === "dark" ? "#5b6875" : "#9aa7b3"),
        isSelected: segment.id === this.#selected,
      },
    })))));
  }

  drawPoints() {
    const detectors = [...this.#model.detectors.values()].filter(({ status, point }) => point && status !== "ok").map((detector) => ({
      type: "Feature", geometry: { type: "Point", coordinates: detector.point },
      properties: { kind: "detector", id: detector.id, marker: "marker|close||#ad2a1f", label: "", rank: 1, isSelected: false },
    }));
    const junctions = [...this.#model.intersections.values()].filter(({ point }) => point).map((junction) => ({
      type: "Feature", geometry: { type: "Point", coordinates: junction.point },
      properties: { kind: "junction", id: junction.id, marker: markers[controlOf(junction).tone] ?? markers[""], label: junction.name.slice(0, 60), rank: 2, isSelected: junction.id === this.#selected },
    }));
    this.#base.setData("traffic-points", collection([...detectors, ...junctions]));
  }

  /** Where the signals are; what they show comes with `showLamps`. */
  drawGroups() {
    const features = [...this.#model.groups.values()].flatMap((group) => {
      const properties = { kind: "junction", id: group.junction ?? group.id, group: group.id, isCrossing: group.kind === "pedestrian" };
      // Only what is next to the stop line, so that queues are seen behind it.
      const near = group.kind === "pedestrian" ? group : { ...group, coordinates: group.coordinates.map((line) => clippedLine(line, STOP_LINE)) };
      return geometriesOf(near).map((geometry) => ({ type: "Feature", id: group.index, geometry, properties }));
    });
    this.#base.setData("traffic-groups", collection(features));
    this.#lampOf.clear();
    this.showLamps(this.#model.groups.values());
  }

  /** @param groups those that may have changed */
  showLamps(groups) {
    if (!this.#base.isLoaded) return;
    for (const { index, state } of groups) {
      const lamp = lampNamed(state) ? state : "";
      if (this.#lampOf.get(index) === lamp) continue;
      this.#lampOf.set(index, lamp);
      this.#base.map.setFeatureState({ source: "traffic-groups", id: index }, { lamp });
    }
  }

  /** Queues as bars on their lanes, as long as the vehicles are. */
  drawQueues() {
    if (!this.#base.isLoaded) return;
    this.#base.setData("traffic-queues", collection([...this.#model.lanes.values()].filter(({ queue, coordinates }) => queue >= 0.5 && coordinates.length > 0).map((lane) => ({
      type: "Feature", geometry: { type: "LineString", coordinates: clippedLine(lane.coordinates[0], lane.queue * VEHICLE) }, properties: { queue: lane.queue, text: String(Math.round(lane.queue)) },
    }))));
  }

  #partsOf(id) {
    const { groups, lanes } = this.#model.partsOf(id);
    return [...groups, ...lanes].flatMap(geometriesOf);
  }

  #boxes() {
    const { segments, intersections, groups } = this.#model;
    const boxes = [...segments.values()].flatMap((segment) => geometriesOf(segment).map(boundsOf));
    for (const { id, point } of intersections.values()) {
      if (point) boxes.push([...point, ...point]);
      else boxes.push(...this.#partsOf(id).map(boundsOf));
    }
    return boxes.length > 0 ? boxes : [...groups.values()].flatMap(geometriesOf).map(boundsOf);
  }

  #tipOf({ properties: { kind, id, group } }) {
    const model = this.#model;
    if (group) {
      const one = model.groups.get(group);
      return [one?.name ?? (Number.isFinite(one?.number) ? t`Group ${one.number}` : t`Signal group`), lampNamed(one?.state)?.name ?? t`Not known`];
    }
    if (kind === "segment") {
      const segment = model.segments.get(id);
      if (!segment) return ["", ""];
      const speed = Number.isFinite(segment.speed) ? `, ${t`${Math.round(segment.speed)} km/h`}` : "";
      return [model.nameOfSegment(segment), segment.level ? `${segment.level.letter}, ${segment.level.name.toLowerCase()}${speed}` : t`Not known`];
    }
    if (kind === "detector") {
      const detector = model.detectors.get(id);
      return detector ? [model.nameOfDetector(detector), `${faultNamed(detector.status).name}. ${detector.reason}`] : ["", ""];
    }
    const junction = model.intersections.get(id);
    return junction ? [junction.name, controlOf(junction).name] : ["", ""];
  }
}

/** The lines of something, or where it has none its point. */
const geometriesOf = ({ coordinates, point }) => (coordinates.length > 0 ? coordinates.map((line) => ({ type: "LineString", coordinates: line })) : point ? [{ type: "Point", coordinates: point }] : []);

const byZoom = (...stops) => ["interpolate", ["exponential", 1.5], ["zoom"], ...stops];

function layersOf(theme) {
  const c = themeColours(theme);
  const isSelected = ["get", "isSelected"];
  const rank = ["get", "rank"];
  // The worse, the broader: not by colour alone.
  const broad = (edge) => byZoom(...[[10, 1.6, 0.35, 1.4], [14, 3, 0.9, 2], [18, 7, 2, 3]].flatMap(([zoom, base, step, casing]) => [zoom, ["+", base, ["*", step, ["max", rank, 0]], ["*", casing, edge]]]));
  const offset = byZoom(11, 1, 14, 3.5, 18, 9);
  const lamp = ["coalesce", ["feature-state", "lamp"], ""];
  const lampColour = ["match", lamp, ...Object.entries(lamps).flatMap(([state, look]) => [state, look[theme]]), theme === "dark" ? "#5b6875" : "#9aa7b3"];
  const lampWidth = (scale) => ["*", scale, ["match", lamp, ...Object.entries(lamps).flatMap(([state, { width }]) => [state, width]), 0.3]];
  const round = { "line-cap": "round", "line-join": "round" };
  const isLine = ["==", ["geometry-type"], "LineString"];
  return [
    {
      id: "traffic-casings", type: "line", source: "traffic-segments", layout: { ...round, "line-sort-key": rank },
      paint: { "line-color": ["case", isSelected, c.selected, theme === "dark" ? "#dbe4ec" : "#24323d"], "line-width": broad(["case", isSelected, 3, 1]), "line-offset": offset, "line-opacity": ["case", isSelected, 1, 0.75] },
    },
    { id: "traffic-segments", type: "line", source: "traffic-segments", layout: { ...round, "line-sort-key": rank }, paint: { "line-color": ["get", "colour"], "line-width": broad(0), "line-offset": offset } },
    {
      // A detector without a road.
      id: "traffic-spots", type: "circle", source: "traffic-segments", filter: ["==", ["geometry-type"], "Point"], layout: { "circle-sort-key": rank },
      paint: { "circle-color": ["get", "colour"], "circle-radius": byZoom(10, 4, 14, 9), "circle-stroke-color": ["case", isSelected, c.selected, theme === "dark" ? "#dbe4ec" : "#24323d"], "circle-stroke-width": ["case", isSelected, 4, 1.5] },
    },
    {
      id: "traffic-spot-letters", type: "symbol", source: "traffic-segments", filter: ["==", ["geometry-type"], "Point"],
      layout: { "text-field": ["get", "letter"], "text-font": ["Bold"], "text-size": 12, "text-offset": [1.1, 0], "text-padding": 1 }, paint: { "text-color": c.label, "text-halo-color": c.halo, "text-halo-width": 2 },
    },
    // Broader than what is seen, so that a finger meets it.
    { id: "traffic-hits", type: "line", source: "traffic-segments", paint: { "line-color": c.land, "line-opacity": 0.01, "line-width": 16, "line-offset": offset } },
    {
      id: "traffic-queues", type: "line", source: "traffic-queues", minzoom: NEAR, layout: { "line-cap": "butt", "line-join": "round" },
      paint: { "line-color": theme === "dark" ? "#c9a6ff" : "#5b3aa8", "line-opacity": 0.9, "line-width": byZoom(NEAR, 2, 17, 6, 19, 16) },
    },
    {
      id: "traffic-lamp-casings", type: "line", source: "traffic-groups", minzoom: NEAR, filter: isLine, layout: round,
      paint: { "line-color": theme === "dark" ? "#0b1015" : "#17222c", "line-width": byZoom(NEAR, lampWidth(6), 17, ["+", 3, lampWidth(11)], 19, ["+", 4, lampWidth(20)]) },
    },
    { id: "traffic-lamps", type: "line", source: "traffic-groups", minzoom: NEAR, filter: isLine, layout: round, paint: { "line-color": lampColour, "line-width": byZoom(NEAR, lampWidth(5), 17, lampWidth(11), 19, lampWidth(20)) } },
    {
      id: "traffic-lamp-gives-way", type: "line", source: "traffic-groups", minzoom: NEAR, filter: isLine,
      paint: { "line-color": "#ffffff", "line-dasharray": [1.2, 1.6], "line-width": byZoom(NEAR, 1, 19, 4), "line-opacity": ["match", lamp, "permissiveGreen", 1, 0] },
    },
    {
      id: "traffic-lamp-points", type: "circle", source: "traffic-groups", minzoom: NEAR, filter: ["==", ["geometry-type"], "Point"],
      paint: { "circle-color": lampColour, "circle-radius": byZoom(NEAR, lampWidth(5), 19, lampWidth(14)), "circle-stroke-color": theme === "dark" ? "#dbe4ec" : "#17222c", "circle-stroke-width": 1.5 },
    },
    {
      id: "traffic-letters", type: "symbol", source: "traffic-segments", minzoom: 11, filter: isLine,
      layout: {
        "symbol-placement": "line-center", "text-field": ["step", ["zoom"], ["case", [">=", rank, 3], ["get", "letter"], ""], 13, ["get", "letter"]], "text-font": ["Bold"], "text-size": 13, "text-rotation-alignment": "viewport",
        "text-padding": 2, "symbol-sort-key": ["-", 0, rank],
      },
      paint: { "text-color": c.label, "text-halo-color": c.halo, "text-halo-width": 2.2 },
    },
    {
      id: "traffic-queue-counts", type: "symbol", source: "traffic-queues", minzoom: 17,
      layout: { "symbol-placement": "line-center", "text-field": ["get", "text"], "text-font": ["Bold"], "text-size": 12, "text-rotation-alignment": "viewport", "text-allow-overlap": true },
      paint: { "text-color": c.label, "text-halo-color": c.halo, "text-halo-width": 2 },
    },
    {
      id: "traffic-names", type: "symbol", source: "traffic-points", minzoom: 13.5,
      layout: { "text-field": ["get", "label"], "text-font": ["Regular"], "text-size": 12, "text-anchor": "top", "text-offset": [0, 1.2], "text-max-width": 9, "text-padding": 1 },
      paint: { "text-color": c.label, "text-halo-color": c.halo, "text-halo-width": 1.6 },
    },
    {
      id: "traffic-ring", type: "circle", source: "traffic-points", filter: isSelected,
      paint: { "circle-radius": byZoom(10, 9, 14, 18), "circle-color": c.selected, "circle-opacity": 0.2, "circle-stroke-color": c.selected, "circle-stroke-width": 2.5 },
    },
    {
      id: "traffic-points", type: "symbol", source: "traffic-points",
      layout: { "icon-image": ["concat", ["get", "marker"], `|${theme}`], "icon-size": ["interpolate", ["linear"], ["zoom"], 9, 0.34, 13, 0.62, 16, 0.75], "icon-allow-overlap": true, "icon-ignore-placement": true, "symbol-sort-key": rank },
    },
  ];
}
