// The engine's state in a few words: where the model runs, and how far its answers were checked.
import type { EngineStatus } from "../protocol/engine-api.ts";
import type { EngineState } from "../state/session-store.ts";
import { heard } from "../words/heard.ts";
import { many, say } from "../words/say.ts";

type Checked = Pick<EngineStatus, "gates" | "notes">;

export function chipWords(engine: EngineState): readonly ["ok" | "warn" | "error" | "wait", string] {
  switch (engine.kind) {
    case "loading":
      return ["wait", say("Model loading")];
    case "failed":
      return ["error", engine.fault.kind === "self-test" ? say("Self-test failed") : say("No model")];
    case "ready": {
      const { provider, gates, notes } = engine.status;
      const words = heard(provider.words);
      if (gates.some((gate) => !gate.passed))
        return ["warn", say("{where} · a faster way failed its self-test", { where: words })];
      // A program that agrees with itself may be wrong all the same.
      return notes.length > 0
        ? ["warn", say("{where} · checked only against itself", { where: words })]
        : ["ok", say("{where} · self-test passed", { where: words })];
    }
    default:
      return engine satisfies never;
  }
}

/** `note`: what a person should know first of how far the answers were checked; the rest is counted in `link`. */
export function checkedWords({ gates, notes }: Checked): Readonly<{ note: string | null; link: string }> {
  const failed = gates.filter((gate) => !gate.passed).length;
  const all = gates.length;
  const passed = many(all, "1 self-test passed", "{n} self-tests passed");
  const tests = failed > 0 ? say("{failed} of {all} self-tests failed", { failed, all }) : passed;
  const [note = null, ...rest] = notes;
  const more = rest.length === 0 ? "" : many(rest.length, ", 1 more note", ", {n} more notes");
  return { note: note === null ? null : heard(note), link: tests + more };
}
