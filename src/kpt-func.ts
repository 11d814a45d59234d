/**
 * The function for people whose pipeline is the TypeScript SDK, kpt-functions. The SDK's own runtime loses comments and
 * large numbers; where bytes matter, run the executable instead.
 */

import { optionsUsage, purpose } from "./cli/help/options-usage.ts";
import { isImageLock } from "./krm/resource.ts";
import { printableResult } from "./krm/result.ts";
import { type PinOptions, pinDigests as pinText } from "./pin-digests.ts";

/** A function of the SDK. Its types are written out here, so that they are there without the SDK and in every version of it. */
export interface KptFunc {
  (configs: Configs): Promise<void>;
  /** What the SDK's runtime prints for `--help`, above its own flags. */
  usage: string;
}

/** What the function uses of the SDK's `Configs`. */
export interface Configs {
  getAll(): KubernetesObject[];
  getFunctionConfig(): KubernetesObject | undefined;
  insert(...objects: KubernetesObject[]): void;
  addResults(...results: object[]): void;
}

/** An object of the SDK's `Configs`. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
}

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
    for (const result of results) configs.addResults(printableResult(result));
  };
  return Object.assign(func, { usage: `${purpose}\n\n${optionsUsage()}` });
}

/** Copies the texts that differ; both have the same shape, but for locks, which are added to. */
function writeBack(from: unknown, to: unknown): void {
  if (!isObject(from) || !isObject(to)) return;
  for (const [key, value] of Object.entries(from)) {
    if (key === "images" && isLock(from)) to[key] = value;
    else if (typeof value === "string" && value !== to[key]) to[key] = value;
    else writeBack(value, to[key]);
  }
}

function isLock({ kind, apiVersion = "" }: Record<string, unknown>): boolean {
  const version = String(apiVersion);
  const group = version.includes("/") ? version.slice(0, version.indexOf("/")) : "";
  return isImageLock({ kind: String(kind), group });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
