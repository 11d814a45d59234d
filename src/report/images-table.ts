/** The images that are used as a table for people: each once, with how often it is used. */
import { formatReference } from "../image/reference.ts";
import { describeVouchers } from "../lock/format/voucher.ts";
import { printable } from "../text/printable.ts";
import type { ImageRow } from "./image-use.ts";

/** Writes a row for each image. */
export function imagesTable(rows: readonly ImageRow[]): string {
  const lines = rows.map(({ image: { name, tag, digest }, uses }) => {
    const vouchers = uses.find((use) => use.vouchers !== undefined)?.vouchers ?? [];
    const told = vouchers.length === 0 ? "" : ` (${describeVouchers(vouchers)})`;
    return { image: printable(formatReference({ name, tag, digest }) + told), places: `${uses.length}` };
  });
  const width = Math.max(
    ...[["PLACES"], ...lines.map(({ places }) => [places])].map(([text = ""]) => text.length),
  );
  return [{ image: "IMAGE", places: "PLACES" }, ...lines]
    .map(({ image, places }) => `${places.padStart(width)}  ${image}\n`)
    .join("");
}
