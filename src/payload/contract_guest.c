/* SPDX-License-Identifier: MIT */
/* Guests that code under test enters (docs/contracts.md: `vmx exits', `svm exits', `guest'): what
 * they find in registers, what becomes of what they leave there. In root operation the processor
 * runs them, in a VMCS that the hypervisor fills (src/vmx/state.c, vcpu_reset); elsewhere, where
 * the instructions fault, payload_trap() leads to the same code. */
#include "payload/contract_run.h"

#include "payload/handover.h"

enum { WORD = sizeof(cl_word), TF = 0x100, FIXED = 2 };

/* Fields of the VMCS: Intel SDM volume 3, appendix B; reasons for exits: appendix C; errors of
 * instructions: table 30-1. */
enum {
	INSTRUCTION_ERROR = 0x4400,
	EXIT_REASON = 0x4402,
	GUEST_IP = 0x681e,
	HOST_SP = 0x6c14,
	HOST_IP = 0x6c16,
	REASON_VMCALL = 18,
	ERROR_LAUNCHED = 4,    /* VMLAUNCH with a VMCS that is not clear */
	ERROR_NOT_LAUNCHED = 5 /* VMRESUME with one that was not launched */
};

struct cl_image cl_guest_image;
cl_word cl_guest_entries, cl_arrival_sp, cl_svm_rax;
uint8_t cl_no_host_stack[256] __attribute__((aligned(16)));

static struct {
	uint32_t of;          /* the contract it is about */
	bool launched;        /* its guest is entered by VMRESUME */
	bool no_host_stack;   /* nothing says where the host's stack is */
	bool trying, resumed; /* finding that out; the instruction that faulted */
	bool faulted;         /* there was one */
	cl_word words[CT_GUEST_WORDS];
	unsigned svm; /* instructions of SVM, of those that lines speak of */
	bool svm_due; /* what rax held at the last of them is not yet judged */
} guest;

static bool vmwrite(cl_word field, cl_word v)
{
	uint8_t failed;

	__asm__ volatile("vmwrite %1, %2; setna %0" : "=qm"(failed) : "r"(v), "r"(field) : "cc");
	return !failed;
}

static cl_word vmread(cl_word field)
{
	cl_word v = 0;

	__asm__ volatile("vmread %1, %0" : "+r"(v) : "r"(field) : "cc");
	return v;
}

bool ct_enters_guest(const struct ct_contract *c)
{
	if (c->flags & CT_SVM_EXITS && !(c->flags & CT_SVM_FAILS))
		return true;
	return c->flags & (CT_VMX_EXITS | CT_SVM_EXITS | CT_TDX_CALLS) && !ct_now.other;
}

/* The processor itself runs the guest. */
static bool is_real(const struct ct_contract *c)
{
	return cl_where == CL_IN_ROOT && c->flags & CT_VMX_EXITS && !ct_now.other;
}

bool ct_guest_unknown(const struct ct_contract *c)
{
	return cl_where == CL_IN_ROOT && c->flags & CT_VMX_EXITS && guest.of == c->key &&
	       guest.no_host_stack;
}

/* VMRESUME is what is to enter, not VMLAUNCH. */
static bool wants_resume(const struct ct_contract *c)
{
	const struct ct_guest *g = &c->guest;
	uint32_t v;

	if (!g->resumes)
		return guest.launched;
	__builtin_memcpy(&v, ct_now.values.arg[g->resumes - 1], sizeof(v));
	return v & g->mask;
}

unsigned ct_guest_case_flags(const struct ct_contract *c)
{
	if (!is_real(c))
		return 0;
	return CL_ENTERS_GUEST | (wants_resume(c) ? CL_LAUNCHED : 0);
}

/* Words of memory that are registers in this call; NULL: none. */
static const cl_word *words_of(const struct ct_guest *g)
{
	cl_word at = g->input ? ct_now.pointer[g->input - 1] : 0;

	if (!at || ct_now.bytes[g->input - 1] < g->at + g->words * WORD)
		return NULL;
	return (const cl_word *)(at + g->at);
}

