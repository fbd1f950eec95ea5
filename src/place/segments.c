/* SPDX-License-Identifier: MIT */
/* Reading what the hypervisor wrote on its disk (src/vmx/disk.h): the machine may have stopped in
 * the middle of a word, so only what its checksum confirms counts. */
#include "place/vmx.h"

#include <string.h>

const struct vmx_segment *segment_next(const uint8_t *disk, size_t bytes, uint64_t *at)
{
	const struct vmx_segment *s;
	uint64_t from = *at * VMX_SECTOR, check;

	if (*at > bytes / VMX_SECTOR || bytes - from < VMX_SECTOR)
		return NULL;
	s = (const void *)(disk + from);
	from += VMX_SECTOR;
	if (s->magic != VMX_MAGIC || s->bytes > bytes - from)
		return NULL;
	if (s->bytes && s->bytes < sizeof(struct cl_header))
		return NULL;
	check = VMX_CHECKSUM;
	if (s->bytes) {
		size_t header = sizeof(struct cl_header);

		check = vmx_checksum(check, disk + from + header, s->bytes - header);
		check = vmx_checksum(check, disk + from, header);
	}
	check = vmx_checksum(check, s, offsetof(struct vmx_segment, checksum));
	if (check != s->checksum)
		return NULL;
	*at += 1 + (s->bytes + VMX_SECTOR - 1) / VMX_SECTOR;
	return s;
}
