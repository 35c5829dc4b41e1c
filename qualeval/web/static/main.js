// The page: what there is, what is done to it, and its parts put together.

import { html, nothing, render } from "./vendor/lit-html/lit-html.js";
import "./curve.js";
import { Asker, Failure, fetchHIT, openHIT, openPool, request, start, workers } from "./api.js";
import { cardsView } from "./cards.js";
import { ladderView, resultsView, summary } from "./results.js";
import { History, linkOf, newKey, stateOf, stateOfLink } from "./state.js";
import { workerView } from "./worker.js";
import { localeOf, localeText, workers as countOfWorkers } from "./words.js";

const REST = 150; // milliseconds after a move until what it did not ask for is asked

class Page {
  answer = null;
  curves = new Map(); // by card, as they were last told
  focus = null;
  pointed = null;
  offered = [];
  notice = null;
  #resting = null;
  #offering = 0;

  constructor(said, state) {
    Object.assign(this, { pool: said.pool, types: said.types, guards: said.guards, places: said.places });
    Object.assign(this, { masked: said.masked, canFetch: said.can_fetch });
    this.comparators = said.comparators;
    this.placesByCode = new Map(said.places.map((each) => [each.code, each]));
    this.placesByName = new Map(said.places.map((each) => [each.name.toLowerCase(), each]));
    this.history = new History(state);
    this.focus = state.cards.find((card) => card.requirement.IntegerValues?.length === 1)?.key ?? state.cards[0]?.key ?? null;
    this.asker = new Asker({
      answered: (answer, asked) => this.#take(answer, asked),
      failed: (error) => this.tell(error.message, error.isGone),
    });
  }

  get state() {
    return this.history.state;
  }

  // --- what there is

  typeOf(id) {
    const known = this.types.find((each) => each.id === id || each.name === id);
    return known ?? { id, name: id, is_locale: false, can_be_lacked: true };
  }

  comparator(name) {
    return this.comparators.find((each) => each.name === name) ?? { name, takes_values: false, takes_list: false };
  }

  /** The comparators that make sense for a type, and the one that stands there. */
  comparatorsFor(type, current) {
    const fits = (each) => (type.is_locale ? each.takes_values && !each.is_ordering : each.takes_values || type.can_be_lacked);
    return this.comparators.filter((each) => fits(each) || each.name === current).map((each) => each.name);
  }

  placeName(code) {
    return this.placesByCode.get(code)?.name ?? code;
  }

  placeNamed(text) {
    const said = text.trim();
    return this.placesByCode.get(said.toUpperCase()) ?? this.placesByName.get(said.toLowerCase());
  }

  // --- what is done to the cards

