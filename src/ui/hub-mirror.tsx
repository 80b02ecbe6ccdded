// Where downloads come from: the hub, or a mirror inside one's own walls. Typed, checked, kept in this browser.
import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { Fault, isFault } from "../base/fault.ts";
import { hub, parseHubPlace } from "../domain/hub-place.ts";
import { setHubPlace } from "../state/actions/hub.ts";
import { say } from "../words/say.ts";
import { useAppState, usePerform } from "./app-context.ts";
import { faultWords } from "./fault-words.ts";
import { placeWords } from "./hub-words.ts";
import { ReasonButton } from "./reason-button.tsx";

export function HubMirror() {
  const state = useAppState();
  const perform = usePerform();
  const { place } = state.session.hub;
  const [address, setAddress] = useState(place.base);
  const [hosts, setHosts] = useState(place.fileHosts.join(" "));
  const problem = problemOf(address, hosts);
  const params = { address, fileHosts: hosts };
  const enabled = problem === null ? setHubPlace.enabled(state, params) : faultWords(problem);
  const changed = address !== place.base || hosts !== place.fileHosts.join(" ");
  const back = (): void => {
    setAddress(hub.base);
    setHosts(hub.fileHosts.join(" "));
    perform(setHubPlace, { address: "", fileHosts: "" });
  };
  return (
    <details className="pt-hub-mirror" data-testid="hub-mirror">
      <summary>
        {say("Downloads come from {place}.", { place: placeWords(place) })}{" "}
        <span className="pt-mute">{say("Use another server…")}</span>
      </summary>
      <form
        className="pt-stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (enabled === true && changed) perform(setHubPlace, params);
        }}
      >
        <TextInput
          label={say("Address of the hub or a mirror of it")}
          description={say(
            "A server that answers as the hub does: /owner/name/resolve/…, and /api/models/… for sizes and digests. It must allow this page to read its answers (CORS).",
          )}
          value={address}
          data-testid="mirror-address"
          error={problem?.detail.of === "address" ? faultWords(problem) : null}
          onChange={(event) => setAddress(event.currentTarget.value)}
        />
        <TextInput
          label={say("Other hosts it sends downloads on to")}
          description={say(
            "Apart by spaces; *. stands for subdomains. Leave it empty where it gives the files itself.",
          )}
          value={hosts}
          data-testid="mirror-hosts"
          error={problem?.detail.of === "hosts" ? faultWords(problem) : null}
          onChange={(event) => setHosts(event.currentTarget.value)}
        />
        <div className="pt-line">
          <span className="pt-space" />
          {place.base !== hub.base && (
            <Button variant="default" onClick={back}>
              {say("Back to huggingface.co")}
            </Button>
          )}
          <ReasonButton
            type="submit"
            variant="default"
            testId="mirror-use"
            enabled={enabled === true && !changed ? say("These are in use.") : enabled}
            onClick={() => {}}
          >
            {say("Use this server")}
          </ReasonButton>
        </div>
      </form>
    </details>
  );
}

/** Which of the two fields is wrong, and how. */
function problemOf(address: string, hosts: string): Fault | null {
  const fails = (hostsToo: boolean): Fault | null => {
    try {
      parseHubPlace(address, hostsToo ? hosts : "");
      return null;
    } catch (error) {
      if (!isFault(error)) throw error;
      return error;
    }
  };
  const [first, both] = [fails(false), fails(true)];
  if (first) return new Fault(first.kind, first.message, { of: "address" });
  return both && new Fault(both.kind, both.message, { of: "hosts" });
}
