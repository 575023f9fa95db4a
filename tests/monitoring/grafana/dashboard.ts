/**
 * What Grafana reads of a dashboard whose panels are of these kinds, as strict as its own types allow:
 * for a dashboard to be written as a literal of this type.
 */

import type {
  Dashboard as Any,
  DataQuery,
  FieldConfig,
  Panel,
  RowPanel,
} from "@grafana/schema";
import type * as BarGauge from "@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen";
import type * as Heatmap from "@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen";
import type * as Stat from "@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";
import type * as TimeSeries from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";

/** As JSON has it: of an enumeration, the string that a member stands for. */
type Json<T> = T extends string
  ? `${T}`
  : T extends object
    ? { [Key in keyof T]: Json<T[Key]> }
    : T;

/** A query to Prometheus, whose own types the schema does not have. */
interface Query extends DataQuery {
  expr: string;
  legendFormat: string;
  range: boolean;
  instant: boolean;
  format?: "time_series" | "table" | "heatmap";
}

type Field<Custom> = Omit<FieldConfig, "custom"> & { custom?: Custom };

/** A setting that differs from the panel's for some series. */
type Property<Custom> =
  | { [Key in keyof FieldConfig]-?: { id: Key; value: FieldConfig[Key] } }[keyof FieldConfig]
  | {
      [Key in keyof Custom & string]-?: { id: `custom.${Key}`; value: Custom[Key] };
    }[keyof Custom & string];

interface Of<Type extends string, Options, Custom = Record<string, never>>
  extends Omit<Panel, "type" | "datasource" | "targets" | "options" | "fieldConfig"> {
  type: Type;
  title: string;
  description: string;
  datasource: { type: "prometheus"; uid: "prometheus" };
  targets: Query[];
  options: Options;
  fieldConfig: {
    defaults: Field<Custom>;
    overrides: {
      matcher: { id: "byName"; options: string };
      properties: Property<Custom>[];
    }[];
  };
}

export type Dashboard = Json<
  Omit<Any, "panels"> & {
    panels: (
      | RowPanel
      | Of<"bargauge", BarGauge.Options>
      | Of<"heatmap", Heatmap.Options, Heatmap.FieldConfig>
      | Of<"stat", Stat.Options>
      | Of<"timeseries", TimeSeries.Options, TimeSeries.FieldConfig>
    )[];
  }
>;
