// A place a person looked at and gave no class: unsure of it, or passed over. It is not suggested again; nothing learns from it.
import type { Brand, Mpp, SlideId } from "../base/brand.ts";
import type { Region } from "./geometry.ts";
import { type At, field, readOneOf, readString } from "./json-reader.ts";

export type AsideId = Brand<string, "AsideId">;

export type Aside = Readonly<{
  id: AsideId;
  slideId: SlideId;
  region: Region;
  slideMpp: Mpp;
  why: "unsure" | "skipped";
}>;

/** What an aside adds to a place, read from untrusted data. */
export function readAsideWords(at: At): Pick<Aside, "id" | "why"> {
  return {
    id: readString(field(at, "id"), { max: 100 }) as AsideId,
    why: readOneOf(field(at, "why"), ["unsure", "skipped"]),
  };
}
