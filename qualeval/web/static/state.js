// What the page shows, its history, and the link that holds it.
// A state is a plain value that never changes: {hit, cards, action, worker}. Each card is {key, on, requirement}.

const MOST = 200; // steps that can be undone

let keys = 0;

export const newKey = () => `card${++keys}`;

/** The state that a HIT begins with. */
export function stateOf(hit) {
  const cards = hit.request.QualificationRequirements.map((requirement) => ({ key: newKey(), on: true, requirement }));
  return { hit, cards, action: "accept", worker: null };
}

/** A state and what it was before. `isMoving` says that the last step goes on: a slider is being moved. */
export class History {
  #past = [];
  #future = [];
  #isMoving = false;

  constructor(state) {
    this.state = state;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** Another state. A move that goes on is one step, however many states it passes through. */
  put(state, { isMoving = false } = {}) {
    if (!this.#isMoving) this.#past = [...this.#past.slice(-MOST + 1), this.state];
    this.#future = [];
    this.#isMoving = isMoving;
    this.state = state;
  }

  /** The end of a move. */
  settle() {
    this.#isMoving = false;
  }

  /** A state in place of this one, which is no step: what is looked at has changed, not the HIT. */
  amend(state) {
    this.state = state;
  }

  undo() {
    if (!this.canUndo) return;
    this.#future = [this.state, ...this.#future];
    this.state = this.#past.at(-1);
    this.#past = this.#past.slice(0, -1);
    this.#isMoving = false;
  }

  redo() {
    if (!this.canRedo) return;
    this.#past = [...this.#past, this.state];
    [this.state, ...this.#future] = this.#future;
    this.#isMoving = false;
  }
}

// --- the link

const LONGEST = 2 ** 18; // letters of a link: what is compressed may be a thousand times as long

const squeezed = async (bytes, stream) =>
  new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());

/** The part of a link after `#`: the state, compressed, in the letters that a link may have. */
export async function linkOf(state) {
  const cards = state.cards.map(({ on, requirement }) => ({ on, requirement }));
  const bytes = new TextEncoder().encode(JSON.stringify({ ...state, cards }));
  const found = await squeezed(bytes, new CompressionStream("deflate-raw"));
  let text = "";
  for (const byte of found) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The state that a link holds; null where it holds none. */
export async function stateOfLink(text) {
  if (!text || text.length > LONGEST) return null;
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
    const said = JSON.parse(new TextDecoder().decode(await squeezed(bytes, new DecompressionStream("deflate-raw"))));
    return isState(said) ? { ...said, cards: said.cards.map((card) => ({ ...card, key: newKey() })) } : null;
  } catch {
    return null;
  }
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

const isListOf = (value, isOne) => Array.isArray(value) && value.every(isOne);

/** Whether it can be drawn; what is wrong with it otherwise, the server tells. */
const isRequirement = (value) => isObject(value) && isListOf(value.LocaleValues ?? [], isObject);

function isState(said) {
  return (
    isObject(said) &&
    isObject(said.hit) &&
    isObject(said.hit.request) &&
    Array.isArray(said.hit.request.QualificationRequirements) &&
    ["discover", "preview", "accept"].includes(said.action) &&
    Array.isArray(said.cards) &&
    said.cards.every((card) => isObject(card) && typeof card.on === "boolean" && isRequirement(card.requirement)) &&
    (said.worker === null || (isObject(said.worker) && isListOf(said.worker.facts, isObject)))
  );
}
