// What the given files say by themselves: sizes, structure, what is not used, and what speaks against them.
import { Loader } from "@mantine/core";
import type { GivenFile } from "../protocol/engine-api.ts";
import type { ImportField, Inspected } from "../state/import-fields.ts";
import type { ImportForm } from "../state/import-form.ts";
import { normalisationWords } from "../state/normalisations.ts";
import { heard } from "../words/heard.ts";
import { say } from "../words/say.ts";
import { statedWords } from "./import-words.ts";
import { bytesWords } from "./words.ts";

const shownFiles = 5;

type FilesProps = Readonly<{ files: readonly GivenFile[]; loading: boolean; onOther: () => void }>;

export function ImportFiles({ files, loading, onOther }: FilesProps) {
  const more = files.length - shownFiles;
  return (
    <section aria-label={say("Files")}>
      <h3 className="pt-h3" tabIndex={-1} data-autofocus>
        {say("Files")}
        {!loading && (
          <button type="button" className="pt-link pt-small" onClick={onOther}>
            {say("Other files")}
          </button>
        )}
      </h3>
      <ul className="pt-files" data-testid="import-files">
        {files.slice(0, shownFiles).map(({ path, file }) => (
          <li key={path}>
            <span className="pt-cut" title={path}>
              {path}
            </span>
            <span className="pt-mute">{bytesWords(file.size)}</span>
          </li>
        ))}
        {more > 0 && <li className="pt-mute">{say("and {more} more", { more })}</li>}
      </ul>
    </section>
  );
}

type StatedProps = Readonly<{
  form: ImportForm;
  inspected: Inspected | null;
  reading: boolean;
  onReopen: (field: ImportField) => void;
}>;

export function ImportStated({ form, inspected, reading, onReopen }: StatedProps) {
  if (!inspected) {
    return reading ? (
      <span className="pt-line pt-mute" role="status">
        <Loader size={14} /> {say("Reading the files…")}
      </span>
    ) : null;
  }
  const { container, facts, normalisation, outputs, notes } = inspected.inspection;
  const rows = [
    ...statedWords(facts, new Set(form.asked)),
    ...(normalisation ? ([[say("Colours"), normalisationWords(normalisation), "normalisation"]] as const) : []),
    ...(outputs.length > 0
      ? ([[say("Outputs"), outputs.map(({ name, shape }) => `${name} ${shape}`).join("; "), null]] as const)
      : []),
  ];
  return (
    <section aria-label={say("What the files say")}>
      <h3 className="pt-h3">
        {say("What they say")} {reading && <Loader size={12} aria-label={say("Reading")} />}
      </h3>
      <dl className="pt-facts pt-small" data-testid="import-stated">
        <dt>{say("Kind")}</dt>
        <dd>{container === "onnx" ? say("ONNX graph") : say("safetensors checkpoint")}</dd>
        {rows.map(([what, words, field]) => (
          <Stated
            key={what}
            what={what}
            words={words}
            {...(field !== null && !form.reopened.includes(field) && { onChange: () => onReopen(field) })}
          />
        ))}
      </dl>
      {notes.map((note) => (
        <p key={note} className="pt-hint" style={{ marginTop: 6, overflowWrap: "anywhere" }}>
          {heard(note)}
        </p>
      ))}
    </section>
  );
}

function Stated({ what, words, onChange }: Readonly<{ what: string; words: string; onChange?: () => void }>) {
  return (
    <>
      <dt>{what}</dt>
      <dd>
        {words}
        {onChange && (
          <>
            {" "}
            <button
              type="button"
              className="pt-link"
              aria-label={say("Answer {what} otherwise", { what })}
              onClick={onChange}
            >
              {say("change")}
            </button>
          </>
        )}
      </dd>
    </>
  );
}
