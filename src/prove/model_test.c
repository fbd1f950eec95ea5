/* SPDX-License-Identifier: MIT */
/* The model of instructions against the processor: random encodings are single-stepped in a traced
 * child with random registers, and what the model claims to know afterwards must be so. Twice with
 * other bytes where the model is told that they are undefined: what it calls defined is the same.
 */
#include "prove/machine.h"
#include "util/without.h"

#include <check.h>
#include <cpuid.h>
#include <elf.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	CODE = 0x20000000,
	STACK = 0x20100000,
	DATA = 0x20200000,
	SIZE = 0x4000,
	ATTEMPTS = 12,
	POOL = 512,
	TOGETHER = 5,    /* instructions one after the other */
	MOST_KNOWN = 72, /* what a register is less than, if that is known */
	XSTATE = 16384,
	XSTATE_LEGACY = 416, /* bytes of x87, MXCSR and xmm registers; SDM, volume 1, 13.4.1 */
	XSTATE_HEADER = 512,
	SP = STACK + SIZE / 2
};

/* As ck_assert_msg, which writes to a pipe each time. */
#define holds(condition, ...)                      \
	do {                                       \
		if (!(condition))                  \
			ck_abort_msg(__VA_ARGS__); \
	} while (0)

struct child {
	int pid;
	bool wide, plain;
	bool goes_on; /* memory is as the last step left it */
	/* Codes that ran, to be put together. */
	struct code {
		uint8_t bytes[32];
		size_t n;
	} pool[POOL];
	unsigned npool;
	uint8_t xstate[XSTATE]; /* as XSAVE has it; `uppers': where upper halves are in it, or 0 */
	size_t xstate_bytes;
	unsigned uppers;
	bool illegal; /* the last step: the processor cannot step such an instruction */
	uint64_t random;
	/* By mnemonic: it was decoded; stepped; the processor has it not. */
	bool category[ZYDIS_CATEGORY_MAX_VALUE + 1]; /* drawn */
	bool seen[ZYDIS_MNEMONIC_MAX_VALUE + 1], done[ZYDIS_MNEMONIC_MAX_VALUE + 1];
	bool absent[ZYDIS_MNEMONIC_MAX_VALUE + 1];
};

/* In the order of enum flag_bit. */
static const uint64_t flag_bits[] = { 1, 4, 0x10, 0x40, 0x80, 0x800 };

/* What a step starts from or ends with. */
struct picture {
	struct user_regs_struct r;
	struct user_fpregs_struct f;
	uint8_t upper[16][16]; /* of ymm0 to ymm15 */
	uint8_t stack[SIZE];
};

static uint64_t draw(struct child *c)
{
	c->random ^= c->random << 13;
	c->random ^= c->random >> 7;
	c->random ^= c->random << 17;
	return c->random;
}

static unsigned long long *gpr_of(struct user_regs_struct *u, unsigned i)
{
	unsigned long long *const at[] = { &u->rax, &u->rcx, &u->rdx, &u->rbx, &u->rsp, &u->rbp,
					   &u->rsi, &u->rdi, &u->r8,  &u->r9,  &u->r10, &u->r11,
					   &u->r12, &u->r13, &u->r14, &u->r15 };

	return at[i];
}

/* Instructions -------------------------------------------------------------------------------- */

/* Where the byte behind the opcode chooses the instruction. */
static bool is_group(unsigned map, unsigned opcode)
{
	static const uint8_t one[] = { 0x80, 0x81, 0x82, 0x83, 0xc0, 0xc1, 0xd0, 0xd1,
				       0xd2, 0xd3, 0xf6, 0xf7, 0xfe, 0xff, 0x8f };
	static const uint8_t two[] = { 0x01, 0x71, 0x72, 0x73, 0xae, 0xba, 0xc7, 0x18, 0x1e, 0x0d };

	if (map == 0 && opcode >= 0xd8 && opcode <= 0xdf)
		return true;
	return memchr(map ? two : one, (int)opcode, map ? sizeof(two) : sizeof(one)) && map < 2;
}

/* Every opcode: legacy ones in four maps with four prefixes, those of VEX, EVEX and XOP in all
 * their maps with four prefixes. The rest is random. */
static const struct map {
	uint8_t first, number; /* the first byte of the encoding */
} maps[] = {
	{ 0xc4, 1 }, { 0xc4, 2 }, { 0xc4, 3 }, { 0x62, 1 }, { 0x62, 2 },  { 0x62, 3 },
	{ 0x62, 5 }, { 0x62, 6 }, { 0x8f, 8 }, { 0x8f, 9 }, { 0x8f, 10 },
};
enum {
	LEGACY = 4 * 4 * 256 * 8 * 2,
	VECTOR = ARRAY_SIZE(maps) * 4 * 256 * 2 * 2,
	CODES = LEGACY + VECTOR
};

static size_t modrm(struct child *c, uint8_t *to, unsigned reg, unsigned rm, bool memory)
{
	uint64_t r = draw(c);

	to[0] = (uint8_t)((memory ? (r & 1 ? 0x40 : 0x80) : 0xc0) | reg << 3 | rm);
	/* No displacement beyond the stack and the data. */
	for (unsigned i = 1; i < 8; i++)
		to[i] = i < 3 ? (uint8_t)(r >> (8 + 8 * i)) : r >> 60 ? 0 : 0xff;
	return 8;
}

/* One or two prefixes that seldom matter: of addresses, segments, a second one of operands, LOCK.
 */
