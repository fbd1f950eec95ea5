// SPDX-License-Identifier: MIT
// The matrix as a heat map with filters, and the cases behind a cell.

const FILTERS = [
	["verdict", "show", () => ["unexpected", "known", ...VERDICTS.slice().reverse()]],
	["convention", "convention", () => unique(D.rows.map(r => r.convention))],
	["compiler", "compiler", () => unique(D.columns.map(c => c.compiler))],
	["width", "width", () => unique(D.columns.map(c => String(c.width))).sort().reverse()],
	["opt", "optimisation", () => unique(D.columns.map(c => c.opt))],
	["profile", "profile", () => unique(D.columns.map(c => c.profile))],
	["place", "place", () => unique(D.columns.map(c => c.place))],
	["direction", "direction", () => DIRECTIONS],
];
const chosen = {groups: false};

function makeFilters() {
	const form = document.getElementById("filters");
	form.addEventListener("submit", e => e.preventDefault());
	for (const [key, label, values] of FILTERS) {
		const list = values();
		chosen[key] = "";
		// A choice of one is none.
		if (list.length < 2)
			continue;
		const select = el("select", {id: "filter-" + key, onchange: e => {
			chosen[key] = e.target.value;
			showMatrix();
		}}, el("option", {value: ""}, "all"), list.map(v => el("option", {value: v}, v)));
		form.append(el("label", {}, label, select));
	}
	form.append(el("label", {class: "check"}, el("input", {type: "checkbox", id: "filter-groups",
		onchange: e => { chosen.groups = e.target.checked; showMatrix(); }}), "a row for each group of cases"));
	form.append(el("button", {type: "reset", class: "button", onclick: () => setTimeout(() => {
		FILTERS.forEach(f => { chosen[f[0]] = ""; });
		chosen.groups = false;
		showMatrix();
	})}, "Reset"));
}

const columnFits = c => !c.unusable && ["compiler", "opt", "profile", "place"].every(k =>
	!chosen[k] || c[k] === chosen[k]) && (!chosen.width || String(c.width) === chosen.width);

// One table a width, profile and place; the platform's defaults first, 64 bit before 32.
const kindOf = c => `-m${c.width}` + (c.profile === "user" ? "" : " " + c.profile) +
	(c.place === "native" ? "" : " " + c.place);
const rank = c => (c.place === "native" ? 0 : 10) + ({user: 0, kernel: 2}[c.profile] ?? 4) + (c.width === 32 ? 1 : 0);
const kinds = () => unique(D.columns.slice().sort((a, b) => rank(a) - rank(b) || a.index - b.index).map(kindOf));

// Rows of the table: of a convention and direction, of all groups or of each.
function tableRows(columns) {
	const list = [];
	const rows = D.rows.filter(r => columns.some(c => D.cells[r.index].has(c.index)) &&
		(!chosen.convention || r.convention === chosen.convention));
	for (const convention of unique(rows.map(r => r.convention))) {
		for (const direction of DIRECTIONS) {
			const of = rows.filter(r => r.convention === convention && r.direction === direction);
			if (!of.length || (chosen.direction && direction !== chosen.direction))
				continue;
			list.push({label: convention + " " + direction, rows: of, part: false});
			if (chosen.groups)
				of.forEach(r => list.push({label: r.group, rows: [r], part: true}));
		}
	}
	return list;
}

const cellSum = (rows, column) =>
	sum(rows.map(r => D.cells[r.index].get(column.index)).filter(Boolean));

const title = (s, label, column) => `${label}, ${column.name}: ${s.executed} of ${s.planned} cases run` +
	VERDICTS.filter(v => s.counts[v]).map(v => `, ${s.counts[v]} ${v}`).join("") +
	(s.known ? `, ${s.known} known` : "");

function heading(columns) {
	const names = el("tr", {}, el("td")), opts = el("tr", {}, el("td"));
	for (let i = 0; i < columns.length;) {
		let n = 1;
		while (i + n < columns.length && columns[i + n].compiler === columns[i].compiler)
			n++;
		names.append(el("th", {colspan: n, scope: "colgroup", title: columns[i].version}, columns[i].compiler));
		i += n;
	}
	columns.forEach(c => opts.append(el("th", {scope: "col"}, c.opt)));
	return el("thead", {}, names, opts);
}

function cellButton(s, label, rows, column) {
	const [text, kind] = mark(s, rows, column), name = title(s, label, column);
	const wanted = !chosen.verdict || (chosen.verdict === "known" ? s.known > 0 :
		chosen.verdict === "unexpected" ? kind === "violation" || kind === "crash" : s.counts[chosen.verdict] > 0);
	return el("td", {class: wanted ? null : "faint"}, s.planned ? el("button", {type: "button", tabindex: -1,
		class: "v-" + kind, title: name, "aria-label": `${text}: ${name}`,
		"data-row": rows.map(r => r.index).join(","), "data-column": column.index,
		onclick: () => go({rows: rows.map(r => r.index), column: column.index})}, text) : null);
}

