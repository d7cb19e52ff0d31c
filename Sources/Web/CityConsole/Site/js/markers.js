// Pictures for the map, drawn on a canvas when MapLibre first asks for them by name.

import { paths } from "./icons.js";
import { themeColours } from "./mapstyle.js";

const RATIO = 2;
const SIZE = 32;

/** The name under which the map asks for a look's marker; the theme is added by the style. */
export function markerName(look) {
  return `marker|${look.icon ?? ""}|${look.letters ?? ""}|${look.colour}`;
}

/** The picture of a name made here, as `{ image, options }`, or `null` for a foreign name. */
export function drawMarker(name) {
  const parts = name.split("|");
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE * RATIO * (parts[0] === "heading" ? 1.5 : 1);
  const context = canvas.getContext("2d");
  context.scale(RATIO, RATIO);
  if (parts[0] === "marker") drawBadge(context, parts);
  else if (parts[0] === "heading") drawHeading(context, parts);
  else return null;
  return { image: context.getImageData(0, 0, canvas.width, canvas.height), options: { pixelRatio: RATIO } };
}

function drawBadge(context, [, icon, letters, colour, theme]) {
  const middle = SIZE / 2;
  context.beginPath();
  context.arc(middle, middle, middle - 1, 0, 2 * Math.PI);
  context.fillStyle = themeColours(theme).ring;
  context.fill();
  context.beginPath();
  context.arc(middle, middle, middle - 3, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
  context.strokeStyle = context.fillStyle = "#ffffff";
  if (icon) {
    const scale = 16.5 / 24;
    context.translate(middle - 12 * scale, middle - 12 * scale);
    context.scale(scale, scale);
    context.lineWidth = 2.2;
    context.lineCap = context.lineJoin = "round";
    context.stroke(new Path2D(paths[icon]));
  } else {
    context.font = `600 11px ${getComputedStyle(document.body).fontFamily}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(letters, middle, middle + 0.5);
  }
}

/** A small arrow outside the badge's edge, pointing north; the map turns it. */
function drawHeading(context, [, colour, theme]) {
  const middle = (SIZE * 1.5) / 2;
  context.beginPath();
  context.moveTo(middle, 0.8);
  context.lineTo(middle + 6.5, 9.5);
  context.quadraticCurveTo(middle, 7, middle - 6.5, 9.5);
  context.closePath();
  context.fillStyle = colour;
  context.strokeStyle = themeColours(theme).ring;
  context.lineWidth = 1.6;
  context.lineJoin = "round";
  context.stroke();
  context.fill();
}