static void more_prefixes(struct child *c, uint8_t *to, size_t *n)
{
	static const uint8_t some[] = { 0x67, 0x2e, 0x36, 0x3e, 0x26, 0x66, 0xf0, 0x48 };
	uint64_t r = draw(c);

	for (unsigned i = 0; i < 1 + (r >> 60) % 2; i++) {
		uint8_t p = some[r >> 8 * i & 7];

		if (c->wide || p != 0x48) /* REX counts only where it is the last one */
			to[(*n)++] = p;
	}
}

static void legacy_code(struct child *c, unsigned i, unsigned again, uint8_t *to, size_t *n)
{
	static const uint8_t prefixes[] = { 0, 0x66, 0xf2, 0xf3 };
	unsigned opcode = i % 256, pp = i / 256 % 4, map = i / 1024 % 4, reg = i / 4096 % 8;
	uint64_t r = draw(c);

	if (again % 2)
		more_prefixes(c, to, n);
	if (prefixes[pp])
		to[(*n)++] = prefixes[pp];
	if (c->wide && r & 1)
		to[(*n)++] = (uint8_t)(0x40 | (r >> 8 & 15));
	if (map)
		to[(*n)++] = 0x0f;
	if (map > 1)
		to[(*n)++] = map == 2 ? 0x38 : 0x3a;
	to[(*n)++] = (uint8_t)opcode;
	*n += modrm(c, to + *n, is_group(map, opcode) ? reg : r >> 16 & 7,
		    is_group(map, opcode) ? again : r >> 24 & 7, i / 32768);
}

/* Which register, in bits that are turned over, may be one of the upper ones at 64 bit; of EVEX, a
 * mask, zeroes instead of what is masked, broadcast or rounding. */
static void vector_code(struct child *c, unsigned k, unsigned again, uint8_t *to, size_t *n)
{
	const struct map *map = &maps[k / 1024 % ARRAY_SIZE(maps)];
	unsigned opcode = k % 256, pp = k / 256 % 4;
	bool wide = k / 1024 / ARRAY_SIZE(maps) % 2, memory = k / 1024 / ARRAY_SIZE(maps) / 2;
	uint64_t r = draw(c);
	uint8_t regs = (uint8_t)(c->wide && r >> 48 & 1 ? r >> 50 & 0xe0 : 0xe0);
	uint8_t v = (uint8_t)(r >> 24 & 1 ? 0x78 : ((r >> 8 & 15) << 3 | (c->wide ? 0 : 0x40)));

	if (opcode == 0xae && map->first == 0xc4) /* VLDMXCSR, VSTMXCSR */
		r = 0, v = 0x78, wide = false;
	to[0] = map->first;
	to[1] = (uint8_t)(regs | map->number);
	to[2] = (uint8_t)(wide << 7 | v | pp);
	*n = 3;
	if (map->first == 0x62) {
		to[1] |= c->wide && r >> 49 & 1 ? r >> 55 & 0x10 : 0x10;
		to[2] |= 4;
		to[3] = (uint8_t)((r >> 16 & 3) << 5 | 8 | (r >> 18 & 1));
		if (r >> 59 & 1)
			to[3] = (uint8_t)((to[3] & 0x60) | (r >> 40 & 0x9f));
		*n = 4;
	} else {
		to[2] |= (uint8_t)((r >> 16 & 1) << 2);
	}
	to[(*n)++] = (uint8_t)opcode;
	/* Gathers and scatters need an index. */
	*n += modrm(c, to + *n, opcode == 0xae ? again : r >> 32 & 7,
		    memory && map->number == 2 &&
				    ((opcode & 0xfc) == 0x90 || (opcode & 0xfc) == 0xa0)
			    ? 4
			    : r >> 40 & 7,
		    memory);
}

/* `again': 0 to 7, where an opcode is several instructions. False: no such code, or one that
 * another has tried. */
static bool nth_code(struct child *c, unsigned i, unsigned again, uint8_t *to, size_t *n)
{
	*n = 0;
	/* Which codes are drawn depends on nothing that ran before, so on no chance. */
	c->random = 0x9e3779b97f4a7c15ull ^ (8ull * i + again + 1) * 0xbf58476d1ce4e5b9ull;
	draw(c);
	if (i >= LEGACY) {
		if (again > (i % 256 == 0xae ? 7 : 3))
			return false;
		vector_code(c, i - LEGACY, again, to, n);
		return true;
	}
	if ((i / 4096 % 8 > 1 || again > 1) && !is_group(i / 1024 % 4, i % 256))
		return false;
	legacy_code(c, i, again, to, n);
	return true;
}

/* Worth a step, and modelled? */
static bool usable(const struct machine *x, const struct insn *in)
{
	switch (in->d.meta.category) {
	case ZYDIS_CATEGORY_COND_BR:
	case ZYDIS_CATEGORY_UNCOND_BR:
	case ZYDIS_CATEGORY_CALL:
	case ZYDIS_CATEGORY_RET:
	case ZYDIS_CATEGORY_INTERRUPT:
	case ZYDIS_CATEGORY_SYSCALL:
		return false;
	default:
		break;
	}
	for (unsigned i = 0; i < in->d.operand_count; i++) {
		const ZydisDecodedOperand *o = &in->op[i];

		/* An absolute address might be one of the stack. */
		if (o->type == ZYDIS_OPERAND_TYPE_MEMORY &&
		    ((o->mem.base == ZYDIS_REGISTER_NONE && o->mem.index == ZYDIS_REGISTER_NONE) ||
		     o->mem.segment == ZYDIS_REGISTER_FS || o->mem.segment == ZYDIS_REGISTER_GS))
			return false;
		if (o->type == ZYDIS_OPERAND_TYPE_REGISTER &&
		    ZydisRegisterGetClass(o->reg.value) == ZYDIS_REGCLASS_SEGMENT &&
		    o->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE)
			return false;
	}
	(void)x;
	return in->d.length <= 15 && machine_models(in);
}

