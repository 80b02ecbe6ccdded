// The engine's state in a few words: where the model runs, and how far its answers were checked.
import type { EngineStatus } from "../protocol/engine-api.ts";
import type { EngineState } from "../state/session-store.ts";

type Checked = Pick<EngineStatus, "gates" | "notes">;

export function chipWords(engine: EngineState): readonly ["ok" | "warn" | "error" | "wait", string] {
  switch (engine.kind) {
    case "loading":
      return ["wait", "Model loading"];
    case "failed":
      return ["error", engine.fault.kind === "self-test" ? "Self-test failed" : "No model"];
    case "ready": {
      const { provider, gates, notes } = engine.status;
      const { words } = provider;
      if (gates.some((gate) => !gate.passed)) return ["warn", `${words} · a faster way failed its self-test`];
      // A program that agrees with itself may be wrong all the same.
      return notes.length > 0
        ? ["warn", `${words} · checked only against itself`]
        : ["ok", `${words} · self-test passed`];
    }
    default:
      return engine satisfies never;
  }
}

/** `note`: what a person should know first of how far the answers were checked; the rest is counted in `link`. */
export function checkedWords({ gates, notes }: Checked): Readonly<{ note: string | null; link: string }> {
  const failed = gates.filter((gate) => !gate.passed).length;
  const all = gates.length;
  const passed = all === 1 ? "1 self-test passed" : `${all} self-tests passed`;
  const tests = failed > 0 ? `${failed} of ${all} self-tests failed` : passed;
  const [note = null, ...rest] = notes;
  const more = rest.length === 0 ? "" : rest.length === 1 ? ", 1 more note" : `, ${rest.length} more notes`;
  return { note, link: tests + more };
}
