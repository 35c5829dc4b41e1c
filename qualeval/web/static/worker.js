// One worker: picked from the pool, or made of facts; what she may do, why not, and what would help.

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { live } from "./vendor/lit-html/directives/live.js";
import { repeat } from "./vendor/lit-html/directives/repeat.js";
import { drafted } from "./words.js";

export function workerView(page, state, answer) {
  const { worker } = state;
  return html`
    <section class="worker" aria-labelledby="worker-title">
      <h2 id="worker-title">One worker</h2>
      ${pickerView(page, worker)}
      ${worker ? html`${factsView(page, state, answer?.worker)} ${decisionView(state, answer?.worker)}` : nothing}
    </section>
  `;
}

function pickerView(page, worker) {
  return html`
    <div class="picker">
      <label for="worker-name">${page.masked ? "Pick by row" : "Pick from the pool"}</label>
      <input id="worker-name" type="search" list="offered" autocomplete="off" spellcheck="false"
        placeholder=${page.masked ? "worker 1" : "Worker id"} .value=${live(drafted("worker-name", worker?.name ?? ""))}
        @focus=${(event) => page.offer(event.target.value)} @input=${(event) => page.offer(event.target.value)} />
      <datalist id="offered">${page.offered.map((each) => html`<option value=${each.name}></option>`)}</datalist>
      <button @click=${() => page.lookAtWorker({ row: null, name: "", facts: [] })}>Somebody new</button>
      ${worker ? html`<button class="quiet" @click=${() => page.lookAtWorker(null)}>Close</button>` : nothing}
    </div>
  `;
}

/** A field for each type on the cards. What is written stands in place of what the pool says. */
function factsView(page, state, said) {
  const types = [...new Set(state.cards.map((card) => card.requirement.QualificationTypeId))].map((id) => page.typeOf(id));
  const known = said?.facts ?? {};
  const written = new Map(state.worker.facts.map(({ type, fact }) => [type, fact]));
  const put = (type, fact) => {
    const facts = state.worker.facts.filter((each) => each.type !== type);
    page.lookAtWorker({ ...state.worker, facts: fact ? [...facts, { type, fact }] : facts });
  };
  return html`
    <div class="facts">
      ${repeat(types, (type) => type.id, (type) => html`
        <label for="fact-${type.id}">${type.name}</label>
        <input id="fact-${type.id}" type="text" autocomplete="off" spellcheck="false"
          placeholder=${written.has(type.name) ? "" : String(known[type.name] ?? "unknown")} .value=${live(drafted(`fact-${type.id}`, written.get(type.name) ?? ""))}
          @change=${(event) => put(type.name, event.target.value.trim())} />`)}
    </div>
    <p class="hint">A fact is <code>98</code>, <code>95..100</code>, <code>95..</code>, <code>1,3</code>, <code>US-WA</code>,
      <code>lacks</code>, <code>holds</code> or <code>unknown</code>.</p>
  `;
}

function decisionView(state, said) {
  if (!said) return nothing;
  if (said.problems.length) return said.problems.map((each) => html`<p class="problem" role="alert">${each.message}</p>`);
  const open = said.requirements.filter((each) => each.state !== "met");
  const on = state.cards.flatMap((card, index) => (card.on ? [index] : []));
  return html`
    <ul class="outcomes">
      ${Object.entries(said.actions).map(([action, outcome]) => html`<li class=${outcome}>${action} <b>${outcome}</b></li>`)}
    </ul>
    ${open.length
      ? html`<ul class="reasons">${open.map((each) => html`
          <li class=${each.state}>
            <b>${each.state}</b> requirement ${on[each.index]}, ${each.name}: admits ${each.admits}, observed ${each.observed}
            ${each.remedy ? html`<span class="remedy">${each.remedy.words}</span>` : nothing}
          </li>`)}</ul>`
      : html`<p>She meets every requirement.</p>`}
  `;
}
