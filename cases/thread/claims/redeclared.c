/* SPDX-License-Identifier: MIT */
/* Claim 4: two declarations that differ in the attribute only. Where it has no effect they agree. */
void vmread_error(unsigned long field, _Bool fault);
__attribute__((regparm(0))) void vmread_error(unsigned long field, _Bool fault);

void caller(unsigned long field)
{
	vmread_error(field, 0);
}
