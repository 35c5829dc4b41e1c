// The cards: a requirement each, whose comparator, values and guard can be changed.

import { html, nothing } from "./vendor/lit-html/lit-html.js";
import { live } from "./vendor/lit-html/directives/live.js";
import { repeat } from "./vendor/lit-html/directives/repeat.js";
import { COMPARATORS, GUARDS, count, drafted, localeOf, localeText, workers } from "./words.js";

/** The left side. `page` has what there is and what can be done, `answer` what the server said of the cards. */
export function cardsView(page, state, answer) {
  const cards = state.cards.map((card, index) => [card, index]);
  return html`
    <section class="cards" aria-labelledby="cards-title">
      <h2 id="cards-title">Requirements</h2>
      ${cards.length ? nothing : html`<p class="empty">No requirement: every worker may do everything.</p>`}
      <ol>
        ${repeat(cards, ([card]) => card.key, ([card, index]) => cardView(page, card, index, partsOf(answer, index)))}
      </ol>
      ${adder(page)}
    </section>
  `;
}

/** What the answer says of one card. */
const partsOf = (answer, index) => ({
  reach: answer?.cards?.find((each) => each.card === index),
  problems: answer?.problems?.filter((each) => each.card === index) ?? [],
  findings: answer?.findings?.filter((each) => each.card === index) ?? [],
});

function cardView(page, card, index, { reach, problems, findings }) {
  const type = page.typeOf(card.requirement.QualificationTypeId);
  const id = card.key;
  const { Comparator, ActionsGuarded = "Accept" } = card.requirement;
  return html`
    <li
      class="card ${card.on ? "" : "off"} ${page.focus === card.key ? "focused" : ""}"
      @pointerenter=${() => page.look(card.key)}
      @focusin=${() => page.look(card.key)}
    >
      <div class="card-head">
        <label class="switch">
          <input type="checkbox" .checked=${live(card.on)} @change=${(event) => page.change(card.key, { on: event.target.checked })} />
          <span class="index" aria-hidden="true">${index}</span>
          <span class="type">${type.name}</span>
          <span class="hidden">: requirement ${index} is asked for</span>
        </label>
        <button class="quiet" @click=${() => page.remove(card.key)} aria-label="Remove requirement ${index}, ${type.name}">Remove</button>
      </div>
      <fieldset ?disabled=${!card.on}>
        <legend class="hidden">Requirement ${index}, ${type.name}</legend>
        <div class="field">
          <label for="${id}-comparator">Comparator</label>
          <select id="${id}-comparator" @change=${(event) => page.compare(card, event.target.value)}>
            ${page.comparatorsFor(type, Comparator).map(
              (each) => html`<option value=${each} .selected=${live(each === Comparator)}>${COMPARATORS[each] ?? each}</option>`,
            )}
          </select>
        </div>
        ${valuesView(page, card, type, index)}
        <div class="field">
          <label for="${id}-guard">Guards</label>
          <select id="${id}-guard" @change=${(event) => page.require(card, { ActionsGuarded: event.target.value })}>
            ${page.guards.map(
              (each) => html`<option value=${each} .selected=${live(each === ActionsGuarded)}>${GUARDS[each] ?? each}</option>`,
            )}
          </select>
        </div>
      </fieldset>
      ${problems.map((each) => html`<p class="problem" role="alert">${each.message}</p>`)}
      ${reach ? reachView(reach, card.on) : nothing}
      ${findings.map((each) => html`<p class="finding ${each.severity}"><strong>${each.rule}</strong> ${each.message}${each.help ? `; ${each.help}` : ""}</p>`)}
    </li>
  `;
}

function reachView(reach, isOn) {
  if (!isOn) return nothing;
  if (!reach.guards_action) return html`<p class="reach">Does not guard this action.</p>`;
  const costs = [
    html`alone lets in <b>${count(reach.passes)}</b>`,
    reach.only_obstacle ? html`the only obstacle for <b>${count(reach.only_obstacle)}</b>` : nothing,
    reach.only_question ? html`the only open question for <b>${count(reach.only_question)}</b>` : nothing,
  ].filter((each) => each !== nothing);
  return html`<p class="reach">${costs.map((each, place) => html`${place ? "; " : ""}${each}`)}</p>`;
}

// --- values

function valuesView(page, card, type, index) {
  const comparator = page.comparator(card.requirement.Comparator);
  if (!comparator.takes_values) return nothing;
  if (type.is_locale) return localesView(page, card, comparator);
  return comparator.takes_list ? listView(page, card) : integerView(page, card, index);
}

