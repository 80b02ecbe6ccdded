// The settings behind Advanced. Every one of them is kept in the prompt set.
import { Button, NumberInput } from "@mantine/core";
import type { TuningSettings } from "../domain/run.ts";
import { changeSettings } from "../state/actions/tuning.ts";
import { useAppState, usePerform } from "./app-context.ts";
import { PromptKinds } from "./prompt-kinds.tsx";

type Field = Readonly<{
  key: Exclude<keyof TuningSettings, "instance" | "text" | "views" | "frozen" | "temperature">;
  label: string;
  hint: string;
  min: number;
  max: number;
  step: number;
  decimals: number;
}>;

const fields: readonly Field[] = [
  { key: "blocks", label: "Blocks", hint: "Prompts enter the last blocks", min: 1, max: 64, step: 1, decimals: 0 },
  { key: "tokensPerBlock", label: "Tokens per block", hint: "", min: 1, max: 100, step: 1, decimals: 0 },
  { key: "epochs", label: "Epochs", hint: "", min: 1, max: 500, step: 1, decimals: 0 },
  { key: "batch", label: "Batch", hint: "", min: 1, max: 64, step: 1, decimals: 0 },
  { key: "learningRate", label: "Learning rate", hint: "", min: 0.00001, max: 1, step: 0.0005, decimals: 5 },
  { key: "weightDecay", label: "Weight decay", hint: "", min: 0, max: 1, step: 0.001, decimals: 5 },
  { key: "labelSmoothing", label: "Label smoothing", hint: "", min: 0, max: 0.5, step: 0.01, decimals: 3 },
  { key: "seed", label: "Seed", hint: "Same labels and seed, same set", min: 0, max: 2147483647, step: 1, decimals: 0 },
];

export function TuneSettings({ settings }: Readonly<{ settings: TuningSettings }>) {
  const perform = usePerform();
  const { engine, settings: changed } = useAppState().session;
  const depth = engine.kind === "ready" ? engine.status.model.shape.depth : 64;
  const tunable = engine.kind === "ready" ? engine.status.tunable : { blocks: depth, why: null };
  const most = Math.max(1, Math.min(depth, tunable.blocks));
  const shown = fields.filter(({ key }) => key !== "tokensPerBlock" || settings.tokensPerBlock > 0);
  return (
    <div className="pt-settings">
      {shown.map((f) => (
        <NumberInput
          key={f.key}
          label={
            f.key === "blocks"
              ? most < depth
                ? `Last blocks, at most ${most}`
                : `Blocks (last, of ${depth})`
              : f.label
          }
          {...(f.hint !== "" && { title: f.hint })}
          value={settings[f.key]}
          min={f.min}
          max={f.key === "blocks" ? most : f.max}
          step={f.step}
          decimalScale={f.decimals}
          clampBehavior="blur"
          onChange={(value) => {
            const top = f.key === "blocks" ? most : f.max;
            if (typeof value !== "number" || value < f.min || value > top) return;
            perform(changeSettings, { change: { [f.key]: value } });
          }}
        />
      ))}
      {most < depth && tunable.why !== null && (
        <p className="pt-hint pt-wide" data-testid="tunable-why">
          {tunable.why}
        </p>
      )}
      <PromptKinds settings={settings} />
      {changed && (
        <Button variant="subtle" onClick={() => perform(changeSettings, { change: null })}>
          Back to what fits this device
        </Button>
      )}
    </div>
  );
}
