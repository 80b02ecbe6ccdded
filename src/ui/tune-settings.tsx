// The settings behind Advanced. Every one of them is kept in the prompt set.
import { Button, NativeSelect, NumberInput } from "@mantine/core";
import { classWeightWords } from "../domain/class-weights.ts";
import { type FrozenUse, frozenUses, type TuningSettings } from "../domain/run.ts";
import { changeSettings } from "../state/actions/tuning.ts";
import { countsPerClass, startingSet } from "../state/selectors.ts";
import { heard } from "../words/heard.ts";
import { type Plain, say } from "../words/say.ts";
import { useAppState, usePerform } from "./app-context.ts";
import { PromptKinds } from "./prompt-kinds.tsx";

type Field = Readonly<{
  key: Exclude<keyof TuningSettings, "instance" | "text" | "views" | "frozen" | "temperature">;
  label: Plain;
  hint: Plain;
  min: number;
  max: number;
  step: number;
  decimals: number;
}>;

const fields: readonly Field[] = [
  {
    key: "blocks",
    label: "Blocks",
    hint: "So many of the last ones get prompts: more learn more and take longer",
    min: 1,
    max: 64,
    step: 1,
    decimals: 0,
  },
  {
    key: "tokensPerBlock",
    label: "Tokens per block",
    hint: "Prompts that each of them gets",
    min: 1,
    max: 100,
    step: 1,
    decimals: 0,
  },
  { key: "epochs", label: "Epochs", hint: "Times every label is gone through", min: 1, max: 500, step: 1, decimals: 0 },
  { key: "batch", label: "Batch", hint: "Labels in one step", min: 1, max: 64, step: 1, decimals: 0 },
  {
    key: "learningRate",
    label: "Learning rate",
    hint: "Size of a step; smaller where the loss jumps",
    min: 0.00001,
    max: 1,
    step: 0.0005,
    decimals: 5,
  },
  {
    key: "weightDecay",
    label: "Weight decay",
    hint: "Pulls what is trained towards 0",
    min: 0,
    max: 1,
    step: 0.001,
    decimals: 5,
  },
  {
    key: "labelSmoothing",
    label: "Label smoothing",
    hint: "Doubt left in each label, 0 to 0.5",
    min: 0,
    max: 0.5,
    step: 0.01,
    decimals: 3,
  },
  { key: "seed", label: "Seed", hint: "Same labels and seed, same set", min: 0, max: 2147483647, step: 1, decimals: 0 },
];

const frozenWords: Readonly<Record<FrozenUse, Plain>> = {
  choose: "Your labels decide, where there are enough",
  constant: "Always half",
  none: "None: prompts alone",
};

export function TuneSettings({ settings }: Readonly<{ settings: TuningSettings }>) {
  const perform = usePerform();
  const state = useAppState();
  const { engine, settings: changed } = state.session;
  const counts = countsPerClass(state);
  const counted = state.project.project.classes
    .map(({ id, name }) => ({ name, count: counts.get(id) ?? 0 }))
    .filter(({ count }) => count > 0);
  const depth = engine.kind === "ready" ? engine.status.model.shape.depth : 64;
  const tunable = engine.kind === "ready" ? engine.status.tunable : { blocks: depth, why: null };
  const most = Math.max(1, Math.min(depth, tunable.blocks));
  const from = startingSet(state);
  const given = (key: Field["key"]): boolean => from !== null && key !== "seed";
  const shown = fields.filter(({ key }) => key !== "tokensPerBlock" || settings.tokensPerBlock > 0);
  return (
    <div className="pt-settings">
      {from && (
        <p className="pt-hint pt-wide" data-testid="settings-given">
          {say(
            "The prompts are those of “{name}” and are not trained: only seed, views and frozen features count. Start from labels only to set the rest.",
            { name: from.metadata.name },
          )}
        </p>
      )}
      {shown.map((f) => (
        <NumberInput
          key={f.key}
          label={
            f.key === "blocks"
              ? most < depth
                ? say("Last blocks, at most {most}", { most })
                : say("Blocks (last, of {depth})", { depth })
              : say(f.label)
          }
          description={given(f.key) ? say("Comes with the learned prompts") : say(f.hint)}
          disabled={given(f.key)}
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
          {heard(tunable.why)}
        </p>
      )}
      <NumberInput
        label={say("Views")}
        description={say("Turns and flips in which each patch is learned and answered")}
        value={settings.views ?? 1}
        min={1}
        max={8}
        step={1}
        decimalScale={0}
        clampBehavior="blur"
        onChange={(views) => {
          if (typeof views === "number" && views >= 1 && views <= 8) perform(changeSettings, { change: { views } });
        }}
      />
      <div className="pt-wide">
        <NativeSelect
          label={say("Frozen features beside the prompts")}
          description={say("How much of each answer is theirs")}
          size="xs"
          value={settings.frozen ?? "none"}
          data={frozenUses.map((value) => ({ value, label: say(frozenWords[value]) }))}
          onChange={(event) => {
            const frozen = frozenUses.find((use) => use === event.currentTarget.value);
            if (frozen) perform(changeSettings, { change: { frozen } });
          }}
        />
      </div>
      <p className="pt-hint pt-wide" data-testid="class-weights">
        {classWeightWords(counted)}
      </p>
      {!from && <PromptKinds settings={settings} />}
      {changed && (
        <Button variant="subtle" onClick={() => perform(changeSettings, { change: null })}>
          {say("Back to what fits this device")}
        </Button>
      )}
    </div>
  );
}
