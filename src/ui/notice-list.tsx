// Notices: what went wrong or changed, and what to do. They never block anything.
import { CloseButton } from "@mantine/core";
import { useEffect } from "react";
import { dismissNotice, type Notice } from "../state/session-store.ts";
import { heard } from "../words/heard.ts";
import { say } from "../words/say.ts";
import { useApp, useSession } from "./app-context.ts";
import { faultWords } from "./fault-words.ts";

const shown = 2;
const infoSeconds = 9;

export function NoticeList() {
  const notices = useSession((state) => state.notices);
  const { context } = useApp();
  const older = notices.length - shown;
  return (
    <div className="pt-notices" aria-live="polite">
      {older > 0 && (
        <button
          type="button"
          className="pt-chip pt-hud"
          style={{ position: "static", alignSelf: "center" }}
          onClick={() => context.session.setState({ notices: [] })}
        >
          {say("Dismiss all {notices}", { notices: notices.length })}
        </button>
      )}
      {notices.slice(-shown).map((notice) => (
        <OneNotice key={notice.id} notice={notice} />
      ))}
    </div>
  );
}

function OneNotice({ notice }: Readonly<{ notice: Notice }>) {
  const { context } = useApp();
  const { id, tone } = notice;
  useEffect(() => {
    // Errors stay until they are read; the rest goes by itself.
    if (tone === "error") return;
    const timer = setTimeout(() => dismissNotice(context.session, id), infoSeconds * 1000);
    return () => clearTimeout(timer);
  }, [context, id, tone]);
  return (
    <div
      className="pt-hud pt-notice"
      data-tone={tone}
      data-testid="notice"
      role={tone === "error" ? "alert" : "status"}
    >
      <p>{notice.fault?.message === notice.text ? faultWords(notice.fault) : heard(notice.text)}</p>
      <CloseButton size="sm" aria-label={say("Dismiss")} onClick={() => dismissNotice(context.session, id)} />
    </div>
  );
}
