/* SPDX-License-Identifier: MIT */
/* Values, poison and dirt for one round of a case. Everything comes from one seed, so that a run
 * can be repeated; every register, stack word and value differs from every other, so that a wrong
 * argument can say where it came from. */
#include "payload/compare.h"
#include "payload/prepare.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#ifdef __x86_64__
#define REP_MOVS_WORDS "rep movsq"
#define REP_STOS_WORDS "rep stosq"
#else
#define REP_MOVS_WORDS "rep movsl"
#define REP_STOS_WORDS "rep stosl"
#endif

enum {
	VECTORS = sizeof(cl_word) == 8 ? 16 : 8, /* SDM volume 1, 3.2.1 and 10.2 */
	FX_STATUS_BYTES = 32,
	MXCSR_DEFAULT = 0x1f80,
	MXCSR_ROUND_UP = 0x5f80,
	FCW_DEFAULT = 0x37f,
	FCW_ROUND_UP = 0xb7f,
	FLAGS_FIXED = 2 /* bit 1 is always set: SDM volume 1, 3.4.3 */
};

/* splitmix64: one add, three xor-shifts and two multiplications a word. */
static uint64_t splitmix(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

/* Poison: any aligned 4 or 8 bytes of it are a normal float or double, so that a wrong read
 * through the x87 brings the very bits back. */
static uint64_t poison_of(uint64_t random)
{
	return (random & 0x3f7fffff3f7fffffull) | 0x4000000040000000ull;
}

/* All that is random comes from two stocks, made once: poison, and plain random words. Each round
 * takes another part of them, without a word twice. Making thousands of words each round took most
 * of a run's time, and on an emulated processor nearly all of it. */
enum {
	STOCK_USED = CL_POISON_BELOW + CL_POISON_ABOVE +
		     2 * (sizeof(((struct cl_image *)0)->gpr) + 24 * 16) + sizeof(cl_live) +
		     sizeof(cl_live_double) + sizeof(cl_ret_cell) +
		     2 * sizeof(((struct cl_image *)0)->wide) +
		     2 * sizeof(((struct cl_image *)0)->mask) + CL_ARGS * CL_PIECES * 16 +
		     CL_ARGS * CL_VALUE + CL_POISON_SPARE,
	STOCK_STARTS = 1024,   /* words from which a part may start */
	RANDOM_WORDS = 1 << 11 /* more than any round takes, but for absurd aggregates */
};
static uint64_t stock[STOCK_USED / 8 + STOCK_STARTS], random_words[RANDOM_WORDS];
static const uint8_t *stock_next;

static uint64_t next(struct draw *d)
{
	return random_words[d->at++ % RANDOM_WORDS] ^ d->key;
}

/* The low part of the next word. */
static cl_word next_low(struct draw *d)
{
	return (cl_word)random_words[d->at++ % RANDOM_WORDS] ^ (cl_word)d->key;
}

static uint64_t poison(struct draw *d)
{
	return poison_of(next(d));
}

static struct draw stock_open(uint64_t state, uint64_t seed)
{
	static uint64_t made_for;
	static bool made;
	uint64_t where;

	if (!made || made_for != seed) {
		uint64_t s = seed;

		for (size_t i = 0; i < sizeof(stock) / 8; i++)
			stock[i] = poison_of(splitmix(&s));
		for (size_t i = 0; i < RANDOM_WORDS; i++)
			random_words[i] = splitmix(&s);
		made_for = seed;
		made = true;
	}
	where = splitmix(&state);
	stock_next = (const uint8_t *)(stock + where % STOCK_STARTS);
	return (struct draw){ .at = (unsigned)(where >> 32), .key = splitmix(&state) };
}

const uint8_t *prepare_take(size_t bytes)
{
	const uint8_t *from = stock_next;

	stock_next += bytes;
	return from;
}

/* Whole words of it. No loop: see fill_words. */
static void stock_take(void *to, size_t bytes)
{
	size_t words = bytes / sizeof(cl_word);

	__asm__ volatile(REP_MOVS_WORDS : "+D"(to), "+S"(stock_next), "+c"(words) : : "memory");
}

/* Many words: no loop, for on an emulated processor each instruction costs the same. */
static void fill_words(volatile cl_word *to, cl_word with, size_t words)
{
	__asm__ volatile(REP_STOS_WORDS : "+D"(to), "+c"(words) : "a"(with) : "memory");
}

/* A few bytes: on an emulated processor a loop of words is quicker than memcpy's instruction. */
static inline __attribute__((always_inline)) void copy_few(uint8_t *to, const uint8_t *from,
							   unsigned bytes)
{
	for (; bytes >= sizeof(cl_word); bytes -= sizeof(cl_word)) {
		*(cl_word *)to = *(const cl_word *)from;
		to += sizeof(cl_word);
		from += sizeof(cl_word);
	}
	if (bytes & 4) {
		*(uint32_t *)to = *(const uint32_t *)from;
		to += 4;
		from += 4;
	}
	if (bytes & 2) {
		*(uint16_t *)to = *(const uint16_t *)from;
		to += 2;
		from += 2;
	}
	if (bytes & 1)
		*to = *from;
}

/* Whole words, each with the bits in `flip` turned round. */
static void copy_words(volatile void *to, const void *from, size_t bytes, cl_word flip)
{
	volatile cl_word *t = to;
	const cl_word *f = from, *end = f + bytes / sizeof(*f);

	while (f < end)
		*t++ = *f++ ^ flip;
}

static void fill_image(struct draw *draw, struct cl_image *m, int round)
{
	stock_take(m->gpr, sizeof(m->gpr));
	m->flags = FLAGS_FIXED | cl_flags_set | (next(draw) & (FLAGS_STATUS | cl_flags_random));
	for (int i = 0; i < FX_STATUS_BYTES; i += 8)
		*(uint64_t *)(m->fx + i) = 0;
	/* Control words other than the default show a callee that resets instead of preserving. */
	*(uint16_t *)(m->fx + FX_FCW) = round & 1 ? FCW_ROUND_UP : FCW_DEFAULT;
	*(uint32_t *)(m->fx + FX_MXCSR) = round & 1 ? MXCSR_ROUND_UP : MXCSR_DEFAULT;
	stock_take(m->fx + FX_ST, (8 + VECTORS) * 16); /* and the vector registers behind */
}

/* The same registers at their full width. */
static void widen_image(struct cl_image *m)
{
	if (cl_vector_bytes <= 16)
		return;
	stock_take(m->wide, sizeof(m->wide));
	stock_take(m->mask, sizeof(m->mask));
	for (int r = 0; r < XMM_COUNT; r++) {
		for (int i = 0; i < 16; i++)
			m->wide[r][i] = m->fx[FX_XMM + 16 * r + i];
	}
}

/* Two words of which `size` bytes are a scalar's value; behind it they are random. `number` keeps
 * arguments apart where there are few values to choose from. Draws four words. */
static void make_scalar(struct draw *draw, unsigned class, unsigned size, unsigned number,
			int round, uint8_t *to)
{
	uint64_t low = next(draw), high = next(draw);

	draw->at += 2;
	*(uint64_t *)to = low;
	*(uint64_t *)(to + 8) = high;
	switch (class) {
	case CL_BOOL:
		/* Over five rounds each argument gets its own pattern, never constant. */
		to[0] = (number + 1) >> round & 1;
		return;
	case CL_FLOAT:
		*(uint32_t *)to = ((uint32_t)low & 0xbfffffff) | 0x40000000;
		to[3] &= 0xcf; /* exponent well inside the normal range */
		if (size == 2) /* __bf16 is the upper half of a float */
			*(uint16_t *)to = *(uint16_t *)(to + 2);
		return;
	case CL_DOUBLE:
		to[7] = (to[7] & 0x8f) | 0x40;
		return;
	case CL_LDOUBLE:
		to[7] |= 0x80; /* explicit integer bit */
		to[9] = 0x40 | (to[9] & 0x80);
		return;
	default:
		/* The sign bit set in most rounds, so that wrong extension shows; distinct bytes.
		 */
		if (size <= 2)
			to[0] = (uint8_t)(low & 0xc0) | (uint8_t)((number * 11 + (low & 7)) & 0x3f);
		if (round != 2)
			to[size - 1] |= 0x80;
		else
			to[size - 1] &= 0x7f;
		/* x32: in a register it fills. */
		if (class == CL_POINTER && size < 8)
			*(uint32_t *)(to + 4) = 0;
		return;
	}
}

/* The bytes of a value, two words at least. */
static void make_value(struct draw *draw, const struct cl_value *d, unsigned number, int round,
		       uint8_t *to)
{
	if (d->class != CL_OPAQUE) {
		make_scalar(draw, d->class, d->size, number, round, to);
		return;
	}
	draw->at += 2;
	for (unsigned i = 0; i < d->size || i < 16; i += 8)
		*(uint64_t *)(to + i) = next(draw);
	for (unsigned i = 0; i < d->nleaves; i++) {
		const struct cl_leaf *l = &d->leaves[i];
		uint8_t value[16];

		make_scalar(draw, l->class, l->size, number + i, round, value);
		copy_few(to + l->off, value, min(l->size, sizeof(value)));
	}
}

/* The 80 bits st0 holds when a value of class float, double or long double is returned there. */
static void make_st0(const struct cl_value *d, const uint8_t *value, uint8_t *st0)
{
	switch (d->class) {
	case CL_FLOAT:
		__asm__ volatile("flds %1; fstpt %0"
				 : "=m"(*(uint8_t(*)[10])st0)
				 : "m"(*(const uint32_t *)value));
		break;
	case CL_DOUBLE:
		__asm__ volatile("fldl %1; fstpt %0"
				 : "=m"(*(uint8_t(*)[10])st0)
				 : "m"(*(const uint64_t *)value));
		break;
	default:
		for (int i = 0; i < 10; i++)
			st0[i] = value[i];
		break;
	}
}

static unsigned whole_words(unsigned bytes)
{
	return (bytes + sizeof(cl_word) - 1) & ~(unsigned)(sizeof(cl_word) - 1);
}

/* Fill the cells from which a trampoline loads one value: its pieces, and dirt above each, as far
 * as what is loaded reaches. */
static void fill_cells(const struct cl_value *d, const uint8_t *value)
{
	cl_word reference = (cl_word)(cl_reference + d->buffer);
	const uint8_t *dirt = stock_next;

	for (unsigned i = 0; i < d->nlocs; i++) {
		const struct cl_loc *l = &d->loc[i];
		const uint8_t *from =
			d->flags & CL_REFERENCE ? (uint8_t *)&reference : value + l->off;
		uint8_t *cell = cl_cell + l->cell;
		unsigned full = l->bytes & ~(unsigned)(sizeof(cl_word) - 1);

		if (l->kind == CL_XMM)
			copy_few(cell, dirt, (l->bytes + 15u) & ~15u);
		else if (full != l->bytes)
			*(cl_word *)(cell + full) = *(const cl_word *)(dirt + full);
		copy_few(cell, from, l->bytes);
		dirt += (l->bytes + 15u) & ~15u;
	}
	stock_next = dirt;
}

/* The same stock for what comes behind them. */
static void pass_cells(const struct cl_value *d)
{
	for (unsigned i = 0; i < d->nlocs; i++)
		prepare_take((d->loc[i].bytes + 15u) & ~15u);
}

/* What the C of a direction loads or stores; assembly between may need both. */
struct sides {
	bool callee, caller;
};

static struct sides sides_of(const struct cl_case *c, int direction)
{
	bool both = c->flags & (CL_THROUGH | CL_SLOTS | CL_FAILING_VMX | CL_ENTERS_GUEST);

	return (struct sides){ both || direction == CL_CALLEE, both || direction == CL_CALLER };
}

/* A value for the caller to load; in the target's place of it what it certainly is not. */
static void offer(const struct cl_value *d, const uint8_t *value, struct sides s)
{
	if (s.caller)
		copy_few((uint8_t *)cl_arg + d->buffer, value, whole_words(d->size));
	if (s.callee)
		copy_words(cl_got + d->buffer, value, whole_words(d->size), ~(cl_word)0);
}

/* The same for a value that is CL_PLAIN: make_value, fill_cells or pass_cells, offer. */
static void prepare_plain(struct draw *draw, const struct cl_value *d, unsigned number, int round,
			  struct sides s, uint8_t *to)
{
	unsigned size = d->size, top = 8 * size - 1;
	cl_word w = next_low(draw);

	draw->at += 3; /* what make_value draws */
	if (size <= 2)
		w = (w & ~(cl_word)0x3f) | ((number * 11 + (w & 7)) & 0x3f);
	w &= ~((cl_word)1 << top);
	if (round != 2)
		w |= (cl_word)1 << top;
	*(cl_word *)to = w;
	if (s.caller)
		*(volatile cl_word *)(cl_arg + d->buffer) = w;
	if (s.callee) {
		cl_word dirt = *(const cl_word *)stock_next;
		cl_word value = size < sizeof(w) ? ((cl_word)1 << 8 * size) - 1 : ~(cl_word)0;

		*(volatile cl_word *)(cl_got + d->buffer) = ~w;
		*(cl_word *)(cl_cell + d->loc[0].cell) = (w & value) | (dirt & ~value);
	}
	stock_next += 16;
}

static void prepare_any(struct draw *draw, const struct cl_value *d, unsigned number, int round,
			struct sides s, uint8_t *to)
{
	make_value(draw, d, number, round, to);
	if (s.callee)
		fill_cells(d, to);
	else
		pass_cells(d);
	offer(d, to, s);
	if (s.callee && d->flags & CL_REFERENCE)
		copy_words(cl_reference + d->buffer, to, whole_words(d->size), 0);
}

/* The cell from which a trampoline loads a pointer. */
static void fill_pointer(const struct cl_value *d, cl_word pointer)
{
	stock_take(cl_cell + d->loc[0].cell, 16);
	*(cl_word *)(cl_cell + d->loc[0].cell) = pointer;
}

uint8_t *stack_poison_end(void)
{
	return (uint8_t *)cl_stack_top + CL_POISON_ABOVE;
}

/* Below the stack pointer at entry: the bytes that are poisoned anew. Each word is an instruction
 * on an emulated processor, so it is what the case's arguments and a frame behind them take. */
static unsigned poisoned_below = CL_POISON_BELOW;

static void need_stack(const struct cl_case *c, int direction)
{
	enum { FRAME = 256 };
	/* Of arguments that no document places all may be on the stack: a trampoline leaves room.
	 */
	bool open = c->flags & CL_STACK_UNSPECIFIED && c->stack_bytes < CL_OBSERVED_STACK;
	unsigned args = open ? CL_OBSERVED_STACK : c->stack_bytes;
	unsigned picture = args;

	poisoned_below = min((args + FRAME + 15u) & ~15u, CL_POISON_BELOW);
	/* What a reference points to is in the caller's frame, anywhere. */
	for (unsigned i = 0; direction == CL_CALLER && i < c->nargs; i++) {
		if (c->args[i].flags & (CL_REFERENCE | CL_UNSPECIFIED))
			picture = sizeof(cl_probe_stack);
	}
	if (c->hidden.nlocs || c->flags & CL_RETURN_UNSPECIFIED)
		picture = sizeof(cl_probe_stack);
	picture = min(picture, sizeof(cl_probe_stack)) / sizeof(cl_word);
	cl_picture_words = picture > STACK_WORDS ? picture : STACK_WORDS;
}

static void fill_stack(void)
{
	uint8_t *top = (uint8_t *)cl_stack_top;

	cl_poison_stack = stock_next;
	stock_next += CL_POISON_BELOW + CL_POISON_ABOVE;
	__builtin_memcpy(top - poisoned_below, cl_poison_stack + CL_POISON_BELOW - poisoned_below,
			 poisoned_below + CL_POISON_ABOVE);
}

static void fill_return(const struct cl_case *c, struct cl_values *v, struct sides s)
{
	if (s.caller)
		stock_take(cl_ret_cell, sizeof(cl_ret_cell));
	else
		prepare_take(sizeof(cl_ret_cell));
	/* Also for values that return elsewhere: so that one left in st0 is recognised. */
	if (c->ret.class == CL_FLOAT || c->ret.class == CL_DOUBLE)
		make_st0(&c->ret, v->ret, v->st[0]);
	for (unsigned i = 0, gprs = 0; i < c->ret.nlocs; i++) {
		const struct cl_loc *l = &c->ret.loc[i];
		unsigned at = l->kind == CL_XMM   ? CL_RET_XMM + 16u * l->reg
			      : l->kind == CL_GPR ? CL_RET_GPR + 16 * gprs++
						  : 0;

		if (l->kind == CL_X87) {
			make_st0(&c->ret, v->ret + l->off, v->st[l->reg & 1]);
			continue;
		}
		if (s.caller)
			copy_few(cl_ret_cell + at, v->ret + l->off, l->bytes);
	}
	copy_words(cl_ret, v->ret, whole_words(c->ret.size), 0);
	if (s.caller)
		copy_words(cl_got_ret, v->ret, whole_words(c->ret.size), ~(cl_word)0);
	if (s.callee)
		copy_words(cl_result, v->ret, whole_words(c->ret.size), ~(cl_word)0);
}

void prepare(const struct cl_case *c, int direction, int round, uint64_t seed, struct cl_values *v)
{
	struct draw draw = stock_open(
		seed ^ ((uint64_t)c->key << 16 | (uint64_t)direction << 8 | (uint64_t)round), seed);
	const struct sides s = sides_of(c, direction);

	cl_other_convention = round & 1;
	need_stack(c, direction);
	fill_image(&draw, &cl_poison, round);
	fill_image(&draw, &cl_poison_callee, round);
	/* What a callee must not change it does not destroy either. */
	cl_poison_callee.flags =
		(cl_poison_callee.flags & ~cl_flags_random) | (cl_poison.flags & cl_flags_random);
	fill_stack();
	stock_take((void *)cl_live, sizeof(cl_live));
	cl_unset = (cl_word)poison(&draw);
	fill_words(cl_back, cl_unset, ARRAY_SIZE(cl_back));
	if (cl_preserved[c->preserved].xmm) {
		stock_take((void *)cl_live_double, sizeof(cl_live_double));
		for (int i = 0; i < 2 * CL_LIVE_DOUBLES; i++)
			((volatile uint64_t *)cl_back_double)[i] = cl_unset;
	}
	for (unsigned i = 0; i < c->nargs; i++) {
		const struct cl_value *d = &c->args[i];

		if (d->flags & CL_PLAIN)
			prepare_plain(&draw, d, i, round, s, v->arg[i]);
		else
			prepare_any(&draw, d, i, round, s, v->arg[i]);
		if (s.callee && d->flags & CL_WIDENED) {
			cl_wide[i] = (long long)next(&draw);
			cl_wide_int[i] = (int)cl_wide[i];
		} else {
			draw.at++;
		}
	}
	if (c->hidden.nlocs)
		fill_pointer(&c->hidden, (cl_word)cl_result);
	if (c->flags & CL_RETURNS) {
		make_value(&draw, &c->ret, 23, round, v->ret);
		fill_return(c, v, s);
		cl_wide_ret = (long long)next(&draw);
		cl_wide_int_ret = (int)cl_wide_ret;
	}
	widen_image(&cl_poison);
	widen_image(&cl_poison_callee);
	cl_slot[0] = cl_slot[1] = cl_unset;
	if (c->flags & CL_ENTERS_GUEST)
		fill_words(cl_guest, cl_unset, ARRAY_SIZE(cl_guest));
	cl_probe_count = 0;
	cl_nested_count = 0;
}

/* For calls by contract ---------------------------------------------------------------------- */

struct draw prepare_open(uint64_t state, uint64_t seed, int round)
{
	struct draw draw = stock_open(state, seed);

	fill_image(&draw, &cl_poison, round);
	fill_image(&draw, &cl_poison_callee, round);
	widen_image(&cl_poison);
	widen_image(&cl_poison_callee);
	cl_poison_callee.flags =
		(cl_poison_callee.flags & ~cl_flags_random) | (cl_poison.flags & cl_flags_random);
	fill_stack();
	return draw;
}

uint64_t prepare_next(struct draw *draw)
{
	return next(draw);
}

void prepare_value(struct draw *draw, const struct cl_value *d, unsigned number, int round,
		   uint8_t *to, uint8_t st0[10])
{
	make_value(draw, d, number, round, to);
	if (d->class >= CL_FLOAT && d->class <= CL_LDOUBLE)
		make_st0(d, to, st0);
}
