import { dockerHub, dockerHubServer } from "../../image/registry-host.ts";
import type { Credential } from "../credential.ts";
import { asText, parseJsonObject } from "../json.ts";
import type { Warn } from "./docker-config.ts";
import type { HelperRun, RunHelper } from "./helper-process.ts";

/** The login that a named helper keeps for a host, if it keeps one. Never fails: what goes wrong is a warning. */
export type AskHelper = (name: string, host: string) => Promise<Credential | undefined>;

/**
 * Asks each helper once per host, and for one host after the other: gcloud's fails when two of it run at once.
 * One that failed to start or hung is not asked again.
 * https://github.com/docker/docker-credential-helpers#development
 */
export function createHelperClient(run: RunHelper, warn: Warn): AskHelper {
  const answers = new Map<string, Promise<Credential | undefined>>();
  const last = new Map<string, Promise<unknown>>();
  const broken = new Set<string>();

  async function ask(name: string, host: string, before: Promise<unknown> | undefined) {
    await before;
    if (broken.has(name)) return undefined;
    const result = await run(name, host === dockerHub ? dockerHubServer : host);
    if (result.kind === "failed") broken.add(name);
    return readAnswer(result, (reason) => {
      const wanted = result.kind === "failed" ? "" : ` for ${host}`;
      warn(
        `wanted a login${wanted} from the credential helper ${JSON.stringify(`docker-credential-${name}`)}: ${reason}`,
      );
    });
  }

  return (name, host) => {
    const key = `${name} ${host}`;
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = ask(name, host, last.get(name));
    answers.set(key, answer);
    last.set(name, answer);
    return answer;
  };
}

function readAnswer(run: HelperRun, warn: Warn): Credential | undefined {
  if (run.kind === "failed") {
    warn(run.reason);
    return undefined;
  }
  if (run.code !== 0) {
    const said = run.stdout.trim() || run.stderr.trim();
    // What it says may hold the secret, whatever the exit code, and no form is known.
    if (!notFoundPattern.test(said))
      warn(`it failed with exit code ${run.code}, and its words may be secret: run it to read them`);
    return undefined;
  }
  const answer = parseJsonObject(run.stdout);
  if (answer === undefined) {
    warn("its answer is not a JSON object");
    return undefined;
  }
  const username = asText(answer.Username) ?? "";
  const secret = asText(answer.Secret);
  if (secret === undefined) return undefined;
  return username === "<token>"
    ? { kind: "identity-token", token: secret }
    : { kind: "basic", username, password: secret };
}

// Docker Desktop's helper has words of its own: https://github.com/docker/docker-py/issues/2499
const notFoundPattern = /^(?:credentials not found in native keychain|No stored credential for )/i;
