// SPDX-License-Identifier: MIT
// One compiler family over its versions: where a version behaves otherwise than the one before it.

const numbers = v => v.split(/[^0-9]+/).filter(Boolean).map(Number);

function byVersion(a, b) {
	const x = numbers(a.version), y = numbers(b.version);
	for (let i = 0; i < Math.max(x.length, y.length); i++) {
		if ((x[i] || 0) !== (y[i] || 0))
			return (x[i] || 0) - (y[i] || 0);
	}
	return a.index - b.index;
}

// What is chosen, in this order: each offers what there is of the choices before it.
function versionChoices() {
	return [
		{key: "family", label: "family", of: c => c.family,
			sort: (values, columns) => values.sort((a, b) =>
				columns.filter(c => c.family === b).length - columns.filter(c => c.family === a).length)},
		{key: "width", label: "width", of: c => String(c.width), sort: values => values.sort().reverse()},
		{key: "opt", label: "optimisation", of: c => c.opt, sort: values => values.sort().reverse()},
		{key: "rest", label: "profile, place", of: c => c.profile + ", " + c.place, sort: values => values},
	];
}

function differences(before, now) {
	const had = new Map(), has = new Map();
	for (const f of D.findings) {
		if (f.columns.includes(before.index))
			had.set(f.key, f);
		if (f.columns.includes(now.index))
			has.set(f.key, f);
	}
	return {come: [...has.keys()].filter(k => !had.has(k)).map(k => has.get(k)),
		gone: [...had.keys()].filter(k => !has.has(k)).map(k => had.get(k))};
}

function differenceList(name, findings, column) {
	if (!findings.length)
		return null;
	return el("details", {open: findings.length <= 10}, el("summary", {}, `${findings.length} ${name}`),
		el("ul", {class: "list"}, findings.slice(0, 200).map(f => el("li", {}, findingRow(f, column.index)))),
		findings.length > 200 ? el("p", {}, `and ${findings.length - 200} more`) : null);
}

function versionTable(columns, width) {
	const rows = [];
	for (const convention of unique(D.rows.filter(r => r.width === width).map(r => r.convention))) {
		for (const direction of DIRECTIONS) {
			const of = D.rows.filter(r => r.width === width && r.convention === convention && r.direction === direction);
			let last = null;
			const cells = columns.map(c => {
				const s = cellSum(of, c), td = cellButton(s, convention + " " + direction, of, c);
				const now = JSON.stringify([s.counts, s.known]);
				td.className = last !== null && now !== last ? "changed" : "";
				last = now;
				return td;
			});
			rows.push(el("tr", {}, el("th", {scope: "row"}, convention + " " + direction), cells));
		}
	}
	return el("div", {class: "scroll"}, el("table", {class: "heat"}, el("thead", {}, el("tr", {},
		el("th", {}, "-m" + width), columns.map(c => el("th", {scope: "col"}, c.compiler, el("br"),
			el("span", {class: "soft"}, c.version))))), el("tbody", {}, rows)));
}

function showVersions() {
	const view = document.getElementById("view-versions");
	const choice = {}, selects = {};
	const form = el("form", {class: "filters", onsubmit: e => e.preventDefault()}), result = el("div");
	const draw = () => {
		let columns = D.columns.filter(c => !c.unusable);
		for (const {key, of, sort} of versionChoices()) {
			const values = sort(unique(columns.map(of)), columns);
			if (!values.includes(choice[key]))
				choice[key] = values[0];
			selects[key].replaceChildren(...values.map(v => el("option", {value: v}, v)));
			selects[key].value = choice[key];
			columns = columns.filter(c => of(c) === choice[key]);
		}
		columns.sort(byVersion);
		const steps = columns.slice(1).map((c, i) => {
			const d = differences(columns[i], c);
			return el("div", {}, el("h3", {}, `${columns[i].compiler} → ${c.compiler}`),
				d.come.length + d.gone.length ? null : el("p", {class: "soft"}, "the same findings"),
				differenceList("new", d.come, c), differenceList("gone", d.gone, columns[i]));
		});
		result.replaceChildren(...(columns.length ? [versionTable(columns, +choice.width),
			el("p", {class: "soft"}, "A bar marks where a version differs from the one before it."), ...steps]
			: [el("p", {}, "No compiler could be used.")]));
	};
	for (const {key, label} of versionChoices()) {
		selects[key] = el("select", {id: "versions-" + key, onchange: e => {
			choice[key] = e.target.value;
			draw();
		}});
		form.append(el("label", {}, label, selects[key]));
	}
	view.replaceChildren(form, result);
	draw();
}
