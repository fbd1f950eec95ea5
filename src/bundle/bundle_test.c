/* ---- The test around it ---------------------------------------------------------------------- */

/* Of test.s. A picture holds all registers; CL_GPR and so on are offsets in it. */
extern volatile unsigned char cl_poison[], cl_poison_callee[], cl_before_image[], cl_after_image[],
	cl_probe_image[], cl_nested_image[], cl_probe_stack[], cl_spare[], cl_stack[],
	cl_stack_top[], cl_stack_end[], cl_reference[], cl_cell[], cl_result[], cl_ret_cell[],
	cl_st[];
extern const char *volatile cl_text;
volatile int cl_other_convention;
extern volatile unsigned cl_text_length, cl_escaped, cl_probe_count, cl_nested_count;
extern void (*volatile cl_entry)(void);
extern void (*volatile cl_function)(void);
void cl_run(void);
void cl_call_c(void);
void cl_write(void);
void cl_begin(void);
void cl_st_float(void);
void cl_st_double(void);

#define CL_GPR(n)      (sizeof(cl_word) * (n))
#define CL_FLAGS       (sizeof(cl_word) * 16)
#define CL_FX          ((CL_FLAGS + sizeof(cl_word) + 15) / 16 * 16)
#define CL_ST(n)       (CL_FX + 32 + 16 * (n))
#define CL_XMM(n)      (CL_FX + 160 + 16 * (n))
#define CL_WIDE(n)     (CL_FX + 512 + 64 * (n))
#define CL_WORD(bytes) (*(volatile cl_word *)(bytes))

static int cl_failed;
static unsigned cl_state = 0x2545f491;
static cl_word cl_unset;
static unsigned char cl_stack_was[4096];

static unsigned cl_random(void)
{
	cl_state ^= cl_state << 13;
	cl_state ^= cl_state >> 17;
	cl_state ^= cl_state << 5;
	return cl_state >> 8;
}

static void cl_fill(volatile unsigned char *to, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++)
		to[i] = (unsigned char)cl_random();
}

static void cl_copy(volatile unsigned char *to, const volatile unsigned char *from, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++)
		to[i] = from[i];
}

static void cl_print(const char *s)
{
	unsigned n = 0;

	while (s[n])
		n++;
	cl_text = s;
	cl_text_length = n;
	cl_write();
}

static void cl_print_bytes(const volatile unsigned char *v, unsigned n)
{
	char s[3];
	unsigned i;

	cl_print("0x");
	for (i = n < 16 ? n : 16; i > 0; i--) {
		s[0] = "0123456789abcdef"[v[i - 1] >> 4];
		s[1] = "0123456789abcdef"[v[i - 1] & 15];
		s[2] = 0;
		cl_print(s);
	}
}

static void cl_differ(const char *what, const volatile unsigned char *want,
		      const volatile unsigned char *got, unsigned n)
{
	cl_failed = 1;
	cl_print("violates: ");
	cl_print(what);
	cl_print(": expected ");
	cl_print_bytes(want, n);
	cl_print(", got ");
	cl_print_bytes(got, n);
	cl_print("\n");
}

/* Are n bytes the same, of the bits in a mask (0: all)? */
static int cl_agree(const volatile unsigned char *a, const volatile unsigned char *b,
		    const unsigned char *mask, unsigned n)
{
	unsigned i;

	for (i = 0; i < n; i++) {
		if ((a[i] ^ b[i]) & (mask ? mask[i] : 0xff))
			return 0;
	}
	return 1;
}

static void cl_same(const char *what, const volatile unsigned char *want,
		    const volatile unsigned char *got, const unsigned char *mask, unsigned n)
{
	if (!cl_agree(want, got, mask, n))
		cl_differ(what, want, got, n);
}

static void cl_equal(const char *what, cl_word want, cl_word got)
{
	if (want != got)
		cl_differ(what, (unsigned char *)&want, (unsigned char *)&got, sizeof(want));
}

static void cl_kept(const char *what, unsigned at, unsigned n)
{
	cl_same(what, cl_before_image + at, cl_after_image + at, 0, n);
}

/* Bits of a value as an integer of its type. */
static long long cl_bits(const volatile unsigned char *p, unsigned first, unsigned n, int is_signed)
{
	long long x = 0;
	unsigned char *to = (unsigned char *)&x;
	unsigned i, bit = 0;

	for (i = 0; i < 64; i++) {
		if (i < n)
			bit = p[(first + i) / 8] >> (first + i) % 8 & 1;
		else
			bit = bit && is_signed;
		to[i / 8] |= (unsigned char)(bit << i % 8);
	}
	return x;
}

static void cl_number(const char *what, long long want, long long got)
{
	if (want != got)
		cl_differ(what, (unsigned char *)&want, (unsigned char *)&got, sizeof(want));
}