/* The same every time? */
static bool repeatable(const struct insn *in)
{
	switch (in->d.mnemonic) {
	case ZYDIS_MNEMONIC_RDTSC:
	case ZYDIS_MNEMONIC_RDTSCP:
	case ZYDIS_MNEMONIC_RDPID: /* the processor it happens to run on */
	case ZYDIS_MNEMONIC_RDRAND:
	case ZYDIS_MNEMONIC_RDSEED:
	case ZYDIS_MNEMONIC_CPUID:
	case ZYDIS_MNEMONIC_XGETBV:
		return false;
	default:
		return true;
	}
}

/* Stepping ------------------------------------------------------------------------------------ */

/* plain: with what MXCSR may hold. No address of the stack is among it. */
static void fill(bool plain)
{
	uint64_t *d = (void *)(uintptr_t)DATA, *s = (void *)(uintptr_t)STACK;

	for (unsigned i = 0; i < SIZE / 8; i++) {
		d[i] = plain ? 0x1f8000001f80ull : 0x0101010101010101ull * (i & 0xff) ^ DATA;
		s[i] = plain ? d[i] : 0x0707070707070707ull * ((i & 0xff) | 1) ^ STACK;
	}
}

static void start_child(struct child *c)
{
	c->pid = fork();
	if (!c->pid) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		_exit(0);
	}
	ck_assert_int_gt(c->pid, 0);
	waitpid(c->pid, NULL, 0);
}

static void end_child(struct child *c)
{
	kill(c->pid, SIGKILL);
	waitpid(c->pid, NULL, 0);
}

/* What of the state of vectors is to be seen beside what PTRACE_GETFPREGS gives. */
static void find_uppers(struct child *c)
{
	struct iovec all = { c->xstate, sizeof(c->xstate) };
	unsigned a, b, unused;

	if (ptrace(PTRACE_GETREGSET, c->pid, NT_X86_XSTATE, &all) ||
	    !__get_cpuid_count(0xd, 2, &a, &b, &unused, &unused) || a != 256 || b + a > all.iov_len)
		return;
	c->xstate_bytes = all.iov_len;
	c->uppers = b;
}

static void put_vectors(struct child *c, const struct picture *p)
{
	static const uint64_t present = 7; /* x87, SSE, AVX */
	struct iovec all = { c->xstate, c->xstate_bytes };

	if (!c->uppers) {
		ptrace(PTRACE_SETFPREGS, c->pid, NULL, &p->f);
		return;
	}
	memcpy(c->xstate, &p->f, XSTATE_LEGACY);
	memcpy(c->xstate + XSTATE_HEADER, &present, sizeof(present));
	memcpy(c->xstate + c->uppers, p->upper, sizeof(p->upper));
	ck_assert_int_eq(ptrace(PTRACE_SETREGSET, c->pid, NT_X86_XSTATE, &all), 0);
}

static void get_vectors(struct child *c, struct picture *p)
{
	static uint8_t seen[XSTATE];
	struct iovec all = { seen, sizeof(seen) };

	ptrace(PTRACE_GETFPREGS, c->pid, NULL, &p->f);
	if (!c->uppers)
		return;
	ck_assert_int_eq(ptrace(PTRACE_GETREGSET, c->pid, NT_X86_XSTATE, &all), 0);
	memcpy(p->upper, seen + c->uppers, sizeof(p->upper));
}

/* One step from `before`, of an instruction of `length` bytes; false: it cannot run with these
 * values. */
static bool step(struct child *c, const uint8_t *code, size_t n, unsigned length,
		 const struct picture *before, struct picture *after)
{
	int status;

	memset((void *)(uintptr_t)CODE, 0, SIZE);
	memcpy((void *)(uintptr_t)CODE, code, n);
	if (!c->goes_on)
		fill(c->plain);
	ptrace(PTRACE_SETREGS, c->pid, NULL, &before->r);
	put_vectors(c, before);
	if (ptrace(PTRACE_SINGLESTEP, c->pid, NULL, NULL) < 0 ||
	    waitpid(c->pid, &status, 0) != c->pid || !WIFSTOPPED(status)) {
		start_child(c);
		return false;
	}
	c->illegal = WSTOPSIG(status) == SIGILL;
	if (WSTOPSIG(status) != SIGTRAP)
		return false;
	ptrace(PTRACE_GETREGS, c->pid, NULL, &after->r);
	/* Some hypervisors emulate CPUID and the like, and lose the trap behind them: the step was
	 * of the next instruction, too. */
	if (after->r.rip != CODE && after->r.rip != CODE + length) {
		c->illegal = true;
		return false;
	}
	get_vectors(c, after);
	memcpy(after->stack, (void *)(uintptr_t)STACK, SIZE);
	return true;
}

