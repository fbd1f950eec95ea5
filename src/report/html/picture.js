// SPDX-License-Identifier: MIT
// Registers and stack of one finding as a picture: what the documents place where, what was expected
// (whole line) and where the value was found to be (broken line).

const REGISTER = /\b(r(?:[a-d]x|[sd]i|bp|\d+[dwb]?)|e(?:[a-d]x|[sd]i|bp)|[a-d][xlh]|[sd]il?|bpl?|xmm\d+|st0)\b/g;
const SLOT = /\b([re]sp)\+(\d+)/g;

// "edi", "dil" -> "rdi" at 64 bit; "edi" at 32.
function whole(name, width) {
	const numbered = /^r(\d+)[dwb]?$/.exec(name);
	if (numbered)
		return "r" + numbered[1];
	if (/^(xmm|st)/.test(name))
		return name;
	let core = name.replace(/^[re](?=..$)/, "");
	if (/^[a-d][lhx]$/.test(core))
		core = core[0] + "x";
	else if (/^(si|di|bp)l$/.test(core))
		core = core.slice(0, 2);
	return (width === 64 ? "r" : "e") + core;
}

// The places a text names: whole registers and "stack 8".
function placesIn(text, width) {
	const list = [];
	for (const m of (text || "").matchAll(REGISTER))
		list.push(whole(m[1], width));
	for (const m of (text || "").matchAll(SLOT))
		list.push("stack " + m[2]);
	return unique(list);
}

// "rdi 0 8" -> {at: "rdi" or "stack 8", from, bytes}
function piece(text, width) {
	const [at, from, bytes] = text.split(" ");
	const slot = /^[re]sp\+(\d+)$/.exec(at);
	return {at: slot ? "stack " + slot[1] : whole(at, width), from: +from, bytes: +bytes};
}

// What the documents place: [{at, name, wrong: is the finding about it}]
function placed(f) {
	const p = f.c.placement, width = f.c.width, list = [];
	const about = (/^argument (\S+)/.exec(f.subject) || [])[1];
	const put = (value, name, wrong) => value.pieces.map(t => piece(t, width)).forEach(x => {
		const label = value.byReference ? "&" + name : name;
		const part = value.pieces.length > 1 ? " " + x.from + ".." + (x.from + x.bytes - 1) : "";
		list.push({at: x.at, bytes: x.bytes, name: label + part, wrong});
	});
	p.arguments.forEach(a => put(a, a.name, a.name === about));
	if (p.hidden)
		put(p.hidden, "&result", /pointer to the return/.test(f.subject));
	if (p.returns && /^return value/.test(f.subject))
		put(p.returns, "result", true);
	return list;
}

// Stack words from the highest down to the stack pointer.
function stackWords(f, items, named) {
	const word = f.c.width / 8;
	let top = f.c.placement.stackBytes;
	named.concat(items.map(i => i.at)).forEach(at => {
		const m = /^stack (\d+)$/.exec(at);
		if (m)
			top = Math.max(top, +m[1] + word);
	});
	const words = [];
	for (let at = 0; at < top; at += word)
		words.push(at);
	return words.reverse();
}

