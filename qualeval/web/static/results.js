// The answers: the ladder, the funnel, the curve that is looked at, what the linter finds, and what has changed.

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { live } from "./vendor/lit-html/directives/live.js";
import { reachedText } from "./cards.js";
import { count, requirementText, share, signed, workers } from "./words.js";

const ACTIONS = ["discover", "preview", "accept"];

/** How many are permitted and unknown, as a bar. The numbers stand beside it. */
const bar = ({ permitted, unknown }, pool) => html`
  <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
    <rect class="all" width="100" height="8"></rect>
    <rect class="unknown" width=${pool ? (100 * (permitted + unknown)) / pool : 0} height="8"></rect>
    <rect class="permitted" width=${pool ? (100 * permitted) / pool : 0} height="8"></rect>
  </svg>
`;

/** How many may do each action; the one that is looked at is chosen here. */
export function ladderView(page, state, answer) {
  const rungs = answer?.ladder ?? ACTIONS.map((action) => ({ action }));
  return html`
    <fieldset class="ladder" aria-busy=${answer === null}>
      <legend class="hidden">The action that is looked at</legend>
      ${rungs.map((rung) => html`
        <label class=${rung.action === state.action ? "chosen" : ""}>
          <span class="rung">
            <input type="radio" name="action" value=${rung.action} .checked=${live(rung.action === state.action)} @change=${() => page.lookAtAction(rung.action)} />
            ${rung.action}
          </span>
          ${rung.before ? rungView(rung, answer.pool) : html`<span class="count">–</span>`}
        </label>`)}
    </fieldset>
  `;
}

function rungView(rung, pool) {
  const change = rung.permitted - rung.before.permitted;
  return html`
    <span class="count">${count(rung.permitted)}<span class="hidden"> workers permitted</span></span>
    <span class="share">${share(rung.permitted, pool)}</span>
    ${bar(rung, pool)}
    <span class="detail">
      ${rung.unknown ? html`<span class="may">${count(rung.unknown)} unknown</span>` : nothing}
      <span class=${change > 0 ? "up" : change < 0 ? "down" : "same"}>${change ? html`${signed(change)}<span class="hidden"> against the original</span>` : "as in the original"}</span>
    </span>
  `;
}

/** The right side. */
export function resultsView(page, state, answer) {
  if (!answer || !answer.cards) return html`<section class="results">${nothing}</section>`;
  return html`
    <section class="results" aria-label="Answers">
      ${funnelView(page, state, answer)} ${curveView(page, state)} ${gainsView(page, answer)} ${wordsView(state, answer)} ${findingsView(answer)} ${comparisonView(answer)}
    </section>
  `;
}

function funnelView(page, state, answer) {
  const steps = answer.cards.filter((each) => each.guards_action);
  return html`
    <section aria-labelledby="funnel-title">
      <h2 id="funnel-title">Who is left, requirement by requirement</h2>
      <table class="funnel">
        <thead class="hidden"><tr><th>After</th><th>Bar</th><th>Permitted</th><th>Unknown</th></tr></thead>
        <tbody>
          <tr><th scope="row">the pool, ${page.pool.name}</th><td>${bar({ permitted: answer.pool, unknown: 0 }, answer.pool)}</td><td>${count(answer.pool)}</td><td></td></tr>
          ${steps.map((each) => html`
            <tr class=${page.focus === state.cards[each.card]?.key ? "focused" : ""}>
              <th scope="row"><span class="index">${each.card}</span> ${requirementText(each)}</th>
              <td>${bar(each.left, answer.pool)}</td>
              <td>${count(each.left.permitted)}</td>
              <td class="may">${each.left.unknown ? html`+${count(each.left.unknown)}<span class="hidden"> unknown</span>` : nothing}</td>
            </tr>`)}
        </tbody>
      </table>
    </section>
  `;
}

