/**
 * The type of the dashboard, for checking it as a literal: Grafana's own types, made as strict as
 * they allow for the kinds of panels that the dashboard has.
 */

import type {
  Dashboard as AnyDashboard,
  DataQuery,
  FieldConfig,
  Panel,
  RowPanel,
} from "@grafana/schema";
import type * as BarGauge from "@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen";
import type * as Heatmap from "@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen";
import type * as Stat from "@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";
import type * as TimeSeries from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";

/** A type as it appears in JSON: each member of an enumeration becomes its string. */
type Json<T> = T extends string
  ? `${T}`
  : T extends object
    ? { [Key in keyof T]: Json<T[Key]> }
    : T;

/** A query to Prometheus; the schema has no type for it. */
interface Query extends DataQuery {
  expr: string;
  legendFormat: string;
  range: boolean;
  instant: boolean;
  format?: "time_series" | "table" | "heatmap";
}

type Field<Custom> = Omit<FieldConfig, "custom"> & { custom?: Custom };

/** A property that an override sets for some series of a panel. */
type Property<Custom> =
  | { [Key in keyof FieldConfig]-?: { id: Key; value: FieldConfig[Key] } }[keyof FieldConfig]
  | {
      [Key in keyof Custom & string]-?: { id: `custom.${Key}`; value: Custom[Key] };
    }[keyof Custom & string];

/** A panel of one type with its options and custom field settings. */
interface PanelOf<Type extends string, Options, Custom = Record<string, never>>
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
  Omit<AnyDashboard, "panels"> & {
    panels: (
      | RowPanel
      | PanelOf<"bargauge", BarGauge.Options>
      | PanelOf<"heatmap", Heatmap.Options, Heatmap.FieldConfig>
      | PanelOf<"stat", Stat.Options>
      | PanelOf<"timeseries", TimeSeries.Options, TimeSeries.FieldConfig>
    )[];
  }
>;
