// SPDX-License-Identifier: MIT
// Start, tabs, and the address: what is open is in the part behind `#', so that it can be sent, and
// the browser's back button works.

const VIEWS = ["matrix", "findings", "versions", "claims", "run"];
// Those that have something to show.
const versioned = unique(D.columns.map(c => c.family)).some(f => unique(D.columns.filter(c =>
	c.family === f && !c.unusable).map(c => c.compiler + " " + c.version)).length > 1);
const views = () => VIEWS.filter(v => (v !== "claims" || D.claims) && (v !== "versions" || versioned));
const made = {};
const make = {matrix: showMatrix, findings: showFacts, versions: showVersions, claims: showClaims, run: showRun};

function showRun() {
	const t = D.tool, view = document.getElementById("view-run");
	view.replaceChildren(el("h2", {}, "How to reproduce"), command(t.command || "clobber run"),
		el("h2", {}, "Columns"), el("div", {class: "scroll"}, el("table", {class: "heat"},
			el("thead", {}, el("tr", {}, ["column", "version", "place", "hash of the code"].map(h => el("th", {}, h)))),
			el("tbody", {}, D.columns.map(c => el("tr", {}, el("th", {}, c.id), el("th", {class: "part"}, c.version),
				el("th", {class: "part"}, `${c.place} (${c.engine})`),
				el("th", {class: "part"}, c.unusable || el("code", {}, c.hash || "none"))))))),
		el("h2", {}, "Documents"), el("ul", {}, t.documents.map(d => el("li", {}, `${d.title}, ${d.edition}`))));
}

function showView(name) {
	if (document.getElementById("view-" + name).hidden)
		scrollTo(0, 0);
	for (const v of VIEWS) {
		const tab = document.getElementById("tab-" + v), on = v === name;
		tab.setAttribute("aria-selected", on);
		tab.tabIndex = on ? 0 : -1;
		document.getElementById("view-" + v).hidden = !on;
	}
	if (!made[name]) {
		make[name]();
		made[name] = true;
	}
}

// {view}, {rows, column} or {finding, column}; the address holds names, so that it stays good.
function go(to) {
	const q = new URLSearchParams(location.hash.slice(1));
	if (to.view) {
		q.set("view", to.view);
		["cell", "column", "finding"].forEach(k => q.delete(k));
	}
	if (to.rows) {
		q.set("cell", rowsKey(to.rows));
		q.delete("finding");
	}
	if (to.finding !== undefined)
		q.set("finding", to.finding.key);
	if (to.column !== undefined)
		q.set("column", D.columns[to.column].id);
	location.hash = q.toString();
}

function follow() {
	const q = new URLSearchParams(location.hash.slice(1));
	const view = views().includes(q.get("view")) ? q.get("view") : "matrix";
	const rows = rowsOf.get(q.get("cell")), key = q.get("finding");
	const column = D.columns.find(c => c.id === q.get("column"));
	const finding = key === null ? undefined : D.findings.find(f => f.key === key && (!column || f.columns.includes(column.index))) ||
		D.findings.find(f => f.key === key);
	showView(view);
	document.getElementById("cell").hidden = true;
	document.getElementById("finding").hidden = true;
	if (rows && column)
		showCell(rows, column.index);
	if (finding)
		showFinding(finding, column ? column.index : finding.columns[0]);
}

// The answer, a line each; its first word says which way.
function answerLine(text) {
	const [, word, rest] = /^(FAIL|died|ok|none)? *(.*)$/.exec(text);
	const kind = {FAIL: "violation", died: "crash", ok: "pass", none: "not-run"}[word];
	return el("p", {class: word ? null : "soft"}, word ? [el("span", {class: "chip v-" + kind}, word), " "] : null, rest);
}

function start() {
	document.getElementById("result").replaceChildren(...D.totals.trim().split("\n").map(t => answerLine(t.trim())));
	document.getElementById("about").textContent = `clobber ${D.tool.version}, seed ${D.tool.seed}, ` +
		`places ${D.places}: ${D.compilers}. ${D.host.cpu}, ${D.host.system} ${D.host.release}.`;
	VIEWS.forEach(v => { document.getElementById("tab-" + v).hidden = !views().includes(v); });
	document.getElementById("matrix").addEventListener("keydown", moveInMatrix);
	views().forEach((v, i, all) => {
		const tab = document.getElementById("tab-" + v);
		tab.addEventListener("click", () => go({view: v}));
		tab.addEventListener("keydown", e => {
			const step = {ArrowRight: 1, ArrowLeft: -1}[e.key];
			if (!step)
				return;
			const next = all[(i + step + all.length) % all.length];
			document.getElementById("tab-" + next).focus();
			go({view: next});
		});
	});
	makeFilters();
	addEventListener("hashchange", follow);
	follow();
	// The data is unpacked after the page was loaded: only now can anybody use it.
	document.documentElement.dataset.ready = "";
}

start();
