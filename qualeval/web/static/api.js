// What the page asks the server.

/** Why the server did not answer as asked; `isGone` says that it did not answer at all. */
export class Failure extends Error {
  constructor(message, { isGone = false } = {}) {
    super(message);
    this.isGone = isGone;
  }
}

async function called(path, options) {
  let response;
  try {
    response = await fetch(path, { ...options, redirect: "error", credentials: "omit" });
  } catch {
    throw new Failure("The server does not answer. Is “qualeval serve” still running?", { isGone: true });
  }
  const said = await response.json().catch(() => null);
  if (said === null) throw new Failure(`The server's answer (${response.status}) could not be read.`);
  if (!response.ok) throw new Failure(said.error);
  return said;
}

const sent = (path, value) =>
  called(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(value) });
const uploaded = (path, file) =>
  called(path, { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: file });

export const start = () => called("/api/start");
export const workers = (text) => called(`/api/workers?${new URLSearchParams({ text })}`);
export const request = (state) => sent("/api/request", { hit: state.hit.request, cards: plain(state.cards) });
export const openHIT = (file) => uploaded("/api/hit", file);
export const fetchHIT = (id) => sent("/api/fetch", { id });
export const openPool = (file) => uploaded(`/api/pool?${new URLSearchParams({ name: file.name })}`, file);

const plain = (cards) => cards.map(({ on, requirement }) => ({ on, requirement }));

/** What is asked of a state. `curves` are the keys of the cards whose curves are wanted; all where it is missing. */
function question(state, curves) {
  const { worker } = state;
  const asked = { before: state.hit.request.QualificationRequirements, cards: plain(state.cards), action: state.action };
  if (curves) asked.curves = state.cards.flatMap((card, index) => (curves.includes(card.key) ? [index] : []));
  if (worker) {
    const facts = Object.fromEntries(worker.facts.map(({ type, fact }) => [type, fact]));
    asked.worker = worker.row === null ? { facts } : { row: worker.row, name: String(worker.name), facts };
  }
  return asked;
}

/**
 * Asks one question at a time. Of those that come while one is on its way only the last is asked: a slider moves
 * faster than any answer comes, and nobody waits for where it has been.
 */
export class Asker {
  #isAsking = false;
  #next = null;

  constructor({ answered, failed }) {
    this.answered = answered;
    this.failed = failed;
  }

  async ask(state, curves) {
    this.#next = [state, curves];
    if (this.#isAsking) return;
    this.#isAsking = true;
    while (this.#next) {
      const [asked, wanted] = this.#next;
      this.#next = null;
      try {
        this.answered(await sent("/api/answer", question(asked, wanted)), asked);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        if (!this.#next || error.isGone) this.failed(error);
        if (error.isGone) this.#next = null;
      }
    }
    this.#isAsking = false;
  }
}
