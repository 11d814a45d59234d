import type { RegistryErrorCode } from "./transport/error-code.ts";

/**
 * A tag that no digest could be had for. The message is one sentence for people: the image, the host asked, what came
 * instead, as whom it was asked, and what to do. It holds no secret.
 */
export class RegistryError extends Error {
  override readonly name = "RegistryError";
  readonly code: RegistryErrorCode;
  /** The host that was asked last, as its image or mirror names it. */
  readonly registry: string;
  /** The HTTP status, where there was an HTTP answer. */
  readonly status?: number;
  /** The message without the image, for failures that concern many. */
  readonly reason: string;

  constructor(details: RegistryErrorDetails, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = details.code;
    this.registry = details.registry;
    if (details.status !== undefined) this.status = details.status;
    this.reason = details.reason ?? message;
  }
}

/** What a program wants to know of a RegistryError. */
export interface RegistryErrorDetails {
  readonly code: RegistryErrorCode;
  readonly registry: string;
  readonly status?: number | undefined;
  readonly reason?: string;
}
