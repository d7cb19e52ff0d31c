// What hands and keys do on a chart: drag to zoom, Shift and drag or one finger to move, wheel and two fingers to zoom,
// double click to go back, arrows to read.

const CLICK = 5;
const STEP = 0.2;

export class ChartGestures {
  #canvas;
  #chart;
  #pointers = new Map();
  #drag = null;
  #pinch = null;

  constructor(canvas, chart) {
    this.#canvas = canvas;
    this.#chart = chart;
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, (event) => this.#up(event, name === "pointerup"));
    canvas.addEventListener("pointerleave", () => { if (!this.#drag) chart.point(null); });
    canvas.addEventListener("dblclick", () => chart.back());
    canvas.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    canvas.addEventListener("keydown", (event) => this.#key(event));
    canvas.addEventListener("blur", () => chart.point(null));
  }

  #x(event) {
    return event.clientX - this.#canvas.getBoundingClientRect().left;
  }

  #down(event) {
    if (event.pointerType === "mouse" && event.button !== 0) return;
    this.#canvas.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, this.#x(event));
    if (this.#pointers.size === 2) return this.#startPinch();
    if (this.#pointers.size > 2) return;
    const isMove = event.shiftKey || event.pointerType === "touch";
    this.#drag = { startX: this.#x(event), isMove, window: this.#chart.window(), hasMoved: false };
    this.#chart.point(this.#x(event));
  }

  #move(event) {
    const x = this.#x(event);
    if (this.#pointers.has(event.pointerId)) this.#pointers.set(event.pointerId, x);
    if (this.#pinch) return this.#movePinch();
    const drag = this.#drag;
    if (!drag) return this.#chart.point(x);
    drag.hasMoved ||= Math.abs(x - drag.startX) > CLICK;
    if (!drag.hasMoved) return;
    if (!drag.isMove) {
      this.#chart.select(this.#chart.timeAt(drag.startX), this.#chart.timeAt(x));
      return;
    }
    const [from, to] = drag.window;
    const by = ((drag.startX - x) / this.#width()) * (to - from);
    this.#chart.point(null);
    this.#chart.show(from + by, to + by);
  }

  #up(event, isDone) {
    this.#pointers.delete(event.pointerId);
    if (this.#pointers.size < 2) this.#pinch = null;
    const drag = this.#drag;
    if (!drag || this.#pointers.size > 0) return;
    this.#drag = null;
    if (drag.isMove) return;
    this.#chart.select(null);
    if (!isDone || !drag.hasMoved) return;
    const [from, to] = [drag.startX, this.#x(event)].map((x) => this.#chart.timeAt(x)).sort((a, b) => a - b);
    this.#chart.show(from, to);
  }

  #startPinch() {
    const [one, other] = [...this.#pointers.values()];
    this.#drag = null;
    this.#chart.select(null);
    this.#chart.point(null);
    this.#pinch = { times: [one, other].map((x) => this.#chart.timeAt(x)) };
  }

  /** The times under the fingers stay under them. */
  #movePinch() {
    const [one, other] = [...this.#pointers.values()];
    if (Math.abs(one - other) < 8) return;
    const { left, right } = this.#chart.plot();
    const scale = (this.#pinch.times[1] - this.#pinch.times[0]) / (other - one);
    if (!(scale > 0)) return;
    const from = this.#pinch.times[0] - (one - left) * scale;
    this.#chart.show(from, from + (right - left) * scale);
  }

  #wheel(event) {
    event.preventDefault();
    const [from, to] = this.#chart.window();
    const unit = event.deltaMode === 1 ? 16 : 1;
    const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    if (isSideways) {
      const by = (((event.deltaX || event.deltaY) * unit) / this.#width()) * (to - from);
      return this.#chart.show(from + by, to + by);
    }
    const middle = this.#chart.timeAt(this.#x(event));
    const factor = Math.exp(Math.max(-1, Math.min(1, (event.deltaY * unit) / 400)));
    this.#chart.show(middle - (middle - from) * factor, middle + (to - middle) * factor);
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const [from, to] = this.#chart.window();
    const by = (to - from) * STEP;
    const actions = {
      ArrowLeft: () => (event.shiftKey ? this.#chart.show(from - by, to - by) : this.#chart.step(-1)),
      ArrowRight: () => (event.shiftKey ? this.#chart.show(from + by, to + by) : this.#chart.step(1)),
      "+": () => this.#chart.show(from + by, to - by),
      "-": () => this.#chart.show(from - by * 1.7, to + by * 1.7),
      Backspace: () => this.#chart.back(),
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  }

  #width() {
    const { left, right } = this.#chart.plot();
    return Math.max(1, right - left);
  }
}
