// The self-tests of the loaded backbone on this device, each with its figure and what is allowed.
import type { GateName, GateResult } from "../protocol/engine-api.ts";
import { heard } from "../words/heard.ts";
import { type Plain, say } from "../words/say.ts";
import { figureWords } from "./words.ts";

const names: Readonly<Record<GateName, Plain>> = {
  "golden-patch": "Known patch, expected features",
  batch: "Two patches together, as one by one",
  "webgpu-against-wasm": "Graphics card against processor",
  "norm-conditioning": "Layer norms within the kernel's precision",
  "finite-differences": "Gradient against differences of the loss",
  "gradient-webgpu-against-wasm": "Gradient, graphics card against processor",
};

/** What `error` and `limit` of a gate measure. */
const measures: Readonly<Record<GateName, Plain>> = {
  "golden-patch": "difference",
  batch: "difference",
  "webgpu-against-wasm": "difference",
  "norm-conditioning": "mean / std",
  "finite-differences": "difference",
  "gradient-webgpu-against-wasm": "1 − cosine",
};

type Props = Readonly<{ gates: readonly GateResult[]; notes: readonly string[] }>;

/** @param notes what a person should know of how far was checked */
export function GateList({ gates, notes }: Props) {
  return (
    <>
      {gates.length === 0 && <p className="pt-hint">{say("Nothing was checked on this device.")}</p>}
      <Gates gates={gates} />
      {notes.map((note) => (
        <p key={note} className="pt-hint" style={{ marginTop: 6 }}>
          {heard(note)}
        </p>
      ))}
    </>
  );
}

function Gates({ gates }: Pick<Props, "gates">) {
  return (
    <ul className="pt-gates" data-testid="gates">
      {gates.map((gate) => (
        <li key={gate.name} data-gate={gate.name} data-passed={gate.passed}>
          <span className="pt-dot" data-tone={gate.passed ? "ok" : "warn"} />
          <div>
            <span className="pt-line">
              {say(names[gate.name])}
              <span className="pt-space" />
              <span className={gate.passed ? "pt-mute" : "pt-warn"}>
                {gate.passed ? say("passed") : say("failed")} ·{" "}
                {say("{measure} {figure}, allowed {limit}", {
                  measure: say(measures[gate.name]),
                  figure: figureWords(gate.error),
                  limit: figureWords(gate.limit),
                })}
              </span>
            </span>
            <span className="pt-mute pt-small">
              {heard(gate.words)}
              {gate.kept && say(" Kept from an earlier visit, not run again.")}
            </span>
          </div>
        </li>
      ))}
    </ul>
  );
}
