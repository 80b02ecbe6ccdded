// A file dropped on the page the way the browser does it. Knows no app.
import type { Page } from "playwright-core";

export async function dropFile(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  const base64 = Buffer.from(bytes).toString("base64");
  const transfer = await page.evaluateHandle(
    ([file, data]) => {
      const raw = Uint8Array.from(atob(data ?? ""), (c) => c.charCodeAt(0));
      const dropped = new DataTransfer();
      dropped.items.add(new File([raw], file ?? "", { type: "image/tiff" }));
      return dropped;
    },
    [name, base64],
  );
  await page.dispatchEvent("body", "dragenter", { dataTransfer: transfer });
  await page.dispatchEvent("body", "dragover", { dataTransfer: transfer });
  await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
}
