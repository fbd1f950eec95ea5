/* SPDX-License-Identifier: MIT */
/* A linked payload as its code is read: bytes, symbols, instructions, source lines. */
#ifndef CLOBBER_CHECK_CODE_H
#define CLOBBER_CHECK_CODE_H

#include "abi/abi.h"

#include <Zydis/Zydis.h>

struct code;
/* NULL: it cannot be read. In `a`. */
struct code *code_open(struct arena *a, const char *payload, enum width w);

/* A global symbol's address; 0: there is none. */
uint64_t code_symbol(const struct code *k, const char *name);
/* "f+0x12", of the last global symbol or local function at or before an address;
 * data too. In `a`. */
const char *code_name(struct arena *a, const struct code *k, uint64_t address);
/* Is there a global symbol? */
bool code_is_global(const struct code *k, uint64_t address);
/* Is there any symbol, a local label, too? */
bool code_has_label(const struct code *k, uint64_t address);
/* All of these, in order, or 0 of them if no local label of code under test is known. */
size_t code_labels(const struct code *k, const uint64_t **at);
/* The last global symbol at or before an address in code under test. */
uint64_t code_function(const struct code *k, uint64_t address);
/* The next global symbol behind an address, or where code under test ends. */
uint64_t code_next(const struct code *k, uint64_t address);

/* Code under test, from the one to the other. */
uint64_t code_start(const struct code *k);
uint64_t code_end(const struct code *k);
static inline bool code_has(const struct code *k, uint64_t address)
{
	return address >= code_start(k) && address < code_end(k);
}

/* Bytes at an address, at most `most`; NULL: none there. *writable (may be NULL): by the payload.
 */
const uint8_t *code_bytes(const struct code *k, uint64_t address, size_t *most, bool *writable);

struct insn {
	ZydisDecodedInstruction in;
	ZydisDecodedOperand op[ZYDIS_MAX_OPERAND_COUNT];
};
/* An instruction of code under test; false: there is none. */
bool code_decode(const struct code *k, uint64_t at, struct insn *i);
/* In Intel's syntax, in `a`. */
const char *code_text(struct arena *a, const struct code *k, uint64_t at);
/* Number of the general register that a register is part of, as in enum gpr; -1: of none. */
int code_gpr(const struct code *k, ZydisRegister r);
/* "file.S:12", or NULL; in `a`. */
const char *code_line(struct arena *a, struct code *k, uint64_t at);

#endif
