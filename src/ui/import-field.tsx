// One question about a backbone: its field, where its answer comes from, and what the preset says where it says otherwise.
import { Group, Radio, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { type ImportField, isChannel } from "../state/import-fields.ts";
import type { FieldState } from "../state/import-form.ts";
import { type Plain, say } from "../words/say.ts";
import { answerWords, type Choice, choicesOf, fieldHints, fieldLabels } from "./import-words.ts";

type Props = Readonly<{
  state: FieldState;
  /** Where the choices depend on the files. */
  choices: readonly Choice[] | null;
  hint: string | null;
  /** Name of the chosen preset. */
  preset: string | null;
  onText: (text: string) => void;
  onUsePreset: () => void;
}>;

const wide: ReadonlySet<ImportField> = new Set(["name", "readout", "licenceText", "prefix", "output"]);

export function ImportFieldInput({ state, choices, hint, preset, onText, onUsePreset }: Props) {
  const { field, text, problem, presetSays } = state;
  const label = <FieldLabel state={state} />;
  const description = hint ?? (fieldHints[field] ? say(fieldHints[field]) : null);
  const common = {
    label,
    "data-testid": `import-${field}`,
    error: problem,
    ...(description !== null && { description }),
  };
  const list = choices ?? choicesOf(field);
  return (
    <div className={wide.has(field) ? "pt-wide" : isChannel(field) ? "pt-third" : ""}>
      {field === "readout" && list ? (
        <Radio.Group {...common} value={text} onChange={onText} size="xs">
          <Stack gap={4} mt={6}>
            {list.map((choice) => (
              <Radio key={choice.value} size="xs" {...choice} />
            ))}
          </Stack>
        </Radio.Group>
      ) : list ? (
        <Select
          {...common}
          size="xs"
          data={list.map(({ value, label: words }) => ({ value, label: words }))}
          value={state.origin === null ? null : text}
          placeholder={say("Choose")}
          allowDeselect={false}
          comboboxProps={{ withinPortal: true }}
          onChange={(value) => value !== null && onText(value)}
        />
      ) : field === "licenceText" ? (
        <Textarea
          {...common}
          size="xs"
          autosize
          minRows={1}
          maxRows={4}
          value={text}
          onChange={(event) => onText(event.currentTarget.value)}
        />
      ) : (
        <TextInput
          {...common}
          value={text}
          autoComplete="off"
          {...(numeric.has(field) && { inputMode: "decimal" as const })}
          onChange={(event) => onText(event.currentTarget.value)}
        />
      )}
      {presetSays !== null && (
        <Group gap={6} mt={2} className="pt-small pt-warn">
          {preset}: {answerWords(field, presetSays).slice(0, 120)}
          <button type="button" className="pt-link" onClick={onUsePreset}>
            {say("Use that")}
          </button>
        </Group>
      )}
    </div>
  );
}

const numeric: ReadonlySet<ImportField> = new Set([
  "mpp",
  "imagePixels",
  "heads",
  "layerNormEps",
  "prefixTokens",
  "meanR",
  "meanG",
  "meanB",
  "stdR",
  "stdG",
  "stdB",
]);

const origins = {
  file: "from the files",
  preset: "from the preset",
  list: "from the list",
  you: "yours",
} as const satisfies Record<string, Plain>;

function FieldLabel({ state: { field, origin, optional } }: Readonly<{ state: FieldState }>) {
  return (
    <>
      {say(fieldLabels[field])}{" "}
      <span className="pt-origin" data-origin={origin ?? (optional ? "optional" : "needed")}>
        {origin ? say(origins[origin]) : optional ? say("optional") : say("needed")}
      </span>
    </>
  );
}
