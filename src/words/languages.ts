// The languages there are. A table is loaded when its language is first spoken: who reads English loads none.
import type { Table } from "./say.ts";

/** `name`: in the language itself, for those who read no other. */
type Offered = Readonly<{ tag: string; name: string; load: () => Promise<Table | null> }>;

export const languages: readonly Offered[] = [
  { tag: "en", name: "English", load: async () => null },
  { tag: "de", name: "Deutsch", load: async () => (await import("./de.ts")).de },
];

/** The first of the wished tags ("de-AT") that there is; English where there is none. */
export function offeredOf(wished: readonly (string | null | undefined)[]): Offered {
  const primary = (tag: string): string => tag.toLowerCase().split("-")[0] ?? "";
  for (const tag of wished) {
    const found = tag && languages.find((offered) => offered.tag === primary(tag));
    if (found) return found;
  }
  return languages[0] as Offered;
}
