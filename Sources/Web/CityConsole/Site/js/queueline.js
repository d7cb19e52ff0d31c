// The end of a lane that a queue takes.

const METRES_PER_DEGREE = 111_195;

/**
 * The last `metres` of a line, which runs towards its stop line: positions, longitude and latitude. The whole line where it is
 * shorter. On a plane at the line's end, which is right to a part in a thousand for streets.
 */
export function clippedLine(line, metres) {
  const end = line[line.length - 1];
  const scale = Math.cos((end[1] * Math.PI) / 180);
  const kept = [end];
  let left = metres;
  for (let at = line.length - 1; at > 0 && left > 0; at -= 1) {
    const [from, to] = [line[at - 1], line[at]];
    const length = Math.hypot((to[0] - from[0]) * scale, to[1] - from[1]) * METRES_PER_DEGREE;
    const part = length > 0 ? Math.min(1, left / length) : 1;
    kept.unshift(part === 1 ? from : [to[0] + (from[0] - to[0]) * part, to[1] + (from[1] - to[1]) * part]);
    left -= length;
  }
  return kept;
}
