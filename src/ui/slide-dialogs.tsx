// Dialogs about slides: opening one by its address, asking before a new server is read, and what is known of the slide on the screen.
import { Button, Modal, TextInput } from "@mantine/core";
import { useState } from "react";
import type { SlideId } from "../base/brand.ts";
import { declareCase } from "../state/actions/slides.ts";
import { canWrite, currentSlide } from "../state/selectors.ts";
import { heard } from "../words/heard.ts";
import { many, say } from "../words/say.ts";
import { useApp, useAppState, usePerform } from "./app-context.ts";
import { Sentence } from "./sentence.tsx";
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
    <Modal opened onClose={close} title={say("Read a slide from another server?")}>
      <div className="pt-stack" data-testid="origin-dialog">
        <p style={{ margin: 0 }}>
          <Sentence
            text="This page was asked to open a slide from {origin}. That server will see your address and which parts of the slide are looked at. Your labels and prompts are not sent."
            parts={{ origin: <strong>{dialog.origin}</strong> }}
          />
        </p>
        <p className="pt-hint" style={{ overflowWrap: "anywhere" }}>
          {dialog.url}
        </p>
        <div className="pt-line">
          <span className="pt-space" />
          <Button variant="default" onClick={close}>
            {say("Do not open")}
          </Button>
          <Button
            data-testid="origin-approve"
            onClick={() => {
              close();
              host.approveOrigin(dialog.url);
            }}
          >
            {say("Open from {origin}", { origin: dialog.origin })}
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
    <Modal opened onClose={close} title={say("Open a slide by its address")}>
      <form
        className="pt-stack"
        onSubmit={(event) => {
          event.preventDefault();
          close();
          host.openUrl(url.trim());
        }}
      >
        <TextInput
          label={say("Address")}
          placeholder="https://…/slide.svs"
          description={say(
            "A slide file, a Deep Zoom .dzi, an IIIF info.json, an OME-Zarr folder (.zarr) or a DICOMweb series (…/studies/…/series/…). The server must allow other sites' pages (CORS), and range requests for files.",
          )}
          value={url}
          data-autofocus
          onChange={(event) => setUrl(event.currentTarget.value)}
        />
        <div className="pt-line">
          <span className="pt-space" />
          <Button type="submit">{say("Open")}</Button>
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
        <dt>{say("Format")}</dt>
        <dd>
          {info.format}, {bytesWords(info.fingerprint.bytes)}
        </dd>
        <dt>{say("Size")}</dt>
        <dd>{`${info.width} × ${info.height} px, ${many(info.levels.length, "1 level", "{n} levels")}`}</dd>
        <dt>{say("Scale")}</dt>
        <dd>{calibrationWords(info.calibration)}</dd>
        {info.origin === "generated" && (
          <>
            <dt>{say("Origin")}</dt>
            <dd className="pt-warn">{say("Synthetic: drawn by a program")}</dd>
          </>
        )}
        {info.warnings.length > 0 && (
          <>
            <dt>{say("Notes")}</dt>
            <dd>{info.warnings.map(heard).join(" ")}</dd>
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
          {many(hidden, "Show 1 field that may identify a patient", "Show {n} fields that may identify a patient")}
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
      label={say("Case")}
      description={say(
        "Slides of one patient: give them the same word, then the estimate holds them out together. Stays in this browser.",
      )}
      placeholder={say("none declared")}
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
