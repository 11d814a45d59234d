import { describe, expect, test } from "vitest";
import { skipReasons } from "../../src/find/skip-reasons.ts";
import { readInput } from "../../src/krm/input.ts";
import { readResource } from "../../src/krm/resource.ts";

const stream = "apiVersion: v1\nkind: Pod\n";
const typed = "apiVersion: fn.kpt.dev/v1alpha1\nkind: PinDigests\nmetadata:\n  name: pin\n";
const configMap = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: function-input\n";

/** A list with these lines as its functionConfig. */
function listWith(config: string): string {
  return `kind: ResourceList\nitems: []\nfunctionConfig:\n${config.replaceAll(/^(?=.)/gm, "  ")}`;
}

describe("skipReasons", () => {
  async function reasons(text: string): Promise<readonly (string | undefined)[]> {
    const input = await readInput(text);
    const skipReason = skipReasons(input);
    return input.items.map((item) => skipReason(readResource(input.yaml, item)));
  }

  test("leaves alone what configures this function, in any version", async () => {
    const text = `${typed}---\n${typed.replace("v1alpha1", "v2")}---\n${stream}`;

    expect(await reasons(text)).toEqual([
      "it configures this function",
      "it configures this function",
      undefined,
    ]);
  });

  test("leaves alone the item that is the functionConfig", async () => {
    const text = listWith(`${configMap}data: {tag: drop}\n`).replace(
      "items: []",
      "items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: function-input}}, {apiVersion: v1, kind: ConfigMap, metadata: {name: other}}, {kind: Kptfile}]",
    );

    expect(await reasons(text)).toEqual([
      "it configures this function",
      undefined,
      "the Kptfile configures kpt",
    ]);
  });
});
