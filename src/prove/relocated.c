/* SPDX-License-Identifier: MIT */
/* Where an image is relocated: looked up by what reads it, and while it is read. */
#include "prove/image.h"

bool image_relocated(const struct image *m, uint64_t address)
{
	return image_relocated_in(m, address, 1);
}

bool image_relocated_in(const struct image *m, uint64_t address, unsigned bytes)
{
	size_t low = 0, high = m->nrelocated;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (m->relocated[mid] < address)
			low = mid + 1;
		else
			high = mid;
	}
	return low < m->nrelocated && m->relocated[low] < address + bytes;
}
