// Where vectors of texts come from that the shipped library lacks: nothing is downloaded unless the person asks for it here.
import { Button } from "@mantine/core";
import { say } from "../words/say.ts";
import { useApp, useUi } from "./app-context.ts";
import { useMissingTexts } from "./use-texts.ts";

/** The library's encoder, as a model for browsers. */
const hubEncoder = "Xenova/all-MiniLM-L6-v2";

export function TextEncoderChoice({ texts }: Readonly<{ texts: readonly string[] }>) {
  const { context, host, ui } = useApp();
  const chosen = useUi((state) => state.textEncoder);
  const missing = useMissingTexts(texts);
  const lacks = missing?.filter((text) => texts.includes(text)) ?? [];
  const choose = (name: string | null): void => {
    context.texts.choose(name === null ? null : { kind: "hub", id: name });
    ui.setState({ textEncoder: name });
  };
  if (chosen === null && lacks.length === 0) {
    return texts.length > 0 && missing ? (
      <p className="pt-hint">{say("Encoded already, with the app: nothing is downloaded.")}</p>
    ) : null;
  }
  if (chosen !== null) {
    return (
      <p className="pt-hint" data-testid="text-encoder">
        {say("Texts outside the library are encoded by “{chosen}”, here in the browser.", { chosen })}{" "}
        <button type="button" className="pt-link" onClick={() => choose(null)}>
          {say("Use the library only")}
        </button>
      </p>
    );
  }
  return (
    <div className="pt-stack" data-testid="text-missing">
      <p className="pt-hint pt-warn">
        {say("Not in the library of encoded texts: {lacks}", { lacks: lacks.slice(0, 3).join("; ") })}
        {lacks.length > 3 && say(" and {more} more", { more: lacks.length - 3 })}
        {say(". An encoder makes their vectors, here in the browser.")}
      </p>
      <div className="pt-two">
        <Button
          variant="default"
          onClick={() => host.pickTextEncoder()}
          title="config.json, tokenizer.json, onnx/model.onnx"
        >
          {say("Folder of an encoder…")}
        </Button>
        <Button
          variant="default"
          onClick={() => void host.approveHub().then(() => choose(hubEncoder))}
          title={hubEncoder}
        >
          {say("Download MiniLM (90 MB)")}
        </Button>
      </div>
    </div>
  );
}