  #put(cards, options) {
    this.history.put({ ...this.state, cards }, options);
    this.ask(options?.isMoving ? [] : undefined);
  }

  change(key, part, options) {
    this.#put(this.state.cards.map((card) => (card.key === key ? { ...card, ...part } : card)), options);
  }

  /** Other values, or another guard. The deprecated way to guard goes with it. */
  require(card, part, options) {
    const { RequiredToPreview, ...requirement } = card.requirement;
    const guard = requirement.ActionsGuarded ?? (RequiredToPreview ? "PreviewAndAccept" : "Accept");
    this.change(card.key, { requirement: { ...requirement, ActionsGuarded: guard, ...part } }, options);
  }

  /** Another comparator, with as much of the values as it takes. */
  compare(card, name) {
    const { IntegerValues, LocaleValues, ...rest } = card.requirement;
    const { takes_values: takes, takes_list: many } = this.comparator(name);
    const kept = (values) => (many ? values : values.slice(0, 1));
    const part = { ...rest, Comparator: name };
    if (takes && this.typeOf(rest.QualificationTypeId).is_locale) part.LocaleValues = kept(LocaleValues ?? [{ Country: "US" }]);
    else if (takes) part.IntegerValues = kept(IntegerValues ?? [0]);
    this.change(card.key, { requirement: part });
  }

  add(id) {
    const type = this.typeOf(id);
    const said = type.is_locale
      ? { Comparator: "In", LocaleValues: [{ Country: "US" }] }
      : type.can_be_lacked
        ? { Comparator: "DoesNotExist" }
        : { Comparator: "GreaterThanOrEqualTo", IntegerValues: [type.highest === null ? 100 : type.highest > 1 ? 95 : 1] };
    const requirement = { QualificationTypeId: type.id, ...said, ActionsGuarded: "Accept" };
    const card = { key: newKey(), on: true, requirement };
    this.focus = card.key;
    this.#put([...this.state.cards, card]);
    document.getElementById(`${card.key}-comparator`)?.focus();
  }

  remove(key) {
    const place = this.state.cards.findIndex((card) => card.key === key);
    this.#put(this.state.cards.filter((card) => card.key !== key));
    const next = this.state.cards[Math.min(place, this.state.cards.length - 1)];
    document.getElementById(next ? `${next.key}-comparator` : "new-type")?.focus();
  }

  /** A place that the server offers, put into the list of its card, or taken from it. */
  takeIn(gain) {
    const card = this.state.cards[gain.card];
    const locale = localeOf(gain.place);
    const listed = card.requirement.LocaleValues;
    const isExcluding = ["NotIn", "NotEqualTo"].includes(card.requirement.Comparator);
    const left = listed.filter((each) => localeText(each) !== gain.place);
    if (isExcluding && !left.length) this.remove(card.key);
    else if (isExcluding) this.require(card, { LocaleValues: left });
    else this.require(card, { Comparator: "In", LocaleValues: [...listed, locale] });
  }

  settle() {
    this.history.settle();
    this.ask();
  }

  undo() {
    this.history.undo();
    this.ask();
  }

  redo() {
    this.history.redo();
    this.ask();
  }

  restore() {
    const { worker, action } = this.state;
    this.history.put({ ...stateOf(this.state.hit), worker, action });
    this.ask();
  }

  // --- what is looked at

  look(key) {
    if (this.focus === key) return;
    this.focus = key;
    this.pointed = null;
    this.draw();
  }

  point(place) {
    const pointed = place ?? null;
    if (pointed === this.pointed) return;
    this.pointed = pointed;
    this.draw();
  }

  lookAtAction(action) {
    this.history.amend({ ...this.state, action });
    this.ask();
  }

  lookAtWorker(worker) {
    this.history.amend({ ...this.state, worker });
    this.ask();
  }

  /** Offers workers to pick from; the one whose whole name is written is picked. */
  async offer(text) {
    const turn = ++this.#offering;
    const name = text.trim();
    try {
      const found = await workers(this.masked ? name.replace(/\D/g, "") : name);
      if (turn !== this.#offering) return;
      this.offered = found;
      const picked = found.find((each) => each.name === name);
      if (picked && picked.name !== this.state.worker?.name) this.lookAtWorker({ ...picked, facts: [] });
      else this.draw();
    } catch (error) {
      this.#failed(error);
    }
  }

  // --- files and links

  async open(what, read, take) {
    if (!what) return;
    try {
      take(await read(what));
      this.notice = null;
      this.ask();
    } catch (error) {
      this.#failed(error);
    }
  }

  openHIT(what, read = openHIT) {
    return this.open(what, read, ({ hit, types }) => {
      const known = new Set(this.types.map((each) => each.id));
      this.types = [...this.types, ...types.filter((each) => !known.has(each.id))];
      this.history.put({ ...stateOf(hit), action: this.state.action });
    });
  }

  openPool(file) {
    return this.open(file, openPool, (pool) => {
      this.pool = pool;
      this.history.amend({ ...this.state, worker: null });
      this.offered = [];
    });
  }

  async download() {
    try {
      const text = JSON.stringify(await request(this.state), null, 2);
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([text, "\n"], { type: "application/json" }));
      link.download = "create_hit.json";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    } catch (error) {
      this.#failed(error);
    }
  }

  async share() {
    await this.#writeLink();
    try {
      await navigator.clipboard.writeText(location.href);
      this.tell("The link is copied. It holds all that stands here, and opens where this server runs.");
    } catch {
      this.tell("The link stands in the address bar. It holds all that stands here, and opens where this server runs.");
    }
  }

  async #writeLink() {
    const state = this.state;
    const link = await linkOf(state);
    if (state === this.state) history.replaceState(null, "", `#${link}`);
  }

  // --- asking and drawing

  /** Asks for what follows from the state. Without `curves` for all of it, once the knobs rest. */
  ask(curves) {
    clearTimeout(this.#resting);
    this.draw();
    this.asker.ask(this.state, curves);
    if (curves) this.#resting = setTimeout(() => this.asker.ask(this.state), REST);
  }

  #take(answer, asked) {
    if (this.notice?.isGone) this.notice = null;
    if (answer.pool_name !== undefined) this.pool = { name: answer.pool_name, size: answer.pool }; // another page may open one
    this.answer = answer.problems.length && this.answer ? { ...this.answer, problems: answer.problems } : answer;
    for (const { card, ...curve } of answer.curves ?? []) this.curves.set(asked.cards[card].key, curve);
    this.#writeLink();
    this.draw();
  }

  tell(message, isGone = false) {
    this.notice = { message, isGone };
    this.draw();
  }

  #failed(error) {
    if (!(error instanceof Failure)) throw error;
    this.tell(error.message, error.isGone);
  }

  draw() {
    render(pageView(this), document.getElementById("page"));
  }
}

