// A number as a person types it. Knows both decimal marks; guesses nothing: what could mean two numbers is none.
import { say } from "../words/say.ts";

export type Typed = Readonly<{ kind: "number"; value: number }> | Readonly<{ kind: "problem"; problem: string }>;

/** "0.25", "0,25", "1e-6". Thousands marks ("1,024"), units and blanks inside are refused. */
export function numberTyped(text: string, limits: Readonly<{ min: number; max: number; integer: boolean }>): Typed {
  const { min, max, integer } = limits;
  const written = text.trim();
  const wanted = integer
    ? say("A whole number from {min} to {max}.", { min, max })
    : say("A number from {min} to {max}.", { min, max });
  if (/^[+-]?[1-9]\d{0,2},\d{3}$/.test(written)) {
    return {
      kind: "problem",
      problem: say("Write {one} or {other}.", {
        one: written.replace(",", "."),
        other: written.replace(",", ""),
      }),
    };
  }
  if (!/^[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d+)?$/i.test(written)) return { kind: "problem", problem: wanted };
  const value = Number(written.replace(",", "."));
  const fits = Number.isFinite(value) && value >= min && value <= max && (!integer || Number.isInteger(value));
  return fits ? { kind: "number", value } : { kind: "problem", problem: wanted };
}
