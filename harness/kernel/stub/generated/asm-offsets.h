/* SPDX-License-Identifier: MIT */
/* Offsets of C structures: none is needed by the files that are assembled. */

