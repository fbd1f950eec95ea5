/* SPDX-License-Identifier: MIT */
/* Shared by the tests of check*.c: a call is played by filling in the pictures of it as a
 * conforming one would leave them; tests then break one thing. */
#ifndef CLOBBER_CHECK_TEST_H
#define CLOBBER_CHECK_TEST_H

#include "abi/abi.h"
#include "payload/value_test.h"

#include <check.h>
#include <string.h>

enum { SYSV, MS, ALL }; /* in cl_preserved */

/* The case a test starts with: long long f(int, double, signed char, _Bool, __int128, long, void *,
 * __int128), as sysv. */
enum { A_INT, B_DOUBLE, C_CHAR, D_BOOL, E_INT128, F_STACK, G_POINTER, H_WIDE, NARGS };
extern const struct cl_value args[NARGS];

/* Every test runs in a process of its own (CK_FORK), with these to itself. */
extern struct cl_case the_case;
extern struct cl_values val;
extern struct findings out;

/* Before each test. */
void set_up_call(void);

/* A conforming call of the_case in this round. */
void play_callee(int round);
void play_caller(int round);

/* Put bytes at p in the caller's frame, in memory and in the picture of it. */
void put_in_frame(cl_word p, const void *bytes, unsigned n);

/* Where play_caller wants a memory return. */
cl_word result_in_frame(void);

/* What the checks say of it, into out. */
void judge_callee(int round);
void judge_caller(int round);

/* Forget what was found. */
void start_again(void);

/* out holds no finding. */
void nothing_found(void);

/* out holds exactly this finding; returns it. */
const struct cl_finding *found(enum check check, unsigned item, const void *expected,
			       const void *observed, unsigned size);
const struct cl_finding *found_word(enum check check, unsigned item, cl_word expected,
				    cl_word observed);

/* A widened value, as C widens it. */
long long wide_of(const struct cl_value *d, const uint8_t *value);

/* Flags and control words of picture `m`: each broken in turn, each found under `item`. */
void control_state(void (*play)(int), void (*judge)(int), struct cl_image *m, unsigned item);

TCase *callee_tests(void);
TCase *caller_tests(void);
TCase *aggregate_tests(void);
TCase *round_tests(void);
TCase *open_tests(void);

#endif
