/**
 * The function for people whose pipeline is the TypeScript SDK, kpt-functions. The SDK's own runtime loses comments and
 * large numbers; where bytes matter, run the executable instead.
 */
import type { Configs, KptFunc, Result as SdkResult } from "kpt-functions";
import { usage } from "./cli/usage.ts";
import { printableResult, type Result } from "./krm/result.ts";
import { isImageLock } from "./lock/format/image-lock.ts";
import { type PinOptions, pinDigests as pinText } from "./pin-digests.ts";

/** The function without logins: `run(pinDigests)`. */
export const pinDigests: KptFunc = createKptFunc();

/** The function with options of its own, such as `{environment: process.env}` for the logins of docker and the like. */
export function createKptFunc(options: PinOptions = {}): KptFunc {
  const func = async (configs: Configs): Promise<void> => {
    const objects = configs.getAll();
    // Objects as JSON are a list like any other to the text pipeline.
    const list = { kind: "ResourceList", items: objects, functionConfig: configs.getFunctionConfig() };
    const { text, results } = await pinText(JSON.stringify(list), options);
    const { items } = JSON.parse(text);
    writeBack(items, objects);
    // A lock that was made is the last item.
    for (const lock of items.slice(objects.length)) configs.insert(lock);
    for (const result of results) configs.addResults(toSdkResult(result));
  };
  return Object.assign(func, { usage });
}

/** Copies the texts that differ; both have the same shape, but for locks, which are added to. */
function writeBack(from: unknown, to: unknown): void {
  if (!isObject(from) || !isObject(to)) return;
  for (const [key, value] of Object.entries(from)) {
    if (key === "images" && isImageLock({ kind: String(from.kind) })) to[key] = value;
    else if (typeof value === "string" && value !== to[key]) to[key] = value;
    else writeBack(value, to[key]);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** The SDK's types say "warn" and require a namespace; what it writes is what it is given, and the specification says otherwise. */
function toSdkResult(result: Result): SdkResult {
  // Checked: the two differ in nothing else.
  return printableResult(result) as unknown as SdkResult;
}
