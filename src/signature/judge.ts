/** What the rules of a run say of images. */
import type { OnError } from "../config/config.ts";
import type { TrustRules } from "../config/trust-rules.ts";
import type { ImageReference } from "../image/reference.ts";
import { disallowed } from "./allow.ts";

/** What is said against an image. */
export interface Objection {
  readonly kind: ObjectionKind;
  readonly reason: string;
  readonly onError: OnError;
}

/** `disallowed`: it may not be used at all. */
export type ObjectionKind = "disallowed";

/** Judges images by the rules. */
export interface Judge {
  /** What is said against an image that is to be used as it stands in this reference; undefined where nothing is. */
  objection(image: ImageReference): Promise<Objection | undefined>;
  /** What is said against an image in a field that no rule knows, where nobody is asked. */
  doubt(image: ImageReference): string | undefined;
}

/** Makes a judge. */
export function createJudge({ allow }: TrustRules): Judge {
  return {
    async objection(image) {
      const reason = disallowed(image, allow);
      return reason === undefined ? undefined : { kind: "disallowed", reason, onError: "fail" };
    },
    doubt: (image) => disallowed(image, allow),
  };
}
