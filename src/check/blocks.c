/* SPDX-License-Identifier: MIT */
/* From an entry along all branches: see blocks.h. */
#include "check/blocks.h"

#include <stdlib.h>
#include <string.h>

enum { LONGEST = 15, MOST_BLOCKS = CT_MOST_BLOCKS, MOST_CONSTANTS = 64, MOST_OFFSETS = 64 };

/* One function ------------------------------------------------------------------------------ */

/* What is at an address: the length of an instruction, or a mark. */
enum { LEADER = 0x40, LENGTH = 0x0f };

struct walk {
	struct arena *a;
	const struct code *k;
	uint64_t entry, other;
	unsigned word;    /* bytes of an address */
	uint64_t gone[4]; /* functions that do not return */
	uint8_t *mark;    /* of each address of code under test */
	struct block *todo;
	size_t ntodo, done;
	ZydisRegister sum; /* what the last instruction added something to */
	uint64_t *table;   /* addresses that the code computes: tables may begin there */
	size_t ntables;
	int64_t beyond[4]; /* distances from such an address at which words of 4 bytes are read */
	size_t nbeyond;
	struct blocks out;
};

static void add_edge(struct walk *w, uint64_t from, uint64_t to, bool falls)
{
	struct blocks *b = &w->out;

	if (!from)
		return;
	b->edge = arena_grow(w->a, b->edge, b->nedges, sizeof(*b->edge));
	b->edge[b->nedges++] = (struct edge){ (uint32_t)from, (uint32_t)to, falls };
}

/* Another global function that it enters, at its beginning or in the middle. */
static void note_beyond(struct walk *w, uint64_t at)
{
	uint64_t function = code_function(w->k, at);
	struct blocks *b = &w->out;

	if (function == w->entry || function == w->other ||
	    (b->nbeyond && b->beyond[b->nbeyond - 1] == function))
		return;
	b->beyond = arena_grow(w->a, b->beyond, b->nbeyond, sizeof(*b->beyond));
	b->beyond[b->nbeyond++] = (uint32_t)function;
}

static void add_leader(struct walk *w, uint64_t at, uint64_t from, bool falls)
{
	if (!code_has(w->k, at))
		return;
	note_beyond(w, at);
	add_edge(w, from, at, falls);
	if (at != w->entry && at != w->other && code_is_global(w->k, at))
		return;
	if (w->mark[at - code_start(w->k)] & LEADER || w->ntodo == MOST_BLOCKS)
		return;
	w->mark[at - code_start(w->k)] |= LEADER;
	w->todo = arena_grow(w->a, w->todo, w->ntodo, sizeof(*w->todo));
	w->todo[w->ntodo++] = (struct block){ .at = (uint32_t)at };
}

static void add_constant(struct walk *w, uint64_t v)
{
	struct blocks *b = &w->out;

	for (size_t i = 0; i < b->nconstants; i++) {
		if (b->constant[i] == v)
			return;
	}
	if (b->nconstants == MOST_CONSTANTS)
		return;
	b->constant = arena_grow(w->a, b->constant, b->nconstants, sizeof(*b->constant));
	b->constant[b->nconstants++] = v;
}

static void add_offset(struct walk *w, int64_t at, unsigned bytes)
{
	struct blocks *b = &w->out;

	if (at < 0 || at > 4096 || bytes > 8)
		return;
	for (size_t i = 0; i < b->noffsets; i++) {
		if (b->offset[i].at == (uint32_t)at && b->offset[i].bytes == bytes)
			return;
	}
	if (b->noffsets == MOST_OFFSETS)
		return;
	b->offset = arena_grow(w->a, b->offset, b->noffsets, sizeof(*b->offset));
	b->offset[b->noffsets++] = (struct ct_offset){ (uint32_t)at, bytes };
}