/** The curve of the card under the pointer. */
function curveView(page, state) {
  const card = state.cards.find((each) => each.key === page.focus && each.on);
  const curve = card && page.curves.get(card.key);
  if (!curve) return nothing;
  const value = card.requirement.IntegerValues[0];
  const pointed = page.pointed === null || curve.knots[page.pointed] === undefined ? curve.knots.indexOf(value) : page.pointed;
  const { name } = page.typeOf(card.requirement.QualificationTypeId);
  return html`
    <section aria-labelledby="curve-title">
      <h2 id="curve-title">${requirementText({ name, comparator: card.requirement.Comparator, values: [] })}…</h2>
      <audience-curve aria-hidden="true" .data=${{ curve, value }} @pointed=${(event) => page.point(event.detail)}></audience-curve>
      <p class="readout">${pointed < 0 ? nothing : html`<b>${requirementText({ name, comparator: card.requirement.Comparator, values: [curve.knots[pointed]] })}</b>: ${reachedText(curve, pointed)} to ${state.action}`}</p>
    </section>
  `;
}

function gainsView(page, answer) {
  const gains = answer.gains.filter((each) => each.permitted > permittedNow(page, answer)).slice(0, 6);
  if (!gains.length) return nothing;
  return html`
    <section aria-labelledby="gains-title">
      <h2 id="gains-title">Next places</h2>
      <ul class="gains">
        ${gains.map((each) => html`
          <li>
            <button class="quiet" @click=${() => page.takeIn(each)}>${each.name}</button>
            <span class="up">${signed(each.permitted - permittedNow(page, answer))}</span>
          </li>`)}
      </ul>
    </section>
  `;
}

const permittedNow = (page, answer) => answer.ladder.find((each) => each.action === page.state.action).permitted;

function wordsView(state, answer) {
  const { must, nobody } = answer.words[state.action];
  const words = nobody.length
    ? html`<p class="problem">Nobody can ${state.action} it: ${nobody.join("; ")}.</p>`
    : must.length
      ? html`<p>To ${state.action} it, a worker must</p><ul>${must.map((each) => html`<li>${each}</li>`)}</ul>`
      : html`<p>Every worker may ${state.action} it.</p>`;
  return html`<section aria-labelledby="words-title"><h2 id="words-title">In plain words</h2>${words}</section>`;
}

function findingsView({ findings }) {
  return html`
    <section aria-labelledby="findings-title">
      <h2 id="findings-title">Findings</h2>
      ${findings.length
        ? html`<ul class="findings">${findings.map((each) => html`
            <li class=${each.severity}>
              <b>${each.severity} ${each.rule}</b>${each.card === null ? "" : ` requirement ${each.card}`}: ${each.message}${each.help ? `; ${each.help}` : ""}
            </li>`)}</ul>`
        : html`<p>Nothing is found against these requirements.</p>`}
    </section>
  `;
}

function comparisonView({ comparison }) {
  return html`
    <section aria-labelledby="comparison-title">
      <h2 id="comparison-title">Against the original</h2>
      ${comparison.equivalent
        ? html`<p>Every worker there could be has the same access as before.</p>`
        : html`<dl>${ACTIONS.flatMap((action) => ["gained", "lost"].map((side) => shiftView(action, side, comparison.actions[action][side])))}</dl>`}
    </section>
  `;
}

function shiftView(action, side, shift) {
  if (!shift.example) return nothing;
  const facts = Object.entries(shift.example.Facts ?? {});
  return html`
    <dt class=${side === "gained" ? "up" : "down"}>${action} ${side}</dt>
    <dd>
      ${shift.words}
      <span class="example">for example ${facts.length ? facts.map(([type, fact]) => `${type}=${fact}`).join(", ") : "any worker"}</span>
    </dd>
  `;
}

/** What a screen reader is told once the answer to a move is there. */
export function summary(state, answer) {
  if (!answer?.ladder) return answer?.problems?.length ? "The requirements cannot be read." : "";
  const rung = answer.ladder.find((each) => each.action === state.action);
  const change = rung.permitted - rung.before.permitted;
  return `${state.action}: ${workers(rung.permitted)} permitted, ${count(rung.unknown)} unknown, ${change ? signed(change) : "no change"} against the original`;
}
