// SPDX-License-Identifier: MIT
// One finding in full, and the list of all facts.

// Registers that tell where it went wrong: instructions that name them are marked.
function suspects(f) {
	const texts = f.expected === "unspecified" ? [f.observed] : [f.subject, f.expected, f.origin];
	return unique(texts.flatMap(t => placesIn(t, f.c.width)));
}

function listing(text, f) {
	const names = suspects(f), pre = el("pre", {tabindex: 0});
	for (const line of text.replace(/\n+$/, "").split("\n")) {
		const code = line.split("#")[0].replace(/;.*/, "");
		const slots = [...code.matchAll(/\[[re]sp(?:\+(0x)?([0-9a-f]+))?\]/g)];
		const hit = placesIn(code, f.c.width).some(p => names.includes(p)) ||
			(names.some(n => /^stack/.test(n)) && slots.length > 0);
		pre.append(hit && /^\s*[0-9a-f]+:|^\s/.test(line) ? el("mark", {}, line) : line, "\n");
	}
	return pre;
}

function command(text) {
	const button = el("button", {type: "button", class: "button"}, "Copy");
	button.addEventListener("click", async () => {
		try {
			await navigator.clipboard.writeText(text);
			button.textContent = "Copied";
		} catch (e) {
			getSelection().selectAllChildren(button.previousSibling);
		}
	});
	return el("div", {class: "command"}, el("pre", {}, text), button);
}

// The example of the fact this finding is one of, or nothing: code is kept for one of each only.
function exampleFor(f, column) {
	const fact = f.facts[f.columns.indexOf(column)];
	return D.examples.find(e => e.finding === f) ||
		D.examples.find(e => e.finding.facts[e.finding.columns.indexOf(e.column)] === fact && e.finding.direction === f.direction) ||
		D.examples.find(e => e.finding.facts[e.finding.columns.indexOf(e.column)] === fact);
}

function showFinding(f, column) {
	const box = document.getElementById("finding");
	const at = f.columns.includes(column) ? column : f.columns[0];
	const example = exampleFor(f, at), own = example && example.finding === f;
	const rule = f.rule;
	const facts = el("dl", {class: "facts"});
	const fact = (name, ...value) => facts.append(el("dt", {}, name), el("dd", {}, ...value));
	fact("prototype", el("code", {}, f.c.prototype));
	fact("declared at", el("code", {}, f.c.where));
	const cause = D.facts[f.facts[f.columns.indexOf(at)]];
	fact(cause.kind === "cause" ? "cause" : "one of", `${cause.number}. ${cause.title} `,
		el("span", {class: "soft"}, `(${cause.cases} case${cause.cases === 1 ? "" : "s"}; clobber show ${cause.number})`));
	fact("found in", f.columns.map(i => D.columns[i].name).join(", "));
	fact("check", f.check);
	fact("subject", f.subject);
	fact("expected", el("code", {}, f.expected));
	fact("observed", el("code", {}, f.observed));
	if (f.origin)
		fact(f.expected === "unspecified" ? "all of them" : "origin", f.origin.replace(/^which /, ""));
	fact("rule", el("code", {}, rule.name), ` (${rule.status}): ${rule.sentence} `,
		el("span", {class: "soft"}, `[${rule.document}, ${rule.edition}, ${rule.section}]`));
	if (f.known !== null)
		fact("known", f.known);
	box.replaceChildren(
		el("h2", {tabindex: -1}, chip(f.verdict, f.known !== null), " ", f.c.id, " as ", f.direction),
		facts,
		el("h3", {}, "Where the values travel"), picture(f) || el("p", {class: "soft"}, "not known"),
		el("h3", {}, "Reproduce"), command(D.columns[at].repro + f.repro),
		example ? el("div", {class: "two"},
			el("div", {}, el("h3", {}, f.direction === "callee" ? "Generated trampoline" : "Generated probe"),
				own ? null : el("p", {class: "other"}, "Another function's: of ", example.finding.c.id, ", the smallest example of this cause."),
				listing(example.assembly, example.finding)),
			el("div", {}, el("h3", {}, "The compiler's code"),
				el("p", {class: "soft"}, D.columns[example.column].name, "; marked: what touches the places above"),
				example.code ? listing(example.code, example.finding) : el("p", {class: "soft"}, "not kept"))) : null);
	box.hidden = false;
	box.firstChild.focus({preventScroll: true});
	box.scrollIntoView({block: "start"});
}

function findingRow(f, column, ...more) {
	return el("button", {type: "button", class: "row", "data-finding": f.index,
		onclick: () => go({finding: f, column: column ?? f.columns[0]})},
		chip(f.verdict, f.known !== null), " ", el("code", {}, f.c.id), " as ", f.direction, ": ",
		f.check, ", ", f.subject, ...more);
}

// A cause: its title, who has it, how often, what shows with it; it opens its smallest example.
const factItem = x => el("li", {}, el("button", {type: "button", class: "row", "data-finding": x.finding.index,
	onclick: () => go({finding: x.finding, column: x.finding.columns.find((c, i) => x.finding.facts[i] === x.number - 1)})},
	el("span", {class: "number"}, x.number + ". "), chip(x.finding.verdict, x.kind === "known"), " ",
	el("b", {}, x.kind === "point" ? "" : x.compilers + ": ", x.title), el("br"),
	el("span", {class: "soft"}, `${x.cases} case${x.cases === 1 ? "" : "s"}, ${x.findings} finding${x.findings === 1 ? "" : "s"}; `,
		`${x.columns}; ${x.conventions}; for instance `, el("code", {}, x.finding.c.prototype)),
	x.follows ? el("span", {class: "soft"}, el("br"), x.follows) : null));

function factList(kind, name, open) {
	const of = D.facts.filter(x => x.kind === kind);
	return of.length ? el("details", {open, id: "facts-" + kind}, el("summary", {}, el("h2", {}, `${of.length} ${name}${of.length === 1 ? "" : "s"}`)),
		el("ul", {class: "list"}, of.map(factItem))) : null;
}

function showFacts() {
	const view = document.getElementById("view-findings");
	view.replaceChildren(...[factList("cause", "cause", true) || el("h2", {}, "No document is violated that was not expected"),
		factList("died", "compiler that died", false), factList("point", "point no document decides", false),
		factList("de-facto", "point decided de facto: gcc and clang agree", false),
		factList("known", "known finding", false)].filter(Boolean));
	if (D.vanished.length)
		view.append(el("h2", {}, "Known findings that vanished"), el("ul", {class: "list"},
			D.vanished.map(v => el("li", {}, `${v[1]} no longer shows the known finding of ${v[0]} `,
				`(${v[3]}): delete the line ${v[2]}`))));
}
