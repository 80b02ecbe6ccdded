// Sizes and times as a person reads them. Pure.
import { fixed, say, written } from "../words/say.ts";

/** "61 KB", "11.2 MB", "10.7 GB". */
export function bytesWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 999_500) return `${Math.round(bytes / 1000)} KB`;
  const mb = bytes / 1e6;
  if (mb >= 10_000) return `${fixed(mb / 1000, 1)} GB`;
  return `${mb < 100 ? fixed(mb, 1) : Math.round(mb)} MB`;
}

/** "0.0012", "3.2e-7", "17.3": a figure of a self-test, to two or three digits. */
export function figureWords(value: number): string {
  if (!Number.isFinite(value)) return say("no number");
  const size = Math.abs(value);
  if (size === 0) return "0";
  return size < 1e-3 ? value.toExponential(1).replace(".0e", "e") : written(Number(value.toPrecision(3)));
}

/** "12 s", "2 min 10 s"; null in, nothing out. */
export function secondsWords(seconds: number | null): string | null {
  if (seconds === null || !Number.isFinite(seconds)) return null;
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 100) return `${whole} s`;
  const [minutes, rest] = [Math.floor(whole / 60), Math.round((whole % 60) / 10) * 10];
  return rest === 0 || rest === 60 ? `${rest === 60 ? minutes + 1 : minutes} min` : `${minutes} min ${rest} s`;
}