static void draw_picture(struct child *c, const struct user_regs_struct *r,
			 const struct user_fpregs_struct *f, struct picture *out)
{
	out->r = *r;
	out->f = *f;
	for (unsigned i = 0; i < 16; i++) {
		uint64_t n = draw(c);
		unsigned long long *at = gpr_of(&out->r, i);

		*at = n % 3 ? DATA + SIZE / 2 + (n >> 8) % 512 : n % 7 ? draw(c) : n >> 60;
		if (!c->wide)
			*at &= 0xffffffff;
	}
	out->r.rsp = SP;
	out->r.rip = CODE;
	out->r.eflags = 0x202;
	/* No system call is under way that might be restarted. */
	out->r.orig_rax = (unsigned long long)-1;
	if (!c->wide) {
		out->r.cs = 0x23;
		out->r.ds = out->r.es = 0x2b;
	}
	for (unsigned i = 0; i < 16; i++) {
		uint64_t n = draw(c);

		out->f.xmm_space[4 * i] = (unsigned)n;
		memset(out->upper[i], (int)(n >> 32), sizeof(out->upper[i]));
	}
	fill(c->plain);
	memcpy(out->stack, (void *)(uintptr_t)STACK, SIZE);
}

/* What is claimed ----------------------------------------------------------------------------- */

static uint64_t base_address(const struct machine *x, unsigned base, bool *known)
{
	const struct base *b = &x->bases.v[base];

	if (!base)
		return SP;
	*known = *known && !b->dynamic;
	return (base_address(x, b->parent, known) + (uint64_t)b->off) & -b->align;
}

static uint64_t concrete(const struct machine *x, const struct picture *p, const struct value *v,
			 bool *known)
{
	uint64_t mask = x->word == 8 ? ~0ull : 0xffffffff;
	struct user_regs_struct r = p->r;

	*known = true;
	switch (v->kind) {
	case V_CONST:
		return v->off & mask;
	case V_ENTRY:
		return ((uint64_t)v->sign * *gpr_of(&r, v->id) + v->off) & mask;
	case V_STACK:
		return (base_address(x, v->id, known) + v->off) & mask;
	default:
		*known = false;
		return 0;
	}
}

/* What is said of a value that is not known. */
static void limits(const struct value *v, uint64_t n, const char *what, unsigned reg)
{
	uint64_t part = v->id ? n & ((1ull << 8 * v->id) - 1) : n;

	holds(v->kind != V_ANY || !v->more || part < v->more,
	      "%s: register %u is 0x%llx, not less than 0x%llx", what, reg, (unsigned long long)n,
	      (unsigned long long)v->more);
	holds(!(v->flags & VALUE_ALIGNED) || v->kind == V_STACK || !(n % 16),
	      "%s: register %u is 0x%llx, no multiple of 16", what, reg, (unsigned long long)n);
	holds(v->kind != V_LOW || (n & 0xff) == v->off, "%s: register %u is 0x%llx, not ...%02llx",
	      what, reg, (unsigned long long)n, (unsigned long long)v->off);
}

static bool condition(unsigned number, uint64_t f)
{
	bool cf = f & 1, pf = f >> 2 & 1, zf = f >> 6 & 1, sf = f >> 7 & 1, of = f >> 11 & 1;
	const bool holds_so[] = { of, cf, zf, cf || zf, sf, pf, sf != of, zf || sf != of };

	return holds_so[number / 2] != (number & 1);
}

/* Branches that are decided are so. Intel SDM, volume 1, appendix B. */
static void decisions(const struct state *s, const char *what, uint64_t flags)
{
	static const ZydisMnemonic jumps[] = {
		ZYDIS_MNEMONIC_JO, ZYDIS_MNEMONIC_JNO, ZYDIS_MNEMONIC_JB,  ZYDIS_MNEMONIC_JNB,
		ZYDIS_MNEMONIC_JZ, ZYDIS_MNEMONIC_JNZ, ZYDIS_MNEMONIC_JBE, ZYDIS_MNEMONIC_JNBE,
		ZYDIS_MNEMONIC_JS, ZYDIS_MNEMONIC_JNS, ZYDIS_MNEMONIC_JP,  ZYDIS_MNEMONIC_JNP,
		ZYDIS_MNEMONIC_JL, ZYDIS_MNEMONIC_JNL, ZYDIS_MNEMONIC_JLE, ZYDIS_MNEMONIC_JNLE
	};

	for (unsigned i = 0; i < ARRAY_SIZE(jumps); i++) {
		enum tri t = branch_decide(s, jumps[i]);

		holds(t == UNSURE || (t == SET) == condition(i, flags),
		      "%s: %s would be decided wrongly", what, ZydisMnemonicGetString(jumps[i]));
	}
}

static unsigned x87_used(const struct user_fpregs_struct *f)
{
	return (unsigned)__builtin_popcount(f->ftw & 0xff);
}

/* Where an index that is limited may write: there nothing is claimed. */
static void cover_range(struct machine *x, struct state *before, const struct insn *in,
			bool *covered)
{
	for (unsigned i = 0; i < in->d.operand_count; i++) {
		struct address m;
		int64_t at, bytes = in->op[i].size / 8;

		if (in->op[i].type != ZYDIS_OPERAND_TYPE_MEMORY ||
		    in->op[i].mem.type != ZYDIS_MEMOP_TYPE_MEM)
			continue;
		m = machine_address(x, before, in, i);
		if (in->d.meta.category == ZYDIS_CATEGORY_BITBYTE && m.v.kind == V_STACK) {
			m.start = m.v; /* MOST_KNOWN bits */
			m.limit = MOST_KNOWN / 8;
			m.scale = 1;
		} else if (!m.ranged) {
			continue;
		}
		at = (int64_t)m.start.off + SP - STACK;
		for (int64_t k = at; k < at + (int64_t)((m.limit - 1) * m.scale) + bytes; k++)
			covered[k >= 0 && k < SIZE ? k : 0] = true;
	}
}

static const void *vector_at_entry(const struct picture *p, unsigned id)
{
	return id >= VECTOR_UPPER ? (const void *)p->upper[id - VECTOR_UPPER]
				  : &p->f.xmm_space[4 * id];
}