/** One integer: a slider over the curve, and a field for any value. */
function integerView(page, card, index) {
  const value = card.requirement.IntegerValues?.[0];
  const curve = page.curves.get(card.key);
  const place = curve ? curve.knots.indexOf(value) : -1;
  const nearest = curve && place < 0 ? curve.knots.findLastIndex((each) => each <= value) : place;
  const id = card.key;
  const put = (text, options) => {
    const number = Number(text);
    if (text.trim() !== "" && Number.isSafeInteger(number)) page.require(card, { IntegerValues: [number] }, options);
  };
  const said = curve && place >= 0 ? reachedText(curve, place) : "";
  return html`
    <div class="field">
      <label for="${id}-value">Value</label>
      <input id="${id}-value" type="number" step="1" inputmode="numeric" .value=${live(drafted(`${id}-value`, String(value ?? "")))}
        @change=${(event) => put(event.target.value)} />
    </div>
    ${curve && curve.knots.length > 1
      ? html`
          <div class="slider">
            <audience-curve small aria-hidden="true" .data=${{ curve, value }}></audience-curve>
            <input type="range" min="0" max=${curve.knots.length - 1} step="1" .value=${live(String(Math.max(0, nearest)))}
              aria-label="Value of requirement ${index}, ${page.typeOf(card.requirement.QualificationTypeId).name}"
              aria-valuetext="${count(value)}${said ? `: ${said}` : ""}"
              @input=${(event) => put(String(curve.knots[event.target.value]), { isMoving: true })}
              @change=${() => page.settle()} />
            <div class="ends" aria-hidden="true"><span>${count(curve.knots[0])}</span><span>${count(curve.knots.at(-1))}</span></div>
          </div>
        `
      : nothing}
  `;
}

export const reachedText = (curve, place) =>
  `${workers(curve.permitted[place])} permitted${curve.unknown[place] ? `, ${count(curve.unknown[place])} unknown` : ""}`;

/** Several integers. */
function listView(page, card) {
  const values = card.requirement.IntegerValues ?? [];
  const id = card.key;
  const put = (field) => {
    const texts = field.value.split(/[\s,;]+/).filter(Boolean);
    const numbers = texts.map(Number);
    const isRight = texts.length > 0 && numbers.every(Number.isSafeInteger);
    field.setCustomValidity(isRight ? "" : "Write integers, with commas between them.");
    field.reportValidity();
    if (isRight) page.require(card, { IntegerValues: numbers });
  };
  return html`
    <div class="field">
      <label for="${id}-values">Values</label>
      <input id="${id}-values" type="text" inputmode="numeric" autocomplete="off" .value=${live(drafted(`${id}-values`, values.join(", ")))}
        @change=${(event) => put(event.target)} />
    </div>
  `;
}

/** Countries and states: chips, and a field that finds more by name. */
function localesView(page, card, comparator) {
  const listed = card.requirement.LocaleValues ?? [];
  const id = card.key;
  const put = (locales) => page.require(card, { LocaleValues: locales });
  const add = (field) => {
    const found = page.placeNamed(field.value);
    const text = field.value.trim();
    field.setCustomValidity(found || !text ? "" : `No country or state of the United States is called “${text}”.`);
    field.reportValidity();
    if (!found) return;
    field.value = "";
    if (listed.some((each) => localeText(each) === found.code)) return;
    put(comparator.takes_list ? [...listed, localeOf(found.code)] : [localeOf(found.code)]);
  };
  return html`
    <ul class="chips" aria-label="Places">
      ${listed.map(
        (each) => html`
          <li>
            ${page.placeName(localeText(each))}
            <button aria-label="Remove ${page.placeName(localeText(each))}" @click=${() => put(listed.filter((other) => other !== each))}>×</button>
          </li>
        `,
      )}
    </ul>
    <div class="field">
      <label for="${id}-place">${comparator.takes_list ? "Add a place" : "Choose a place"}</label>
      <input id="${id}-place" type="text" list="places" autocomplete="off" placeholder="Country or US state"
        @change=${(event) => add(event.target)} @keydown=${(event) => event.key === "Enter" && add(event.target)} />
    </div>
  `;
}

// --- another card

function adder(page) {
  const add = (event) => {
    event.preventDefault();
    const form = event.target;
    const id = form.elements.type.value || form.elements.id.value.trim();
    if (id) page.add(id);
    form.reset();
  };
  return html`
    <form class="adder" @submit=${add}>
      <label for="new-type">Add a requirement on</label>
      <select id="new-type" name="type">
        ${[...page.types, { id: "", name: "another type, by its id" }].map((each) => html`<option value=${each.id}>${each.name}</option>`)}
      </select>
      <label class="hidden" for="new-id">Id of the type</label>
      <input id="new-id" name="id" type="text" autocomplete="off" spellcheck="false" placeholder="Type id" pattern="[A-Z0-9]{1,64}"
        title="Capital letters and digits, 64 at most" />
      <button type="submit">Add</button>
    </form>
  `;
}