function showMatrix() {
	const place = document.getElementById("matrix");
	const tables = kinds().map(kind => {
		const columns = D.columns.filter(c => kindOf(c) === kind && columnFits(c));
		const body = tableRows(columns).map(r => {
			const cells = columns.map(c => cellButton(cellSum(r.rows, c), r.label, r.rows, c));
			// With a verdict chosen, rows without it are left out.
			if (chosen.verdict && cells.every(td => td.className === "faint"))
				return null;
			return el("tr", {}, el("th", {scope: "row", class: r.part ? "part" : null}, r.label), cells);
		}).filter(Boolean);
		return columns.length && body.length ? el("div", {class: "scroll"},
			el("table", {class: "heat"},
				el("caption", {}, kind), heading(columns), el("tbody", {}, body))) : null;
	}).filter(Boolean);
	place.replaceChildren(...(tables.length ? tables : [el("p", {}, "Nothing fits these filters.")]));
	document.getElementById("legend").textContent = "ok: no document is violated; k: known findings only; FAIL n: n causes; " +
		"died n: the compiler, on n cases; -: not expressible; n/r: not run. Choose a cell to see its cases; arrow keys move between cells.";
	// One stop of the tab key; arrows move on from there.
	const first = place.querySelector("button.v-violation, button.v-crash") || place.querySelector("td > button");
	if (first)
		first.tabIndex = 0;
}

// The cell in a direction: in its table, then in the next one.
function neighbour(button, key) {
	const cell = button.parentElement, row = cell.parentElement, rows = [...row.parentElement.rows];
	const tables = [...document.querySelectorAll("#matrix tbody")], at = [...row.cells].indexOf(cell);
	const across = {ArrowRight: 1, ArrowLeft: -1}[key], down = {ArrowDown: 1, ArrowUp: -1}[key];
	if (key === "Home" || key === "End") {
		const all = row.querySelectorAll("td > button");
		return all[key === "Home" ? 0 : all.length - 1];
	}
	for (let i = at + across; across && row.cells[i]; i += across) {
		if (row.cells[i].querySelector("button"))
			return row.cells[i].querySelector("button");
	}
	for (let r = rows.indexOf(row) + down; down && rows[r]; r += down) {
		if (rows[r].cells[at]?.querySelector("button"))
			return rows[r].cells[at].querySelector("button");
	}
	const next = tables[tables.indexOf(row.parentElement) + (across || down)];
	return next && next.querySelector("td > button");
}

function moveInMatrix(e) {
	if (!/^(Arrow|Home$|End$)/.test(e.key) || !e.target.matches("td > button"))
		return;
	const to = neighbour(e.target, e.key);
	e.preventDefault();
	if (!to)
		return;
	document.querySelectorAll("#matrix button[tabindex='0']").forEach(b => { b.tabIndex = -1; });
	to.tabIndex = 0;
	to.focus();
}

// The cases of a cell, those with findings first.
function showCell(rowIndexes, columnIndex) {
	const rows = rowIndexes.map(i => D.rows[i]), column = D.columns[columnIndex];
	const box = document.getElementById("cell"), s = cellSum(rows, column), first = rows[0];
	const groups = new Set(rows.map(r => r.group));
	const inCell = c => c.width === first.width && c.profile === column.profile && c.convention === first.convention && groups.has(c.group);
	const cases = D.cases.filter(inCell);
	const found = D.findings.filter(f => f.direction === first.direction &&
		f.columns.includes(columnIndex) && inCell(f.c));
	const wrong = new Set(found.map(f => f.c));
	const order = f => (f.known !== null ? 0 : 10) + VERDICTS.indexOf(f.verdict);
	found.sort((a, b) => order(b) - order(a) || a.index - b.index);
	const rest = cases.filter(c => !wrong.has(c));
	document.querySelectorAll("#matrix button[aria-pressed]").forEach(b => b.removeAttribute("aria-pressed"));
	const pressed = document.querySelector(`#matrix button[data-row="${rowIndexes.join(",")}"][data-column="${columnIndex}"]`);
	if (pressed)
		pressed.setAttribute("aria-pressed", "true");
	box.replaceChildren(
		el("h2", {tabindex: -1}, `${first.convention} as ${first.direction}, `,
			rows.length === 1 ? first.group + ", " : "", column.name),
		el("p", {}, title(s, column.place + " (" + column.engine + ")", column)),
		s.executed < s.planned && s.reason ? el("p", {class: "soft"}, "Not run, first reason: ", s.reason) : null,
		found.length ? el("ul", {class: "list"}, found.slice(0, 500).map(f => el("li", {}, findingRow(f, columnIndex, el("br"), el("span", {class: "soft"}, "expected ", el("code", {}, f.expected), ", got ", el("code", {}, f.observed)))))) : null,
		found.length > 500 ? el("p", {}, `and ${found.length - 500} more: choose a group`) : null,
		rest.length ? el("details", {open: !found.length}, el("summary", {},
			`${rest.length} case${rest.length === 1 ? "" : "s"} without findings`,
			s.executed < s.planned ? `, ${s.planned - s.executed} of them not run` : ""),
			el("ul", {class: "list"}, rest.map(c => el("li", {}, el("code", {}, c.prototype), " ",
				el("span", {class: "soft"}, c.where))))) : null);
	box.hidden = false;
	box.firstChild.focus({preventScroll: true});
	box.scrollIntoView({block: "nearest"});
}
