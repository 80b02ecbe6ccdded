// Dialogs about slides: opening one by its address, asking before a new server is read, and what is known of the slide on the screen.
import { Button, Modal, TextInput } from "@mantine/core";
import { useState } from "react";
import type { SlideId } from "../base/brand.ts";
import { declareCase } from "../state/actions/slides.ts";
import { canWrite, currentSlide } from "../state/selectors.ts";
import { useApp, useAppState, usePerform } from "./app-context.ts";
import { SlidePhotographs } from "./slide-photographs.tsx";
import { StatedFields } from "./stated-fields.tsx";
import { calibrationWords } from "./top-bar.tsx";
import { type Dialog, noDialog } from "./ui-store.ts";
import { bytesWords } from "./words.ts";

function useClose(): () => void {
  const { ui } = useApp();
  return () => ui.setState({ dialog: noDialog });
}

/** Asked before the first byte: opening an address tells that server that someone here looks at this slide. */
export function OriginDialog({ dialog }: Readonly<{ dialog: Extract<Dialog, { kind: "origin" }> }>) {
  const { host } = useApp();
  const close = useClose();
  return (
    <Modal opened onClose={close} title="Read a slide from another server?">
      <div className="pt-stack" data-testid="origin-dialog">
        <p style={{ margin: 0 }}>
          This page was asked to open a slide from <strong>{dialog.origin}</strong>. That server will see your address
          and which parts of the slide are looked at. Your labels and prompts are not sent.
        </p>
        <p className="pt-hint" style={{ overflowWrap: "anywhere" }}>
          {dialog.url}
        </p>
        <div className="pt-line">
          <span className="pt-space" />
          <Button variant="default" onClick={close}>
            Do not open
          </Button>
          <Button
            data-testid="origin-approve"
            onClick={() => {
              close();
              host.approveOrigin(dialog.url);
            }}
          >
            Open from {dialog.origin}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

export function OpenUrlDialog() {
  const { host } = useApp();
  const close = useClose();
  const [url, setUrl] = useState("");
  return (
    <Modal opened onClose={close} title="Open a slide by its address">
      <form
        className="pt-stack"
        onSubmit={(event) => {
          event.preventDefault();
          close();
          host.openUrl(url.trim());
        }}
      >
        <TextInput
          label="Address"
          placeholder="https://…/slide.svs"
          description="A slide file, a Deep Zoom .dzi, an IIIF info.json, an OME-Zarr folder (.zarr) or a DICOMweb series (…/studies/…/series/…). The server must allow other sites' pages (CORS), and range requests for files."
          value={url}
          data-autofocus
          onChange={(event) => setUrl(event.currentTarget.value)}
        />
        <div className="pt-line">
          <span className="pt-space" />
          <Button type="submit">Open</Button>
        </div>
      </form>
    </Modal>
  );
}

export function SlideFactsDialog() {
  const slide = currentSlide(useAppState());
  const [revealed, setRevealed] = useState(false);
  const close = useClose();
  if (!slide) return null;
  const { info } = slide;
  const hidden = info.properties.filter((p) => p.mayIdentify).length;
  return (
    <Modal opened onClose={close} title={slide.name} size="lg">
      <dl className="pt-facts">
        <dt>Format</dt>
        <dd>
          {info.format}, {bytesWords(info.fingerprint.bytes)}
        </dd>
        <dt>Size</dt>
        <dd>
          {info.width} × {info.height} px, {info.levels.length} {info.levels.length === 1 ? "level" : "levels"}
        </dd>
        <dt>Scale</dt>
        <dd>{calibrationWords(info.calibration)}</dd>
        {info.origin === "generated" && (
          <>
            <dt>Origin</dt>
            <dd className="pt-warn">Synthetic: drawn by a program</dd>
          </>
        )}
        {info.warnings.length > 0 && (
          <>
            <dt>Notes</dt>
            <dd>{info.warnings.join(" ")}</dd>
          </>
        )}
        {info.properties
          .filter((p) => revealed || !p.mayIdentify)
          .map((p) => (
            <Property key={p.name} name={p.name} value={p.value} />
          ))}
      </dl>
      <CaseField id={info.id} />
      <StatedFields id={info.id} />
      <SlidePhotographs key={info.id} info={info} />
      {hidden > 0 && !revealed && (
        <Button mt="sm" variant="default" onClick={() => setRevealed(true)}>
          Show {hidden} {hidden === 1 ? "field" : "fields"} that may identify a patient
        </Button>
      )}
    </Modal>
  );
}

/** Slides of one patient must not be on both sides of a held-out estimate; only the person knows which are. */
function CaseField({ id }: Readonly<{ id: SlideId }>) {
  const state = useAppState();
  const perform = usePerform();
  const kept = state.project.project.slides.get(id)?.caseId ?? "";
  const [text, setText] = useState(kept);
  const keep = (): void => {
    if (text.trim() !== kept) perform(declareCase, { id, caseId: text });
  };
  return (
    <TextInput
      mt="sm"
      label="Case"
      description="Slides of one patient: give them the same word, then the estimate holds them out together. Stays in this browser."
      placeholder="none declared"
      maxLength={100}
      disabled={canWrite(state) !== true}
      value={text}
      data-testid="case-input"
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={keep}
      onKeyDown={(event) => event.key === "Enter" && keep()}
    />
  );
}

function Property({ name, value }: Readonly<{ name: string; value: string }>) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
