// Looks at this browser and says what is missing, what that costs and how to get it. Knows the browser, decides nothing.
import type { Capability, CapabilityReport } from "../state/capability-report.ts";

type Missing = Capability["missing"];

async function webgpu(): Promise<Missing> {
  const cost =
    "The model runs on the processor: clicks take a moment longer, and tuning takes minutes instead of seconds.";
  const gpu = (navigator as { gpu?: { requestAdapter(): Promise<unknown> } }).gpu;
  if (!gpu) {
    const remedy = isSecureContext
      ? "Use a current Chrome, Edge, Safari or Firefox, and keep hardware acceleration switched on in its settings."
      : "Open the page over https or from localhost; browsers hide WebGPU from other pages.";
    return { what: "This browser offers no WebGPU to this page.", cost, remedy };
  }
  const adapter = await gpu.requestAdapter().catch(() => null);
  if (adapter) return null;
  const remedy = "Update the graphics driver, switch hardware acceleration on in the browser's settings, then reload.";
  return { what: "WebGPU is there, but no graphics card can be used.", cost, remedy };
}

function threads(): Missing {
  if (crossOriginIsolated && typeof SharedArrayBuffer !== "undefined") return null;
  return {
    what: "This page is not cross-origin isolated, so the browser allows it one thread.",
    cost: "On the processor everything takes two to four times as long.",
    remedy: isSecureContext
      ? "The server must send the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp; npm start does."
      : "Open the page over https or from localhost, from a server that sends the cross-origin isolation headers; npm start does.",
  };
}

const secure = (): Missing =>
  isSecureContext
    ? null
    : {
        what: "The page was opened over plain http from another computer.",
        cost: "The browser withholds the graphics card, threads and safe keeping: slower, and your work is lost with the tab.",
        remedy: "Open it over https, or from localhost on this computer.",
      };

const storage = (): Missing =>
  typeof indexedDB !== "undefined"
    ? null
    : {
        what: "The browser does not let this page keep anything.",
        cost: "Labels and prompt sets are lost when the tab closes.",
        remedy: "Leave the private window, or allow site data for this page. Until then save prompt sets as files.",
      };

const singleWriter = (): Missing =>
  "locks" in navigator && navigator.locks
    ? null
    : {
        what: "The browser cannot make sure that only one tab writes.",
        cost: "Your work is not kept in this browser.",
        remedy: "Open the page over https or from localhost, in a current browser.",
      };

const fileHandles = (): Missing =>
  "showOpenFilePicker" in window
    ? null
    : {
        what: "This browser cannot open a file again by itself.",
        cost: "After a reload you are asked for your slides by name; your labels come back with them.",
        remedy: "Chrome and Edge remember files, if you prefer that.",
      };

export async function readCapabilities(): Promise<CapabilityReport> {
  return [
    { id: "secure-context", name: "Secure page", missing: secure() },
    { id: "webgpu", name: "Graphics card (WebGPU)", missing: await webgpu() },
    { id: "threads", name: "Several processor threads", missing: threads() },
    { id: "storage", name: "Keeping your work in this browser", missing: storage() },
    { id: "single-writer", name: "One writing tab at a time", missing: singleWriter() },
    { id: "file-handles", name: "Opening slides again after a reload", missing: fileHandles() },
  ];
}
