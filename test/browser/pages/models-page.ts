// Test page of the store of backbones over IndexedDB: runs the contract, and lets a test see what a browser without room says.
import { openDB } from "idb";
import { isFault, present } from "../../../src/base/fault.ts";
import { createIndexedDbModelStore } from "../../../src/platform/page/model-store.ts";
import { keptModel } from "../../support/kept-model.ts";
import { type MakeModelStoreWorld, modelStoreContract } from "../../support/model-store-contract.ts";

const make: MakeModelStoreWorld = async () => {
  const name = `models-${crypto.randomUUID()}`;
  return {
    open: () => createIndexedDbModelStore(name),
    damage: async (id, record) => {
      const db = await openDB(name);
      await db.put("models", { ...(await db.get("models", id)), record }, id);
      db.close();
    },
  };
};

const said = async (task: Promise<unknown>): Promise<string> => {
  try {
    await task;
    return "nothing";
  } catch (error) {
    return isFault(error) ? `${error.kind}: ${error.message}` : String(error);
  }
};

const page = {
  contract: (name: string) => present(modelStoreContract[name], name)(make),
  /** What is said and what is left where `bytes` do not fit. */
  tooLarge: async (bytes: number) => {
    const store = (await make()).open();
    const file = new File([new Uint8Array(bytes)], "model.onnx");
    const words = await said(store.put(keptModel("a"), [{ path: "model.onnx", file }]));
    const { models } = await store.list();
    return { words, kept: models.length };
  },
  put: () => said(createIndexedDbModelStore().put(keptModel("a"), [{ path: "a", file: new File(["a"], "a") }])),
};
export type ModelsPage = typeof page;
(globalThis as { modelsPage?: ModelsPage }).modelsPage = page;
