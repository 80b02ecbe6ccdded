// A link to this view, seen whole before it is copied; the address of a remote slide is shown and may be left out.
import { Button, Checkbox, Modal, Textarea } from "@mantine/core";
import { useState } from "react";
import { currentSlide } from "../state/selectors.ts";
import { say } from "../words/say.ts";
import { useApp, useAppState } from "./app-context.ts";
import { addressOf, hasQuery, shareLink } from "./share-link.ts";
import { noDialog } from "./ui-store.ts";

export function ShareDialog() {
  const { ui, stage } = useApp();
  const slide = currentSlide(useAppState());
  const address = slide && addressOf(slide);
  const [include, setInclude] = useState(address !== null && !hasQuery(address));
  const [copied, setCopied] = useState<"no" | "yes" | "failed">("no");
  const close = (): void => ui.setState({ dialog: noDialog });
  const view = stage.viewer?.view() ?? stage.view;
  if (!slide || !view) return null;
  const page = location.origin + location.pathname;
  const link = shareLink(page, view, slide.info.id, include ? address : null);
  const copy = (): void => {
    const clipboard = navigator.clipboard as Clipboard | undefined;
    (clipboard?.writeText(link) ?? Promise.reject(new Error("no clipboard"))).then(
      () => setCopied("yes"),
      () => setCopied("failed"),
    );
  };
  return (
    <Modal opened onClose={close} title={say("Link to this view")} size="lg">
      <div className="pt-stack" data-testid="share">
        <p style={{ margin: 0 }}>
          {say("The link holds the place, the zoom, and the slide's identity (a digest of its content).")}{" "}
          {include
            ? say("Whoever opens it is asked before the slide is read from its server, and sees what is there.")
            : say(
                "It holds neither pixels nor a file name: whoever opens it needs the slide, opens it, and is taken to the place.",
              )}
        </p>
        {address !== null && (
          <Checkbox
            label={say("With the slide's address")}
            description={`${address}${hasQuery(address) ? say(" · It carries a query, which may be a key or name a person.") : ""}`}
            checked={include}
            data-testid="share-address"
            onChange={(event) => {
              setInclude(event.currentTarget.checked);
              setCopied("no");
            }}
          />
        )}
        <Textarea
          label={say("The whole link")}
          readOnly
          autosize
          minRows={2}
          value={link}
          data-testid="share-link"
          onFocus={(event) => event.currentTarget.select()}
        />
        <div className="pt-line">
          <span className="pt-small pt-mute" role="status">
            {copied === "yes" && say("Copied.")}
            {copied === "failed" && say("The browser does not let this page copy: select the link and copy it.")}
          </span>
          <span className="pt-space" />
          <Button data-testid="share-copy" data-autofocus onClick={copy}>
            {say("Copy the link")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
