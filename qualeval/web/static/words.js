// Numbers and names as people read them.

const NUMBERS = new Intl.NumberFormat("en-US");

export const count = (number) => NUMBERS.format(number);

export const signed = (number) => (number > 0 ? `+${count(number)}` : number < 0 ? `−${count(-number)}` : "±0");

export const share = (number, pool) => (pool ? `${((100 * number) / pool).toFixed(1)} %` : "");

export const workers = (number) => (number === 1 ? "1 worker" : `${count(number)} workers`);

export const GUARDS = {
  Accept: "accept",
  PreviewAndAccept: "preview and accept",
  DiscoverPreviewAndAccept: "discover, preview and accept",
};

/** A type's name as it reads in a line. */
export const shortName = (name) => name.replace(/^Worker_/, "");

const SIGNS = {
  LessThan: "<",
  LessThanOrEqualTo: "≤",
  GreaterThan: ">",
  GreaterThanOrEqualTo: "≥",
  EqualTo: "=",
  NotEqualTo: "≠",
  In: "in",
  NotIn: "not in",
  Exists: "held",
  DoesNotExist: "lacked",
};

/** A requirement in a line: `Locale in US, CA`. */
export const requirementText = ({ name, comparator, values }) =>
  [shortName(name), SIGNS[comparator] ?? comparator, values.map((each) => (typeof each === "number" ? count(each) : each)).join(", ")].join(" ");

export const COMPARATORS = {
  LessThan: "is less than",
  LessThanOrEqualTo: "is at most",
  GreaterThan: "is greater than",
  GreaterThanOrEqualTo: "is at least",
  EqualTo: "is",
  NotEqualTo: "is not",
  In: "is one of",
  NotIn: "is none of",
  Exists: "is held",
  DoesNotExist: "is lacked",
};

/** A locale as people write it, of the form that Mechanical Turk has. */
export const localeText = (locale) => (locale.Subdivision ? `${locale.Country}-${locale.Subdivision}` : locale.Country);

export function localeOf(code) {
  const [Country, Subdivision] = code.split("-");
  return Subdivision ? { Country, Subdivision } : { Country };
}

/** What a field shows: its value, or while somebody writes in it what is written, whatever is drawn meanwhile. */
export function drafted(id, value) {
  const field = document.activeElement;
  return field?.id === id ? field.value : value;
}
