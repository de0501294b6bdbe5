"use strict";
// Tables and plots of a report, from the results in the page.
(function () {
const results = JSON.parse(document.getElementById("results").textContent);
const runs = results.runs;
const COLOURS = { troupe: "#1f5fbf", rsync: "#c2571a", uftp: "#2b8a3e",
  udpcast: "#8e44ad", tcp: "#6b7280", librecast: "#b8860b" };
const MORE = ["#1f5fbf", "#c2571a", "#2b8a3e", "#8e44ad", "#6b7280", "#b8860b"];
const MIB = 1048576;

function element(name, text, kind) {
  const e = document.createElement(name);
  if (text !== undefined) e.textContent = text;
  if (kind) e.className = kind;
  return e;
}
const place = id => document.getElementById(id);
const distinct = list => [...new Set(list)];
const ascending = (a, b) => a - b;
function median(list) {
  if (!list.length) return null;
  const s = [...list].sort(ascending), m = s.length >> 1;
  return s.length % 2 ? s[m] : (s[m - 1] + s[m]) / 2;
}
const fixed = (n, d) => n === null || n === undefined ? "-" : n.toFixed(d);
const lossText = l => l === null ? "own loss" : l + " % loss";
const count = (n, what) => n + " " + what + (n === 1 ? "" : "s");

const sessions = distinct(runs.map(r => r.session));
const tools = distinct(runs.map(r => r.tool));
const losses = distinct(runs.map(r => r.loss_pct));
const receivers = distinct(runs.map(r => r.receivers)).sort(ascending);
const most = receivers[receivers.length - 1];
// One set of plots for each session.
const inSession = s => sessions.length > 1 ? s + ", " : "";

function pick(session, tool, n, loss) {
  return runs.filter(r => r.session === session && r.tool === tool &&
                          r.receivers === n && r.loss_pct === loss);
}
// The median of what good runs have; null if there is none.
function figure(list, get) {
  return median(list.filter(r => r.complete && r.in_time).map(get)
    .filter(x => x !== null));
}
const goodput = r => r.file_bytes / 1e6 / r.wall_s;

function table(where, heads, rows) {
  const t = element("table"), top = t.createTHead().insertRow();
  heads.forEach(h => top.append(element("th", h.name, h.text ? "text" : "")));
  const body = t.createTBody();
  rows.forEach(row => {
    const line = body.insertRow();
    if (row.bad) line.className = "bad";
    row.cells.forEach((c, i) =>
      line.append(element("td", c, heads[i].text ? "text" : "")));
  });
  place(where).append(t);
}

function plot(where, title, xName, yName, data, series, more) {
  const box = element("div", undefined, "plot");
  box.dataset.plot = title;
  place(where).append(box);
  const scales = { x: { time: false }, y: { range: (u, lo, hi) =>
    [0, hi > 0 ? hi * 1.08 : 1] } };
  if (more && more.x) scales.x.range = more.x;
  new uPlot({ title, width: 560, height: 300, scales,
    cursor: { drag: { x: true, y: false } },
    axes: [{ label: xName, splits: more && more.splits,
             values: (u, v) => v.map(x => x === null ? "" : String(+x.toFixed(3))) },
           { label: yName, size: 64 }],
    series: [{ label: xName }, ...series] }, data, box);
}
const line = (label, colour, more) => Object.assign({ label, stroke: colour,
  width: 2, spanGaps: true, points: { show: true, size: 7, fill: colour } }, more);
const plain = (label, colour, more) => Object.assign(line(label, colour, more),
  { points: { show: false } });
const colourOf = (tool, i) => COLOURS[tool] || MORE[i % MORE.length];
// A single value on the axis gets room on both sides.
function around(values) {
  const lo = values[0], hi = values[values.length - 1];
  const room = hi > lo ? (hi - lo) * 0.06 : 1;
  return { x: () => [lo - room, hi + room], splits: () => values };
}

function verdict() {
  document.title = results.title + " - troupe lab";
  place("title").textContent = results.title;
  const missed = runs.filter(r => r.missed.length);
  const p = place("verdict");
  p.textContent = missed.length
    ? count(missed.length, "run") + " of " + runs.length + " missed what was expected"
    : count(runs.length, "run") + ", and all that was expected came true";
  p.className = missed.length ? "bad" : "good";
  missed.slice(0, 20).forEach(r => r.missed.forEach(m =>
    p.after(element("p", [r.session, r.tool, count(r.receivers, "receiver"),
      lossText(r.loss_pct), "round " + (r.round + 1)].join(", ") + ": " + m, "note"))));
}

function summary() {
  const heads = [["session", 1], ["tool", 1], ["receivers"], ["loss"],
    ["complete"], ["time s"], ["slowest s"], ["MB/s each"], ["sent / byte"],
    ["sharer CPU s"], ["receivers CPU s"], ["sharer MiB"], ["receiver MiB"]]
    .map(h => ({ name: h[0], text: h[1] }));
  const rows = [];
  for (const s of sessions) for (const n of receivers) for (const l of losses)
    for (const t of tools) {
      const list = pick(s, t, n, l);
      if (!list.length) continue;
      const good = list.filter(r => r.complete && r.in_time);
      const sum = r => r.hosts.reduce((a, h) => a + h.cpu_s, 0);
      const peak = r => Math.max(...r.hosts.map(h => h.peak_bytes)) / MIB;
      rows.push({ bad: good.length < list.length, cells: [s, t, n,
        l === null ? "own" : l + " %", good.length + " of " + list.length,
        fixed(figure(list, r => r.wall_s), 3),
        good.length ? fixed(Math.max(...good.map(r => r.wall_s)), 3) : "-",
        fixed(figure(list, goodput), 1), fixed(figure(list, r => r.sent_per_byte), 3),
        fixed(figure(list, r => r.sharer_cpu_s), 2), fixed(figure(list, sum), 2),
        fixed(figure(list, r => r.sharer_peak_bytes / MIB), 0),
        fixed(figure(list, peak), 0)] });
    }
  table("summary", heads, rows);
}

// One plot for each session and loss, against receivers.
function againstReceivers(where, yName, get) {
  for (const s of sessions) for (const l of losses)
    plot(where, inSession(s) + lossText(l), "receivers", yName,
      [receivers, ...tools.map(t => receivers.map(n => figure(pick(s, t, n, l), get)))],
      tools.map((t, i) => line(t, colourOf(t, i))), around(receivers));
}

function againstLoss() {
  const points = losses.filter(l => l !== null).sort(ascending);
  if (!points.length) {
    place("goodput").append(element("p",
      "Hosts keep their own loss here: each receiver's goodput against it.", "note"));
    const all = runs.flatMap(r => r.hosts.filter(h => h.identical)
      .map(h => [h.loss_pct, r.file_bytes / 1e6 / (h.ended_s - h.started_s), r.tool]));
    const xs = distinct(all.map(a => a[0])).sort(ascending);
    if (xs.length)
      plot("goodput", "median of the receivers", "loss %", "MB/s", [xs,
        ...tools.map(t => xs.map(x => median(all.filter(a => a[0] === x && a[2] === t)
          .map(a => a[1]))))], tools.map((t, i) => line(t, colourOf(t, i))), around(xs));
    return;
  }
  for (const s of sessions) for (const n of receivers)
    plot("goodput", inSession(s) + count(n, "receiver"), "loss %", "MB/s each",
      [points, ...tools.map(t => points.map(l => figure(pick(s, t, n, l), goodput)))],
      tools.map((t, i) => line(t, colourOf(t, i))), around(points));
}

// Which part of the receivers was complete after which time.
function spread() {
  for (const s of sessions) for (const l of losses) {
    const parts = [], names = [];
    tools.forEach((t, i) => {
      const hosts = pick(s, t, most, l).flatMap(r => r.hosts.filter(h => h.expected));
      const ends = hosts.filter(h => h.identical).map(h => h.ended_s).sort(ascending);
      if (!ends.length) return;
      const xs = distinct(ends);
      parts.push([[0, ...xs], [0, ...xs.map(x =>
        100 * ends.filter(e => e <= x).length / hosts.length)]]);
      names.push(plain(t, colourOf(t, i), { paths: uPlot.paths.stepped({ align: 1 }) }));
    });
    if (parts.length)
      plot("spread", inSession(s) + count(most, "receiver") + ", " + lossText(l),
        "seconds", "% complete", uPlot.join(parts), names);
  }
}

const first = (s, t, l) => pick(s, t, most, l).find(r => r.moments.at_s.length > 1);

function groups() {
  for (const s of sessions) for (const l of losses) {
    const parts = [], names = [];
    tools.forEach((t, i) => {
      const r = first(s, t, l);
      if (!r || !r.moments.groups_total.some(g => g > 0)) return;
      parts.push([r.moments.at_s, r.moments.groups_most, r.moments.groups_total]);
      names.push(plain(t + ", most at one", colourOf(t, i)),
        plain(t + ", at all", colourOf(t, i), { dash: [6, 4] }));
    });
    if (parts.length)
      plot("groups", inSession(s) + count(most, "receiver") + ", " + lossText(l),
        "seconds", "groups", uPlot.join(parts), names);
  }
}

// Processors in use between two moments.
function use(at, cpu) {
  return at.map((t, i) => i === 0 || t <= at[i - 1] ? null
    : Math.max(0, (cpu[i] - cpu[i - 1]) / (t - at[i - 1])));
}
function costs() {
  for (const s of sessions) for (const t of tools) {
    const r = losses.map(l => first(s, t, l)).find(x => x);
    if (!r) continue;
    const m = r.moments, name = inSession(s) + t + ", " +
      count(most, "receiver") + ", " + lossText(r.loss_pct);
    plot("costs", name + ": processors", "seconds", "processors in use",
      [m.at_s, use(m.at_s, m.sharer_cpu_s), use(m.at_s, m.receivers_cpu_s)],
      [plain("sharer", MORE[0]), plain("receivers, all", MORE[1])]);
    plot("costs", name + ": memory", "seconds", "MiB resident",
      [m.at_s, m.sharer_bytes.map(b => b / MIB), m.receivers_bytes.map(b => b / MIB)],
      [plain("sharer", MORE[0]), plain("receivers, all", MORE[1])]);
  }
}

function hosts() {
  const shown = runs.filter(r => r.round === 0 && r.receivers === most);
  place("hosts").append(element("p", "Of the first round, with "
    + count(most, "receiver") + ". Times are from the start of the transfer.", "note"));
  table("hosts", ["session", "tool", "host"].map(name => ({ name, text: 1 })).concat(
    ["loss", "starts s", "complete s", "CPU s", "peak MiB"].map(name => ({ name })),
    [{ name: "", text: 1 }]),
    shown.flatMap(r => r.hosts.map(h => ({ bad: h.expected && !h.identical,
      cells: [r.session, r.tool, h.host, h.loss_pct + " %",
        fixed(h.started_s, 2), h.identical ? fixed(h.ended_s, 3) : "-",
        fixed(h.cpu_s, 2), fixed(h.peak_bytes / MIB, 0),
        h.identical ? "identical" : h.expected ? "not identical: " + h.last_words
                                               : "stopped midway, as planned"] }))));
}

function origin() {
  const m = results.machine;
  const rows = [["topology", results.name], ["made", results.date],
    ["seed", results.seed], ["rounds", results.rounds],
    ["back end", results.back_end],
    ["machine", m.processors + " processors, " + m.processor + ", " + m.memory],
    ["system", m.kernel + " " + m.architecture]];
  results.tools.forEach(t => rows.push([t.name, t.missing ? "left out: " + t.missing
                                                          : t.version]));
  table("origin", [{ name: "", text: 1 }, { name: "", text: 1 }],
    rows.map(cells => ({ cells })));
}

verdict();
if (runs.length) {
  summary();
  againstReceivers("time", "seconds", r => r.wall_s);
  againstLoss();
  againstReceivers("bytes", "bytes sent / byte", r => r.sent_per_byte);
  spread();
  groups();
  costs();
  hosts();
}
origin();
document.body.dataset.height = document.documentElement.scrollHeight;
document.body.dataset.plots = document.querySelectorAll(".plot canvas").length;
}());
