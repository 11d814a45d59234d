import { describe, expect, test } from "vitest";
import { pin } from "../fields/pinning.ts";

const deployment =
  "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {template: {spec: {containers: [{name: a, image: 'a:1'}]}}}\n";
const widget =
  "apiVersion: acme.io/v1\nkind: Widget\nmetadata: {name: w}\nspec: {containers: [{image: 'a:1'}]}\n";

describe("a kind in `builtIn`", () => {
  test.each([
    [
      "Deploymnt",
      '"Deploymnt" is the kind of nothing in the built-in table and of no object here: did you mean "Deployment"?',
    ],
    ["StatefulSett", 'did you mean "StatefulSet"?'],
    ["Deploymnt.apps", 'did you mean "Deployment.apps"?'],
    ["Deployment.aps", '"Deployment.aps" is the kind of no object here: did you mean "Deployment.apps"?'],
    ["PipelineRunn", 'did you mean "PipelineRun"?'],
    ["Qwertyuiop", "of no object here"],
  ])("is told where nothing is called so: %s", async (kind, message) => {
    const { told } = await pin(deployment, `builtIn: [Job, ${kind}]`);

    expect(told).toEqual([expect.stringMatching(/^warning -: `builtIn\[1\]`/)]);
    expect(told[0]).toContain(message);
  });

  test.each(["Deployment", "deployment.APPS", "Job", "PipelineRun.tekton.dev", "Cluster.postgresql.cnpg.io"])(
    "is not told where the table knows it, or an object is one: %s",
    async (kind) => {
      const { told } = await pin(deployment, `builtIn: [${kind}]`);

      expect(told.filter((each) => each.startsWith("warning"))).toEqual([]);
    },
  );

  test("may be somebody's own, also within another object", async () => {
    const list = `apiVersion: template.openshift.io/v1\nkind: Template\nmetadata: {name: t}\nobjects:\n- ${widget.trimEnd().replaceAll("\n", "\n  ")}\n`;

    expect((await pin(widget, "builtIn: [Widget.acme.io]")).asked).toEqual(["a:1"]);
    expect((await pin(list, "builtIn: [Template, Widget]")).told).toEqual([expect.stringMatching(/^info/)]);
  });
});
