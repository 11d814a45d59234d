/** What a scalar says. */
import { getScalarValue, SCALAR_STYLE, type ScalarEvent } from "js-yaml";

/** The decoded text of a scalar that stands in a text. */
export function scalarValue(text: string, event: ScalarEvent): string {
  const { valueStart, valueEnd, style } = event;
  if (style !== SCALAR_STYLE.DOUBLE_QUOTED || !text.slice(valueStart, valueEnd).includes("\\'")) {
    return getScalarValue(text, event);
  }
  // YAML 1.2 knows no such escape, readers written in Go do.
  const written = text
    .slice(valueStart, valueEnd)
    .replaceAll(/\\(?<escaped>[\s\S])/g, (all, escaped) => (escaped === "'" ? "'" : all));
  return getScalarValue(written, { ...event, valueStart: 0, valueEnd: written.length });
}
