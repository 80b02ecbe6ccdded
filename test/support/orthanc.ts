// A real DICOMweb server for tests: Orthanc with its DICOMweb plug-in, as Debian packages them. Knows no slide.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const program = "/usr/sbin/Orthanc";
const plugin = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so";
export const hasOrthanc = existsSync(program) && existsSync(plugin);

export type Orthanc = Readonly<{
  /** DICOMweb's root, without an ending "/". */
  root: string;
  store(file: Uint8Array): Promise<void>;
  close(): Promise<void>;
}>;

export async function startOrthanc(): Promise<Orthanc> {
  const folder = mkdtempSync(join(tmpdir(), "pathotune-orthanc-"));
  const port = await freePort();
  const configuration = {
    Name: "test",
    StorageDirectory: folder,
    IndexDirectory: folder,
    HttpPort: port,
    DicomServerEnabled: false,
    AuthenticationEnabled: false,
    RemoteAccessAllowed: false,
    Plugins: [plugin],
    DicomWeb: { Enable: true, Root: "/dicom-web/", EnableWado: false },
  };
  const file = join(folder, "orthanc.json");
  writeFileSync(file, JSON.stringify(configuration));
  const child = spawn(program, [file], { stdio: "ignore" });
  const base = `http://127.0.0.1:${port}`;
  await untilAnswers(`${base}/system`, child);
  return {
    root: `${base}/dicom-web`,
    async store(bytes) {
      const response = await fetch(`${base}/instances`, { method: "POST", body: Buffer.from(bytes) });
      if (!response.ok) throw new Error(`Orthanc refused an instance: ${response.status} ${await response.text()}`);
      await response.body?.cancel();
    },
    async close() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilAnswers(url: string, child: ChildProcess): Promise<void> {
  for (let i = 0; i < 150; i++) {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}.`);
    const there = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (there) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("The server does not answer.");
}

/** A port nobody uses at this moment. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