/* Values: of a floating type normal numbers, of integers negative ones but in round 2. */
static void cl_real(volatile unsigned char *p, unsigned n)
{
	if (n == 10)
		p[7] |= 0x80;
	p[n - 1] = (unsigned char)((p[n - 1] & 0x8f) | 0x40);
}

static void cl_integer(volatile unsigned char *p, unsigned n, int round)
{
	p[n - 1] = (unsigned char)(round == 2 ? p[n - 1] & 0x7f : p[n - 1] | 0x80);
}

static void cl_picture(volatile unsigned char *m, int round)
{
	unsigned i;

	cl_fill(m, CL_IMAGE);
	CL_WORD(m + CL_FLAGS) = 2 | (cl_random() & 0x8d5);
	for (i = 0; i < 32; i++)
		m[CL_FX + i] = 0;
	m[CL_FX] = 0x7f;
	m[CL_FX + 1] = round & 1 ? 0x0b : 0x03;
	m[CL_FX + 24] = 0x80;
	m[CL_FX + 25] = round & 1 ? 0x5f : 0x1f;
	for (i = 0; i < 16; i++)
		cl_copy(m + CL_WIDE(i), m + CL_XMM(i), 16);
}

static void cl_prepare(int round)
{
	unsigned i;

	cl_picture(cl_poison, round);
	cl_picture(cl_poison_callee, round);
	cl_fill(cl_spare, 4096);
	cl_fill(cl_stack_top - 4096, 4096);
	cl_fill(cl_stack_top, 2048);
	cl_copy(cl_stack_was, cl_stack_top - 2048, 4096);
	cl_fill((volatile unsigned char *)cl_live, 16 * sizeof(cl_word));
	cl_fill((volatile unsigned char *)cl_live_double, 96);
	cl_fill((volatile unsigned char *)&cl_unset, sizeof(cl_unset));
	for (i = 0; i < 32; i++)
		cl_back[i] = cl_unset;
	cl_copy((volatile unsigned char *)cl_back_double, (volatile unsigned char *)cl_live_double,
		96);
	cl_copy((volatile unsigned char *)(cl_back_double + 12),
		(volatile unsigned char *)cl_live_double, 96);
	cl_fill((volatile unsigned char *)cl_wide, 192);
	cl_fill((volatile unsigned char *)cl_wide_int, 96);
	cl_fill(cl_ret_cell, 128);
	cl_other_convention = round & 1;
	cl_escaped = cl_probe_count = cl_nested_count = 0;
}

/* Control state that any function hands back as it got it; `x87`: registers that hold a result. */
static void cl_check_state(const volatile unsigned char *was, const volatile unsigned char *is,
			   unsigned x87)
{
	unsigned used = 0, i;

	for (i = 0; i < 8; i++)
		used += is[CL_FX + 4] >> i & 1;
	cl_equal("direction flag", 0, CL_WORD(is + CL_FLAGS) >> 10 & 1);
	if (x87 < 8)
		cl_equal("x87 registers in use", x87, used);
	cl_same("x87 control word", was + CL_FX, is + CL_FX, 0, 2);
	cl_equal("MXCSR control bits", (was[CL_FX + 24] & 0xc0) | was[CL_FX + 25] << 8,
		 (is[CL_FX + 24] & 0xc0) | is[CL_FX + 25] << 8);
}

/* The values a function kept across the call it made. */
static void cl_check_locals(void)
{
	unsigned i;

	for (i = 0; i < 32; i++) {
		if (cl_back[i] == cl_unset || cl_back[i] == cl_live[i % 16])
			continue;
		cl_differ("a local value kept across a call",
			  (volatile unsigned char *)&cl_live[i % 16],
			  (volatile unsigned char *)&cl_back[i], sizeof(cl_word));
		return;
	}
	for (i = 0; i < 24; i++)
		cl_same("a local double kept across a call",
			(volatile unsigned char *)&cl_live_double[i % 12],
			(volatile unsigned char *)&cl_back_double[i], 0, 8);
}

/* Memory above the argument area, which ends `args` bytes above the stack pointer at the call. */
static void cl_check_frame(unsigned args)
{
	cl_word from = CL_WORD(cl_before_image + CL_GPR(4)) + args - (cl_word)(cl_stack_top - 2048);

	cl_same("memory above the argument area", cl_stack_was + from, cl_stack_top - 2048 + from,
		0, (unsigned)(4096 - from));
}

/* A pointer into the frame of the function that called: n bytes, aligned. */
static int cl_in_frame(const char *what, cl_word p, unsigned n, unsigned align)
{
	cl_word sp = CL_WORD(cl_probe_image + CL_GPR(4)), top = (cl_word)cl_stack_top;

	if (p >= sp && p <= top && top - p >= n && p % align == 0)
		return 1;
	cl_differ(what, (unsigned char *)&sp, (unsigned char *)&p, sizeof(p));
	return 0;
}
