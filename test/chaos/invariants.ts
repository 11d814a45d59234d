/** What must hold of every run, whatever its registries do. */
import type { Run } from "../conformance/executable.ts";
import { secretForms } from "../support/secret-forms.ts";
import { inputOf, type Scenario } from "./scenario.ts";

/** A run that came to its end, and what its hosts have seen. */
export interface Evidence {
  readonly run: Pick<Run, "code" | "stdout" | "stderr">;
  readonly secrets: readonly string[];
  readonly strays: readonly string[];
}

/** Everything that does not hold, in words. */
export function violations(scenario: Scenario, { run, secrets, strays }: Evidence): readonly string[] {
  return [
    ...brokenContract(scenario, run),
    ...wrongDigests(scenario, run),
    ...badMessages(run),
    ...secrets
      .filter((secret) => isShown(secret, run))
      .map((secret) => `the secret ${JSON.stringify(secret)} is shown`),
    ...strays.map((stray) => `a login went elsewhere: ${stray}`),
  ];
}

/** The digests that a run has written, by image. */
export function pinnedBy({ stdout }: Pick<Run, "stdout">): ReadonlyMap<string, string> {
  return new Map(
    [...headOf(stdout).matchAll(PINNED)].map(({ groups }) => [groups?.image ?? "", groups?.digest ?? ""]),
  );
}

const PINNED = /(?<= image: "(?<image>[^"@]+))@(?<digest>\w+:[0-9a-f]+)(?="\})/g;
const RESULTS = "\nresults:\n";

function headOf(stdout: string): string {
  const end = stdout.lastIndexOf(RESULTS);
  return end < 0 ? stdout : stdout.slice(0, end + 1);
}

function brokenContract(scenario: Scenario, run: Evidence["run"]): readonly string[] {
  const { code, stdout } = run;
  const { form, onError, images, isUnsettled } = scenario;
  const input = inputOf(scenario);
  const pinned = pinnedBy(run);
  if (code !== 0 && code !== 1) return [`it ended with ${code}`];
  if (code === 1 && form === "stream") return stdout === "" ? [] : ["a stream that failed is written"];
  const broken = [];
  if (headOf(stdout).replaceAll(PINNED, "") !== input)
    broken.push("the output is not the input with digests in it");
  if (code === 1 && pinned.size > 0) broken.push("a run that failed has pinned images");
  if (code === 1 && !/^ {2}severity: error$/m.test(stdout.slice(input.length)))
    broken.push("a run that failed tells no error");
  if (code === 1 && onError === "warn") broken.push("an image has failed a run that was to warn");
  if (code === 0 && onError === "fail" && pinned.size < images.length)
    broken.push("a run went well that left an image out");
  const lost = images.filter(({ text, kind }) => kind === "good" && !pinned.has(text));
  if (onError === "warn" && !isUnsettled && lost.length > 0)
    broken.push(`${lost.length} good images are left, such as ${lost[0]?.text}`);
  const isAllGood = images.every(({ kind }) => kind === "good");
  if (code === 1 && isAllGood && !isUnsettled) broken.push("a run failed though nothing was wrong");
  return broken;
}

function wrongDigests({ images }: Scenario, run: Evidence["run"]): readonly string[] {
  const pinned = pinnedBy(run);
  return images.flatMap(({ text, kind, allowed }) => {
    const digest = pinned.get(text);
    return digest === undefined || allowed.includes(digest)
      ? []
      : [`${text} (${kind}) is pinned to ${digest}`];
  });
}

// Control, format and invisible characters, and what CI systems take for commands.
const ACTIVE = /[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{DI}]|##\w*\[|^\s*::/mu;

function badMessages({ stderr }: Evidence["run"]): readonly string[] {
  const active = ACTIVE.exec(stderr);
  return [
    ...(active === null ? [] : [`stderr holds ${JSON.stringify(active[0])}`]),
    ...(stderr.includes("unexpected fault") ? ["there was an unexpected fault"] : []),
    ...(stderr.split("\n").some((line) => line.length > 16_000)
      ? ["a line of stderr is too long for kpt"]
      : []),
  ];
}

function isShown(secret: string, { stdout, stderr }: Evidence["run"]): boolean {
  const shown = `${stdout}${stderr}`.toLowerCase();
  return secretForms.some(([, write]) => shown.includes(write(secret).toLowerCase()));
}
