// Draws chart specifications. A specification is a plain ECharts option as JSON; what JSON cannot hold (functions, the
// map layer, the language) is declared under its key "tanheng" and made here:
//
//   tanheng: {
//     map: true,                            its map series need the world layer
//     lang: "en" | "zh",
//     format: {digits: 1, unit: "Mt"},      how numbers read in tooltips
//     names: {"CHN": "China", ...},         what map regions (ISO 3166 alpha-3) and Sankey nodes are called
//     height: 420                           pixels, where the page gives the chart no height
//   }
//
// A specification should bring its own aria.label.description: what ECharts makes up reads poorly.
//
// In a page, <figure data-chart="ID"> is drawn from <script type="application/json" id="ID">, into its child of class
// "chart"; the world layer is <script type="application/json" id="tanheng-world">. When all are drawn, the root element
// says data-charts="drawn", or "failed".
import { geoEqualEarth } from "d3-geo";
import { BarChart, HeatmapChart, LineChart, MapChart, SankeyChart, ScatterChart } from "echarts/charts";
import {
  AriaComponent, GridComponent, LegendComponent, TitleComponent, TooltipComponent, VisualMapComponent,
} from "echarts/components";
import * as echarts from "echarts/core";
import { LabelLayout, UniversalTransition } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";

echarts.use([
  BarChart, HeatmapChart, LineChart, MapChart, SankeyChart, ScatterChart,
  AriaComponent, GridComponent, LegendComponent, TitleComponent, TooltipComponent, VisualMapComponent,
  LabelLayout, UniversalTransition, SVGRenderer,
]);

const WORLD = "world";
const NO_DATA = { en: "no data", zh: "无数据" };
const list = (value) => (value === undefined ? [] : [].concat(value));
const escape = echarts.format.encodeHTML;
const minus = (text) => text.replace("-", "\u2212");
let worldNames; // the layer's own names by id, once it is registered

/** A function that prints a number, or the last of a list, with its unit: 12,345.6 Mt. */
function printer({ digits, unit = "" } = {}, lang = "en") {
  const number = new Intl.NumberFormat(lang, digits === undefined
    ? { maximumSignificantDigits: 4 }
    : { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return (value) => {
    const x = Array.isArray(value) ? value[value.length - 1] : value;
    if (x === null || x === undefined || x === "" || Number.isNaN(Number(x))) return NO_DATA[lang];
    return minus(number.format(x)) + (unit && `\u00a0${unit}`);
  };
}

/** Equal Earth. Its stream cuts shapes at the antimeridian: without it Russia and Fiji streak across the map. */
function equalEarth() {
  const project = geoEqualEarth();
  return { project: (point) => project(point), unproject: (point) => project.invert(point), stream: project.stream };
}

function mapSeries(series, names) {
  const shown = { ...worldNames, ...names };
  return {
    map: WORLD, nameProperty: "id", nameMap: shown, projection: equalEarth(), selectedMode: false,
    left: 4, right: 4, top: 4, bottom: 4, preserveAspect: "contain", ...series,
    label: { show: false, ...series.label },
    emphasis: {
      ...series.emphasis,
      label: { show: false, ...series.emphasis?.label },
      itemStyle: { areaColor: "inherit", borderColor: "#222", borderWidth: 1.2, ...series.emphasis?.itemStyle },
    },
    data: list(series.data).map((item) => ({ ...item, name: shown[item.name] ?? item.name })),
  };
}

function sankeySeries(series, names, print) {
  const name = (id) => names[id] ?? id;
  const what = ({ data, name: id }) => (data.source === undefined ? name(id) : `${name(data.source)} → ${name(data.target)}`);
  return {
    ...series,
    label: { formatter: (item) => name(item.name), ...series.label },
    tooltip: { formatter: (item) => `${escape(what(item))}<br><b>${escape(print(item.value))}</b>`, ...series.tooltip },
  };
}

/** Numbers on an axis have a true minus. */
function axis(one) {
  if (one.type !== "value") return one;
  return { ...one, axisLabel: { formatter: (value) => minus(echarts.format.addCommas(value)), ...one.axisLabel } };
}

/** The ECharts option of a specification: a new object, with the functions that JSON cannot hold. */
function prepare(spec) {
  const { tanheng: { lang = "en", format, names = {} } = {}, ...option } = spec;
  const print = printer(format, lang);
  const series = list(option.series).map((one) => {
    if (one.type === "map") return mapSeries(one, names);
    return one.type === "sankey" ? sankeySeries(one, names, print) : one;
  });
  const axes = ["xAxis", "yAxis"].filter((name) => option[name]).map((name) => [name, list(option[name]).map(axis)]);
  return {
    animation: false,
    ...option,
    aria: { enabled: true, ...option.aria },
    tooltip: { confine: true, valueFormatter: print, ...option.tooltip },
    ...Object.fromEntries(axes),
    series,
  };
}

function registerWorld(world) {
  if (worldNames) return;
  if (!world) throw new Error("this chart needs the world layer");
  echarts.registerMap(WORLD, world);
  worldNames = Object.fromEntries(world.features.map(({ properties: { id, name } }) => [id, name]));
}

/** Draw a specification into an element; returns the ECharts instance. `world` is needed by maps alone. */
function draw(element, spec, world) {
  const { map, lang = "en", height = 420 } = spec.tanheng ?? {};
  if (map) registerWorld(world);
  if (!element.clientHeight) element.style.height = `${height}px`;
  const chart = echarts.init(element, null, { renderer: "svg", locale: lang.toUpperCase() });
  chart.setOption(prepare(spec));
  const resize = () => !chart.isDisposed() && chart.resize();
  new ResizeObserver(resize).observe(element); // also when a hidden chart is shown
  window.addEventListener("beforeprint", resize);
  return chart;
}

function parse(id) {
  const script = document.getElementById(id);
  return script ? JSON.parse(script.textContent) : undefined;
}

function drawFigure(figure) {
  const spec = parse(figure.dataset.chart);
  if (!spec) throw new Error(`no specification for chart ${figure.dataset.chart}`);
  let element = figure.querySelector(".chart");
  if (!element) {
    element = document.createElement("div");
    element.className = "chart";
    figure.prepend(element);
  }
  draw(element, spec, spec.tanheng?.map && !worldNames ? parse("tanheng-world") : undefined);
}

/** Draw every figure of the page that names a chart; one that fails does not stop the others. */
function drawAll(root = document) {
  let state = "drawn";
  for (const figure of root.querySelectorAll("figure[data-chart]")) {
    try {
      drawFigure(figure);
    } catch (error) {
      state = "failed";
      console.error(error);
    }
  }
  // Two frames: ECharts draws in the first.
  requestAnimationFrame(() => requestAnimationFrame(() => { document.documentElement.dataset.charts = state; }));
}

window.tanheng = { draw, drawAll, prepare };
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => drawAll());
else drawAll();
