// Which kinds of prompts a tuning trains, and what text they are made from; how many numbers that is is said before it starts.
import { Autocomplete, Checkbox, NumberInput, Select, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { type TextSettings, textsNeeded } from "../domain/prompt-kinds.ts";
import type { TuningSettings } from "../domain/run.ts";
import { changePromptKinds } from "../state/actions/tuning.ts";
import { proposedHead, proposedInstance, proposedText, proposedTokens } from "../state/prompt-proposals.ts";
import { tunedClassNames } from "../state/selectors.ts";
import { heard } from "../words/heard.ts";
import { type Plain, say } from "../words/say.ts";
import { useAppState, usePerform } from "./app-context.ts";
import { numbersWords } from "./numbers-words.ts";
import { TextEncoderChoice } from "./text-encoder-choice.tsx";
import { useTemplates } from "./use-texts.ts";

const controls = {
  none: "the text itself",
  random: "control: a random vector of its length",
  permuted: "control: the next class's text",
} as const satisfies Record<string, Plain>;
const controlData = (keys: readonly (keyof typeof controls)[]) =>
  keys.map((value) => ({ value, label: say(controls[value]) }));

export function PromptKinds({ settings }: Readonly<{ settings: TuningSettings }>) {
  const state = useAppState();
  const perform = usePerform();
  const { instance, text = null } = settings;
  const change = (next: TextSettings): void => {
    perform(changePromptKinds, { text: next.tokens || next.head ? next : null });
  };
  return (
    <>
      <Wide>
        <Checkbox
          label={say("Task visual prompts: tokens of each block")}
          checked={settings.tokensPerBlock > 0}
          data-testid="kind-visual"
          onChange={(event) => perform(changePromptKinds, { visual: event.currentTarget.checked })}
        />
      </Wide>
      <Wide>
        <Checkbox
          label={say("Instance prompts: tokens a small module makes of each patch")}
          checked={instance !== undefined}
          data-testid="kind-instance"
          onChange={(event) =>
            perform(changePromptKinds, { instance: event.currentTarget.checked ? proposedInstance : null })
          }
        />
      </Wide>
      {instance && (
        <>
          <Count
            label={say("Instance tokens")}
            value={instance.tokens}
            max={16}
            onChange={(tokens) => perform(changePromptKinds, { instance: { ...instance, tokens } })}
          />
          <Count
            label={say("Width of its bottleneck")}
            value={instance.hidden}
            max={256}
            onChange={(hidden) => perform(changePromptKinds, { instance: { ...instance, hidden } })}
          />
        </>
      )}
      <Wide>
        <Checkbox
          label={say("Textual prompts: tokens made from text")}
          checked={text?.tokens != null}
          data-testid="kind-text"
          onChange={(event) =>
            change({ ...(text ?? proposedText), tokens: event.currentTarget.checked ? proposedTokens : null })
          }
        />
      </Wide>
      {text?.tokens && (
        <Template
          label={say("Text of the prompts")}
          use={text.tokens}
          controls={["none", "random"]}
          onChange={(tokens) =>
            change({ ...text, tokens: { ...tokens, control: tokens.control === "random" ? "random" : "none" } })
          }
        />
      )}
      <Wide>
        <Checkbox
          label={say("Class names in the head's start")}
          checked={text?.head != null}
          data-testid="kind-head"
          onChange={(event) =>
            change({ ...(text ?? proposedText), head: event.currentTarget.checked ? proposedHead : null })
          }
        />
      </Wide>
      {text?.head && <HeadText text={text} head={text.head} onChange={change} />}
      {text && <Words text={text} onChange={change} />}
      <Wide>
        <p className="pt-hint" data-testid="prompt-numbers">
          {numbersWords(settings, state)}
        </p>
      </Wide>
    </>
  );
}

const Wide = ({ children }: Readonly<{ children: ReactNode }>) => <div className="pt-wide">{children}</div>;

type CountProps = Readonly<{ label: string; value: number; max: number; onChange: (value: number) => void }>;

function Count({ label, value, max, onChange }: CountProps) {
  return (
    <NumberInput
      label={label}
      value={value}
      min={1}
      max={max}
      decimalScale={0}
      clampBehavior="blur"
      onChange={(next) => {
        if (typeof next === "number" && next >= 1 && next <= max) onChange(next);
      }}
    />
  );
}

type Use = Readonly<{ template: string; control: keyof typeof controls }>;
type TemplateProps = Readonly<{
  label: string;
  use: Use;
  controls: readonly (keyof typeof controls)[];
  onChange: (use: Use) => void;
}>;

function Template({ label, use, controls: offered, onChange }: TemplateProps) {
  const templates = useTemplates();
  return (
    <>
      <Wide>
        <Autocomplete
          label={label}
          description={say("{gaps} are filled in; with {class} each class has a text of its own", {
            gaps: "{task}, {organ}, {stain}, {classes}",
            class: "{class}",
          })}
          data={templates.map(({ template }) => template)}
          value={use.template}
          maxLength={500}
          onChange={(template) => onChange({ ...use, template })}
        />
      </Wide>
      <Wide>
        <Select
          label={say("What is used")}
          data={controlData(offered)}
          value={use.control}
          allowDeselect={false}
          onChange={(value) => {
            const control = offered.find((one) => one === value);
            if (control) onChange({ ...use, control });
          }}
        />
      </Wide>
    </>
  );
}

type HeadProps = Readonly<{
  text: TextSettings;
  head: NonNullable<TextSettings["head"]>;
  onChange: (text: TextSettings) => void;
}>;

function HeadText({ text, head, onChange }: HeadProps) {
  return (
    <>
      <Template
        label={say("Text of a class")}
        use={head}
        controls={["none", "random", "permuted"]}
        onChange={(use) => onChange({ ...text, head: { ...head, ...use } })}
      />
      <NumberInput
        label={say("Share of the text")}
        description={say("The rest is the class's centroid")}
        value={head.share}
        min={0}
        max={1}
        step={0.1}
        decimalScale={2}
        clampBehavior="blur"
        onChange={(share) => {
          if (typeof share === "number" && share >= 0 && share <= 1) onChange({ ...text, head: { ...head, share } });
        }}
      />
    </>
  );
}

/** What the templates name, and whether the texts they make can be had. */
function Words({ text, onChange }: Readonly<{ text: TextSettings; onChange: (text: TextSettings) => void }>) {
  const state = useAppState();
  const used = `${text.tokens?.template ?? ""} ${text.head?.template ?? ""}`;
  const needed = textsNeeded(text, tunedClassNames(state));
  return (
    <>
      {(["task", "organ", "stain"] as const).map(
        (key) =>
          used.includes(`{${key}}`) && (
            <TextInput
              key={key}
              label={`{${key}}`}
              value={text[key]}
              maxLength={200}
              onChange={(event) => onChange({ ...text, [key]: event.currentTarget.value })}
            />
          ),
      )}
      <Wide>
        {needed.problems.map((problem) => (
          <p key={problem} className="pt-hint pt-warn">
            {heard(problem)}
          </p>
        ))}
        <TextEncoderChoice texts={needed.texts} />
      </Wide>
    </>
  );
}