/* A slot that holds a vector, flags or a control word as they were at the beginning. */
static void saved_state(const struct slot *t, const struct picture *p, const uint8_t *held,
			const char *what)
{
	uint16_t cw = 0;
	uint32_t n = 0;

	memcpy(&cw, held, sizeof(cw));
	memcpy(&n, held, sizeof(n));
	if (t->v.kind == V_VECTOR)
		holds(!memcmp(held, vector_at_entry(p, t->v.id), 16),
		      "%s: the slot at %lld does not hold vector %u", what, (long long)t->off,
		      t->v.id);
	if (t->v.kind == V_CW)
		holds(cw == p->f.cwd, "%s: the slot holds no control word", what);
	if (t->v.kind == V_MXCSR)
		holds(!((n ^ p->f.mxcsr) & 0xffc0), "%s: the slot holds no MXCSR", what);
	if (t->v.kind == V_FLAGS)
		holds(!((n ^ p->r.eflags) & (t->v.off ? 0xcd5 : 0x400)),
		      "%s: the slot does not hold flags", what);
}

static void claims(struct machine *x, const struct state *s, const bool *covered_before,
		   const struct insn *in, const struct picture *p, const struct picture *q)
{
	const char *what = machine_words(x, in->at);
	struct user_regs_struct r = q->r;
	bool known, covered[SIZE];

	memcpy(covered, covered_before, sizeof(covered));
	for (unsigned i = 0; i < (x->word == 8 ? 16u : 8u); i++) {
		uint64_t n = concrete(x, p, &s->gpr[i], &known);

		holds(!known || n == *gpr_of(&r, i), "%s: register %u is 0x%llx, not 0x%llx", what,
		      i, *gpr_of(&r, i), (unsigned long long)n);
		limits(&s->gpr[i], *gpr_of(&r, i), what, i);
	}
	decisions(s, what, q->r.eflags);
	for (unsigned i = 0; i < s->nslots; i++) {
		const struct slot *t = &s->slot[i];
		uint64_t n = concrete(x, p, &t->v, &known), held = 0;
		int64_t at = (int64_t)base_address(x, t->base, &known) - STACK + t->off;

		for (int64_t k = at; k < at + t->size; k++) {
			if (k >= 0 && k < SIZE)
				covered[k] = true;
		}
		if (at >= 0 && at + 16 <= SIZE)
			saved_state(t, p, q->stack + at, what);
		if (known && t->size <= 8 && at >= 0 && at + 8 <= SIZE) {
			memcpy(&held, q->stack + at, t->size);
			n &= t->size == 8 ? ~0ull : (1ull << 8 * t->size) - 1;
			holds(n == held, "%s: the slot at %lld holds 0x%llx, not 0x%llx", what,
			      (long long)t->off, (unsigned long long)held, (unsigned long long)n);
		}
	}
	for (unsigned i = 0; i < SIZE; i++)
		holds(covered[i] || x->nassumptions || p->stack[i] == q->stack[i],
		      "%s: wrote to the stack at %+d, which it is not said to do", what,
		      (int)i - (SP - STACK));
	if (s->flags_kept)
		holds(!((p->r.eflags ^ q->r.eflags) & 0x8d5), "%s: status flags changed", what);
	if (s->df != UNSURE)
		holds((q->r.eflags >> 10 & 1) == s->df, "%s: DF", what);
	for (unsigned i = 0; i < (x->word == 8 ? 16u : 8u); i++) {
		uint8_t upper = s->upper[i];

		if (s->vector[i].kind == V_VECTOR)
			holds(!memcmp(vector_at_entry(p, s->vector[i].id), &q->f.xmm_space[4 * i],
				      16),
			      "%s: xmm%u changed", what, i);
		if (upper != UPPER_CHANGED && upper != UPPER_UNKNOWN)
			holds(!memcmp(p->upper[upper - 1], q->upper[i], 16),
			      "%s: the upper half of ymm%u changed", what, i);
	}
	if (s->cw == CLEAR)
		holds(p->f.cwd == q->f.cwd, "%s: the x87 control word changed", what);
	if (s->mxcsr == CLEAR)
		holds(!((p->f.mxcsr ^ q->f.mxcsr) & 0xffc0), "%s: MXCSR changed", what);
	if (s->mmx == CLEAR && s->x87 != X87_UNKNOWN)
		holds((int)x87_used(&q->f) == s->x87, "%s: %u x87 registers in use, not %d", what,
		      x87_used(&q->f), s->x87);
}

/* Bytes that are said to be defined are the same in both pictures. */
static void agree(struct machine *x, const struct state *s, const struct insn *in,
		  const struct picture *p, const struct picture *q)
{
	const char *what = machine_words(x, in->at);
	struct user_regs_struct a = p->r, b = q->r;
	static const ZydisAccessedFlagsMask names[] = { ZYDIS_CPUFLAG_CF, ZYDIS_CPUFLAG_PF,
							ZYDIS_CPUFLAG_AF, ZYDIS_CPUFLAG_ZF,
							ZYDIS_CPUFLAG_SF, ZYDIS_CPUFLAG_OF };

	for (unsigned i = 0; i < (x->word == 8 ? 16u : 8u); i++) {
		for (unsigned k = 0; k < x->word; k++) {
			uint64_t differ = (*gpr_of(&a, i) ^ *gpr_of(&b, i)) >> (8 * k) & 0xff;

			holds(!differ || s->gpr[i].undefined >> k & 1,
			      "%s: byte %u of register %u depends on undefined bytes", what, k, i);
		}
	}
	for (unsigned k = 0; k < ARRAY_SIZE(flag_bits); k++) {
		if (in->d.cpu_flags && in->d.cpu_flags->undefined & names[k])
			continue;
		holds(!((a.eflags ^ b.eflags) & flag_bits[k]) || s->flags_undefined >> k & 1,
		      "%s: flag 0x%x depends on undefined bytes", what, (unsigned)flag_bits[k]);
	}
}

