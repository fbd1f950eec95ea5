/* SPDX-License-Identifier: MIT */
/* Single steps by ptrace(2). From outside, so that code under test, its flags and its stack are
 * what they are without it: a handler inside would put a frame on the stack at each step, and TF
 * into the flags that the code can see. The payload stops itself (int3) where a call is about to be
 * made and where a probe goes back; in between this side makes steps, and at each looks at
 *
 * - what the instruction writes on the stack: nothing above the frame, nothing below the red zone;
 * - where call frame information leads: to the caller, with every preserved register. */
#include "check/step.h"

#include "check/fault.h"
#include "check/unwind.h"
#include "util/elf.h"

#include <Zydis/Zydis.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	MOST_STEPS = 60000, /* of one function: then the rest is not stepped */
	MOST_OUTSIDE = 400, /* of the runtime's own instructions in a row */
	MOST_FRAMES = 64
};

struct stepper {
	struct check_run *run;
	struct unwinder *unwinder;
	ZydisDecoder decoder;
	uint64_t call, end, probe, code, code_end; /* of asm/contract*.asm; of code under test */
	uint64_t stack, stack_end, below;          /* of the stack: memory that is nobody's */
	uint8_t *text;                             /* of code under test */
	int pid, memory;
	/* The call under way. */
	const struct contract *c;
	struct unwind_regs entry; /* at the call instruction */
	bool stepping;
	unsigned outside, *steps; /* by function */
	bool *uncovered;
};

static struct unwind_regs regs_of(const struct user_regs_struct *u)
{
	return (struct unwind_regs){ .pc = u->rip,
				     .known = 0xffff,
				     .gpr = { u->rax, u->rcx, u->rdx, u->rbx, u->rsp, u->rbp,
					      u->rsi, u->rdi, u->r8, u->r9, u->r10, u->r11, u->r12,
					      u->r13, u->r14, u->r15 } };
}

static bool read_memory(void *closure, uint64_t address, void *to, unsigned bytes)
{
	const struct stepper *s = closure;

	return pread(s->memory, to, bytes, (off_t)address) == (ssize_t)bytes;
}

/* Findings ----------------------------------------------------------------------------------- */

static struct checked_finding *new_finding(struct stepper *s, enum check check, unsigned item,
					   enum rule_id rule)
{
	struct check_run *r = s->run;
	struct checked_finding *x;

	for (size_t i = 0; i < r->nfindings; i++) {
		x = &r->finding[i];
		/* One of a kind in a function: what follows it is often its consequence. */
		if (x->c == s->c && x->f.check == check && x->item == item)
			return NULL;
	}
	r->finding = arena_grow(r->arena, r->finding, r->nfindings, sizeof(*x));
	x = &r->finding[r->nfindings++];
	*x = (struct checked_finding){
		.c = s->c, .item = item, .places = 1u << PLACE_NATIVE, .seed = r->seed
	};
	x->f.check = check;
	x->f.direction = CL_CALLEE;
	x->f.rule = rule;
	x->f.verdict = rule_in(rule, r->file->edition)->status == STATED ? VERDICT_VIOLATION
									 : VERDICT_DIVERGENCE;
	x->rule = check_rule_text(r->arena, rule, r->file->edition);
	return x;
}

/* "at 0x409455 (f+0x5): push rbx". */
static const char *where(struct stepper *s, uint64_t pc)
{
	struct arena *a = s->run->arena;
	const char *name = elf_symbol(a, s->run->payload, pc);
	const char *code = disassemble(a, s->run->payload, s->run->file->width, pc);

	return arena_printf(a, "at %s: %s",
			    name ? name : arena_printf(a, "0x%llx", (unsigned long long)pc),
			    code ? code : "?");
}

static bool wide(const struct stepper *s)
{
	return s->run->file->width == W64;
}

/* Stack writes ------------------------------------------------------------------------------- */

static unsigned red_zone(const struct stepper *s)
{
	return abi_red_zone(s->c->call.conv, convention_profile(s->c->call.conv));
}

