// The one form about a backbone, in groups: its preset, its pixels, its features, its network, whose it is. Asks what is open only.
import { modelPresets } from "../domain/model-presets.ts";
import type { ImportField, Inspected } from "../state/import-fields.ts";
import {
  type FieldState,
  fieldState,
  type ImportForm,
  presetOf,
  shownFields,
  withPresets,
  withTyped,
} from "../state/import-form.ts";
import { heard } from "../words/heard.ts";
import { type Plain, say } from "../words/say.ts";
import { ImportFieldInput } from "./import-field.tsx";
import { ImportPreset } from "./import-preset.tsx";
import { type Choice, placesWords } from "./import-words.ts";

type Props = Readonly<{
  form: ImportForm;
  inspected: Inspected;
  onChange: (next: (form: ImportForm) => ImportForm) => void;
}>;

const groups: readonly (readonly [title: Plain, fields: readonly ImportField[]])[] = [
  ["What it is", ["prefix", "name"]],
  [
    "What it sees",
    ["mpp", "normalisation", "meanR", "meanG", "meanB", "stdR", "stdG", "stdB", "imagePixels", "positionResample"],
  ],
  ["What is read from it", ["output", "prefixTokens", "classToken", "readout"]],
  ["What its weights do not show", ["heads", "layerNormEps", "activation"]],
  ["Whose it is", ["licenceId", "licenceSource", "licenceText"]],
];

export function ImportQuestions({ form, inspected, onChange }: Props) {
  const shown = new Map(shownFields(form, inspected).map((state) => [state.field, state]));
  const preset = presetOf(form, inspected);
  return (
    <>
      <ImportPreset inspected={inspected} form={form} onChoose={(id) => onChange((now) => ({ ...now, preset: id }))} />
      {groups.map(([title, fields]) => {
        const states = fields.flatMap((field): readonly FieldState[] => {
          const state = shown.get(field);
          return state ? [state] : [];
        });
        if (states.length === 0) return null;
        return (
          <fieldset key={title} className="pt-import-group">
            <legend className="pt-h3">{say(title)}</legend>
            {states.map((state) => (
              <ImportFieldInput
                key={state.field}
                state={state}
                choices={choicesOf(state.field, form, inspected)}
                hint={
                  state.field === "mpp" && preset
                    ? say("{scale} 0.25 is 40×, 0.5 is 20×.", { scale: heard(preset.scale) })
                    : null
                }
                preset={modelPresets.find(({ id }) => id === preset?.id)?.name ?? null}
                onText={(text) => onChange((now) => withTyped(now, state.field, text))}
                onUsePreset={() => onChange((now) => withPresets(now, inspected, state.field))}
              />
            ))}
          </fieldset>
        );
      })}
    </>
  );
}

/** Choices that only the files know. */
function choicesOf(field: ImportField, form: ImportForm, inspected: Inspected): readonly Choice[] | null {
  const { outputs, prefixes } = inspected.inspection;
  switch (field) {
    case "output":
      return outputs.map(({ name, kind, shape }) => ({
        value: name,
        label: `${name}: ${kind === "features" ? say("one vector an image") : say("tokens")} ${shape}`,
      }));
    case "prefix":
      return (
        prefixes?.map((prefix) => ({ value: prefix, label: prefix === "" ? say("(without a prefix)") : prefix })) ??
        null
      );
    case "classToken": {
      const count = Number(fieldState(form, inspected, "prefixTokens").text);
      return Number.isInteger(count) && count > 0 ? placesWords(count) : null;
    }
    default:
      return null;
  }
}
