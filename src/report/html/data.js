// SPDX-License-Identifier: MIT
"use strict";
// The data of the page (made by src/report/html.c), unpacked, and what every view needs.
const packed = Uint8Array.from(atob(document.getElementById("data").textContent), c => c.charCodeAt(0));
const D = await new Response(
	new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
const str = i => i < 0 ? null : D.strings[i];
const VERDICTS = D.verdicts.map(v => v[0]);
const DIRECTIONS = ["callee", "caller"];
const BAD = ["violation", "timeout", "crash"];

D.columns.forEach((c, i) => { c.index = i; });
D.rows = D.rows.map((r, i) => ({
	index: i, convention: str(r[0]), width: r[1], direction: DIRECTIONS[r[2]], group: str(r[3]),
	headline: !!r[4],
}));
D.kinds = D.kinds.map(k => {
	const counts = {};
	VERDICTS.forEach((v, i) => { counts[v] = k[5 + i]; });
	return {verdict: VERDICTS[k[0]], planned: k[1], executed: k[2], known: k[3], counts,
		reason: str(k[4])};
});
// By row: a map from column to cell.
D.cells = D.cells.map(list => {
	const m = new Map();
	for (let i = 0; i < list.length; i += 2)
		m.set(list[i], D.kinds[list[i + 1]]);
	return m;
});
const value = v => v && {name: str(v[0]), byReference: !!v[1], pieces: str(v[2]).split(";").filter(Boolean)};
const placement = p => p && {arguments: p[0].map(value), hidden: value(p[1]), returns: value(p[2]), stackBytes: p[3]};
D.cases = D.cases.map((c, i) => ({
	index: i, convention: str(c[0]), id: str(c[0]) + str(c[1]), prototype: str(c[2]) + str(c[3]),
	where: str(c[4]), group: str(c[5]), width: c[6], placement: placement(c[7]),
	profile: str(c[8]),
}));
D.rules = D.rules.map(r => r && {name: r[0], document: r[1], edition: r[2], section: r[3],
	status: r[4], sentence: r[5]});
// The end of the command that repeats a finding, where it is what one would expect.
const usual = c => ` --abi ${c.convention} --cases ${c.where.replace(/:\d+$/, "")}:${c.id.split("/").pop()}` +
	` --seed ${D.tool.seed} --out results/repeat`;
D.findings = D.findings.map((f, i) => {
	const nature = D.natures[f[1]];
	return {index: i, c: D.cases[f[0]], direction: DIRECTIONS[nature[0]], check: str(nature[1]),
		rule: D.rules[nature[2]], verdict: VERDICTS[nature[3]], known: str(nature[4]),
		subject: str(f[2]), expected: str(f[3]), observed: str(f[4]), origin: str(f[5]),
		repro: f[6] < 0 ? usual(D.cases[f[0]]) : str(f[6]), columns: D.columnsOf[f[7]], facts: D.factsOf[f[8]]};
});
D.facts = D.facts.map((f, i) => ({number: i + 1, finding: D.findings[f[0]], findings: f[1], cases: f[2],
	columns: f[3], conventions: f[4], kind: f[5], compilers: f[6], title: f[7], follows: f[8]}));
D.examples = D.examples.map(e => ({finding: D.findings[e[0]], column: e[1], assembly: e[2],
	code: e[3]}));
// What keeps an address good when the matrix is made anew: names, no numbers of this page.
D.rows.forEach(r => { r.key = [r.convention, r.width, r.direction, r.group].join("/"); });
const rowsOf = new Map();
for (const r of D.rows) {
	const whole = [r.convention, r.width, r.direction].join("/");
	rowsOf.set(r.key, [r.index]);
	rowsOf.set(whole, [...(rowsOf.get(whole) || []), r.index]);
}
const rowsKey = rows => rows.length === 1 ? D.rows[rows[0]].key : D.rows[rows[0]].key.split("/").slice(0, 3).join("/");
// Causes that are not known, by row and column: what makes a cell fail.
const rowByKey = new Map(D.rows.map(r => [r.key, r.index])), failing = new Map();
for (const f of D.findings) {
	const row = rowByKey.get([f.c.convention, f.c.width, f.direction, f.c.group].join("/"));
	f.columns.forEach((c, i) => {
		const kind = D.facts[f.facts[i]].kind, at = row + "." + c;
		if (kind !== "cause" && kind !== "died")
			return;
		if (!failing.has(at))
			failing.set(at, {cause: new Set(), died: new Set()});
		failing.get(at)[kind].add(kind === "died" ? f.c.index : f.facts[i]);
	});
}
// What makes findings of several versions the same one.
D.findings.forEach(f => { f.key = [f.c.id, f.c.width, f.direction, f.check, f.subject].join(" "); });

// el("p", {class: "x", onclick: f}, child, "text", ...)
function el(name, attributes, ...children) {
	const svg = ["svg", "g", "rect", "text", "path", "title"].includes(name);
	const e = svg ? document.createElementNS("http://www.w3.org/2000/svg", name)
		: document.createElement(name);
	for (const [k, v] of Object.entries(attributes || {})) {
		if (k.startsWith("on"))
			e.addEventListener(k.slice(2), v);
		else if (v !== false && v !== null && v !== undefined)
			e.setAttribute(k, v === true ? "" : v);
	}
	e.append(...children.flat().filter(c => c !== null && c !== undefined && c !== false));
	return e;
}

const chip = (verdict, known) =>
	el("span", {class: "chip v-" + (known ? "known" : verdict)}, (known ? "known " : "") + verdict);

const unique = list => [...new Set(list)];

// Counts of several cells.
function sum(cells) {
	const s = {planned: 0, executed: 0, known: 0, counts: {}, reason: null, verdict: null};
	VERDICTS.forEach(v => { s.counts[v] = 0; });
	for (const c of cells) {
		s.planned += c.planned;
		s.executed += c.executed;
		s.known += c.known;
		s.reason = s.reason || c.reason;
		VERDICTS.forEach(v => { s.counts[v] += c.counts[v]; });
		if (!s.verdict || VERDICTS.indexOf(c.verdict) > VERDICTS.indexOf(s.verdict))
			s.verdict = c.verdict;
	}
	return s;
}

// What is shown of cells, as in the text report, and its colour: conformance only. Where no document
// decides nobody fails.
function mark(s, rows, column) {
	const causes = new Set(), died = new Set();
	for (const r of rows) {
		const of = failing.get(r.index + "." + column.index);
		of?.cause.forEach(c => causes.add(c));
		of?.died.forEach(c => died.add(c));
	}
	if (!s.planned || s.verdict === "unsupported")
		return ["-", "unsupported"];
	if (causes.size)
		return ["FAIL " + causes.size, "violation"];
	if (died.size)
		return ["died " + died.size, "crash"];
	if (s.known)
		return ["ok k", "known"];
	if (!s.executed)
		return [s.planned > s.counts.unsupported ? "n/r" : "-", "not-run"];
	return ["ok", "pass"];
}
