/** Real handwriting: pen digits by Alpaydin and Alimoglu (UCI, CC BY 4.0). */

import rows from "./examples.json";
import { PEN_WIDTHS, type Stroke } from "./strokes";

export interface Example {
  readonly name: string;
  readonly strokes: readonly Stroke[];
}

export const examples: readonly Example[] = rows.map(({ name, strokes }) => ({
  name,
  strokes: strokes.map((points) => [
    { width: PEN_WIDTHS.default, points: points.map(([x = 0, y = 0]) => ({ x, y })) },
  ]),
}));