static void stack_write(struct stepper *s, const struct unwind_regs *at, uint64_t address,
			unsigned bytes)
{
	struct arena *a = s->run->arena;
	const char *sp = gpr_name(s->run->file->width, GPR_SP, word_bytes(s->run->file->width));
	/* At the call; the return address is below. */
	uint64_t frame = s->entry.gpr[GPR_SP], low = at->gpr[GPR_SP] - red_zone(s);
	struct checked_finding *x;
	bool above;

	/* What is below the stack is the runtime's memory; data of the objects is above or before.
	 */
	if (address + bytes <= s->below || address >= s->stack_end)
		return;
	above = address + bytes > frame - word_bytes(s->run->file->width) &&
		(address < frame || address + bytes > frame + s->c->area);
	if (!above && address >= low)
		return;
	x = new_finding(s, CHECK_STACK, above,
			s->c->call.conv->rule[above ? CHECK_CANARY : CHECK_STACK]);
	if (!x)
		return;
	x->f.subject = where(s, at->pc);
	x->f.expected = above         ? "no write above the frame"
			: red_zone(s) ? arena_printf(a, "no write below the red zone, %s-%u", sp,
						     red_zone(s))
				      : arena_printf(a, "no write below %s", sp);
	if (above)
		x->f.observed = arena_printf(
			a, "%u bytes at %s+%llu as it was at entry%s", bytes, sp,
			(unsigned long long)address - frame + word_bytes(s->run->file->width),
			address < frame ? ", the return address" : "");
	else
		x->f.observed = arena_printf(a, "%u bytes at %s-%llu", bytes, sp,
					     (unsigned long long)(at->gpr[GPR_SP] - address));
}

static ZydisRegisterContext *context_of(const struct unwind_regs *at, bool is_wide,
					ZydisRegisterContext *c)
{
	memset(c, 0, sizeof(*c));
	for (unsigned i = 0; i < 16; i++)
		c->values[(is_wide ? ZYDIS_REGISTER_RAX : ZYDIS_REGISTER_EAX) + i] = at->gpr[i];
	c->values[ZYDIS_REGISTER_RIP] = c->values[ZYDIS_REGISTER_EIP] = at->pc;
	return c;
}

static void check_writes(struct stepper *s, const struct unwind_regs *at)
{
	ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
	ZydisDecodedInstruction in;
	ZydisRegisterContext context;
	ZyanU64 address;

	if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&s->decoder, s->text + (at->pc - s->code),
						 s->code_end - at->pc, &in, operands)))
		return;
	for (unsigned i = 0; i < in.operand_count_visible; i++) {
		const ZydisDecodedOperand *o = &operands[i];

		if (o->type != ZYDIS_OPERAND_TYPE_MEMORY || o->mem.type != ZYDIS_MEMOP_TYPE_MEM ||
		    !(o->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) ||
		    o->mem.segment == ZYDIS_REGISTER_FS || o->mem.segment == ZYDIS_REGISTER_GS)
			continue;
		if (ZYAN_SUCCESS(ZydisCalcAbsoluteAddressEx(
			    &in, o, at->pc, context_of(at, wide(s), &context), &address)))
			stack_write(s, at, wide(s) ? address : (uint32_t)address, o->size / 8);
	}
}

/* Call frame information --------------------------------------------------------------------- */

static struct checked_finding *unwind_finding(struct stepper *s, uint64_t pc)
{
	struct checked_finding *x =
		new_finding(s, CHECK_UNWIND, 0, s->c->call.conv->rule[CHECK_UNWIND]);

	if (x)
		x->f.subject = where(s, pc);
	return x;
}

/* The frame of the caller: is all of it as it was? */
static void compare_caller(struct stepper *s, uint64_t pc, const struct unwind_regs *caller)
{
	struct arena *a = s->run->arena;
	enum width w = s->run->file->width;
	unsigned bytes = word_bytes(w), saved = s->c->call.conv->preserved.gpr & s->c->kept.gpr;
	struct checked_finding *x;

	for (unsigned i = 0; i < GPR_COUNT; i++) {
		uint64_t want = s->entry.gpr[i], got = caller->gpr[i];
		bool known = i == GPR_SP || caller->known >> i & 1;

		if (i != GPR_SP && !(saved >> i & 1))
			continue;
		if (known && want == got)
			continue;
		x = unwind_finding(s, pc);
		if (!x)
			return;
		x->f.expected = arena_printf(a, "the caller's %s is 0x%llx", gpr_name(w, i, bytes),
					     (unsigned long long)want);
		x->f.observed =
			known ? arena_printf(a, "0x%llx", (unsigned long long)got) : "not known";
		return;
	}
}

