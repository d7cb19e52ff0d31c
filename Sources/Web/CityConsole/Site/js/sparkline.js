// A small chart of recent values.

import { svg } from "./dom.js";
import { t } from "./language.js";
import { formatNumber } from "./units.js";

const WIDTH = 240;
const HEIGHT = 40;
const EDGE = 3;

/** The chart as an element; `draw` renews it. */
export function sparkline() {
  const area = svg("path", { class: "spark-area" });
  const line = svg("path", { class: "spark-line" });
  const end = svg("circle", { class: "spark-end", r: 2.5 });
  const picture = svg("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "spark", role: "img", "aria-label": t`No values yet`, preserveAspectRatio: "none",
  }, area, line, end);

  /**
   * Draws `{ times, values }` up to `now`; `name` and `unit` are for those who hear the page.
   *
   * @param scale the least and the most of the picture, where they are not those of the values
   */
  function draw({ times, values }, now, name, unit, scale = null) {
    const from = times[0];
    const span = Math.max(now - from, 1);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    const [low, high] = scale ?? [least, most];
    const x = (time) => EDGE + ((time - from) / span) * (WIDTH - 2 * EDGE);
    const y = (value) => (high === low ? HEIGHT / 2 : EDGE + ((high - value) / (high - low)) * (HEIGHT - 2 * EDGE));
    // A value holds until the next one comes, so the line has steps, except where values come thick and fast.
    const isDense = values.length > 40;
    let path = `M${x(from).toFixed(1)} ${y(values[0]).toFixed(1)}`;
    for (let index = 1; index < values.length; index += 1) {
      const right = x(times[index]).toFixed(1);
      if (!isDense) path += `H${right}`;
      path += `L${right} ${y(values[index]).toFixed(1)}`;
    }
    path += `H${x(now).toFixed(1)}`;
    line.setAttribute("d", path);
    area.setAttribute("d", `${path}V${HEIGHT}H${x(from).toFixed(1)}Z`);
    end.setAttribute("cx", x(now));
    end.setAttribute("cy", y(values[values.length - 1]));
    const minutes = Math.max(1, Math.round(span / 60_000));
    const text = t`${name} over ${minutes < 120 ? t`${minutes} min` : t`${Math.round(minutes / 60)} h`}: lowest ${formatNumber(least)}, highest ${formatNumber(most)}, now ${formatNumber(values[values.length - 1])} ${unit}`;
    picture.setAttribute("aria-label", text);
    return { low: least, high: most, span };
  }

  return { picture, draw };
}
