/** Where the evidence is that lies beside a lock. It proves itself by its hash, so any place will do. */
import type { YamlNode, YamlText } from "../yaml/scan.ts";
import {
  evidenceFileName,
  evidenceResourceName,
  evidenceTextIn,
  namedEvidenceAt,
} from "./format/evidence-file.ts";
import type { LockFileOption } from "./lock-file-option.ts";

/** Finds the text of evidence by its hash. */
export type TextBeside = (sha256: string) => string | undefined;

/** Finds evidence among the items of an input, which are looked through when the first is wanted. */
export function evidenceFinder(yaml: YamlText, items: readonly YamlNode[]): TextBeside {
  let found: ReadonlyMap<string, string> | undefined;
  return (sha256) => {
    found ??= new Map(
      items.flatMap((item) => {
        const evidence = namedEvidenceAt(yaml, item);
        return evidence === undefined ? [] : [evidence];
      }),
    );
    return found.get(evidenceResourceName(sha256));
  };
}

/** Finds evidence in files beside the file of a lock. */
export function evidenceReader(option: Pick<LockFileOption, "readBeside"> | undefined): TextBeside {
  // Many images may have the same.
  const known = new Map<string, string | undefined>();
  return (sha256) => {
    if (known.has(sha256)) return known.get(sha256);
    const file = option?.readBeside?.(evidenceFileName(sha256));
    const text = file === undefined ? undefined : evidenceTextIn(file);
    known.set(sha256, text);
    return text;
  };
}