void ct_guest_ready(const struct ct_contract *c)
{
	const cl_word *words = words_of(&c->guest);

	/* What a guest leaves in registers is an input: the same in equal calls. */
	cl_exit_image = ct_poison_of(false)->callee;
	cl_exit_ip = c->exit;
	cl_guest_entries = 0;
	guest.faulted = guest.svm_due = false;
	guest.svm = 0;
	for (unsigned i = 0; words && i < c->guest.words; i++)
		guest.words[i] = words[i];
	/* A VM exit clears the flags (SDM volume 3, 27.5.3): who enters a guest was called with
	 * interrupts off. */
	if (c->flags & CT_VMX_EXITS)
		cl_poison.flags &= ~(cl_flags_random | cl_flags_set) | TF;
	if (!is_real(c))
		return;
	vmwrite(HOST_IP, guest.trying ? (cl_word)cl_contract_arrival : c->exit);
	vmwrite(HOST_SP, (cl_word)cl_no_host_stack + sizeof(cl_no_host_stack));
	vmwrite(GUEST_IP, (cl_word)cl_contract_guest);
}

void ct_guest_stack(cl_word sp)
{
	if (is_real(ct_now.c))
		vmwrite(HOST_SP, sp);
}

/* Which state of the VMCS its instruction wants, and whether anything says where the host's stack
 * is: found out by calls that are not judged. */
void ct_guest_try(const struct ct_contract *c)
{
	static const struct ct_sources none;
	static struct findings ignored;

	guest.of = c->key;
	guest.launched = guest.no_host_stack = false;
	if (!is_real(c))
		return;
	guest.trying = true;
	for (unsigned i = 0; i < 2; i++) {
		ignored.nfindings = ignored.nobservations = 0;
		cl_arrival_sp = 0;
		ct_call(c, &none, &ignored);
		if (cl_guest_entries || guest.launched)
			break;
		guest.launched = true;
	}
	guest.trying = false;
	guest.launched = guest.launched && cl_guest_entries;
	guest.no_host_stack = cl_arrival_sp == (cl_word)cl_no_host_stack + sizeof(cl_no_host_stack);
}

/* Checks -------------------------------------------------------------------------------------- */

static void differs(int item, cl_word want, cl_word got, const struct cl_image *other, bool stale)
{
	struct findings *out = ct_now.out;
	unsigned was = out->nfindings;

	differ(out, CHECK_GUEST, item, 0, &want, &got, WORD,
	       other ? search(other, NULL, &got, WORD) : nowhere, nowhere);
	if (out->nfindings > was)
		out->finding[was].f.loc = stale;
}

/* At VM entry: the guest's registers as memory has them. An image of that memory says whose another
 * value is. */
static void check_loaded(const struct ct_guest *g)
{
	static struct cl_image wanted;

	__builtin_memset(wanted.gpr, 0, sizeof(wanted.gpr));
	__builtin_memset(wanted.fx, 0, sizeof(wanted.fx));
	for (unsigned i = 0; i < g->words; i++) {
		if (g->reg[i] != CT_NO_REGISTER)
			wanted.gpr[g->reg[i]] = guest.words[i];
	}
	for (unsigned i = 0; i < g->words; i++) {
		unsigned r = g->reg[i];

		if (r != CT_NO_REGISTER && cl_guest_image.gpr[r] != guest.words[i])
			differs(CT_GUEST_LOADED + (int)r, guest.words[i], cl_guest_image.gpr[r],
				&wanted, false);
	}
}

/* After the exit: what the guest left in registers is in memory. */
static void check_stored(const struct ct_guest *g, const cl_word *now)
{
	for (unsigned i = 0; i < g->words; i++) {
		unsigned r = g->reg[i];

		if (r != CT_NO_REGISTER && now[i] != cl_exit_image.gpr[r])
			differs(CT_GUEST_SAVED + (int)r, cl_exit_image.gpr[r], now[i],
				&cl_exit_image, now[i] == guest.words[i]);
	}
}

static const struct ct_svm *svm_line(unsigned i)
{
	return (const struct ct_svm *)ct_at(ct_now.c->svm) + i;
}

