/**
 * The policy of whoever runs the function: rules in a file that `PIN_DIGESTS_POLICY` names. They hold beside those of any
 * functionConfig, so that no package can loosen them.
 */
import { readTextFile, UnfitFileError } from "../fs/read.ts";
import { isSystemError, reasonOf } from "../fs/system-error.ts";
import { FunctionConfigError } from "./config-sources.ts";

// The environment variable that names the file.
const policyVariable = "PIN_DIGESTS_POLICY";

/**
 * The text of the policy.
 *
 * @throws {FunctionConfigError} where it can't be read: a run without its policy would be one without rules.
 */
export async function readPolicyFile(path: string): Promise<string> {
  try {
    return await readTextFile(path);
  } catch (error) {
    if (!isSystemError(error) && !(error instanceof UnfitFileError)) throw error;
    throw new FunctionConfigError(
      `\`${policyVariable}\` must name a file that can be read: ${reasonOf(error)}`,
      { cause: error },
    );
  }
}
