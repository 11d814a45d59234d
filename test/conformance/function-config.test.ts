import { describe, expect, test } from "vitest";
import { useBench } from "./bench.ts";
import { list, pod } from "./manifests.ts";
import { expectFailed, expectPinned } from "./reading.ts";

const bench = useBench();

/** A list whose one image is in the test's own registry, so that no configuration needs to name it. */
function local(...lines: readonly string[]): string {
  return `${list(pod(`image: ${bench.host()}/app:1`))}${lines.map((line) => `${line}\n`).join("")}`;
}

describe("the functionConfig", () => {
  test("case 20: without one, the defaults hold", async () => {
    const run = await bench.run(local());

    const results = expectPinned(run, [`${bench.host()}/app:1`]);
    expect(results).toHaveLength(1);
  });

  test("case 21: kpt's empty function-input means the defaults", async () => {
    const run = await bench.run(
      local(
        "functionConfig:",
        "  metadata:",
        "    name: function-input",
        "  data: {}",
        "  kind: ConfigMap",
        "  apiVersion: v1",
      ),
    );

    expectPinned(run, [`${bench.host()}/app:1`]);
  });

  test.each([
    ["null", "functionConfig: null"],
    ["without a value", "functionConfig:"],
  ])("case 20: a functionConfig that is %s means the defaults", async (_, line) => {
    const run = await bench.run(local(line));

    expectPinned(run, [`${bench.host()}/app:1`]);
  });

  test.each([
    ["a quoted number", '"3"'],
    ["a plain number", "3"],
  ])("case 22: ConfigMap data is read by its source text: %s", async (_, retries) => {
    const run = await bench.run(
      local(
        "functionConfig:",
        "  apiVersion: v1",
        "  kind: ConfigMap",
        "  metadata: {name: function-input}",
        `  data: {network.retries: ${retries}, report: problems}`,
      ),
    );

    expect(expectPinned(run, [`${bench.host()}/app:1`])).toEqual([]);
  });

  test.each([
    ["yes", "yes"],
    ["on", "on"],
    ["010", "010"],
    ["1.10", "1.10"],
    ["true", "true"],
    ['"true"', "true"],
    ["1_000", "1_000"],
    ["12e03", "12e03"],
  ])(
    "case 22: %s in data is the text as written, so that it is the image's prefix",
    async (written, text) => {
      const config = `{apiVersion: v1, kind: ConfigMap, data: {skipPrefixes: ${written}}}`;

      const run = await bench.run(`${list(pod(`image: "${text}"`))}functionConfig: ${config}\n`);

      expectPinned(run, []);
    },
  );

  test.each([
    [
      "kind last",
      "{data: {report: problems}, metadata: {name: function-input}, apiVersion: v1, kind: ConfigMap}",
    ],
    [
      "data first",
      '{data: {skipPrefixes: "x", report: "problems", include: "*"}, kind: ConfigMap, apiVersion: v1}',
    ],
    [
      "data last",
      '{kind: ConfigMap, apiVersion: v1, data: {include: "*", report: problems, skipPrefixes: "x"}}',
    ],
  ])("case 23: the order of keys is of no account: %s", async (_, value) => {
    const run = await bench.run(local(`functionConfig: ${value}`));

    expect(expectPinned(run, [`${bench.host()}/app:1`])).toEqual([]);
  });

  test("case 23: a functionConfig before the items configures them", async () => {
    const config = "functionConfig: {kind: ConfigMap, apiVersion: v1, data: {report: problems}}\nitems:";
    const run = await bench.run(local().replace("items:", config));

    expect(expectPinned(run, [`${bench.host()}/app:1`])).toEqual([]);
  });

  const kind = "apiVersion: fn.kpt.dev/v1alpha1, kind: PinDigests";
  test.each([
    ["an unknown key", `{${kind}, includ: ["*"]}`, /includ\b.*include/],
    ["an unknown key of network", `{${kind}, network: {timout: 20s}}`, /timout.*timeout/],
    ["an unknown key of a registry", `{${kind}, registries: [{prefix: "*", miror: []}]}`, /miror.*mirror/],
    ["an unknown key in data", "{apiVersion: v1, kind: ConfigMap, data: {reprot: all}}", /reprot.*report/],
    ["a word that is not one of the choices", `{${kind}, report: some}`, /report.*(?:problems|changes|all)/],
    ["a list for a word", `{${kind}, report: [all]}`, /report/],
    ["a word for a list", `{${kind}, registries: none}`, /registries/],
    ["a mapping for a number", `{${kind}, network: {retries: {}}}`, /retries/],
    ["a duration without a unit", `{${kind}, network: {timeout: soon}}`, /timeout/],
    ["a negative number", `{${kind}, network: {retries: -1}}`, /retries/],
    ["a word for a truth value", `{${kind}, registries: [{prefix: "*", only: maybe}]}`, /only/],
    ["a registry without prefix", `{${kind}, registries: [{mirrors: []}]}`, /prefix/],
    ["a key of another program", `{${kind}, modus: check}`, /modus.*`mode`/s],
    ["another kind", "{apiVersion: fn.kpt.dev/v1alpha1, kind: SetImage}", /PinDigests/],
    ["another group", "{apiVersion: acme.io/v1alpha1, kind: PinDigests}", /fn\.kpt\.dev\/v1alpha1/],
    ["another version", "{apiVersion: fn.kpt.dev/v1, kind: PinDigests}", /fn\.kpt\.dev\/v1alpha1/],
    ["a ConfigMap of another version", "{apiVersion: v2, kind: ConfigMap, data: {}}", /ConfigMap/],
    ["a list", "[a, b]", /functionConfig/],
    ["a scalar", "report=all", /functionConfig/],
    ["data that are a list", "{apiVersion: v1, kind: ConfigMap, data: [report]}", /data/],
  ])("case 24: %s is an error result, and nothing is changed", async (_, functionConfig, wanted) => {
    const run = await bench.run(local(`functionConfig: ${functionConfig}`));

    const [first] = expectFailed(run);
    expect(`${first?.field?.path ?? ""} ${first?.message}`.replaceAll("\n", " ")).toMatch(wanted);
    expect(bench.requests()).toEqual([]);
  });

  test("case 24: every fault of the configuration is an error result of its own", async () => {
    const run = await bench.run(
      local(`functionConfig: {${kind}, reports: all, network: {retries: many}, onError: stop}`),
    );

    expect(expectFailed(run).filter(({ severity }) => severity === "error")).toHaveLength(3);
  });

  test("case 25: PinDigests as kustomize sends it: sorted keys, annotations of its own", async () => {
    const run = await bench.run(
      local(
        "functionConfig:",
        "  apiVersion: fn.kpt.dev/v1alpha1",
        "  kind: PinDigests",
        "  metadata:",
        "    annotations:",
        "      config.k8s.io/id: '2'",
        "      config.kubernetes.io/function: |",
        "        exec:",
        "          path: ./node_modules/.bin/pin-digests",
        "      config.kubernetes.io/index: '0'",
        "      config.kubernetes.io/local-config: 'true'",
        "      internal.config.kubernetes.io/id: '2'",
        "      internal.config.kubernetes.io/index: '0'",
        "    name: pin-digests",
        "  network:",
        "    retries: 2",
        "    timeout: 20s",
        "  report: problems",
      ),
    );

    expect(expectPinned(run, [`${bench.host()}/app:1`])).toEqual([]);
  });

  test("case 25: PinDigests in the list sends the look-ups where it says", async () => {
    const config = bench.config("report: all").trimEnd().replaceAll("\n", "\n  ");

    const run = await bench.run(`${list(pod("image: ghcr.io/acme/app:2"))}functionConfig:\n  ${config}\n`);

    expectPinned(run, ["ghcr.io/acme/app:2"]);
    expect(new Set(bench.requests())).toEqual(new Set(["acme/app:2"]));
  });

  test("case 26: a functionConfig that is also the only item passes through", async () => {
    const config = [
      "apiVersion: fn.kpt.dev/v1alpha1",
      "kind: PinDigests",
      "metadata:",
      "  annotations:",
      "    config.kubernetes.io/local-config: 'true'",
      "  name: pin-digests",
      "report: changes",
    ].join("\n");
    const input = `${list(config)}functionConfig:\n  ${config.replaceAll("\n", "\n  ")}\n`;

    const run = await bench.run(input);

    expect(run).toMatchObject({ code: 0, stdout: input, stderr: "" });
  });
});
