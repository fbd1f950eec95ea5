/* SPDX-License-Identifier: MIT */
/* Claim 2: vmread_error with more to do than there are registers that it would have to save. Nothing
 * is restored that a callee may keep, so what it writes is lost to its caller. */
extern volatile unsigned long in[16], out[16];

void vmread_error(unsigned long field, _Bool fault)
{
	unsigned long a = in[0], b = in[1], c = in[2], d = in[3], e = in[4], f = in[5], g = in[6],
		      h = in[7], i = in[8], j = in[9], k = in[10], l = in[11], m = in[12],
		      n = in[13], o = in[14], p = in[15];

	out[0] = a + field;
	out[1] = b + fault;
	out[2] = c + a;
	out[3] = d + b;
	out[4] = e + c;
	out[5] = f + d;
	out[6] = g + e;
	out[7] = h + f;
	out[8] = i + g;
	out[9] = j + h;
	out[10] = k + i;
	out[11] = l + j;
	out[12] = m + k;
	out[13] = n + l;
	out[14] = o + m;
	out[15] = p + n;
}