static bool compares(const ZydisDecodedInstruction *in)
{
	switch (in->mnemonic) {
	case ZYDIS_MNEMONIC_CMP:
	case ZYDIS_MNEMONIC_TEST:
	case ZYDIS_MNEMONIC_UCOMISS:
	case ZYDIS_MNEMONIC_UCOMISD:
	case ZYDIS_MNEMONIC_COMISS:
	case ZYDIS_MNEMONIC_COMISD:
	case ZYDIS_MNEMONIC_VUCOMISS:
	case ZYDIS_MNEMONIC_VUCOMISD:
	case ZYDIS_MNEMONIC_BT:
	case ZYDIS_MNEMONIC_XOR:
	case ZYDIS_MNEMONIC_SUB:
		return true;
	default:
		return false;
	}
}

static void add_table(struct walk *w, uint64_t at)
{
	for (size_t i = 0; i < w->ntables; i++) {
		if (w->table[i] == at)
			return;
	}
	w->table = arena_grow(w->a, w->table, w->ntables, sizeof(*w->table));
	w->table[w->ntables++] = at;
}

/* A second table that is used by its distance from the first: `movsxd rcx, [rax+4*rcx+0x50]'. */
static void note_distance(struct walk *w, const struct insn *i)
{
	const ZydisDecodedOperandMem *m = &i->op[1].mem;

	if (i->in.mnemonic != ZYDIS_MNEMONIC_MOVSXD || i->op[1].type != ZYDIS_OPERAND_TYPE_MEMORY ||
	    m->index == ZYDIS_REGISTER_NONE || m->scale != 4 || !m->disp.value ||
	    m->base == ZYDIS_REGISTER_NONE || w->nbeyond == ARRAY_SIZE(w->beyond))
		return;
	for (size_t k = 0; k < w->nbeyond; k++) {
		if (w->beyond[k] == m->disp.value)
			return;
	}
	w->beyond[w->nbeyond++] = m->disp.value;
}

/* A register by number; none: CT_NO_BASE. */
static uint8_t number_of(ZydisRegister r)
{
	ZyanI8 n = r == ZYDIS_REGISTER_NONE ? -1 : ZydisRegisterGetId(r);

	return n >= 0 && n < 16 && ZydisRegisterGetClass(r) <= ZYDIS_REGCLASS_GPR64 ? (uint8_t)n
										    : CT_NO_BASE;
}

/* Memory that it looks at, through a pointer. */
static void note_read(struct walk *w, const struct insn *i, uint64_t at)
{
	struct blocks *b = &w->out;

	if (i->op[0].type == ZYDIS_OPERAND_TYPE_REGISTER &&
	    number_of(i->op[0].reg.value) == CT_NO_BASE && !compares(&i->in))
		return;
	for (unsigned n = 0; n < i->in.operand_count_visible && b->nreads < CT_MOST_READS; n++) {
		const ZydisDecodedOperand *o = &i->op[n];
		struct ct_read r = { .at = (uint32_t)at, .bytes = (uint8_t)(o->size / 8) };

		if (o->type != ZYDIS_OPERAND_TYPE_MEMORY || o->size > 64 ||
		    !(o->actions & ZYDIS_OPERAND_ACTION_MASK_READ) ||
		    o->mem.segment == ZYDIS_REGISTER_FS || o->mem.segment == ZYDIS_REGISTER_GS)
			continue;
		r.base = number_of(o->mem.base);
		r.index = number_of(o->mem.index);
		r.scale = o->mem.scale;
		r.disp = (int32_t)o->mem.disp.value;
		if ((r.base == CT_NO_BASE && r.index == CT_NO_BASE) || r.base == 4)
			continue;
		b->read = arena_grow(w->a, b->read, b->nreads, sizeof(*b->read));
		b->read[b->nreads++] = r;
	}
}

/* ... or whose address is computed from the first one's: `add rax, 0x50'. `held' is what is known
 * of registers, by number; 0: nothing. */
