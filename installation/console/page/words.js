// Figures and names as people read them. Whatever is missing or strange becomes a dash, never an error.

export const DASH = "–";

export const isNumber = (value) => typeof value === "number" && Number.isFinite(value);
export const asObject = (value) => (value !== null && typeof value === "object" && !Array.isArray(value) ? value : {});
export const asList = (value) => (Array.isArray(value) ? value : []);

export function text(value) {
  if (typeof value === "string") return value.trim();
  if (isNumber(value)) return String(Math.round(value * 1000) / 1000);
  if (typeof value === "boolean") return value ? "yes" : "no";
  return "";
}

export const number = (value, digits = 0) => (isNumber(value) ? value.toFixed(digits) : DASH);
export const count = (value) => (isNumber(value) ? Math.round(value).toLocaleString("en-GB") : DASH);
export const percent = (value) => (isNumber(value) ? `${Math.round(value * 100)} %` : DASH);
export const share = (value) => (isNumber(value) ? Math.min(Math.max(value, 0), 1) : 0);
export const milliseconds = (value) => (isNumber(value) ? `${value.toFixed(value < 100 ? 1 : 0)} ms` : DASH);

/** 3.2 s, 45 s, 12 min, 5 h */
export function duration(seconds) {
  if (!isNumber(seconds)) return DASH;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 6000) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

/** 0:12:45 */
export function clock(seconds) {
  if (!isNumber(seconds)) return "";
  const whole = Math.max(0, Math.floor(seconds));
  const pad = (value) => String(value).padStart(2, "0");
  return `${Math.floor(whole / 3600)}:${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
}

/** An output or a fault: a text, or an object with a name and perhaps more. */
export function named(value) {
  if (value === null || typeof value !== "object") return text(value);
  const name = text(value.name) || text(value.title) || text(value.kind) || text(value.fault) || text(value.display);
  const more = [text(value.state), text(value.size), isNumber(value.strength) ? percent(value.strength) : ""];
  return [name || "unnamed", ...more.filter(Boolean)].join(", ");
}

/** Seconds of a cue: 4.5 s, 75 s, 2:30 */
export function seconds(value) {
  if (!isNumber(value)) return "";
  return Math.abs(value) < 100 ? `${Math.round(value * 10) / 10} s` : countdown(value);
}

/** What is left: 4.2 s, 0:41, 2:05, 1:02:05 */
export function countdown(value) {
  if (!isNumber(value)) return DASH;
  if (value < 9.95) return `${value.toFixed(1)} s`;
  const whole = Math.ceil(value);
  const pad = (one) => String(one).padStart(2, "0");
  return whole < 3600 ? `${Math.floor(whole / 60)}:${pad(whole % 60)}` : `${Math.floor(whole / 3600)}:${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
}
