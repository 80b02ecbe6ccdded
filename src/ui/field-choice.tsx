// The field one label speaks of: picked before the first label, its outline live in the middle of the view, and the rule that goes with it.
import { Slider } from "@mantine/core";
import { useState } from "react";
import { fieldWords } from "../domain/field-size.ts";
import { chooseField, type FieldHere, fieldHere } from "../state/actions/field.ts";
import { canWrite } from "../state/selectors.ts";
import { say } from "../words/say.ts";
import { useApp, useAppState, usePerform } from "./app-context.ts";

export function FieldChoice() {
  const state = useAppState();
  const here = fieldHere(state);
  const [open, setOpen] = useState(false);
  if (!here) return null;
  const write = canWrite(state);
  const fixed = here.fixed ?? (write === true ? null : write);
  return (
    <div className="pt-field" data-testid="field" data-um={here.um}>
      <div className="pt-line">
        <span>
          {say("Field")} <strong>{fieldWords(here.um)}</strong>
        </span>
        <span className="pt-space" />
        {fixed === null ? (
          <button type="button" className="pt-link pt-small" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? say("Done") : say("Change")}
          </button>
        ) : (
          <span className="pt-mute pt-small" title={fixed}>
            {say("fixed")}
          </span>
        )}
      </div>
      {fixed === null && open && <FieldSlider here={here} />}
      {here.refused !== null && (
        <p className="pt-hint pt-warn">
          {say(
            "This project was labelled with a field of {labelled}; this backbone bears {from} to {to}, and its own is used.",
            { labelled: fieldWords(here.refused), from: fieldWords(here.min), to: fieldWords(here.max) },
          )}
        </p>
      )}
      <p className="pt-hint">{say("Label what fills most of the outline, otherwise “unsure” (U).")}</p>
    </div>
  );
}

function FieldSlider({ here }: Readonly<{ here: FieldHere }>) {
  const { ui } = useApp();
  const perform = usePerform();
  const [um, setUm] = useState(here.um);
  return (
    <>
      <Slider
        size="sm"
        min={here.min}
        max={here.max}
        step={1}
        label={fieldWords}
        thumbLabel={say("Field size in micrometres")}
        value={um}
        marks={[{ value: here.own }]}
        onChange={(value) => {
          setUm(value);
          ui.setState({ fieldShown: value });
        }}
        onChangeEnd={(value) => {
          perform(chooseField, { um: value });
          ui.setState({ fieldShown: null });
        }}
      />
      <p className="pt-hint">
        {say(
          "{from} to {to}; the backbone was trained at {own}. Labels and prompt sets belong to the field they were made with.",
          { from: fieldWords(here.min), to: fieldWords(here.max), own: fieldWords(here.own) },
        )}
      </p>
    </>
  );
}