/* The address that the last instruction of SVM was given, once it is known. */
static void svm_settle(void)
{
	const struct ct_svm *s;
	uint8_t want[16];
	cl_word rax;

	if (!guest.svm_due)
		return;
	guest.svm_due = false;
	s = svm_line(guest.svm - 1);
	rax = s->which == CT_VMRUN ? cl_guest_image.gpr[0] : cl_svm_rax;
	if (ct_evaluate(&s->rax, 0, want) && !same(want, (const uint8_t *)&rax, WORD))
		differs(CT_GUEST_SVM_RAX + (int)guest.svm - 1, *(const cl_word *)want, rax, NULL,
			false);
}

/* One of them comes: is it the one that is due? Behind the first that is not nothing is compared.
 */
static void svm_next(enum ct_svm_which which)
{
	const struct ct_contract *c = ct_now.c;
	cl_word want = CT_SVM_WHICH;

	svm_settle();
	if (!c->nsvm || guest.svm > c->nsvm)
		return;
	if (guest.svm < c->nsvm)
		want = svm_line(guest.svm)->which;
	if (which != want) {
		differs(CT_GUEST_SVM + (int)guest.svm, want, which, NULL, false);
		guest.svm = c->nsvm + 1;
		return;
	}
	guest.svm++;
	guest.svm_due = true;
}

static void svm_end(const struct ct_contract *c)
{
	svm_settle();
	if (guest.svm < c->nsvm && ct_enters_guest(c))
		differs(CT_GUEST_SVM + (int)guest.svm, svm_line(guest.svm)->which, CT_SVM_WHICH,
			NULL, false);
}

void ct_check_guest(const struct ct_contract *c)
{
	const struct ct_guest *g = &c->guest;
	const cl_word *words = words_of(g);
	cl_word want = ct_enters_guest(c);

	if (!(c->flags & (CT_VMX_EXITS | CT_SVM_EXITS | CT_TDX_CALLS)) || guest.trying)
		return;
	svm_end(c);
	if (guest.faulted && g->resumes && guest.resumed != wants_resume(c))
		differs(CT_GUEST_RESUMED, wants_resume(c), guest.resumed, NULL, false);
	/* A guest is where VMCALL ends: nothing else makes that reason. */
	if (cl_guest_entries == want && want && is_real(c) &&
	    (vmread(EXIT_REASON) & 0xffff) != REASON_VMCALL)
		cl_guest_entries = 0;
	if (cl_guest_entries != want) {
		differs(CT_GUEST_ENTERED, want, cl_guest_entries, NULL, false);
		return;
	}
	if (!want || !words)
		return;
	check_loaded(g);
	/* Where it may not write it has nothing to store. */
	if (!(ct_now.inputs[g->input - 1].flags & CT_READ_ONLY))
		check_stored(g, words);
}

/* Where no processor runs the guest ----------------------------------------------------------- */

enum instruction {
	NO_INSTRUCTION,
	VMLAUNCH,
	VMRESUME,
	VMREAD,
	VMWRITE,
	VMRUN,
	VMLOAD,
	VMSAVE,
	STGI,
	CLGI,
	TDX_CALL
};

/* With operands in registers, behind a REX prefix if need be. */
static enum instruction instruction_at(const uint8_t *code, unsigned *length)
{
	static const uint8_t last[] = {
		[VMLAUNCH] = 0xc2, [VMRESUME] = 0xc3, [VMRUN] = 0xd8, [VMLOAD] = 0xda,
		[VMSAVE] = 0xdb,   [STGI] = 0xdc,     [CLGI] = 0xdd
	};
	unsigned rex = WORD == 8 && (*code & 0xf0) == 0x40;

	/* TDCALL, SEAMCALL: SDM volume 2, chapter 4; Intel TDX Module specification. */
	if (code[0] == 0x66 && code[1] == 0x0f && code[2] == 0x01 &&
	    (code[3] == 0xcc || code[3] == 0xcf)) {
		*length = 4;
		return TDX_CALL;
	}
	code += rex;
	*length = rex + 3;
	if (code[0] != 0x0f)
		return NO_INSTRUCTION;
	if ((code[1] == 0x78 || code[1] == 0x79) && code[2] >= 0xc0)
		return code[1] == 0x78 ? VMREAD : VMWRITE;
	for (unsigned i = 0; code[1] == 0x01 && i < sizeof(last); i++) {
		if (last[i] && code[2] == last[i])
			return (enum instruction)i;
	}
	return NO_INSTRUCTION;
}

