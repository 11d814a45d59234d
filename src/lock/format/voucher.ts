/** Who has vouched for an image, for those who are told of it. */
import { timeText } from "../../text/time.ts";

/** Who vouches for a digest. */
export interface Voucher {
  /** `key SHA256:…`, or the address in a certificate. */
  readonly signer: string;
  /** Who has vouched for the signer, where there is no key. */
  readonly issuer?: string;
  /** When a log or a timestamp authority has seen the signature, in milliseconds. */
  readonly at?: number;
  /** What is attested; absent for a signature. */
  readonly predicateType?: string;
}

/** Who vouches for a digest, and since when, in words. */
export function describeVouchers(vouchers: readonly Voucher[]): string {
  return voucherLines(vouchers).join("; ");
}

/** {@link describeVouchers}, each for itself. */
export function voucherLines(vouchers: readonly Voucher[]): readonly string[] {
  const told = vouchers.map(({ signer, at, predicateType }) => {
    const what = predicateType === undefined ? "signed by" : `${predicateType} attested by`;
    const since = at === undefined ? "" : `, logged ${timeText(at)}`;
    return `${what} ${signer}${since}`;
  });
  return [...new Set(told)];
}