static void follow_address(struct walk *w, const struct insn *i, uint64_t at, uint64_t held[16])
{
	const ZydisDecodedOperand *to = &i->op[0], *from = &i->op[1];
	uint64_t address = 0;
	ZyanI8 r;

	if (i->in.mnemonic == ZYDIS_MNEMONIC_LEA &&
	    !ZYAN_SUCCESS(ZydisCalcAbsoluteAddress(&i->in, from, at, &address))) {
		r = (ZyanI8)number_of(from->mem.base);
		address = 0;
		if (r < 16 && held[r] && from->mem.index == ZYDIS_REGISTER_NONE) {
			address = held[r] + (uint64_t)from->mem.disp.value;
			add_table(w, address);
		}
	}
	if ((i->in.mnemonic == ZYDIS_MNEMONIC_ADD || i->in.mnemonic == ZYDIS_MNEMONIC_SUB) &&
	    to->type == ZYDIS_OPERAND_TYPE_REGISTER && from->type == ZYDIS_OPERAND_TYPE_IMMEDIATE) {
		r = ZydisRegisterGetId(to->reg.value);
		if (r >= 0 && r < 16 && held[r])
			address = i->in.mnemonic == ZYDIS_MNEMONIC_ADD
					  ? held[r] + from->imm.value.u
					  : held[r] - from->imm.value.u;
		if (address)
			add_table(w, address);
	}
	for (unsigned n = 0; n < i->in.operand_count; n++) {
		if (i->op[n].type != ZYDIS_OPERAND_TYPE_REGISTER ||
		    !(i->op[n].actions & ZYDIS_OPERAND_ACTION_MASK_WRITE))
			continue;
		r = ZydisRegisterGetId(
			ZydisRegisterGetLargestEnclosing(i->in.machine_mode, i->op[n].reg.value));
		if (ZydisRegisterGetClass(i->op[n].reg.value) <= ZYDIS_REGCLASS_GPR64 && r >= 0 &&
		    r < 16)
			held[r] = n ? 0 : address;
	}
}

/* A number that an instruction has in it, or in memory that nobody writes. */
static void note_constants(struct walk *w, const struct insn *i, uint64_t at)
{
	for (unsigned n = 0; n < i->in.operand_count_visible; n++) {
		const ZydisDecodedOperand *o = &i->op[n];
		uint64_t address, v = 0;
		bool writable;
		const uint8_t *p;
		size_t most = 8;

		if (o->type == ZYDIS_OPERAND_TYPE_IMMEDIATE && !o->imm.is_relative) {
			v = o->imm.is_signed ? (uint64_t)o->imm.value.s : o->imm.value.u;
			if (i->in.mnemonic == ZYDIS_MNEMONIC_BT ||
			    i->in.meta.category == ZYDIS_CATEGORY_SHIFT)
				v = 1ull << (v & 63);
			add_constant(w, v);
		}
		if (o->type != ZYDIS_OPERAND_TYPE_MEMORY)
			continue;
		if (o->mem.base != ZYDIS_REGISTER_NONE && o->mem.base != ZYDIS_REGISTER_RSP &&
		    o->mem.base != ZYDIS_REGISTER_ESP && o->mem.base != ZYDIS_REGISTER_RIP)
			add_offset(w, o->mem.disp.value, o->size / 8);
		if (!ZYAN_SUCCESS(ZydisCalcAbsoluteAddress(&i->in, o, at, &address)))
			continue;
		if (i->in.mnemonic == ZYDIS_MNEMONIC_LEA) {
			add_table(w, address);
			continue;
		}
		p = code_bytes(w->k, address, &most, &writable);
		if (!p || writable || o->size / 8 > most)
			continue;
		memcpy(&v, p, o->size / 8);
		add_constant(w, v);
	}
}

static bool ends_path(const ZydisDecodedInstruction *in)
{
	return in->mnemonic == ZYDIS_MNEMONIC_UD0 || in->mnemonic == ZYDIS_MNEMONIC_UD1 ||
	       in->mnemonic == ZYDIS_MNEMONIC_UD2 || in->mnemonic == ZYDIS_MNEMONIC_HLT ||
	       in->mnemonic == ZYDIS_MNEMONIC_INT3 || in->mnemonic == ZYDIS_MNEMONIC_VMLAUNCH ||
	       in->mnemonic == ZYDIS_MNEMONIC_VMRESUME || in->meta.category == ZYDIS_CATEGORY_RET ||
	       in->meta.category == ZYDIS_CATEGORY_UNCOND_BR;
}