/* Registers that the processor saved nowhere and loads all the same when the guest exits. */
static void restore_host(const struct ct_guest *g)
{
	const cl_word *words = words_of(g);

	for (unsigned i = 0; words && i < g->words; i++) {
		if (g->reg[i] != CT_NO_REGISTER)
			cl_exit_image.gpr[g->reg[i]] = words[i];
	}
}

/* SVM switches rax, flags and rsp, and goes on behind VMRUN (AMD64 APM volume 2, 15.5, 15.6). */
static bool svm(enum instruction which, unsigned length, cl_word *ip)
{
	static const enum ct_svm_which is[] = { [VMRUN] = CT_VMRUN,
						[VMLOAD] = CT_VMLOAD,
						[VMSAVE] = CT_VMSAVE,
						[STGI] = CT_STGI,
						[CLGI] = CT_CLGI };

	if (which < VMRUN || which > CLGI)
		return false;
	/* Undefined: the exception table has the rest. */
	if (ct_now.other)
		return false;
	svm_next(is[which]);
	if (which == VMRUN)
		restore_host(&ct_now.c->restored);
	cl_exit_ip = *ip + length;
	*ip = (cl_word)(which == VMRUN ? cl_contract_svm_exit : cl_contract_svm_other);
	return true;
}

static bool vmx(enum instruction which, unsigned length, cl_word *ip, cl_word *flags)
{
	enum { CF = 1, ZF = 0x40 };
	bool enters = which == VMLAUNCH || which == VMRESUME;
	bool no_vmcs = ct_now.other && ct_now.round & 2;

	if (which == NO_INSTRUCTION || which >= VMRUN)
		return false;
	if (enters) {
		guest.faulted = true;
		guest.resumed = which == VMRESUME;
	}
	if (enters && !ct_now.other) {
		*ip = (cl_word)cl_contract_exit;
		*flags = FIXED | (*flags & TF);
		return true;
	}
	*ip += length;
	*flags &= ~(cl_word)FLAGS_STATUS;
	if (which != VMWRITE || no_vmcs)
		*flags |= no_vmcs ? CF : ZF;
	return true;
}

/* VMfailInvalid: there is no module, or it is busy. */
static bool tdx(enum instruction which, unsigned length, cl_word *ip, cl_word *flags)
{
	enum { CF = 1 };

	if (which != TDX_CALL)
		return false;
	*ip += length;
	*flags &= ~(cl_word)FLAGS_STATUS;
	if (ct_now.other) {
		*flags |= CF;
		return true;
	}
	cl_exit_ip = *ip;
	*ip = (cl_word)cl_contract_tdx_exit;
	return true;
}

/* Other registers than those of the `guest' line are as they were. */
void cl_tdx_module(void)
{
	const struct ct_guest *g = &ct_now.c->guest;
	uint32_t named = 0;

	cl_guest_entries++;
	for (unsigned i = 0; i < g->words; i++)
		named |= g->reg[i] == CT_NO_REGISTER ? 0 : 1u << g->reg[i];
	for (unsigned r = 0; r < 2 * WORD; r++) {
		if (!(named >> r & 1))
			cl_exit_image.gpr[r] = cl_guest_image.gpr[r];
	}
}

bool ct_guest_trap(cl_word *ip, cl_word *flags)
{
	unsigned length;
	enum instruction which = instruction_at((const uint8_t *)*ip, &length);
	uint32_t lines = ct_now.c ? ct_now.c->flags : 0;

	if (lines & CT_SVM_EXITS && svm(which, length, ip))
		return true;
	if (lines & CT_TDX_CALLS && tdx(which, length, ip, flags))
		return true;
	return lines & (CT_VMX_FAILS | CT_VMX_EXITS) && vmx(which, length, ip, flags);
}
