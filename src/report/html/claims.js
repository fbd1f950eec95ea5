// SPDX-License-Identifier: MIT
// The claims of the thread: a row a claim, a column a compiler, width and place; a verdict opens its
// reason and the command that decides it again.

const CLAIM_CHIP = {"true": "pass", "false": "unsupported", "true except": "divergence", "not-run": "not-run"};

function claimCell(r) {
	if (!r || !r.applies)
		return el("td", {}, "-");
	return el("td", {}, el("details", {}, el("summary", {}, el("span", {class: "chip v-" + CLAIM_CHIP[r.verdict]}, r.verdict)),
		r.reason ? el("p", {}, r.reason) : null,
		el("ul", {}, r.evidence.map(e => el("li", {},
			`${e.holds === null ? "not run" : e.holds ? "holds" : "does not hold"}: ${e.shows}: ${e.id || ""}: ${e.detail || ""}`))),
		command(r.repro)));
}

function claimTable(width, place) {
	const columns = D.claims.columns.filter(c => c.width === width && c.place === place);
	const rows = D.claims.list.map(c => ({claim: c, results: columns.map(k => c.results.find(r => r.column === k.id))}))
		.filter(r => r.results.some(x => x && x.applies));
	return rows.length ? [el("h2", {}, `-m${width} ${place}`), el("div", {class: "scroll"}, el("table", {class: "heat"},
		el("thead", {}, el("tr", {}, el("th", {}, "claim"), columns.map(c => el("th", {}, c.compiler)))),
		el("tbody", {}, rows.map(r => el("tr", {}, el("th", {}, `${r.claim.number}. ${r.claim.claim} (${r.claim.who})`),
			r.results.map(claimCell))))))] : [];
}

function showClaims() {
	const view = document.getElementById("view-claims");
	if (!D.claims) {
		view.replaceChildren(el("p", {}, "The claims of the thread were not decided in this run."));
		return;
	}
	const kinds = unique(D.claims.columns.map(c => c.width + " " + c.place));
	view.replaceChildren(...kinds.flatMap(k => claimTable(Number(k.split(" ")[0]), k.split(" ")[1])));
}
