/* SPDX-License-Identifier: MIT */
//! arg n count 64 of v
long sum(const long *v, unsigned long n);
