// By how much the slide on the screen is turned, as a number and in words. Pure: knows no viewer.
import { say } from "../words/say.ts";

/** Degrees clockwise from 0 up to 360, to a tenth; what is no number is upright. */
export function normalTurn(degrees: number): number {
  const tenths = Number.isFinite(degrees) ? Math.round(degrees * 10) % 3600 : 0;
  // Not minus nothing either.
  return (tenths < 0 ? tenths + 3600 : Math.abs(tenths)) / 10;
}

/** "turned 90°", "turned −90°" (to the left), null where it is upright. */
export function turnWords(degrees: number): string | null {
  const turned = normalTurn(degrees);
  if (turned === 0) return null;
  return turned > 180
    ? say("turned −{degrees}°", { degrees: normalTurn(-turned) })
    : say("turned {degrees}°", { degrees: turned });
}
