/** The options that name platforms. */
import { InvalidPlatformError, type Platform, parsePlatform, platformPattern } from "../image/platform.ts";
import { withoutLogin } from "../text/without-login.ts";
import { type OptionValue, type Reader, reader, type Tell, text } from "./option-reader.ts";

/** Reads a platform. */
export const platform: Reader<Platform> = reader(
  (raw: OptionValue, tell: Tell) => {
    const written = text(/^/, "a platform")(raw, tell);
    if (written === undefined) return undefined;
    try {
      return parsePlatform(withoutLogin(written));
    } catch (error) {
      if (!(error instanceof InvalidPlatformError)) throw error;
      tell({ path: raw.path, message: `\`${raw.path}\`: ${error.message}`, value: withoutLogin(written) });
      return undefined;
    }
  },
  { schema: { type: "string", pattern: platformPattern }, shape: "scalar", shown: "OS/ARCH" },
);
