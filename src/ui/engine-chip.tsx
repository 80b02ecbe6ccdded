// Where the model runs and whether it passed its self-test, in a few words; the whole story is one click away.
import { useApp, useSession } from "./app-context.ts";

export function EngineChip() {
  const engine = useSession((state) => state.engine);
  const missing = useSession((state) => state.capabilities.filter((c) => c.missing !== null).length);
  const { ui } = useApp();
  const [tone, words] = chipWords(engine);
  return (
    <button
      type="button"
      className="pt-chip"
      data-testid="engine-chip"
      data-state={engine.kind}
      {...(tone === "error" && { "data-tone": "error" })}
      onClick={() => ui.setState({ dialog: { kind: "capabilities" } })}
    >
      <span className="pt-dot" data-tone={tone} />
      {words}
      {missing > 0 && <span className="pt-warn">· {missing === 1 ? "1 limit" : `${missing} limits`} here</span>}
    </button>
  );
}

type Engine = Parameters<Parameters<typeof useSession>[0]>[0]["engine"];

function chipWords(engine: Engine): readonly ["ok" | "warn" | "error" | "wait", string] {
  switch (engine.kind) {
    case "loading":
      return ["wait", "Model loading"];
    case "failed":
      return ["error", engine.fault.kind === "self-test" ? "Self-test failed" : "No model"];
    case "ready": {
      const passed = engine.status.gates.every((gate) => gate.passed);
      const { words } = engine.status.provider;
      return [
        passed ? "ok" : "warn",
        passed ? `${words} · self-test passed` : `${words} · a faster way failed its self-test`,
      ];
    }
    default:
      return engine satisfies never;
  }
}
