/* SPDX-License-Identifier: MIT */
/* The model of instructions against the processor: random encodings are single-stepped in a traced
 * child with random registers, and what the model claims to know afterwards must be so. Twice with
 * other bytes where the model is told that they are undefined: what it calls defined is the same.
 */
#include "prove/machine.h"
#include "util/without.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	CODE = 0x20000000,
	STACK = 0x20100000,
	DATA = 0x20200000,
	SIZE = 0x4000,
	TRIALS = 30000,
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
	bool wide;
	uint64_t random;
};

/* What a step starts from or ends with. */
struct picture {
	struct user_regs_struct r;
	struct user_fpregs_struct f;
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

static size_t random_code(struct child *c, uint8_t *to)
{
	static const uint8_t prefixes[] = { 0x66, 0xf2, 0xf3, 0x66 };
	size_t n = 0;
	uint64_t r = draw(c);

	if (r % 5 == 0)
		to[n++] = prefixes[(r >> 8) % sizeof(prefixes)];
	if (c->wide && r % 3)
		to[n++] = (uint8_t)(0x40 | ((r >> 16) & 15));
	switch ((r >> 24) % 8) {
	case 0:
	case 1:
	case 2:
		to[n++] = 0x0f;
		break;
	case 3:
		to[n++] = 0x0f;
		to[n++] = (r >> 32) % 2 ? 0x38 : 0x3a;
		break;
	case 4: /* VEX */
		n = 0;
		to[n++] = 0xc4;
		to[n++] = (uint8_t)(0xe0 | (1 + (r >> 32) % 3));
		to[n++] = (uint8_t)((r >> 40) | 0x78);
		break;
	default:
		break;
	}
	while (n < 15)
		to[n++] = (uint8_t)draw(c);
	return n;
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
	return machine_models(in);
}

/* The same every time? */
static bool repeatable(const struct insn *in)
{
	switch (in->d.mnemonic) {
	case ZYDIS_MNEMONIC_RDTSC:
	case ZYDIS_MNEMONIC_RDTSCP:
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

static void fill(void)
{
	uint64_t *d = (void *)(uintptr_t)DATA, *s = (void *)(uintptr_t)STACK;

	for (unsigned i = 0; i < SIZE / 8; i++) {
		d[i] = 0x0101010101010101ull * (i & 0xff) ^ DATA;
		s[i] = 0x0707070707070707ull * (i & 0xff) ^ STACK;
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

/* One step from `before`; false: the instruction cannot run with these values. */
static bool step(struct child *c, const uint8_t *code, size_t n, const struct picture *before,
		 struct picture *after)
{
	int status;

	memcpy((void *)(uintptr_t)CODE, code, n);
	fill();
	ptrace(PTRACE_SETREGS, c->pid, NULL, &before->r);
	ptrace(PTRACE_SETFPREGS, c->pid, NULL, &before->f);
	if (ptrace(PTRACE_SINGLESTEP, c->pid, NULL, NULL) < 0 ||
	    waitpid(c->pid, &status, 0) != c->pid || !WIFSTOPPED(status)) {
		start_child(c);
		return false;
	}
	if (WSTOPSIG(status) != SIGTRAP)
		return false;
	ptrace(PTRACE_GETREGS, c->pid, NULL, &after->r);
	ptrace(PTRACE_GETFPREGS, c->pid, NULL, &after->f);
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
	for (unsigned i = 0; i < 16; i++)
		out->f.xmm_space[4 * i] = (unsigned)draw(c);
	fill();
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

static unsigned x87_used(const struct user_fpregs_struct *f)
{
	return (unsigned)__builtin_popcount(f->ftw & 0xff);
}

static void claims(struct machine *x, const struct state *s, const struct insn *in,
		   const struct picture *p, const struct picture *q)
{
	const char *what = machine_words(x, in->at);
	struct user_regs_struct r = q->r;
	bool known, covered[SIZE] = { 0 };

	for (unsigned i = 0; i < (x->word == 8 ? 16u : 8u); i++) {
		uint64_t n = concrete(x, p, &s->gpr[i], &known);

		holds(!known || n == *gpr_of(&r, i), "%s: register %u is 0x%llx, not 0x%llx", what,
		      i, *gpr_of(&r, i), (unsigned long long)n);
	}
	for (unsigned i = 0; i < s->nslots; i++) {
		const struct slot *t = &s->slot[i];
		uint64_t n = concrete(x, p, &t->v, &known), held = 0;
		int64_t at = (int64_t)base_address(x, t->base, &known) - STACK + t->off;

		for (int64_t k = at; k < at + t->size; k++) {
			if (k >= 0 && k < SIZE)
				covered[k] = true;
		}
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
		if (s->vector[i].kind == V_VECTOR)
			holds(!memcmp(&p->f.xmm_space[4 * s->vector[i].id], &q->f.xmm_space[4 * i],
				      16),
			      "%s: xmm%u changed", what, i);
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
	static const uint64_t bits[] = { 1, 4, 0x10, 0x40, 0x80, 0x800 };
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
	for (unsigned k = 0; k < ARRAY_SIZE(bits); k++) {
		if (in->d.cpu_flags && in->d.cpu_flags->undefined & names[k])
			continue;
		holds(!((a.eflags ^ b.eflags) & bits[k]) || s->flags_undefined >> k & 1,
		      "%s: flag 0x%x depends on undefined bytes", what, (unsigned)bits[k]);
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

static void begin_state(struct child *c, const struct trial *t, bool marked, struct state *s)
{
	memset(s, 0, sizeof(*s));
	for (unsigned i = 0; i < GPR_COUNT; i++) {
		s->gpr[i] = value_entry(i);
		if (marked && i != GPR_SP)
			s->gpr[i].undefined =
				(uint8_t)(draw(c) & draw(c)) & (t->x.word == 8 ? 0xff : 0xf);
		s->gpr[i].origin = s->gpr[i].undefined ? ORIGIN_SLOT : ORIGIN_NONE;
	}
	s->gpr[GPR_SP] = value_stack(0, 0);
	for (unsigned i = 0; i < XMM_COUNT; i++)
		s->vector[i] = (struct value){ .kind = V_VECTOR, .id = (uint8_t)i };
	s->flags_kept = true;
	s->x87 = 4;
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
}

static unsigned run_trials(bool wide)
{
	struct child c = { .wide = wide, .random = 0x9e3779b97f4a7c15ull };
	struct user_regs_struct r;
	struct user_fpregs_struct f;
	static struct picture before, other, after, again;
	unsigned done = 0;

	start_child(&c);
	ptrace(PTRACE_GETREGS, c.pid, NULL, &r);
	ptrace(PTRACE_GETFPREGS, c.pid, NULL, &f);
	f.cwd = 0x37f;
	f.ftw = 0xf0; /* four registers in use */
	f.swd = 4 << 11;
	f.mxcsr = 0x1f80;
	for (unsigned i = 0; i < TRIALS; i++) {
		uint8_t code[16];
		size_t n = random_code(&c, code);
		bool marked = i % 2;
		struct state s;
		struct trial t;
		struct insn in;

		new_trial(&t, wide);
		memcpy((void *)(uintptr_t)CODE, code, n);
		if (machine_decode(&t.x, CODE, &in) && usable(&t.x, &in)) {
			draw_picture(&c, &r, &f, &before);
			begin_state(&c, &t, marked, &s);
			other = before;
			vary(&c, &s, &other);
			if (step(&c, code, n, &before, &after) && after.r.rip != CODE) {
				machine_step(&t.x, &s, &in);
				if (!t.x.stop)
					claims(&t.x, &s, &in, &before, &after);
				done++;
				if (marked && !t.x.nissues && !t.x.nassumptions &&
				    repeatable(&in) && step(&c, code, n, &other, &again) &&
				    again.r.rip != CODE)
					agree(&t.x, &s, &in, &after, &again);
			}
		}
		arena_free(t.x.a);
	}
	end_child(&c);
	return done;
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

START_TEST(model_64)
{
	map();
	ck_assert_uint_gt(run_trials(true), TRIALS / 50);
}
END_TEST

START_TEST(model_32)
{
	if (without(WITHOUT_IA32))
		return;
	map();
	ck_assert_uint_gt(run_trials(false), TRIALS / 50);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("model");
	TCase *t = tcase_create("processor");
	SRunner *r;
	int failed;

	tcase_set_timeout(t, 120);
	tcase_add_test(t, model_64);
	tcase_add_test(t, model_32);
	suite_add_tcase(s, t);
	r = srunner_create(s);
	srunner_run_all(r, CK_ENV);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed != 0;
}
