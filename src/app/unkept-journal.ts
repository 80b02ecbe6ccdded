// A journal for browsers that keep nothing: work goes on, and every attempt to save says that it is not saved.
import type { PromptSetId } from "../base/brand.ts";
import type { Fault } from "../base/fault.ts";
import type { Journal } from "../domain/keeping.ts";

/** @param why the fault that kept the real journal from opening; every append rejects with it */
export function createUnkeptJournal(why: Fault): Journal {
  const sets = new Map<PromptSetId, Uint8Array>();
  return {
    role: "writer",
    append: () => Promise.reject(why),
    putPromptSet: async (id, bytes) => {
      sets.set(id, bytes);
    },
    promptSet: async (id) => sets.get(id) ?? null,
    audit: async () => [],
    // Nothing is kept, so nothing is left to erase.
    rewrite: async () => {},
    onLost: () => {},
    close: async () => {},
  };
}
