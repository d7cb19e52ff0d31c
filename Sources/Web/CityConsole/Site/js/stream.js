// The live changes: server-sent events of /console/stream.
//
// States, told to `onState`: connecting -> live -> reconnecting -> live ...; after a break the browser resumes with
// Last-Event-ID, so that nothing is lost. `reset` says the server no longer has what came after it: load all again.

const RETRY_MAX = 30_000;

export class ChangeStream {
  onState = () => {};
  onChanges = () => {};
  /** Called when everything must be loaded again. */
  onReset = () => {};
  #source = null;
  #retry = 1000;
  #timer = 0;
  #hasOpened = false;

  open() {
    clearTimeout(this.#timer);
    this.#source?.close();
    const source = new EventSource("/console/stream");
    this.#source = source;
    let isFirst = true;
    let canResume = false;
    source.addEventListener("open", () => {
      this.#retry = 1000;
      this.onState("live");
      // A stream made anew, or broken before its first id, starts at the present: what happened since then is known
      // only by loading.
      if (isFirst ? this.#hasOpened : !canResume) this.onReset();
      isFirst = false;
      this.#hasOpened = true;
    });
    source.addEventListener("hello", (event) => { canResume ||= event.lastEventId !== ""; });
    source.addEventListener("change", (event) => {
      canResume ||= event.lastEventId !== "";
      let changes;
      try {
        changes = JSON.parse(event.data);
      } catch {
        return this.onReset();
      }
      if (Array.isArray(changes)) this.onChanges(changes);
    });
    source.addEventListener("reset", () => this.onReset());
    source.addEventListener("error", () => {
      this.onState("reconnecting");
      // A browser gives up after an answer that is no stream; then the new attempt is ours to make.
      if (source.readyState === EventSource.CLOSED && source === this.#source) {
        this.#timer = setTimeout(() => this.open(), this.#retry);
        this.#retry = Math.min(this.#retry * 2, RETRY_MAX);
      }
    });
  }
}