/* What is behind a call of functions of C that are known not to return may be anything. */
static bool never_returns(const struct walk *w, uint64_t address)
{
	for (size_t i = 0; i < ARRAY_SIZE(w->gone); i++) {
		if (w->gone[i] == address)
			return true;
	}
	return false;
}

/* A call by a table: of addresses, or of distances, one of which was just added to something. */
static bool by_table(const struct walk *w, const struct insn *i)
{
	if (i->op[0].type == ZYDIS_OPERAND_TYPE_MEMORY)
		return i->op[0].mem.index != ZYDIS_REGISTER_NONE;
	return i->op[0].type == ZYDIS_OPERAND_TYPE_REGISTER && i->op[0].reg.value == w->sum;
}

/* Where the instruction leads besides the next one. */
static void branches(struct walk *w, const struct insn *i, uint64_t at)
{
	bool jump = i->in.meta.category == ZYDIS_CATEGORY_UNCOND_BR;
	bool call = i->in.meta.category == ZYDIS_CATEGORY_CALL;
	uint64_t to = 0;

	if (!jump && !call && i->in.meta.category != ZYDIS_CATEGORY_COND_BR)
		return;
	if (i->op[0].type == ZYDIS_OPERAND_TYPE_IMMEDIATE) {
		if (ZYAN_SUCCESS(ZydisCalcAbsoluteAddress(&i->in, &i->op[0], at, &to)))
			add_leader(w, to, at, false);
		if (call && never_returns(w, to))
			return;
	} else if (jump || by_table(w, i)) {
		w->out.indirect = arena_grow(w->a, w->out.indirect, w->out.nindirect,
					     sizeof(*w->out.indirect));
		w->out.indirect[w->out.nindirect++] = (uint32_t)at;
	} else {
		w->out.open = true;
	}
	if (!jump)
		add_leader(w, at + i->in.length, at, true);
}

/* Instructions up to one that leads elsewhere, or to where another block is. */
static void follow(struct walk *w, uint64_t at)
{
	struct insn i;

	while (code_decode(w->k, at, &i)) {
		uint8_t *m = &w->mark[at - code_start(w->k)];

		if (*m & LENGTH)
			return;
		*m |= i.in.length;
		if (compares(&i.in))
			note_constants(w, &i, at);
		branches(w, &i, at);
		w->sum = i.in.mnemonic == ZYDIS_MNEMONIC_ADD &&
					 i.op[0].type == ZYDIS_OPERAND_TYPE_REGISTER
				 ? i.op[0].reg.value
				 : ZYDIS_REGISTER_NONE;
		if (ends_path(&i.in) || i.in.meta.category == ZYDIS_CATEGORY_CALL ||
		    i.in.meta.category == ZYDIS_CATEGORY_COND_BR)
			return;
		at += i.in.length;
		if (w->mark[at - code_start(w->k)] & LEADER)
			return;
	}
}

static void follow_all(struct walk *w)
{
	while (w->done < w->ntodo)
		follow(w, w->todo[w->done++].at);
}

/* A table is often addressed as if it began some entries before its label: as if there were some
 * for values that never come. */
static unsigned first_entry(const struct walk *w, uint64_t table, unsigned bytes)
{
	enum { MOST_BEFORE = 8 };

	for (unsigned n = 0; n < MOST_BEFORE; n++) {
		if (code_has_label(w->k, table + n * bytes))
			return n;
	}
	return 0;
}

/* Entries of a table of jumps, for as long as each leads into the function or to a label: addresses
 * (`base` 0), or distances of 4 bytes from the base. Only to labels, if `labels'. Is there any? */
