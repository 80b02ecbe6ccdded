// What the given files say by themselves: sizes, structure, what is not used, and what speaks against them.
import { Loader } from "@mantine/core";
import type { GivenFile } from "../protocol/engine-api.ts";
import type { ImportField, Inspected } from "../state/import-fields.ts";
import type { ImportForm } from "../state/import-form.ts";
import { normalisationWords } from "../state/normalisations.ts";
import { statedWords } from "./import-words.ts";
import { bytesWords } from "./words.ts";

const shownFiles = 5;

type FilesProps = Readonly<{ files: readonly GivenFile[]; loading: boolean; onOther: () => void }>;

export function ImportFiles({ files, loading, onOther }: FilesProps) {
  const more = files.length - shownFiles;
  return (
    <section aria-label="Files">
      <h3 className="pt-h3" tabIndex={-1} data-autofocus>
        Files
        {!loading && (
          <button type="button" className="pt-link pt-small" onClick={onOther}>
            Other files
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
        {more > 0 && <li className="pt-mute">and {more} more</li>}
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
        <Loader size={14} /> Reading the files…
      </span>
    ) : null;
  }
  const { container, facts, normalisation, outputs, notes } = inspected.inspection;
  const rows = [
    ...statedWords(facts, new Set(form.asked)),
    ...(normalisation ? ([["Colours", normalisationWords(normalisation), "normalisation"]] as const) : []),
    ...(outputs.length > 0
      ? ([["Outputs", outputs.map(({ name, shape }) => `${name} ${shape}`).join("; "), null]] as const)
      : []),
  ];
  return (
    <section aria-label="What the files say">
      <h3 className="pt-h3">What they say {reading && <Loader size={12} aria-label="Reading" />}</h3>
      <dl className="pt-facts pt-small" data-testid="import-stated">
        <dt>Kind</dt>
        <dd>{container === "onnx" ? "ONNX graph" : "safetensors checkpoint"}</dd>
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
          {note}
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
            <button type="button" className="pt-link" aria-label={`Answer ${what} otherwise`} onClick={onChange}>
              change
            </button>
          </>
        )}
      </dd>
    </>
  );
}
