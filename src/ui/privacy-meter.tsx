// What left this app since it was opened: one line in the strip below, hosts with counts behind it.
import { Popover, Table, Text } from "@mantine/core";
import type { HostTraffic, Traffic } from "../domain/traffic.ts";
import { many, say } from "../words/say.ts";
import { useSession } from "./app-context.ts";

export function PrivacyMeter() {
  const traffic = useSession((state) => state.traffic);
  const sent = traffic.hosts.reduce((sum, { bytes }) => sum + bytes, 0);
  return (
    <Popover position="top-end" withArrow>
      <Popover.Target>
        <button type="button" className={sent > 0 ? "pt-link pt-warn" : "pt-link"} data-testid="privacy-meter">
          {meterWords(traffic)}
        </button>
      </Popover.Target>
      <Popover.Dropdown maw={420}>
        <Text size="sm" mb="xs">
          {explained(traffic)}
        </Text>
        {traffic.hosts.length > 0 && (
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{say("To")}</Table.Th>
                <Table.Th>{say("Requests")}</Table.Th>
                <Table.Th>{say("Bytes sent")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {traffic.hosts.map((entry) => (
                <Table.Tr key={entry.host ?? ""}>
                  <Table.Td>{entry.host ?? say("the server of this app")}</Table.Td>
                  <Table.Td>{entry.requests}</Table.Td>
                  <Table.Td>{entry.bytes}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

export function meterWords({ counting, hosts }: Traffic): string {
  if (!counting) return say("Requests are not counted here");
  const requests = hosts.reduce((sum, entry) => sum + entry.requests, 0);
  if (requests === 0) return say("No requests since opening");
  const bytes = hosts.reduce((sum, entry) => sum + entry.bytes, 0);
  const others = hosts.filter((entry): entry is HostTraffic & { host: string } => entry.host !== null);
  const [only] = others;
  const where =
    others.length === 0
      ? say("for this app's own files")
      : others.length === 1 && only
        ? say("to {host}", { host: only.host })
        : say("to {others} hosts", { others: others.length });
  const sent = bytes === 0 ? say("nothing sent with them") : many(bytes, "1 byte sent", "{n} bytes sent");
  return `${many(others.length === 0 ? requests : sumOf(others), "1 request", "{n} requests")} ${where}, ${sent}`;
}

const sumOf = (hosts: readonly HostTraffic[]): number => hosts.reduce((sum, { requests }) => sum + requests, 0);

function explained({ counting }: Traffic): string {
  return counting
    ? say(
        "Every request of this page and its workers passes a service worker, which counts it and the bytes it carries. Slides are read from your disk and are no request.",
      )
    : say(
        "Requests are counted once the app was loaded over https or from localhost and then reloaded. Counted or not, slides never leave this computer.",
      );
}