static bool read_entries(struct walk *w, uint64_t table, uint64_t base, unsigned bytes,
			 uint64_t jump, bool labels)
{
	enum { MOST_ENTRIES = 256 };
	uint64_t start = code_function(w->k, jump), end = code_next(w->k, start);
	unsigned label = first_entry(w, table, bytes), first = labels ? 0 : label;
	bool any = false; /* what is before the table may have labels, too */

	for (unsigned n = first; n < MOST_ENTRIES; n++) {
		uint64_t at = table + n * bytes, v = 0, other;
		size_t most = bytes;
		const uint8_t *p = code_bytes(w->k, at, &most, NULL);

		if (!p || most < bytes)
			break;
		for (size_t k = 0; k < w->ntables && any; k++) {
			if (w->table[k] == at)
				return true;
		}
		/* The next table; its own label is no end, whatever is before it. */
		if (any && n != label && code_has_label(w->k, at))
			break;
		memcpy(&v, p, bytes);
		other = base ? base + (uint64_t)(int64_t)(int32_t)v : v;
		/* Some entries are for values that never come. */
		if ((labels || other < start || other >= end) &&
		    !(code_has(w->k, other) && code_has_label(w->k, other))) {
			if (base && n < 8)
				continue;
			break;
		}
		any = true;
		add_leader(w, other, jump, false);
	}
	return any;
}

/* Are there labels inside of the function? */
static bool has_labels(const struct walk *w, uint64_t jump)
{
	const uint64_t *label;
	uint64_t start = code_function(w->k, jump), end = code_next(w->k, start);
	size_t n = code_labels(w->k, &label);

	for (size_t i = 0; i < n; i++) {
		if (label[i] > start && label[i] < end)
			return true;
	}
	return false;
}

/* Where there are labels in the code they are what tables lead to. */
static void read_table(struct walk *w, uint64_t table, uint64_t base, unsigned bytes, uint64_t jump)
{
	if (!read_entries(w, table, base, bytes, jump, true) && !has_labels(w, jump))
		read_entries(w, table, base, bytes, jump, false);
}

/* The table that an indirect jump uses: its own operand, or one whose address was computed before,
 * in the function, and is used with an index of 4 bytes each. Of those known from number `from` on.
 */
static void resolve(struct walk *w, uint64_t at, size_t from)
{
	struct insn i;

	if (!code_decode(w->k, at, &i))
		return;
	if (i.op[0].type == ZYDIS_OPERAND_TYPE_MEMORY) {
		const ZydisDecodedOperandMem *m = &i.op[0].mem;

		if (!from && m->index != ZYDIS_REGISTER_NONE && m->base == ZYDIS_REGISTER_NONE)
			read_table(w, (uint64_t)m->disp.value, 0, w->word, at);
		for (size_t k = from; k < w->ntables && m->index != ZYDIS_REGISTER_NONE; k++)
			read_table(w, w->table[k], 0, w->word, at);
	} else {
		for (size_t k = from; k < w->ntables; k++) {
			size_t most = 4;
			bool writable;

			if (!code_bytes(w->k, w->table[k], &most, &writable) || writable ||
			    code_has(w->k, w->table[k]))
				continue;
			read_table(w, w->table[k], w->table[k], 4, at);
			for (size_t j = 0; j < w->nbeyond; j++)
				read_table(w, w->table[k] + (uint64_t)w->beyond[j], w->table[k], 4,
					   at);
		}
	}
}

/* Instructions all of whose operands are looked at once all of them are known. */
static void note_all_constants(struct walk *w)
{
	for (size_t k = 0; k < w->ntodo; k++) {
		uint64_t at = w->todo[k].at, held[16] = { 0 };
		struct insn i;

		while (code_decode(w->k, at, &i) && w->mark[at - code_start(w->k)] & LENGTH) {
			note_constants(w, &i, at);
			note_distance(w, &i);
			follow_address(w, &i, at, held);
			at += i.in.length;
			if (ends_path(&i.in) || w->mark[at - code_start(w->k)] & LEADER)
				break;
		}
	}
}

static bool leads(const struct walk *w, uint64_t jump)
{
	for (size_t i = 0; i < w->out.nedges; i++) {
		if (w->out.edge[i].from == jump)
			return true;
	}
	return false;
}