function picture(f) {
	if (!f.c.placement)
		return null;
	const width = f.c.width, word = width / 8, items = placed(f);
	const open = f.expected === "unspecified";
	const found = placesIn(open ? f.observed : f.origin, width);
	const saved = /^(\S+) after the call/.exec(f.subject);
	const named = found.concat(saved ? placesIn(saved[1], width) : []);
	const registers = unique(items.map(i => i.at).concat(named)).filter(a => !/^stack/.test(a));
	let slots = stackWords(f, items, named);
	const cut = slots.length > 40;
	slots = cut ? slots.slice(-40) : slots;
	// Without registers the stack moves to their place; an arrow beside the stack needs room.
	const W = 172, H = 22, left = 70, right = registers.length ? left + W + 130 : left;
	const rows = Math.max(registers.length, slots.length, 1);
	const svg = el("svg", {class: "picture", viewBox: `0 0 ${right + W + 46} ${rows * (H + 4) + 28}`,
		width: right + W + 46, role: "img"});
	const position = new Map();
	const box = (at, x, y, label) => {
		const here = items.filter(i => i.at === at || (/^stack/.test(at) && covers(i, at, word)));
		const lost = saved && placesIn(saved[1], width).includes(at);
		const wrong = here.some(i => i.wrong) || lost;
		const seen = found.includes(at);
		const kind = lost ? "observed" : wrong ? "expected" : seen ? "observed" : here.length ? "used" : "";
		svg.append(el("text", {x: x - 6, y: y + 15, "text-anchor": "end"}, label));
		svg.append(el("rect", {x, y, width: W, height: H, rx: 3, class: kind}));
		if (open && seen && !here.length)
			here.push(...namesAt(f.observed, at, width));
		const words = here.length ? here.map(i => i.name).join(", ") : lost ? "not preserved" : "";
		svg.append(el("text", {x: x + 8, y: y + 15}, words.slice(0, 22)));
		position.set(at, {x, y, wrong, seen});
	};
	svg.append(el("title", {}, describe(f, items, found)));
	if (registers.length)
		svg.append(el("text", {x: left, y: 14, class: "soft"}, "registers"));
	svg.append(el("text", {x: right, y: 14, class: "soft"}, cut ? "stack (lowest 40 words)" : "stack at the call"));
	registers.forEach((r, i) => box(r, left, 22 + i * (H + 4), r));
	slots.forEach((s, i) => box("stack " + s, right, 22 + i * (H + 4), (width === 64 ? "rsp+" : "esp+") + s));
	if (!slots.length)
		svg.append(el("text", {x: right, y: 37, class: "soft"}, "no arguments"));
	const from = [...position.values()].filter(p => p.seen && !p.wrong);
	const to = [...position.values()].filter(p => p.wrong);
	if (from.length && to.length)
		svg.append(...arrow(to[0], from[0], W, H));
	return el("div", {class: "scroll"}, svg, el("p", {class: "soft"},
		el("span", {class: "chip v-pass"}, "expected"), " by the documents; ",
		el("span", {class: "chip v-violation"}, open ? "used by this compiler" : "found"), " in this run"));
}

// Of "a in ecx; b in esp+0", what is at a place.
function namesAt(observed, at, width) {
	return observed.split("; ").map(part => / in /.exec(part) && [part.split(" in ")[0], part])
		.filter(x => x && placesIn(x[1], width).includes(at)).map(x => ({at, bytes: 0, name: x[0]}));
}

function covers(item, at, word) {
	const from = +/\d+/.exec(at)[0], m = /^stack (\d+)$/.exec(item.at);
	return m && from >= +m[1] && from < +m[1] + Math.max(item.bytes, word);
}

// From the box where it should be to the one where it was found; labels stand left of the boxes.
function arrow(a, b, W, H) {
	const same = a.x === b.x, toLeft = b.x < a.x, label = 56;
	const x1 = same || !toLeft ? a.x + W : a.x - label;
	const x2 = same || toLeft ? b.x + W : b.x - label;
	const y1 = a.y + H / 2, y2 = b.y + H / 2, pull = same ? 34 : toLeft ? -25 : 25;
	const head = same || toLeft ? 8 : -8;
	return [el("path", {d: `M${x1} ${y1} C${x1 + pull} ${y1} ${x2 + (same ? pull : -pull)} ${y2} ${x2} ${y2}`}),
		el("path", {class: "head", d: `M${x2} ${y2} l${head} -4 v8 z`})];
}

// For those who do not see it.
function describe(f, items, found) {
	return "Placement: " + items.map(i => `${i.name} in ${i.at}`).join(", ") +
		(found.length ? "; found in " + found.join(", ") : "");
}
