// Makes sure the engine holds a prompt set before it is asked to use it: after a reload, an undo or an engine's death it does not.
// Knows where the bytes are kept (journal); knows no file picker and no network.
import type { PromptSetId } from "../base/brand.ts";
import { Fault } from "../base/fault.ts";
import type { ActionContext } from "./action.ts";

type Context = Pick<ActionContext, "session" | "engine" | "journal">;

/** Notes that the engine holds the set; a later engine starts with none. */
export function noteKnown({ session }: Pick<Context, "session">, id: PromptSetId): void {
  session.setState(({ engine }) =>
    engine.kind === "ready" && !engine.knownSets.includes(id)
      ? { engine: { ...engine, knownSets: [...engine.knownSets, id] } }
      : {},
  );
}

export function noteUnknown({ session }: Pick<Context, "session">, id: PromptSetId): void {
  session.setState(({ engine }) =>
    engine.kind === "ready"
      ? { engine: { ...engine, knownSets: engine.knownSets.filter((known) => known !== id) } }
      : {},
  );
}

/** Rejects with Fault `storage` where the bytes are kept nowhere, `bad-prompt-set` where the engine refuses them. */
export async function ensureKnown(context: Context, id: PromptSetId, signal?: AbortSignal): Promise<void> {
  const { engine } = context.session.getState();
  if (engine.kind === "ready" && engine.knownSets.includes(id)) return;
  const bytes = await context.journal.promptSet(id);
  if (!bytes) {
    throw new Fault("storage", "The bytes of this prompt set are not kept in this browser. Load its file again.", {
      id,
    });
  }
  await context.engine.addPromptSet({ bytes }, signal ? { signal } : {});
  noteKnown(context, id);
}