static void check_unwinding(struct stepper *s, const struct unwind_regs *regs)
{
	struct unwind_regs at = *regs, caller;
	struct arena *a = s->run->arena;
	struct checked_finding *x;
	const char *why = NULL;

	if (!unwind_covers(s->unwinder, regs->pc)) {
		s->uncovered[s->c->index] = true;
		return;
	}
	for (unsigned i = 0; i < MOST_FRAMES; i++) {
		if (!unwind_step(s->unwinder, &at, i == 0, read_memory, s, &caller, &why)) {
			x = unwind_finding(s, regs->pc);
			if (x) {
				x->f.expected = "unwinds to the caller";
				x->f.observed = why ? why : "it cannot be unwound";
			}
			return;
		}
		if (caller.pc == s->end) {
			compare_caller(s, regs->pc, &caller);
			return;
		}
		if (caller.pc < s->code || caller.pc >= s->code_end)
			break;
		/* A caller of code under test, without information. */
		if (!unwind_covers(s->unwinder, caller.pc - 1))
			return;
		at = caller;
	}
	x = unwind_finding(s, regs->pc);
	if (!x)
		return;
	x->f.expected =
		arena_printf(a, "the return address is 0x%llx, the stack pointer 0x%llx",
			     (unsigned long long)s->end, (unsigned long long)s->entry.gpr[GPR_SP]);
	x->f.observed = arena_printf(a, "0x%llx and 0x%llx", (unsigned long long)caller.pc,
				     (unsigned long long)caller.gpr[GPR_SP]);
}

/* Frame pointers ----------------------------------------------------------------------------- */

/* On request: at every instruction bp is the caller's, or points to where it is saved, perhaps
 * through the frames of other functions: what a kernel's unwinder by frame pointers needs. */
static void check_chain(struct stepper *s, const struct unwind_regs *at)
{
	enum width w = s->run->file->width;
	uint64_t bp = at->gpr[GPR_BP], least = at->gpr[GPR_SP];
	unsigned bytes = word_bytes(w);
	struct checked_finding *x;

	while (bp != s->entry.gpr[GPR_BP]) {
		uint64_t next = 0;

		if (bp < least || bp >= s->entry.gpr[GPR_SP] || !read_memory(s, bp, &next, bytes))
			break;
		least = bp + bytes;
		bp = next;
	}
	if (bp == s->entry.gpr[GPR_BP])
		return;
	x = new_finding(s, CHECK_UNWIND, 1, s->c->call.conv->rule[CHECK_UNWIND]);
	if (!x)
		return;
	x->f.verdict = VERDICT_VIOLATION;
	x->f.subject = where(s, at->pc);
	x->f.expected = arena_printf(s->run->arena, "%s leads to the caller's frame",
				     gpr_name(w, GPR_BP, bytes));
	x->f.observed = arena_printf(s->run->arena, "0x%llx", (unsigned long long)at->gpr[GPR_BP]);
	x->rule = check_line_text(s->run->arena, s->c, s->c->frame_line);
}

/* Stepping ------------------------------------------------------------------------------------ */

/* One stop between two instructions: what to do next. */
static int next_request(struct stepper *s, const struct unwind_regs *at)
{
	bool inside = at->pc >= s->code && at->pc < s->code_end;

	if (at->pc == s->end || at->pc == s->probe || !s->stepping) {
		s->stepping = false;
		return PTRACE_CONT;
	}
	if (!inside) {
		s->stepping = ++s->outside < MOST_OUTSIDE;
		return s->stepping ? PTRACE_SINGLESTEP : PTRACE_CONT;
	}
	s->outside = 0;
	check_writes(s, at);
	check_unwinding(s, at);
	if (s->c->frame_line)
		check_chain(s, at);
	if (++s->steps[s->c->index] < MOST_STEPS)
		return PTRACE_SINGLESTEP;
	s->stepping = false;
	return PTRACE_CONT;
}

/* The payload stopped itself: a call is about to be made, or a probe goes back. */
static int own_stop(struct stepper *s, const struct unwind_regs *at, uint32_t current)
{
	s->outside = 0;
	if (at->pc == s->call + 1) {
		s->c = current / 2 < s->run->file->n ? &s->run->file->v[current / 2] : NULL;
		s->entry = *at;
	}
	s->stepping = s->c && s->steps[s->c->index] < MOST_STEPS;
	return s->stepping ? PTRACE_SINGLESTEP : PTRACE_CONT;
}

static bool is_breakpoint(struct stepper *s, uint64_t pc)
{
	uint8_t byte = 0;

	return (pc < s->code || pc > s->code_end) && read_memory(s, pc - 1, &byte, 1) &&
	       byte == 0xcc;
}

/* It cannot be traced, or was killed by others meanwhile: no fault of code under test. */
static int end_child(int pid)
{
	int status;

	kill(pid, SIGKILL);
	return waitpid(pid, &status, 0) == pid ? status : SIGKILL;
}

