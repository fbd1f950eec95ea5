/* SPDX-License-Identifier: MIT */
/* The limits that the program and its payloads share. Each is named here once; what a table, an
 * array or a code on the wire relies on is asserted where it does. Rooms before src/payload give
 * some of them names of their own (MAX_ARGS of src/proto, MAX_LOCS of src/abi). */
#ifndef CLOBBER_LIMITS_H
#define CLOBBER_LIMITS_H

enum {
	CL_ARGS = 24,   /* arguments of a call, variadic ones included */
	CL_PIECES = 4,  /* places of one value: its pieces, and copies of them */
	CL_VALUE = 256, /* bytes of the largest value */
	CL_CALLS =
		32, /* `calls` lines of a contract, with those that pointers to functions imply */
	CL_MEMBERS =
		64, /* slots of cl_layout: sizes, alignments and offsets of a case's aggregates */
	/* Of one record: what one case, or one contract, can bring up. */
	CL_FINDINGS = 48,
	CL_OBSERVATIONS = 100
};

#endif