function pageView(page) {
  const { state, answer, history } = page;
  const stale = answer?.problems?.length > 0;
  return html`
    <header>
      <div class="heading">
        <h1>${state.hit.title ?? "A HIT without a title"}</h1>
        <p>${state.hit.id ? html`HIT ${state.hit.id}, ` : nothing}${page.pool.name}: ${countOfWorkers(page.pool.size)}</p>
      </div>
      <div class="tools" role="toolbar" aria-label="The HIT">
        <button @click=${() => page.undo()} ?disabled=${!history.canUndo} aria-keyshortcuts="Control+Z">Undo</button>
        <button @click=${() => page.redo()} ?disabled=${!history.canRedo} aria-keyshortcuts="Control+Y">Redo</button>
        <button @click=${() => page.restore()}>Original</button>
        <button @click=${() => page.share()}>Copy link</button>
        <button @click=${() => page.download()}>Download request</button>
        ${fileView("HIT", "Open a HIT", ".json,.yaml,.yml", (file) => page.openHIT(file))}
        ${page.canFetch ? fetchView(page) : nothing}
        ${fileView("pool", "Open a pool", ".csv,.parquet,.jsonl", (file) => page.openPool(file))}
      </div>
    </header>
    ${page.notice
      ? html`<div class="notice ${page.notice.isGone ? "gone" : ""}" role="alert">
          <p>${page.notice.message}</p>
          ${page.notice.isGone ? html`<button @click=${() => page.ask()}>Try again</button>` : nothing}
          <button class="quiet" aria-label="Dismiss" @click=${() => { page.notice = null; page.draw(); }}>×</button>
        </div>`
      : nothing}
    <section class="sticky" aria-label="How many may do what">${ladderView(page, state, answer)}</section>
    <p class="hidden" role="status">${summary(state, answer)}</p>
    <main class=${stale ? "stale" : ""}>
      ${cardsView(page, state, answer)}
      <div class="side">
        ${stale ? html`<p class="problem">These numbers are older: the requirements as they stand cannot be read.</p>` : nothing}
        ${resultsView(page, state, answer)} ${workerView(page, state, answer)}
      </div>
    </main>
    <datalist id="places">${page.places.map((each) => html`<option value=${each.name}>${each.code}</option>`)}</datalist>
    <footer><p>Nothing leaves this machine. Unknown is a band of its own: those of whom a fact is missing.</p></footer>
  `;
}

const fetchView = (page) => html`
  <form class="fetch" @submit=${(event) => { event.preventDefault(); page.openHIT(event.target.elements.id.value.trim(), fetchHIT); }}>
    <input name="id" aria-label="HIT id" placeholder="HIT id" autocomplete="off" spellcheck="false" size="14" />
    <button>Fetch</button>
  </form>
`;

const fileView = (name, label, accept, take) => html`
  <label class="button">
    ${label}
    <input class="hidden" type="file" accept=${accept} data-opens=${name}
      @change=${(event) => { take(event.target.files[0]); event.target.value = ""; }} />
  </label>
`;

function listen(page) {
  addEventListener("keydown", (event) => {
    const isTyping = event.target.matches?.("input:not([type=range],[type=checkbox],[type=radio]), textarea");
    if (!(event.ctrlKey || event.metaKey) || event.altKey || isTyping) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) page.undo();
    else if (key === "y" || (key === "z" && event.shiftKey)) page.redo();
    else return;
    event.preventDefault();
  });
  addEventListener("hashchange", async () => {
    const state = await stateOfLink(location.hash.slice(1));
    if (!state) return;
    page.history.put(state);
    page.ask();
  });
}

async function main() {
  const place = document.getElementById("page");
  try {
    const said = await start();
    const linked = await stateOfLink(location.hash.slice(1));
    const page = new Page(said, linked ?? stateOf(said.hit));
    place.replaceChildren();
    if (location.hash.length > 1 && !linked) page.tell("The link could not be read, so this is the HIT as it is.");
    listen(page);
    page.ask();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    place.replaceChildren();
    render(html`<main><p class="problem" role="alert">${error.message}</p></main>`, place);
  }
}

main();