static bool prepare(struct stepper *s, int pid)
{
	int status;

	s->pid = pid;
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return false;
	ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)PTRACE_O_EXITKILL);
	s->memory = open(arena_printf(s->run->arena, "/proc/%d/mem", pid), O_RDONLY | O_CLOEXEC);
	return s->memory >= 0;
}

/* As struct payload's `trace`. */
static int trace(void *closure, int pid, const volatile struct cl_header *h)
{
	struct stepper *s = closure;
	int status, request = PTRACE_CONT, deliver = 0;

	if (!prepare(s, pid))
		return end_child(pid);
	s->stepping = false;
	for (;;) {
		struct user_regs_struct u;
		struct unwind_regs at;

		if (ptrace(request, pid, NULL, (void *)(long)deliver) < 0 ||
		    waitpid(pid, &status, 0) != pid) {
			close(s->memory);
			return end_child(pid);
		}
		if (!WIFSTOPPED(status)) {
			close(s->memory);
			return status;
		}
		deliver = 0;
		/* Steps take long: while there are any, the payload's clock stands still. */
		if (WSTOPSIG(status) == SIGPROF) {
			deliver = s->stepping ? 0 : SIGPROF;
			continue;
		}
		if (ptrace(PTRACE_GETREGS, pid, NULL, &u) < 0) {
			close(s->memory);
			return end_child(pid);
		}
		at = regs_of(&u);
		if (WSTOPSIG(status) != SIGTRAP) {
			/* Its handler decides; if the code goes on, it does so unwatched. */
			deliver = WSTOPSIG(status);
			s->stepping = false;
			request = PTRACE_CONT;
		} else if (is_breakpoint(s, at.pc) && (!s->stepping || at.pc == s->call + 1)) {
			request = own_stop(s, &at, h->current);
		} else if (!s->stepping) {
			deliver = SIGTRAP; /* a breakpoint of the code's own */
			request = PTRACE_CONT;
		} else {
			request = next_request(s, &at);
		}
	}
}

static void note_uncovered(struct stepper *s)
{
	struct check_run *r = s->run;

	for (size_t i = 0; i < r->file->n; i++) {
		if (!s->uncovered[i])
			continue;
		r->no_cfi = arena_grow(r->arena, r->no_cfi, r->nno_cfi, sizeof(*r->no_cfi));
		r->no_cfi[r->nno_cfi++] = &r->file->v[i];
	}
}

const char *check_step(struct check_run *r)
{
	struct stepper s = { .run = r };
	struct payload p = { .path = r->payload,
			     .width = r->file->width,
			     .isa = r->file->width == W64 ? ISA_SSE2 : ISA_NO_SSE,
			     .ncases = r->file->n,
			     .seed = r->seed,
			     .directions = 1 << CL_CALLEE | 4,
			     .trace = trace,
			     .closure = &s };
	const char *error = NULL;
	struct place_run out;
	size_t bytes;

	s.unwinder = unwind_open(r->arena, r->payload, &error);
	if (!s.unwinder)
		return error;
	s.call = object_address(r->payload, "cl_contract_step_call");
	s.end = object_address(r->payload, "cl_contract_step_end");
	s.probe = object_address(r->payload, "cl_contract_probe");
	s.code = object_address(r->payload, "cl_code_start");
	s.code_end = object_address(r->payload, "cl_rodata");
	s.stack = object_address(r->payload, "cl_test_stack");
	s.below = object_address(r->payload, "cl_objects_data_end");
	s.stack_end = s.stack + (4096 + 64 * 1024 + 4096);
	bytes = (size_t)(s.code_end - s.code);
	s.text = arena_alloc(r->arena, bytes + 16);
	image_bytes(r->payload, s.code, s.text, bytes);
	s.steps = arena_alloc(r->arena, (r->file->n + 1) * sizeof(*s.steps));
	s.uncovered = arena_alloc(r->arena, (r->file->n + 1) * sizeof(*s.uncovered));
	ZydisDecoderInit(&s.decoder,
			 wide(&s) ? ZYDIS_MACHINE_MODE_LONG_64 : ZYDIS_MACHINE_MODE_LONG_COMPAT_32,
			 wide(&s) ? ZYDIS_STACK_WIDTH_64 : ZYDIS_STACK_WIDTH_32);
	native_run(r->arena, &p, &out);
	unwind_close(s.unwinder);
	note_uncovered(&s);
	return out.why_not ? out.why_not : out.broken;
}
