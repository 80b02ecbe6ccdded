// Stain and organ of a slide, as the person states them: no file is trusted with it, nothing is guessed.
import { TextInput } from "@mantine/core";
import { useState } from "react";
import type { SlideId } from "../base/brand.ts";
import { stateFacts } from "../state/actions/stated.ts";
import { canWrite } from "../state/selectors.ts";
import { say } from "../words/say.ts";
import { useAppState, usePerform } from "./app-context.ts";

export function StatedFields({ id }: Readonly<{ id: SlideId }>) {
  return (
    <>
      <StatedField id={id} fact="stain" label={say("Stain")} placeholder="H&E" />
      <StatedField id={id} fact="organ" label={say("Organ")} placeholder={say("colon")} />
      <p className="pt-hint">
        {say(
          "Stated here, they are written into prompt sets tuned on this slide, and a set made for another is warned of.",
        )}
      </p>
    </>
  );
}

type Props = Readonly<{ id: SlideId; fact: "stain" | "organ"; label: string; placeholder: string }>;

function StatedField({ id, fact, label, placeholder }: Props) {
  const state = useAppState();
  const perform = usePerform();
  const kept = state.project.project.slides.get(id)?.stated?.[fact] ?? "";
  const [text, setText] = useState(kept);
  const keep = (): void => {
    if (text.trim() !== kept) perform(stateFacts, { id, [fact]: text });
  };
  return (
    <TextInput
      mt="sm"
      label={label}
      placeholder={say("not stated (e.g. {placeholder})", { placeholder })}
      maxLength={100}
      disabled={canWrite(state) !== true}
      value={text}
      data-testid={`stated-${fact}`}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={keep}
      onKeyDown={(event) => event.key === "Enter" && keep()}
    />
  );
}