/* Trials -------------------------------------------------------------------------------------- */

struct trial {
	struct image image;
	struct image_section section;
	struct prove_job job;
	struct prove_subject subject;
	struct machine x;
};

static void new_trial(struct trial *t, bool wide)
{
	*t = (struct trial){ .job.width = wide ? W64 : W32 };
	t->section = (struct image_section){ .name = ".text",
					     .address = CODE,
					     .size = 16,
					     .bytes = (void *)(uintptr_t)CODE,
					     .code = true,
					     .writable = true };
	t->image = (struct image){ .width = t->job.width, .section = &t->section, .nsections = 1 };
	t->subject = (struct prove_subject){ .name = "f",
					     .conv = convention_find(wide ? "sysv" : "cdecl",
								     t->job.width),
					     .area = SIZE,
					     .jumps = -1 };
	t->x = (struct machine){ .a = arena_new(),
				 .m = &t->image,
				 .job = &t->job,
				 .f = &t->subject,
				 .word = wide ? 8 : 4,
				 .red_zone = SIZE };
	t->x.bases = (struct frame_bases){ .n = 1, .align_entry = 1, .word = t->x.word };
	ZydisDecoderInit(&t->x.decoder,
			 wide ? ZYDIS_MACHINE_MODE_LONG_64 : ZYDIS_MACHINE_MODE_LEGACY_32,
			 wide ? ZYDIS_STACK_WIDTH_64 : ZYDIS_STACK_WIDTH_32);
}

/* Some registers hold what the state knows: addresses of the stack, constants. */
static void know(struct child *c, const struct trial *t, struct picture *p, struct state *s,
		 unsigned i)
{
	uint64_t n = draw(c), small = draw(c) % 5 ? draw(c) % 70 : draw(c);
	uint64_t mask = t->x.word == 8 ? ~0ull : 0xffffffff;

	if (n % 4 == 0) {
		int64_t off = (int64_t)(n >> 8) % 256 * (n >> 40 & 1 ? 8 : 1);

		*gpr_of(&p->r, i) = (uint64_t)(SP + off);
		s->gpr[i] = value_stack(0, off);
	} else if (n % 4 == 1) {
		*gpr_of(&p->r, i) = small & mask;
		s->gpr[i] = value_const(small & mask);
		s->gpr[i].flags = !(small % 16) ? VALUE_ALIGNED : 0;
	} else if (n % 16 == 2) {
		*gpr_of(&p->r, i) = small % MOST_KNOWN;
		s->gpr[i] = (struct value){ .kind = V_ANY, .more = MOST_KNOWN };
	}
}

/* Some slots hold what is in the stack. */
static void know_slots(struct child *c, const struct trial *t, const struct picture *p,
		       struct state *s)
{
	static const uint8_t sizes[] = { 1, 2, 4, 8 };

	for (unsigned i = 0; i < 40; i++) {
		int64_t off = (int64_t)(draw(c) % 1024) - 512;
		unsigned size = sizes[draw(c) % (t->x.word == 8 ? 4 : 3)];
		uint64_t n = 0;
		struct value v;

		memcpy(&n, p->stack + (SP - STACK) + off, size);
		v = value_const(n);
		state_store(s, &t->x.bases, 0, off, size, &v);
	}
}

static void begin_state(struct child *c, const struct trial *t, bool marked, struct picture *p,
			struct state *s)
{
	memset(s, 0, sizeof(*s));
	for (unsigned i = 0; i < GPR_COUNT; i++) {
		s->gpr[i] = value_entry(i);
		if (marked && i != GPR_SP)
			s->gpr[i].undefined =
				(uint8_t)(draw(c) & draw(c)) & (t->x.word == 8 ? 0xff : 0xf);
		s->gpr[i].origin = s->gpr[i].undefined ? ORIGIN_SLOT : ORIGIN_NONE;
		if (i != GPR_SP && (t->x.word == 8 || i < 8))
			know(c, t, p, s, i);
	}
	s->gpr[GPR_SP] = value_stack(0, 0);
	for (unsigned i = 0; i < XMM_COUNT; i++)
		s->vector[i] = (struct value){ .kind = V_VECTOR, .id = (uint8_t)i };
	for (unsigned i = 0; i < XMM_COUNT; i++)
		s->upper[i] = (uint8_t)(1 + i);
	s->flags_kept = true;
	s->flags_undefined = marked ? draw(c) & draw(c) & F_ALL : 0;
	s->flags_origin = s->flags_undefined ? ORIGIN_FLAGS : ORIGIN_NONE;
	s->x87 = 4;
	know_slots(c, t, p, s);
	/* Memory of the stack is as it was. */
	s->escaped_frame = true;
}

/* Other bytes where the state says that they are undefined. */
static void vary(struct child *c, const struct state *s, struct picture *p)
{
	for (unsigned i = 0; i < 16; i++) {
		uint64_t n = draw(c), mask = 0;

		for (unsigned k = 0; k < 8; k++)
			mask |= s->gpr[i].undefined >> k & 1 ? 0xffull << 8 * k : 0;
		*gpr_of(&p->r, i) ^= n & mask;
	}
	for (unsigned k = 0; k < ARRAY_SIZE(flag_bits); k++)
		p->r.eflags ^= s->flags_undefined >> k & 1 ? draw(c) & flag_bits[k] : 0;
}

