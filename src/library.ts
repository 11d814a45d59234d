/** What `import … from "pin-digests"` gives. */
export { type ConfigSources, FunctionConfigError } from "./config/config-sources.ts";
export { type Digest, InvalidDigestError, parseDigest } from "./image/digest.ts";
export type { Platform } from "./image/platform.ts";
export type { ImageReference } from "./image/reference.ts";
export { InputError } from "./krm/input-error.ts";
export type { ReadOptions } from "./krm/read-options.ts";
export type { Position, ResourceRef, Result, ResultField, ResultFile, Severity } from "./krm/result.ts";
export { LockFileError } from "./lock/format/lock-file-error.ts";
export type { LockedImage } from "./lock/format/locked-image.ts";
export type { LockFileOption } from "./lock/lock-file-option.ts";
export { type PinOptions, type PinResult, pinDigests } from "./pin-digests.ts";
export type { Inspection, PlatformDemand } from "./registry/inspection.ts";
export type { Registry, ResolveDigest } from "./registry/resolve/registry-session.ts";
export type { ImageUse } from "./report/image-use.ts";
export type { Environment, ResolverOptions } from "./run/connect/resolver-options.ts";