/* What one of these jumps leads to may compute the address of a table that another uses. */
static void resolve_all(struct walk *w)
{
	struct blocks *b = &w->out;
	size_t known = 0, tables = 0;

	note_all_constants(w);
	while (known < b->nindirect || (b->nindirect && tables < w->ntables)) {
		size_t first = tables, old = known;

		known = b->nindirect;
		tables = w->ntables;
		for (size_t i = 0; i < known; i++)
			resolve(w, b->indirect[i], i < old ? first : 0);
		follow_all(w);
		note_all_constants(w);
	}
	for (size_t i = 0; i < b->nindirect; i++)
		b->open = b->open || !leads(w, b->indirect[i]);
}

static int by_address(const void *a, const void *b)
{
	const struct block *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

/* Is the address inside an instruction that begins before it? */
static bool inside(const struct walk *w, uint64_t at)
{
	for (uint64_t d = 1; d < LONGEST && at - d >= code_start(w->k); d++) {
		if ((w->mark[at - d - code_start(w->k)] & LENGTH) > d)
			return true;
	}
	return false;
}

/* Does the block end with a call that does not return? */
static bool gives_up(const struct walk *w, uint64_t at)
{
	uint64_t to;
	struct insn i;

	while (code_decode(w->k, at, &i) && !ends_path(&i.in)) {
		if (i.in.meta.category == ZYDIS_CATEGORY_CALL)
			return i.op[0].type == ZYDIS_OPERAND_TYPE_IMMEDIATE &&
			       ZYAN_SUCCESS(ZydisCalcAbsoluteAddress(&i.in, &i.op[0], at, &to)) &&
			       never_returns(w, to);
		at += i.in.length;
		if (w->mark[at - code_start(w->k)] & LEADER)
			break;
	}
	return false;
}

static void close_blocks(struct walk *w)
{
	struct blocks *b = &w->out;

	if (w->ntodo)
		qsort(w->todo, w->ntodo, sizeof(*w->todo), by_address);
	b->v = w->todo;
	for (size_t k = 0; k < w->ntodo; k++) {
		struct block x = w->todo[k];
		uint64_t at = x.at;
		uint8_t n;

		/* Two readings of the same bytes: nothing is put there. And what a stack protector
		 * does when it is too late is of no interest. */
		if (inside(w, at) || gives_up(w, at))
			continue;
		while ((n = w->mark[at - code_start(w->k)] & LENGTH)) {
			struct insn i;
			bool last = !code_decode(w->k, at, &i) || ends_path(&i.in) ||
				    i.in.meta.category == ZYDIS_CATEGORY_CALL ||
				    i.in.meta.category == ZYDIS_CATEGORY_COND_BR;

			note_read(w, &i, at);
			x.insns++;
			x.bytes += n;
			at += n;
			if (last || w->mark[at - code_start(w->k)] & LEADER)
				break;
		}
		if (!x.insns)
			continue;
		b->insns += x.insns;
		b->v[b->n++] = x;
	}
}

/* In two passages: the table's address is often computed before what leads to it is known. */
struct blocks *blocks_of(struct arena *a, const struct code *k, enum width width, uint64_t entry,
			 uint64_t other)
{
	struct walk w = {
		.a = a, .k = k, .entry = entry, .other = other, .word = word_bytes(width)
	};
	static const char *const gone[ARRAY_SIZE(w.gone)] = { "__stack_chk_fail", "abort", "exit",
							      "__assert_fail" };
	size_t n = code_end(k) - code_start(k) + LONGEST + 1;
	struct blocks *out = arena_alloc(a, sizeof(*out));

	if (!code_has(k, entry))
		return out;
	w.mark = calloc(n, 1);
	if (!w.mark)
		die("out of memory");
	for (size_t i = 0; i < ARRAY_SIZE(gone); i++)
		w.gone[i] = code_symbol(k, gone[i]);
	add_leader(&w, entry, 0, false);
	if (other)
		add_leader(&w, other, 0, false);
	follow_all(&w);
	resolve_all(&w);
	close_blocks(&w);
	free(w.mark);
	*out = w.out;
	return out;
}
