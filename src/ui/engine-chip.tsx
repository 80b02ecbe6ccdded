// Where the model runs and how far it was checked, in a few words; the whole story is one click away.
import { many } from "../words/say.ts";
import { useApp, useSession } from "./app-context.ts";
import { chipWords } from "./engine-words.ts";

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
      {missing > 0 && <span className="pt-warn">{many(missing, "· 1 limit here", "· {n} limits here")}</span>}
    </button>
  );
}