/* The book of one instruction: does a step agree with the model? False: it could not run. */
static bool attempt(struct child *c, const uint8_t *code, size_t n, bool marked,
		    const struct user_regs_struct *r, const struct user_fpregs_struct *f)
{
	static struct picture before, other, after, again;
	struct state s;
	struct trial t;
	struct insn in;
	bool done = false;

	new_trial(&t, c->wide);
	memcpy((void *)(uintptr_t)CODE, code, n);
	machine_decode(&t.x, CODE, &in);
	draw_picture(c, r, f, &before);
	begin_state(c, &t, marked, &before, &s);
	other = before;
	vary(c, &s, &other);
	if (step(c, code, n, in.d.length, &before, &after) && after.r.rip != CODE) {
		bool covered[SIZE] = { 0 };

		cover_range(&t.x, &s, &in, covered);
		machine_step(&t.x, &s, &in);
		if (!t.x.stop)
			claims(&t.x, &s, covered, &in, &before, &after);
		done = true;
		if (marked && !t.x.nissues && !t.x.nassumptions && repeatable(&in) &&
		    step(c, code, n, in.d.length, &other, &again) && again.r.rip != CODE)
			agree(&t.x, &s, &in, &after, &again);
	}
	arena_free(t.x.a);
	return done;
}

/* Some of the codes that ran, one after the other from one state: as long as nothing is assumed,
 * what is claimed holds behind each. */
static void together(struct child *c, const struct user_regs_struct *r,
		     const struct user_fpregs_struct *f)
{
	static struct picture before, now, next;
	bool covered[SIZE] = { 0 };
	struct state s;
	struct trial t;
	struct insn in;

	new_trial(&t, c->wide);
	draw_picture(c, r, f, &before);
	begin_state(c, &t, false, &before, &s);
	now = before;
	for (unsigned i = 0; i < TOGETHER && !t.x.stop && !t.x.nassumptions; i++) {
		const struct code *k = &c->pool[draw(c) % POOL];

		now.r.rip = CODE;
		c->goes_on = i > 0;
		memcpy((void *)(uintptr_t)CODE, k->bytes, k->n);
		machine_decode(&t.x, CODE, &in);
		if (!step(c, k->bytes, k->n, in.d.length, &now, &next) || next.r.rip == CODE)
			break;
		cover_range(&t.x, &s, &in, covered);
		machine_step(&t.x, &s, &in);
		if (!t.x.stop && !t.x.nassumptions)
			claims(&t.x, &s, covered, &in, &before, &next);
		now = next;
		now.r.orig_rax = (unsigned long long)-1;
	}
	c->goes_on = false;
	arena_free(t.x.a);
}

static void remember_code(struct child *c, const uint8_t *code, size_t n)
{
	struct code *k = &c->pool[c->npool++ % POOL];

	memcpy(k->bytes, code, n);
	k->n = n;
}

/* Several times, until it ran twice: with marks and without. */
static void try_code(struct child *c, unsigned again, bool each, const uint8_t *code, size_t n,
		     const struct user_regs_struct *r, const struct user_fpregs_struct *f)
{
	unsigned done = 0;
	struct trial t;
	struct insn in;
	bool fit;

	new_trial(&t, c->wide);
	memcpy((void *)(uintptr_t)CODE, code, n);
	fit = machine_decode(&t.x, CODE, &in) && usable(&t.x, &in);
	arena_free(t.x.a);
	if (!fit)
		return;
	if (again && c->done[in.d.mnemonic] && !each)
		return;
	c->seen[in.d.mnemonic] = c->category[in.d.meta.category] = true;
	c->illegal = false;
	c->plain =
		in.d.mnemonic == ZYDIS_MNEMONIC_LDMXCSR || in.d.mnemonic == ZYDIS_MNEMONIC_VLDMXCSR;
	/* What faults with most values gets more of them, until it has run once. */
	for (unsigned i = 0;
	     i < (c->done[in.d.mnemonic] ? ATTEMPTS : 10 * ATTEMPTS) && done < 2 && !c->illegal;
	     i++)
		done += attempt(c, code, n, i % 2, r, f);
	if (done && draw(c) % 4 == 0 && !c->plain)
		remember_code(c, code, n);
	if (done && c->npool > POOL)
		together(c, r, f);
	c->done[in.d.mnemonic] = c->done[in.d.mnemonic] || done;
	c->absent[in.d.mnemonic] = c->absent[in.d.mnemonic] || c->illegal;
}

/* What a process may not execute, or a traced one had better not. */
static bool privileged(ZydisMnemonic m)
{
	return m == ZYDIS_MNEMONIC_RDMSR || m == ZYDIS_MNEMONIC_WRMSR || m == ZYDIS_MNEMONIC_CLI ||
	       m == ZYDIS_MNEMONIC_STI || m == ZYDIS_MNEMONIC_XGETBV || m == ZYDIS_MNEMONIC_STAC ||
	       m == ZYDIS_MNEMONIC_CLAC || m == ZYDIS_MNEMONIC_SYSCALL;
}

/* Of processors by VIA alone: elsewhere the same bytes may be another instruction's, or a fault. */
static bool padlock(ZydisMnemonic m)
{
	return m == ZYDIS_MNEMONIC_XSTORE || m == ZYDIS_MNEMONIC_XSHA1 ||
	       m == ZYDIS_MNEMONIC_XSHA256 || m == ZYDIS_MNEMONIC_MONTMUL ||
	       m == ZYDIS_MNEMONIC_XCRYPT_ECB || m == ZYDIS_MNEMONIC_XCRYPT_CBC ||
	       m == ZYDIS_MNEMONIC_XCRYPT_CTR || m == ZYDIS_MNEMONIC_XCRYPT_CFB ||
	       m == ZYDIS_MNEMONIC_XCRYPT_OFB;
}

