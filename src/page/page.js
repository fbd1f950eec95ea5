/* SPDX-License-Identifier: MIT */
const FIELDS = ["p", "abi", "width", "profile", "edition", "vs"];
const EXAMPLES = [
	["vmread_error: asmlinkage or not?", { p: "void vmread_error(unsigned long field, _Bool fault)", abi: "kernel", vs: "asmlinkage" }],
	["a structure in two classes", { p: "double f(struct { double d; long l; } s, int i)" }],
	["sysv and ms", { p: "long f(int a, double b, long c, float d, char e)", abi: "sysv", vs: "ms" }],
	["vectors with AVX", { p: "__m256 f(__m256 a, double b)", profile: "avx" }],
	["where no document decides", { p: "long long f(long long a, int b)", abi: "regparm3" }],
];
const element = (id) => document.getElementById(id);

/* The oracle ---------------------------------------------------------------------------------- */

class GivenUp extends Error {}

let wasm;

function read(at) {
	const bytes = new Uint8Array(wasm.memory.buffer);

	return new TextDecoder().decode(bytes.subarray(at, bytes.indexOf(0, at)));
}

function write(text) {
	const bytes = new TextEncoder().encode(text.replaceAll("\0", "\uFFFD") + "\0");
	const at = wasm.page_room(bytes.length);

	new Uint8Array(wasm.memory.buffer).set(bytes, at);
	return at;
}

const host = {
	/* A parse that may give up: its frames are gone then, and so is their part of the stack. */
	attempt(parse, p, into) {
		const stack = wasm.__stack_pointer.value;

		try {
			wasm.__indirect_function_table.get(parse)(p, into);
			return 1;
		} catch (e) {
			if (!(e instanceof GivenUp))
				throw e;
			wasm.__stack_pointer.value = stack;
			return 0;
		}
	},
	giveUp() {
		throw new GivenUp();
	},
	die(message) {
		throw new Error(read(message));
	},
};

const records = (at) => read(at).split("\x1e").slice(1).map((r) => r.split("\x1f"));

/* The records of src/page/page.h. */
function ask(q) {
	const stack = wasm.__stack_pointer.value;

	wasm.page_start();
	try {
		return records(wasm.page_ask(...["p", "abi", "width", "profile", "edition", "vs"].map((f) => write(q[f] ?? ""))));
	} catch (e) {
		wasm.__stack_pointer.value = stack;
		return [["error", e instanceof RangeError ? "too deeply nested" : e.message]];
	}
}

/* What is shown ------------------------------------------------------------------------------- */

function node(name, text, properties = {}) {
	const n = Object.assign(document.createElement(name), properties);

	n.textContent = text ?? "";
	return n;
}

function table(caption, heads) {
	const t = node("table"), head = node("tr");

	t.append(node("caption", caption), node("thead"), node("tbody"));
	heads.forEach((h) => head.append(node("th", h, { scope: "col" })));
	t.tHead.append(head);
	return t;
}

function row(t, name, cells, heads) {
	const tr = node("tr");

	tr.append(node("th", name, { scope: "row" }));
	cells.forEach((c, i) => {
		const td = node("td", c, { className: c === "?" || c.startsWith("?,") ? "open" : "" });

		td.dataset.head = heads[i];
		tr.append(td);
	});
	t.tBodies[0].append(tr);
	return tr;
}

function folded(title, text) {
	const d = node("details"), b = node("button", "Copy", { type: "button", className: "button" });

	d.append(node("summary", title), b, node("pre", text));
	b.onclick = () => navigator.clipboard.writeText(text).then(() => { b.textContent = "Copied"; });
	return d;
}

function show(all, out) {
	let t = null, heads = [], width = "", list = null, text = "";

	out.replaceChildren();
	for (const [kind, first, ...rest] of all) {
		switch (kind) {
		case "prototype":
			out.append(node("h2", first));
			t = list = null;
			break;
		case "error":
			out.append(node("pre", first, { className: "error", role: "alert" }));
			break;
		case "text":
			text = first;
			break;
		case "width":
			width = `${first} bit`;
			t = null;
			break;
		case "heads":
			heads = [first, ...rest];
			break;
		case "row":
			/* Conventions that cannot have it may come first. */
			if (!t?.tHead.rows[0].cells[1]) {
				const before = t;

				t = table(width, ["", ...heads]);
				t.tBodies[0].append(...(before?.tBodies[0].rows ?? []));
				before?.remove();
				out.append(t);
			}
			row(t, first, rest, heads);
			break;
		case "why":
			if (!t)
				out.append(t = table(width, [""]));
			Object.assign(row(t, first, rest, [""]).cells[1], { className: "why", colSpan: 99 }).removeAttribute("data-head");
			break;
		case "open":
			if (!list)
				out.append(list = node("ul", "", { className: "open" }));
			list.append(node("li", "? " + first));
			break;
		case "full":
			out.append(folded("Rules, what is preserved, the stack", first), folded("As text", text));
			break;
		case "pair":
			out.append(t = table(`${first} bit, ${rest[0]}`, ["", "from", "to"]), node("p", "nothing changes"));
			t.tHead.hidden = true;
			break;
		case "change":
			if (t.tHead.hidden)
				t.nextSibling.remove();
			t.tHead.hidden = false;
			row(t, first, rest, ["from", "to"]);
			break;
		}
	}
}

/* The question and the address --------------------------------------------------------------- */

function address(q) {
	const of = new URLSearchParams();

	FIELDS.forEach((f) => q[f] && of.set(f, q[f]));
	return "#" + of;
}

const question = () => Object.fromEntries(FIELDS.map((f) => [f, element(f).value.trim()]));

function answer() {
	const q = question();

	history.replaceState(null, "", address(q));
	document.title = (q.p || "clobber") + (q.p ? " - clobber explain" : " explain");
	if (q.p)
		show(ask(q), element("answer"));
	else
		element("answer").replaceChildren();
}

/* A choice that does not exist is shown, and refused by the oracle. */
function choose(select, value) {
	if (select.options && ![...select.options].some((o) => o.value === value))
		select.append(new Option(value, value));
	select.value = value;
}

function take() {
	const of = new URLSearchParams(location.hash.slice(1));

	FIELDS.forEach((f) => choose(element(f), of.get(f) ?? (f === "p" && !location.hash ? EXAMPLES[0][1].p : "")));
	answer();
}

async function start() {
	const bytes = Uint8Array.from(atob(element("wasm").textContent.trim()), (c) => c.charCodeAt(0));

	({ instance: { exports: wasm } } = await WebAssembly.instantiate(bytes, { host }));
	for (const [kind, name, title] of records(wasm.page_choices())) {
		element(kind).append(new Option(name, name));
		if (kind === "abi")
			element("conventions").append(new Option(title, name));
	}
	EXAMPLES.forEach(([text, q]) => element("examples").append(node("a", text, { href: address(q) })));
	element("question").addEventListener("input", answer);
	element("question").addEventListener("submit", (e) => e.preventDefault());
	addEventListener("hashchange", take);
	take();
	globalThis.clobber = { ask, show };
}

start().catch((e) => show([["error", `This browser cannot run the oracle: ${e.message}`]], element("answer")));
