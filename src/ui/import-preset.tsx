// The presets that fit given files: offered, never applied by themselves; what nobody verified about them is said.
import { Select } from "@mantine/core";
import { modelPresets } from "../domain/model-presets.ts";
import type { Inspected } from "../state/import-fields.ts";
import { type ImportForm, overruled } from "../state/import-form.ts";
import { heard } from "../words/heard.ts";
import { say } from "../words/say.ts";
import { answerWords, fieldLabels } from "./import-words.ts";

type Props = Readonly<{ form: ImportForm; inspected: Inspected; onChoose: (id: string | null) => void }>;

export function ImportPreset({ form, inspected, onChoose }: Props) {
  const fitting = modelPresets.filter(({ id }) => inspected.inspection.presets.includes(id));
  const preset = fitting.find(({ id }) => id === form.preset) ?? null;
  // Before the structure is understood nothing can be compared.
  if (inspected.inspection.facts.depth === undefined) return null;
  if (fitting.length === 0) {
    return (
      <p className="pt-hint pt-wide" data-testid="import-presets">
        {form.listed
          ? say("What the list of open models states is filled in; please answer the rest from its page.")
          : say(
              "None of the {presets} published backbones known here has this layout and these sizes: please answer from its documentation.",
              { presets: modelPresets.length },
            )}
      </p>
    );
  }
  const names = fitting.map(({ name }) => name).join(", ");
  return (
    <div className="pt-wide" data-testid="import-presets">
      <Select
        label={say("Is it one of these?")}
        description={say("Same layout and sizes: {names}. Choose one only if you know that the files are it.", {
          names,
        })}
        size="xs"
        placeholder={say("No preset: I answer myself")}
        data={fitting.map(({ id, name }) => ({ value: id, label: name }))}
        value={preset?.id ?? null}
        clearable
        data-testid="import-preset"
        onChange={onChoose}
      />
      {preset && preset.unverified.length > 0 && (
        <p className="pt-hint pt-warn" style={{ marginTop: 4 }}>
          {say("Not verified: {unverified}.", { unverified: preset.unverified.map(heard).join("; ") })}
        </p>
      )}
      {overruled(form, inspected).map(({ field, file, preset: known }) => (
        <p key={field} className="pt-hint pt-warn" style={{ marginTop: 4 }}>
          {say("{field}: the files say {files}, this preset {preset}. The files are believed.", {
            field: say(fieldLabels[field]),
            files: answerWords(field, file),
            preset: answerWords(field, known),
          })}
        </p>
      ))}
    </div>
  );
}
