// SPDX-License-Identifier: MIT
// Start, tabs, and the address: what is open is in the part behind `#', so that it can be sent, and
// the browser's back button works.

const VIEWS = ["matrix", "findings", "versions", "claims", "run"];
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

// {view}, {rows, column} or {finding, column}
function go(to) {
	const q = new URLSearchParams(location.hash.slice(1));
	if (to.view) {
		q.set("view", to.view);
		["rows", "column", "finding"].forEach(k => q.delete(k));
	}
	if (to.rows) {
		q.set("rows", to.rows.join("."));
		q.delete("finding");
	}
	if (to.finding !== undefined)
		q.set("finding", to.finding);
	if (to.column !== undefined)
		q.set("column", to.column);
	location.hash = q.toString();
}

function follow() {
	const q = new URLSearchParams(location.hash.slice(1));
	const view = VIEWS.includes(q.get("view")) ? q.get("view") : "matrix";
	const rows = (q.get("rows") || "").split(".").filter(Boolean).map(Number);
	const column = Number(q.get("column")), finding = q.get("finding");
	showView(view);
	document.getElementById("cell").hidden = true;
	document.getElementById("finding").hidden = true;
	if (rows.length && rows.every(r => D.rows[r]) && D.columns[column])
		showCell(rows, column);
	if (finding !== null && D.findings[finding])
		showFinding(D.findings[finding], column);
}

function start() {
	document.getElementById("result").textContent = D.totals.trim().replace(/\n {6}/g, "\n");
	document.getElementById("about").textContent = `clobber ${D.tool.version}, seed ${D.tool.seed}, ` +
		`places ${D.places}: ${D.compilers}. ${D.host.cpu}, ${D.host.system} ${D.host.release}.`;
	VIEWS.forEach((v, i) => {
		const tab = document.getElementById("tab-" + v);
		tab.addEventListener("click", () => go({view: v}));
		tab.addEventListener("keydown", e => {
			const step = {ArrowRight: 1, ArrowLeft: -1}[e.key];
			if (!step)
				return;
			const next = VIEWS[(i + step + VIEWS.length) % VIEWS.length];
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