static void missing(const struct child *c, bool *of_both)
{
	for (unsigned m = 0; m <= ZYDIS_MNEMONIC_MAX_VALUE; m++)
		of_both[m] =
			of_both[m] || c->done[m] || c->absent[m] || privileged(m) || padlock(m);
}

/* Every mnemonic that insn.def names was stepped at one width, if the processor has it. */
static void all_stepped(const bool *stepped)
{
	static const ZydisMnemonic named[] = {
#define EXACT(mnemonic, handler) ZYDIS_MNEMONIC_##mnemonic,
#define FPU(mnemonic, delta)     ZYDIS_MNEMONIC_##mnemonic,
#define PLAIN(mnemonic)          ZYDIS_MNEMONIC_##mnemonic,
#include "prove/insn.def"
	};

	struct str s = { 0 };

	for (unsigned i = 0; i < ARRAY_SIZE(named); i++) {
		if (!stepped[named[i]])
			str_addf(&s, " %s", ZydisMnemonicGetString(named[i]));
	}
	ck_assert_msg(!s.len, "not stepped:%s", s.s);
}

static void run_trials(bool wide, bool *all, bool *categories)
{
	static struct child c;
	struct user_regs_struct r;
	struct user_fpregs_struct f;
	unsigned count = 0, never = 0;

	c = (struct child){ .wide = wide, .random = 0x9e3779b97f4a7c15ull };
	start_child(&c);
	ptrace(PTRACE_GETREGS, c.pid, NULL, &r);
	ptrace(PTRACE_GETFPREGS, c.pid, NULL, &f);
	find_uppers(&c);
	f.cwd = 0x37f;
	f.ftw = 0xf0; /* four registers in use */
	f.swd = 4 << 11;
	f.mxcsr = 0x1f80;
	for (unsigned i = 0; i < CODES; i++) {
		uint8_t code[32] = { 0 };
		size_t n;

		for (unsigned again = 0; again < 8; again++) {
			if (nth_code(&c, i, again, code, &n))
				try_code(&c, again, i < LEGACY, code, n, &r, &f);
		}
	}
	end_child(&c);
	missing(&c, all);
	for (unsigned k = 0; k <= ZYDIS_CATEGORY_MAX_VALUE; k++)
		categories[k] = categories[k] || c.category[k];
	for (unsigned m = 0; m <= ZYDIS_MNEMONIC_MAX_VALUE; m++) {
		count += c.done[m];
		if (c.seen[m] && !c.done[m] && !c.absent[m] && !privileged(m)) {
			never++;
			printf("%s: never ran to its end\n", ZydisMnemonicGetString(m));
		}
	}
	printf("%u bit: %u mnemonics agree with the processor, %u could not run\n",
	       wide ? 64u : 32u, count, never);
	ck_assert_uint_gt(count, 300);
}

/* Does this kernel let a process run 32-bit code? One step of a NOP. */
static bool steps_32_bit(void)
{
	static struct child c;
	static struct picture before, after;
	const uint8_t nop = 0x90;
	bool done;

	c = (struct child){ .wide = false };
	start_child(&c);
	ptrace(PTRACE_GETREGS, c.pid, NULL, &before.r);
	ptrace(PTRACE_GETFPREGS, c.pid, NULL, &before.f);
	before.r.rsp = SP;
	before.r.rip = CODE;
	before.r.eflags = 0x202;
	before.r.cs = 0x23;
	before.r.ds = before.r.es = 0x2b;
	before.r.orig_rax = (unsigned long long)-1;
	done = step(&c, &nop, 1, 1, &before, &after) && after.r.rip == CODE + 1;
	end_child(&c);
	return done;
}

static bool stepped[ZYDIS_MNEMONIC_MAX_VALUE + 1], drawn[ZYDIS_CATEGORY_MAX_VALUE + 1];

/* Of each category that insn.def names instructions were drawn, whether the processor has them or
 * not. */
static void all_drawn(void)
{
	static const ZydisInstructionCategory named[] = {
#define CLASS(category) ZYDIS_CATEGORY_##category,
#include "prove/insn.def"
	};
	struct str s = { 0 };

	for (unsigned i = 0; i < ARRAY_SIZE(named); i++) {
		if (!drawn[named[i]])
			str_addf(&s, " %s", ZydisCategoryGetString(named[i]));
	}
	ck_assert_msg(!s.len, "not drawn:%s", s.s);
}

static void map(void)
{
	static const uint64_t at[] = { CODE, STACK, DATA };

	for (unsigned i = 0; i < ARRAY_SIZE(at); i++) {
		void *p = mmap((void *)(uintptr_t)at[i], SIZE, PROT_READ | PROT_WRITE | PROT_EXEC,
			       MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

		ck_assert_ptr_eq(p, (void *)(uintptr_t)at[i]);
	}
}

START_TEST(model)
{
	map();
	run_trials(true, stepped, drawn);
	if (without(WITHOUT_IA32) || !steps_32_bit()) {
		printf("not-run: 32-bit code, which this kernel does not run\n");
		return;
	}
	run_trials(false, stepped, drawn);
	all_drawn();
	all_stepped(stepped);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("model");
	TCase *t = tcase_create("processor");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 400);
	tcase_add_test(t, model);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
